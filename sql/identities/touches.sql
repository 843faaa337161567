-- grain: person_id, met_at, channel, what
-- everything a person met or did in the days looked at: visits by channel, letters, and orders, which end a path
with

moment as (
    select getvariable('as_of')::timestamp as until, getvariable('as_of')::timestamp - to_days(getvariable('attribution_days')::integer) as since
),

persons as (
    select customer_id::varchar as customer_id, person_id from identities.persons
),

-- a visit is a touch, however much is looked met_at
visits as (
    select
        customer_id::varchar as customer_id,
        coalesce(channel, 'web') as channel,
        coalesce(session_id::varchar, event_id::varchar) as visit,
        min(occurred_at) as met_at
    from snapshot.events, moment
    where customer_id is not null and occurred_at >= since and occurred_at < until
    group by all
),

letters as (
    select customer_id, 'mail' as channel, met_at from identities.letters, moment where met_at >= since and met_at < until
),

met as (
    select customer_id, channel, met_at, 'touch' as what from visits
    union all
    select customer_id, channel, met_at, 'touch' as what from letters
),

ordered as (
    select person_id, channel, ordered_at as met_at, 'order' as what
    from identities.purchases, moment
    where not is_return and ordered_at >= since and ordered_at < until
),

final as (
    select coalesce(person_id, 'p-' || left(md5(met.customer_id), 16)) as person_id, channel, met_at, what
    from met
    left join persons using (customer_id)
    union all
    select person_id, channel, met_at, what from ordered
)

select * from final
