-- grain: customer_id
-- everyone the plan assigned, mailed or held out, whether or not the mail arrived, and whoever was assigned before and unsubscribed since
with

recipients as (
    select * from plan.recipients
),

offers as (
    select segment, share_a from plan.offers
),

earlier as (
    select distinct customer_id from outcomes.earlier_evidence
),

refusals as (
    select distinct customer_id from snapshot.refused_consents
),

suppressed as (
    select distinct address_hash from snapshot.suppressions
),

assigned as (
    select customer_id, arm, segment, segment_name, decision, probability, expected_revenue - expected_cost as expected_gain
    from recipients
    where decision in ('send', 'holdout')
),

-- Only who is mailed can unsubscribe: to leave them out would leave out of the mailed arms alone. They stay in the arm that
-- sql/plan/recipients.sql would give them, as far down in expected gain as the plan went.
unsubscribed_since as (
    select
        recipients.customer_id,
        case
            when (md5_number_lower('holdout:' || getvariable('seed') || ':' || recipients.customer_id) % 1000000)::double / 1000000 < getvariable('holdout_share') then 'holdout'
            when
                len(getvariable('arms')) = 1
                or (md5_number_lower('arm:' || getvariable('seed') || ':' || recipients.customer_id) % 1000000)::double / 1000000 < share_a
                then getvariable('arms')[1]
            else getvariable('arms')[2]
        end as arm,
        segment,
        segment_name,
        decision,
        probability
    from recipients
    inner join earlier on recipients.customer_id::varchar = earlier.customer_id
    inner join offers using (segment)
    left join refusals on recipients.customer_id::varchar = refusals.customer_id
    left join suppressed on sha256(address) = suppressed.address_hash
    where
        -- where the arms are drawn anew each cycle, who left before the draw was in none of them
        getvariable('keeps_arms')
        and decision = 'none'
        and (refusals.customer_id is not null or suppressed.address_hash is not null)
        and expected_revenue - expected_cost >= (select min(expected_gain) from assigned)
),

compared as (
    select customer_id, arm, segment, segment_name, decision, probability from assigned
    union all
    select customer_id, arm, segment, segment_name, decision, probability from unsubscribed_since
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
        compared.*,
        coalesce(orders, 0) as orders,
        coalesce(orders, 0) > 0 as converted,
        coalesce(revenue, 0) as revenue,
        coalesce(margin, 0) as margin,
        coalesce(redeemed, false) as redeemed,
        coalesce(opened, false) as opened,
        coalesce(clicked, false) as clicked,
        coalesce(unsubscribed, false) as unsubscribed,
        coalesce(complained, false) as complained
    from compared
    left join bought on compared.customer_id = bought.customer_id
    left join touched on compared.customer_id::varchar = touched.customer_id
)

select * from final
