-- Purchases are Poisson in a time of average days; the calendar stretches that time, so that busy days hold more of it.
-- grain: one row a day
create table days as
with

listed as (
    select day::date as day
    from generate_series(getvariable('start')::timestamp, getvariable('horizon')::timestamp - interval 1 day, interval 1 day) as listed (day)
),

weighted as (
    select
        day,
        round(100
            * case
                when weekofyear(day) = 48 then 1.5
                when weekofyear(day) between 47 and 51 then 1.35
                when weekofyear(day) between 1 and 4 then 0.8
                when weekofyear(day) between 29 and 33 then 0.9
                else 1
            end
            * case isodow(day) when 1 then 0.95 when 2 then 0.9 when 3 then 0.9 when 4 then 0.95 when 5 then 1.1 when 6 then 1.2 else 1 end)::bigint as ticks
    from listed
),

final as (
    select day, ticks, (sum(ticks) over (order by day) - ticks)::bigint as ticks_before
    from weighted
)

select * from final;

-- grain: one row a hundredth of an average day
create table ticks as
select ticks_before + unnest(range(ticks)) as tick, day
from days;
