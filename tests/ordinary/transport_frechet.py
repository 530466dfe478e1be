"""FID and sliced distances as people type them."""

import numpy as np

from ._ordinary import Ordinary, Slip, typo
from .transport import t
from .transport_gaussian import (
    fid,
    fid_commuting,
    fid_eigenvalues_not_rooted,
    fid_half,
    fid_offset,
    fid_sqrt,
    fid_symmetric_solver,
    sqrt_psd,
    trace,
)


def fid_plain_means(m1, S1, m2, S2):
    return fid(m1, S1, m1, S2) + np.sqrt(np.sum((m1 - m2) ** 2, axis=-1))


def cov(x, ddof):
    rest = x - x.mean(axis=-2, keepdims=True)
    return t(rest) @ rest / (x.shape[-2] - ddof)


def fid_of_features(x, y, ddof=1):
    m1, S1, m2, S2 = x.mean(axis=-2), cov(x, ddof), y.mean(axis=-2), cov(y, ddof)
    root = sqrt_psd(S1)
    cross = sqrt_psd(root @ S2 @ root)
    return np.sum((m1 - m2) ** 2, axis=-1) + trace(S1 + S2 - 2 * cross)


def fid_by_rotation(x, y, ddof=1):
    """No covariance: the rows of one set are turned onto those of the other, zeros below the fewer ones."""
    k = max(x.shape[-2], y.shape[-2])
    means, rows = [z.mean(axis=-2) for z in (x, y)], []
    for z, mean in zip((x, y), means, strict=True):
        rest = (z - mean[..., None, :]) / np.sqrt(z.shape[-2] - ddof)
        rows.append(np.concatenate([rest, np.zeros((*z.shape[:-2], k - z.shape[-2], z.shape[-1]))], axis=-2))
    U, _, V = np.linalg.svd(rows[0] @ t(rows[1]))
    return np.sum((means[0] - means[1]) ** 2, axis=-1) + np.sum(
        (rows[0] - U @ V @ rows[1]) ** 2, axis=(-2, -1)
    )


def fid_of_features_sqrt(x, y, ddof=1):
    return np.sqrt(np.maximum(fid_of_features(x, y, ddof), 0))


def fid_of_features_uncentred(x, y, ddof=1):
    m1, S1, m2, S2 = x.mean(axis=-2), t(x) @ x, y.mean(axis=-2), t(y) @ y
    S1, S2 = S1 / (x.shape[-2] - ddof), S2 / (y.shape[-2] - ddof)
    root = sqrt_psd(S1)
    return np.sum((m1 - m2) ** 2, axis=-1) + trace(S1 + S2 - 2 * sqrt_psd(root @ S2 @ root))


def fid_of_features_biased(x, y, ddof=1):
    return fid_of_features(x, y, 0)


def sliced(x, y, directions, order=2.0):
    units = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    n, m = x.shape[-2], y.shape[-2]
    X = np.repeat(np.sort(x @ units.T, axis=-2), m, axis=-2)
    Y = np.repeat(np.sort(y @ units.T, axis=-2), n, axis=-2)
    return np.mean(np.abs(X - Y) ** order, axis=(-2, -1)) ** (1 / order)


def sliced_mean_of_distances(x, y, directions, order=2.0):
    units = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    n, m = x.shape[-2], y.shape[-2]
    X = np.repeat(np.sort(x @ units.T, axis=-2), m, axis=-2)
    Y = np.repeat(np.sort(y @ units.T, axis=-2), n, axis=-2)
    return np.mean(np.mean(np.abs(X - Y) ** order, axis=-2) ** (1 / order), axis=-1)


def sliced_columns(x, y, directions, order):
    return sliced(x, y, directions.T, order)


ORDINARY = (
    Ordinary(
        "transport.frechet_distance",
        fid,
        (
            Slip(fid_sqrt, r"rooted|root"),
            Slip(fid_symmetric_solver, r"triangle|not symmetric|symmetric"),
            Slip(fid_eigenvalues_not_rooted, r"without-root|root of the product"),
            Slip(fid_offset, r"jitter|10⁻⁶|1e-0?6"),
            Slip(fid_commuting, r"product-of-roots|commute"),
            Slip(fid_half, r"factor-two-missing|once"),
            Slip(fid_plain_means, r"mean-not-squared|‖m₁ − m₂‖"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.frechet_feature_distance",
        fid_by_rotation,
        (
            Slip(fid_of_features_sqrt, r"rooted|root"),
            Slip(fid_of_features_uncentred, r"uncentred|second moments"),
            Slip(fid_of_features_biased, r"divided-by-n|ddof|by n\b"),
        ),
    ),
    Ordinary(
        "transport.sliced_wasserstein",
        sliced,
        (
            Slip(sliced_mean_of_distances, r"mean-of-distances|Averages the distances"),
            typo("** (1 / order)", "", r"power|without the root"),
            typo(" / np.linalg.norm(directions, axis=-1, keepdims=True)", "", r"lengths-kept|their lengths"),
        ),
        answer="imprecise",
    ),
)
