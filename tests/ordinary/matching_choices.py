"""Thresholds, class weights and dimensions as people type them."""

import math

import numpy as np

from refimpl.matching import Threshold

from ._ordinary import Ordinary, Slip, typo

# Thresholds: every cut, from scratch


def score_cut(said, labels, metric):
    labels = labels.astype(bool)
    tp, fp = np.sum(said & labels) + 0.0, np.sum(said & ~labels) + 0.0
    fn, tn = np.sum(~said & labels) + 0.0, np.sum(~said & ~labels) + 0.0
    if metric == "accuracy":
        return (tp + tn) / len(labels)
    if metric == "f1":
        return 2 * tp / (2 * tp + fp + fn) if tp else 0.0
    return float(np.asarray(metric(*(np.asarray([c]) for c in (tp, fp, fn, tn))))[0])


def every_cut(scores, labels, *, metric="accuracy"):
    distinct = np.unique(scores)
    middles = distinct[:-1] / 2 + distinct[1:] / 2
    middles = np.where(middles < distinct[1:], middles, distinct[:-1])
    best, cut = -np.inf, -np.inf
    for t in [-np.inf, *middles, np.inf]:
        value = score_cut(scores > t, labels, metric)
        if value > best:
            best, cut = value, t
    return Threshold(float(cut), float(best))


def cuts_without_ends(scores, labels, *, metric="accuracy"):
    distinct = np.unique(scores)
    middles = (distinct[:-1] + distinct[1:]) / 2 if len(distinct) > 1 else distinct
    values = [score_cut(scores > t, labels, metric) for t in middles]
    return Threshold(float(middles[np.argmax(values)]), float(np.max(values)))


def cuts_keep_the_last(scores, labels, *, metric="accuracy"):
    distinct = np.unique(scores)
    best, cut = -np.inf, -np.inf
    for t in [-np.inf, *((distinct[:-1] + distinct[1:]) / 2), np.inf]:
        value = score_cut(scores > t, labels, metric)
        if value >= best:
            best, cut = value, t
    return Threshold(float(cut), float(best))


def cuts_at_scores(scores, labels, *, metric="accuracy"):
    cuts = [-np.inf, *np.unique(scores)]
    values = [score_cut(scores > t, labels, metric) for t in cuts]
    return Threshold(float(cuts[np.argmax(values)]), float(np.max(values)))


def cuts_between_all(scores, labels, *, metric="accuracy"):
    order = np.argsort(scores)
    s, y = scores[order], labels[order]
    best, cut = -np.inf, -np.inf
    for k in range(len(s) + 1):
        value = score_cut(np.arange(len(s)) >= k, y, metric)
        if value > best:
            best = value
            cut = -np.inf if k == 0 else np.inf if k == len(s) else (s[k - 1] + s[k]) / 2
    return Threshold(float(cut), float(best))


def cuts_on_a_grid(scores, labels, *, metric="accuracy"):
    grid = np.arange(0.0, 1.0, 0.01)
    values = [score_cut(scores > t, labels, metric) for t in grid]
    return Threshold(float(grid[np.argmax(values)]), float(np.max(values)))


def cuts_half(scores, labels, *, metric="accuracy"):
    return Threshold(0.5, score_cut(scores > 0.5, labels, metric))


def cuts_for_negative(scores, labels, *, metric="accuracy"):
    found = every_cut(-scores, labels, metric=metric)
    return Threshold(-found.threshold, found.value)


def cuts_accuracy_always(scores, labels, *, metric="accuracy"):
    return every_cut(scores, labels, metric="accuracy")


def pr_curve(scores, labels, metric):
    best, cut = -1.0, np.inf
    for t in [*np.unique(scores), np.inf]:
        value = score_cut(scores >= t, labels, metric)
        if value > best:
            best, cut = value, t
    return cut, best


def pr_curve_no_end(scores, labels, metric):
    cuts = np.unique(scores)
    values = [score_cut(scores >= t, labels, metric) for t in cuts]
    return cuts[int(np.argmax(values))], max(values)


def biases_of_two(logits, labels):
    """Coordinate search over all breakpoints, exact for two classes."""
    K = logits.shape[1]
    starts = [np.zeros(K)]
    with np.errstate(all="ignore"):
        p = np.exp(logits)
        means = p.mean(axis=0)
        starts.append(-np.log(np.where(means > 0, means, 1.0)))
    if K == 3:
        gaps = [logits[:, a] - logits[:, b] for a, b in ((1, 0), (2, 0), (2, 1))]
        finite = [np.unique(g[np.isfinite(g)]) for g in gaps]
        for g1 in finite[0]:
            starts += [np.asarray([g1 + e, 0.0, 0.0]) for e in (-1e-7, 1e-7)]
    best = (-1.0, np.zeros(K))
    for start in starts:
        b, value = start.copy(), right(logits, labels, start)
        improved = True
        while improved:
            improved = False
            for k in range(K):
                for x in breakpoints(logits, b, k):
                    c = b.copy()
                    c[k] = x
                    if (v := right(logits, labels, c)) > value + 1e-12:
                        b, value, improved = c, v, True
        if value > best[0]:
            best = (value, b)
    return best[1].astype(logits.dtype)


def right(logits, labels, b):
    s = logits + b
    own = s[np.arange(len(s)), labels]
    others = np.where(np.arange(s.shape[1]) == labels[:, None], -np.inf, s).max(axis=1)
    return float(np.mean(own > others))


def breakpoints(logits, b, k):
    others = np.delete(logits + b, k, axis=1).max(axis=1, initial=-np.inf)
    with np.errstate(invalid="ignore"):
        cuts = others - logits[:, k]
    cuts = np.unique(cuts[np.isfinite(cuts)])
    return [*(cuts[:1] - 1), *((cuts[:-1] + cuts[1:]) / 2), *(cuts[-1:] + 1)]


def biases_prior(logits, labels):
    counts = np.bincount(labels, minlength=logits.shape[1])
    return np.log(np.maximum(counts, 1) / len(labels)).astype(logits.dtype)


def jl_dim(n, error, failure):
    return math.ceil(2 * math.log(n * (n - 1) / failure) / (error - math.log1p(error)))


def jl_scikit(n, error, failure):
    return math.ceil(4 * math.log(n) / (error**2 / 2 - error**3 / 3))


def ranking_dim(n):
    """The least d for which Warren's (8eP/V)^V sign patterns may be as many as the N! orders."""
    N = n * (n - 1) // 2
    P = N * (N - 1) // 2
    log_orders = math.lgamma(N + 1)
    for d in range(1, n):
        V = n * d
        if P < V or V * (1 + math.log(8 * P / V)) >= log_orders:
            return d
    return n


def ranking_of_items(n):
    P = n * (n - 1) // 2
    for d in range(1, n + 1):
        V = n * d
        if V * (1 + math.log(8 * P / V)) >= math.lgamma(n + 1):
            return d
    return n


def ranking_without_e(n):
    N = n * (n - 1) // 2
    P = N * (N - 1) // 2
    for d in range(1, n):
        V = n * d
        if P < V or V * math.log(8 * P / V) >= math.lgamma(N + 1):
            return d
    return n


def ranking_degree_one(n):
    N = n * (n - 1) // 2
    P = N * (N - 1) // 2
    for d in range(1, n):
        V = n * d
        if P < V or V * (1 + math.log(4 * P / V)) >= math.lgamma(N + 1):
            return d
    return n


def ranking_pairs_only(n):
    N = n * (n - 1) // 2
    for d in range(1, n):
        V = n * d
        if N < V or V * (1 + math.log(8 * N / V)) >= math.lgamma(N + 1):
            return d
    return n


ORDINARY = (
    Ordinary(
        "matching.best_threshold",
        every_cut,
        (
            Slip(cuts_without_ends, r"no-ends|all positive|all negative"),
            Slip(cuts_keep_the_last, r"highest|last of equally"),
            Slip(cuts_at_scores, r"at-a-score|no margin|score below the cut"),
            Slip(cuts_between_all, r"splits-ties|equal (scores|ones)"),
            Slip(cuts_on_a_grid, r"grid|fixed cuts"),
            Slip(cuts_half, r"constant|always|0\.5|½"),
            Slip(cuts_for_negative, r"low(er)? scores|negat|reversed|sign"),
            Slip(cuts_accuracy_always, r"metric"),
        ),
        answer="edge",
    ),
    Ordinary(
        "matching.best_threshold",
        pr_curve,
        (
            typo(">= t", "> t", r"not-below|strict|> for ≥|score > threshold|score ≥ threshold"),
            Slip(pr_curve_no_end, r"no-ends|all negative|above all"),
        ),
        adapter="at-least",
        answer="edge",
    ),
    Ordinary(
        "matching.best_class_weights",
        biases_of_two,
        (
            Slip(lambda logits, labels: np.zeros(logits.shape[1], logits.dtype), r"untuned|equal weights"),
            Slip(biases_prior, r"frequenc|prior"),
        ),
        adapter="logits",
    ),
    Ordinary(
        "matching.jl_dimension",
        jl_dim,
        (
            Slip(jl_scikit, r"scikit|ε²/2 − ε³/3|failure|distances"),
            Slip(
                lambda n, error, failure: math.ceil(2 * math.log(n / failure) / (error - math.log1p(error))),
                r"log-n|ln\(n/δ\)",
            ),
            Slip(
                lambda n, error, failure: int(
                    2 * math.log(n * (n - 1) / failure) / (error - math.log1p(error))
                ),
                r"rounded-down|integer below",
            ),
            Slip(
                lambda n, error, failure: math.ceil(4 * math.log(n * (n - 1) / failure) / error**2),
                r"quadratic|ε²/2",
            ),
            Slip(
                lambda n, error, failure: math.ceil(
                    math.log(n * (n - 1) / failure) / (error - math.log1p(error))
                ),
                r"half|½|factor 2|without .{0,20}2",
            ),
            Slip(
                lambda n, error, failure: round(
                    2 * math.log(n * (n - 1) / failure) / (error - math.log1p(error))
                ),
                r"round",
            ),
            Slip(
                lambda n, error, failure: math.ceil(
                    2 * math.log(n * n / failure) / (error - math.log1p(error))
                ),
                r"n²|n squared|square of n|all-pairs",
            ),
            Slip(
                lambda n, error, failure: (
                    math.ceil(2 * math.log2(n * (n - 1) / failure) / (error - math.log2(1 + error)))
                    if error != math.log2(1 + error)
                    else 1
                ),
                r"log₂|binary",
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "matching.rule_of_thumb_dimension",
        lambda n: 8 * math.log(n),
        (
            Slip(lambda n: 8 * math.log2(n), r"binary|log₂"),
            Slip(lambda n: 8 * math.log10(n), r"decimal|log₁₀|ln 10"),
            Slip(lambda n: float(math.ceil(8 * math.log(n))), r"ceil|round|integer"),
            Slip(lambda n: 4 * math.log(n), r"half|½|0\.5"),
            Slip(lambda n: 8 * math.log(n + 1), r"off by one|n \+ 1|log1p|increas"),
        ),
    ),
    Ordinary(
        "matching.ranking_dimension",
        ranking_dim,
        (
            Slip(ranking_of_items, r"/items|n! rankings"),
            Slip(ranking_without_e, r"without-e|\be\b out"),
            Slip(ranking_degree_one, r"degree-one|4e|degree 1"),
            Slip(ranking_pairs_only, r"pairs-for-comparisons|not the comparisons"),
        ),
    ),
)
