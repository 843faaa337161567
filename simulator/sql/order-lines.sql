-- grain: one row a line of an order since `from`
create table order_lines as
with

numbered as (
    select *, unnest(range(1, lines + 1)) as line_no
    from orders
    where ordered_at >= getvariable('from')::timestamp
),

chosen as (
    select
        order_no,
        line_no,
        customer_no,
        ordered_at,
        channel,
        discount_percent,
        coupon_code,
        coupon_kind,
        coupon_value,
        order_no * 16 + line_no as line_id,
        line_product(order_no, line_no, taste, second_taste) as product_no,
        1 + floor(ln(u('line/quantity', order_no * 16 + line_no)) / ln(0.15))::integer as quantity,
        u('line/returned', order_no * 16 + line_no) < return_chance as returned
    from numbered
    inner join traits using (customer_no)
),

priced as (
    select
        chosen.*,
        products.price_cents,
        quantity * products.price_cents as gross_cents,
        quantity * products.price_cents - round(quantity * products.price_cents * discount_percent / 100)::bigint as reduced_cents
    from chosen
    inner join products using (product_no)
),

-- an amount off an order comes off its lines from the first on, as far as it goes
coupons_applied as (
    select
        *,
        case coupon_kind
            when 'percentage' then round(reduced_cents * coupon_value / 100)::bigint
            when 'amount' then greatest(0, least(reduced_cents, round(coupon_value * 100)::bigint
                - coalesce(sum(reduced_cents) over (partition by order_no order by line_no rows between unbounded preceding and 1 preceding), 0)))::bigint
            else 0
        end as coupon_cents
    from priced
    where coupon_code is not null
    union all
    select *, 0 as coupon_cents
    from priced
    where coupon_code is null
),

final as (
    select
        order_no,
        line_no,
        line_id,
        customer_no,
        ordered_at,
        product_no,
        quantity,
        price_cents,
        (gross_cents - reduced_cents + coupon_cents)::bigint as discount_cents,
        (reduced_cents - coupon_cents)::bigint as net_cents,
        coupon_code,
        channel,
        returned
    from coupons_applied
)

select * from final;

-- grain: one row an order since `from`
create table order_totals as
select order_no, sum(net_cents)::bigint as net_cents
from order_lines
group by order_no;
