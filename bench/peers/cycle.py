"""The data steps of one cycle as a data team writes them in a notebook: pandas, scikit-learn and mlxtend over the simulator's files.

Every definition is that of the project's SQL (sql/sources, sql/features, sql/segments, sql/plan), so that bench/cycle.ts can compare
the answers before it compares the times. Prints one JSON object: seconds by step, peak resident memory in bytes, answers.
"""

import argparse
import gc
import hashlib
import json
import pathlib
import resource
import time
import warnings

import numpy as np
import pandas as pd
from mlxtend.frequent_patterns import association_rules, fpgrowth
from scipy import sparse
from scipy.stats import false_discovery_control, hypergeom, norm, rankdata
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.calibration import calibration_curve
from sklearn.inspection import permutation_importance
from sklearn.metrics import adjusted_rand_score, average_precision_score, calinski_harabasz_score, precision_recall_curve, roc_auc_score, silhouette_score
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, export_text

KINDS = ["view", "search", "cart_add", "cart_remove", "checkout_start", "payment_failed", "purchase", "review"]
POSTS = ["post", "mention", "follow", "like", "review"]
CHANNELS = ["web", "app", "store", "email"]


# names of the files read; a line keeps the number of its own
FILES = []


def with_place(part, source, first_line):
    FILES.append(source)
    return part.assign(source_file=np.full(len(part), len(FILES) - 1, dtype="int16"), source_line=np.arange(first_line, len(part) + first_line, dtype="int32"))


def read_lines(folder, name, quarantine):
    """Every file of a table in the order of their names, all values as text; pyarrow's reader is the fast one. Lines with too few or too many columns go to quarantine."""
    parts = []
    for file in sorted(folder.glob(f"{name}/*.csv")) or [folder / f"{name}.csv"]:
        source = str(file.relative_to(folder))
        broken = []

        def keep(line, broken=broken):
            broken.append((line.actual_columns < line.expected_columns, line.text))
            return "skip"

        part = pd.read_csv(file, dtype="str", engine="pyarrow", on_bad_lines=keep, keep_default_na=False, na_values=[""])
        parts.append(with_place(part, source, 2))
        if broken:
            quarantine.append(pd.DataFrame({"table_name": name, "source_file": source, "reason": [f"the line has {'fewer' if fewer else 'more'} columns than the header" for fewer, _ in broken], "line": [text for _, text in broken]}))
    return pd.concat(parts, ignore_index=True)


def as_numbers(lines, columns):
    """Casts text to numbers; returns the rows in which some text was none, by column."""
    faults = []
    for column in columns:
        numbers = pd.to_numeric(lines[column], errors="coerce")
        faults.append((f"{column} is not a number", numbers.isna() & lines[column].notna()))
        lines[column] = numbers
    return faults


def as_moments(lines, column, form="%Y-%m-%d %H:%M:%S", kind="timestamp"):
    moments = pd.to_datetime(lines[column], format=form, errors="coerce")
    fault = (f"{column} is not a {kind}", moments.isna() & lines[column].notna())
    lines[column] = moments
    return [fault]


TOO_LATE = "at or after the end of what this cycle may know"


def missing(lines, columns):
    return [(f"{column} is missing", lines[column].isna()) for column in columns]


def refuse(name, lines, raw, parsing, rules, key, quarantine, told=None):
    """Quarantines each line that does not parse, breaks a rule or repeats a key, with the first reason that applies, as it was read; returns the others."""
    faults = parsing + rules
    if key:
        parsed = ~np.logical_or.reduce([mask.to_numpy() for _, mask in parsing]) if parsing else slice(None)
        copies = np.zeros(len(lines), dtype=bool)
        copies[parsed] = lines.loc[parsed, key].duplicated().to_numpy() if parsing else lines.duplicated(key).to_numpy()
        faults = faults + [("duplicate of an earlier line", pd.Series(copies, index=lines.index))]
    codes = np.select([mask.to_numpy() for _, mask in faults], np.arange(1, len(faults) + 1), 0)
    refused = np.flatnonzero(codes)
    reasons = pd.Categorical.from_codes(codes[refused] - 1, categories=[reason for reason, _ in faults])
    entry = pd.DataFrame({"table_name": name, "source_file": pd.Categorical.from_codes(raw["source_file"].to_numpy()[refused], categories=FILES), "source_line": raw["source_line"].to_numpy()[refused], "reason": reasons.astype("str")})
    # a line that only waits for the next cycle needs no mending, so its text is not written down
    mend = ~entry["reason"].str.endswith(TOO_LATE).to_numpy()
    columns = told or [column for column in raw.columns if not column.startswith("source_")]
    text = raw[columns].iloc[refused[mend]].to_json(orient="records", lines=True, date_format="iso")
    entry.loc[mend, "line"] = text.splitlines()
    quarantine.append(entry)
    return lines[codes == 0].drop(columns=["source_file", "source_line"])


def collect(folder, as_of):
    quarantine = []
    late = lambda lines, column: [(f"{column} is {TOO_LATE}", lines[column] >= as_of)]

    lines = read_lines(folder, "orders", quarantine)
    raw = lines.copy(deep=False)
    # the reader calls a line that ends early complete with gaps when it is cut in its last column
    parsing = [("the line has fewer columns than the header", lines["returned"].isna())] + as_numbers(lines, ["line_no", "quantity", "unit_price", "discount"]) + as_moments(lines, "ordered_at")
    lines["returned"] = lines["returned"] == "true"
    rules = missing(lines, ["order_id", "line_no", "customer_id", "ordered_at", "product_id", "quantity", "unit_price"]) + [
        ("quantity is zero", lines["quantity"] == 0), ("quantity is negative and the line is not a return", (lines["quantity"] < 0) & ~lines["returned"]),
        ("unit_price is negative", lines["unit_price"] < 0), ("discount is negative", lines["discount"] < 0)] + late(lines, "ordered_at")
    lines = refuse("orders", lines, raw, parsing, rules, ["order_id", "line_no"], quarantine)

    customers = read_lines(folder, "customers", quarantine)
    raw = customers.copy(deep=False)
    parsing = [("the line has fewer columns than the header", customers["signed_up_at"].isna())] + as_moments(customers, "birth_date", "%Y-%m-%d", "date") + as_moments(customers, "signed_up_at")
    customers = refuse("customers", customers, raw, parsing, missing(customers, ["customer_id"]) + late(customers, "signed_up_at"), ["customer_id"], quarantine)

    products = read_lines(folder, "products", quarantine)
    raw = products.copy(deep=False)
    parsing = as_numbers(products, ["price", "unit_cost", "stock"])
    rules = missing(products, ["product_id"]) + [("price is negative", products["price"] < 0), ("unit_cost is negative", products["unit_cost"] < 0)]
    products = refuse("products", products, raw, parsing, rules, ["product_id"], quarantine)

    parts = []
    for file in sorted(folder.glob("events/**/*.parquet")):
        part = pd.read_parquet(file)
        parts.append(with_place(part, str(file.relative_to(folder)), 1))
    events = pd.concat(parts, ignore_index=True)
    del parts, part
    rules = missing(events, ["event_id", "occurred_at", "kind"]) + [
        ("kind is not a known kind of event", ~events["kind"].isin(KINDS)), ("channel is not web, app, store or email", ~(events["channel"].isin(CHANNELS) | events["channel"].isna()))] + late(events, "occurred_at")
    events = refuse("events", events, events, [], rules, ["event_id"], quarantine, told=["event_id", "occurred_at", "kind", "channel"])

    social = read_lines(folder, "social", quarantine)
    raw = social.copy(deep=False)
    parsing = [("the line has fewer columns than the header", social["kind"].isna())] + as_moments(social, "occurred_at") + as_numbers(social, ["rating"])
    rules = missing(social, ["customer_id", "occurred_at", "kind"]) + [("kind is not a known kind of post", ~social["kind"].isin(POSTS))] + late(social, "occurred_at")
    social = refuse("social", social, raw, parsing, rules, None, quarantine)

    payments = read_lines(folder, "payments", quarantine)
    raw = payments.copy(deep=False)
    parsing = [("the line has fewer columns than the header", payments["is_fraud"].isna())] + as_numbers(payments, ["amount"]) + as_moments(payments, "occurred_at")
    payments = refuse("payments", payments, raw, parsing, missing(payments, ["payment_id", "order_id", "amount"]) + late(payments, "occurred_at"), ["payment_id"], quarantine)

    tables = {"order_lines": lines, "customers": customers, "products": products, "events": events, "social": social, "payments": payments}
    return {name: table.reset_index(drop=True) for name, table in tables.items()}, pd.concat(quarantine, ignore_index=True)


def audit(tables, as_of):
    """What should make a person look before the cycle goes on: the project's sql/audits. Returns what was found, by audit."""
    lines = tables["order_lines"]
    days = pd.date_range(as_of.normalize() - pd.Timedelta(days=56), as_of.normalize() - pd.Timedelta(days=1))
    typical = lines.groupby("product_id")["unit_price"].transform("median")
    return {
        "no orders": int(lines.empty),
        "days without orders": len(days.difference(pd.DatetimeIndex(lines["ordered_at"].dt.normalize().unique()))),
        # a hundred times in floats may come out a rounding above it
        "one price far from all others": int(((typical > 0) & (lines["unit_price"] > 100 * typical * (1 + 1e-12))).sum()),
        "orders of unknown customers": len(set(lines["customer_id"].unique()) - set(tables["customers"]["customer_id"])),
        "orders of unknown products": len(set(lines["product_id"].unique()) - set(tables["products"]["product_id"])),
    }


def clean_lines(tables):
    lines = tables["order_lines"].merge(tables["products"][["product_id", "category", "brand"]], on="product_id", how="left")
    lines[["category", "brand", "channel"]] = lines[["category", "brand", "channel"]].fillna("unknown")
    # codes instead of text: grouping and counting text is what pandas is slowest at
    for column in ["customer_id", "order_id", "product_id", "category", "brand"]:
        lines[column] = lines[column].astype("category")
    lines["channel"] = pd.Categorical(lines["channel"], categories=sorted(lines["channel"].unique()), ordered=True)
    lines["gross"] = lines["quantity"].abs() * lines["unit_price"]
    lines["discount"] = lines["discount"].fillna(0)
    lines["is_return"] = lines["returned"] | (lines["quantity"] < 0)
    lines["revenue"] = np.where(lines["is_return"], lines["discount"] - lines["gross"], lines["gross"] - lines["discount"])
    return lines


def make_orders(lines):
    return (
        lines.groupby(["customer_id", "order_id"], observed=True)
        .agg(ordered_at=("ordered_at", "min"), is_return=("is_return", "all"), channel=("channel", "min"), lines=("line_no", "size"),
             items=("quantity", "sum"), gross=("gross", "sum"), discount=("discount", "sum"), revenue=("revenue", "sum"))
        .reset_index()
        .sort_values(["customer_id", "ordered_at", "order_id"], ignore_index=True)
    )


def customer_features(lines, orders, events, as_of):
    lines = lines[lines["ordered_at"] < as_of]
    orders = orders[orders["ordered_at"] < as_of]
    purchases = orders[~orders["is_return"]].copy()
    day = purchases["ordered_at"].dt.normalize()
    purchases["gap"] = day.groupby(purchases["customer_id"], observed=True).diff().dt.days
    recent = purchases["ordered_at"] >= as_of - pd.Timedelta(days=90)
    purchases["recent"] = recent
    purchases["recent_revenue"] = purchases["revenue"].where(recent, 0)
    for channel in ["web", "app", "store"]:
        purchases[channel] = purchases["channel"] == channel
    purchases["weekend"] = purchases["ordered_at"].dt.day_of_week >= 5
    purchases["evening"] = purchases["ordered_at"].dt.hour >= 18

    by_customer = purchases.groupby("customer_id", observed=True)
    habits = by_customer.agg(
        first=("ordered_at", "min"), last=("ordered_at", "max"), frequency=("order_id", "size"), average_order_value=("revenue", "mean"),
        items_per_order=("items", "mean"), gap_mean_days=("gap", "mean"), gap_spread=("gap", "std"), gross=("gross", "sum"), discount=("discount", "sum"),
        web_share=("web", "mean"), app_share=("app", "mean"), store_share=("store", "mean"), weekend_share=("weekend", "mean"),
        evening_share=("evening", "mean"), orders_90d=("recent", "sum"), revenue_90d=("recent_revenue", "sum"),
    )
    today = as_of.normalize()
    habits["recency_days"] = (today - habits.pop("last").dt.normalize()).dt.days
    habits["tenure_days"] = (today - habits.pop("first").dt.normalize()).dt.days
    habits["gap_variation"] = (habits.pop("gap_spread") / habits["gap_mean_days"]).where(habits["gap_mean_days"] > 0)
    habits["discount_share"] = habits.pop("discount") / habits.pop("gross").replace(0, np.nan)
    habits["monetary"] = orders.groupby("customer_id", observed=True)["revenue"].sum()

    of_lines = lines.groupby("customer_id", observed=True)
    habits["distinct_products"] = lines.drop_duplicates(["customer_id", "product_id"]).groupby("customer_id", observed=True).size()
    habits["distinct_categories"] = lines.drop_duplicates(["customer_id", "category"]).groupby("customer_id", observed=True).size()
    habits["return_share"] = of_lines["is_return"].mean()

    recent_events = events[(events["occurred_at"] >= as_of - pd.Timedelta(days=30)) & (events["occurred_at"] < as_of) & events["customer_id"].notna()]
    counted = recent_events[["customer_id", "session_id"]].assign(
        views=recent_events["kind"] == "view", searches=recent_events["kind"] == "search", carts=recent_events["kind"] == "cart_add", bought=recent_events["kind"] == "purchase")
    sessions = counted.groupby(["customer_id", "session_id"], dropna=False).sum().reset_index()
    sessions["with_cart"] = sessions["carts"] > 0
    sessions["abandoned"] = sessions["with_cart"] & (sessions["bought"] == 0)
    browsing = sessions.groupby("customer_id").agg(
        views_30d=("views", "sum"), searches_30d=("searches", "sum"), carts_30d=("carts", "sum"), sessions_30d=("views", "size"), with_cart=("with_cart", "sum"), abandoned=("abandoned", "sum"))
    browsing["cart_abandon_share"] = browsing.pop("abandoned") / browsing.pop("with_cart").replace(0, np.nan)
    habits.index = habits.index.astype("str")
    features = habits.join(browsing, how="left").sort_index()
    counts = ["views_30d", "searches_30d", "carts_30d", "sessions_30d"]
    if len(recent_events) > 0:
        features[counts] = features[counts].fillna(0)
    return features.astype("float64")


def prepare_matrix(features, settings):
    chosen = features[settings["features"]]
    filled = SimpleImputer(strategy="median", keep_empty_features=True).fit_transform(chosen)
    first, third = np.quantile(filled, [0.25, 0.75], axis=0)
    reach = settings["outlier_limit"] * (third - first)
    clipped = np.clip(filled, first - reach, third + reach)
    varies = clipped.min(axis=0) < clipped.max(axis=0)
    return StandardScaler().fit_transform(clipped[:, varies]), int(np.sum(clipped != filled)), int(chosen.isna().to_numpy().sum())


def interests_of(bought, kind, as_of):
    """Shares of a customer's time-decayed purchases by category or brand, and tf-idf as scikit-learn smooths it."""
    known = bought[bought[kind] != "unknown"]
    days = (as_of.normalize() - known["ordered_at"].dt.normalize()).dt.days
    weights = np.round(1_000_000 * np.exp(-np.log(2) * days / 90))
    table = weights.groupby([known["customer_id"], known[kind]], observed=True).agg(lines="size", weight="sum").reset_index()
    table = table[table["weight"] > 0].sort_values(["customer_id", "weight", kind], ascending=[True, False, True])
    table["share"] = table["weight"] / table.groupby("customer_id", observed=True)["weight"].transform("sum")
    table["rank"] = table.groupby("customer_id", observed=True).cumcount() + 1
    idf = np.log((1 + table["customer_id"].nunique()) / (1 + table.groupby(kind, observed=True)["lines"].transform("size"))) + 1
    table["tf_idf"] = table["share"] * idf
    return table


def habits_of(features, orders, bought, brands):
    """How a customer buys: quintiles, baskets, weekdays and hours, price tier, loyalty to brands."""
    habits = pd.DataFrame(index=features.index)
    for score, column, up in [("recency_score", "recency_days", False), ("frequency_score", "frequency", True), ("monetary_score", "monetary", True)]:
        habits[score] = 1 + (5 * (features[column].rank(method="min", ascending=up) - 1)) // len(features)
    channels = features[["web_share", "app_share", "store_share"]]
    habits["favourite_channel"] = channels.idxmax(axis=1).str.removesuffix("_share").where(channels.max(axis=1) > 0)

    purchases = orders[~orders["is_return"]]
    hour = purchases["ordered_at"].dt.hour
    counted = pd.DataFrame({
        "customer_id": purchases["customer_id"], "lines": purchases["lines"], "revenue": purchases["revenue"], "discounted": purchases["discount"] > 0,
        "has_time": purchases["ordered_at"] != purchases["ordered_at"].dt.normalize(), "night": hour < 6, "morning": hour.between(6, 11), "afternoon": hour.between(12, 17),
        "cosine": np.cos(np.radians(15 * hour)), "sine": np.sin(np.radians(15 * hour)),
    })
    weekday = purchases["ordered_at"].dt.day_of_week
    for day in range(7):
        counted[f"day_{day}"] = weekday == day
    by_customer = counted.groupby("customer_id", observed=True)
    rhythm = by_customer.sum()
    rhythm["orders"] = by_customer.size()
    rhythm["largest_order_value"] = by_customer["revenue"].max()
    rhythm["has_times"] = by_customer["has_time"].any()
    rhythm.index = rhythm.index.astype("str")
    habits["lines_per_order"] = rhythm["lines"] / rhythm["orders"]
    habits["largest_order_value"] = rhythm["largest_order_value"]
    habits["discounted_order_share"] = rhythm["discounted"] / rhythm["orders"]
    days = rhythm[[f"day_{day}" for day in range(7)]].to_numpy()
    habits["favourite_weekday"] = pd.Series(days.argmax(axis=1) + 1, index=rhythm.index)
    habits["favourite_weekday_share"] = pd.Series(days.max(axis=1), index=rhythm.index) / rhythm["orders"]
    timed = rhythm[rhythm["has_times"]]
    habits["typical_hour"] = pd.Series(np.degrees(np.arctan2(timed["sine"], timed["cosine"])) % 360 / 15, index=timed.index).round(2)
    habits["hour_regularity"] = np.hypot(timed["sine"], timed["cosine"]) / timed["orders"]
    for part in ["night", "morning", "afternoon"]:
        habits[f"{part}_share"] = timed[part] / timed["orders"]

    products = bought.groupby("product_id", observed=True).agg(category=("category", "first"), gross=("gross", "sum"), quantity=("quantity", "sum"))
    prices = (products["gross"] / products["quantity"]).groupby(products["category"], observed=True)
    size = prices.transform("size")
    places = (1000 * (prices.rank(method="min") + size - prices.rank(method="min", ascending=False))) // (2 * size)
    place = bought["product_id"].map(places).astype("float64").groupby(bought["customer_id"], observed=True).mean() / 1000
    place.index = place.index.astype("str")
    habits["price_place"] = place
    habits["price_tier"] = pd.cut(habits["price_place"], [-np.inf, 1 / 3, 2 / 3, np.inf], labels=["low", "middle", "high"])
    pairs = pd.DataFrame({"customer_id": brands["customer_id"], "same": brands["lines"] * (brands["lines"] - 1), "lines": brands["lines"]}).groupby("customer_id", observed=True).sum()
    loyalty = pairs["same"] / (pairs["lines"] * (pairs["lines"] - 1)).replace(0, np.nan)
    loyalty.index = loyalty.index.astype("str")
    habits["brand_loyalty"] = loyalty
    return habits


def social_of(social, as_of):
    """What customers say, of whom others hear, and their place in the graph of follows; a review without stars is judged by the words of those that have them."""
    reviews = social[social["kind"] == "review"]
    tone = ((reviews["rating"] - 3) / 2).clip(-1, 1)
    words = reviews["text"].str.lower().str.findall(r"[^\W\d_]+")
    rated = pd.DataFrame({"tone": tone, "word": words.map(lambda found: sorted(set(found)) if isinstance(found, list) else [])})[tone.notna()].explode("word").dropna(subset="word")
    by_word = rated.groupby("word")["tone"].agg(["sum", "size"])
    by_word = (by_word["sum"] / (by_word["size"] + 5))[by_word["size"] >= 3]
    unrated = words[tone.isna() & reviews["text"].notna()]
    guessed = unrated.explode().map(by_word).groupby(level=0).mean() if len(unrated) > 0 else pd.Series(dtype="float64")
    told = social.assign(
        post=social["kind"] == "post", mention=social["kind"] == "mention", like=social["kind"] == "like", review=social["kind"] == "review",
        recent=social["occurred_at"] >= as_of - pd.Timedelta(days=90), stars=social["rating"].where(social["kind"] == "review"), tone=tone.reindex(social.index).fillna(guessed.reindex(social.index)))
    said = told.groupby("customer_id").agg(posts=("post", "sum"), mentions_made=("mention", "sum"), likes_given=("like", "sum"), reviews=("review", "sum"), activities=("kind", "size"),
                                           activities_90d=("recent", "sum"), last=("occurred_at", "max"), rating_mean=("stars", "mean"), sentiment=("tone", "mean"))
    said["days_since_active"] = (as_of.normalize() - said.pop("last").dt.normalize()).dt.days
    follows = social[(social["kind"] == "follow") & social["other_customer_id"].notna() & (social["customer_id"] != social["other_customer_id"])][["customer_id", "other_customer_id"]].drop_duplicates()
    back = follows.merge(follows.rename(columns={"customer_id": "other_customer_id", "other_customer_id": "customer_id"}), on=["customer_id", "other_customer_id"])
    heard = social[social["kind"].isin(["mention", "like"]) & (social["customer_id"] != social["other_customer_id"])].groupby(["other_customer_id", "kind"]).size().unstack(fill_value=0)
    graph = pd.DataFrame({"following": follows.groupby("customer_id").size(), "followers": follows.groupby("other_customer_id").size(), "mutual_follows": back.groupby("customer_id").size(),
                          "mentions_received": heard.get("mention"), "likes_received": heard.get("like")})
    everybody = said.join(graph, how="outer")
    counts = everybody.columns.difference(["rating_mean", "sentiment", "days_since_active"])
    everybody[counts] = everybody[counts].fillna(0)
    return everybody


def profile(tables, lines, orders, features, as_of):
    bought = lines[~lines["is_return"]]
    interests = interests_of(bought, "category", as_of)
    brands = interests_of(bought, "brand", as_of)

    favourites = bought.groupby(["customer_id", "product_id"], observed=True)["ordered_at"].agg(["size", "max"]).reset_index()
    favourites = favourites.sort_values(["customer_id", "size", "max", "product_id"], ascending=[True, False, False, True])
    favourites["rank"] = favourites.groupby("customer_id", observed=True).cumcount() + 1
    favourites = favourites[favourites["rank"] <= 3].merge(tables["products"][["product_id", "title"]], on="product_id", how="left")

    habits = habits_of(features, orders, bought, brands)
    social = social_of(tables["social"], as_of)
    worth = lifetime_value(orders, as_of)
    people = tables["customers"][["customer_id", "birth_date", "gender", "city", "region", "country", "locale", "time_zone", "interests"]].rename(columns={"interests": "stated_interests"})
    people["age"] = as_of.year - people["birth_date"].dt.year
    people["age_band"] = pd.cut(people["age"], [-np.inf, 17, 24, 34, 44, 54, 64, np.inf], labels=["under 18", "18-24", "25-34", "35-44", "45-54", "55-64", "65 and over"])
    profiles = features.join(habits)
    for kind, table in [("category", interests), ("brand", brands)]:
        first = table[table["rank"] == 1].set_index(table.loc[table["rank"] == 1, "customer_id"].astype("str"))[[kind, "share"]]
        rare = table.sort_values("tf_idf", ascending=False).drop_duplicates("customer_id")
        profiles = profiles.join(first.rename(columns={kind: f"favourite_{kind}", "share": f"favourite_{kind}_share"}))
        profiles = profiles.join(pd.Series(rare[kind].to_numpy(), index=rare["customer_id"].astype("str"), name=f"distinctive_{kind}"))
    by_name = worth.set_axis(worth.index.astype("str"))[["p_alive", "expected_purchases_90d", "expected_value_90d", "clv_1y"]]
    profiles = profiles.join(social).join(by_name).join(people.set_index("customer_id"))
    return {"profiles": profiles, "interests": interests, "brands": brands, "favourites": favourites, "habits": habits, "social": social, "lifetime_value": worth}


def lifetime_value(orders, as_of):
    """BG/NBD and Gamma-Gamma on the days with a purchase, in weeks; a day counts once."""
    warnings.filterwarnings("ignore")
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import _customer_lifetime_value

    purchases = orders[~orders["is_return"]]
    days = purchases.groupby(["customer_id", purchases["ordered_at"].dt.normalize().rename("day")], observed=True)["revenue"].sum().reset_index()
    by_customer = days.groupby("customer_id", observed=True)
    people = by_customer.agg(frequency=("day", "size"), first=("day", "min"), last=("day", "max"), revenue=("revenue", "sum"), revenue_of_first=("revenue", "first"))
    people["frequency"] -= 1
    people["recency"] = (people["last"] - people["first"]).dt.days / 7
    people["age"] = (as_of.normalize() - people["first"]).dt.days / 7
    after_first = people["revenue"] - people["revenue_of_first"]
    paid = people["frequency"].where(after_first > 0, 0)
    people["value"] = (after_first / paid.replace(0, np.nan)).fillna(0)
    history = [people[name] for name in ("frequency", "recency", "age")]
    bought = BetaGeoFitter().fit(*history)
    worth = GammaGammaFitter().fit(paid[paid > 0], people["value"][paid > 0])
    people["p_alive"] = bought.conditional_probability_alive(*history)
    people["expected_purchases_90d"] = bought.conditional_expected_number_of_purchases_up_to_time(90 / 7, *history)
    value = worth.conditional_expected_average_profit(paid, people["value"])
    people["expected_value_90d"] = people["expected_purchases_90d"] * value
    people["clv_1y"] = _customer_lifetime_value(bought, *history, value, time=12, discount_rate=1.1 ** (1 / 12) - 1, freq="W")
    return people


def gap_statistic(matrix, counts, seed, references=10, size=2000):
    """Tibshirani, Walther and Hastie: log inertia of uniform references along the principal components less that of a sample."""
    random = np.random.default_rng(seed)
    own = matrix[random.choice(len(matrix), min(size, len(matrix)), replace=False)]
    logs = lambda rows: np.array([np.log(KMeans(n_clusters=k, n_init=1, random_state=seed).fit(rows).inertia_) for k in counts])
    turned = PCA().fit_transform(own)
    low, high = turned.min(axis=0), turned.max(axis=0)
    made = np.array([logs(random.uniform(low, high, size=turned.shape)) for _ in range(references)])
    return made.mean(axis=0) - logs(own), made.std(axis=0) * np.sqrt(1 + 1 / references)


def stability(matrix, model, seed, resamples=10, size=4000):
    """Hennig: mean adjusted Rand index of clusterings of bootstrap samples with the one that is judged."""
    random = np.random.default_rng(seed)
    compared = matrix[random.choice(len(matrix), min(size, len(matrix)), replace=False)]
    given = model.predict(compared)
    again = (KMeans(n_clusters=model.n_clusters, n_init=1, random_state=seed + resample).fit(matrix[random.integers(len(matrix), size=len(compared))]) for resample in range(resamples))
    return float(np.mean([adjusted_rand_score(given, other.predict(compared)) for other in again]))


def describe(features, segments, names, size=20_000):
    """What tells a segment from the others: a shallow tree of it against the rest, with precision and recall of its purest leaf."""
    taken = features.index[np.argsort(pd.util.hash_array(features.index.to_numpy(dtype=object)))[:size]]
    values, labels = features.loc[taken, names].fillna(0).to_numpy(), segments.loc[taken].to_numpy()
    rows = []
    for number in np.unique(labels):
        inside = labels == number
        tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=max(1, int(np.ceil(len(labels) * 0.002)))).fit(values, inside)
        fits = tree.predict(values)
        rows.append({"segment": number, "rule": export_text(tree, feature_names=names), "precision": inside[fits].mean() if fits.any() else 0.0, "recall": fits[inside].mean()})
    return pd.DataFrame(rows)


def reasons(matrix, centres, own, names):
    """The three features that draw each customer to its own centre rather than to the next best."""
    squares = ((matrix[:, None, :] - centres[None, :, :]) ** 2)
    away = squares.sum(axis=2)
    away[np.arange(len(matrix)), own] = np.inf
    weights = squares[np.arange(len(matrix)), away.argmin(axis=1)] - squares[np.arange(len(matrix)), own]
    order = np.argsort(-weights, axis=1)[:, :3]
    names = np.array(names, dtype=object)
    texts = np.where(np.take_along_axis(weights, order, axis=1) > 0, names[order], "")
    return [", ".join(filter(None, row)) for row in texts]


def segment(matrix, features, settings):
    """k-means for every k within the bounds; silhouette, Calinski-Harabasz, gap and stability choose together by the sum of their ranks. Segment 0 is the largest."""
    counts = list(range(settings["k_minimum"], settings["k_maximum"] + 1))
    models = [KMeans(n_clusters=k, n_init=settings["n_init"], random_state=settings["seed"], algorithm="lloyd").fit(matrix) for k in counts]
    gaps, errors = gap_statistic(matrix, counts + [counts[-1] + 1], settings["seed"])
    enough = next((k for place, k in enumerate(counts) if gaps[place] >= gaps[place + 1] - errors[place + 1]), counts[-1])
    curve = pd.DataFrame({
        "clusters": counts, "inertia": [model.inertia_ for model in models],
        "silhouette": [silhouette_score(matrix, model.labels_, sample_size=min(settings["silhouette_sample"], len(matrix)), random_state=settings["seed"]) for model in models],
        "calinski_harabasz": [calinski_harabasz_score(matrix, model.labels_) for model in models],
        "stability": [stability(matrix, model, settings["seed"]) for model in models],
    })
    curve["votes"] = curve[["silhouette", "calinski_harabasz", "stability"]].rank(ascending=False, method="min").sum(axis=1) + (curve["clusters"] - enough).abs().rank(method="min")
    stable = curve[curve["stability"] >= 0.6]
    best = models[(stable if len(stable) > 0 else curve).sort_values(["votes", "silhouette"], ascending=[True, False]).index[0]]
    sizes = pd.Series(best.labels_).value_counts()
    order = {cluster: place for place, cluster in enumerate(sizes.index)}
    members = pd.DataFrame({"segment": pd.Series(best.labels_).map(order).to_numpy(), "reasons": reasons(matrix, best.cluster_centers_, best.labels_, settings["features"])}, index=features.index)
    members[["x", "y"]] = PCA(n_components=2).fit_transform(matrix)
    return members, describe(features, members["segment"], settings["features"]), curve


def significant_rules(table, settings, fewest=20, rate=0.05):
    """Rules with one consequent that are not chance: Fisher's exact test, false discoveries controlled over every rule looked at, then the confidence."""
    itemsets = fpgrowth(table, min_support=min(1, max(settings["minimum_support"], fewest / len(table))), use_colnames=True, max_len=3)
    if itemsets.empty or itemsets["itemsets"].map(len).max() < 2:
        return itemsets, itemsets.iloc[:0]
    rules = association_rules(itemsets, metric="support", min_threshold=0)
    rules = rules[rules["consequents"].map(len) == 1]
    whole = len(table)
    count = lambda share: np.round(share * whole).astype(int)
    rules["p_value"] = hypergeom.sf(count(rules["support"]) - 1, whole, count(rules["antecedent support"]), count(rules["consequent support"]))
    rules["false_discovery_rate"] = false_discovery_control(rules["p_value"])
    # mlxtend divides two supports: a confidence that is exactly the threshold may come out a rounding below it
    rules = rules[(rules["false_discovery_rate"] <= rate) & (rules["confidence"] >= settings["minimum_confidence"] - 1e-12)]
    return itemsets, rules.sort_values("lift", ascending=False)


def associate(lines, orders, segments, settings):
    item = "product_id" if settings["rules_level"] == "product" else "category"
    bought = lines.loc[~lines["is_return"], ["order_id", item]].drop_duplicates()
    baskets = bought["order_id"].cat.remove_unused_categories()
    items = bought[item].cat.remove_unused_categories()
    once = sparse.csr_matrix((np.ones(len(bought), dtype=bool), (baskets.cat.codes, items.cat.codes)))
    # rare items are in no frequent set: without them the one-hot table is small enough to be dense, which mlxtend handles fastest
    frequent = np.flatnonzero(np.asarray(once.sum(axis=0)).ravel() >= settings["minimum_support"] * once.shape[0])
    table = pd.DataFrame(once[:, frequent].toarray(), columns=items.cat.categories[frequent])
    itemsets, rules = significant_rules(table, settings)
    owner = orders.loc[~orders["is_return"], ["order_id", "customer_id"]].drop_duplicates("order_id").set_index("order_id")["customer_id"].astype("str")
    owned = owner.reindex(baskets.cat.categories).map(segments).to_numpy()
    by_segment = [significant_rules(table[owned == number], settings)[1].assign(segment=number) for number in np.unique(owned[~np.isnan(owned.astype("float64"))])]
    return itemsets, rules, pd.concat(by_segment)


def md5_number(texts):
    """DuckDB's md5_number_lower, so that both sides draw the same customers."""
    return [int.from_bytes(hashlib.md5(text.encode()).digest()[8:], "little") for text in texts]


METRICS = ["auc", "average_precision", "accuracy", "precision", "recall", "f1", "log_loss", "brier", "lift_at_decile"]


def with_intervals(actual, p, threshold, seed, resamples):
    """Every figure of quality with a percentile interval, from the same resamples of each class. What is a mean is taken by numpy, which is faster than scikit-learn's checks of its input."""
    random = np.random.default_rng(seed)
    classes = [np.flatnonzero(actual == value) for value in (0, 1)]
    told = p >= threshold
    kept = np.clip(p, np.finfo(float).eps, 1 - np.finfo(float).eps)
    losses = -np.where(actual == 1, np.log(kept), np.log1p(-kept))
    squares = (p - actual) ** 2

    def figures(rows):
        truth, guess, score = actual[rows], told[rows], p[rows]
        hits, positives, named = int((truth & guess).sum()), int(truth.sum()), int(guess.sum())
        best = np.argpartition(-score, len(score) // 10)[: len(score) // 10]
        return [roc_auc_score(truth, score), average_precision_score(truth, score), (truth == guess).mean(), hits / max(named, 1), hits / positives,
                2 * hits / (positives + named), losses[rows].mean(), squares[rows].mean(), truth[best].mean() / truth.mean()]

    drawn = np.array([figures(np.concatenate([random.choice(rows, len(rows)) for rows in classes])) for _ in range(resamples)])
    lower, upper = np.quantile(drawn, [0.025, 0.975], axis=0)
    return pd.DataFrame({"metric": METRICS, "value": figures(np.arange(len(actual))), "lower": lower, "upper": upper})


def delong_p_value(actual, first, second):
    """Two-sided p-value of a difference of two AUCs on the same rows (DeLong, DeLong and Clarke-Pearson 1988)."""
    positives = actual == 1
    parts = []
    for p in (first, second):
        rank, own, other = rankdata(p), rankdata(p[positives]), rankdata(p[~positives])
        parts.append(((rank[positives] - own) / (~positives).sum(), 1 - (rank[~positives] - other) / positives.sum()))
    difference = parts[0][0].mean() - parts[1][0].mean()
    variance = sum(np.var(one - two, ddof=1) / len(one) for one, two in zip(*parts))
    return 2 * norm.sf(abs(difference) / np.sqrt(variance))


def prediction_reasons(model, ready, p, names):
    """The three features that move each customer's log-odds most against the average customer."""
    logit = lambda x: np.log(x) - np.log1p(-x)
    if isinstance(model, LogisticRegression):
        shares = ready * model.coef_[0]
    else:
        shares = np.empty_like(ready)
        for column in range(ready.shape[1]):
            without = ready.copy()
            without[:, column] = 0
            shares[:, column] = logit(p) - logit(model.predict_proba(without)[:, 1])
    order = np.argsort(-np.abs(shares), axis=1)[:, :3]
    signs = np.where(np.take_along_axis(shares, order, axis=1) > 0, "+", "-").astype(object)
    return [", ".join(row) for row in signs + np.array(names, dtype=object)[order]]


def predict(features, earlier, earliest, orders, as_of, settings, keep):
    """Candidates learn from two horizons ago; on the horizon since, some customers choose the champion and others judge. It is then fitted anew."""
    days = pd.Timedelta(days=settings["prediction_days"])
    purchases = orders[~orders["is_return"]]

    def bought(table, start):
        buyers = purchases.loc[(purchases["ordered_at"] >= start) & (purchases["ordered_at"] < start + days), "customer_id"].astype("str").unique()
        return table.index.isin(buyers).astype("int8")

    judges = np.array([number % 10 < 3 for number in md5_number("test:" + customer for customer in earlier.index)])
    known = earlier.columns[earlier.notna().any() & earliest.notna().any()]
    squeeze = lambda table: np.sign(table[known].to_numpy()) * np.log1p(np.abs(table[known].to_numpy()))
    network = lambda: MLPClassifier(hidden_layer_sizes=(32, 16), early_stopping=True, n_iter_no_change=3, max_iter=15, random_state=settings["seed"])
    logistic = lambda: LogisticRegression(solver="newton-cholesky", tol=1e-6)
    trees = lambda: HistGradientBoostingClassifier(learning_rate=0.2, max_iter=30, max_leaf_nodes=15, early_stopping=True, n_iter_no_change=3, random_state=settings["seed"])
    candidates = {"logistic": logistic, "network": network, "trees": trees}

    def preparation(rows):
        imputer = SimpleImputer(strategy="median", keep_empty_features=True).fit(rows)
        scaler = StandardScaler().fit(imputer.transform(rows))
        return lambda matrix: scaler.transform(imputer.transform(matrix))

    past, past_labels = squeeze(earliest), bought(earliest, as_of - 2 * days)
    recent, labels = squeeze(earlier), bought(earlier, as_of - days)
    ready = preparation(past)
    models = {name: candidate().fit(ready(past), past_labels) for name, candidate in candidates.items()}
    chosen = {name: model.predict_proba(ready(recent[~judges]))[:, 1] for name, model in models.items()}
    champion = "logistic"
    for name, p in chosen.items():
        better = roc_auc_score(labels[~judges], p) > roc_auc_score(labels[~judges], chosen[champion])
        if better and delong_p_value(labels[~judges], p, chosen[champion]) < 0.05:
            champion = name
    precision, recall, thresholds = precision_recall_curve(labels[~judges], chosen[champion])
    threshold = thresholds[np.argmax((2 * precision * recall / np.maximum(precision + recall, 1e-12))[:-1])]

    tested = ready(recent[judges])
    judged = {name: model.predict_proba(tested)[:, 1] for name, model in models.items()}
    comparison = pd.concat([with_intervals(labels[judges], p, threshold, settings["seed"], settings["resamples"]).assign(model=name, p_value=1.0 if name == champion else delong_p_value(labels[judges], p, judged[champion])) for name, p in judged.items()])
    came, told = calibration_curve(labels[judges], judged[champion], n_bins=10, strategy="quantile")
    importances = permutation_importance(models[champion], tested[:5000], labels[judges][:5000], scoring="roc_auc", n_repeats=3, random_state=settings["seed"])

    ready = preparation(recent)
    final = candidates[champion]().fit(ready(recent), labels)
    today = ready(squeeze(features))
    probabilities = final.predict_proba(today)[:, 1]
    keep(pd.DataFrame({"probability": probabilities, "will_buy": probabilities >= threshold, "reasons": prediction_reasons(final, today, probabilities, known)}, index=features.index), "predictions")
    keep(comparison, "model_comparison")
    keep(pd.DataFrame({"told": told, "came": came}), "calibration")
    keep(pd.DataFrame({"feature": known, "auc_lost": importances.importances_mean, "deviation": importances.importances_std}), "importances")
    return pd.Series(probabilities, index=features.index), float(roc_auc_score(labels[judges], judged["logistic"])), int(labels[judges].sum())


def traits_of(habits, everybody):
    ratio = habits / everybody
    traits = []
    if ratio["frequency"] >= 1.5 and ratio["monetary"] >= 1.5 and ratio["recency_days"] <= 1:
        traits.append("champion")
    if ratio["tenure_days"] <= 0.6 and ratio["recency_days"] <= 1 and ratio["frequency"] < 1.5:
        traits.append("new")
    if ratio["recency_days"] >= 1.5:
        traits.append("lost")
    if 1 <= ratio["recency_days"] < 1.5 and ratio["frequency"] < 1.2:
        traits.append("slipping")
    if ratio["frequency"] >= 1.1:
        traits.append("loyal")
    if ratio["average_order_value"] >= 1.3:
        traits.append("big_basket")
    if ratio["discount_share"] >= 1.4:
        traits.append("bargain")
    return traits or ["occasional"]


def plan(customers, features, segments, probabilities, interests, favourites, settings):
    columns = ["recency_days", "frequency", "monetary", "average_order_value", "tenure_days", "discount_share"]
    averages = features[columns].groupby(segments).mean()
    everybody = features[columns].mean()
    catalogue = settings["offers"]
    for_everybody = next((offer for offer in catalogue if not offer["traits"]), catalogue[0])
    offers = {}
    for number, habits in averages.iterrows():
        made = (offer for trait in traits_of(habits, everybody) for offer in catalogue if trait in offer["traits"])
        offers[number] = next(made, for_everybody)

    people = customers[["customer_id", "email", "given_name", "locale", "consent"]].merge(
        pd.DataFrame({"segment": segments, "probability": probabilities, "average_order_value": features["average_order_value"]}), left_on="customer_id", right_index=True, how="outer")
    people["address"] = people["email"].str.strip().str.lower()
    people["expected_cost"] = people["segment"].map({number: offer["expected_cost"] for number, offer in offers.items()}) * people["probability"]
    people["expected_revenue"] = people["probability"] * people["average_order_value"]
    first = interests[interests["rank"] == 1][["customer_id", "category"]].astype("str")
    places = favourites.assign(customer_id=favourites["customer_id"].astype("str"), place="product_" + favourites["rank"].astype("str"))
    people = people.merge(first, on="customer_id", how="left").merge(places.pivot(index="customer_id", columns="place", values="title"), left_on="customer_id", right_index=True, how="left")
    valid = people["address"].str.fullmatch(r"[^@\s<>\",;:]+@[^@\s<>\",;:]+\.[^@\s<>\",;:.]+").fillna(False).astype(bool)
    people = people[people["segment"].notna() & valid & (people["consent"].str.lower() == "granted")].sort_values("customer_id").drop_duplicates("address")
    eligible = len(people)
    people["gain"] = people["expected_revenue"] - people["expected_cost"]
    people = people.sort_values(["gain", "customer_id"], ascending=[False, True])
    people = people[people["expected_cost"].cumsum() <= settings["budget"]]
    draw = np.array([number % 1_000_000 / 1_000_000 for number in md5_number(f"holdout:{settings['seed']}:{customer}" for customer in people["customer_id"])])
    arm = np.array([number % 1_000_000 / 1_000_000 for number in md5_number(f"arm:{settings['seed']}:{customer}" for customer in people["customer_id"])])
    people["arm"] = np.where(draw < settings["holdout_share"], "holdout", np.where(arm < 0.5, "A", "B"))
    people["offer"] = people["segment"].map({number: offer["name"] for number, offer in offers.items()})
    return people, eligible


class Stopwatch:
    def __init__(self):
        self.seconds = {}

    def run(self, step, work):
        started = time.perf_counter()
        result = work()
        self.seconds[step] = self.seconds.get(step, 0) + time.perf_counter() - started
        return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--as-of", type=pd.Timestamp, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the relations a notebook would keep")
    given = parser.parse_args()
    settings, as_of = given.settings, given.as_of
    given.out.mkdir(parents=True, exist_ok=True)
    watch = Stopwatch()
    keep = lambda table, name: table.to_parquet(given.out / f"{name}.parquet")

    tables, quarantine = watch.run("collect", lambda: collect(given.data, as_of))
    # a team that explores its snapshot writes it down once, as the project does
    watch.run("collect", lambda: [keep(table, name) for name, table in {**tables, "quarantine": quarantine}.items()])
    findings = watch.run("collect", lambda: audit(tables, as_of))
    refused = quarantine["table_name"].replace("orders", "order_lines").value_counts()
    del quarantine

    def preprocess():
        lines = clean_lines(tables)
        orders = make_orders(lines)
        features = customer_features(lines, orders, tables["events"], as_of)
        earlier = customer_features(lines, orders, tables["events"], as_of - pd.Timedelta(days=settings["prediction_days"]))
        earliest = customer_features(lines, orders, tables["events"], as_of - pd.Timedelta(days=2 * settings["prediction_days"]))
        matrix, clipped, imputed = prepare_matrix(features, settings)
        keep(features, "features")
        return lines, orders, features, earlier, earliest, matrix, clipped, imputed

    lines, orders, features, earlier, earliest, matrix, clipped, imputed = watch.run("preprocess", preprocess)
    gc.collect()

    def profile_customers():
        topics = profile(tables, lines, orders, features, as_of)
        for name, table in topics.items():
            keep(table, name)
        return topics

    topics = watch.run("profile", profile_customers)
    interests, favourites, worth = topics["interests"], topics["favourites"], topics["lifetime_value"]

    def analyse():
        members, descriptions, curve = segment(matrix, features, settings)
        keep(members, "memberships")
        keep(descriptions, "descriptions")
        itemsets, rules, segment_rules = associate(lines, orders, members["segment"], settings)
        keep(segment_rules.assign(antecedents=segment_rules["antecedents"].map(" + ".join), consequents=segment_rules["consequents"].map(" + ".join)), "segment_rules")
        probabilities, auc, positives = predict(features, earlier, earliest, orders, as_of, settings, keep)
        return members["segment"], curve, itemsets, rules, probabilities, auc, positives

    segments, curve, itemsets, rules, probabilities, auc, positives = watch.run("analyse", analyse)
    recipients, eligible = watch.run("campaign", lambda: plan(tables["customers"], features, segments, probabilities, interests, favourites, settings))
    watch.run("campaign", lambda: keep(recipients, "recipients"))

    print(json.dumps({
        "seconds": watch.seconds,
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "answers": {
            **{f"{name} kept": len(table) for name, table in tables.items()},
            **{f"{name} quarantined": int(refused.get(name, 0)) for name in tables},
            "rows found by audits": sum(findings.values()),
            "orders": len(orders),
            "customers with features": len(features),
            **{f"known {name}": int(features[name].notna().sum()) for name in features.columns},
            **{f"sum of {name}": float(features[name].sum()) for name in features.columns},
            "sum of earlier frequency": float(earlier["frequency"].sum()),
            "imputed": imputed,
            "clipped": clipped,
            "interests": len(interests),
            "brands": len(topics["brands"]),
            "people heard of": len(topics["social"]),
            "followers": int(topics["social"]["followers"].sum()),
            "favourite weekdays": int(topics["habits"]["favourite_weekday"].sum()),
            "sum of largest orders": float(topics["habits"]["largest_order_value"].sum()),
            "purchases expected": float(worth["expected_purchases_90d"].sum()),
            "worth of the next year": float(worth["clv_1y"].sum()),
            **{f"inertia {clusters}": inertia for clusters, inertia in zip(curve["clusters"], curve["inertia"])},
            "itemsets": len(itemsets),
            "rules": len(rules),
            "buyers in the test": positives,
            "auc": auc,
            "eligible": eligible,
        },
    }))


main()
