-- grain: customer_id
with

moment as (
    select getvariable('as_of')::timestamp as as_of
),

-- of five stars three are neutral: tone runs from -1 to 1, in thousandths
messages as (
    select
        customer_id,
        occurred_at,
        lower(kind) as kind,
        other_customer_id,
        lower(text) as text,
        (1000 * rating)::bigint as rating,
        case when rating is not null then (1000 * least(greatest((rating - 3) / 2, -1), 1))::bigint end as tone
    from snapshot.social
),

-- what is said without stars is judged by words of the reviews that have them, so that no language is taken for granted
words_of_rated as (
    select tone, unnest(list_distinct(regexp_extract_all(text, '\p{L}+'))) as word
    from messages
    where kind = 'review' and tone is not null and exists (from messages where kind = 'review' and tone is null and text is not null)
),

-- five neutral reviews are added to each word: a word seen once proves little
tone_of_words as (
    select word, (sum(tone) / (count(*) + 5))::bigint as tone
    from words_of_rated
    group by word
    having count(*) >= 3
),

unrated_texts as (
    select distinct text from messages where kind = 'review' and tone is null and text is not null
),

words_of_unrated as (
    select text, unnest(list_distinct(regexp_extract_all(text, '\p{L}+'))) as word
    from unrated_texts
),

tone_of_texts as (
    select text, (sum(tone) / count(*))::bigint as guessed_tone
    from words_of_unrated
    inner join tone_of_words using (word)
    group by text
),

said as (
    select
        customer_id,
        count_if(kind = 'post')::bigint as posts,
        count_if(kind = 'mention')::bigint as mentions_made,
        count_if(kind = 'like')::bigint as likes_given,
        count_if(kind = 'review')::bigint as reviews,
        count(*) as activities,
        count_if(occurred_at >= as_of - interval 90 day)::bigint as activities_90d,
        date_diff('day', max(occurred_at), any_value(as_of)) as days_since_active,
        sum(rating) filter (where kind = 'review') as rating_sum,
        count(rating) filter (where kind = 'review') as rated,
        sum(coalesce(tone, guessed_tone)) filter (where kind = 'review') as tone_sum,
        count(coalesce(tone, guessed_tone)) filter (where kind = 'review') as toned
    from messages
    cross join moment
    left join tone_of_texts using (text)
    where customer_id is not null and occurred_at < as_of
    group by customer_id
),

-- an edge once, however often it was followed and left; nobody follows oneself
edges as (
    select distinct customer_id as follower, other_customer_id as followed
    from messages
    cross join moment
    where kind = 'follow' and customer_id <> other_customer_id and occurred_at < as_of
),

following as (
    select edges.follower as customer_id, count(*) as following, count(back.follower) as mutual_follows
    from edges
    left join edges as back on edges.follower = back.followed and edges.followed = back.follower
    group by edges.follower
),

followed as (
    select followed as customer_id, count(*) as followers
    from edges
    group by followed
),

heard as (
    select
        other_customer_id as customer_id,
        count_if(kind = 'mention')::bigint as mentions_received,
        count_if(kind = 'like')::bigint as likes_received
    from messages
    cross join moment
    where kind in ('mention', 'like') and customer_id <> other_customer_id and occurred_at < as_of
    group by other_customer_id
),

final as (
    select
        customer_id,
        coalesce(activities, 0) as activities,
        coalesce(activities_90d, 0) as activities_90d,
        days_since_active,
        coalesce(posts, 0) as posts,
        coalesce(mentions_made, 0) as mentions_made,
        coalesce(likes_given, 0) as likes_given,
        coalesce(reviews, 0) as reviews,
        rating_sum / (1000 * nullif(rated, 0)) as rating_mean,
        tone_sum / (1000 * nullif(toned, 0)) as sentiment,
        coalesce(following, 0) as following,
        coalesce(followers, 0) as followers,
        coalesce(mutual_follows, 0) as mutual_follows,
        coalesce(mentions_received, 0) as mentions_received,
        coalesce(likes_received, 0) as likes_received
    from said
    full join following using (customer_id)
    full join followed using (customer_id)
    full join heard using (customer_id)
)

select * from final
