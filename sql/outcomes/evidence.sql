-- grain: customer_id, arm
-- what each customer has done in each arm over all cycles so far, beside what the same customer spent before the first of them
with

earlier as (
    select * from outcomes.earlier_evidence
),

observed as (
    select customer_id::varchar as customer_id, arm, 1 as cycles, converted::integer as conversions, revenue, margin from outcomes.customers
),

-- Spending after the first assignment may be the mails' doing, so it is frozen there.
known_before as (
    select customer_id, min(orders_before) as orders_before, min(revenue_before) as revenue_before
    from earlier
    group by customer_id
),

spent_before as (
    select customer_id::varchar as customer_id, count(*)::double as orders_before, sum(revenue)::double as revenue_before
    from features.orders
    where
        not is_return
        and ordered_at >= getvariable('as_of')::timestamp - interval 180 day
        and ordered_at < getvariable('as_of')::timestamp
    group by all
),

together as (
    select customer_id, arm, cycles, conversions, revenue, margin from earlier
    union all
    select customer_id, arm, cycles, conversions, revenue, margin from observed
),

summed as (
    select
        customer_id,
        arm,
        sum(cycles)::integer as cycles,
        sum(conversions)::integer as conversions,
        sum(revenue::decimal(18, 4))::double as revenue,
        sum(margin::decimal(18, 4))::double as margin
    from together
    group by customer_id, arm
),

final as (
    select
        summed.*,
        coalesce(known_before.orders_before, spent_before.orders_before, 0) as orders_before,
        coalesce(known_before.revenue_before, spent_before.revenue_before, 0) as revenue_before
    from summed
    left join known_before using (customer_id)
    left join spent_before using (customer_id)
)

select * from final
