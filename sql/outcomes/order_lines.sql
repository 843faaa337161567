-- one row a line kept since the campaign, in the order of the shop's file
with

refused as (
    select position from sources.order_lines
),

final as (
    select * exclude (position, source_file, source_line, shop_reason, cast_reason)
    from staged.order_lines
    anti join refused using (position)
    where ordered_at >= getvariable('from')::timestamp
)

select * from final
