"""Fraud by scikit-learn: isolation forest and histogram boosting on what bench/made-payments.ts wrote."""

import numpy as np
from measure import measure, timed
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest
from sklearn.metrics import average_precision_score


def work(given):
    x = np.fromfile(given["features"], "<f8").reshape(-1, given["columns"])
    y = np.fromfile(given["fraud"], np.uint8)
    learned, run, trees, forest = given["learned"], given["run"], given["trees"], given["forest"]

    def isolate():
        model = IsolationForest(n_estimators=forest["nEstimators"], max_samples=forest["maxSamples"], random_state=run).fit(x[:learned])
        return -model.score_samples(x[learned:])

    def boost(**options):
        model = HistGradientBoostingClassifier(random_state=run, **options).fit(x[:learned], y[:learned])
        return model.predict_proba(x[learned:])[:, 1]

    isolation, isolated = timed(isolate)
    boosting, boosted = timed(lambda: boost(max_iter=trees["maxIter"], learning_rate=trees["learningRate"], max_leaf_nodes=trees["maxLeafNodes"], min_samples_leaf=trees["minSamplesLeaf"], l2_regularization=trees["l2Regularization"], early_stopping=False))
    by_default = boost()
    truth = y[learned:]
    return {"isolation forest": isolation, "boosted trees": boosting}, {
        "AP of the forest": average_precision_score(truth, isolated), "AP of the trees": average_precision_score(truth, boosted),
        "AP of the trees by default": average_precision_score(truth, by_default), "AP of the forest by default": average_precision_score(truth, -IsolationForest(random_state=run).fit(x[:learned]).score_samples(x[learned:])),
    }


measure(work)
