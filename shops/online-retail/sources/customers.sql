-- grain: one row a customer of the two sheets
with

sheet_2009 as (
    select "Customer ID"::bigint as customer, "Country" as country
    from read_parquet(getvariable('data') || '/online_retail_II_2009_2010/online_retail_II_2009_2010.parquet')
),

sheet_2010 as (
    select "CustomerID"::bigint as customer, "Country" as country
    from read_parquet(getvariable('data') || '/online_retail/online_retail.parquet')
),

known as (
    select customer, nullif(nullif(country, 'Unspecified'), 'European Community') as country
    from (select * from sheet_2009 union all select * from sheet_2010)
    where customer is not null
),

-- 13 customers bought from two countries: the one they bought from most
countries as (
    select customer, country, row_number() over (partition by customer order by count(country) desc, country) as place
    from known
    group by customer, country
),

final as (
    select customer::varchar as customer_id, country
    from countries
    where place = 1
)

select * from final order by customer_id
