"""The same in polars: refused lines and kept ones to files, features, gaps, outliers, scaling."""

import datetime
import os
import shutil

from measure import measure, timed


def work(given):
    import polars as pl

    folder = os.path.join(given["lake"], "polars")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    until = datetime.datetime.fromisoformat(given["asOf"][:10])
    kinds = ["view", "search", "cart_add", "cart_remove", "checkout_start", "payment_failed", "purchase", "review"]
    missing = lambda name: pl.when(pl.col(name).is_null()).then(pl.lit(f"{name} is missing"))

    def clean(table, files, key, rules):
        raw = pl.read_parquet(f"{given['data']}/{files}")
        reason = pl.coalesce(*rules, pl.when(~pl.struct(key).is_first_distinct() if len(key) > 1 else ~pl.col(key[0]).is_first_distinct()).then(pl.lit("duplicate")))
        judged = raw.with_columns(reason.alias("reason"))
        judged.filter(pl.col("reason").is_not_null()).write_parquet(f"{folder}/refused_{table}.parquet")
        kept = judged.filter(pl.col("reason").is_null()).drop("reason")
        kept.write_parquet(f"{folder}/{table}.parquet")
        return kept

    def build():
        events = clean("events", "events/*.parquet", ["event_id"], [
            *[missing(name) for name in ("event_id", "occurred_at", "kind")],
            pl.when(~pl.col("kind").is_in(kinds)).then(pl.lit("kind is unknown")),
            pl.when(~pl.col("channel").is_in(["web", "app", "store", "email"])).then(pl.lit("channel is unknown")),
            pl.when(pl.col("occurred_at") >= until).then(pl.lit("too late")),
        ])
        kept = {"events kept": events.height}
        browsing = (
            events.lazy().filter((pl.col("occurred_at") >= until - datetime.timedelta(days=30)) & pl.col("customer_id").is_not_null())
            .group_by("customer_id", "session_id").agg((pl.col("kind") == "view").sum().alias("views"))
            .group_by("customer_id").agg(pl.col("views").sum().alias("views_30d"), pl.len().alias("sessions_30d")).collect()
        )
        del events
        lines = clean("order_lines", "orders/*.parquet", ["order_id", "line_no"], [
            *[missing(name) for name in ("order_id", "line_no", "customer_id", "ordered_at", "product_id", "quantity", "unit_price")],
            pl.when(pl.col("quantity") == 0).then(pl.lit("quantity is zero")),
            pl.when((pl.col("quantity") < 0) & ~pl.col("returned").fill_null(False)).then(pl.lit("quantity is negative")),
            pl.when(pl.col("unit_price") < 0).then(pl.lit("unit_price is negative")),
            pl.when(pl.col("discount") < 0).then(pl.lit("discount is negative")),
            pl.when(pl.col("ordered_at") >= until).then(pl.lit("too late")),
        ])
        kept["order_lines kept"] = lines.height
        number = lambda name: pl.col(name).cast(pl.Float64)
        lines = lines.lazy().select(
            "customer_id", "order_id", "ordered_at", "product_id", pl.col("channel").fill_null("unknown"), number("quantity").alias("items"), (number("quantity").abs() * number("unit_price")).alias("gross"),
            number("discount").fill_null(0).alias("discount"), (pl.col("returned").fill_null(False) | (pl.col("quantity") < 0)).alias("is_return"),
        ).with_columns(pl.when("is_return").then(pl.col("discount") - pl.col("gross")).otherwise(pl.col("gross") - pl.col("discount")).alias("revenue"))
        orders = lines.group_by("customer_id", "order_id").agg(
            pl.col("ordered_at").min(), pl.col("is_return").all(), pl.col("channel").min(), pl.col("items", "gross", "discount", "revenue").sum(),
        )
        recent = pl.col("ordered_at") >= until - datetime.timedelta(days=90)
        day = pl.col("ordered_at").dt.date()
        today = pl.lit(until.date())
        days = lambda late, early: (late - early).dt.total_days().cast(pl.Float64)
        habits = orders.filter(~pl.col("is_return")).group_by("customer_id").agg(
            days(today, day.max()).alias("recency_days"), pl.len().cast(pl.Float64).alias("frequency"), pl.col("revenue").mean().alias("average_order_value"), pl.col("items").mean().alias("items_per_order"),
            days(today, day.min()).alias("tenure_days"), pl.when(pl.len() > 1).then(days(day.max(), day.min()) / (pl.len() - 1)).alias("gap_mean_days"),
            pl.when(pl.col("gross").sum() != 0).then(pl.col("discount").sum() / pl.col("gross").sum()).alias("discount_share"), (pl.col("channel") == "web").mean().alias("web_share"), (pl.col("ordered_at").dt.weekday() >= 6).mean().alias("weekend_share"),
            recent.sum().cast(pl.Float64).alias("orders_90d"), pl.col("revenue").filter(recent).sum().alias("revenue_90d"),
        )
        spending = orders.group_by("customer_id").agg(pl.col("revenue").sum().alias("monetary"))
        variety = lines.group_by("customer_id").agg(pl.col("product_id").n_unique().cast(pl.Float64).alias("distinct_products"), pl.col("is_return").mean().alias("return_share"))
        names = given["features"]
        customers = (
            habits.join(spending, on="customer_id").join(variety, on="customer_id").join(browsing.lazy(), on="customer_id", how="left")
            .with_columns(pl.col("views_30d", "sessions_30d").fill_null(0).cast(pl.Float64)).select("customer_id", *names).collect()
        )
        customers.write_parquet(f"{folder}/customers.parquet")
        gaps = sum(customers[name].null_count() for name in names)
        filled = customers.with_columns(pl.col(name).fill_null(pl.col(name).median()) for name in names)
        low, high = (filled.select(pl.col(name).quantile(at, "linear") for name in names).row(0) for at in (0.25, 0.75))
        bounds = {name: (l - 3 * (h - l), h + 3 * (h - l)) for name, l, h in zip(names, low, high)}
        beyond = sum(filled.select(((pl.col(name) < bounds[name][0]) | (pl.col(name) > bounds[name][1])).sum()).item() for name in names)
        clipped = filled.with_columns(pl.col(name).clip(*bounds[name]) for name in names)
        means = clipped.select(pl.col(name).mean() for name in names).row(0)
        scales = clipped.select(pl.col(name).std(ddof=0) for name in names).row(0)
        matrix = clipped.with_columns((pl.col(name) - mean) / scale for name, mean, scale in zip(names, means, scales))
        matrix.write_parquet(f"{folder}/matrix.parquet")
        figures = {**kept, "customers": customers.height, "filled": gaps, "clipped": beyond, "largest standardised value": matrix.select(pl.max_horizontal(*names).max()).item()}
        for name, mean, scale in zip(names, means, scales):
            figures[f"mean of {name}"], figures[f"scale of {name}"] = mean, scale
        return figures

    seconds, figures = timed(build)
    return {"features": seconds}, figures


measure(work)
