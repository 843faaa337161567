-- grain: person_id, customer_id
-- the one offer of each person in every channel: what the mail to any of their records says; nobody held out of the mail is given it elsewhere
with

persons as (
    select customer_id::varchar as customer_id, person_id from identities.persons
),

recipients as (
    select coalesce(person_id, 'p-' || left(md5(recipients.customer_id::varchar), 16)) as person_id, recipients.*
    from plan.recipients as recipients
    left join persons on persons.customer_id = recipients.customer_id::varchar
),

-- what was written to one record cannot be taken back by another
ranked as (
    select
        *,
        row_number() over (partition by person_id order by case decision when 'send' then 1 when 'holdout' then 2 else 3 end, customer_id) as place,
        count(*) filter (decision = 'holdout') over (partition by person_id) as held_out,
        count(*) filter (decision = 'send') over (partition by person_id) as mailed
    from recipients
),

chosen as (
    select
        person_id,
        case decision when 'send' then 'offer' when 'holdout' then 'holdout' else 'none' end as decision,
        segment_name,
        case when decision = 'send' then offer end as offer,
        case when decision = 'send' then offer_kind end as offer_kind,
        case when decision = 'send' then offer_value end as offer_value,
        held_out > 0 and mailed > 0 as is_at_odds
    from ranked
    where place = 1
),

final as (
    select chosen.person_id, recipients.customer_id::varchar as customer_id, chosen.* exclude (person_id)
    from recipients
    inner join chosen using (person_id)
)

select * from final
