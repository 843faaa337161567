-- grain: one row a line of the file of products, repeated ones included
with

listed as (
    select *
    from products
    order by product_no
),

copied as (
    select *, unnest(copies_of_products(product_no)) as copy
    from listed
),

final as (
    select
        product_name(product_no) || ',' || csv(title) || ',' || category
            || ',' || case when struck('products.missing_brand', product_no) then '' else csv(brand) end
            || ',' || amount(price_cents)
            || ',' || case when struck('products.missing_unit_cost', product_no) then '' else amount(unit_cost_cents)::varchar end
            || ',images/' || product_name(product_no) || '.jpg,' || stock
            as "product_id,title,category,brand,price,unit_cost,image_uri,stock"
    from copied
)

select * from final
