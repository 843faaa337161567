-- grain: customer_id
with

customers as (
    select * from snapshot.customers
),

memberships as (
    select * from segments.memberships
),

predictions as (
    select customer_id, probability from segments.predictions
),

offers as (
    select * from plan.offers
),

refusals as (
    select distinct customer_id from snapshot.refused_consents
),

suppressed as (
    select distinct address_hash from snapshot.suppressions
),

spending as (
    select customer_id, average_order_value from features.customers
),

favourites as (
    select
        customer_id,
        max(title) filter (where rank = 1) as product_1,
        max(title) filter (where rank = 2) as product_2,
        max(title) filter (where rank = 3) as product_3
    from features.favourite_products
    group by customer_id
),

interests as (
    select customer_id, category as favourite_category from features.interests where rank = 1
),

everybody as (
    select customer_id from customers
    union
    select customer_id from memberships
),

known as (
    select
        everybody.customer_id,
        lower(trim(customers.email)) as address,
        customers.given_name,
        coalesce(customers.locale, getvariable('locale')) as locale,
        lower(coalesce(customers.consent, 'unknown')) as consent,
        memberships.segment,
        offers.segment_name,
        offers.offer,
        offers.offer_kind,
        offers.offer_value,
        offers.share_a,
        interests.favourite_category,
        product_1,
        product_2,
        product_3,
        coalesce(predictions.probability, 0) as probability,
        -- money stays decimal so that running sums are the same on every machine
        (offers.expected_cost * coalesce(predictions.probability, 0))::decimal(18, 6) as expected_cost,
        coalesce(predictions.probability, 0) * coalesce(spending.average_order_value, 0) as expected_revenue,
        refusals.customer_id is not null as refused,
        suppressed.address_hash is not null as is_suppressed
    from everybody
    left join customers using (customer_id)
    left join memberships using (customer_id)
    left join predictions using (customer_id)
    left join spending using (customer_id)
    left join offers on memberships.segment = offers.segment
    left join favourites using (customer_id)
    left join interests using (customer_id)
    left join refusals using (customer_id)
    left join suppressed on sha256(lower(trim(customers.email))) = suppressed.address_hash
),

obstacles as (
    select
        *,
        case
            when segment is null then 'has not ordered yet, so there is no segment'
            when address is null or address = '' then 'no address'
            when not regexp_full_match(address, '[^@\s<>",;:]+@[^@\s<>",;:]+\.[^@\s<>",;:.]+') then 'the address is not valid'
            when consent <> 'granted' then 'no consent to marketing mail'
            when refused then 'consent was revoked'
            when is_suppressed then 'the address is suppressed'
            when offer is null then 'no offer for the segment'
        end as obstacle
    from known
),

-- one mail an address: the first customer by id keeps it
shared as (
    select
        *,
        obstacle is null and row_number() over (partition by address, obstacle is null order by customer_id) > 1 as address_taken
    from obstacles
),

ranked as (
    select
        *,
        row_number() over (order by expected_revenue - expected_cost::double desc, customer_id) as place,
        sum(expected_cost) over (order by expected_revenue - expected_cost::double desc, customer_id rows unbounded preceding) as cost_so_far
    from shared
    where obstacle is null and not address_taken
),

-- the hash depends on the shop's seed and the customer alone: a holdout customer stays one in every campaign
assigned as (
    select
        *,
        (md5_number_lower('holdout:' || getvariable('seed') || ':' || customer_id) % 1000000)::double / 1000000 as holdout_draw,
        (md5_number_lower('arm:' || getvariable('seed') || ':' || customer_id) % 1000000)::double / 1000000 as arm_draw
    from ranked
),

decided as (
    select
        customer_id,
        case
            when cost_so_far > getvariable('budget')::decimal(18, 6) then 'none'
            when place > getvariable('maximum_recipients') then 'none'
            when holdout_draw < getvariable('holdout_share') then 'holdout'
            else 'send'
        end as decision,
        case
            when cost_so_far > getvariable('budget')::decimal(18, 6) then 'over budget'
            when place > getvariable('maximum_recipients') then 'over the maximum number of recipients'
            when holdout_draw < getvariable('holdout_share') then 'held out, to measure what the mail does'
            else 'segment ' || segment_name || ' gets ' || offer
        end as why,
        case
            when holdout_draw < getvariable('holdout_share') then 'holdout'
            when len(getvariable('arms')) = 1 or arm_draw < share_a then getvariable('arms')[1]
            else getvariable('arms')[2]
        end as assigned_arm
    from assigned
),

final as (
    select
        shared.customer_id,
        coalesce(decided.decision, 'none') as decision,
        coalesce(decided.why, obstacle, 'another customer has the same address') as why,
        case when decided.decision in ('send', 'holdout') then assigned_arm end as arm,
        address,
        given_name,
        locale,
        segment,
        segment_name,
        offer,
        offer_kind,
        offer_value,
        favourite_category,
        product_1,
        product_2,
        product_3,
        probability,
        expected_cost::double as expected_cost,
        expected_revenue
    from shared
    left join decided using (customer_id)
)

select * from final
