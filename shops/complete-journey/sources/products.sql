-- grain: one row a product
with

products as (
    select product_id, department, brand, product_category, product_type, package_size
    from read_parquet(getvariable('data') || '/complete_journey/products.parquet')
),

final as (
    select
        product_id::varchar as product_id,
        concat_ws(' ', coalesce(product_type, department), package_size) as title,
        coalesce(product_category, department) as category,
        brand
    from products
)

select * from final order by product_id
