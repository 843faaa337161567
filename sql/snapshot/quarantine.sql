-- grain: table_name, source_file, source_line, position
with

-- a line that DuckDB's reader could not split into columns has no position
final as (
    select * from sources.refused_lines
)

select * from final
