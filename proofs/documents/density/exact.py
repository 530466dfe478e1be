"""Linear algebra in exact rationals, for expectations that no conditioning can spoil."""

from fractions import Fraction
from typing import Any

import flint
import numpy as np

from ....backends import Setting

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


def matrix(values: Any) -> Any:
    """A matrix of exact numbers as rationals."""
    host = np.asarray(values)
    n, m = host.shape
    entries = [flint.fmpq(*value.as_integer_ratio()) for value in host.reshape(-1)]
    return flint.fmpq_mat(n, m, entries)


def number(value: Any, on: Setting) -> Any:
    """A rational as the nearest number of the setting's arithmetic."""
    return on.number(Fraction(int(value.p), int(value.q)))


def log(value: Any, on: Setting) -> Any:
    """The logarithm of a positive rational, also where the rational itself is no float."""
    p, q = int(value.p), int(value.q)
    if abs(p - q) * 2 < q:
        return on.math.log1p(on.number(Fraction(p - q, q)))
    exponent = p.bit_length() - q.bit_length()
    near = Fraction(p, q << exponent) if exponent > 0 else Fraction(p << -exponent, q)
    return on.math.log(on.number(near)) + exponent * on.math.log(2)


def numbers(values: Any, on: Setting) -> FloatArray:
    """A matrix of rationals as the nearest numbers."""
    return on.reals([[number(entry, on) for entry in row] for row in values.tolist()])


def rows(values: Any) -> list[Any]:
    """The rows of a matrix of rationals, as matrices."""
    return [flint.fmpq_mat(1, values.ncols(), row) for row in values.tolist()]


def quadratic(vectors: Any, covariance: Any, on: Setting) -> FloatArray:
    """rᵀ C⁻¹ r for every row r of a matrix of rationals."""
    inverse = covariance.inv()
    return on.reals([number((r * inverse * r.transpose())[0, 0], on) for r in rows(vectors)])
