-- grain: position
with

refused as (
    select position from sources.customers
),

final as (
    select * exclude (source_file, source_line, shop_reason, cast_reason)
    from staged.customers
    anti join refused using (position)
)

select * from final
