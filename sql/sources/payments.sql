-- one row a refused line of payments: its place, what it is judged by, and why; lines are read anew by each step, with the columns it needs alone
with

lines as not materialized (
    select * from staged.payments
),

repeated_keys as (
    select payment_id
    from lines
    where coalesce(shop_reason, cast_reason) is null
    group by payment_id
    having count(*) > 1
),

later_copies as (
    select position
    from lines
    inner join repeated_keys using (payment_id)
    where coalesce(shop_reason, cast_reason) is null
    qualify row_number() over (partition by payment_id order by position) > 1
),

judged as (
    select
        lines.position,
        source_file,
        source_line,
        payment_id,
        order_id,
        amount,
        occurred_at,
        case
            when shop_reason is not null then shop_reason
            when cast_reason is not null then cast_reason
            when payment_id is null then 'payment_id is missing'
            when order_id is null then 'order_id is missing'
            when amount is null then 'amount is missing'
            when occurred_at >= getvariable('until')::timestamp then 'occurred_at is at or after the end of what this cycle may know'
            when later_copies.position is not null then 'duplicate of an earlier line'
        end as reason
    from lines
    left join later_copies using (position)
),

final as (
    select * from judged where reason is not null
)

select * from final
