"""Growth through logarithms."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from refimpl.residual import StreamVariance

Array = Any


def growth(eps: float, depth: int, *, kind: str = "aligned") -> float:
    """Through the logarithm of the base: the power itself would lose ε beside 1."""
    base = eps if kind == "aligned" else eps * eps
    logarithm = 2 * math.log(eps) if kind != "aligned" and eps > 1e150 else math.log1p(base)
    exponent = Fraction(depth) * Fraction(logarithm)
    exponent = exponent if kind == "aligned" else exponent / 2
    return math.exp(float(exponent)) if exponent < 709.7827 else math.inf


def stream_variance(branch: float, depth: int, *, placement: str = "pre") -> StreamVariance:
    """Through logarithms, too, and the share as a power of its own."""
    if placement == "pre":
        total = float(1 + Fraction(branch) * depth)
        return StreamVariance(total, 1 / total)
    log = float(Fraction(depth) * Fraction(math.log1p(branch)))
    return StreamVariance(1.0 if placement == "post" else math.exp(log), math.exp(-log))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "residual.growth": growth,
    "residual.stream_variance": stream_variance,
}
