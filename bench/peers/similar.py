"""The most similar rows of each row by cosine, by scikit-learn's NearestNeighbors or faiss, exactly."""

import numpy as np
from measure import measure, timed


def with_scikit_learn(x, k):
    from sklearn.neighbors import NearestNeighbors

    # Without rows to look for, a row is not its own neighbour.
    return lambda: NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute", n_jobs=-1).fit(x).kneighbors(return_distance=False)


def with_faiss(x, k):
    import faiss

    def find():
        unit = x.copy()
        faiss.normalize_L2(unit)
        index = faiss.IndexFlatIP(x.shape[1])
        index.add(unit)
        _, ids = index.search(unit, k + 1)
        own = ids == np.arange(len(x))[:, None]
        # Where many are equal to it, a row may be missing among its own neighbours: then the last one goes.
        own[~own.any(axis=1), -1] = True
        return ids[~own].reshape(len(x), k)

    return find


def work(given):
    x = np.fromfile(given["file"], "<f4").reshape(given["rows"], given["columns"])
    seconds, ids = timed({"scikit-learn": with_scikit_learn, "faiss": with_faiss}[given["library"]](x, given["k"]))
    unit = x.astype(np.float64)
    unit /= np.sqrt(np.sum(unit * unit, axis=1, keepdims=True))
    total = sum(float(np.einsum("ij,ij->", unit, unit[ids[:, rank]])) for rank in range(given["k"]))
    return {"similar customers": seconds}, {"sum of cosines": total}


measure(work)
