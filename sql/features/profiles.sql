-- grain: customer_id
with

moment as (
    select getvariable('as_of')::timestamp as as_of
),

-- whole years, and as the shop has them: a birth date nobody can have is not known
people as (
    select
        customer_id,
        case when date_sub('year', birth_date, as_of) between 0 and 120 then date_sub('year', birth_date, as_of) end as age,
        gender,
        city,
        region,
        country,
        locale,
        time_zone,
        interests as stated_interests
    from snapshot.customers
    cross join moment
),

habits as (
    select * from features.habits
),

-- the highest tf-idf, the favourite on a tie, as one number
favourite_categories as (
    select
        customer_id,
        arg_min(category, rank) as favourite_category,
        arg_min(share, rank) as favourite_category_share,
        arg_max(category, round(1000000 * tf_idf)::bigint * 10000 - rank) as distinctive_category
    from features.interests
    group by customer_id
),

favourite_brands as (
    select customer_id, brand as favourite_brand, share as favourite_brand_share
    from features.brands
    where rank = 1
),

-- a shop without social data knows nothing of it; in one that has them, silence is zero
social as (
    select * from features.social
),

has_social as (
    select count(*) > 0 as known from features.social
),

lifetime_value as (
    select customer_id, p_alive, expected_purchases_90d, expected_value_90d, clv_1y from features.lifetime_value
),

final as (
    select
        customers.customer_id,
        age,
        case
            when age < 18 then 'under 18'
            when age < 25 then '18-24'
            when age < 35 then '25-34'
            when age < 45 then '35-44'
            when age < 55 then '45-54'
            when age < 65 then '55-64'
            when age >= 65 then '65 and over'
        end as age_band,
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
        favourite_channel,
        customers.* exclude (customer_id),
        stated_interests,
        distinctive_category,
        favourite_brand,
        favourite_brand_share,
        brand_loyalty,
        price_place,
        price_tier,
        lines_per_order,
        largest_order_value,
        discounted_order_share,
        favourite_weekday_share,
        typical_hour,
        hour_regularity,
        night_share,
        morning_share,
        afternoon_share,
        case when has_social.known then coalesce(social.activities, 0) end as social_activities,
        case when has_social.known then coalesce(social.activities_90d, 0) end as social_activities_90d,
        case when has_social.known then coalesce(social.posts, 0) end as posts,
        case when has_social.known then coalesce(social.reviews, 0) end as reviews,
        social.rating_mean,
        social.sentiment,
        case when has_social.known then coalesce(social.following, 0) end as following,
        case when has_social.known then coalesce(social.followers, 0) end as followers,
        case when has_social.known then coalesce(social.mentions_received, 0) end as mentions_received,
        p_alive,
        expected_purchases_90d,
        expected_value_90d,
        clv_1y
    from features.customers
    cross join has_social
    inner join habits using (customer_id)
    left join people using (customer_id)
    left join favourite_categories using (customer_id)
    left join favourite_brands using (customer_id)
    left join social using (customer_id)
    left join lifetime_value using (customer_id)
)

select * from final
