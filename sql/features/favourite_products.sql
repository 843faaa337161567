-- grain: customer_id, rank
with

bought as (
    select customer_id, product_id, count(*) as times, max(ordered_at) as last_bought_at
    from features.order_lines
    where not is_return
    group by customer_id, product_id
),

ranked as (
    select *, row_number() over (partition by customer_id order by times desc, last_bought_at desc, product_id) as rank
    from bought
),

final as (
    select customer_id, rank, product_id, coalesce(products.title, product_id) as title, times
    from ranked
    left join snapshot.products using (product_id)
    where rank <= 3
)

select * from final
