-- grain: kind, value, customer_id
-- what makes two customer records one person without a doubt, where they share it; lives in the session alone, since it repeats personal data
with

records as (
    select * from identities.records
),

given as (
    select customer_id, lower(trim(kind)) as kind, lower(trim(value)) as value
    from snapshot.identities
    where lower(trim(kind)) in ('account', 'loyalty_card', 'device', 'email') and trim(value) <> ''
),

final as (
    select distinct customer_id, kind, case when kind = 'email' then regexp_replace(value, '\+[^@]*@', '@') else value end as value from given
    union
    select customer_id, 'email' as kind, email as value from records where email is not null
)

select * from final
