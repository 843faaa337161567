-- grain: one row a line of a file of orders from `period_from` to `period_to`, spoilt ones included
with

lines as (
    select *
    from order_lines
    where ordered_at >= getvariable('period_from')::timestamp and ordered_at < getvariable('period_to')::timestamp
    order by ordered_at, order_no, line_no
),

copied as (
    select *, unnest(copies_of_order_lines(line_id)) as copy
    from lines
),

worded as (
    select
        copy,
        order_name(order_no) || ',' || line_no || ',' || case when copy = 'without_customer' then '' else customer_name(customer_no) end as head,
        case when copy = 'bad_date' then '2026-13-32 10:00:00' else ordered_at::varchar end as ordered_at,
        product_name(product_no) as product_id,
        case when copy = 'bad_number' then 'n/a' when struck('order_lines.quantity_outlier', line_id) then (quantity * 1000)::varchar else quantity::varchar end as quantity,
        case when struck('order_lines.price_outlier', line_id) then amount(price_cents * 100) else amount(price_cents) end as unit_price,
        amount(discount_cents) as discount,
        coalesce(coupon_code, '') as coupon_code,
        case when struck('order_lines.missing_channel', line_id) then '' else channel end as channel,
        case when channel = 'store' then 'S' || lpad((1 + customer_no % 9)::varchar, 2, '0') else '' end as store_id,
        returned
    from copied
),

final as (
    select
        head || ',' || ordered_at || ',' || product_id || ',' || quantity || ',' || unit_price
            || case when copy = 'too_few_columns' then '' else ',' || discount || ',' || coupon_code || ',' || channel || ',' || store_id || ',' || returned end
            || case when copy = 'too_many_columns' then ',0,0' else '' end
            as "order_id,line_no,customer_id,ordered_at,product_id,quantity,unit_price,discount,coupon_code,channel,store_id,returned"
    from worded
)

select * from final
