-- grain: customer_id, rank
with

bought as (
    select customer_id, product_id, count(*) as times, max(ordered_at) as last_bought_at
    from features.order_lines
    where not is_return
    group by customer_id, product_id
),

-- structs compare by their fields in order: most often, then latest, then by id; keeping three costs less than sorting all
favourites as (
    select
        customer_id,
        min({'less_often': -times, 'earlier': -epoch_us(last_bought_at), 'product_id': product_id}, 3) as places
    from bought
    group by customer_id
),

ranked as (
    select customer_id, generate_subscripts(places, 1) as rank, unnest(places) as place
    from favourites
),

named as (
    select customer_id, rank, place.product_id as product_id, -place.less_often as times
    from ranked
),

final as (
    select customer_id, rank, product_id, coalesce(products.title, product_id) as title, times
    from named
    left join snapshot.products using (product_id)
)

select * from final
