-- Turns the responses into orders: those of people who were driven away or annoyed do not happen, persuaded people order once more, and a
-- coupon is redeemed once, in that order or in the first of the week.
delete from orders
where ordered_at >= getvariable('from')::timestamp and customer_no in (select customer_no from driven_away);

-- grain: one row an order of the week that annoyance prevented
create table lost_orders as
select orders.*
from orders
inner join responses using (customer_no)
where is_annoyed and ordered_at >= getvariable('from')::timestamp;

delete from orders
where order_no in (select order_no from lost_orders);

-- grain: one row an order that only a mail brought about
create table extra_orders as
with

numbered as (
    select
        responses.*,
        -- above every purchase of the customer's own, a number for each day after the history
        customer_no * 4096 + 3000 + date_diff('day', getvariable('until')::date, getvariable('from')::date) as order_no
    from responses
    where buys
),

final as (
    select
        order_no,
        customer_no,
        3000 as purchase_index,
        time_of_day(
            getvariable('from')::date + floor(pow(u('extra/day', order_no), 2) * least(5, date_diff('day', getvariable('from')::date, getvariable('horizon')::date)))::integer,
            'extra', order_no, traits.evening_share) as ordered_at,
        case when traits.preferred_channel = 'app' then 'app' else 'web' end as channel,
        least(12, 1 + floor(ln(u('order/lines', order_no)) / ln(traits.basket)))::integer as lines,
        0 as discount_percent,
        coupon_code,
        offer_kind as coupon_kind,
        coalesce(offer_value, 0) as coupon_value
    from numbered
    inner join traits using (customer_no)
)

select * from final;

insert into orders select * from extra_orders;

update orders
set coupon_code = redeemed.coupon_code, coupon_kind = redeemed.offer_kind, coupon_value = coalesce(redeemed.offer_value, 0)
from (
    select order_no, responses.coupon_code, offer_kind, offer_value
    from orders
    inner join responses using (customer_no)
    where
        opens and would_redeem and nth = 1 and not buys and not is_annoyed
        and responses.coupon_code is not null
        and ordered_at >= getvariable('from')::timestamp
    qualify row_number() over (partition by customer_no order by ordered_at, order_no) = 1
) as redeemed
where orders.order_no = redeemed.order_no;
