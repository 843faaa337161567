-- grain: session_key
with

moment as (
    select getvariable('as_of')::timestamp as as_of
),

-- who comes back under a name was the same before
owners as (
    select anonymous_id, min(customer_id) as owner_id
    from snapshot.events
    where customer_id is not null and anonymous_id is not null
    group by anonymous_id
    having count(distinct customer_id) = 1
),

visits as (
    select
        coalesce(events.customer_id, owner_id) as customer_id,
        coalesce(events.customer_id, owner_id, 'anonymous ' || events.anonymous_id, 'session ' || events.session_id::varchar) as visitor,
        events.session_id::varchar as given_session,
        events.event_id,
        events.occurred_at,
        events.kind,
        events.product_id,
        coalesce(events.channel, 'unknown') as channel,
        events.device,
        events.value
    from snapshot.events
    cross join moment
    left join owners using (anonymous_id)
    -- a review is written, not visited
    where events.kind <> 'review' and events.occurred_at < as_of and events.occurred_at >= as_of - to_days(getvariable('journey_days')::integer)
),

-- a pause of more than the gap ends a visit; another channel is another visit, also at the same time
paused as (
    select
        *,
        coalesce(occurred_at - lag(occurred_at) over (partition by visitor, channel order by occurred_at, event_id) > to_minutes(getvariable('gap_minutes')::integer), true) as is_first
    from visits
    where visitor is not null
),

blocks as (
    select *, count_if(is_first) over (partition by visitor, channel order by occurred_at, event_id rows unbounded preceding) as block
    from paused
),

-- within it the shop's own session where it names one; an event without takes that of its neighbour
named as (
    select
        *,
        coalesce(
            last_value(given_session ignore nulls) over (partition by visitor, channel, block order by occurred_at, event_id rows unbounded preceding),
            first_value(given_session ignore nulls) over (partition by visitor, channel, block order by occurred_at, event_id rows between current row and unbounded following),
            '') as session_name
    from blocks
),

grouped as (
    select
        visitor,
        channel,
        block,
        session_name,
        any_value(customer_id) as customer_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        mode(device) as device,
        list(kind order by occurred_at, event_id) as kinds,
        count(*) as events,
        count_if(kind = 'search') as searches,
        count_if(kind = 'view') as views,
        count_if(kind = 'cart_add') as cart_adds,
        count_if(kind = 'cart_remove') as cart_removes,
        count_if(kind = 'checkout_start') as checkouts,
        count_if(kind = 'payment_failed') as payment_failures,
        count_if(kind = 'purchase') as purchases,
        min(occurred_at) filter (where kind = 'view') as first_view_at,
        min(occurred_at) filter (where kind = 'cart_add') as first_cart_at,
        min(occurred_at) filter (where kind = 'checkout_start') as first_checkout_at,
        min(occurred_at) filter (where kind = 'purchase') as first_purchase_at,
        sum(value) filter (where kind = 'cart_add')::decimal(18, 4) as cart_value,
        sum(value) filter (where kind = 'purchase')::decimal(18, 4) as purchase_value,
        list(distinct product_id) filter (where kind = 'cart_add' and product_id is not null) as added,
        coalesce(list(distinct product_id) filter (where kind = 'cart_remove' and product_id is not null), []) as removed
    from named
    group by visitor, channel, block, session_name
),

final as (
    select
        visitor || ' ' || channel || ' ' || strftime(started_at, '%Y-%m-%dT%H:%M:%S') || ' ' || session_name as session_key,
        visitor,
        customer_id,
        channel,
        device,
        started_at,
        ended_at,
        events,
        searches,
        views,
        cart_adds,
        cart_removes,
        checkouts,
        payment_failures,
        purchases,
        -- a step counts as reached when a later one was: shops do not report every step
        cart_adds > 0 or checkouts > 0 or payment_failures > 0 or purchases > 0 as reached_cart,
        checkouts > 0 or payment_failures > 0 or purchases > 0 as reached_checkout,
        payment_failures > 0 and purchases = 0 as lost_at_payment,
        purchases > 0 as purchased,
        case
            when purchases > 0 then 'purchase'
            when payment_failures > 0 then 'failed payment'
            when checkouts > 0 then 'checkout'
            when cart_adds > 0 then 'cart'
            when views > 0 then 'view'
            else 'search'
        end as furthest,
        first_view_at,
        first_cart_at,
        first_checkout_at,
        first_purchase_at,
        cart_value,
        purchase_value,
        array_to_string(list_sort(list_filter(added, lambda product: not list_contains(removed, product))), ' ') as cart_products,
        -- steps in their order, each run of the same step once
        array_to_string(list_filter(kinds, lambda kind, place: place = 1 or kind <> kinds[place - 1]), ' > ') as path,
        row_number() over (partition by visitor order by started_at, channel, session_name) > 1 as is_returning
    from grouped
)

select * from final
