-- grain: position
with

refused as (
    select position from sources.products
),

final as (
    select * exclude (source_file, source_line, shop_reason, cast_reason)
    from staged.products
    anti join refused using (position)
)

select * from final
