-- one row a refused line of events: its place, what it is judged by, and why; lines are read anew by each step, with the columns it needs alone
with

lines as not materialized (
    select * from staged.events
),

repeated_keys as (
    select event_id
    from lines
    where coalesce(shop_reason, cast_reason) is null
    group by event_id
    having count(*) > 1
),

later_copies as (
    select position
    from lines
    inner join repeated_keys using (event_id)
    where coalesce(shop_reason, cast_reason) is null
    qualify row_number() over (partition by event_id order by position) > 1
),

judged as (
    select
        lines.position,
        source_file,
        source_line,
        event_id,
        occurred_at,
        kind,
        channel,
        case
            when shop_reason is not null then shop_reason
            when cast_reason is not null then cast_reason
            when event_id is null then 'event_id is missing'
            when occurred_at is null then 'occurred_at is missing'
            when kind is null then 'kind is missing'
            when kind not in ('view', 'search', 'cart_add', 'cart_remove', 'checkout_start', 'payment_failed', 'purchase', 'review') then 'kind is not a known kind of event'
            when channel not in ('web', 'app', 'store', 'email') then 'channel is not web, app, store or email'
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
