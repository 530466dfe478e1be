"""Wasserstein distances of samples and costs of plans as people type them."""

import numpy as np
from scipy import optimize

from refimpl.transport import Quadrature

from ._ordinary import Ordinary, Slip, typo


def t(a):
    return np.swapaxes(a, -1, -2)


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


def w1d_precedence(x, y, order=2.0):
    return np.mean(np.abs(np.sort(x, -1) - np.sort(y, -1)) ** order, axis=-1) ** 1.0 / order


def w1d_distribution_functions(x, y, order=2.0):
    both = np.sort(np.concatenate([x, y], axis=-1), axis=-1)
    F = np.mean(x[..., None, :] <= both[..., :-1, None], axis=-1)
    G = np.mean(y[..., None, :] <= both[..., :-1, None], axis=-1)
    return np.sum(np.diff(both, axis=-1) * np.abs(F - G) ** order, axis=-1) ** (1 / order)


def w1d_weights_stay(x, y, order=2.0, x_weights=None, y_weights=None):
    xw = None if x_weights is None else x_weights[np.argsort(np.argsort(x))]
    yw = None if y_weights is None else y_weights[np.argsort(np.argsort(y))]
    return w1d(x, y, order, xw, yw)


def emd_1d(x, y, a, b, p):
    """As POT: the p-th power, unit masses."""
    return w1d(x, y, p, a, b) ** p


def quantiles(p, q, *, order=2.0, xp=None, dtype=None, device=None):
    """u = 1/(1 + e^−s), trapezoids in s."""
    dtype = np.float64 if dtype is None else dtype

    def rule(h):
        s = np.arange(-690.0, 36.7, h)
        u = 1 / (1 + np.exp(-s))
        du = u / (1 + np.exp(s))
        return (h * np.sum(np.abs(p(u) - q(u)) ** order * du)) ** (1 / order)

    fine = rule(1 / 16)
    error = abs(fine - rule(1 / 8)) + 4e-13 * fine  # what lies beyond the last level below 1
    return Quadrature(np.asarray(fine, dtype), np.asarray(error, dtype))


def quantiles_power(p, q, *, order=2.0):
    found = quantiles(p, q, order=order)
    return Quadrature(found.value**order, found.error)


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


def emd2_uniform(a, b, M):
    return emd2(np.full(len(a), 1 / len(a)), np.full(len(b), 1 / len(b)), M)


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


def plan_minkowski(x, y, plan, order=2.0):
    gaps = np.sum(np.abs(x[..., :, None, :] - y[..., None, :, :]) ** order, axis=-1)
    return np.sum(plan * gaps, axis=(-2, -1)) ** (1 / order)


def plan_transposed(x, y, plan, order=2.0):
    gaps = np.linalg.norm(x[..., :, None, :] - y[..., None, :, :], axis=-1)
    total = np.sum(t(plan) * t(gaps)[..., :, :] ** 0, axis=(-2, -1))
    return (total * np.mean(gaps**order, axis=(-2, -1))) ** (1 / order)


def plan_of_means(x, y, plan, order=2.0):
    moved = np.einsum("...nm,...nmd->...d", plan, x[..., :, None, :] - y[..., None, :, :])
    return np.linalg.norm(moved, axis=-1)


def plan_power(x, y, plan, p):
    gaps = np.sqrt(((x[..., :, None, :] - y[..., None, :, :]) ** 2).sum(-1))
    return (plan * gaps**p).sum((-2, -1))


def plan_power_norm(x, y, plan, p):
    return (plan * (np.abs(x[..., :, None, :] - y[..., None, :, :]) ** p).sum(-1)).sum((-2, -1))


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
            Slip(w1d_precedence, r"divided-by-order|divides by (p|the order)|binds first"),
            Slip(w1d_distribution_functions, r"distribution.functions"),
            Slip(w1d_weights_stay, r"weights-stay|weights where they were"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.wasserstein_1d",
        emd_1d,
        (
            Slip(lambda x, y, a, b, p: w1d(x, y, p, a, b), r"root|without the adapter|power"),
            Slip(lambda x, y, a, b, p: w1d(x, y, 1.0, a, b), r"always-one|W₁|ignor\w+ .{0,20}\b(p|order)\b"),
        ),
        adapter="squared",
        answer="imprecise",
    ),
    Ordinary(
        "transport.wasserstein_quantile",
        quantiles,
        (
            Slip(quantiles_power, r"squared|p-th power"),
            Slip(lambda p, q, *, order=2.0: quantiles(p, q), r"order-ignored|W₂ whatever"),  # noqa: PLW0108
            Slip(quantiles_grid, r"uniform-grid|even levels"),
            Slip(quantiles_signed, r"always-one|W₁ whatever|ignor\w+ .{0,20}order"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.wasserstein_discrete",
        emd2,
        (
            Slip(lambda a, b, M: np.sum(a * M.min(axis=1)), r"nearest"),
            Slip(lambda a, b, M: a @ M @ b, r"independent|product of the masses"),
            Slip(emd2_uniform, r"weights-ignored|equally|ignor\w+ .{0,40}weights"),
            Slip(lambda a, b, M: np.sqrt(emd2(a, b, M)), r"root|squared"),
            Slip(lambda a, b, M: emd2(a, b, M**2), r"squared|costs"),
            Slip(emd2_sinkhorn, r"entropic|smoothed"),
        ),
        adapter="cost",
        answer="imprecise",
    ),
    Ordinary(
        "transport.coupling_cost",
        plan_cost,
        (
            typo("** (1 / order)", "", r"squared|p-th power|root"),
            typo(
                "sum(plan * gaps**order, axis=(-2, -1)) ** (1 / order)",
                "sqrt(np.sum(plan * gaps**2, axis=(-2, -1)))",
                r"always-two|ignor\w+ .{0,20}order",
            ),
            Slip(plan_minkowski, r"coordinate|index of the norm|Minkowski|p-norm"),
            typo(
                "linalg.norm(x[..., :, None, :] - y[..., None, :, :], axis=-1)",
                "sum(np.abs(x[..., :, None, :] - y[..., None, :, :]), axis=-1)",
                r"manhattan|absolute differences|1-norm|ℓ₁",
            ),
            Slip(plan_transposed, r"plan"),
            Slip(plan_of_means, r"norm-of-mean|distance of the means"),
            typo(
                "linalg.norm(x[..., :, None, :] - y[..., None, :, :], axis=-1)",
                "sum((x[..., :, None, :] - y[..., None, :, :]) ** 2, axis=-1)",
                r"squared-distances|squares? of the distances|distances? .{0,20}squared",
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.coupling_cost",
        plan_power,
        (
            Slip(lambda x, y, plan, p: plan_power(x, y, plan, p) ** (1 / p), r"root|without the adapter"),
            Slip(plan_power_norm, r"coordinate|index of the norm|Minkowski|p-norm"),
        ),
        adapter="squared",
        answer="imprecise",
    ),
)
