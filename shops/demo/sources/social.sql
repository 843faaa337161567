-- grain: one row a line of social/*.csv, a post, mention, follow, like or review
-- partitions: social/*.csv
with

-- store_rejects: a line that does not fit the types is quarantined with its reason instead of stopping the read
lines as (
    select *
    from read_csv(
        getvariable('partition'),
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', null_padding = false,
        store_rejects = true,
        columns = {'customer_id': 'VARCHAR', 'occurred_at': 'TIMESTAMP', 'kind': 'VARCHAR', 'other_customer_id': 'VARCHAR', 'product_id': 'VARCHAR', 'text': 'VARCHAR', 'rating': 'DOUBLE'}
    )
),

final as (
    select
        customer_id,
        occurred_at,
        kind,
        other_customer_id,
        product_id,
        text,
        rating
    from lines
)

select * from final
