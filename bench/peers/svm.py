"""Linear support vector machine by scikit-learn, which is liblinear."""

import warnings

from measure import measure, timed
from purchases import purchases
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score
from sklearn.svm import LinearSVC

warnings.simplefilter("ignore", ConvergenceWarning)


def work(given):
    x, y, test_x, test_y = purchases(given)
    loss = {"hinge": "hinge", "squaredHinge": "squared_hinge"}[given["loss"]]
    seconds, model = timed(lambda: LinearSVC(loss=loss, max_iter=given["passes"], random_state=given["run"]).fit(x, y))
    return {"fit": seconds}, {"AUC": roc_auc_score(test_y, model.decision_function(test_x)), "accuracy": model.score(test_x, test_y)}


measure(work)
