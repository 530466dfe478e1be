"""Ranks and their correlation as NumPy and SciPy users type them."""

import numpy as np
from scipy import stats

from ._ordinary import Ordinary, Slip, typo

# Ranks


def midranks(x):
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def ranks_double_argsort(x):
    return np.argsort(np.argsort(x)) + 1.0


def ranks_loop(x):
    order, n = np.argsort(x), len(x)
    ranks, i = np.empty(n), 0
    while i < n:
        j = i
        while j + 1 < n and x[order[j + 1]] == x[order[i]]:
            j += 1
        ranks[order[i : j + 1]] = (i + j) / 2 + 1
        i = j + 1
    return ranks


def pearson(a, b):
    return np.corrcoef(a, b)[0, 1] if len(a) > 1 else np.float64("nan")


def spearman(x, y):
    return pearson(midranks(x), midranks(y))


def spearman_shortcut(x, y):
    n = len(x)
    d = midranks(x) - midranks(y)
    return 1 - 6 * np.sum(d**2) / (n * (n**2 - 1)) if n > 1 else np.float64("nan")


def spearman_kendall(x, y):
    with np.errstate(all="ignore"):
        return np.float64(stats.kendalltau(x, y).statistic)


def spearman_mixed_n(x, y):
    a, b = midranks(x), midranks(y)
    with np.errstate(all="ignore"):
        return np.float64(np.mean((a - a.mean()) * (b - b.mean())) / (np.std(a, ddof=1) * np.std(b, ddof=1)))


def spearman_not_centred(x, y):
    a, b = midranks(x), midranks(y)
    return np.float64(a @ b / np.sqrt((a @ a) * (b @ b)))


def spearman_dense(x, y):
    return pearson(np.unique(x, return_inverse=True)[1], np.unique(y, return_inverse=True)[1])


def spearman_torchmetrics(x, y):
    a, b = midranks(x), midranks(y)
    a, b = a - a.mean(), b - b.mean()
    cov = (a * b).mean()
    return np.float64(cov / (np.sqrt((a * a).mean()) * np.sqrt((b * b).mean()) + 1e-6))


ORDINARY = (
    Ordinary(
        "matching.rank",
        midranks,
        (
            Slip(ranks_double_argsort, r"ordinal|order of the input|wrong where x has ties"),
            Slip(lambda x: np.unique(x, return_inverse=True)[1] + 1.0, r"dense|distinct"),
            Slip(lambda x: np.searchsorted(np.sort(x), x) + 1.0, r"lowest"),
            Slip(lambda x: np.searchsorted(np.sort(x), x, side="right") + 0.0, r"highest"),
            Slip(lambda x: midranks(x) - 1.0, r"from-zero|from 0|zero-based"),
            Slip(lambda x: np.argsort(x) + 1.0, r"argsort|order.{0,20}rank|once"),
            Slip(lambda x: midranks(-np.asarray(x)), r"descending|largest first|reversed"),
            Slip(lambda x: midranks(x) / len(x), r"share|fraction|1/n|divided by n|percentile|\bn\b"),
        ),
        answer="edge",
    ),
    Ordinary(
        "matching.rank",
        ranks_loop,
        (typo("2 + 1", "2", r"from-zero|from 0|zero-based"),),
        answer="edge",
    ),
    Ordinary(
        "matching.spearman",
        spearman,
        (
            Slip(pearson, r"raw-values|Pearson"),
            typo(
                "midranks(x), midranks(y)",
                "np.argsort(np.argsort(x)), np.argsort(np.argsort(y))",
                r"ordinal|sorting twice|wrong where [xy] has ties",
            ),
            typo("midranks", "np.argsort", r"argsort|sort(s|ing) once"),
            Slip(spearman_shortcut, r"no-ties-formula|6Σd²"),
            typo("midranks(y)", "y", r"one-ranked|only one|one of (the|them)|y as it is"),
            Slip(lambda x, y: pearson(midranks(x), midranks(y)) ** 2, r"squared|square"),
            Slip(spearman_kendall, r"kendall"),
            Slip(spearman_mixed_n, r"n − 1|n ?/ ?\(n|unbiased|\(n−1\)"),
            Slip(spearman_not_centred, r"cosine|centred|mean"),
            Slip(spearman_dense, r"dense|distinct"),
            Slip(spearman_torchmetrics, r"epsilon|1e-0?6|10⁻⁶"),
        ),
        answer="edge",
    ),
)
