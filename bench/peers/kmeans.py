"""k-means, one start and ten, by scikit-learn (Lloyd) or faiss."""

import numpy as np
from measure import measure, timed


def with_scikit_learn(x, clusters, starts, seed):
    from sklearn.cluster import KMeans

    seconds, model = timed(lambda: KMeans(clusters, n_init=starts, random_state=seed, algorithm="lloyd").fit(x))
    return seconds, float(model.inertia_), model.n_iter_


def with_faiss(x, clusters, starts, seed):
    import faiss

    iterations = 25

    def fit():
        # Every row is used: faiss's own default trains on 256 a cluster, which is another quality.
        model = faiss.Kmeans(x.shape[1], clusters, niter=iterations, nredo=starts, seed=seed + 1, max_points_per_centroid=len(x))
        model.train(x)
        return model, model.assign(x)

    seconds, (_, (distances, _)) = timed(fit)
    return seconds, float(np.sum(distances, dtype=np.float64)), iterations


def work(given):
    fit = {"scikit-learn": with_scikit_learn, "faiss": with_faiss}[given["library"]]
    x = np.fromfile(given["file"], "<f4").reshape(given["rows"], given["columns"])
    seconds, figures = {}, {}
    for name, starts in (("one start", 1), ("ten starts", 10)):
        seconds[name], figures[f"inertia of {name}"], figures[f"iterations of {name}"] = fit(x, given["clusters"], starts, given["run"])
    return seconds, figures


measure(work)
