-- grain: customer_id, other_customer_id
-- pairs of records that a person should look at: neither surely one person nor surely two
with

final as (
    select customer_id, other_customer_id, probability, why
    from identities.links
    where verdict = 'review'
)

select * from final
