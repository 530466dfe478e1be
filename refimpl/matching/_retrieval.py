"""How well a ranking finds what is relevant; and weights that balance classes."""

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from .. import _xp
from .._errors import DomainError, message
from .._host import Floats, like
from .._libraries import to_numpy
from .._typing import Array
from ..public import RAISES, Choice, Integer, Integers, Labels, Raises, Reals, public
from ._ranks import _floating_dtype

Row = Callable[[Floats, Floats], float]
_NAN: Raises = {DomainError: "for NaN among the scores"}


@public(
    {"scores": Reals("..., n", n=1), "relevant": Labels("..., n"), "k": Integer(1)},
    Reals("..."),
    needs="sort indexing eager host",
    nan=RAISES,
    broadcast="all",
    raises=_NAN,
)
def recall_at_k(scores: Array, relevant: Array, /, *, k: int) -> Array:
    """Share of the relevant documents that are among the k with the highest scores.

    |relevant ∩ top k|/|relevant|, the mean over all orders of equal scores. A host function.

    Parameters
    ----------
    scores
        One row for each query; −inf says that a document was not retrieved, so that fewer than k may be.
    relevant
        True, or any integer but 0, for relevant documents, retrieved or not.
    k

    Returns
    -------
    one number for each query, in the dtype of the scores, on their device; NaN without relevant documents.

    Source: matching P1.

    Examples
    --------
    >>> import numpy as np
    >>> recall_at_k(np.asarray([0.9, 0.5, 0.1]), np.asarray([1, 0, 1]), k=2)
    array(0.5)
    """

    def recall(row: Floats, found: Floats) -> float:
        shares = _shares(row, np.asarray(np.arange(len(row)) < k, dtype=np.float64))
        return float(np.sum(shares * found) / np.sum(found)) if np.any(found) else math.nan

    return _each_query(scores, relevant, lambda labels: labels != 0, recall)


@public(
    {"scores": Reals("..., n", n=1), "relevant": Labels("..., n"), "k": Integer(1)},
    Reals("..."),
    needs="sort indexing eager host",
    nan=RAISES,
    broadcast="all",
    raises=_NAN,
)
def reciprocal_rank_at_k(scores: Array, relevant: Array, /, *, k: int) -> Array:
    """One over the place of the first relevant document, 0 beyond the k-th; its mean over queries is MRR@k.

    E[1/p · (p ≤ k)], p the first place, over all orders of equal scores. A host function.

    Parameters
    ----------
    scores
        As for `recall_at_k`.
    relevant
        As for `recall_at_k`.
    k

    Returns
    -------
    one number for each query, in the dtype of the scores, on their device; 0 without relevant documents.

    Source: matching P2.

    Examples
    --------
    >>> import numpy as np
    >>> reciprocal_rank_at_k(np.asarray([0.9, 0.5, 0.1]), np.asarray([0, 1, 1]), k=10)
    array(0.5)
    """

    def reciprocal(row: Floats, found: Floats) -> float:
        best = np.max(row, where=found > 0, initial=-np.inf)
        if best == -np.inf:
            return 0.0
        before, tied = int(np.sum(row > best)), int(np.sum(row == best))
        hits = int(np.sum(found[row == best]))
        last = min(tied - hits + 1, k - before)
        ways = math.comb(tied, hits)
        return math.fsum(math.comb(tied - j, hits - 1) / ways / (before + j) for j in range(1, last + 1))

    return _each_query(scores, relevant, lambda labels: labels != 0, reciprocal)


@public(
    {
        "scores": Reals("..., n", n=1),
        "relevance": Reals("..., n"),
        "k": Integer(1),
        "gain": Choice("linear", "exponential"),
    },
    Reals("..."),
    needs="sort indexing eager host",
    nan=RAISES,
    broadcast="all",
    raises=_NAN,
)
def ndcg_at_k(
    scores: Array,
    relevance: Array,
    /,
    *,
    k: int,
    gain: Literal["linear", "exponential"] = "linear",
) -> Array:
    """Normalised discounted cumulative gain of the k documents with the highest scores.

    DCG/ideal DCG, DCG = Σ_{p ≤ k} g_p/log₂(1 + p), the mean over all orders of equal scores; the ideal
    order is that of all documents by relevance, cut at the same k. A host function.

    Parameters
    ----------
    scores
        As for `recall_at_k`.
    relevance
        Grades ≥ 0 of all documents, retrieved or not.
    k
    gain
        "linear" takes the grade, "exponential" 2^grade − 1.

    Returns
    -------
    from 0 to 1, one for each query, in the dtype of the scores, on their device; NaN if all grades are 0.

    Source: matching P3.

    Examples
    --------
    >>> import numpy as np
    >>> ndcg_at_k(np.asarray([0.9, 0.5, 0.1]), np.asarray([0.0, 2.0, 0.0]), k=2).round(4)
    np.float64(0.6309)
    """

    def ndcg(row: Floats, grades: Floats) -> float:
        gains = grades if gain == "linear" else np.expm1(grades * math.log(2))
        places = np.arange(1, len(row) + 1)
        discounts = np.where(places <= k, 1 / np.log2(1 + places), 0.0)
        ideal = float(np.sum(np.sort(gains)[::-1] * discounts))
        return float(np.sum(gains * _shares(row, discounts))) / ideal if ideal else math.nan

    return _each_query(scores, relevance, lambda grades: grades, ndcg)


def _shares(scores: Floats, discounts: Floats) -> Floats:
    """Of each document the mean discount of its possible places; 0 if it was not retrieved."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sizes = np.diff(np.append(starts, len(scores)))
    result = np.empty_like(scores)
    result[order] = np.repeat(np.add.reduceat(discounts, starts) / sizes, sizes)
    return np.where(scores == -np.inf, 0.0, result)


def _each_query(scores: Array, other: Array, made: Callable[[Any], Any], function: Row) -> Array:
    """A function of one row of scores and of labels, for all of them."""
    xp = _xp.of(scores, other)
    first, second = np.broadcast_arrays(*(to_numpy(array) for array in (scores, other)))
    first, second = first.astype(np.float64), made(second).astype(np.float64)
    if np.any(np.isnan(first)) or np.any(np.isnan(second)):
        raise DomainError(message("scores", "NaN", "numbers, which can be put in order"))
    n = first.shape[-1]
    pairs = zip(first.reshape(-1, n), second.reshape(-1, n), strict=True)
    with np.errstate(over="ignore", invalid="ignore"):  # gains beyond float64 give NaN
        found = [function(row, labels) for row, labels in pairs]
    return like(np.asarray(found).reshape(first.shape[:-1]), scores, xp)


@public(
    {"labels": Integers("n", "label", n=1), "classes": Integer(1, 2**20)},
    Reals("classes"),
    needs="eager",
    nan="Integers have no NaN.",
    raises={DomainError: "for labels outside 0 … classes − 1"},
)
def balanced_class_weights(labels: Array, /, *, classes: int) -> Array:
    """Weights with which all classes that occur have the same share, and the samples the mean weight 1.

    n/(C·n_c), n_c the samples of class c and C the number of classes that occur; 0 for the others.

    Parameters
    ----------
    labels
        Classes from 0 on.
    classes
        How many there may be.

    Returns
    -------
    in the default floating dtype, on the device of the labels.

    Source: matching P4.

    Examples
    --------
    >>> import numpy as np
    >>> balanced_class_weights(np.asarray([0, 0, 0, 2]), classes=3)
    array([0.66666667, 0.        , 2.        ])
    """
    xp, host = _xp.of(labels), to_numpy(labels)
    if np.min(host) < 0 or np.max(host) >= classes:
        got = f"classes {np.min(host)} to {np.max(host)}"
        raise DomainError(message("labels", got, f"integers from 0 to {classes - 1}"))
    found = np.bincount(host.astype(np.int64), minlength=classes)
    counts = like(found, xp.zeros_like(labels, dtype=_floating_dtype(xp, labels)), xp)
    present = counts > 0
    share = int(np.sum(found > 0)) * xp.where(present, counts, xp.ones_like(counts))
    weights = xp.full_like(counts, len(host)) / share  # torch rounds a number over an array twice
    return xp.where(present, weights, xp.zeros_like(weights))
