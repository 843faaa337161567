-- grain: one row a line of products.csv, a product
with

-- store_rejects: a line that does not fit the types is quarantined with its reason instead of stopping the read
lines as (
    select *
    from read_csv(
        getvariable('data') || '/products.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', null_padding = false,
        store_rejects = true, filename = true,
        columns = {'product_id': 'VARCHAR', 'title': 'VARCHAR', 'category': 'VARCHAR', 'brand': 'VARCHAR', 'price': 'DECIMAL(18,4)', 'unit_cost': 'DECIMAL(18,4)', 'image_uri': 'VARCHAR', 'stock': 'INTEGER'}
    )
),

final as (
    select
        product_id,
        title,
        category,
        brand,
        price,
        unit_cost,
        image_uri,
        stock,
        substr(filename, length(getvariable('data')) + 2) as source_file
    from lines
)

select * from final
