"""One call of every argmaxable function, of a size that grows with n."""

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl import argmaxable
from refimpl.backends import Setting

Array = Any
Specimen = tuple[Callable[..., Any], tuple[Array, ...]]


def _classes(on: Setting, n: int) -> tuple[Array, Array]:
    """n classes in 8 dimensions with norms that differ, so that some cannot win."""
    rng = np.random.default_rng(n)
    W = rng.standard_normal((n, 8)) * np.exp(rng.standard_normal((n, 1)))
    return on.array(W), on.array(rng.standard_normal(n))


def _points(on: Setting, n: int) -> Array:
    return on.array(np.random.default_rng(1).standard_normal((n, 8)))


def _margins(on: Setting, n: int) -> Specimen:
    W, b = _classes(on, n)
    return lambda W, b, z: argmaxable.margins(W, b, z, k=0), (W, b, _points(on, n))


def _winner(on: Setting, n: int) -> Specimen:
    return argmaxable.winner, (*_classes(on, n), _points(on, n))


def _classify(on: Setting, n: int) -> Specimen:
    return argmaxable.classify, _classes(on, n)


def _verify(on: Setting, n: int) -> Specimen:
    W, b = _classes(on, n)
    result = argmaxable.classify(W, b)
    return lambda W, b: argmaxable.verify(W, b, result), (W, b)


def _minimum_norm_point(on: Setting, n: int) -> Specimen:
    return argmaxable.minimum_norm_point, (_points(on, n),)


def _minimax_value(on: Setting, n: int) -> Specimen:
    return lambda W, b: argmaxable.minimax_value(W, b, k=0, radius=1.0), _classes(on, n)


def _five_vectors(on: Setting, n: int) -> Specimen:
    return lambda: argmaxable.five_vectors(**on.like), ()


def _scores(on: Setting, n: int) -> Array:
    return on.array(np.random.default_rng(2).standard_normal((n, 8)))


SPECIMENS: dict[str, Callable[[Setting, int], Specimen]] = {
    "argmaxable.can_win": lambda on, n: (
        argmaxable.can_win,
        (*_classes(on, n), on.array(np.arange(n) % 3 > 0)),
    ),
    "argmaxable.classify": _classify,
    "argmaxable.five_vectors": _five_vectors,
    "argmaxable.margins": _margins,
    "argmaxable.mask_scores": lambda on, n: (
        argmaxable.mask_scores,
        (_scores(on, n), on.array(np.arange(8) % 3 > 0)),
    ),
    "argmaxable.minimax_value": _minimax_value,
    "argmaxable.minimum_norm_point": _minimum_norm_point,
    "argmaxable.softcap": lambda on, n: (
        lambda scores: argmaxable.softcap(scores, cap=2.0),
        (_scores(on, n),),
    ),
    "argmaxable.softmax_with_temperature": lambda on, n: (
        lambda scores: argmaxable.softmax_with_temperature(scores, temperature=0.5),
        (_scores(on, n),),
    ),
    "argmaxable.verify": _verify,
    "argmaxable.winner": _winner,
}

TAKES = {
    "argmaxable.can_win": "s - -",
    "argmaxable.mask_scores": "mlr m",
    "argmaxable.softcap": "omlsenr",
    "argmaxable.softmax_with_temperature": "omlsr",
    "argmaxable.classify": "s -",
    "argmaxable.margins": "- - mlr",
    "argmaxable.minimax_value": "s -",
    "argmaxable.minimum_norm_point": "osr",
    "argmaxable.verify": "s -",
    "argmaxable.winner": "- - mlr",
}
