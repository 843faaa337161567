-- grain: customer_id, ordered_at, order_id
with

lines as (
    select * from features.order_lines
),

grouped as (
    select
        customer_id,
        order_id,
        min(ordered_at) as ordered_at,
        bool_and(is_return) as is_return,
        min(channel) as channel,
        count(*) as lines,
        sum(quantity) as items,
        sum(gross)::decimal(18, 4) as gross,
        sum(discount)::decimal(18, 4) as discount,
        sum(revenue)::decimal(18, 4) as revenue
    from lines
    group by customer_id, order_id
),

-- whole days, so that sums of squares stay exact; a return does not count as an order, before or after
final as (
    select
        *,
        case when not is_return then date_diff('day', lag(ordered_at) over (partition by customer_id, is_return order by ordered_at, order_id), ordered_at) end as days_since_last
    from grouped
)

select * from final
