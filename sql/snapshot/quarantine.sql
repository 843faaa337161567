-- grain: table_name, source_file, source_line, position
with

refused as (
    select 'products' as table_name, position, reason from sources.products
    union all select 'customers', position, reason from sources.customers
    union all select 'order_lines', position, reason from sources.order_lines
    union all select 'events', position, reason from sources.events
    union all select 'social', position, reason from sources.social
    union all select 'identities', position, reason from sources.identities
    union all select 'payments', position, reason from sources.payments
),

read_lines as (
    select 'products' as table_name, position, source_file, source_line, line from staged.products_lines
    union all select 'customers', position, source_file, source_line, line from staged.customers_lines
    union all select 'order_lines', position, source_file, source_line, line from staged.order_lines_lines
    union all select 'events', position, source_file, source_line, line from staged.events_lines
    union all select 'social', position, source_file, source_line, line from staged.social_lines
    union all select 'identities', position, source_file, source_line, line from staged.identities_lines
    union all select 'payments', position, source_file, source_line, line from staged.payments_lines
),

parsed_but_refused as (
    select table_name, source_file, source_line, position, reason, line
    from refused
    inner join read_lines using (table_name, position)
),

-- lines DuckDB's reader could not split into columns never reach a staged table
not_parsed as (
    select table_name, source_file, source_line, null::bigint as position, reason, line
    from staged.rejected_lines
),

final as (
    select * from parsed_but_refused
    union all
    select * from not_parsed
)

select * from final
