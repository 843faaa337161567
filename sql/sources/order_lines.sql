-- one row a refused line of order_lines: its place, what it is judged by, and why; lines are read anew by each step, with the columns it needs alone
with

lines as not materialized (
    select * from staged.order_lines
),

repeated_keys as (
    select order_id, line_no
    from lines
    where coalesce(shop_reason, cast_reason) is null
    group by order_id, line_no
    having count(*) > 1
),

later_copies as (
    select position
    from lines
    inner join repeated_keys using (order_id, line_no)
    where coalesce(shop_reason, cast_reason) is null
    qualify row_number() over (partition by order_id, line_no order by position) > 1
),

judged as (
    select
        lines.position,
        source_file,
        source_line,
        order_id,
        line_no,
        customer_id,
        ordered_at,
        product_id,
        quantity,
        unit_price,
        discount,
        returned,
        case
            when shop_reason is not null then shop_reason
            when cast_reason is not null then cast_reason
            when order_id is null then 'order_id is missing'
            when line_no is null then 'line_no is missing'
            when customer_id is null then 'customer_id is missing'
            when ordered_at is null then 'ordered_at is missing'
            when product_id is null then 'product_id is missing'
            when quantity is null then 'quantity is missing'
            when unit_price is null then 'unit_price is missing'
            when quantity = 0 then 'quantity is zero'
            when quantity < 0 and not coalesce(returned, false) then 'quantity is negative and the line is not a return'
            when unit_price < 0 then 'unit_price is negative'
            when discount < 0 then 'discount is negative'
            when ordered_at >= getvariable('until')::timestamp then 'ordered_at is at or after the end of what this cycle may know'
            when later_copies.position is not null then 'duplicate of an earlier line'
        end as reason
    from lines
    left join later_copies using (position)
),

final as (
    select * from judged where reason is not null
)

select * from final
