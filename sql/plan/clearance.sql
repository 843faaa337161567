-- grain: product_id
-- what the latest forecast calls slow or too much, and is there to be sold
with

stock as (
    select * from demand.stock
),

final as (
    select product_id, coalesce(title, product_id) as title, category, state, money_tied_up::double as money_tied_up
    from stock
    where state in ('slow', 'over') and stock > 0
)

select * from final
