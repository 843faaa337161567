-- grain: position
with

refused as (
    select position from sources.identities
),

final as (
    select * exclude (source_file, source_line, shop_reason, cast_reason)
    from staged.identities
    anti join refused using (position)
)

select * from final
