-- one row a refused line of social: its place, what it is judged by, and why; lines are read anew by each step, with the columns it needs alone
with

lines as not materialized (
    select * from staged.social
),

judged as (
    select
        lines.position,
        source_file,
        source_line,
        customer_id,
        occurred_at,
        kind,
        case
            when shop_reason is not null then shop_reason
            when cast_reason is not null then cast_reason
            when customer_id is null then 'customer_id is missing'
            when occurred_at is null then 'occurred_at is missing'
            when kind is null then 'kind is missing'
            when kind not in ('post', 'mention', 'follow', 'like', 'review') then 'kind is not a known kind of post'
            when occurred_at >= getvariable('until')::timestamp then 'occurred_at is at or after the end of what this cycle may know'
        end as reason
    from lines
),

final as (
    select * from judged where reason is not null
)

select * from final
