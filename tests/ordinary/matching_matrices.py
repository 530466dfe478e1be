"""Semidefinite matrices, features and random projections as people type them."""

import numpy as np

from ._ordinary import Ordinary, Slip, typo

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


def psd_floor(A):
    return spectral(A, lambda w: np.maximum(w, 1e-6))


def psd_one_triangle(A):
    w, V = np.linalg.eigh(A)
    B = (V * np.clip(w, 0, None)[..., None, :]) @ np.swapaxes(V, -1, -2)
    return (B + np.swapaxes(B, -1, -2)) / 2


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


def factor_square(S):
    w, V = np.linalg.eigh(S)
    return V * np.sqrt(np.clip(w, 0, None))


def factor_normalised(S):
    B = factor(S)
    return B / np.maximum(np.linalg.norm(B, axis=1, keepdims=True), 1e-300)


# Features and projections


def sbert(u, v):
    u, v = np.broadcast_arrays(u, v)
    return np.concatenate([u, v, np.abs(u - v)], axis=-1)


def joined(*parts):
    return np.concatenate(np.broadcast_arrays(*parts), axis=-1)


def project(x, R):
    return x @ R.T


def project_unit(x, R):
    norms = np.linalg.norm(R, axis=1, keepdims=True)
    return x @ (R / np.where(norms > 0, norms, 1)).T


ORDINARY = (
    Ordinary(
        "matching.nearest_semidefinite",
        nearest_psd,
        (
            Slip(lambda A: spectral(A, np.abs), r"absolute|\|λ\|"),
            Slip(lambda A: spectral(A, lambda w: w - np.minimum(w[..., :1], 0)), r"shifted|λ_min"),
            Slip(psd_floor, r"floor|1e-0?6|10⁻⁶|epsilon|positive definite"),
            Slip(psd_one_triangle, r"one-triangle|one triangle"),
            Slip(lambda A: np.swapaxes(A, -1, -2) @ A, r"gram|AᵀA|square"),
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
            typo("np.sqrt(w[keep])", "w[keep]", r"no-root|√λ"),
            typo("return V", "return V.T", r"transposed|eigenvectors for rows"),
            Slip(factor_square, r"all-columns|zero eigenvalues"),
            Slip(factor_normalised, r"unit-rows|normali[sz]"),
            typo("len(S) * 4 * np.finfo(S.dtype).eps * np.abs(w)", "1e-3 * w", r"loose-rank|thousandth"),
            Slip(lambda S: factor(S).T, r"columns|transpos"),
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
            typo(
                "x @ R.T",
                'np.einsum("...d,md->...m", x, R) / np.sqrt(R.shape[0])',
                r"scaled-again|√m once more|1/√m",
            ),
            typo("x @ R.T", "(x @ R.T) * math.sqrt(len(R))", r"unscaled|√m too much"),
            Slip(project_unit, r"unit-directions|normali[sz]es the directions"),
            typo("x @ R.T", "np.sign(x @ R.T)", r"sign"),
            typo("@ R.T", "@ R.T / math.sqrt(R.shape[1])", r"√[dn] times|root of d"),
            typo("return x", "return (x - x.mean(axis=-1, keepdims=True))", r"centred|mean"),
            typo("@ R.T", "@ R.T / len(R)", r"1/m|divided by m|\bm\b|twice"),
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
