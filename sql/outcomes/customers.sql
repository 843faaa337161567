-- grain: customer_id
-- everyone the plan assigned, mailed or held out, whether or not the mail arrived
with

assigned as (
    select customer_id, arm, segment, segment_name, decision, probability
    from plan.recipients
    where decision in ('send', 'holdout')
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
        sum(case when is_return then -net else net end)::double as revenue,
        sum(case when is_return then cost - net else net - cost end)::double as margin,
        count_if(coupon_code is not null and not is_return) > 0 as redeemed
    from lines
    group by customer_id
),

touched as (
    select * from outcomes.touches
),

final as (
    select
        assigned.*,
        coalesce(orders, 0) as orders,
        coalesce(orders, 0) > 0 as converted,
        coalesce(revenue, 0) as revenue,
        coalesce(margin, 0) as margin,
        coalesce(redeemed, false) as redeemed,
        coalesce(opened, false) as opened,
        coalesce(clicked, false) as clicked,
        coalesce(unsubscribed, false) as unsubscribed,
        coalesce(complained, false) as complained
    from assigned
    left join bought using (customer_id)
    left join touched using (customer_id)
)

select * from final
