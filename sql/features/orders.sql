-- grain: customer_id, ordered_at, order_id
with

lines as (
    select * from features.order_lines
),

final as (
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
)

select * from final
