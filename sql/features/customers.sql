-- grain: customer_id
with

moment as (
    select getvariable('as_of')::timestamp as as_of
),

orders as (
    select orders.*, as_of
    from features.orders
    cross join moment
    where ordered_at < as_of
),

purchases as (
    select * from orders where not is_return
),

habits as (
    select
        customer_id,
        date_diff('day', max(ordered_at), any_value(as_of)) as recency_days,
        count(*) as frequency,
        (sum(revenue) / count(*))::double as average_order_value,
        (sum(items) / count(*))::double as items_per_order,
        date_diff('day', min(ordered_at), any_value(as_of)) as tenure_days,
        sum(days_since_last) / nullif(count(days_since_last), 0) as gap_mean_days,
        count(days_since_last) as gaps,
        sum(days_since_last)::hugeint as gap_sum,
        sum(days_since_last::bigint * days_since_last) as gap_square_sum,
        (sum(discount) / nullif(sum(gross), 0))::double as discount_share,
        count_if(channel = 'web') / count(*) as web_share,
        count_if(channel = 'app') / count(*) as app_share,
        count_if(channel = 'store') / count(*) as store_share,
        count_if(isodow(ordered_at) >= 6) / count(*) as weekend_share,
        count_if(hour(ordered_at) >= 18) / count(*) as evening_share,
        count_if(ordered_at >= as_of - interval 90 day) as orders_90d,
        coalesce(sum(revenue) filter (where ordered_at >= as_of - interval 90 day), 0)::double as revenue_90d
    from purchases
    group by customer_id
),

spending as (
    select customer_id, sum(revenue)::double as monetary
    from orders
    group by customer_id
),

variety as (
    select
        customer_id,
        count(distinct product_id) as distinct_products,
        count(distinct category) as distinct_categories,
        count_if(is_return) / count(*) as return_share
    from features.order_lines
    cross join moment
    where ordered_at < as_of
    group by customer_id
),

recent_events as (
    select customer_id, session_id, kind, occurred_at, as_of
    from snapshot.events
    cross join moment
    where occurred_at >= as_of - interval 30 day and occurred_at < as_of and customer_id is not null
),

sessions as (
    select
        customer_id,
        session_id,
        count_if(kind = 'view') as views,
        count_if(kind = 'search') as searches,
        count_if(kind = 'cart_add') as carts,
        count_if(kind = 'purchase') as purchases
    from recent_events
    group by customer_id, session_id
),

browsing as (
    select
        customer_id,
        sum(views) as views_30d,
        sum(searches) as searches_30d,
        sum(carts) as carts_30d,
        count(*) as sessions_30d,
        count_if(carts > 0 and purchases = 0) / nullif(count_if(carts > 0), 0) as cart_abandon_share
    from sessions
    group by customer_id
),

final as (
    select
        customer_id,
        recency_days::double as recency_days,
        frequency::double as frequency,
        monetary,
        average_order_value,
        items_per_order,
        tenure_days::double as tenure_days,
        gap_mean_days,
        case
            when gaps >= 2 and gap_sum > 0
                then sqrt(((gaps * gap_square_sum - gap_sum * gap_sum) / (gaps * (gaps - 1)))::double) / gap_mean_days
        end as gap_variation,
        distinct_products::double as distinct_products,
        distinct_categories::double as distinct_categories,
        discount_share,
        return_share,
        web_share,
        app_share,
        store_share,
        weekend_share,
        evening_share,
        orders_90d::double as orders_90d,
        revenue_90d,
        -- a shop with events but none of this customer means zero; a shop without events means nothing is known
        case when exists (from recent_events) then coalesce(views_30d, 0)::double end as views_30d,
        case when exists (from recent_events) then coalesce(searches_30d, 0)::double end as searches_30d,
        case when exists (from recent_events) then coalesce(carts_30d, 0)::double end as carts_30d,
        case when exists (from recent_events) then coalesce(sessions_30d, 0)::double end as sessions_30d,
        cart_abandon_share
    from habits
    inner join spending using (customer_id)
    inner join variety using (customer_id)
    left join browsing using (customer_id)
)

select * from final
