-- grain: one row a place in a hundred
create table places as
with

listed as (
    select * from (values
        ('Berlin', 'Berlin', 'DE', 'en', 'Europe/Berlin', 'west', 26),
        ('Hamburg', 'Hamburg', 'DE', 'en', 'Europe/Berlin', 'west', 14),
        ('München', 'Bayern', 'DE', 'en', 'Europe/Berlin', 'west', 12),
        ('Köln', 'Nordrhein-Westfalen', 'DE', 'en', 'Europe/Berlin', 'west', 9),
        ('Wien', 'Wien', 'AT', 'en', 'Europe/Vienna', 'west', 7),
        ('Zürich', 'Zürich', 'CH', 'en', 'Europe/Zurich', 'west', 6),
        ('London', 'England', 'GB', 'en', 'Europe/London', 'west', 6),
        ('New York', 'New York', 'US', 'en', 'America/New_York', 'west', 4),
        ('上海', '上海', 'CN', 'zh-CN', 'Asia/Shanghai', 'china', 10),
        ('深圳', '广东', 'CN', 'zh-CN', 'Asia/Shanghai', 'china', 6)
    ) as listed (city, region, country, locale, time_zone, naming, share)
),

summed as (
    select *, (sum(share) over (order by country desc, city, region))::integer as share_until
    from listed
)

select unnest(range(share_until - share, share_until)) as slot, city, region, country, locale, time_zone, naming
from summed;

-- grain: one row a naming and gender
create table given_names as
select * from (values
    ('west', 'female', ['Anna', 'Zoë', 'Sofía', 'Jürgen-Marie', 'Emma', 'Łucja', 'Noémie', 'Mia', 'Freyja', 'Clara'], ['anna', 'zoe', 'sofia', 'marie', 'emma', 'lucja', 'noemie', 'mia', 'freyja', 'clara']),
    ('west', 'male', ['Paul', 'Jürgen', 'José', 'Søren', 'Ben', 'Győző', 'Léon', 'Finn', 'Björn', 'Oskar'], ['paul', 'juergen', 'jose', 'soeren', 'ben', 'gyozo', 'leon', 'finn', 'bjoern', 'oskar']),
    ('china', 'female', ['芳', '秀英', '敏', '静', '丽'], ['fang', 'xiuying', 'min', 'jing', 'li']),
    ('china', 'male', ['伟', '强', '磊', '小明', '军'], ['wei', 'qiang', 'lei', 'xiaoming', 'jun'])
) as listed (naming, gender, names, latin_names);

-- What nobody but the simulator knows. `activity` is where the purchase rate stands, about one half for the median customer.
-- grain: one row a customer
create table traits as
with

numbered as (
    select customer_no
    from range(1, getvariable('customers') + 1) as numbered (customer_no)
),

drawn as (
    select
        customer_no,
        abs(normal('rate', customer_no)) as depth,
        18 + floor(62 * pow(u('age', customer_no), 1.4))::integer as age,
        1 - pow(u('drop out', customer_no), 1 / getvariable('drop_out_shape')) as drop_out,
        floor(12 * pow(u('taste', customer_no), 1.3))::integer as taste,
        u('looking', customer_no) < getvariable('looking_share') as is_looking
    from numbered
),

placed as (
    select
        *,
        depth * depth / 2 / getvariable('rate_scale') as rate,
        depth / (depth + 0.6745) as activity,
        (taste + 1 + pick('second taste', customer_no, 11)) % 12 as second_taste,
        case
            when u('channel', customer_no) < case when age < 35 then 0.5 else 0.2 end then 'app'
            when u('channel', customer_no) < case when age < 35 then 0.62 else 0.5 end then 'store'
            else 'web'
        end as preferred_channel,
        1 / (1 + exp(-1.2 * normal('price', customer_no) + 1.2 * (depth / (depth + 0.6745) - 0.5))) as price_sensitivity
    from drawn
),

weighed as (
    select
        *,
        0.1 + 1.6 * price_sensitivity as persuadable,
        0.05 + 1.2 * activity * (1 - price_sensitivity) as sure_thing,
        0.1 + 0.8 * (1 - activity) as lost_cause,
        (0.05 + 0.4 * (1 - price_sensitivity)) * case preferred_channel when 'store' then 1.6 else 0.6 end as sleeping_dog
    from placed
),

classified as (
    select
        *,
        u('response class', customer_no) * (persuadable + sure_thing + lost_cause + sleeping_dog) as mark
    from weighed
),

final as (
    select
        customer_no,
        rate,
        activity,
        drop_out,
        -- repeat purchases after which the customer is gone
        greatest(1, least(2999, ceil(ln(u('gone', customer_no)) / ln(1 - drop_out))))::bigint as gone_after,
        is_looking,
        taste,
        second_taste,
        price_sensitivity,
        preferred_channel,
        0.05 + 0.45 * price_sensitivity as discount_chance,
        -- chance of one more line in an order
        0.25 + 0.4 * u('basket', customer_no) as basket,
        0.02 + 0.1 * pow(u('returns', customer_no), 2) as return_chance,
        0.15 + 0.5 * u('evening', customer_no) as evening_share,
        case
            when mark < persuadable then 'persuadable'
            when mark < persuadable + sure_thing then 'sure_thing'
            when mark < persuadable + sure_thing + lost_cause then 'lost_cause'
            else 'sleeping_dog'
        end as response_class,
        age,
        floor(pow(u('sign up', customer_no), getvariable('sign_up_power')) * getvariable('history_microdays'))::bigint as signed_up_micro
    from classified
)

select * from final order by customer_no;

-- grain: one row a customer
create table customers as
with

placed as (
    select
        customer_no,
        taste,
        second_taste,
        places.*,
        case when u('gender', customer_no) < 0.54 then 'female' else 'male' end as gender,
        make_date(extract(year from getvariable('start')::date)::bigint - age, 1, 1) + pick('birthday', customer_no, 365) as birth_date,
        ticks.day::timestamp + to_seconds(floor(u('sign up/second', customer_no) * 25200)) as signed_up_at
    from traits
    inner join places on places.slot = pick('place', customer_no, 100)
    inner join ticks on ticks.tick = signed_up_micro // 10000
),

named as (
    select
        placed.*,
        names[1 + pick('name', customer_no, length(names))] as given_name,
        latin_names[1 + pick('name', customer_no, length(names))] || '.' || customer_no || '@'
            || ['post.example', 'mail.example', 'inbox.example', 'letters.example'][1 + pick('mail domain', customer_no, 4)] as own_email
    from placed
    inner join given_names using (naming, gender)
),

final as (
    select
        named.customer_no,
        case email_flaw(named.customer_no)
            when 'missing_email' then null
            when 'malformed_email' then replace(named.own_email, '@', ' at ')
            when 'shared_email' then neighbour.own_email
            else named.own_email
        end as email,
        named.given_name,
        named.birth_date,
        named.gender,
        named.city,
        named.region,
        named.country,
        named.locale,
        named.time_zone,
        named.signed_up_at,
        concat_ws(';', case when u('interest', named.customer_no) < 0.75 then first_category.category end,
            case when u('second interest', named.customer_no) < 0.5 then second_category.category end) as interests,
        case when u('consent', named.customer_no) < 0.93 then 'granted' when u('consent', named.customer_no) < 0.97 then 'denied' end as consent
    from named
    left join named as neighbour on neighbour.customer_no = case when email_flaw(named.customer_no) = 'shared_email' then named.customer_no - 1 end
    inner join categories as first_category on first_category.category_no = named.taste
    inner join categories as second_category on second_category.category_no = named.second_taste
)

select * from final order by customer_no;
