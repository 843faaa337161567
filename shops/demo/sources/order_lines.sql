-- grain: one row a line of orders/*.csv, a product of an order
-- partitions: orders/*.csv
with

-- store_rejects: a line that does not fit the types is quarantined with its reason instead of stopping the read
lines as (
    select *
    from read_csv(
        getvariable('partition'),
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', null_padding = false,
        store_rejects = true,
        columns = {'order_id': 'VARCHAR', 'line_no': 'INTEGER', 'customer_id': 'VARCHAR', 'ordered_at': 'TIMESTAMP', 'product_id': 'VARCHAR', 'quantity': 'DECIMAL(18,3)', 'unit_price': 'DECIMAL(18,4)', 'discount': 'DECIMAL(18,4)', 'coupon_code': 'VARCHAR', 'channel': 'VARCHAR', 'store_id': 'VARCHAR', 'returned': 'BOOLEAN'}
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
        returned
    from lines
)

select * from final
