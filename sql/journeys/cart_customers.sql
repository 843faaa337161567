-- grain: customer_id
with

carts as (
    select customer_id from journeys.abandoned_carts
),

-- one letter a cycle: who gets the campaign's is not written to again
written_to as (
    select customer_id from plan.recipients where decision = 'send'
),

final as (
    select customers.*
    from snapshot.customers
    semi join carts using (customer_id)
    anti join written_to using (customer_id)
)

select * from final
