"""Growth through logarithms."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

Array = Any


def growth(eps: float, depth: int, *, kind: str = "aligned") -> float:
    """Through the logarithm of the base: the power itself would lose ε beside 1."""
    base = eps if kind == "aligned" else eps * eps
    logarithm = 2 * math.log(eps) if kind != "aligned" and eps > 1e150 else math.log1p(base)
    exponent = Fraction(depth) * Fraction(logarithm)
    exponent = exponent if kind == "aligned" else exponent / 2
    return math.exp(float(exponent)) if exponent < 709.7827 else math.inf


FUNCTIONS: dict[str, Callable[..., Any]] = {"residual.growth": growth}
