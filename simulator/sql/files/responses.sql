-- grain: one row a mail that a customer got in this week
with

final as (
    select
        getvariable('from')::date as lived_from,
        customer_no,
        customer_name(customer_no) as customer_id,
        response_class,
        offer_kind,
        offer_value,
        opens,
        clicks,
        buys,
        is_annoyed,
        unsubscribes,
        leaves
    from responses
    order by position
)

select * from final
