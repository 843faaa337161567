-- Every purchase until the horizon, as BG/NBD has it: a Poisson process at the customer's own rate that ends after `gone_after` repeats.
-- The process does not know the horizon: a later one adds purchases and changes none.
-- grain: one row a customer
create table first_purchases as
with

waits as (
    select
        customer_no,
        signed_up_micro + gap('first order', customer_no, 1 / case when is_looking then getvariable('looking_days') else getvariable('first_order_days') end) as micro
    from traits
),

final as (
    select customer_no, micro
    from waits
    where micro < getvariable('horizon_microdays')
)

select * from final;

-- grain: one row a purchase
create table purchases as
with

repeats_numbered as (
    select
        customer_no,
        rate,
        micro as first_micro,
        gone_after,
        unnest(range(1, 1 + least(gone_after, 2999, most_arrivals(rate * (getvariable('horizon_microdays') - micro) / 1e6)))) as purchase_index
    from first_purchases
    inner join traits using (customer_no)
),

-- whole numbers, so that the sum is the same in any order
repeats as (
    select
        customer_no,
        purchase_index,
        gone_after,
        (first_micro + sum(gap('repeat', customer_no * 4096 + purchase_index, rate)) over (partition by customer_no order by purchase_index))::bigint as micro
    from repeats_numbered
),

final as (
    select customer_no, 0 as purchase_index, micro, false as is_last from first_purchases
    union all
    select customer_no, purchase_index, micro, purchase_index = gone_after as is_last
    from repeats
    where micro < getvariable('horizon_microdays')
)

select * from final;

-- Customers who have dropped out by themselves.
-- grain: one row a customer
create table departures as
select customer_no, micro as departed_micro
from purchases
where is_last;

-- grain: one row an order
create table orders as
with

placed as (
    select
        purchases.customer_no,
        purchases.customer_no * 4096 + purchases.purchase_index as order_no,
        purchases.purchase_index,
        ticks.day,
        traits.*exclude (customer_no)
    from purchases
    inner join traits using (customer_no)
    inner join ticks on ticks.tick = purchases.micro // 10000
),

final as (
    select
        order_no,
        customer_no,
        purchase_index,
        time_of_day(day, 'order', order_no, evening_share) as ordered_at,
        case when u('order/channel', order_no) < 0.7 then preferred_channel else ['web', 'app', 'store'][1 + pick('order/other channel', order_no, 3)] end as channel,
        least(12, 1 + floor(ln(u('order/lines', order_no)) / ln(basket)))::integer as lines,
        case when u('order/discounted', order_no) < discount_chance then [10, 15, 20, 25][1 + pick('order/discount', order_no, 4)] else 0 end as discount_percent,
        null::varchar as coupon_code,
        null::varchar as coupon_kind,
        0.0::double as coupon_value
    from placed
)

select * from final;
