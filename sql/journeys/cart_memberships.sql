-- grain: customer_id
with

customers as (
    select customer_id from journeys.cart_customers
),

final as (
    select memberships.*
    from segments.memberships
    semi join customers using (customer_id)
)

select * from final
