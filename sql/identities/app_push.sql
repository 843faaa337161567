-- grain: customer_id
-- what the app may push: the offer of the mail, to those who buy or look in the app
with

offers as (
    select * from identities.offers where decision = 'offer'
),

in_app as (
    select distinct customer_id::varchar as customer_id from snapshot.events where channel = 'app' and customer_id is not null
    union
    select distinct customer_id from identities.purchases where channel = 'app'
),

coupons as (
    select customer_id::varchar as customer_id, coupon_code from identities.coupons
),

-- a code is a person's: the app shows the one that the mail carries
code_of_person as (
    select person_id, min(coupon_code) as coupon_code
    from offers
    inner join coupons using (customer_id)
    group by person_id
),

final as (
    select customer_id, person_id, segment_name, offer, offer_kind, offer_value, coupon_code
    from offers
    inner join in_app using (customer_id)
    left join code_of_person using (person_id)
)

select * from final
