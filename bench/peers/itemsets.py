"""Frequent itemsets by Borgelt's eclat, fpgrowth and apriori in C (pyfim), or by mlxtend's fpgrowth and apriori."""

import math

import numpy as np
from measure import measure, timed


def with_pyfim(baskets, min_support):
    import fim

    # A negative support is a count; `s` are all frequent sets.
    least = -math.ceil(min_support * len(baskets))
    transactions = [basket.tolist() for basket in baskets]
    for name, mine in (("Eclat", fim.eclat), ("FPGrowth", fim.fpgrowth), ("Apriori", fim.apriori)):
        seconds, found = timed(lambda: mine(transactions, target="s", supp=least, zmin=1, report="a"))
        yield name, seconds, [count for _, count in found]


def with_mlxtend(baskets, min_support):
    import pandas as pd
    from mlxtend.frequent_patterns import fpgrowth
    from mlxtend.preprocessing import TransactionEncoder

    encoder = TransactionEncoder()
    transactions = [basket.tolist() for basket in baskets]
    # The table of ones and zeros is the form mlxtend wants: its making is not counted, as the others' lists are not.
    table = encoder.fit(transactions).transform(transactions, sparse=True)
    frame = pd.DataFrame.sparse.from_spmatrix(table, columns=encoder.columns_)
    seconds, found = timed(lambda: fpgrowth(frame, min_support=min_support))
    yield "FPGrowth", seconds, np.rint(found["support"] * len(baskets)).astype(int).tolist()


def work(given):
    words = np.fromfile(given["file"], "<u4")
    ends = words[2 : words[0] + 2]
    baskets = np.split(words[words[0] + 2 :], ends[:-1])
    mine = {"pyfim": with_pyfim, "mlxtend": with_mlxtend}[given["library"]]
    seconds, figures = {}, {}
    for name, took, counts in mine(baskets, given["minSupport"]):
        seconds[name] = took
        figures[f"itemsets by {name}"] = len(counts)
        figures[f"sum of counts by {name}"] = sum(counts)
    return {**seconds, "the fastest": min(seconds.values())}, figures


measure(work)
