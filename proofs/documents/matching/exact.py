"""CoSENT in 50 decimal digits (or numbers of any precision), without limit of range, by its definition."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from ...._xp import rounds

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Cosent:
    """The loss and its gradient, and the sizes that bound the rounding errors of any way to them."""

    loss: Any
    loss_scale: Any
    gradient: Floats
    gradient_scale: Floats
    gap: Any
    """Largest c_j − c_i with y_i > y_j; −inf without such pairs."""
    ordered: int
    """Number of such pairs."""


def cosent(
    cosines: Floats, labels: np.ndarray[Any, Any], scale: Any, grown: Callable[[Any], Any] = lambda size: size
) -> Cosent:
    """The definition, term by term.

    With w_p = e^{x_p} / e^{loss}, relative errors of the exponents x_p and of their exponentials
    change the loss by Σ w_p (|x_p| + 1) times as much; sums of up to n terms, in a tree or in
    a row, and their logarithm count as 2·⌈log₂ n⌉ + 2 of these. In the gradient, w_p also
    takes the error of the loss, and `grown` says how errors of exponents become those of exponentials.
    """
    n = len(cosines)
    higher, lower = np.nonzero(labels[:, None] > labels[None, :])
    decimal, number = (_exact, float) if rounds(cosines) else (_itself, _itself)
    with localcontext() as context:
        context.prec = 50
        c, s = [decimal(x) for x in cosines], decimal(scale)
        gaps = [c[j] - c[i] for i, j in zip(higher, lower, strict=True)]
        exponents = [s * gap for gap in gaps]
        terms = [x.exp() for x in exponents]
        added: Any = sum(terms, 0 * s)
        total = 1 + added
        loss = number(_log1p(added) if rounds(cosines) else total.log())
        gap = number(max(gaps, default=Decimal("-Infinity"))) if gaps else -np.inf
        gradient = [0 * s] * n
        for i, j, term in zip(higher, lower, terms, strict=True):
            gradient[j] += term / total
            gradient[i] -= term / total
        like: dict[str, Any] = {"like": cosines} if n else {}
        weights, sizes, gradients = (
            np.asarray([number(x) for x in values], **like)
            for values in ([x / total for x in terms], map(abs, exponents), [s * part for part in gradient])
        )
    sizes = sizes + 2 * np.ceil(np.log2(max(n, 1))) + 2
    loss_scale = loss + np.sum(weights * sizes)
    sizes = scale * weights * grown(sizes + loss_scale)
    shares = [np.sum(sizes[lower == k]) + np.sum(sizes[higher == k]) for k in range(n)]
    return Cosent(loss, loss_scale, gradients, np.asarray(shares, **like), gap, len(terms))


def _log1p(x: Decimal) -> Decimal:
    """log(1 + x) for x ≥ 0 to all digits of the context: what 1 + x rounds away, the quotient puts back."""
    total = 1 + x
    return x if total == 1 else total.ln() * (x / (total - 1))


def _exact(number: Any) -> Decimal:
    return Decimal(float(number))


def _itself(number: Any) -> Any:
    return number
