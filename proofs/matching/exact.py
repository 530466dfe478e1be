"""CoSENT in decimals: the definition over all pairs of pairs, with 50 digits and no limit of range."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Cosent:
    """The loss and its gradient, and the sizes that bound the rounding errors of any way to them."""

    loss: float
    loss_scale: float
    gradient: Floats
    gradient_scale: Floats
    gap: float
    """Largest c_j − c_i with y_i > y_j; −inf without such pairs."""
    ordered: int
    """Number of such pairs."""


def cosent(cosines: Floats, labels: np.ndarray[Any, Any], scale: float) -> Cosent:
    """The definition, term by term.

    With w_p = e^{x_p} / e^{loss}, relative errors of the exponents x_p and of their exponentials
    change the loss by Σ w_p (|x_p| + 1) times as much; sums of up to n terms, in a tree or in
    a row, and their logarithm count as `depth` = 2·log₂ n + 2 of these. In the gradient, w_p also
    takes the error of the loss.
    """
    n = len(cosines)
    higher, lower = np.nonzero(labels[:, None] > labels[None, :])
    with localcontext() as context:
        context.prec = 50
        c = [Decimal(float(x)) for x in cosines]
        gaps = [c[j] - c[i] for i, j in zip(higher, lower, strict=True)]
        exponents = [Decimal(scale) * gap for gap in gaps]
        terms = [x.exp() for x in exponents]
        total = sum(terms, Decimal(1))
        weights = np.asarray([float(term / total) for term in terms])
        loss = float(total.ln())
        gap = float(max(gaps, default=Decimal("-Infinity")))
        gradient = [Decimal(0)] * n
        for i, j, term in zip(higher, lower, terms, strict=True):
            gradient[j] += term / total
            gradient[i] -= term / total
        gradient = [Decimal(scale) * part for part in gradient]
    depth = 2 * np.log2(max(n, 1)) + 2
    sizes = weights * (np.abs(np.asarray(exponents, dtype=np.float64)) + depth)
    loss_scale = loss + float(np.sum(sizes))
    sizes = scale * (sizes + weights * loss_scale)
    gradient_scale = np.asarray(
        np.bincount(lower, sizes, n) + np.bincount(higher, sizes, n), dtype=np.float64
    )
    return Cosent(loss, loss_scale, np.asarray(gradient, dtype=np.float64), gradient_scale, gap, len(terms))
