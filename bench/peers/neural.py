"""A network of dense layers by scikit-learn, with its default options (ReLU, Adam, batches of 200)."""

import warnings

from measure import measure, timed
from purchases import purchases
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier

warnings.simplefilter("ignore", ConvergenceWarning)


def work(given):
    x, y, test_x, test_y = purchases(given)
    seconds, model = timed(lambda: MLPClassifier(tuple(given["layers"]), max_iter=given["passes"], random_state=given["run"]).fit(x, y))
    return {"fit": seconds}, {"AUC": roc_auc_score(test_y, model.predict_proba(test_x)[:, 1]), "passes": model.n_iter_}


measure(work)
