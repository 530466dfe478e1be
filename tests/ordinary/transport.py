"""Wasserstein distances, Fréchet distances and couplings as people type them."""

import numpy as np
from scipy import linalg, optimize

from refimpl.transport import AffineMap, Quadrature

from ._ordinary import Ordinary, Slip


def t(a):
    return np.swapaxes(a, -1, -2)


def trace(a):
    return np.trace(a, axis1=-2, axis2=-1)


# On the line


def w1d(x, y, order=2.0, x_weights=None, y_weights=None):
    if x_weights is None and y_weights is None and x.shape[-1] == y.shape[-1]:
        gaps = np.abs(np.sort(x, axis=-1) - np.sort(y, axis=-1))
        return np.mean(gaps**order, axis=-1) ** (1 / order)
    a = np.full(len(x), 1 / len(x)) if x_weights is None else x_weights / x_weights.sum()
    b = np.full(len(y), 1 / len(y)) if y_weights is None else y_weights / y_weights.sum()
    i, j = np.argsort(x), np.argsort(y)
    A, B = np.cumsum(a[i]), np.cumsum(b[j])
    levels = np.sort(np.concatenate([A, B]))
    steps = np.diff(levels, prepend=0.0)
    X = x[i][np.minimum(np.searchsorted(A, levels), len(x) - 1)]
    Y = y[j][np.minimum(np.searchsorted(B, levels), len(y) - 1)]
    return np.sum(steps * np.abs(X - Y) ** order) ** (1 / order)


def w1d_power(x, y, order=2.0, x_weights=None, y_weights=None):
    return w1d(x, y, order, x_weights, y_weights) ** order


def w1d_unsorted(x, y, order=2.0):
    return np.mean(np.abs(x - y) ** order, axis=-1) ** (1 / order)


def w1d_one_sorted(x, y, order=2.0):
    return np.mean(np.abs(np.sort(x, -1) - y) ** order, axis=-1) ** (1 / order)


def w1d_sum(x, y, order=2.0):
    return np.sum(np.abs(np.sort(x, -1) - np.sort(y, -1)) ** order, axis=-1) ** (1 / order)


def w1d_two(x, y, order=2.0):
    return np.sqrt(np.mean((np.sort(x, -1) - np.sort(y, -1)) ** 2, axis=-1))


def w1d_one(x, y, order=2.0):
    return np.mean(np.abs(np.sort(x, -1) - np.sort(y, -1)), axis=-1)


def w1d_no_root(x, y, order=2.0):
    return np.mean(np.abs(np.sort(x, -1) - np.sort(y, -1)) ** order, axis=-1)


def w1d_signed(x, y, order=2.0):
    return np.abs(np.mean(np.sort(x, -1) - np.sort(y, -1), axis=-1))


def w1d_root_inside(x, y, order=2.0):
    return np.sqrt(np.mean(np.abs(np.sort(x, -1) - np.sort(y, -1)) ** order, axis=-1))


def w1d_batch(x, y, order=2.0):
    gaps = np.abs(np.sort(x, axis=0) - np.sort(y, axis=0))
    return np.mean(gaps**order, axis=-1) ** (1 / order)


def w1d_descending(x, y, order=2.0):
    gaps = np.abs(np.sort(x, axis=-1) - np.sort(y, axis=-1)[..., ::-1])
    return np.mean(gaps**order, axis=-1) ** (1 / order)


def w1d_weights_stay(x, y, order=2.0, x_weights=None, y_weights=None):
    xw = None if x_weights is None else x_weights[np.argsort(np.argsort(x))]
    yw = None if y_weights is None else y_weights[np.argsort(np.argsort(y))]
    return w1d(x, y, order, xw, yw)


def emd_1d(x, y, a, b, p):
    """As POT: the p-th power, unit masses."""
    return w1d(x, y, p, a, b) ** p


def emd_1d_root(x, y, a, b, p):
    return w1d(x, y, p, a, b)


def emd_1d_one(x, y, a, b, p):
    return w1d(x, y, 1.0, a, b)


def quantiles(p, q, *, order=2.0, xp=None, dtype=None, device=None):
    """u = 1/(1 + e^−s), trapezoids in s."""
    dtype = np.float64 if dtype is None else dtype

    def rule(h):
        s = np.arange(-690.0, 36.0, h)
        u = 1 / (1 + np.exp(-s))
        du = u / (1 + np.exp(s))
        return (h * np.sum(np.abs(p(u) - q(u)) ** order * du)) ** (1 / order)

    fine = rule(1 / 16)
    return Quadrature(np.asarray(fine, dtype), np.asarray(abs(fine - rule(1 / 8)), dtype))


def quantiles_power(p, q, *, order=2.0):
    found = quantiles(p, q, order=order)
    return Quadrature(found.value**order, found.error)


def quantiles_two(p, q, *, order=2.0):
    return quantiles(p, q)


def quantiles_grid(p, q, *, order=2.0):
    u = (np.arange(100) + 0.5) / 100
    return Quadrature(np.mean(np.abs(p(u) - q(u)) ** order) ** (1 / order), np.asarray(1e-12))


def quantiles_signed(p, q, *, order=2.0):
    one = quantiles(p, q, order=1.0)
    return Quadrature(one.value, one.error)


# Discrete measures


def emd2(a, b, M):
    """The linear program of transport."""
    n, m = M.shape
    rows = np.kron(np.eye(n), np.ones(m))
    columns = np.kron(np.ones(n), np.eye(m))
    b = b * (a.sum() / b.sum())
    found = optimize.linprog(M.ravel(), A_eq=np.vstack([rows, columns])[:-1], b_eq=np.append(a, b)[:-1])
    return np.float64(found.fun)


def emd2_greedy(a, b, M):
    return np.sum(a * M.min(axis=1))


def emd2_independent(a, b, M):
    return a @ M @ b


def emd2_uniform(a, b, M):
    return emd2(np.full(len(a), 1 / len(a)), np.full(len(b), 1 / len(b)), M)


def emd2_root(a, b, M):
    return np.sqrt(emd2(a, b, M))


def emd2_squared_costs(a, b, M):
    return emd2(a, b, M**2)


def emd2_sinkhorn(a, b, M):
    K = np.exp(-M / 0.05)
    u = np.ones_like(a)
    for _ in range(200):
        v = b / np.maximum(K.T @ u, 1e-300)
        u = a / np.maximum(K @ v, 1e-300)
    return np.sum(u[:, None] * K * v * M)


def plan_cost(x, y, plan, order=2.0):
    gaps = np.linalg.norm(x[..., :, None, :] - y[..., None, :, :], axis=-1)
    return np.sum(plan * gaps**order, axis=(-2, -1)) ** (1 / order)


def plan_no_root(x, y, plan, order=2.0):
    gaps = np.linalg.norm(x[..., :, None, :] - y[..., None, :, :], axis=-1)
    return np.sum(plan * gaps**order, axis=(-2, -1))


def plan_two(x, y, plan, order=2.0):
    gaps = np.linalg.norm(x[..., :, None, :] - y[..., None, :, :], axis=-1)
    return np.sqrt(np.sum(plan * gaps**2, axis=(-2, -1)))


def plan_minkowski(x, y, plan, order=2.0):
    gaps = np.sum(np.abs(x[..., :, None, :] - y[..., None, :, :]) ** order, axis=-1)
    return np.sum(plan * gaps, axis=(-2, -1)) ** (1 / order)


def plan_manhattan(x, y, plan, order=2.0):
    gaps = np.sum(np.abs(x[..., :, None, :] - y[..., None, :, :]), axis=-1)
    return np.sum(plan * gaps**order, axis=(-2, -1)) ** (1 / order)


def plan_transposed(x, y, plan, order=2.0):
    gaps = np.linalg.norm(x[..., :, None, :] - y[..., None, :, :], axis=-1)
    total = np.sum(t(plan) * t(gaps)[..., :, :] ** 0, axis=(-2, -1))
    return (total * np.mean(gaps**order, axis=(-2, -1))) ** (1 / order)


def plan_of_means(x, y, plan, order=2.0):
    moved = np.einsum("...nm,...nmd->...d", plan, x[..., :, None, :] - y[..., None, :, :])
    return np.linalg.norm(moved, axis=-1)


def plan_squared_gaps(x, y, plan, order=2.0):
    gaps = np.sum((x[..., :, None, :] - y[..., None, :, :]) ** 2, axis=-1)
    return np.sum(plan * gaps**order, axis=(-2, -1)) ** (1 / order)


def plan_power(x, y, plan, p):
    gaps = np.sqrt(((x[..., :, None, :] - y[..., None, :, :]) ** 2).sum(-1))
    return (plan * gaps**p).sum((-2, -1))


def plan_power_rooted(x, y, plan, p):
    return plan_power(x, y, plan, p) ** (1 / p)


def plan_power_norm(x, y, plan, p):
    return (plan * (np.abs(x[..., :, None, :] - y[..., None, :, :]) ** p).sum(-1)).sum((-2, -1))


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


def bures_sqrtm_of_one(m1, m2, S1, S2):
    root = linalg.sqrtm(S1).real
    cross = linalg.sqrtm(root @ S2).real
    return np.sqrt(max(np.sum((m1 - m2) ** 2) + np.trace(S1 + S2 - 2 * cross), 0.0))


def bures_elementwise(m1, m2, S1, S2):
    cross = np.sqrt(np.abs(S1 @ S2))
    return np.sqrt(max(np.sum((m1 - m2) ** 2) + np.trace(S1 + S2 - 2 * cross), 0.0))


def monge(m1, S1, m2, S2):
    root = sqrt_psd(S1)
    inverse = np.linalg.inv(root)
    A = inverse @ sqrt_psd(root @ S2 @ root) @ inverse
    return AffineMap(A, m2 - np.einsum("...ij,...j->...i", A, m1))


def monge_backward(m1, S1, m2, S2):
    return monge(m2, S2, m1, S1)


def monge_cholesky(m1, S1, m2, S2):
    A = np.linalg.cholesky(S2) @ np.linalg.inv(np.linalg.cholesky(S1))
    return AffineMap(A, m2 - np.einsum("...ij,...j->...i", A, m1))


def monge_offset(m1, S1, m2, S2):
    A = monge(m1, S1, m2, S2).matrix
    return AffineMap(A, m2 - m1 + 0 * A[..., 0])


def monge_roots(m1, S1, m2, S2):
    A = sqrt_psd(S2) @ np.linalg.inv(sqrt_psd(S1))
    return AffineMap(A, m2 - np.einsum("...ij,...j->...i", A, m1))


def monge_no_root(m1, S1, m2, S2):
    root = sqrt_psd(S1)
    inverse = np.linalg.inv(root)
    A = inverse @ (root @ S2 @ root) @ inverse
    return AffineMap(A, m2 - np.einsum("...ij,...j->...i", A, m1))


def monge_transposed_offset(m1, m2, S1, S2):
    A, b = monge(m1, S1, m2, S2)
    return A, m2 + m1 @ A + 0 * b


def monotonicity(M, P):
    d = M.shape[-1]
    return trace(M) + trace(np.linalg.inv(M)) - 2 * d + 0 * P[..., 0, 0]


def monotonicity_trace(M, P):
    return trace(M) - M.shape[-1] + 0 * P[..., 0, 0]


def monotonicity_d_once(M, P):
    return trace(M) + trace(np.linalg.inv(M)) - M.shape[-1] + 0 * P[..., 0, 0]


def monotonicity_transposed(M, P):
    return trace(M) + trace(t(M)) - 2 * M.shape[-1] + 0 * P[..., 0, 0]


def monotonicity_squares(M, P):
    E = M - np.eye(M.shape[-1])
    return trace(E @ P @ t(E))


def monotonicity_negative(M, P):
    return -monotonicity(M, P)


ORDINARY = (
    Ordinary(
        "transport.wasserstein_1d",
        w1d,
        (
            Slip(w1d_power, r"squared|p-th power|W_p\^p|power of"),
            Slip(w1d_unsorted, r"/unsorted|order in which they come"),
            Slip(w1d_one_sorted, r"one-unsorted|forgets y"),
            Slip(w1d_sum, r"/sum|sum in place of the mean"),
            Slip(w1d_two, r"always-two|W₂ whatever|order"),
            Slip(w1d_one, r"always-one|W₁ whatever|order"),
            Slip(w1d_no_root, r"squared|p-th power|W_p\^p|power of"),
            Slip(w1d_signed, r"means|signed|absolute"),
            Slip(w1d_root_inside, r"always-root|square root|root"),
            Slip(w1d_batch, r"wrong-axis|first axis|axis"),
            Slip(w1d_descending, r"reversed|descending|opposite"),
            Slip(w1d_weights_stay, r"weights-stay|weights where they were"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.wasserstein_1d",
        emd_1d,
        (
            Slip(emd_1d_root, r"root|without the adapter|power"),
            Slip(emd_1d_one, r"always-one|W₁|ignor\w+ .{0,20}\b(p|order)\b"),
        ),
        adapter="squared",
        answer="imprecise",
    ),
    Ordinary(
        "transport.wasserstein_quantile",
        quantiles,
        (
            Slip(quantiles_power, r"squared|p-th power"),
            Slip(quantiles_two, r"order-ignored|W₂ whatever"),
            Slip(quantiles_grid, r"uniform-grid|even levels"),
            Slip(quantiles_signed, r"always-one|W₁ whatever|ignor\w+ .{0,20}order"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.wasserstein_discrete",
        emd2,
        (
            Slip(emd2_greedy, r"nearest"),
            Slip(emd2_independent, r"independent|product of the masses"),
            Slip(emd2_uniform, r"weights-ignored|equally|ignor\w+ .{0,40}weights"),
            Slip(emd2_root, r"root|squared"),
            Slip(emd2_squared_costs, r"squared|costs"),
            Slip(emd2_sinkhorn, r"entropic|smoothed"),
        ),
        adapter="cost",
        answer="imprecise",
    ),
    Ordinary(
        "transport.coupling_cost",
        plan_cost,
        (
            Slip(plan_no_root, r"squared|p-th power|root"),
            Slip(plan_two, r"always-two|ignor\w+ .{0,20}order"),
            Slip(plan_minkowski, r"coordinate|index of the norm|Minkowski|p-norm"),
            Slip(plan_manhattan, r"manhattan|absolute differences|1-norm|ℓ₁"),
            Slip(plan_transposed, r"plan"),
            Slip(plan_of_means, r"norm-of-mean|distance of the means"),
            Slip(plan_squared_gaps, r"squared-distances|squares? of the distances|distances? .{0,20}squared"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.coupling_cost",
        plan_power,
        (
            Slip(plan_power_rooted, r"root|without the adapter"),
            Slip(plan_power_norm, r"coordinate|index of the norm|Minkowski|p-norm"),
        ),
        adapter="squared",
        answer="imprecise",
    ),
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
            Slip(bures_sqrtm_of_one, r"half-product|S₁\^{1/2} ?S₂\b|one root|second root"),
            Slip(bures_elementwise, r"elementwise|each entry|entry by entry"),
        ),
        adapter="means-first",
        answer="imprecise",
    ),
    Ordinary(
        "transport.gaussian_map",
        monge,
        (
            Slip(monge_backward, r"inverse|second to the first"),
            Slip(monge_cholesky, r"cholesky"),
            Slip(monge_offset, r"offset-forgets-map|m₂ − m₁"),
            Slip(monge_roots, r"roots|commute|S₂\^{1/2}"),
            Slip(monge_no_root, r"without-root|middle root|root"),
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
            Slip(monotonicity_trace, r"trace-only|tr M⁻¹"),
            Slip(monotonicity_d_once, r"dimension-once|d once"),
            Slip(monotonicity_transposed, r"transpos|Mᵀ"),
            Slip(monotonicity_squares, r"depends-on-covariance|P⁻¹"),
            Slip(monotonicity_negative, r"sign|−1 times|negated|negative"),
        ),
        answer="imprecise",
    ),
)
