"""Reads what bench/made-purchases.ts wrote: rows to learn from and rows to judge by."""

import numpy as np


def purchases(given):
    """x and y to learn from, x and y to judge by; x is float32, which scikit-learn's solvers take as it is."""
    rows, columns = given["rows"], given["columns"]
    x = np.fromfile(given["features"], "<f4").reshape(-1, columns)
    y = np.fromfile(given["bought"], np.uint8)
    return x[:rows], y[:rows], x[rows:], y[rows:]
