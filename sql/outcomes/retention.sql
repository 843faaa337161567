-- grain: first_month, months_since
with

purchases as (
    select customer_id, ordered_at from features.orders where not is_return
),

cohorts as (
    select customer_id, date_trunc('month', min(ordered_at)) as first_month
    from purchases
    group by customer_id
),

sizes as (
    select first_month, count(*) as customers from cohorts group by first_month
),

active as (
    select
        first_month,
        date_diff('month', first_month, date_trunc('month', ordered_at)) as months_since,
        count(distinct customer_id) as active
    from purchases
    inner join cohorts using (customer_id)
    group by first_month, months_since
),

final as (
    select first_month::date as first_month, months_since, customers, active, active / customers as share
    from active
    inner join sizes using (first_month)
)

select * from final
