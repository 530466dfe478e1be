"""Growth and constants through logarithms."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from refimpl.residual import Constants, DeepNormConstants

Array = Any


def growth(eps: float, depth: int, *, kind: str = "aligned") -> float:
    """Through the logarithm of the base: the power itself would lose ε beside 1."""
    base = eps if kind == "aligned" else eps * eps
    logarithm = 2 * math.log(eps) if kind != "aligned" and eps > 1e150 else math.log1p(base)
    exponent = Fraction(depth) * Fraction(logarithm)
    exponent = exponent if kind == "aligned" else exponent / 2
    return math.exp(float(exponent)) if exponent < 709.7827 else math.inf


def deepnorm_constants(encoder_layers: int, decoder_layers: int, *, exact: bool = False) -> DeepNormConstants:
    """Through logarithms."""
    n, m = encoder_layers, decoder_layers

    def root(number: int, order: int) -> float:
        return math.exp(math.log(number) / order)

    if not m:
        return DeepNormConstants(Constants(root(2 * n, 4), 1 / root(8 * n, 4)), None)
    if not n:
        return DeepNormConstants(None, Constants(root(2 * m, 4), 1 / root(8 * m, 4)))
    scale = root(n**4 * m, 16)
    first, second = (27 ** (-1 / 16), 27 ** (1 / 16) / math.sqrt(2)) if exact else (0.81, 0.87)
    return DeepNormConstants(
        Constants(first * scale, second / scale), Constants(root(3 * m, 4), 1 / root(12 * m, 4))
    )


def _leaves(tree: Any) -> list[Array]:
    if tree is None:
        return []
    return [leaf for part in tree for leaf in _leaves(part)] if isinstance(tree, list | tuple) else [tree]


def sgd_increment(gradients: Sequence[Array], /, *, learning_rate: float) -> Array:
    """One long vector."""
    leaves = _leaves(gradients)
    flat = np.concatenate([leaf.ravel() for leaf in leaves])
    with np.errstate(over="ignore"):
        return np.asarray(-learning_rate * np.dot(flat, flat), dtype=np.result_type(*leaves))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"residual.{function.__name__}": function for function in (deepnorm_constants, growth, sgd_increment)
}
