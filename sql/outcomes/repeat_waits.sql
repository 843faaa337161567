-- grain: customer_id
-- days from the first order to the second, or to the cycle's start where there is no second yet
with

purchases as (
    select customer_id, ordered_at, order_id
    from features.orders
    where not is_return and ordered_at < getvariable('as_of')::timestamp
),

numbered as (
    select customer_id, ordered_at, row_number() over (partition by customer_id order by ordered_at, order_id) as nth
    from purchases
),

firsts as (
    select customer_id, ordered_at as first_at from numbered where nth = 1
),

seconds as (
    select customer_id, ordered_at as second_at from numbered where nth = 2
),

final as (
    select
        customer_id,
        date_diff('day', first_at, coalesce(second_at, getvariable('as_of')::timestamp)) as days,
        second_at is not null as came_again
    from firsts
    left join seconds using (customer_id)
)

select * from final
