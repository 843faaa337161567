-- grain: path
-- the ways people came to an order, or did not: touches since the order before, the channels in their order, and how often
with

touches as (
    select * from identities.touches
),

-- a touch at the very time of an order led to it
numbered as (
    select
        *,
        coalesce(sum((what = 'order')::integer) over (partition by person_id order by met_at, what desc rows between unbounded preceding and 1 preceding), 0) as stretch
    from touches
),

-- an order that nothing led to was a touch of its own channel
stretches as (
    select
        person_id,
        stretch,
        bool_or(what = 'order') as converted,
        coalesce(list(channel order by met_at, channel) filter (what = 'touch'), [any_value(channel)]) as channels
    from numbered
    group by person_id, stretch
),

-- beyond twenty the beginning is left out
final as (
    select
        array_to_string(channels[-20:], ' > ') as path,
        count(*) filter (converted) as conversions,
        count(*) filter (not converted) as non_conversions
    from stretches
    group by path
)

select * from final
