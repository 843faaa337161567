-- grain: customer_id
-- what is known of each customer record, written alike so that it can be compared; lives in the session alone, since it repeats personal data
with

customers as (
    select * from snapshot.customers
),

identities as (
    select customer_id, lower(trim(kind)) as kind, trim(value) as value
    from snapshot.identities
    where trim(value) <> ''
),

known as (
    select customer_id from customers
    union
    select customer_id from identities
),

-- one value a kind is compared; all of them link (identities.keys)
by_kind as (
    select
        customer_id,
        min(value) filter (kind = 'given_name') as given_name,
        min(value) filter (kind = 'family_name') as family_name,
        min(value) filter (kind = 'email') as email,
        min(value) filter (kind = 'phone') as phone,
        min(value) filter (kind = 'device') as device
    from identities
    group by customer_id
),

gathered as (
    select
        customer_id,
        coalesce(customers.given_name, by_kind.given_name) as given_name,
        by_kind.family_name,
        lower(trim(coalesce(customers.email, by_kind.email))) as email,
        customers.birth_date,
        customers.city,
        by_kind.phone,
        by_kind.device
    from known
    left join customers using (customer_id)
    left join by_kind using (customer_id)
),

final as (
    select
        row_number() over (order by customer_id)::integer - 1 as record,
        customer_id,
        nullif(lower(strip_accents(trim(given_name))), '') as given_name,
        nullif(lower(strip_accents(trim(family_name))), '') as family_name,
        -- what follows a plus is the owner's own note
        nullif(regexp_replace(email, '\+[^@]*@', '@'), '') as email,
        strftime(birth_date, '%Y-%m-%d') as birth_date,
        nullif(lower(strip_accents(trim(city))), '') as city,
        nullif(regexp_replace(regexp_replace(phone, '[^0-9]', '', 'g'), '^00', ''), '') as phone,
        nullif(device, '') as device
    from gathered
)

select * from final
