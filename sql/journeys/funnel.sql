-- grain: dimension, value
with

sessions as (
    select
        sessions.*,
        coalesce(summaries.name, case when sessions.customer_id is null then 'nobody known' else 'no order yet' end) as segment_name
    from journeys.sessions
    left join segments.memberships using (customer_id)
    left join segments.summaries using (segment)
    where channel <> 'store'
),

by_dimension as (
    select 'all' as dimension, 'all' as value, sessions.* from sessions
    union all
    select 'channel', channel, sessions.* from sessions
    union all
    select 'device', device, sessions.* from sessions where device is not null
    union all
    select 'segment', segment_name, sessions.* from sessions
),

final as (
    select
        dimension,
        value,
        count(*) as sessions,
        count_if(reached_cart) as carts,
        count_if(reached_checkout) as checkouts,
        count_if(purchased) as purchases,
        count_if(lost_at_payment) as lost_at_payment,
        count_if(reached_cart) / count(*) as cart_rate,
        count_if(reached_checkout) / nullif(count_if(reached_cart), 0) as checkout_rate,
        count_if(purchased) / nullif(count_if(reached_checkout), 0) as purchase_rate,
        count_if(purchased) / count(*) as conversion,
        coalesce(sum(purchase_value), 0)::decimal(18, 4) as revenue
    from by_dimension
    group by dimension, value
)

select * from final
