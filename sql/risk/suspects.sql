-- grain: customer_id
with

fraud as (
    select distinct customer_id, 'a payment was judged fraud' as why
    from risk.verdicts
    where verdict = 'fraud' and customer_id is not null
),

abuse as (
    select customer_id, 'one person redeemed coupons with several accounts' as why
    from risk.accounts
    semi join risk.coupon_abuse using (person)
),

-- a high score that people have cleared makes nobody suspicious
alerted as (
    select customer_id, 'a payment waits for review' as why
    from risk.alerts
    where customer_id is not null and payment_id not in (select payment_id from risk.verdicts)
),

named as (
    select *, 1 as place from fraud
    union all
    select *, 2 from abuse
    union all
    select *, 3 from alerted
),

final as (
    select customer_id, arg_min(why, place) as why
    from named
    group by customer_id
)

select * from final
