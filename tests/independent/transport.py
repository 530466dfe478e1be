"""Transport by other square roots and other quadratures."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from conventions.transport import bures
from scipy import integrate, linalg

from refimpl.transport import (
    Affine,
    Bound,
    Growth,
    LinearFlowPair,
    Quadrature,
    Spectrum,
)

Array = Any


def wasserstein_quantile(
    p: Callable[[Array], Array], q: Callable[[Array], Array], /, *, order: float = 2.0,
    xp: Any = None, dtype: Any = None, device: Any = None,
) -> Quadrature:  # fmt: skip
    """Trapezoids in s with u = 1/(1 + e^−s), which decay at both ends."""
    dtype = np.dtype(np.float64 if dtype is None else dtype)
    least = float(np.finfo(dtype).epsneg)

    def distance(step: float) -> float:
        s = np.arange(-700.0, 700.0, step)
        u = 1 / (1 + np.exp(-s))
        s, u = s[(u >= 1e-300) & (u <= 1 - least)], u[(u >= 1e-300) & (u <= 1 - least)]
        keep = u >= float(np.finfo(dtype).tiny)
        s, u = s[keep], u[keep]
        level = u.astype(dtype)
        gaps = np.abs(p(level).astype(float) - q(level).astype(float)) ** order
        terms = gaps * u / (1 + np.exp(s))
        # Beyond the last float below 1, where quantiles with exponential tails grow in proportion to s.
        tail = terms[-1] * (
            sum(math.perm(int(order), k) / s[-1] ** k for k in range(int(order) + 1)) - step / 2
        )
        return float((np.sum(terms) * step + tail) ** (1 / order))

    value, half = distance(1 / 16), distance(1 / 8)
    return Quadrature(np.asarray(value, dtype=dtype), np.asarray(abs(value - half), dtype=dtype))


def coupling_monotonicity(M: Array, covariance: Array, /) -> Array:
    """The sum of the squared entries of M − I against M⁻¹; tr M + tr M⁻¹ − 2d cancels for M near I."""
    E = M - np.eye(M.shape[-1], dtype=M.dtype)
    return np.einsum("...ij,...jk,...ki->...", E, np.linalg.inv(M), E).astype(np.result_type(M, covariance))


def one_sided_lipschitz(jacobians: Array, /) -> Spectrum:
    """Eigenvalues of the symmetric part by the general solver."""
    d = jacobians.shape[-1]
    symmetric = (jacobians + np.swapaxes(jacobians, -1, -2)).reshape(-1, d, d) / 2
    values = np.linalg.eigvals(symmetric).real
    return Spectrum(np.asarray(np.min(values)), np.asarray(np.max(values)))


_NODES = {n: np.polynomial.legendre.leggauss(n) for n in (12, 16, 24, 32)}


def _panels(times: Array, count: int) -> tuple[Array, Array]:
    """Gauss–Legendre nodes and weights in every panel, (panels, count), in float64."""
    nodes, weights = _NODES[count]
    low, length = times[:-1, None], np.diff(times)[:, None]
    return low + length * (nodes + 1) / 2, length / 2 * weights


def _exponents(lipschitz: Callable[[Array], Array], times: Array, dtype: Any, count: int) -> Array:
    t, w = _panels(times, count)
    return np.append(0.0, np.cumsum(np.sum(w * lipschitz(t.astype(dtype)).astype(float), axis=-1)))


def growth_factor(lipschitz: Any, times: Array, /) -> Growth:
    """SciPy's cumulative trapezoids; or 32 nodes a panel, and 16 for the error."""
    t, dtype = times.astype(float), times.dtype
    if not callable(lipschitz):
        exponent = integrate.cumulative_trapezoid(lipschitz.astype(float), t, initial=0)
        return Growth(np.exp(exponent).astype(dtype), np.zeros_like(times))
    fine, coarse = (_exponents(lipschitz, t, dtype, n) for n in (32, 16))
    return Growth(np.exp(fine).astype(dtype), np.abs(np.expm1(coarse - fine)).astype(dtype))


def _nested(
    times: Array, gap: Any, lipschitz: Any, terminal: float, dtype: Any, count: int
) -> tuple[float, float]:
    """The integral and the grown terminal, I_t at a node by a rule of its own from the start of its panel."""
    t, w = _panels(times, count)
    inner, weights = _NODES[count]
    start = _exponents(lipschitz, times, dtype, count)
    low = np.broadcast_to(times[:-1, None], t.shape)
    within = low[..., None] + (t - low)[..., None] * (inner + 1) / 2
    values = lipschitz(within.astype(dtype)).astype(float)
    exponent = start[:-1, None] + np.sum((t - low)[..., None] / 2 * weights * values, axis=-1)
    integral = float(np.sum(w * np.exp(exponent) * gap(t.astype(dtype)).astype(float)))
    return integral, float(np.exp(start[-1]) * terminal)


def wasserstein_bound(times: Array, gap: Any, lipschitz: Any, terminal: Array, /) -> Bound:
    """Functions: 24 nodes a panel, and 12 for the error. Arrays: SciPy's trapezoids, and the changes of
    slopes for the error."""
    t, dtype, end = times.astype(float), times.dtype, float(terminal)
    if callable(gap):
        (integral, carried), (rough, taken) = (_nested(t, gap, lipschitz, end, dtype, n) for n in (24, 12))
        error = abs(integral - rough) + abs(carried - taken)
    else:
        L = lipschitz.astype(float)
        growth = np.exp(integrate.cumulative_trapezoid(L, t, initial=0))
        values = growth * gap.astype(float)
        integral, carried = float(integrate.trapezoid(values, t)), float(growth[-1] * end)

        def defect(v: Array) -> Array:
            """¼h³|v″| a step, the larger one of its two ends."""
            second = np.abs(np.diff(np.diff(v) / np.diff(t))) / ((t[2:] - t[:-2]) / 2)
            ends = np.concatenate([second[:1], second, second[-1:]])
            return np.diff(t) ** 3 / 4 * np.maximum(ends[1:], ends[:-1])

        bends = np.append(0.0, np.cumsum(defect(L)))
        error = float(np.sum(defect(values)) + integrate.trapezoid(values * bends, t) + carried * bends[-1])
    parts = (integral + carried + error, integral, carried, error)
    return Bound(*(np.asarray(part, dtype=dtype) for part in parts))


def score_matching_bound(
    times: Array, diffusion_squared: Any, sigma_squared: Any, root_score_matching: Any, lipschitz: Any,
    terminal: Array, /,
) -> Bound:  # fmt: skip
    """The bound of flows with the gap κ√SM."""

    def gap(t: Array) -> Array:
        return (diffusion_squared(t) / 2 + sigma_squared(t) / 2) * root_score_matching(t)

    return wasserstein_bound(times, gap, lipschitz, terminal)


def printed_score_matching_bound(
    times: Array, diffusion_squared: Any, root_score_matching: Any, drift_lipschitz: Any,
    score_lipschitz: Any, terminal: Array, /,
) -> Bound:  # fmt: skip
    """The bound of flows with the printed gap and constant."""
    return wasserstein_bound(
        times,
        lambda t: root_score_matching(t) * diffusion_squared(t),
        lambda t: score_lipschitz(t) * diffusion_squared(t) + drift_lipschitz(t),
        terminal,
    )


def _carried(side: Affine, t: float, end: float) -> tuple[Array, Array]:
    """Mean and covariance at t, by the exponential of the augmented matrix."""
    F, e, m, P = (np.asarray(v, dtype=float) for v in side)
    d = len(e)
    block = np.zeros((d + 1, d + 1))
    block[:d, :d], block[:d, d] = F, e
    flow = linalg.expm((t - end) * block)
    return flow[:d, :d] @ m + flow[:d, d], flow[:d, :d] @ P @ flow[:d, :d].T


def linear_flow_pair(p: Affine, q: Affine, times: Array, /, *, end: float) -> LinearFlowPair:
    """SciPy's exponential."""
    dtype = times.dtype
    start, last = (bures(*_carried(p, t, end), *_carried(q, t, end)) for t in (0.0, end))
    turn = np.asarray(p.matrix, dtype=float) - np.asarray(q.matrix, dtype=float)
    push = np.asarray(p.offset, dtype=float) - np.asarray(q.offset, dtype=float)
    gaps = []
    for t in times.astype(float).ravel():
        mean, spread = _carried(p, float(t), end)
        gaps.append(math.sqrt(np.sum((turn @ mean + push) ** 2) + np.trace(turn @ spread @ turn.T)))
    lowest = one_sided_lipschitz(np.asarray(q.matrix, dtype=float)).lowest
    parts = (start, last, np.asarray(gaps).reshape(times.shape), -lowest)
    return LinearFlowPair(*(np.asarray(part, dtype=dtype) for part in parts))


def gaussian_score_matching(
    A: Array, c: Array, mean: Array, covariance: Array, alpha_bar: Array, beta_bar: Array, /
) -> Array:
    """With the precision as an inverse."""
    P = alpha_bar**2 * covariance + beta_bar**2 * np.eye(len(mean), dtype=mean.dtype)
    excess = A + np.linalg.inv(P)
    return np.asarray(
        np.sum((A @ (alpha_bar * mean) + c) ** 2) + np.sum((excess @ np.linalg.cholesky(P)) ** 2)
    )


def mixture_conditional_score_matching(
    A: Array, c: Array, weights: Array, means: Array, covariances: Array, alpha_bar: Array, beta_bar: Array, /
) -> Array:
    """From the second moments of x_0: E‖M x̂‖² = tr M E[x̂x̂ᵀ] Mᵀ for x̂ = (x_0, 1), and the noise's part."""
    second = np.einsum("k,ki,kj->ij", weights, means, means) + np.einsum("k,kij->ij", weights, covariances)
    mean = weights @ means
    linear = alpha_bar * A
    square = np.trace(linear @ second @ linear.T) + 2 * c @ linear @ mean + np.sum(weights) * (c @ c)
    noise = beta_bar * A + np.eye(len(c), dtype=A.dtype) / beta_bar
    return np.asarray(square + np.sum(noise**2))


def mixture_score_matching(
    model_score: Callable[[Array], Array], weights: Array, means: Array, variances: Array, alpha_bar: Array,
    beta_bar: Array, /,
) -> Quadrature:  # fmt: skip
    """Gauss–Hermite would need polynomials; trapezoids over ±9 deviations converge geometrically."""
    dtype = np.result_type(weights, means)
    w, m, v, alpha, beta = (
        np.asarray(part, dtype=float) for part in (weights, means, variances, alpha_bar, beta_bar)
    )
    centres, spreads = alpha * m, alpha**2 * v + beta**2

    def integral(count: int) -> float:
        total = 0.0
        for weight, centre, spread in zip(w, centres, spreads, strict=True):
            z, step = np.linspace(-9, 9, count, retstep=True)
            x = (centre + math.sqrt(spread) * z).astype(dtype)
            at = x.astype(float)[:, None]
            logs = np.log(w) - (at - centres) ** 2 / (2 * spreads) - np.log(spreads) / 2
            shares = np.exp(logs - np.logaddexp.reduce(logs, axis=-1)[:, None])
            score = np.sum(shares * (centres - at) / spreads, axis=-1)
            mass = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * step
            total += weight * float(np.sum(mass * (model_score(x).astype(float) - score) ** 2))
        return total

    fine, coarse = integral(4001), integral(2001)
    return Quadrature(np.asarray(fine, dtype=dtype), np.asarray(abs(fine - coarse), dtype=dtype))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"transport.{function.__name__}": function
    for function in (
        coupling_monotonicity, gaussian_score_matching, growth_factor, linear_flow_pair,
        mixture_conditional_score_matching, mixture_score_matching, one_sided_lipschitz,
        printed_score_matching_bound, score_matching_bound, wasserstein_bound, wasserstein_quantile,
    )
}  # fmt: skip
