-- one row a line kept, in the order of the shop's file
with

refused as (
    select position from sources.order_lines
),

final as (
    select * exclude (position, source_file, source_line, shop_reason, cast_reason)
    from staged.order_lines
    anti join refused using (position)
)

select * from final
