-- Reviews of what was bought, some days later, and what people post about the shop.
-- grain: one row a review since `from`
create table reviews as
with

written as (
    select
        order_no,
        customer_no,
        ordered_at + to_seconds(259200 + floor(u('review/day', order_no) * 950400)) as reviewed_at
    from orders
    where u('review', order_no) < 0.05
),

final as (
    select
        order_no,
        customer_no,
        reviewed_at,
        line_product(order_no, 1, taste, second_taste) as product_no,
        [1, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5][1 + pick('review/rating', order_no, 12)] as rating,
        locale
    from written
    inner join traits using (customer_no)
    inner join customers using (customer_no)
    where reviewed_at >= getvariable('from')::timestamp and reviewed_at < getvariable('horizon')::timestamp
)

select * from final;

-- grain: one row a post, mention, follow, like or review since `from`
create table social as
with

posts_numbered as (
    select customer_no, signed_up_micro, evening_share, taste, second_taste, 0.003 * (0.3 + 1.4 * activity) as post_rate, unnest(range(20)) as post_index
    from traits
),

posts_timed as (
    select
        * exclude (post_index),
        customer_no * 32 + post_index as post_no,
        (signed_up_micro + sum(gap('post', customer_no * 32 + post_index, post_rate)) over (partition by customer_no order by post_index))::bigint as micro
    from posts_numbered
),

posts as (
    select
        post_no * 2 as social_no,
        customer_no,
        time_of_day(day, 'post', post_no, evening_share) as occurred_at,
        ['post', 'post', 'mention', 'follow', 'like', 'like'][1 + pick('post/kind', post_no, 6)] as kind,
        tasted_product('post', post_no, taste, second_taste) as product_no,
        null::integer as rating,
        locale
    from posts_timed
    inner join ticks on ticks.tick = micro // 10000
    inner join customers using (customer_no)
    where micro < getvariable('horizon_microdays') and day >= getvariable('from')::date
),

everything as (
    select * from posts
    union all
    select order_no * 2 + 1, customer_no, reviewed_at, 'review', product_no, rating, locale from reviews
),

final as (
    select
        social_no,
        customer_no,
        occurred_at,
        kind,
        case when kind in ('mention', 'follow', 'like') then acquaintance(social_no, customer_no) end as other_customer_no,
        case when kind in ('post', 'like', 'review') then product_no end as product_no,
        rating,
        case
            when kind in ('follow', 'like') then null
            when kind = 'mention' then case locale when 'zh-CN' then '你看过这家店吗？' else 'Have you seen this shop, it might be something for you.' end
            when kind = 'post' then case locale
                when 'zh-CN' then ['今天收到了，包装很好。', '周末用它请朋友喝茶。', '颜色比照片好看。'][1 + pick('text', social_no, 3)]
                else ['It came today, well packed.', 'Had friends over and used it for the first time.', 'The colour is nicer than the picture.', 'Third one I own, no regrets.'][1 + pick('text', social_no, 4)] end
            when rating >= 4 then case locale
                when 'zh-CN' then ['质量很好，会再买。', '很喜欢，推荐。'][1 + pick('text', social_no, 2)]
                else ['Just what I wanted, would buy again.', 'Good quality, quick delivery.', 'Lovely, my sister wants one "just like it".'][1 + pick('text', social_no, 3)] end
            when rating = 3 then case locale when 'zh-CN' then '一般，价格有点高。' else 'Does its job, a little dear for what it is.' end
            else case locale
                when 'zh-CN' then ['到货时坏了，很失望。', '和描述不一样。'][1 + pick('text', social_no, 2)]
                else ['Arrived broken, and nobody answers.', 'Not as described, I sent it back.'][1 + pick('text', social_no, 2)] end
        end as text
    from everything
)

select * from final;
