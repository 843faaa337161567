-- grain: customer_id
with

moment as (
    select getvariable('as_of')::timestamp as as_of
),

carts as (
    select sessions.*
    from journeys.sessions
    cross join moment
    where
        customer_id is not null and furthest in ('cart', 'checkout', 'failed payment') and cart_products <> ''
        and ended_at <= as_of - to_hours(getvariable('cart_hours')::integer)
        and ended_at > as_of - to_days(getvariable('cart_days')::integer)
),

orders as (
    select customer_id, max(ordered_at) as last_order_at
    from features.orders
    where not is_return
    group by customer_id
),

sessions_bought as (
    select customer_id, max(first_purchase_at) as last_purchase_at
    from journeys.sessions
    where purchased
    group by customer_id
),

-- who has bought since did not abandon anything
final as (
    select
        customer_id,
        session_key,
        channel,
        device,
        furthest,
        ended_at as abandoned_at,
        cart_products,
        cart_value
    from carts
    left join orders using (customer_id)
    left join sessions_bought using (customer_id)
    where coalesce(last_order_at < ended_at, true) and coalesce(last_purchase_at < ended_at, true)
    qualify row_number() over (partition by customer_id order by ended_at desc, session_key) = 1
)

select * from final
