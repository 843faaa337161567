-- grain: one row a line of the two sheets of Online Retail II, 525,461 + 541,909 of them
with

sheet_2009 as (
    select
        'online_retail_II_2009_2010/online_retail_II_2009_2010.parquet' as source_file,
        file_row_number + 1 as source_line,
        1 as sheet,
        "Invoice" as invoice,
        "StockCode" as stock_code,
        "Quantity" as quantity,
        "InvoiceDate"::timestamp as invoiced_at,
        "Price" as price,
        "Customer ID"::bigint as customer
    from read_parquet(getvariable('data') || '/online_retail_II_2009_2010/online_retail_II_2009_2010.parquet', file_row_number = true)
),

sheet_2010 as (
    select
        'online_retail/online_retail.parquet' as source_file,
        file_row_number + 1 as source_line,
        2 as sheet,
        "InvoiceNo" as invoice,
        "StockCode" as stock_code,
        "Quantity" as quantity,
        "InvoiceDate"::timestamp as invoiced_at,
        "UnitPrice" as price,
        "CustomerID"::bigint as customer
    from read_parquet(getvariable('data') || '/online_retail/online_retail.parquet', file_row_number = true)
),

not_products (pattern, what) as (
    values
        ('POST|DOT|C2|23444', 'postage or carriage'),
        ('BANK CHARGES|AMAZONFEE|CRUK', 'fee or commission'),
        ('M|m', 'manual entry'),
        ('D', 'discount'),
        ('S', 'sample'),
        ('ADJUST2?|B', 'adjustment or bad debt'),
        ('GIFT|gift_.*', 'gift voucher'),
        ('TEST\d+', 'test entry')
),

stacked as (
    select * from sheet_2009
    union all
    select * from sheet_2010
),

-- equal lines of one invoice are kept: picking lists repeat a product, with equal and with other quantities, and the sheets number no lines
numbered as (
    select *, row_number() over (partition by invoice order by sheet, source_line) as line_no
    from stacked
),

-- the few distinct codes are matched, not the million lines
refused_codes as (
    select codes.stock_code, not_products.what
    from (select distinct stock_code from stacked) as codes
    inner join not_products on regexp_full_match(codes.stock_code, not_products.pattern)
),

named as (
    select numbered.*, refused_codes.what
    from numbered
    left join refused_codes on refused_codes.stock_code = numbered.stock_code
),

judged as (
    select
        *,
        starts_with(invoice, 'C') as is_cancellation,
        case
            when sheet = 1 and invoiced_at >= timestamp '2010-12-01' then 'also in sheet Year 2010-2011 (overlap 2010-12-01 to 2010-12-09)'
            when starts_with(invoice, 'A') then 'not a sale: accounting adjustment (invoice begins with A)'
            when what is not null then 'not a product: ' || what
            when quantity < 0 and not starts_with(invoice, 'C') then 'not a sale: stock correction (negative quantity outside a cancellation)'
            when customer is null then 'customer_id is missing'
            when price = 0 then 'unit_price is zero: a gift, a sample or a correction'
        end as quarantine_reason
    from named
),

final as (
    select
        invoice as order_id,
        line_no,
        customer::varchar as customer_id,
        invoiced_at as ordered_at,
        stock_code as product_id,
        quantity,
        price as unit_price,
        'web' as channel,
        is_cancellation as returned,
        source_file,
        source_line,
        quarantine_reason
    from judged
)

select * from final order by source_file, source_line
