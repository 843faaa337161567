"""Raw Parquet to standardised features in DuckDB, as a data team writes it: refused lines and kept ones to files, features, gaps, outliers, scaling."""

import os
import shutil

from measure import measure, timed

EVENT_RULES = """case
    when event_id is null then 'event_id is missing' when occurred_at is null then 'occurred_at is missing' when kind is null then 'kind is missing'
    when kind not in ('view', 'search', 'cart_add', 'cart_remove', 'checkout_start', 'payment_failed', 'purchase', 'review') then 'kind is unknown'
    when channel not in ('web', 'app', 'store', 'email') then 'channel is unknown'
    when occurred_at >= $until::timestamp then 'too late' end"""
LINE_RULES = """case
    when order_id is null then 'order_id is missing' when line_no is null then 'line_no is missing' when customer_id is null then 'customer_id is missing'
    when ordered_at is null then 'ordered_at is missing' when product_id is null then 'product_id is missing' when quantity is null then 'quantity is missing'
    when unit_price is null then 'unit_price is missing' when quantity = 0 then 'quantity is zero'
    when quantity < 0 and not coalesce(returned, false) then 'quantity is negative' when unit_price < 0 then 'unit_price is negative'
    when discount < 0 then 'discount is negative' when ordered_at >= $until::timestamp then 'too late' end"""


def work(given):
    import duckdb

    folder = os.path.join(given["lake"], "duckdb")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)

    def build():
        # The order of rows is not needed, and keeping it costs memory.
        con = duckdb.connect(config={"temp_directory": folder, "preserve_insertion_order": False})
        kept = {}

        def clean(table, files, key, rules):
            raw = f"read_parquet('{given['data']}/{files}', filename = true, file_row_number = true)"
            con.execute(f"""
                create or replace temp table refused as
                with repeated as (select {key} from {raw} group by {key} having count(*) > 1),
                later as (select filename, file_row_number from {raw} semi join repeated using ({key}) qualify row_number() over (partition by {key} order by filename, file_row_number) > 1),
                judged as (select filename, file_row_number, {rules.replace('$until', repr(given['asOf'][:10]))} as reason from {raw})
                select filename, file_row_number, coalesce(reason, 'duplicate') as reason from judged left join later using (filename, file_row_number) where reason is not null or later.filename is not null""")
            con.execute(f"copy refused to '{folder}/refused_{table}.parquet'")
            [(kept[f"{table} kept"],)] = con.execute(f"copy (select * exclude (filename, file_row_number) from {raw} anti join refused using (filename, file_row_number)) to '{folder}/{table}.parquet'").fetchall()

        clean("events", "events/*.parquet", "event_id", EVENT_RULES)
        clean("order_lines", "orders/*.parquet", "order_id, line_no", LINE_RULES)
        until = f"'{given['asOf'][:10]}'::timestamp"
        con.execute(f"""
            create table customers as
            with lines as (
                select customer_id, order_id, ordered_at, product_id, coalesce(channel, 'unknown') as channel, quantity, abs(quantity) * unit_price as gross, coalesce(discount, 0) as discount,
                    coalesce(returned, false) or quantity < 0 as is_return
                from '{folder}/order_lines.parquet'
            ),
            orders as (
                select customer_id, order_id, min(ordered_at) as ordered_at, bool_and(is_return) as is_return, min(channel) as channel, sum(quantity) as items, sum(gross) as gross, sum(discount) as discount,
                    sum(case when is_return then discount - gross else gross - discount end) as revenue
                from lines group by customer_id, order_id
            ),
            habits as (
                select customer_id, date_diff('day', max(ordered_at), {until}) as recency_days, count(*) as frequency, avg(revenue) as average_order_value, avg(items) as items_per_order,
                    date_diff('day', min(ordered_at), {until}) as tenure_days, date_diff('day', min(ordered_at), max(ordered_at)) / nullif(count(*) - 1, 0) as gap_mean_days,
                    sum(discount) / nullif(sum(gross), 0) as discount_share, count_if(channel = 'web') / count(*) as web_share, count_if(isodow(ordered_at) >= 6) / count(*) as weekend_share,
                    count_if(ordered_at >= {until} - interval 90 day) as orders_90d, coalesce(sum(revenue) filter (where ordered_at >= {until} - interval 90 day), 0) as revenue_90d
                from orders where not is_return group by customer_id
            ),
            spending as (select customer_id, sum(revenue) as monetary from orders group by customer_id),
            variety as (select customer_id, count(distinct product_id) as distinct_products, count_if(is_return) / count(*) as return_share from lines group by customer_id),
            sessions as (select customer_id, session_id, count_if(kind = 'view') as views from '{folder}/events.parquet' where occurred_at >= {until} - interval 30 day and customer_id is not null group by customer_id, session_id),
            browsing as (select customer_id, sum(views) as views_30d, count(*) as sessions_30d from sessions group by customer_id)
            select customer_id, {', '.join(f"{column(name)}::double as {name}" for name in given['features'])}
            from habits join spending using (customer_id) join variety using (customer_id) left join browsing using (customer_id)""")
        con.execute(f"copy customers to '{folder}/customers.parquet'")
        names = given["features"]
        con.execute(f"create table filled as select customer_id, {', '.join(f'coalesce({n}, (select median({n}) from customers)) as {n}' for n in names)} from customers")
        quartiles = con.execute(f"select {', '.join(f'quantile_cont({n}, [0.25, 0.75])' for n in names)} from filled").fetchone()
        bounds = {n: (low - 3 * (high - low), high + 3 * (high - low)) for n, (low, high) in zip(names, quartiles)}
        con.execute(f"create table clipped as select customer_id, {', '.join(f'greatest(least({n}, {bounds[n][1]!r}), {bounds[n][0]!r}) as {n}' for n in names)} from filled")
        units = con.execute(f"select {', '.join(f'avg({n}), stddev_pop({n})' for n in names)} from clipped").fetchone()
        con.execute(f"copy (select customer_id, {', '.join(f'({n} - {units[2 * i]!r}) / {units[2 * i + 1]!r} as {n}' for i, n in enumerate(names))} from clipped) to '{folder}/matrix.parquet'")
        [(customers, filled, clipped)] = con.execute(f"""select (select count(*) from customers), (select {' + '.join(f'count_if({n} is null)' for n in names)} from customers),
            (select {' + '.join(f'count_if({n} < {bounds[n][0]!r} or {n} > {bounds[n][1]!r})' for n in names)} from filled)""").fetchall()
        [(most,)] = con.execute(f"select max(greatest({', '.join(names)})) from '{folder}/matrix.parquet'").fetchall()
        figures = {**kept, "customers": customers, "filled": filled, "clipped": clipped, "largest standardised value": most}
        for i, n in enumerate(names):
            figures[f"mean of {n}"], figures[f"scale of {n}"] = units[2 * i], units[2 * i + 1]
        return figures

    seconds, figures = timed(build)
    return {"features": seconds}, figures


def column(name):
    return f"coalesce({name}, 0)" if name in ("views_30d", "sessions_30d") else name


measure(work)
