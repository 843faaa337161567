-- severity: warn
-- message: days of the last eight weeks have no order at all; a file may be missing.
with

days as (
    select unnest(generate_series(getvariable('as_of')::date - 56, getvariable('as_of')::date - 1, interval 1 day))::date as day
),

ordered as (
    select distinct ordered_at::date as day from snapshot.order_lines
),

final as (
    select day from days anti join ordered using (day)
)

select * from final
