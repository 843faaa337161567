-- grain: one row a line of orders/*.csv, a product of an order
with

-- every value stays text: what does not cast is quarantined with its reason instead of stopping the read
lines as (
    select *
    from read_csv(
        getvariable('data') || '/orders/*.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true, null_padding = false,
        store_rejects = true, filename = true,
        columns = {'order_id': 'VARCHAR', 'line_no': 'VARCHAR', 'customer_id': 'VARCHAR', 'ordered_at': 'VARCHAR', 'product_id': 'VARCHAR', 'quantity': 'VARCHAR', 'unit_price': 'VARCHAR', 'discount': 'VARCHAR', 'coupon_code': 'VARCHAR', 'channel': 'VARCHAR', 'store_id': 'VARCHAR', 'returned': 'VARCHAR'}
    )
),

final as (
    select
        order_id,
        line_no,
        customer_id,
        ordered_at,
        product_id,
        quantity,
        unit_price,
        discount,
        coupon_code,
        channel,
        store_id,
        returned,
        substr(filename, length(getvariable('data')) + 2) as source_file
    from lines
)

select * from final
