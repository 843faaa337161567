-- grain: one row a customer
with

final as (
    select
        customer_name(customer_no) as customer_id,
        rate,
        drop_out,
        gone_after,
        departed_micro is not null as departed,
        signed_up_micro / 1e6 as signed_up_day,
        micro / 1e6 as first_order_day,
        taste,
        second_taste,
        price_sensitivity,
        preferred_channel,
        response_class
    from traits
    left join departures using (customer_no)
    left join first_purchases using (customer_no)
    order by customer_no
)

select * from final
