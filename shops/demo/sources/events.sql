-- grain: one row an event of events/*.parquet
-- partitions: events/*.parquet
with

events as (
    select *
    from read_parquet(getvariable('partition'))
),

final as (
    -- histories made before a device was known have no column of it
    select columns(name -> name in ('event_id', 'customer_id', 'anonymous_id', 'session_id', 'occurred_at', 'kind', 'product_id', 'channel', 'device', 'query', 'value'))
    from events
)

select * from final
