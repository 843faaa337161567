-- grain: channel, device, part_of_day, weekend, entry, visitor_kind, segment_name
with

sessions as (
    select
        sessions.*,
        case when hour(started_at) < 6 then 'night' when hour(started_at) < 12 then 'morning' when hour(started_at) < 18 then 'afternoon' else 'evening' end as part_of_day,
        case when isodow(started_at) >= 6 then 'weekend' else 'weekday' end as weekend,
        string_split(path, ' > ')[1] as entry,
        case when is_returning then 'returning' else 'first visit' end as visitor_kind,
        coalesce(summaries.name, case when sessions.customer_id is null then 'nobody known' else 'no order yet' end) as segment_name
    from journeys.sessions
    left join segments.memberships using (customer_id)
    left join segments.summaries using (segment)
    where channel <> 'store'
),

valued as (
    select *, cart_value::decimal(18, 2) as cart, purchase_value::decimal(18, 2) as paid
    from sessions
),

final as (
    select
        channel,
        device,
        part_of_day,
        weekend,
        entry,
        visitor_kind,
        segment_name,
        count(*) as sessions,
        count_if(reached_cart) as carts,
        count_if(reached_checkout) as checkouts,
        count_if(purchased) as purchases,
        count_if(lost_at_payment) as lost_at_payment,
        coalesce(sum(cart) filter (where lost_at_payment), 0)::double as lost_at_payment_cart,
        coalesce(sum(cart) filter (where reached_checkout and not purchased and not lost_at_payment), 0)::double as lost_at_checkout_cart,
        coalesce(sum(cart) filter (where reached_cart and not reached_checkout), 0)::double as lost_at_cart_cart,
        count_if(purchased and cart > 0 and paid is not null) as paid_count,
        coalesce(sum(cart) filter (where purchased and cart > 0 and paid is not null), 0)::double as paid_x,
        coalesce(sum(paid) filter (where purchased and cart > 0 and paid is not null), 0)::double as paid_y,
        coalesce(sum(cart * cart) filter (where purchased and cart > 0 and paid is not null), 0)::double as paid_xx,
        coalesce(sum(cart * paid) filter (where purchased and cart > 0 and paid is not null), 0)::double as paid_xy,
        coalesce(sum(paid * paid) filter (where purchased and cart > 0 and paid is not null), 0)::double as paid_yy
    from valued
    group by channel, device, part_of_day, weekend, entry, visitor_kind, segment_name
)

select * from final
