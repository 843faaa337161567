-- one row a refused line of customers: its place, what it is judged by, and why; lines are read anew by each step, with the columns it needs alone
with

lines as not materialized (
    select * from staged.customers
),

repeated_keys as (
    select customer_id
    from lines
    where coalesce(shop_reason, cast_reason) is null
    group by customer_id
    having count(*) > 1
),

later_copies as (
    select position
    from lines
    inner join repeated_keys using (customer_id)
    where coalesce(shop_reason, cast_reason) is null
    qualify row_number() over (partition by customer_id order by position) > 1
),

judged as (
    select
        lines.position,
        source_file,
        source_line,
        customer_id,
        signed_up_at,
        case
            when shop_reason is not null then shop_reason
            when cast_reason is not null then cast_reason
            when customer_id is null then 'customer_id is missing'
            when signed_up_at >= getvariable('until')::timestamp then 'signed_up_at is at or after the end of what this cycle may know'
            when later_copies.position is not null then 'duplicate of an earlier line'
        end as reason
    from lines
    left join later_copies using (position)
),

final as (
    select * from judged where reason is not null
)

select * from final
