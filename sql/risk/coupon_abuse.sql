-- grain: person
with

accounts as (
    select * from risk.accounts
),

redemptions as (
    select distinct customer_id, order_id, coupon_code
    from snapshot.order_lines
    where coupon_code is not null and coupon_code <> '' and not coalesce(returned, false)
),

final as (
    select
        person,
        any_value(accounts) as accounts,
        count(distinct customer_id) as accounts_with_coupons,
        count(distinct order_id) as coupon_orders,
        any_value(linked_by) as linked_by
    from accounts
    inner join redemptions using (customer_id)
    group by person
    having count(distinct customer_id) >= 2
)

select * from final
