-- grain: one row a line of payments/*.csv, the payment of an order
with

-- every value stays text: what does not cast is quarantined with its reason instead of stopping the read
lines as (
    select *
    from read_csv(
        getvariable('data') || '/payments/*.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true, null_padding = false,
        store_rejects = true, filename = true,
        columns = {'payment_id': 'VARCHAR', 'order_id': 'VARCHAR', 'customer_id': 'VARCHAR', 'occurred_at': 'VARCHAR', 'amount': 'VARCHAR', 'method': 'VARCHAR', 'device': 'VARCHAR', 'ip_country': 'VARCHAR', 'billing_country': 'VARCHAR', 'is_fraud': 'VARCHAR'}
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
        is_fraud,
        substr(filename, length(getvariable('data')) + 2) as source_file
    from lines
)

select * from final
