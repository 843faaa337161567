-- grain: region, day
-- units sold by region of the customer and day before as_of, lines judged as in demand.daily_sales
with

lines as (
    select customer_id, product_id, ordered_at::date as day, quantity::double as quantity
    from features.order_lines
    where not is_return and ordered_at < getvariable('as_of')::timestamp
),

usual as (
    select product_id, quantile_disc(quantity, 0.5) as usual_quantity
    from lines
    group by product_id
),

places as (
    select customer_id, coalesce(region, city, country, 'unknown') as region from snapshot.customers
),

final as (
    select
        coalesce(region, 'unknown') as region,
        day,
        sum(case when quantity > getvariable('bulk_factor') * usual_quantity then usual_quantity else quantity end) as units
    from lines
    inner join usual using (product_id)
    left join places using (customer_id)
    group by all
)

select * from final
