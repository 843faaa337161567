"""The same pairs of the same records, scored by splink on DuckDB: comparisons and training as its guide has them, addresses and numbers told apart as the project does, which serves it better here than its own comparison of addresses."""

import duckdb
import logging
import numpy
import os
import re

os.environ.setdefault("SPLINK_DISABLE_TELEMETRY", "1")
from measure import measure, timed
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator

logging.getLogger("splink").setLevel(logging.ERROR)


def work(given):
    connection = duckdb.connect()
    connection.execute(f"set threads = {given['threads']}")
    connection.execute(
        "create table people as select record::integer as unique_id, * exclude (record) from read_csv(?, all_varchar = true, header = true, nullstr = '')",
        [given["records"]],
    )
    rules = [rule_of(key) for key in given["keys"]]
    deterministic = ["l.email = r.email and l.given_name = r.given_name", "l.phone = r.phone and l.given_name = r.given_name", "l.family_name = r.family_name and l.given_name = r.given_name and l.birth_date = r.birth_date"]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("family_name").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("email", 1),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.JaroWinklerAtThresholds("city", [0.9]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("phone", 1),
            cl.ExactMatch("device"),
        ],
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )

    def score():
        api = DuckDBAPI(connection)
        linker = Linker(api.register("people") if hasattr(api, "register") else "people", settings)
        training = linker.training
        training.estimate_probability_two_random_records_match(deterministic, recall=0.6)
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1, min_count_per_level=None)
        for rule in [rule_of("email"), rule_of("phone"), "l.given_name = r.given_name and l.family_name = r.family_name", rule_of("birth_date")]:
            training.estimate_parameters_using_expectation_maximisation(rule)
        predicted = linker.inference.predict()
        return connection.execute(f"select unique_id_l, unique_id_r, match_probability from {predicted.physical_name}").fetchnumpy()

    seconds, pairs = timed(score)
    person = numpy.fromfile(given["truth"], "<u4")
    linked = person[pairs["unique_id_l"]] == person[pairs["unique_id_r"]]
    counts = numpy.unique(person, return_counts=True)[1].astype("int64")
    all_true = int((counts * (counts - 1) // 2).sum())
    probability = numpy.asarray(pairs["match_probability"], "f8")

    def figures(threshold):
        kept = probability >= threshold
        right = int(linked[kept].sum())
        return right / max(1, int(kept.sum())), right / all_true

    precision, recall = figures(given["threshold"])
    order = numpy.argsort(-probability, kind="stable")
    hits = numpy.cumsum(linked[order])
    shares = hits / numpy.arange(1, len(order) + 1)
    best = float(numpy.max(numpy.where(shares >= given["precision"], hits, 0)) / all_true)
    average = float((shares * linked[order]).sum() / all_true)
    return {"block, estimate and score": seconds}, {
        "pairs compared": len(order), "precision": precision, "recall": recall,
        f"most recall at precision {given['precision']}": best, "average precision": average,
    }


def rule_of(key):
    """A key over a record's columns as a rule between two records."""
    def side(table):
        return "(" + re.sub(r"\b(" + "|".join(columns) + r")\b", table + r".\1", key) + ")"

    return f"{side('l')} = {side('r')}"


columns = ["given_name", "family_name", "email", "birth_date", "city", "phone", "device"]
measure(work)
