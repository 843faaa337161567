-- grain: one row a line of transactions.parquet, a product of a basket
with

transactions as (
    select
        *,
        file_row_number + 1 as source_line,
        round(sales_value * 100)::bigint as paid_cents,
        round(sales_value * 100)::bigint + round(retail_disc * 100)::bigint + round(coupon_match_disc * 100)::bigint as shelf_cents
    from read_parquet(getvariable('data') || '/complete_journey/transactions.parquet', file_row_number = true)
),

products as (
    select product_id, product_type
    from read_parquet(getvariable('data') || '/complete_journey/products.parquet')
),

-- fuel is counted in thousandths of a gallon: one filling is one item
counted as (
    select
        transactions.*,
        row_number() over (partition by transactions.basket_id order by transactions.source_line) as line_no,
        case when products.product_type like 'GASOLINE%' and transactions.quantity > 0 then 1 else transactions.quantity end as items
    from transactions
    left join products on products.product_id = transactions.product_id
),

-- shelf price as the data's guide has it, rounded up to a hundredth of a cent; coupon_disc is the maker's money, which the shop gets back, so it is no discount of the shop
priced as (
    select *, ((shelf_cents * 100 + items - 1) // nullif(items, 0))::decimal(18, 4) / 10000 as shelf_price
    from counted
),

judged as (
    select
        *,
        case
            when quantity = 0 and coupon_disc > 0 then 'not a product: coupon line of a basket'
            when quantity = 0 then 'quantity is 0'
        end as quarantine_reason
    from priced
),

-- the rest of the division is discount, so that price times quantity less discount is sales_value
final as (
    select
        basket_id::varchar as order_id,
        line_no,
        household_id::varchar as customer_id,
        -- the file's times are UTC, the shop's clock stands in the east of the United States
        timezone('America/New_York', timezone('UTC', transaction_timestamp)) as ordered_at,
        product_id::varchar as product_id,
        items as quantity,
        shelf_price::decimal(18, 4) as unit_price,
        (shelf_price::decimal(18, 4) * items - paid_cents::decimal(18, 4) / 100)::decimal(18, 4) as discount,
        'store' as channel,
        store_id::varchar as store_id,
        false as returned,
        'complete_journey/transactions.parquet' as source_file,
        source_line,
        quarantine_reason
    from judged
)

select * from final order by source_file, source_line
