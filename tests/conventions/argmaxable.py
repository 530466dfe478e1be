"""Classifiers as common code writes them."""

from fractions import Fraction

import numpy as np

from ._convention import Convention


def margins(columns, b, z, k, sign=1):
    gaps = np.delete(columns[:, k : k + 1] - columns, k, axis=1)
    return np.einsum("...d,dn->...n", z, gaps) + sign * np.delete(b[k] - b, k)


def margins_without_bias(W, z, k, sign=1):
    return sign * np.stack(
        [np.sum(z * (W[k] - row), axis=-1) for i, row in enumerate(W) if i != k] or [z[..., 0]], -1
    )


def feasible(columns, target):
    """Whether some α ≥ 0 has Σ α_j columns_j = target: the simplex method with Bland's rule, in fractions."""
    rows = [
        [-x for x in row] + [-t] if t < 0 else [*row, t]
        for row, t in zip(zip(*columns, strict=True), target, strict=True)
    ]
    basis = [None] * len(rows)
    while True:
        loose = [row for row, name in zip(rows, basis, strict=True) if name is None]
        gain = [sum(column) for column in zip(*loose, strict=True)] or [Fraction(0)]
        if gain[-1] == 0:
            return True
        entering = next((j for j, x in enumerate(gain[:-1]) if x > 0), None)
        if entering is None:
            return False
        ratios = [
            (row[-1] / row[entering], -1 if basis[i] is None else basis[i], i)
            for i, row in enumerate(rows)
            if row[entering] > 0
        ]
        pivot = min(ratios)[2]
        scale = rows[pivot][entering]
        rows[pivot] = [x / scale for x in rows[pivot]]
        for i, row in enumerate(rows):
            if i != pivot and row[entering]:
                rows[i] = [x - row[entering] * y for x, y in zip(row, rows[pivot], strict=True)]
        basis[pivot] = entering


def can_win(W, b, strict=True):
    """A class can win unless others combine to its row without lagging in bias."""
    points = [
        [*map(Fraction, map(float, row)), Fraction(float(bias))] for row, bias in zip(W, b, strict=True)
    ]
    d, verdicts = W.shape[1], []
    for k, own in enumerate(points):
        others = [[*point, Fraction(1)] for i, point in enumerate(points) if i != k]
        slack = [[Fraction(0)] * d + [Fraction(-1), Fraction(0)]] if strict else []
        verdicts.append(not (others and feasible(others + slack, [*own, Fraction(1)])))
    return np.asarray(verdicts)


CONVENTIONS = {
    "argmaxable.margins/columns": Convention(margins, lambda *a: margins(*a, sign=-1)),
    "argmaxable.margins/no-bias": Convention(
        margins_without_bias, lambda *a: margins_without_bias(*a, sign=-1)
    ),
    "argmaxable.classify/verdicts": Convention(can_win, lambda *a: can_win(*a, strict=False)),
    "argmaxable.can_win/allowed-rows": Convention(can_win, lambda *a: can_win(*a, strict=False)),
}
