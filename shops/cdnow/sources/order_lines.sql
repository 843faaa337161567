-- grain: one row a line of CDNOW_master.txt, each a transaction
with

master as (
    select string_split(rtrim(content, chr(10)), chr(10)) as lines
    from read_text(getvariable('data') || '/cdnow/CDNOW_master.txt')
),

-- columns are aligned with a changing number of spaces, which no CSV dialect reads
numbered as (
    select unnest(lines[2:]) as line, generate_subscripts(lines[2:], 1) as source_line
    from master
),

split as (
    select
        source_line,
        regexp_extract(line, '^\s*(\d+)\s+(\d{8})\s+(\d+)\s+(\d+\.\d{2})\s*$', ['customer', 'day', 'cds', 'dollars']) as field
    from numbered
),

-- a transaction is its own order: customers ordered up to several times a day, twice with the same amount too
ordered as (
    select
        *,
        row_number() over (partition by field.customer, field.day order by source_line) as nth_of_day,
        try_cast(field.cds as bigint) as items,
        try_cast(replace(field.dollars, '.', '') as bigint) as cents
    from split
),

-- an amount seldom divides by its CDs: the price is rounded up to a hundredth of a cent and the rest is discount, so that the cents come back
priced as (
    select *, ((cents * 100 + items - 1) // items)::decimal(18, 4) / 10000 as price
    from ordered
),

final as (
    select
        field.customer || '-' || field.day || '-' || nth_of_day as order_id,
        1 as line_no,
        nullif(field.customer, '') as customer_id,
        try_strptime(field.day, '%Y%m%d') as ordered_at,
        'cds' as product_id,
        items as quantity,
        price::decimal(18, 4) as unit_price,
        (price::decimal(18, 4) * items - cents::decimal(18, 4) / 100)::decimal(18, 4) as discount,
        'web' as channel,
        false as returned,
        'cdnow/CDNOW_master.txt' as source_file,
        source_line,
        case when field.customer = '' then 'line does not read as customer, date, CDs, dollars' end as quarantine_reason
    from priced
)

select * from final order by source_file, source_line
