-- grain: segment
with

members as (
    select segment, customer_id from segments.memberships
),

active_before as (
    select distinct customer_id from features.customers where recency_days < 90
),

came_back as (
    select distinct customer_id from outcomes.order_lines where not coalesce(returned, false) and quantity > 0
),

final as (
    select
        segment,
        count(*) as customers,
        count(active_before.customer_id) as active_before,
        count(came_back.customer_id) as came_back,
        count(came_back.customer_id) / count(*) as share
    from members
    left join active_before using (customer_id)
    left join came_back using (customer_id)
    group by segment
)

select * from final
