-- What people do in the web shop and the app: sessions that end in an order, and visits that do not.
-- A session's steps are the kinds of its events in order.
-- grain: one row a session since `from`
create table sessions as
with

purchase_sessions as (
    select
        order_no * 2 + 1 as session_no,
        customer_no,
        order_no,
        ordered_at as finished_at,
        channel,
        lines,
        least(20, 1 + floor(ln(u('session/views', order_no)) / ln(0.4)))::bigint as views,
        u('session/search', order_no) < 0.4 as searches,
        u('session/payment failed', order_no) < 0.03 as payment_fails
    from orders
    where channel <> 'store' and ordered_at >= getvariable('from')::timestamp
),

visit_rates as (
    select
        customer_no,
        signed_up_micro,
        evening_share,
        preferred_channel,
        getvariable('visit_rate') * (0.3 + 0.7 * least(20, rate * getvariable('rate_scale') / getvariable('rate_shape'))) as visit_rate
    from traits
),

visits_numbered as (
    select
        *,
        unnest(range(most_arrivals(visit_rate * greatest(0, getvariable('horizon_microdays') - signed_up_micro) / 1e6))) as visit_index
    from visit_rates
),

visits as (
    select
        customer_no,
        evening_share,
        preferred_channel,
        customer_no * 65536 + visit_index as visit_no,
        (signed_up_micro + sum(gap('visit', customer_no * 65536 + visit_index, visit_rate)) over (partition by customer_no order by visit_index))::bigint as micro
    from visits_numbered
),

-- who has dropped out still looks in now and then
visits_made as (
    select
        visits.*,
        ticks.day,
        u('visit/search', visit_no) < 0.35 as searches,
        least(20, 1 + floor(ln(u('visit/views', visit_no)) / ln(0.52)))::bigint as views
    from visits
    inner join ticks on ticks.tick = micro // 10000
    left join departures using (customer_no)
    where
        micro < getvariable('horizon_microdays')
        and ticks.day >= getvariable('from')::date
        and (departed_micro is null or micro < departed_micro or u('visit/after all', visit_no) < 0.2)
),

final as (
    select
        session_no,
        customer_no,
        order_no,
        lines,
        finished_at - to_seconds(40 * (searches::integer + views + lines + payment_fails::integer + 1)) as started_at,
        channel,
        list_concat(
            case when searches then ['search'] else [] end,
            list_resize(['view'], views, 'view'),
            list_resize(['cart_add'], lines, 'cart_add'),
            ['checkout_start'],
            case when payment_fails then ['payment_failed'] else [] end,
            ['purchase']) as steps,
        searches::integer + 1 as first_view,
        searches::integer + views as last_view
    from purchase_sessions
    union all
    select
        visit_no * 2 as session_no,
        customer_no,
        null as order_no,
        null as lines,
        time_of_day(day, 'visit', visit_no, evening_share) as started_at,
        case when preferred_channel = 'app' and u('visit/app', visit_no) < 0.8 then 'app' else 'web' end as channel,
        list_concat(
            case when searches then ['search'] else [] end,
            list_resize(['view'], views, 'view'),
            case when u('visit/cart', visit_no) < 0.3 then ['cart_add'] else [] end,
            case when u('visit/cart', visit_no) < 0.06 then ['cart_remove'] when u('visit/cart', visit_no) < 0.15 then ['checkout_start'] else [] end) as steps,
        searches::integer + 1 as first_view,
        searches::integer + views as last_view
    from visits_made
)

select * from final;
