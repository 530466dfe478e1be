"""Verdicts by routes that share nothing with the reference: elimination, and hulls in the plane."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

Integers = np.ndarray[Any, np.dtype[np.int64]]


def eliminated(W: Any, b: Any, k: int) -> bool:
    """Whether class k is argmaxable, for small integers, by Fourier–Motzkin elimination.

    Each step replaces the inequalities ⟨a,z⟩ + c > 0 by all positive combinations that lose the first
    coordinate of z; what is left has no z, and holds iff every constant is positive.
    """
    rows = np.column_stack([W, b]).astype(np.int64)
    system = rows[k] - np.delete(rows, k, axis=0)
    for _ in range(system.shape[1] - 1):
        first = system[:, 0]
        above, below = system[first > 0], system[first < 0]
        pairs = above[:, None, :1] * below[None, :, 1:] - below[None, :, :1] * above[:, None, 1:]
        system = _reduced(np.concatenate([pairs.reshape(-1, system.shape[1] - 1), system[first == 0, 1:]]))
    return bool(np.all(system > 0))


def _reduced(system: Integers) -> Integers:
    """The same inequalities without common factors and repetitions."""
    if not len(system):
        return system
    divisors = np.maximum(np.gcd.reduce(system, axis=1, keepdims=True), 1)
    return np.unique(system // divisors, axis=0)
