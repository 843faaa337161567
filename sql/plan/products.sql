-- grain: customer_id, rank
-- products of each customer's letter: its favourites that are in stock, and at most one of its favourite category that is to be cleared, as the last
with

favourites as (
    select customer_id, rank, product_id, title, times
    from features.favourite_products
    left join (select product_id, stock from snapshot.products) using (product_id)
    where coalesce(stock, 1) > 0
),

interests as (
    select customer_id, category from features.interests where rank = 1
),

to_clear as (
    select product_id, title, category
    from plan.clearance
    qualify row_number() over (partition by category order by money_tied_up desc nulls last, product_id) <= 5
),

-- five a category, dealt out by customer, so that not everybody is shown the same
cleared as (
    select customer_id, product_id, title
    from interests
    inner join to_clear using (category)
    anti join favourites using (customer_id, product_id)
    qualify row_number() over (partition by customer_id order by md5(customer_id || ':' || product_id), product_id) = 1
),

together as (
    select favourites.customer_id, favourites.product_id, favourites.title, times, false as is_cleared, row_number() over (partition by favourites.customer_id order by rank) as place, cleared.customer_id is null as has_three
    from favourites
    left join cleared on favourites.customer_id = cleared.customer_id
    union all
    select customer_id, product_id, title, 0 as times, true as is_cleared, 4 as place, true as has_three
    from cleared
),

final as (
    select customer_id, row_number() over (partition by customer_id order by place) as rank, product_id, title, times, is_cleared
    from together
    where has_three or place <= 2
)

select * from final
