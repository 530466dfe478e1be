"""Classes that can win, as people type them."""

from itertools import combinations

import numpy as np
from scipy.optimize import linprog, nnls

from refimpl.argmaxable import Combination, Minimax, NearestPoint, Witness

from ._ordinary import Ordinary, Slip, ignored, typo

NO_BIAS = r"no-bias|without (the )?bias|forgets.{0,40}bias|" + ignored("b")
BIAS_SIGN = r"bias.{0,60}(sign|negat|subtract|minus|other side)|(sign|negat|subtract)\w*.{0,40}bias"


# Margins.
def margins(W, b, z, k):
    return np.stack([z @ (W[k] - W[i]) + b[k] - b[i] for i in range(len(W)) if i != k], axis=-1)


def margins_without_bias(W, b, z, k):
    return np.delete(z @ (W[k] - W).T, k, axis=-1)


def margins_of_all(W, b, z, k):
    return z @ (W[k] - W).T + b[k] - b


def margins_divided_by_length(W, b, z, k):
    D = np.delete(W[k] - W, k, axis=0)
    return (z @ D.T + np.delete(b[k] - b, k)) / np.linalg.norm(D, axis=-1)


def margins_from_logits(W, b, z, k):
    logits = z @ W.T + b
    return np.delete(logits[..., k : k + 1] - logits, k, axis=-1)


# The winner.
def predict(W, b, z):
    return np.argmax(z @ W.T + b, axis=-1)


def predict_from_one(W, b, z):
    return np.argmax(z @ W.T + b, axis=-1) + 1


# The example.
def five():
    return [[1, 2], [2, 1], [1, 0], [0, 1], [1, 1]]


# Which classes can win, by a linear program for each.
def can_win(W, b):
    n, d = W.shape
    found = []
    for k in range(n):
        D, c = np.delete(W[k] - W, k, axis=0), np.delete(b[k] - b, k)
        if n == 1:
            found.append(True)
            continue
        # The largest least margin of the homogeneous problem: s scales the biases.
        A = np.column_stack([-D, -c, np.ones(n - 1)])
        A = np.vstack([A, np.append(np.zeros(d), [-1.0, 1.0])])
        top = linprog(
            np.append(np.zeros(d + 1), -1.0),
            A_ub=A,
            b_ub=np.zeros(n),
            bounds=[(-1, 1)] * (d + 1) + [(None, 1)],
        )
        found.append(top.x is not None and top.x[-1] > 1e-9)
    return np.array(found)


def _positive(W, b):
    found = []
    for k in range(len(W)):
        D, c = np.delete(W[k] - W, k, axis=0), np.delete(b[k] - b, k)
        if len(D) == 0:
            found.append(True)
            continue
        A = np.column_stack([-D, np.ones(len(D))])
        d = W.shape[1]
        top = linprog(np.append(np.zeros(d), -1.0), A_ub=A, b_ub=c, bounds=[(-100, 100)] * d + [(None, 1)])
        found.append(top.x is not None and top.x[-1] > 1e-9)
    return np.array(found)


def can_win_long_rows(W, b):
    lengths = np.linalg.norm(W, axis=1)
    return lengths >= 0.5 * lengths.mean()


def can_win_at_random(W, b):
    z = np.random.default_rng(0).standard_normal((1000, W.shape[1]))
    return np.isin(np.arange(len(W)), np.argmax(z @ W.T + b, axis=-1))


def can_win_unit_rows(W, b):
    return can_win(W / np.maximum(np.linalg.norm(W, axis=1, keepdims=True), 1e-12), b)


def can_win_always(W, b):
    return np.ones(len(W), dtype=bool)


# Whether certificates hold.
def is_winner(W, b, k, claim):
    z = np.array(claim.z)
    if len(z) != W.shape[1] or not np.isfinite(z).all():
        return False
    lead = np.delete((W[k] - W) @ z + (b[k] - b), k)
    bound = np.delete(np.abs(W[k] - W) @ np.abs(z) + np.abs(b[k] - b), k) * (len(z) + 5) * 2.0**-53
    return bool(np.all(lead > bound) and abs(lead.min() - claim.margin) <= bound.max())


def is_mean(W, b, k, rows, a):
    if k in rows or not all(0 <= i < len(W) for i in rows) or len(set(rows)) != len(a) or len(a) != len(rows):
        return False
    if not rows or len(rows) > W.shape[1] + 1 or (a <= 0).any() or abs(a.sum() - 1) > (len(a) + 3) * 2.0**-53:
        return False
    D, c = W[rows] - W[k], b[rows] - b[k]
    slack = (len(a) + 3) * 2.0**-53
    return bool(np.all(np.abs(a @ D) <= slack * (a @ np.abs(D))) and a @ c >= -slack * (a @ np.abs(c)))


def verify(W, b, result):
    found = []
    for k, claim in enumerate(result.certificates):
        if isinstance(claim, Witness):
            found.append(len(W) == 1 or is_winner(W, b, k, claim))
        elif isinstance(claim, Combination):
            found.append(is_mean(W, b, k, list(claim.indices), np.array(claim.weights)))
        else:
            found.append(False)
    return np.array(found)


def verify_anything(W, b, result):
    return np.array([isinstance(c, Witness | Combination) for c in result.certificates])


def verify_witnesses_only(W, b, result):
    return np.array([isinstance(c, Witness) for c in result.certificates]) & verify(W, b, result)


def verify_rows_only(W, b, result):
    found = verify(W, b, result)
    for k, claim in enumerate(result.certificates):
        if isinstance(claim, Combination):
            found[k] = is_mean(W, np.zeros_like(b), k, list(claim.indices), np.array(claim.weights))
    return found


def verify_absolute(W, b, result):
    found = []
    for k, claim in enumerate(result.certificates):
        if isinstance(claim, Witness) and len(claim.z) == W.shape[1]:
            lead = np.delete((W[k] - W) @ np.array(claim.z) + b[k] - b, k)
            found.append(bool(np.all(lead > 1e-6)))
        elif isinstance(claim, Combination) and all(0 <= i < len(W) for i in claim.indices):
            a, rows = np.array(claim.weights), list(claim.indices)
            near = len(a) == len(rows) and k not in rows and abs(a.sum() - 1) < 1e-6 and (a > 0).all()
            near = near and np.abs(a @ W[rows] - W[k]).max() < 1e-6 and a @ b[rows] > b[k] - 1e-6
            found.append(bool(near))
        else:
            found.append(False)
    return np.array(found)


def verify_ties(W, b, result):
    found = verify(W, b, result)
    for k, claim in enumerate(result.certificates):
        if isinstance(claim, Witness) and len(claim.z) == W.shape[1]:
            lead = np.delete((W[k] - W) @ np.array(claim.z) + (b[k] - b), k)
            found[k] = found[k] or bool(np.all(lead >= 0))
    return found


# The nearest point of a hull, by nonnegative least squares.
def nearest(points):
    unit = np.abs(points).max() or 1.0
    A = np.vstack([points.T / unit, np.ones(len(points))])
    y, _ = nnls(A, np.append(np.zeros(points.shape[1]), 1.0))
    weights = y / y.sum()
    x = weights @ points
    return NearestPoint(x, weights, np.asarray(max(x @ x - (points @ x).min(), 0.0)))


def _point(points, weights):
    x = weights @ points
    return NearestPoint(x, weights, np.asarray(max(x @ x - (points @ x).min(), 0.0)))


def nearest_affine(points):
    G = points @ points.T
    weights = np.linalg.pinv(G + 1.0) @ np.ones(len(points))
    return _point(points, weights / weights.sum())


def nearest_vertex(points):
    return _point(points, np.eye(len(points))[np.argmin(np.linalg.norm(points, axis=1))])


def nearest_few_steps(points):
    weights = np.full(len(points), 1 / len(points))
    for t in range(50):
        weights = weights + 2 / (t + 2) * (
            np.eye(len(points))[np.argmin(points @ (weights @ points))] - weights
        )
    return _point(points, weights)


# The largest least margin in a ball: the classes that bind are found by trying all sets of at most d + 1.
def minimax(W, b, k, radius):
    D, c = np.delete(W[k] - W, k, axis=0), np.delete(b[k] - b, k)
    unit = max(np.abs(D).max() * radius, np.abs(c).max()) or 1.0
    A, c = D * radius / unit, c / unit
    n, d = A.shape
    best, z_best, weights, bound = c.min(), np.zeros(d), None, np.inf
    for size in range(1, min(n, d + 1) + 1):
        for chosen in map(list, combinations(range(n), size)):
            E, e = A[chosen[1:]] - A[chosen[0]], c[chosen[0]] - c[chosen[1:]]
            inner = np.linalg.pinv(E) @ e
            away = A[chosen[0]] - np.linalg.pinv(E) @ (E @ A[chosen[0]])
            room, length = 1 - inner @ inner, np.linalg.norm(away)
            if room < -1e-12:
                continue
            z = inner + (away / length * np.sqrt(max(room, 0.0)) if length > 1e-12 else 0.0)
            if (A @ z + c).min() > best:
                best, z_best = (A @ z + c).min(), z
            multiplier = z if length > 1e-12 else np.zeros(d)
            M = np.vstack([np.column_stack([A[chosen].T, -multiplier]), np.append(np.ones(size), 0.0)])
            alpha = np.linalg.lstsq(M, np.append(np.zeros(d), 1.0), rcond=None)[0][:size]
            if (alpha > -1e-12).all():
                full = np.zeros(n)
                full[chosen] = np.maximum(alpha, 0) / np.maximum(alpha, 0).sum()
                if np.linalg.norm(full @ A) + full @ c < bound:
                    bound, weights = np.linalg.norm(full @ A) + full @ c, full
    return Minimax(z_best * radius, weights, np.asarray(best * unit), np.asarray(bound * unit))


def minimax_box(W, b, k, radius):
    D, c = np.delete(W[k] - W, k, axis=0), np.delete(b[k] - b, k)
    d = D.shape[1]
    top = linprog(
        np.append(np.zeros(d), -1.0),
        A_ub=np.column_stack([-D, np.ones(len(D))]), b_ub=c, bounds=[(-radius, radius)] * d + [(None, None)],
    )  # fmt: skip
    value = np.asarray(-top.fun)
    return Minimax(top.x[:d], -top.ineqlin.marginals, value, value)


ORDINARY = [
    Ordinary(
        "argmaxable.margins",
        margins,
        (
            typo(
                "@ (W[k] - W[i]) + b[k] - b[i]",
                "@ (W[i] - W[k]) + b[i] - b[k]",
                r"margins/reversed|negative|sign",
            ),
            Slip(margins_without_bias, NO_BIAS),
            Slip(lambda W, b, z, k: np.delete(z @ (W[k] - W).T + b - b[k], k, axis=-1), BIAS_SIGN),
            Slip(lambda W, b, z, k: np.abs(margins(W, b, z, k)), r"absolute|sign"),
            Slip(margins_of_all, r"shape|class k itself|own (row|class)|n entries|also class"),
            Slip(margins_divided_by_length, r"length|norm|distance|unit"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "argmaxable.margins",
        margins_from_logits,
        (Slip(margins_without_bias, NO_BIAS),),
        answer="imprecise",
    ),
    Ordinary(
        "argmaxable.winner",
        predict,
        (
            typo("T + b", "T", NO_BIAS),
            typo("argmax", "argmin", r"argmin|least|smallest|lowest|last place"),
            typo("z @ W.T + b", "np.abs(z @ W.T + b)", r"absolute|sign of the score|largest size|modul"),
            typo("T + b", "T - b", BIAS_SIGN),
            Slip(predict_from_one, r"from 1|next class|one (too|more)|\+ ?1|off by one"),
            typo(
                "argmax(z @ W.T + b, axis=-1)",
                "argmin(((z[..., None, :] - W) ** 2).sum(-1), axis=-1)",
                r"nearest|distance",
            ),
        ),
        adapter="argmax",
    ),
    Ordinary(
        "argmaxable.five_vectors",
        five,
        (
            typo("1, 1", "2, 2", r"five_vectors/scaled|\(2, ?2\)|times two|last row"),
            typo(
                "[1, 2], [2, 1]",
                "[2, 1], [1, 2]",
                r"rows?.{0,40}(exchang|swap|order)|(exchang|swap)\w*.{0,40}row|columns?|order",
            ),
            Slip(lambda: [[1, 1], [1, 2], [2, 1], [1, 0], [0, 1]], r"order|shift|row|first|roll"),
        ),
        adapter="plain",
    ),
    Ordinary(
        "argmaxable.classify",
        can_win,
        (
            Slip(lambda W, b: can_win(W, np.zeros_like(b)), NO_BIAS),
            Slip(_positive, r"classify/box|\|z\| ?≤ ?100|longer z"),
            Slip(lambda W, b: can_win(W, -b), r"bias-sign|" + BIAS_SIGN),
            Slip(can_win_long_rows, r"classify/norms|small norm"),
            Slip(can_win_at_random, r"random"),
            Slip(can_win_unit_rows, r"unit-rows|normalis"),
            Slip(can_win_always, r"every class|all classes|constant|always|anything|any class"),
        ),
        adapter="verdicts",
        answer="imprecise",
    ),
    Ordinary(
        "argmaxable.verify",
        verify,
        (
            Slip(verify_anything, "verify/anything"),
            Slip(verify_witnesses_only, r"combination|unargmaxable"),
            Slip(verify_rows_only, "verify/rows-only|" + NO_BIAS),
            Slip(verify_absolute, "verify/absolute|1e-6"),
            Slip(verify_ties, "verify/ties-pass|tie"),
        ),
    ),
    Ordinary(
        "argmaxable.minimum_norm_point",
        nearest,
        (
            Slip(nearest_affine, "least-squares|affine"),
            Slip(nearest_vertex, "nearest-vertex"),
            Slip(lambda points: _point(points, np.full(len(points), 1 / len(points))), "centroid|mean"),
            Slip(nearest_few_steps, r"step|iteration|no-gap|centroid|converge"),
        ),
    ),
    Ordinary(
        "argmaxable.minimax_value",
        minimax,
        (
            Slip(lambda W, b, k, radius: minimax(W, b, k, 1.0), "no-radius|" + ignored("radius")),
            Slip(lambda W, b, k, radius: minimax(W, np.zeros_like(b), k, radius), NO_BIAS),
            Slip(lambda W, b, k, radius: minimax(W, -b, k, radius), BIAS_SIGN),
            Slip(minimax_box, "minimax_value/box|coordinate"),
        ),
    ),
]
