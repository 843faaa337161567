-- grain: customer_id
-- what each customer did with the letters of all cycles so far
with

before as (
    select * from plan.mail_features
),

letters as (
    select customer_id, opened, clicked, redeemed, orders from outcomes.customers where decision = 'send'
),

met as (
    select
        before.customer_id::varchar as customer_id,
        mails + (letters.customer_id is not null)::integer as mails,
        opens + coalesce(opened or clicked, false)::integer as opens,
        clicks + coalesce(clicked, false)::integer as clicks,
        redemptions + coalesce(redeemed, false)::integer as redemptions,
        orders_mailed + coalesce(orders, 0) as orders_mailed,
        orders_before,
        natural_chance
    from before
    left join letters on before.customer_id = letters.customer_id
),

-- who may not be mailed this week keeps what was known
others as (
    select * from plan.earlier_mail_histories where customer_id not in (select customer_id from met)
),

final as (
    select customer_id, mails::double as mails, opens::double as opens, clicks::double as clicks, redemptions::double as redemptions, orders_mailed::double as orders_mailed, orders_before, natural_chance from met
    union all
    select customer_id, mails, opens, clicks, redemptions, orders_mailed, orders_before, natural_chance from others
)

select * from final
