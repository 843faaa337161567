-- grain: customer_id
-- what was seen, before this week's letters, of everybody who may be mailed: what they did with earlier letters, and how they buy
with

candidates as (
    select customer_id, decision from plan.candidates where decision in ('send', 'holdout')
),

histories as (
    select * from plan.earlier_mail_histories
),

habits as (
    select customer_id, recency_days, discount_share, store_share, average_order_value from features.customers
),

predictions as (
    select customer_id, probability from segments.predictions
),

moment as (
    select getvariable('as_of')::timestamp as as_of
),

lately as (
    select customer_id, count(*) as orders
    from features.orders
    cross join moment
    where not is_return and ordered_at >= as_of - interval 180 day and ordered_at < as_of
    group by customer_id
),

final as (
    select
        candidates.customer_id,
        decision = 'send' as is_member,
        coalesce(mails, 0)::double as mails,
        coalesce(opens, 0)::double as opens,
        coalesce(clicks, 0)::double as clicks,
        coalesce(redemptions, 0)::double as redemptions,
        coalesce(orders_mailed, 0)::double as orders_mailed,
        -- later orders may be the letters' doing, so what tells of a customer without letters is frozen where letters begin
        coalesce(histories.orders_before, lately.orders, 0)::double as orders_before,
        coalesce(histories.natural_chance, probability, 0) as natural_chance,
        coalesce(recency_days, 0) as recency_days,
        coalesce(discount_share, 0) as discount_share,
        coalesce(store_share, 0) as store_share,
        coalesce(average_order_value, 0) as average_order_value
    from candidates
    left join histories on candidates.customer_id::varchar = histories.customer_id
    left join habits on candidates.customer_id = habits.customer_id
    left join predictions on candidates.customer_id = predictions.customer_id
    left join lately on candidates.customer_id = lately.customer_id
)

select * from final
