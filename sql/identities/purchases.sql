-- grain: person_id, ordered_at, order_id
-- every order of a person, online and in the store, under whichever record it was made
with

persons as (
    select customer_id::varchar as customer_id, person_id from identities.persons
),

-- who is in orders alone is a person of its own
final as (
    select
        coalesce(person_id, 'p-' || left(md5(orders.customer_id::varchar), 16)) as person_id,
        orders.customer_id::varchar as customer_id,
        order_id::varchar as order_id,
        ordered_at,
        coalesce(channel, 'unknown') as channel,
        case when channel = 'store' then 'store' when channel is not null then 'online' else 'unknown' end as place,
        is_return,
        revenue
    from features.orders
    left join persons on persons.customer_id = orders.customer_id::varchar
)

select * from final
