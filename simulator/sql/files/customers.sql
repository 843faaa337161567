-- grain: one row a line of the file of customers, spoilt ones included
with

listed as (
    select *
    from customers
    order by customer_no
),

copied as (
    select *, unnest(copies_of_customers(customer_no)) as copy
    from listed
),

final as (
    select
        customer_name(customer_no) || ',' || coalesce(email, '') || ',' || csv(given_name)
            || ',' || case when copy = 'bad_date' then '31.02.1980' when struck('customers.missing_birth_date', customer_no) then '' else birth_date::varchar end
            || ',' || case when struck('customers.missing_gender', customer_no) then '' else gender end
            || case when copy = 'too_few_columns' then '' else
                ',' || case when struck('customers.missing_city', customer_no) then '' else csv(city) end
                || ',' || csv(region) || ',' || country || ',' || locale || ',' || time_zone || ',' || signed_up_at::varchar || ',' || interests || ',' || coalesce(consent, '') end
            as "customer_id,email,given_name,birth_date,gender,city,region,country,locale,time_zone,signed_up_at,interests,consent"
    from copied
)

select * from final
