-- grain: customer_id
-- plan.candidates, where who is mailed and with what follows from what letters were seen to do
with

candidates as (
    select * from plan.candidates
),

gains as (
    select customer_id, expected_gain, expected_cost::decimal(18, 6) as expected_cost from plan.gains
),

offers as (
    select * from plan.offer_mix
),

shares as (
    select segment, share_a from plan.offers
),

-- every draw is of this cycle alone, so that who rests this week says nothing about who they are
drawn as (
    select
        candidates.* exclude (offer, offer_kind, offer_value, expected_cost),
        gains.expected_gain,
        gains.expected_cost,
        (md5_number_lower('rest:' || getvariable('seed') || ':' || getvariable('cycle') || ':' || candidates.customer_id) % 1000000)::double / 1000000 as rest_draw,
        (md5_number_lower('arm:' || getvariable('seed') || ':' || getvariable('cycle') || ':' || candidates.customer_id) % 1000000)::double / 1000000 as arm_draw,
        (md5_number_lower('offer:' || getvariable('seed') || ':' || getvariable('cycle') || ':' || candidates.customer_id) % 1000000)::double / 1000000 as offer_draw,
        (md5_number_lower('turn:' || getvariable('seed') || ':' || getvariable('cycle') || ':' || candidates.customer_id) % 1000000)::double / 1000000 as turn_draw
    from candidates
    left join gains on candidates.customer_id = gains.customer_id
),

-- without any evidence yet everybody is worth a letter, in an order that chance decides
worth_it as (
    select
        *,
        -- who rests takes no letter from anybody
        count_if(rest_draw >= getvariable('rest_share')) over (order by expected_gain desc nulls last, turn_draw, customer_id rows unbounded preceding) as letters_so_far,
        sum(expected_cost) over (order by expected_gain desc nulls last, turn_draw, customer_id rows unbounded preceding) as cost_so_far
    from drawn
    where decision = 'send' and coalesce(expected_gain > getvariable('minimum_gain'), true)
),

placed as (
    select
        drawn.*,
        worth_it.customer_id is not null as is_worth_it,
        coalesce(worth_it.cost_so_far > getvariable('budget')::decimal(18, 6), false) as is_over_budget,
        coalesce(letters_so_far > getvariable('maximum_recipients'), false) as is_over_maximum
    from drawn
    left join worth_it on drawn.customer_id = worth_it.customer_id
),

decided as (
    select
        *,
        case
            when decision <> 'send' then 'none'
            when not is_worth_it or is_over_budget or is_over_maximum then 'none'
            when rest_draw < getvariable('rest_share') then 'holdout'
            else 'send'
        end as new_decision,
        case
            when decision = 'holdout' then 'held out of every campaign, to measure what all of them do'
            when decision <> 'send' then why
            when not is_worth_it then 'expected to bring no more with a letter than without'
            when is_over_budget then 'over budget'
            when is_over_maximum then 'over the maximum number of recipients'
            when rest_draw < getvariable('rest_share') then 'rests this week by lot, to measure what the mail does'
        end as reason
    from placed
),

final as (
    select
        decided.customer_id,
        new_decision as decision,
        coalesce(reason, 'expected to bring more with a letter; gets ' || offers.offer) as why,
        case
            when new_decision = 'holdout' then 'holdout'
            when new_decision = 'send' and (len(getvariable('arms')) = 1 or arm_draw < share_a) then getvariable('arms')[1]
            when new_decision = 'send' then getvariable('arms')[2]
        end as arm,
        address,
        given_name,
        locale,
        segment,
        segment_name,
        offers.offer,
        offers.offer_kind,
        offers.offer_value,
        favourite_category,
        product_1,
        product_2,
        product_3,
        probability,
        coalesce(decided.expected_cost, 0)::double as expected_cost,
        expected_revenue,
        expected_gain
    from decided
    left join shares using (segment)
    left join offers on offer_draw >= share_from and offer_draw < share_until
)

select * from final
