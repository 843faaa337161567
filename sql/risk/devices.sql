-- grain: device_id
with

uses as (
    select anonymous_id as device_id, customer_id
    from snapshot.events
    where anonymous_id is not null and customer_id is not null
    union
    select value, customer_id
    from snapshot.identities
    where kind = 'device'
),

cards as (
    select customer_id, value as card
    from snapshot.identities
    where kind = 'card'
),

final as (
    select
        device_id,
        count(distinct uses.customer_id) as accounts,
        count(distinct card) as cards
    from uses
    left join cards using (customer_id)
    group by device_id
)

select * from final
