-- What the mails were bound to do on average, from the model's chances and not from how the week's draws fell.
-- An order's value comes from the catalogue and the customer's taste; an amount off takes no more than the order's mean value.
create table true_effects as
with

-- the chance that a draw gets a rank, from the continuous distribution that macro zipf inverts
ranked as (
    select
        products.*,
        (pow(rank, -0.1) - pow(rank + 1, -0.1)) / (1 - pow(getvariable('products_per_category') + 1, -0.1)) as chance
    from products
),

category_values as (
    select
        ranked.category_no,
        sum(ranked.chance * ranked.price_cents order by ranked.product_no) as mean_cents,
        sum(case when has_complement(ranked.product_no) then ranked.chance * complements.price_cents else 0 end order by ranked.product_no) as complement_cents,
        sum(case when has_complement(ranked.product_no) then ranked.chance else 0 end order by ranked.product_no) as complement_chance
    from ranked
    inner join products as complements on complements.product_no = complement(ranked.product_no)
    group by ranked.category_no
),

overall_values as (
    select avg(mean_cents order by category_no) as mean_cents, avg(complement_cents order by category_no) as complement_cents, avg(complement_chance order by category_no) as complement_chance
    from category_values
),

tasted as (
    select
        responses.*,
        0.5 * first_values.mean_cents + 0.25 * second_values.mean_cents + 0.25 * overall_values.mean_cents as line_cents,
        0.5 * first_values.complement_cents + 0.25 * second_values.complement_cents + 0.25 * overall_values.complement_cents as complement_cents,
        0.5 * first_values.complement_chance + 0.25 * second_values.complement_chance + 0.25 * overall_values.complement_chance as complement_chance,
        (getvariable('horizon_microdays') - getvariable('from_microdays')) / 1e6 as days
    from responses
    inner join category_values as first_values on first_values.category_no = taste
    inner join category_values as second_values on second_values.category_no = second_taste
    cross join overall_values
    where nth = 1
),

-- mean items of a line are 1 / 0.85; a second line is the complement of the first in 35 of 100 cases where there is one
valued as (
    select
        *,
        (line_cents * (1 + basket * basket * (1 - pow(basket, 10)) / (1 - basket))
            + basket * (0.35 * complement_cents + (1 - 0.35 * complement_chance) * line_cents)) / 0.85 / 100 as order_value,
        case
            when is_driven_away or has_departed then 0
            when is_waiting then 1 - exp(-days / case when is_looking then getvariable('looking_days') else getvariable('first_order_days') end)
            else 1 - exp(-rate * days)
        end as any_order,
        case
            when is_driven_away or has_departed then 0
            when is_waiting then 1 - exp(-days / case when is_looking then getvariable('looking_days') else getvariable('first_order_days') end)
            else (1 - exp(-drop_out * rate * days)) / drop_out
        end as usual_orders,
        open_chance * click_chance * buy_chance as extra_chance,
        open_chance * annoyed_chance as annoyed_overall
    from tasted
),

discounted as (
    select
        *,
        order_value * (1 - 0.175 * discount_chance) as usual_value,
        open_chance * (1 - annoyed_chance) * redeem_chance * any_order * (1 - click_chance * buy_chance) as usual_redemption
    from valued
),

effects as (
    select
        response_class,
        extra_chance - annoyed_overall * usual_orders as orders,
        extra_chance * (1 - any_order) - annoyed_overall * any_order as conversion,
        extra_chance * (order_value - coupon_cost(order_value, coupon_code, offer_kind, offer_value))
            - annoyed_overall * usual_orders * usual_value
            - usual_redemption * coupon_cost(usual_value, coupon_code, offer_kind, offer_value) as revenue
    from discounted
),

-- whole millionths, so that the sums do not depend on the order of rows
final as (
    select
        coalesce(response_class, 'all') as response_class,
        count(*) as mailed,
        coalesce(sum(round(orders * 1e6)::hugeint)::double / count(*) / 1e6, 0) as orders,
        coalesce(sum(round(conversion * 1e6)::hugeint)::double / count(*) / 1e6, 0) as conversion,
        coalesce(sum(round(revenue * 1e6)::hugeint)::double / count(*) / 1e6, 0) as revenue
    from effects
    group by grouping sets ((response_class), ())
)

select * from final order by response_class;
