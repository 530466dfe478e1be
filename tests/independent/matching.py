"""Matching by singular values, by balls and by bisection."""

from collections.abc import Callable
from typing import Any

import flint
import numpy as np

Array = Any


def nearest_semidefinite(matrix: Array, /) -> Array:
    """Half of the symmetric part and of its absolute value √(AᵀA), by singular values (Higham)."""
    symmetric = matrix / 2 + np.swapaxes(matrix, -1, -2) / 2
    _, values, right = np.linalg.svd(symmetric)
    size = np.swapaxes(right, -1, -2) @ (values[..., None] * right)
    nearest = symmetric / 2 + size / 2
    return nearest / 2 + np.swapaxes(nearest, -1, -2) / 2


def jl_dimension(n: int, error: float, failure: float) -> int:
    """Balls with digits to spare."""
    with flint.ctx.workdps(400):
        rate = (flint.arb(error) - flint.arb(error).log1p()) / 2
        bound = (flint.arb(n) * (n - 1) / flint.arb(failure)).log() / rate
        return int(bound.ceil().unique_fmpz())


def ranking_dimension(n: int) -> int:
    """Bisection on logarithms as balls of 60 digits."""
    inner = n * (n - 1) // 2
    pairs = inner * (inner - 1) // 2

    def enough(d: int) -> bool:
        if n * d > pairs:
            return True
        with flint.ctx.workdps(60):
            patterns = n * d * ((flint.arb(8 * pairs) / (n * d)).log() + 1)
            return bool(patterns >= flint.arb(inner + 1).lgamma())

    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"matching.{function.__name__}": function
    for function in (jl_dimension, nearest_semidefinite, ranking_dimension)
}
