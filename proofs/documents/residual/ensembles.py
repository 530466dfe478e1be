"""Finite ensembles of weights, so that an expectation is a sum over all of them, without sampling.

Second moments of a layer depend on the weights' own first and second moments only (for relu also on
their symmetry), so zero-mean signs stand for every such distribution. A whole ensemble runs as one call:
the members are the blocks of a block-diagonal matrix.
"""

from itertools import permutations, product
from typing import Any, TypeAlias

import numpy as np

Real: TypeAlias = np.ndarray[Any, Any]


def signs(count: int) -> Real:
    """All 2^count vectors of ±1, as rows."""
    return np.asarray(list(product([1.0, -1.0], repeat=count))).reshape(2**count, count)


def sign_matrices(n: int, m: int) -> Real:
    """All n×m matrices of ±1: zero mean, uncorrelated, unit variance."""
    return signs(n * m).reshape(-1, n, m)


def signed_permutations(n: int) -> Real:
    """A finite group of orthogonal matrices with the Haar measure's first and second moments."""
    places = [np.eye(n)[list(order)] for order in permutations(range(n))]
    return np.asarray([place * flips for place in places for flips in signs(n)])


def paths(members: int, depth: int) -> Real:
    """Every choice of one member a layer: (depth, members^depth) indices."""
    return np.indices((members,) * depth).reshape(depth, -1)


def parts(choice: Real, most: int = 16) -> list[Real]:
    """The choices of `paths` in parts of few members: a block-diagonal matrix grows with their square."""
    return np.split(choice, range(most, choice.shape[1], most), axis=1)


def block_diagonal(matrices: Real) -> Real:
    """(k, n, m) as one (k n, k m) matrix."""
    k, n, m = matrices.shape
    whole = np.zeros((k, n, k, m), like=matrices)
    whole[np.arange(k), :, np.arange(k), :] = matrices
    return whole.reshape(k * n, k * m)


def blocks(whole: Real, k: int) -> Real:
    """The diagonal blocks (k, n, m) of a (k n, k m) matrix."""
    parts = whole.reshape(k, whole.shape[0] // k, k, whole.shape[1] // k)
    return parts[np.arange(k), :, np.arange(k), :]


def mean_square(values: Real, members: int) -> Any:
    """The mean over the ensemble of the squared norm of a member's part."""
    return square(values) / members


def square(values: Real) -> Any:
    """The sum of the squared norms of some members' parts."""
    return np.sum(np.square(values))
