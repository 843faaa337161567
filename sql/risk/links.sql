-- grain: link_key, customer_id
with

addresses as (
    select 'address' as kind, lower(trim(email)) as value, customer_id
    from snapshot.customers
    where email is not null and trim(email) <> ''
),

-- a phone number, a card or a device of two accounts is one person's, or one household's
identities as (
    select kind, lower(trim(value)) as value, customer_id
    from snapshot.identities
),

devices as (
    select 'device' as kind, anonymous_id as value, customer_id
    from snapshot.events
    where anonymous_id is not null and customer_id is not null
),

named as (
    select distinct kind, value, customer_id from addresses
    union
    select distinct kind, value, customer_id from identities
    union
    select distinct kind, value, customer_id from devices
),

shared as (
    select kind, value
    from named
    group by kind, value
    -- a value of very many is a shop's own terminal or a placeholder, not a person
    having count(*) between 2 and 20
),

final as (
    select kind, sha256(kind || ' ' || value) as link_key, customer_id
    from named
    semi join shared using (kind, value)
)

select * from final
