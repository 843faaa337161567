-- grain: person_id, loyalty_card
-- what the till may give: the offer of the mail, to whoever shows the loyalty card; the customer's number where there is no card
with

offers as (
    select * from identities.offers where decision = 'offer'
),

cards as (
    select distinct customer_id::varchar as customer_id, trim(value) as loyalty_card
    from snapshot.identities
    where lower(trim(kind)) = 'loyalty_card' and trim(value) <> ''
),

coupons as (
    select customer_id::varchar as customer_id, coupon_code from identities.coupons
),

code_of_person as (
    select person_id, min(coupon_code) as coupon_code
    from offers
    inner join coupons using (customer_id)
    group by person_id
),

final as (
    select distinct
        person_id,
        coalesce(loyalty_card, customer_id) as loyalty_card,
        customer_id,
        segment_name,
        offer,
        offer_kind,
        offer_value,
        coupon_code
    from offers
    left join cards using (customer_id)
    left join code_of_person using (person_id)
)

select * from final
