-- grain: one row a line of a file of posts and reviews from `period_from` to `period_to`, spoilt ones included
with

posted as (
    select *
    from social
    where occurred_at >= getvariable('period_from')::timestamp and occurred_at < getvariable('period_to')::timestamp
    order by occurred_at, social_no
),

copied as (
    select *, unnest(copies_of_social(social_no)) as copy
    from posted
),

final as (
    select
        customer_name(customer_no) || ',' || case when copy = 'bad_date' then 'yesterday' else occurred_at::varchar end || ',' || kind
            || case when copy = 'too_few_columns' then '' else
                ',' || coalesce(customer_name(other_customer_no), '') || ',' || coalesce(product_name(product_no), '')
                || ',' || case when text is null or struck('social.missing_text', social_no) then '' else csv(text) end
                || ',' || coalesce(rating::varchar, '') end
            as "customer_id,occurred_at,kind,other_customer_id,product_id,text,rating"
    from copied
)

select * from final
