-- grain: one row a line of social/*.csv, a post, mention, follow, like or review
with

-- every value stays text: what does not cast is quarantined with its reason instead of stopping the read
lines as (
    select *
    from read_csv(
        getvariable('data') || '/social/*.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true, null_padding = false,
        store_rejects = true, filename = true,
        columns = {'customer_id': 'VARCHAR', 'occurred_at': 'VARCHAR', 'kind': 'VARCHAR', 'other_customer_id': 'VARCHAR', 'product_id': 'VARCHAR', 'text': 'VARCHAR', 'rating': 'VARCHAR'}
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
        rating,
        substr(filename, length(getvariable('data')) + 2) as source_file
    from lines
)

select * from final
