-- severity: warn
-- message: customers who ordered are not in the customers table; they get no mail.
with

known as (
    select customer_id from snapshot.customers
),

final as (
    select distinct customer_id
    from snapshot.order_lines
    anti join known using (customer_id)
    where exists (from known)
)

select * from final
