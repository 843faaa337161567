-- grain: one row a line of a file of payments from `period_from` to `period_to`, spoilt ones included
with

paid as (
    select
        orders.order_no,
        orders.customer_no,
        orders.channel,
        ordered_at + to_seconds(20 + pick('payment/second', order_no, 40)) as occurred_at,
        net_cents,
        country,
        -- a first order of much value is fraud more often than another
        u('payment/fraud', order_no) < 0.002 + case when purchase_index = 0 then 0.006 else 0 end + case when net_cents > 15000 then 0.012 else 0 end as is_fraud
    from orders
    inner join order_totals using (order_no)
    inner join customers using (customer_no)
    where ordered_at >= getvariable('period_from')::timestamp and ordered_at < getvariable('period_to')::timestamp
    order by ordered_at, order_no
),

copied as (
    select *, unnest(copies_of_payments(order_no)) as copy
    from paid
),

worded as (
    select
        *,
        case
            when channel = 'store' then 'terminal'
            when struck('payments.missing_device', order_no) then ''
            when channel = 'app' then ['ios', 'android'][1 + customer_no % 2]
            else ['desktop', 'desktop', 'phone', 'tablet'][1 + pick('payment/device', order_no, 4)]
        end as device,
        case
            when is_fraud then ['card', 'card', 'gift_card'][1 + pick('payment/method', order_no, 3)]
            when channel = 'store' then 'card'
            else ['card', 'card', 'paypal', 'paypal', 'invoice', 'gift_card'][1 + pick('payment/method', order_no, 6)]
        end as method,
        case when u('payment/abroad', order_no) < case when is_fraud then 0.7 else 0.02 end
            then ['BR', 'NG', 'RO', 'US', 'VN'][1 + pick('payment/country', order_no, 5)] else country end as ip_country
    from copied
),

final as (
    select
        'Y' || substr(order_name(order_no), 2) || ',' || order_name(order_no) || ',' || customer_name(customer_no) || ',' || occurred_at::varchar
            || ',' || case when copy = 'bad_number' then 'twelve' else amount(net_cents)::varchar end
            || case when copy = 'too_few_columns' then '' else ',' || method || ',' || device || ',' || ip_country || ',' || country || ',' || is_fraud end
            as "payment_id,order_id,customer_id,occurred_at,amount,method,device,ip_country,billing_country,is_fraud"
    from worded
)

select * from final
