"""Gradient boosted trees by scikit-learn."""

from measure import measure, timed
from purchases import purchases
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score


def work(given):
    x, y, test_x, test_y = purchases(given)
    fit, model = timed(lambda: HistGradientBoostingClassifier(early_stopping=False, random_state=given["run"]).fit(x, y))
    predict, told = timed(lambda: model.predict_proba(test_x)[:, 1])
    return {"fit": fit, "predict": predict}, {"AUC": roc_auc_score(test_y, told)}


measure(work)
