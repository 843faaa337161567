-- grain: product_id, day
-- units sold by product and day before as_of; returns are not demand, and a line far above a product's usual ones says nothing of other days: it counts as a usual one
with

lines as (
    select product_id, category, ordered_at::date as day, quantity::double as quantity
    from features.order_lines
    where not is_return and ordered_at < getvariable('as_of')::timestamp
),

usual as (
    select product_id, quantile_disc(quantity, 0.5) as usual_quantity
    from lines
    group by product_id
),

final as (
    select
        product_id,
        min(category) as category,
        day,
        sum(case when quantity > getvariable('bulk_factor') * usual_quantity then usual_quantity else quantity end) as units
    from lines
    inner join usual using (product_id)
    group by product_id, day
)

select * from final
