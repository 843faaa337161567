-- grain: product_id
-- what is there of each product beside what will be asked for: what to order, what does not sell, what is too much
with

sold as (
    select product_id, max(day) as last_sold_on
    from demand.daily_sales
    group by product_id
),

products as (
    select product_id, title, coalesce(category, 'unknown') as category, price::double as price, unit_cost::double as unit_cost, stock
    from snapshot.products
),

judged as (
    select
        products.product_id,
        title,
        category,
        stock,
        last_sold_on,
        date_diff('day', last_sold_on, getvariable('as_of')::timestamp::date) as days_without_sale,
        coalesce(daily, 0) as daily_demand,
        service_level,
        coalesce(safety_stock, 0) as safety_stock,
        coalesce(order_up_to, 0) as order_up_to,
        greatest(ceil(coalesce(order_up_to, 0)) - coalesce(stock, 0), 0) as to_order,
        case when daily > 0.001 then stock / daily end as cover_days,
        stock * unit_cost as money_tied_up,
        case
            when stock is null then 'unknown'
            when stock <= 0 and coalesce(daily, 0) > 0 then 'out'
            when stock <= 0 then 'gone'
            when last_sold_on is null or days_without_sale > getvariable('slow_days') then 'slow'
            when coalesce(stock / nullif(daily, 0), 'inf'::double) > getvariable('over_days') then 'over'
            when stock < order_up_to then 'short'
            else 'enough'
        end as state
    from products
    left join sold using (product_id)
    left join demand.levels using (product_id)
),

final as (
    select * from judged
)

select * from final
