-- grain: step, channel
with

timed as (
    select channel, 1 as place, 'view to cart' as step, first_view_at as since, first_cart_at as until from journeys.sessions
    union all
    select channel, 2, 'cart to checkout', first_cart_at, first_checkout_at from journeys.sessions
    union all
    select channel, 3, 'checkout to purchase', first_checkout_at, first_purchase_at from journeys.sessions
),

final as (
    select
        step,
        channel,
        any_value(place) as place,
        count(*) as sessions,
        quantile_disc(date_diff('second', since, until), 0.25) as seconds_quarter,
        quantile_disc(date_diff('second', since, until), 0.5) as seconds_median,
        quantile_disc(date_diff('second', since, until), 0.75) as seconds_three_quarters
    from timed
    where until >= since and channel <> 'store'
    group by step, channel
)

select * from final
