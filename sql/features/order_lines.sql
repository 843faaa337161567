-- grain: customer_id, ordered_at, order_id, line_no
with

lines as (
    select * from snapshot.order_lines
),

products as (
    select product_id, category, brand from snapshot.products
),

priced as (
    select
        order_id,
        line_no,
        customer_id,
        ordered_at,
        product_id,
        quantity,
        (abs(quantity) * unit_price)::decimal(18, 4) as gross,
        coalesce(discount, 0)::decimal(18, 4) as discount,
        coalesce(returned, false) or quantity < 0 as is_return,
        coalesce(channel, 'unknown') as channel
    from lines
),

final as (
    select
        priced.*,
        case when is_return then discount - gross else gross - discount end as revenue,
        coalesce(products.category, 'unknown') as category,
        coalesce(products.brand, 'unknown') as brand
    from priced
    left join products using (product_id)
)

select * from final
