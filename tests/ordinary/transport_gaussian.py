"""Fréchet and Bures distances, maps of Gaussians and couplings as people type them."""

import numpy as np
from scipy import linalg

from refimpl.transport import AffineMap

from ._ordinary import Ordinary, Slip, typo
from .transport import t


def trace(a):
    return np.trace(a, axis1=-2, axis2=-1)


# Gaussians: Fréchet and Bures


def sqrt_psd(a):
    w, v = np.linalg.eigh(a)
    return (v * np.sqrt(np.clip(w, 0, None))[..., None, :]) @ t(v)


def w2_gaussian(m1, S1, m2, S2):
    root = sqrt_psd(S1)
    cross = sqrt_psd(root @ S2 @ root)
    square = np.sum((m1 - m2) ** 2, axis=-1) + trace(S1 + S2 - 2 * cross)
    return np.sqrt(np.maximum(square, 0))


def w2_commuting(m1, S1, m2, S2):
    cross = sqrt_psd(S1) @ sqrt_psd(S2)
    square = np.sum((m1 - m2) ** 2, axis=-1) + trace(S1) + trace(S2) - 2 * trace(cross)
    return np.sqrt(np.maximum(square, 0))


def w2_no_root(m1, S1, m2, S2):
    square = np.sum((m1 - m2) ** 2, axis=-1) + trace(S1) + trace(S2) - 2 * trace(S1 @ S2)
    return np.sqrt(np.maximum(square, 0))


def w2_cross_once(m1, S1, m2, S2):
    root = sqrt_psd(S1)
    cross = sqrt_psd(root @ S2 @ root)
    return np.sqrt(np.sum((m1 - m2) ** 2, axis=-1) + trace(S1 + S2 - cross))


def w2_no_means(m1, S1, m2, S2):
    root = sqrt_psd(S1)
    return np.sqrt(np.maximum(trace(S1 + S2 - 2 * sqrt_psd(root @ S2 @ root)) + 0 * (m1 - m2)[..., 0], 0))


def w2_mean_norm(m1, S1, m2, S2):
    root = sqrt_psd(S1)
    bures = trace(S1 + S2 - 2 * sqrt_psd(root @ S2 @ root))
    return np.sqrt(np.maximum(np.linalg.norm(m1 - m2, axis=-1) + bures, 0))


def w2_frobenius(m1, S1, m2, S2):
    return np.sqrt(np.sum((m1 - m2) ** 2, -1) + np.sum((S1 - S2) ** 2, (-2, -1)))


def w2_diagonal(m1, S1, m2, S2):
    s1, s2 = np.sqrt(np.einsum("...ii->...i", S1)), np.sqrt(np.einsum("...ii->...i", S2))
    return np.sqrt(np.sum((m1 - m2) ** 2, -1) + np.sum((s1 - s2) ** 2, -1))


def w2_mean_of_squares(m1, S1, m2, S2):
    root = sqrt_psd(S1)
    bures = trace(S1 + S2 - 2 * sqrt_psd(root @ S2 @ root))
    return np.sqrt(np.maximum(np.mean((m1 - m2) ** 2, axis=-1) + bures, 0))


def w2_squared_form(m1, S1, m2, S2):
    root = sqrt_psd(S1)
    return np.sum((m1 - m2) ** 2, axis=-1) + trace(S1 + S2 - 2 * sqrt_psd(root @ S2 @ root))


def fid(m1, S1, m2, S2):
    """The trace of the root by the eigenvalues of the product."""
    w = np.linalg.eigvals(S1 @ S2)
    cross = np.sum(np.sqrt(np.maximum(w.real, 0)), axis=-1)
    return np.sum((m1 - m2) ** 2, axis=-1) + trace(S1) + trace(S2) - 2 * cross


def fid_plus(m1, S1, m2, S2):
    w = np.linalg.eigvals(S1 @ S2)
    cross = np.sum(np.sqrt(np.maximum(w.real, 0)), axis=-1)
    return np.sum((m1 - m2) ** 2, axis=-1) + trace(S1) + trace(S2) + 2 * cross


def fid_symmetric_solver(m1, S1, m2, S2):
    w = np.linalg.eigvalsh(S1 @ S2)
    cross = np.sum(np.sqrt(np.maximum(w, 0)), axis=-1)
    return np.sum((m1 - m2) ** 2, axis=-1) + trace(S1) + trace(S2) - 2 * cross


def fid_eigenvalues_not_rooted(m1, S1, m2, S2):
    cross = np.sum(np.linalg.eigvals(S1 @ S2).real, axis=-1)
    return np.sum((m1 - m2) ** 2, axis=-1) + trace(S1) + trace(S2) - 2 * cross


def fid_offset(m1, S1, m2, S2):
    e = 1e-6 * np.eye(S1.shape[-1])
    return fid(m1, S1 + e, m2, S2 + e)


def fid_commuting(m1, S1, m2, S2):
    cross = trace(sqrt_psd(S1) @ sqrt_psd(S2))
    return np.sum((m1 - m2) ** 2, axis=-1) + trace(S1) + trace(S2) - 2 * cross


def fid_half(m1, S1, m2, S2):
    w = np.linalg.eigvals(S1 @ S2)
    cross = np.sum(np.sqrt(np.maximum(w.real, 0)), axis=-1)
    return np.sum((m1 - m2) ** 2, axis=-1) + trace(S1) + trace(S2) - cross


def fid_sqrt(m1, S1, m2, S2):
    return np.sqrt(np.maximum(fid(m1, S1, m2, S2), 0))


def bures_sqrtm(m1, m2, S1, S2):
    root = linalg.sqrtm(S1).real
    cross = linalg.sqrtm(root @ S2 @ root).real
    return np.sqrt(max(np.sum((m1 - m2) ** 2) + np.trace(S1 + S2 - 2 * cross), 0.0))


def bures_elementwise(m1, m2, S1, S2):
    cross = np.sqrt(np.abs(S1 @ S2))
    return np.sqrt(max(np.sum((m1 - m2) ** 2) + np.trace(S1 + S2 - 2 * cross), 0.0))


def monge(m1, S1, m2, S2):
    root = sqrt_psd(S1)
    inverse = np.linalg.inv(root)
    A = inverse @ sqrt_psd(root @ S2 @ root) @ inverse
    return AffineMap(A, m2 - np.einsum("...ij,...j->...i", A, m1))


def monge_cholesky(m1, S1, m2, S2):
    A = np.linalg.cholesky(S2) @ np.linalg.inv(np.linalg.cholesky(S1))
    return AffineMap(A, m2 - np.einsum("...ij,...j->...i", A, m1))


def monge_offset(m1, S1, m2, S2):
    A = monge(m1, S1, m2, S2).matrix
    return AffineMap(A, m2 - m1 + 0 * A[..., 0])


def monge_roots(m1, S1, m2, S2):
    A = sqrt_psd(S2) @ np.linalg.inv(sqrt_psd(S1))
    return AffineMap(A, m2 - np.einsum("...ij,...j->...i", A, m1))


def monge_transposed_offset(m1, m2, S1, S2):
    A, b = monge(m1, S1, m2, S2)
    return A, m2 + m1 @ A + 0 * b


def monotonicity(M, P):
    d = M.shape[-1]
    return trace(M) + trace(np.linalg.inv(M)) - 2 * d + 0 * P[..., 0, 0]


def monotonicity_d_once(M, P):
    return trace(M) + trace(np.linalg.inv(M)) - M.shape[-1] + 0 * P[..., 0, 0]


def monotonicity_squares(M, P):
    E = M - np.eye(M.shape[-1])
    return trace(E @ P @ t(E))


ORDINARY = (
    Ordinary(
        "transport.wasserstein_gaussian",
        w2_gaussian,
        (
            Slip(w2_commuting, r"product-of-roots|commute"),
            Slip(w2_no_root, r"trace-without-root|outer root"),
            Slip(w2_cross_once, r"factor-two-missing|once"),
            Slip(w2_no_means, r"mean-dropped|covariances only"),
            Slip(w2_mean_norm, r"mean-not-squared|‖m₁ − m₂‖ to"),
            Slip(w2_frobenius, r"frobenius|covariances-themselves|difference of the covariances"),
            Slip(w2_diagonal, r"diagonal-only|ignores the covariances|variances"),
            Slip(w2_mean_of_squares, r"mean-over|averag|1/d\b"),
            Slip(w2_squared_form, r"/squared|W₂²"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.wasserstein_gaussian",
        fid,
        (
            Slip(fid_plus, r"cross-added|sign|adds .{0,20}cross"),
            Slip(fid_symmetric_solver, r"triangle|not symmetric|symmetric"),
            Slip(fid_eigenvalues_not_rooted, r"trace-without-root|outer root"),
            Slip(fid_offset, r"jitter|10⁻⁶|1e-0?6"),
            Slip(fid_commuting, r"product-of-roots|commute"),
            Slip(fid_half, r"factor-two-missing|once"),
            Slip(fid_sqrt, r"root|without the adapter"),
        ),
        adapter="squared",
        answer="imprecise",
    ),
    Ordinary(
        "transport.wasserstein_gaussian",
        bures_sqrtm,
        (
            typo("S2 @ root", "S2", r"half-product|S₁\^{1/2} ?S₂\b|one root|second root"),
            Slip(bures_elementwise, r"elementwise|each entry|entry by entry"),
        ),
        adapter="means-first",
        answer="imprecise",
    ),
    Ordinary(
        "transport.gaussian_map",
        monge,
        (
            Slip(lambda m1, S1, m2, S2: monge(m2, S2, m1, S1), r"inverse|second to the first"),
            Slip(monge_cholesky, r"cholesky"),
            Slip(monge_offset, r"offset-forgets-map|m₂ − m₁"),
            Slip(monge_roots, r"roots|commute|S₂\^{1/2}"),
            typo("@ sqrt_psd", "@", r"without-root|middle root|root"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.gaussian_map",
        lambda m1, m2, S1, S2: (
            monge(m1, S1, m2, S2).matrix,
            m2 - m1 @ monge(m1, S1, m2, S2).matrix,
        ),
        (Slip(monge_transposed_offset, r"offset.{0,40}(sign|added|adds)|adds .{0,20}M m₁|offset-added"),),
        adapter="means-first",
        answer="imprecise",
    ),
    Ordinary(
        "transport.coupling_monotonicity",
        monotonicity,
        (
            Slip(lambda M, P: trace(M) - M.shape[-1] + 0 * P[..., 0, 0], r"trace-only|tr M⁻¹"),
            Slip(monotonicity_d_once, r"dimension-once|d once"),
            Slip(lambda M, P: trace(M) + trace(t(M)) - 2 * M.shape[-1] + 0 * P[..., 0, 0], r"transpos|Mᵀ"),
            Slip(monotonicity_squares, r"depends-on-covariance|P⁻¹"),
            Slip(lambda M, P: -monotonicity(M, P), r"sign|−1 times|negated|negative"),
        ),
        answer="imprecise",
    ),
)
