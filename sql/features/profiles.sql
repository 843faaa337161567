-- grain: customer_id
with

moment as (
    select getvariable('as_of')::timestamp as as_of
),

customers as (
    select * from features.customers
),

people as (
    select customer_id, birth_date, gender, city, region, country, locale, time_zone, as_of
    from snapshot.customers
    cross join moment
),

-- quintiles as marketers use them: 5 is best; ties are broken by id so that they are the same tomorrow
scores as (
    select
        customer_id,
        ntile(5) over (order by recency_days desc, customer_id) as recency_score,
        ntile(5) over (order by frequency, customer_id) as frequency_score,
        ntile(5) over (order by monetary, customer_id) as monetary_score
    from customers
),

rhythm_by_day as (
    select customer_id, isodow(ordered_at) as weekday, count(*) as orders
    from features.orders
    where not is_return
    group by customer_id, weekday
),

rhythm as (
    select customer_id, weekday as favourite_weekday
    from rhythm_by_day
    qualify row_number() over (partition by customer_id order by orders desc, weekday) = 1
),

favourite_categories as (
    select customer_id, category as favourite_category, share as favourite_category_share
    from features.interests
    where rank = 1
),

final as (
    select
        customers.customer_id,
        case when birth_date is not null and birth_date < as_of then date_diff('year', birth_date, as_of) end as age,
        gender,
        city,
        region,
        country,
        locale,
        time_zone,
        recency_score,
        frequency_score,
        monetary_score,
        favourite_weekday,
        favourite_category,
        favourite_category_share,
        case greatest(web_share, app_share, store_share)
            when 0 then null
            when web_share then 'web'
            when app_share then 'app'
            else 'store'
        end as favourite_channel,
        customers.* exclude (customer_id)
    from customers
    inner join scores using (customer_id)
    left join people using (customer_id)
    left join rhythm using (customer_id)
    left join favourite_categories using (customer_id)
)

select * from final
