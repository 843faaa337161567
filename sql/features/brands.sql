-- grain: customer_id, rank
with

moment as (
    select getvariable('as_of')::timestamp as as_of
),

-- half of a purchase's weight is gone after 90 days; whole millionths, so that sums do not depend on their order
weighted as (
    select
        customer_id,
        brand,
        round(1000000 * exp(-ln(2) * date_diff('day', ordered_at, as_of) / 90))::bigint as weight
    from features.order_lines
    cross join moment
    where not is_return and brand <> 'unknown'
),

by_brand as (
    select customer_id, brand, count(*) as lines, sum(weight)::bigint as weight
    from weighted
    group by customer_id, brand
    having sum(weight) > 0
),

-- what everybody buys tells customers apart less: idf as scikit-learn smooths it, one customer's interests being one document
population as (
    select count(distinct customer_id) as customers from by_brand
),

rarity as (
    select brand, ln((1 + any_value(customers)) / (1 + count(*))) + 1 as idf
    from by_brand
    cross join population
    group by brand
),

final as (
    select
        customer_id,
        row_number() over (partition by customer_id order by weight desc, brand) as rank,
        brand,
        weight / sum(weight) over (partition by customer_id) as share,
        lines,
        weight / 1000000 as recent_lines,
        share * idf as tf_idf
    from by_brand
    inner join rarity using (brand)
)

select * from final
