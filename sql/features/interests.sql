-- grain: customer_id, rank
with

moment as (
    select getvariable('as_of')::timestamp as as_of
),

-- half of a purchase's weight is gone after 90 days; whole millionths, so that sums do not depend on their order
weighted as (
    select
        customer_id,
        category,
        round(1000000 * exp(-ln(2) * date_diff('day', ordered_at, as_of) / 90))::bigint as weight
    from features.order_lines
    cross join moment
    where not is_return and category <> 'unknown'
),

by_category as (
    select customer_id, category, sum(weight)::bigint as weight
    from weighted
    group by customer_id, category
),

final as (
    select
        customer_id,
        row_number() over (partition by customer_id order by weight desc, category) as rank,
        category,
        weight / nullif(sum(weight) over (partition by customer_id), 0) as share
    from by_category
    where weight > 0
)

select * from final
