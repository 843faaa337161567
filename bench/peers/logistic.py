"""Logistic regression by scikit-learn."""

from measure import measure, timed
from purchases import purchases
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score


def work(given):
    x, y, test_x, test_y = purchases(given)
    seconds, model = timed(lambda: LogisticRegression(solver=given["solver"], max_iter=1000).fit(x, y))
    return {"fit": seconds}, {"AUC": roc_auc_score(test_y, model.decision_function(test_x))}


measure(work)
