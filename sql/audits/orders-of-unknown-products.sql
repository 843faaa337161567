-- severity: warn
-- message: products that were ordered are not in the products table; they have no category.
with

known as (
    select product_id from snapshot.products
),

final as (
    select distinct product_id
    from snapshot.order_lines
    anti join known using (product_id)
    where exists (from known)
)

select * from final
