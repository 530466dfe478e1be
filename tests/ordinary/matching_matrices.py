"""Semidefinite matrices, features and random projections as people type them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip

# Matrices


def nearest_psd(A):
    S = (A + np.swapaxes(A, -1, -2)) / 2
    w, V = np.linalg.eigh(S)
    B = (V * np.clip(w, 0, None)[..., None, :]) @ np.swapaxes(V, -1, -2)
    return (B + np.swapaxes(B, -1, -2)) / 2


def spectral(A, change):
    w, V = np.linalg.eigh((A + np.swapaxes(A, -1, -2)) / 2)
    B = (V * change(w)[..., None, :]) @ np.swapaxes(V, -1, -2)
    return (B + np.swapaxes(B, -1, -2)) / 2


def psd_absolute(A):
    return spectral(A, np.abs)


def psd_shifted(A):
    return spectral(A, lambda w: w - np.minimum(w[..., :1], 0))


def psd_floor(A):
    return spectral(A, lambda w: np.maximum(w, 1e-6))


def psd_one_triangle(A):
    w, V = np.linalg.eigh(A)
    B = (V * np.clip(w, 0, None)[..., None, :]) @ np.swapaxes(V, -1, -2)
    return (B + np.swapaxes(B, -1, -2)) / 2


def psd_gram(A):
    return np.swapaxes(A, -1, -2) @ A


def psd_higham_unfinished(A):
    B = (A + np.swapaxes(A, -1, -2)) / 2
    _, s, Vt = np.linalg.svd(B)
    return np.swapaxes(Vt, -1, -2) @ (s[..., :, None] * Vt)


def psd_higham(A):
    B = (A + np.swapaxes(A, -1, -2)) / 2
    _, s, Vt = np.linalg.svd(B)
    H = np.swapaxes(Vt, -1, -2) @ (s[..., :, None] * Vt)
    return (B + H + np.swapaxes(B + H, -1, -2)) / 4


def psd_negative_kept(A):
    return spectral(A, lambda w: np.minimum(w, 0))


def factor(S):
    w, V = np.linalg.eigh(S)
    keep = w > len(S) * 4 * np.finfo(S.dtype).eps * np.abs(w).max()
    return V[:, keep] * np.sqrt(w[keep])


def factor_no_root(S):
    w, V = np.linalg.eigh(S)
    keep = w > len(S) * 4 * np.finfo(S.dtype).eps * np.abs(w).max()
    return V[:, keep] * w[keep]


def factor_rows(S):
    w, V = np.linalg.eigh(S)
    keep = w > len(S) * 4 * np.finfo(S.dtype).eps * np.abs(w).max()
    return V.T[:, keep] * np.sqrt(w[keep])


def factor_square(S):
    w, V = np.linalg.eigh(S)
    return V * np.sqrt(np.clip(w, 0, None))


def factor_normalised(S):
    B = factor(S)
    return B / np.maximum(np.linalg.norm(B, axis=1, keepdims=True), 1e-300)


def factor_explained(S):
    w, V = np.linalg.eigh(S)
    keep = w > 1e-3 * w.max()
    return V[:, keep] * np.sqrt(w[keep])


def factor_transposed(S):
    return factor(S).T


# Features and projections


def sbert(u, v):
    u, v = np.broadcast_arrays(u, v)
    return np.concatenate([u, v, np.abs(u - v)], axis=-1)


def joined(*parts):
    return np.concatenate(np.broadcast_arrays(*parts), axis=-1)


def project(x, R):
    return x @ R.T


def project_einsum_rooted(x, R):
    return np.einsum("...d,md->...m", x, R) / np.sqrt(R.shape[0])


def project_times_root(x, R):
    return (x @ R.T) * math.sqrt(len(R))


def project_unit(x, R):
    norms = np.linalg.norm(R, axis=1, keepdims=True)
    return x @ (R / np.where(norms > 0, norms, 1)).T


def project_signs(x, R):
    return np.sign(x @ R.T)


def project_by_d(x, R):
    return x @ R.T / math.sqrt(R.shape[1])


def project_centred(x, R):
    return (x - x.mean(axis=-1, keepdims=True)) @ R.T


def project_both(x, R):
    return x @ R.T / len(R)


ORDINARY = (
    Ordinary(
        "matching.nearest_semidefinite",
        nearest_psd,
        (
            Slip(psd_absolute, r"absolute|\|λ\|"),
            Slip(psd_shifted, r"shifted|λ_min"),
            Slip(psd_floor, r"floor|1e-0?6|10⁻⁶|epsilon|positive definite"),
            Slip(psd_one_triangle, r"one-triangle|one triangle"),
            Slip(psd_gram, r"gram|AᵀA|square"),
            Slip(psd_higham_unfinished, r"absolute|\|λ\|"),
            Slip(psd_negative_kept, r"negative.{0,30}(kept|part)|sign|largest|minimum"),
        ),
        answer="imprecise",
    ),
    Ordinary("matching.nearest_semidefinite", psd_higham, (), answer="imprecise"),
    Ordinary(
        "matching.factor_similarity",
        factor,
        (
            Slip(factor_no_root, r"no-root|√λ"),
            Slip(factor_rows, r"transposed|eigenvectors for rows"),
            Slip(factor_square, r"all-columns|zero eigenvalues"),
            Slip(factor_normalised, r"unit-rows|normali[sz]"),
            Slip(factor_explained, r"loose-rank|thousandth"),
            Slip(factor_transposed, r"columns|transpos"),
        ),
        answer="edge",
    ),
    Ordinary(
        "matching.sbert_features",
        sbert,
        (
            Slip(lambda u, v: joined(u, v, u - v), r"signed|u − v for"),
            Slip(lambda u, v: joined(u, v, (u - v) ** 2), r"squared|\(u − v\)²"),
            Slip(lambda u, v: joined(u, v, u * v), r"product|u·v|u ?\* ?v"),
            Slip(lambda u, v: joined(v, u, np.abs(u - v)), r"exchanged|swapped|order"),
            Slip(lambda u, v: joined(u, np.abs(u - v), v), r"order|permut|exchanged"),
            Slip(lambda u, v: joined(u, v, np.abs(u) - np.abs(v)), r"\|u\| − \|v\||magnitudes|absolute"),
        ),
    ),
    Ordinary(
        "matching.jl_project",
        project,
        (
            Slip(project_einsum_rooted, r"scaled-again|√m once more|1/√m"),
            Slip(project_times_root, r"unscaled|√m too much"),
            Slip(project_unit, r"unit-directions|normali[sz]es the directions"),
            Slip(project_signs, r"sign"),
            Slip(project_by_d, r"√[dn] times|root of d"),
            Slip(project_centred, r"centred|mean"),
            Slip(project_both, r"1/m|divided by m|\bm\b|twice"),
        ),
    ),
    Ordinary(
        "matching.jl_project",
        lambda x, R: x @ R,
        (
            Slip(lambda x, R: x @ R / np.sqrt(R.shape[1]), r"scaled-again|√m once more|1/√m"),
            Slip(lambda x, R: np.sqrt(R.shape[1]) * (x @ R), r"unscaled|√m too much"),
        ),
        adapter="columns",
    ),
)
