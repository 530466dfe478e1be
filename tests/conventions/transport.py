"""Optimal transport as common code writes it."""

import math
from fractions import Fraction

import numpy as np
from scipy.optimize import linear_sum_assignment

from ._convention import Convention


def _gaps(x, y, x_weights, y_weights):
    """Shares of mass along the last axis, and the gaps that they cross: by merging the two distributions."""
    if x_weights is None and y_weights is None and x.shape[-1] == y.shape[-1]:
        return 1 / x.dtype.type(x.shape[-1]), np.abs(np.sort(x, axis=-1) - np.sort(y, axis=-1))
    sides = []
    for values, given in ((x, x_weights), (y, y_weights)):
        mass = np.ones_like(values) if given is None else given
        order = np.argsort(values)
        sides.append(
            (values[order], np.cumsum(mass[order].astype(np.float64)) / np.sum(mass, dtype=np.float64))
        )
    levels = np.union1d(sides[0][1], sides[1][1])
    quantiles = [
        values[np.minimum(np.searchsorted(upper, levels), len(values) - 1)] for values, upper in sides
    ]
    return np.diff(levels, prepend=0.0), np.abs(quantiles[0] - quantiles[1]).astype(np.float64)


def power_1d(x, y, x_weights, y_weights, p, factor=1.0):
    shares, gaps = _gaps(x, y, x_weights, y_weights)
    return np.asarray(factor * np.sum(shares * gaps**p, axis=-1), dtype=x.dtype)


def samples_first(x, y, x_weights, y_weights, p, factor=1.0):
    """The root is taken after scaling by the largest gap, so that no power leaves the range."""
    shares, gaps = _gaps(np.moveaxis(x, 0, -1), np.moveaxis(y, 0, -1), x_weights, y_weights)
    gaps = np.where(shares > 0, gaps, 0)  # what has no mass sets no unit
    unit = np.where(np.max(gaps, axis=-1) > 0, np.max(gaps, axis=-1), 1)
    root = np.sum(shares * (gaps / unit[..., None]) ** p, axis=-1) ** (1 / p)
    return np.asarray(factor * unit * root, dtype=x.dtype)


def emd(a, b, M, independent=False):
    """Masses are small fractions here: an assignment of as many atoms as their common denominator."""
    shares = [[Fraction(float(mass)).limit_denominator(100) for mass in masses] for masses in (a, b)]
    total = math.lcm(*(share.denominator for side in shares for share in side))
    own, other = (np.repeat(np.arange(len(side)), [int(share * total) for share in side]) for side in shares)
    rows, columns = linear_sum_assignment(M[own][:, other].astype(np.float64))
    plan = np.zeros(M.shape)
    np.add.at(plan, (own[rows], other[columns]), 1 / total)
    return (np.outer(a, b) if independent else plan).astype(M.dtype)


def coupling_power(x, y, plan, p, factor=1.0):
    gaps = np.linalg.norm(x[..., :, None, :] - y[..., None, :, :], axis=-1)
    return factor * np.sum(plan * gaps**p, axis=(-2, -1))


def root(S):
    values, vectors = np.linalg.eigh(S)
    return (vectors * np.sqrt(np.maximum(values, 0))[..., None, :]) @ np.swapaxes(vectors, -1, -2)


def of_roots(m1, R1, m2, R2, shift=1.0):
    """Procrustes: the turn of R₂ that comes nearest to R₁."""
    left, _, right = np.linalg.svd(np.swapaxes(R2, -1, -2) @ R1)
    rest = R1 - R2 @ (left @ right)
    return np.hypot(shift * np.linalg.norm(m1 - m2, axis=-1), np.linalg.norm(rest, axis=(-2, -1)))


def bures(m1, S1, m2, S2, power=1, shift=1.0):
    return of_roots(m1, root(S1), m2, root(S2), shift) ** power


def fid(m1, S1, m2, S2, shift=1.0):
    """The cross term is the sum of the singular values of the product of two roots."""
    cross = np.linalg.svd(root(S2) @ root(S1), compute_uv=False).sum()
    return shift * np.sum((m1 - m2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * cross


def fid_of_features(x, y, shift=1.0):
    """No covariance: the singular values of a product of centred features."""
    A, B = ((v - v.mean(0)) / np.sqrt(len(v) - 1) for v in (x, y))
    cross = np.linalg.svd(A @ B.T, compute_uv=False).sum()
    return shift * np.sum((x.mean(0) - y.mean(0)) ** 2) + np.sum(A**2) + np.sum(B**2) - 2 * cross


def sliced(x, y, directions, p, factor=1.0):
    """Every point as often as the other sample has points."""
    X, Y = np.sort(x @ directions, axis=0), np.sort(y @ directions, axis=0)
    gaps = np.abs(np.repeat(X, len(y), axis=0) - np.repeat(Y, len(x), axis=0))
    unit = gaps.max() or 1.0
    return factor * unit * np.mean((gaps / unit) ** p) ** (1 / p)


def mapping(m1, m2, S1, S2, sign=1):
    """A = S₂^{1/2} Q S₁^{−1/2} with the orthogonal Q that makes it symmetric, as rows take it."""
    R1, R2 = root(S1), root(S2)
    left, _, right = np.linalg.svd(np.swapaxes(R2, -1, -2) @ R1)
    A = np.swapaxes(np.linalg.solve(R1, np.swapaxes(R2 @ (left @ right), -1, -2)), -1, -2)
    A = (A + np.swapaxes(A, -1, -2)) / 2
    return A, m2 - sign * np.einsum("...i,...ij->...j", m1, A)


CONVENTIONS = {
    "transport.wasserstein_1d/squared": Convention(power_1d, lambda *a: power_1d(*a, factor=2.0)),
    "transport.wasserstein_1d/samples-first": Convention(
        samples_first, lambda *a: samples_first(*a, factor=2.0)
    ),
    "transport.wasserstein_discrete/plan": Convention(emd, lambda *a: emd(*a, independent=True)),
    "transport.coupling_cost/squared": Convention(coupling_power, lambda *a: coupling_power(*a, factor=2.0)),
    "transport.wasserstein_gaussian/squared": Convention(
        lambda *a: bures(*a, power=2), lambda *a: bures(*a, power=2, shift=2.0)
    ),
    "transport.wasserstein_gaussian/means-first": Convention(
        lambda m1, m2, S1, S2: bures(m1, S1, m2, S2), lambda m1, m2, S1, S2: bures(m1, S1, m2, S2, shift=2.0)
    ),
    "transport.wasserstein_gaussian/roots": Convention(of_roots, lambda *a: of_roots(*a, shift=2.0)),
    "transport.frechet_distance/one-pair": Convention(fid, lambda *a: fid(*a, shift=2.0)),
    "transport.frechet_feature_distance/one-pair": Convention(
        fid_of_features, lambda *a: fid_of_features(*a, shift=2.0)
    ),
    "transport.sliced_wasserstein/columns": Convention(sliced, lambda *a: sliced(*a, factor=2.0)),
    "transport.gaussian_map/means-first": Convention(mapping, lambda *a: mapping(*a, sign=-1)),
}
