"""Linear algebra in exact rationals, for expectations that no conditioning can spoil."""

import math
from typing import Any

import flint
import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


def matrix(values: Any) -> Any:
    """A matrix of floats as rationals."""
    host = np.asarray(values, dtype=np.float64)
    n, m = host.shape
    entries = [flint.fmpq(*float(value).as_integer_ratio()) for value in host.reshape(-1)]
    return flint.fmpq_mat(n, m, entries)


def number(value: Any) -> float:
    """A rational rounded to the nearest float."""
    return int(value.p) / int(value.q)


def log(value: Any) -> float:
    """The logarithm of a positive rational, also where the rational itself is no float."""
    p, q = int(value.p), int(value.q)
    if abs(p - q) * 2 < q:
        return math.log1p((p - q) / q)
    exponent = p.bit_length() - q.bit_length()
    return math.log(p / (q << exponent) if exponent > 0 else (p << -exponent) / q) + exponent * math.log(2)


def floats(values: Any) -> FloatArray:
    """A matrix of rationals as the nearest floats."""
    return np.asarray([[number(entry) for entry in row] for row in values.tolist()])


def rows(values: Any) -> list[Any]:
    """The rows of a matrix of rationals, as matrices."""
    return [flint.fmpq_mat(1, values.ncols(), row) for row in values.tolist()]


def quadratic(vectors: Any, covariance: Any) -> FloatArray:
    """rᵀ C⁻¹ r for every row r of a matrix of rationals."""
    inverse = covariance.inv()
    return np.asarray([number((r * inverse * r.transpose())[0, 0]) for r in rows(vectors)])
