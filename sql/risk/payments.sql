-- grain: payment_id
with

moment as (
    select getvariable('as_of')::timestamp as as_of
),

payments as (
    select payments.*
    from snapshot.payments
    cross join moment
    where occurred_at < as_of
),

orders as (
    select order_id, any_value(discount / nullif(gross, 0)) as discount_share, any_value(lines) as lines, any_value(items) as items
    from features.orders
    where not is_return
    group by order_id
),

coupons as (
    select distinct order_id from snapshot.order_lines where coupon_code is not null and coupon_code <> ''
),

customers as (
    select customer_id, signed_up_at, lower(trim(country)) as home_country from snapshot.customers
),

-- of the devices of an account the one that most accounts and cards share
shared_devices as (
    select customer_id, max(accounts) as device_accounts, max(cards) as device_cards
    from (
        select anonymous_id as device_id, customer_id from snapshot.events where anonymous_id is not null and customer_id is not null
        union
        select value, customer_id from snapshot.identities where kind = 'device'
    ) as uses
    inner join risk.devices using (device_id)
    group by customer_id
),

placed as (
    select
        payments.*,
        row_number() over earlier as nth,
        (sum(amount) over (earlier rows between unbounded preceding and 1 preceding))::decimal(18, 4) as spent_before,
        date_diff('second', lag(occurred_at) over earlier, occurred_at) / 3600 as hours_since_last,
        count(*) over (partition by customer_id order by occurred_at range between interval 24 hour preceding and current row) as payments_24h,
        lag(billing_country) over earlier as billing_before
    from payments
    window earlier as (partition by customer_id order by occurred_at, payment_id)
),

large as (
    select quantile_disc(amount, getvariable('large_order_quantile')::double) as large_amount from payments
),

measured as (
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
        nth = 1 as is_first,
        spent_before / nullif(nth - 1, 0) as mean_before,
        hours_since_last,
        payments_24h,
        coalesce(lower(ip_country) <> lower(billing_country), false) as countries_differ,
        coalesce(lower(billing_country) <> lower(billing_before), false) as billing_changed,
        coalesce(lower(billing_country) <> home_country, false) as billing_not_home,
        date_diff('hour', signed_up_at, occurred_at) / 24 as account_days,
        coalesce(device_accounts, 1) as device_accounts,
        coalesce(device_cards, 0) as device_cards,
        coalesce(discount_share, 0)::double as discount_share,
        lines,
        items,
        coupons.order_id is not null as has_coupon,
        large_amount
    from placed
    cross join large
    left join orders using (order_id)
    left join coupons using (order_id)
    left join customers using (customer_id)
    left join shared_devices using (customer_id)
),

judged as (
    select
        *,
        countries_differ as rule_countries,
        is_first and amount > large_amount as rule_large_first,
        payments_24h > getvariable('maximum_payments_a_day')::integer as rule_velocity,
        device_accounts > getvariable('maximum_accounts_a_device')::integer as rule_accounts,
        device_cards > getvariable('maximum_cards_a_device')::integer as rule_cards
    from measured
),

final as (
    select
        *,
        rule_countries::integer + rule_large_first::integer + rule_velocity::integer + rule_accounts::integer + rule_cards::integer as rules_met
    from judged
)

select * from final
