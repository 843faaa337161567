"""Recommendations by implicit: settings of cosine, ALS and BPR chosen on a validation part, or all top tens by item cosine."""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # As implicit asks: its own threads are the faster ones.

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import CosineRecommender
from measure import measure, timed


def read(given, part):
    pairs = np.fromfile(given["files"][part], "<u4").reshape(-1, 2)
    return sp.csr_matrix((np.ones(len(pairs), "<f4"), (pairs[:, 0], pairs[:, 1])), shape=(given["customers"], given["items"]))


def means(ids, chosen, k):
    gains = 1 / np.log2(np.arange(k) + 2)
    ndcg, recall = [], []
    for row in range(chosen.shape[0]):
        wanted = set(chosen.indices[chosen.indptr[row] : chosen.indptr[row + 1]].tolist())
        if wanted:
            hits = np.array([item in wanted for item in ids[row][:k].tolist()])
            ndcg.append(gains[: len(hits)][hits].sum() / gains[: min(k, len(wanted))].sum())
            recall.append(hits.sum() / len(wanted))
    return float(np.mean(ndcg)), float(np.mean(recall))


def lists(model, matrix, k):
    model.fit(matrix, show_progress=False)
    return model.recommend(np.arange(matrix.shape[0]), matrix, N=k)[0]


def settings(given):
    seed = 1
    yield "cosine", [lambda kept=kept: CosineRecommender(K=kept) for kept in given["neighbours"]]
    yield "ALS", [
        lambda f=f, a=a, r=r: AlternatingLeastSquares(factors=f, alpha=a, regularization=r, iterations=15, random_state=seed)
        for f in (16, 32) for a in (1.5, 5) for r in (1, 10)
    ]
    yield "BPR", [
        lambda f=f, i=i: BayesianPersonalizedRanking(factors=f, learning_rate=0.01, regularization=0.01, iterations=i, random_state=seed)
        for f in (16, 32) for i in (50, 100)
    ]


def quality(given):
    train, validation, test = (read(given, part) for part in ("train", "validation", "test"))
    known, k = sp.csr_matrix(train + validation), given["k"]
    figures = {}

    def choose():
        for name, makes in settings(given):
            gains = [means(lists(make(), train, k), validation, k)[0] for make in makes]
            figures[f"NDCG@10 of {name}"] = means(lists(makes[int(np.argmax(gains))](), known, k), test, k)[0]

    seconds, _ = timed(choose)
    return {"choosing and fitting": seconds}, {**figures, "NDCG@10 of what is used": max(figures.values())}


def speed(given):
    train, test, k = read(given, "train"), read(given, "test"), given["k"]
    model = CosineRecommender(K=given["neighbours"][0])
    fitted, _ = timed(lambda: model.fit(train, show_progress=False))
    listed, ids = timed(lambda: model.recommend(np.arange(train.shape[0]), train, N=k)[0])
    return {"item cosine": fitted, "all top tens": listed, "both": fitted + listed}, {"recall@10": means(ids, test, k)[1]}


measure(lambda given: quality(given) if given["work"] == "quality" else speed(given))
