-- grain: one row a line of payments/*.csv, the payment of an order
-- partitions: payments/*.csv
with

-- store_rejects: a line that does not fit the types is quarantined with its reason instead of stopping the read
lines as (
    select *
    from read_csv(
        getvariable('partition'),
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', null_padding = false,
        store_rejects = true,
        columns = {'payment_id': 'VARCHAR', 'order_id': 'VARCHAR', 'customer_id': 'VARCHAR', 'occurred_at': 'TIMESTAMP', 'amount': 'DECIMAL(18,4)', 'method': 'VARCHAR', 'device': 'VARCHAR', 'ip_country': 'VARCHAR', 'billing_country': 'VARCHAR', 'is_fraud': 'BOOLEAN'}
    )
),

final as (
    select
        payment_id,
        order_id,
        customer_id,
        occurred_at,
        amount,
        method,
        device,
        ip_country,
        billing_country,
        is_fraud
    from lines
)

select * from final
