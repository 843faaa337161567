-- grain: person_id
-- each person's records and purchases together, the channel they prefer, and the one their next purchase is most likely to come by
with

purchases as (
    select * from identities.purchases where not is_return
),

persons as (
    select person_id, count(*) as records from identities.persons group by person_id
),

ordered as (
    select
        person_id,
        channel,
        ordered_at,
        order_id,
        lead(channel) over (partition by person_id order by ordered_at, order_id) as next_channel
    from purchases
    where channel <> 'unknown'
),

-- from which channel to which all people go on
moves as (
    select channel, next_channel, count(*)::double as moves
    from ordered
    where next_channel is not null
    group by channel, next_channel
),

habits as (
    select channel, next_channel, moves / sum(moves) over (partition by channel) as share
    from moves
),

lasts as (
    select person_id, arg_max(channel, (ordered_at, order_id)) as last_channel, count(*) as orders
    from ordered
    group by person_id
),

counted as (
    select person_id, channel, count(*) as orders from ordered group by person_id, channel
),

-- the person's own share of each channel, drawn towards what all people do next by the weight of three orders
expected as (
    select
        lasts.person_id,
        habits.next_channel as channel,
        (coalesce(counted.orders, 0) + 3 * habits.share) / (lasts.orders + 3) as probability
    from lasts
    inner join habits on habits.channel = lasts.last_channel
    left join counted on counted.person_id = lasts.person_id and counted.channel = habits.next_channel
),

next as (
    select person_id, arg_max(channel, (probability, channel)) as next_channel, max(probability) as next_channel_probability
    from expected
    group by person_id
),

preferred as (
    select person_id, arg_max(channel, (orders, channel)) as preferred_channel, max(orders)::double / sum(orders) as preferred_share
    from counted
    group by person_id
),

bought as (
    select
        person_id,
        count(*) filter (place = 'online') as online_orders,
        count(*) filter (place = 'store') as store_orders,
        coalesce(sum(revenue) filter (place = 'online'), 0) as online_revenue,
        coalesce(sum(revenue) filter (place = 'store'), 0) as store_revenue,
        max(ordered_at) as last_order_at
    from purchases
    group by person_id
),

everyone as (
    select person_id from persons
    union
    select person_id from bought
),

final as (
    select
        person_id,
        coalesce(records, 1)::integer as records,
        coalesce(online_orders, 0) as online_orders,
        coalesce(store_orders, 0) as store_orders,
        coalesce(online_revenue, 0) as online_revenue,
        coalesce(store_revenue, 0) as store_revenue,
        coalesce(online_orders > 0 and store_orders > 0, false) as is_omnichannel,
        last_order_at,
        preferred_channel,
        preferred_share,
        next_channel,
        next_channel_probability
    from everyone
    left join persons using (person_id)
    left join bought using (person_id)
    left join preferred using (person_id)
    left join next using (person_id)
)

select * from final
