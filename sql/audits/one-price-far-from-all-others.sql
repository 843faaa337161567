-- severity: warn
-- message: order lines carry a unit price over 100 times the product's median.
with

typical as (
    select product_id, median(unit_price) as median_price
    from snapshot.order_lines
    group by product_id
),

final as (
    select order_id, line_no
    from snapshot.order_lines
    inner join typical using (product_id)
    where median_price > 0 and unit_price > 100 * median_price
)

select * from final
