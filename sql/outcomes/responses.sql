-- grain: cycle, customer_id
-- what everybody who might be mailed bought within the window, beside what was known before and what the lot gave them; the latest cycles
with

features as (
    select * from plan.mail_features
),

recipients as (
    select customer_id, decision, offer, offer_kind, offer_value from plan.recipients
),

lines as (
    select
        customer_id,
        order_id,
        coupon_code,
        coalesce(returned, false) or quantity < 0 as is_return,
        (abs(quantity) * unit_price)::decimal(18, 4) - coalesce(discount, 0) as net,
        (abs(quantity) * coalesce(products.unit_cost, 0))::decimal(18, 4) as cost
    from outcomes.order_lines
    left join snapshot.products using (product_id)
),

bought as (
    select
        customer_id,
        count(distinct order_id) filter (where not is_return) as orders,
        sum(case when is_return then cost - net else net - cost end)::double as margin,
        count(distinct order_id) filter (where coupon_code is not null and not is_return) as redeemed_orders,
        coalesce(sum(net) filter (where coupon_code is not null and not is_return), 0)::double as redeemed_net
    from lines
    group by customer_id
),

observed as (
    select
        getvariable('cycle') as cycle,
        features.customer_id::varchar as customer_id,
        case when not is_member then 'never mailed' when decision = 'send' then 'mailed' when decision = 'holdout' then 'rested' else 'left out' end as standing,
        case when decision = 'send' then offer end as offer,
        coalesce(orders, 0)::double as orders,
        coalesce(margin, 0) as margin,
        coalesce(redeemed_orders, 0)::double as redeemed,
        -- what the coupon took off, or what sending for nothing cost
        case
            when coalesce(redeemed_orders, 0) = 0 then 0
            when offer_kind = 'percentage' then redeemed_net * offer_value / (100 - offer_value)
            else redeemed_orders * offer_value
        end as given,
        coalesce(redeemed_orders, 0) > 0 and offer_kind = 'free_shipping' as is_shipping,
        features.* exclude (customer_id, is_member)
    from features
    inner join recipients on features.customer_id = recipients.customer_id
    left join bought on features.customer_id = bought.customer_id
),

earlier as (
    select * from outcomes.earlier_responses where cycle < getvariable('cycle')
),

-- longer ago, customers and seasons were others
kept as (
    select distinct cycle from earlier order by cycle desc limit 25
),

final as (
    select * from earlier where cycle in (select cycle from kept)
    union all by name
    select * from observed
)

select * from final
