-- grain: record, other_record
-- pairs of records that share a key of one person, with the strongest kind of key
with

keys as (
    select * from identities.keys
),

records as (
    select * from identities.records
),

-- a key that many share is a shop's till, a placeholder or a public machine
shared as (
    select kind, value
    from keys
    group by kind, value
    having count(*) between 2 and getvariable('largest_key')
),

pairs as (
    select one.customer_id as customer_id, other.customer_id as other_customer_id, kind
    from shared
    inner join keys as one using (kind, value)
    inner join keys as other using (kind, value)
    where one.customer_id < other.customer_id
),

compared as (
    select
        pairs.kind,
        one.record,
        other.record as other_record,
        one.birth_date <> other.birth_date as is_born_apart,
        jaro_winkler_similarity(one.given_name, other.given_name) < 0.8 as is_named_apart
    from pairs
    inner join records as one on one.customer_id = pairs.customer_id
    inner join records as other on other.customer_id = pairs.other_customer_id
),

-- a household shares cards, addresses and devices: whom name or birthday speaks against is left to the evidence, for a card if both do, and on a device one of them must speak for it
final as (
    select
        record,
        other_record,
        arg_min(kind, case kind when 'loyalty_card' then 1 when 'account' then 2 when 'email' then 3 else 4 end) as kind
    from compared
    where case
        when kind in ('loyalty_card', 'account') then not (coalesce(is_born_apart, false) and coalesce(is_named_apart, false))
        when kind = 'email' then not coalesce(is_born_apart, false) and not coalesce(is_named_apart, false)
        else not coalesce(is_born_apart, false) and not coalesce(is_named_apart, false) and coalesce(is_born_apart, is_named_apart) is not null
    end
    group by record, other_record
)

select * from final
