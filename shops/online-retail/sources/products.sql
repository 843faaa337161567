-- grain: one row a stock code that was sold under a price
with

sheet_2009 as (
    select "StockCode" as stock_code, "Description" as description, "Quantity" as quantity, "Price" as price
    from read_parquet(getvariable('data') || '/online_retail_II_2009_2010/online_retail_II_2009_2010.parquet')
),

sheet_2010 as (
    select "StockCode" as stock_code, "Description" as description, "Quantity" as quantity, "UnitPrice" as price
    from read_parquet(getvariable('data') || '/online_retail/online_retail.parquet')
),

-- descriptions of lines without a price are warehouse notes ("damaged", "lost"), not names
sold as (
    select stock_code, trim(description) as description, price
    from (select * from sheet_2009 union all select * from sheet_2010)
    where quantity > 0 and price > 0 and not regexp_full_match(stock_code, 'POST|DOT|C2|23444|BANK CHARGES|AMAZONFEE|CRUK|M|m|D|S|ADJUST2?|B|GIFT|gift_.*|TEST\d+')
),

titles as (
    select stock_code, description, row_number() over (partition by stock_code order by count(*) desc, description) as place
    from sold
    group by stock_code, description
),

prices as (
    select stock_code, price, row_number() over (partition by stock_code order by count(*) desc, price) as place
    from sold
    group by stock_code, price
),

final as (
    select
        titles.stock_code as product_id,
        titles.description as title,
        prices.price
    from titles
    inner join prices on prices.stock_code = titles.stock_code and prices.place = 1
    where titles.place = 1
)

select * from final order by product_id
