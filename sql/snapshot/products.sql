-- one row a line kept, in the order of the shop's file
with

refused as (
    select position from sources.products
),

final as (
    select * exclude (position, source_file, source_line, shop_reason, cast_reason)
    from staged.products
    anti join refused using (position)
)

select * from final
