-- grain: one row a household that bought
with

households as (
    select distinct household_id
    from read_parquet(getvariable('data') || '/complete_journey/transactions.parquet')
),

demographics as (
    select household_id, age
    from read_parquet(getvariable('data') || '/complete_journey/demographics.parquet')
),

-- only the age band is known, of 801 households: the middle of the band at the end of 2017 stands for it
dated as (
    select
        households.household_id,
        case demographics.age
            when '19-24' then date '1996-01-01'
            when '25-34' then date '1988-01-01'
            when '35-44' then date '1978-01-01'
            when '45-54' then date '1968-01-01'
            when '55-64' then date '1958-01-01'
            when '65+' then date '1948-01-01'
        end as birth_date
    from households
    left join demographics on demographics.household_id = households.household_id
),

final as (
    select household_id::varchar as customer_id, birth_date
    from dated
)

select * from final order by customer_id
