-- grain: customer_id
-- what features.customers does not say of how somebody buys
with

-- quintiles as marketers use them: 5 is best, and customers who are alike have the same score
scores as (
    select
        customer_id,
        1 + 5 * (rank() over (order by recency_days desc) - 1) // count(*) over () as recency_score,
        1 + 5 * (rank() over (order by frequency) - 1) // count(*) over () as frequency_score,
        1 + 5 * (rank() over (order by monetary) - 1) // count(*) over () as monetary_score,
        case greatest(web_share, app_share, store_share)
            when 0 then null
            when web_share then 'web'
            when app_share then 'app'
            else 'store'
        end as favourite_channel
    from features.customers
),

-- an hour is a point on the circle of the day, in whole millionths, so that sums do not depend on their order
purchases as (
    select
        customer_id,
        lines,
        discount,
        revenue,
        isodow(ordered_at) as weekday,
        hour(ordered_at) as hour,
        ordered_at <> ordered_at::date as has_time,
        round(1000000 * cos(radians(15 * hour)))::bigint as hour_cosine,
        round(1000000 * sin(radians(15 * hour)))::bigint as hour_sine
    from features.orders
    where not is_return
),

baskets as (
    select
        customer_id,
        count(*) as orders,
        sum(lines)::bigint as lines,
        max(revenue)::double as largest_order_value,
        count_if(discount > 0) as discounted,
        count_if(weekday = 1) as mondays,
        count_if(weekday = 2) as tuesdays,
        count_if(weekday = 3) as wednesdays,
        count_if(weekday = 4) as thursdays,
        count_if(weekday = 5) as fridays,
        count_if(weekday = 6) as saturdays,
        count_if(weekday = 7) as sundays,
        bool_or(has_time) as has_times,
        count_if(hour < 6) as nights,
        count_if(hour between 6 and 11) as mornings,
        count_if(hour between 12 and 17) as afternoons,
        sum(hour_cosine)::double as cosine,
        sum(hour_sine)::double as sine
    from purchases
    group by customer_id
),

-- the most orders first and the earliest day on a tie, as one number
rhythm as (
    select
        *,
        greatest(8 * mondays + 7, 8 * tuesdays + 6, 8 * wednesdays + 5, 8 * thursdays + 4, 8 * fridays + 3, 8 * saturdays + 2, 8 * sundays + 1) as weekday_code
    from baskets
),

product_prices as (
    select product_id, any_value(category) as category, sum(gross) / sum(quantity) as price
    from features.order_lines
    where not is_return
    group by product_id
),

-- place of a product among its category's by the price paid, between 0 and 1 in thousandths; the same price is the same place
price_places as (
    select
        product_id,
        1000 * (rank() over cheaper + count(*) over category - rank() over dearer) // (2 * count(*) over category) as place
    from product_prices
    window
        category as (partition by category),
        cheaper as (partition by category order by price),
        dearer as (partition by category order by price desc)
),

prices as (
    select customer_id, sum(place) / (1000 * count(*)) as price_place
    from features.order_lines
    inner join price_places using (product_id)
    where not is_return
    group by customer_id
),

-- the chance that two lines drawn without putting back are of one brand (Simpson 1949); one line says nothing
brands as (
    select customer_id, sum(lines * (lines - 1)) / nullif(sum(lines) * (sum(lines) - 1), 0) as brand_loyalty
    from features.brands
    group by customer_id
),

final as (
    select
        customer_id,
        recency_score,
        frequency_score,
        monetary_score,
        lines / orders as lines_per_order,
        largest_order_value,
        discounted / orders as discounted_order_share,
        favourite_channel,
        (8 - weekday_code % 8)::bigint as favourite_weekday,
        weekday_code // 8 / orders as favourite_weekday_share,
        -- direction and length of the mean of the circle's points (Mardia and Jupp 2000): 1 is always the same hour, 0 is any
        case when has_times and abs(sine) + abs(cosine) > 2 * orders then round(degrees(atan2(sine, cosine) + case when sine < 0 then 2 * pi() else 0 end) / 15, 2) end as typical_hour,
        case when has_times then least(sqrt(sine * sine + cosine * cosine) / (1000000 * orders), 1) end as hour_regularity,
        case when has_times then nights / orders end as night_share,
        case when has_times then mornings / orders end as morning_share,
        case when has_times then afternoons / orders end as afternoon_share,
        price_place,
        case
            when price_place < 1 / 3 then 'low'
            when price_place <= 2 / 3 then 'middle'
            when price_place > 2 / 3 then 'high'
        end as price_tier,
        brand_loyalty
    from scores
    inner join rhythm using (customer_id)
    left join prices using (customer_id)
    left join brands using (customer_id)
)

select * from final
