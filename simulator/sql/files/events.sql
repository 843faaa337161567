-- grain: one row an event from `period_from` to `period_to`, repeated and spoilt ones included
with

of_the_period as (
    select *
    from sessions
    where started_at >= getvariable('period_from')::timestamp and started_at < getvariable('period_to')::timestamp
),

stepped as (
    select * exclude (steps), unnest(steps) as kind, generate_subscripts(steps, 1) as step
    from of_the_period
),

chosen as (
    select
        session_no * 64 + step as event_no,
        session_no,
        customer_no,
        order_no,
        started_at + to_seconds(40 * (step - 1) + pick('event/second', session_no * 64 + step, 20)) as occurred_at,
        kind,
        channel,
        device_of(channel, customer_no, order_no, session_no) as device,
        case
            when kind = 'view' and order_no is not null then line_product(order_no, 1 + (step - first_view) % lines, taste, second_taste)
            when kind = 'cart_add' and order_no is not null then line_product(order_no, step - last_view, taste, second_taste)
            when kind = 'view' then tasted_product('view', session_no * 64 + step, taste, second_taste)
            when kind in ('cart_add', 'cart_remove') then tasted_product('view', session_no * 64 + last_view, taste, second_taste)
        end as product_no,
        case when kind = 'search' then tasted_category('search', session_no, taste, second_taste) end as searched_category,
        null::bigint as rating
    from stepped
    inner join traits using (customer_no)
    union all
    select order_no * 128 + 127, null, customer_no, null, reviewed_at, 'review', 'web', null, product_no, null, rating
    from reviews
    where reviewed_at >= getvariable('period_from')::timestamp and reviewed_at < getvariable('period_to')::timestamp
),

valued as (
    select
        chosen.*,
        coalesce(case kind when 'purchase' then net_cents when 'cart_add' then price_cents end, rating * 100) as value_cents
    from chosen
    left join products using (product_no)
    left join order_totals using (order_no)
),

sorted as (
    select *
    from valued
    order by occurred_at, event_no
),

copied as (
    select *, unnest(copies_of_events(event_no)) as copy
    from sorted
),

final as (
    select
        event_no as event_id,
        customer_name(customer_no) as customer_id,
        'D' || (customer_no * 4 + session_no % 3) as anonymous_id,
        case when not struck('events.missing_session', event_no) then session_no end as session_id,
        occurred_at,
        case when copy = 'unknown_kind' then 'vew' else kind end as kind,
        product_name(product_no) as product_id,
        channel,
        device,
        ['coffee beans', 'green tea', 'dark chocolate', 'cast iron pan', 'soup bowl', 'loaf tin', 'large planter', 'winter cookbook', 'beeswax candle', 'wool blanket', 'notebook a5', 'wooden puzzle'][1 + searched_category] as query,
        amount(value_cents) as value
    from copied
)

select * from final
