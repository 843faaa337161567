-- grain: one row a line of customers.csv, a customer
with

-- store_rejects: a line that does not fit the types is quarantined with its reason instead of stopping the read
lines as (
    select *
    from read_csv(
        getvariable('data') || '/customers.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', null_padding = false,
        store_rejects = true, filename = true,
        columns = {'customer_id': 'VARCHAR', 'email': 'VARCHAR', 'given_name': 'VARCHAR', 'birth_date': 'DATE', 'gender': 'VARCHAR', 'city': 'VARCHAR', 'region': 'VARCHAR', 'country': 'VARCHAR', 'locale': 'VARCHAR', 'time_zone': 'VARCHAR', 'signed_up_at': 'TIMESTAMP', 'interests': 'VARCHAR', 'consent': 'VARCHAR'}
    )
),

final as (
    select
        customer_id,
        email,
        given_name,
        birth_date,
        gender,
        city,
        region,
        country,
        locale,
        time_zone,
        signed_up_at,
        interests,
        consent,
        substr(filename, length(getvariable('data')) + 2) as source_file
    from lines
)

select * from final
