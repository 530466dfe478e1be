"""Quadrature rules as tuples of floats, computed once: compilers take them for constants."""

from typing import NamedTuple, TypeAlias

import numpy as np

from .. import _libraries
from .._typing import Array, Namespace

Floats: TypeAlias = tuple[float, ...]


class Rule(NamedTuple):
    """Nodes and weights."""

    nodes: Floats
    weights: Floats


def legendre(count: int) -> Rule:
    """Gauss–Legendre on (−1, 1), exact up to degree 2·count − 1."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return Rule(tuple(nodes.tolist()), tuple(weights.tolist()))


def partial(count: int) -> tuple[Floats, ...]:
    """A_jk = ∫_{−1}^{x_j} ℓ_k, which integrates the interpolating polynomial up to each node."""
    basis = np.polynomial.legendre
    nodes, _ = basis.leggauss(count)
    to_coefficients = np.linalg.inv(basis.legvander(nodes, count - 1))
    integrals = basis.legint(to_coefficients, lbnd=-1)
    return tuple(tuple(row) for row in basis.legval(nodes, integrals).T.tolist())


def graded(count: int) -> Rule:
    """Gauss–Legendre on (0, 1), in panels that halve towards both ends, down to 2⁻⁴⁵."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    edges = np.concatenate([[0.0], 2.0 ** np.arange(-45, 0)])
    half = 0.5 * np.diff(edges)[:, None]
    low, mass = (edges[:-1, None] + half * (1 + nodes)).ravel(), (half * weights).ravel()
    levels, masses = np.concatenate([low, 1 - low[::-1]]), np.concatenate([mass, mass[::-1]])
    return Rule(tuple(levels.tolist()), tuple(masses.tolist()))


def nodes_between(edges: Array, rule: Rule, *, xp: Namespace) -> tuple[Array, Array]:
    """Nodes (n−1, count) in the intervals between edges (n,), and their weights."""
    device = _libraries.device(edges)
    nodes, weights = (xp.asarray(v, dtype=edges.dtype, device=device) for v in rule)
    half = 0.5 * (edges[1:] - edges[:-1])[:, None]
    return 0.5 * (edges[1:] + edges[:-1])[:, None] + half * nodes, half * weights
