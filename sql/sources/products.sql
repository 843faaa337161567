-- one row a refused line of products: its place, what it is judged by, and why; lines are read anew by each step, with the columns it needs alone
with

lines as not materialized (
    select * from staged.products
),

repeated_keys as (
    select product_id
    from lines
    where coalesce(shop_reason, cast_reason) is null
    group by product_id
    having count(*) > 1
),

later_copies as (
    select position
    from lines
    inner join repeated_keys using (product_id)
    where coalesce(shop_reason, cast_reason) is null
    qualify row_number() over (partition by product_id order by position) > 1
),

judged as (
    select
        lines.position,
        source_file,
        source_line,
        price,
        unit_cost,
        product_id,
        case
            when shop_reason is not null then shop_reason
            when cast_reason is not null then cast_reason
            when product_id is null then 'product_id is missing'
            when price < 0 then 'price is negative'
            when unit_cost < 0 then 'unit_cost is negative'
            when later_copies.position is not null then 'duplicate of an earlier line'
        end as reason
    from lines
    left join later_copies using (position)
),

final as (
    select * from judged where reason is not null
)

select * from final
