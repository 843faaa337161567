-- grain: customer_id, rank
with

carts as (
    select customer_id, unnest(string_split(cart_products, ' ')) as product_id
    from journeys.abandoned_carts
),

final as (
    select
        customer_id,
        row_number() over (partition by customer_id order by price desc nulls last, product_id) as rank,
        product_id,
        coalesce(title, product_id) as title
    from carts
    left join snapshot.products using (product_id)
)

select * from final
