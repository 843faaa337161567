-- grain: from_step, to_step
with

steps as (
    select list_concat(['start'], string_split(path, ' > '), ['end']) as steps
    from journeys.sessions
    where channel <> 'store'
),

moves as (
    select unnest(steps[:-2]) as from_step, unnest(steps[2:]) as to_step
    from steps
),

counted as (
    select from_step, to_step, count(*) as sessions
    from moves
    group by from_step, to_step
),

final as (
    select *, sessions / sum(sessions) over (partition by from_step) as share
    from counted
)

select * from final
