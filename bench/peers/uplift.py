"""The T-learner and its scores by scikit-uplift on scikit-learn."""

import numpy
from measure import measure, timed
from sklearn.linear_model import LogisticRegression
from sklift.metrics import qini_auc_score, uplift_auc_score
from sklift.models import TwoModels


def work(given):
    rows, columns = given["rows"], given["columns"]
    table = numpy.fromfile(given["file"], "<f8").reshape(rows, columns + 2)
    half = rows // 2
    x, mailed, bought = numpy.ascontiguousarray(table[:, :columns]), table[:, columns].astype(int), table[:, columns + 1].astype(int)

    def model():
        return LogisticRegression(solver="newton-cholesky")

    fit, learner = timed(lambda: TwoModels(model(), model(), method="vanilla").fit(x[:half], bought[:half], mailed[:half]))
    predict, uplift = timed(lambda: learner.predict(x[half:]))
    score, scores = timed(lambda: (qini_auc_score(bought[half:], uplift, mailed[half:]), uplift_auc_score(bought[half:], uplift, mailed[half:])))
    return {"fit": fit, "predict": predict, "Qini and AUUC": score, "all": fit + predict + score}, {"Qini": scores[0], "AUUC": scores[1]}


measure(work)
