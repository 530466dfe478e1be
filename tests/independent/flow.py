"""The flow by dense matrices, fast Fourier transforms, customary steps."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import fft

from refimpl.flow import Mixture, Schedule

Array = Any


def variance_exploding(*, sigma_min: float = 0.01, sigma_max: float = 50.0) -> Schedule:
    """σ²(t) − σ²(0) by a hyperbolic sine; the difference itself loses the digits of small t."""
    growth = float(np.log(sigma_max / sigma_min))
    return Schedule(
        np.ones_like,
        np.zeros_like,
        lambda t: 2 * sigma_min**2 * np.exp(t * growth) * np.sinh(t * growth),
        lambda t: 2 * growth * sigma_min**2 * np.exp(2 * t * growth),
    )


def full_mixture(log_weights: Array, means: Array, covariances: Array, /) -> Mixture:
    """Axes by singular vectors, which of a semidefinite matrix are its eigenvectors."""
    left, values, _ = np.linalg.svd(covariances)
    return Mixture(log_weights - np.logaddexp.reduce(log_weights), means, values, left)


class _Marginal:
    """Components at t seen from x, by dense matrices in float64."""

    def __init__(self, mixture: Mixture, schedule: Schedule, t: Array, x: Array) -> None:
        self.dtype = np.result_type(x, t, mixture.means)
        variances = mixture.variances.astype(float)
        d = x.shape[-1]
        axes = np.broadcast_to(np.eye(d), (*variances.shape, d)) if mixture.axes is None else mixture.axes
        data = np.einsum("kij,kj,klj->kil", axes.astype(float), variances, axes.astype(float))
        t = np.asarray(t, dtype=float)
        alpha, growth = (
            np.asarray(part(t))[..., None, None] for part in (schedule.alpha, schedule.alpha_derivative)
        )
        spread, rate = (
            np.asarray(part(t))[..., None, None, None]
            for part in (schedule.variance, schedule.variance_derivative)
        )
        covariance = alpha[..., None] ** 2 * data + spread * np.eye(d)
        self.change = 2 * (alpha * growth)[..., None] * data + rate * np.eye(d)
        self.precision = np.linalg.inv(covariance)
        offset = x.astype(float)[..., None, :] - alpha * mixture.means
        self.scores = -np.einsum("...kij,...kj->...ki", self.precision, offset)
        self.moves = np.einsum(
            "...ki,...ki->...k", np.broadcast_to(-growth * mixture.means, self.scores.shape), self.scores
        )
        square = -np.einsum("...ki,...ki->...k", self.scores, offset)
        logs = np.linalg.slogdet(2 * np.pi * covariance)[1]
        self.joint = mixture.log_weights - (square + logs) / 2
        self.log_density = np.logaddexp.reduce(self.joint, axis=-1)
        shares = np.exp(self.joint - np.max(self.joint, axis=-1, keepdims=True))
        # exp(joint − log_density) would add up to 1 within u·|log_density| only.
        self.shares = shares / np.sum(shares, axis=-1, keepdims=True)
        self.score = np.einsum("...k,...ki->...i", self.shares, self.scores)


def mixture_score(mixture: Mixture, schedule: Schedule, t: Array, x: Array, /) -> Array:
    """Averaged over components."""
    at = _Marginal(mixture, schedule, t, x)
    return at.score.astype(at.dtype)


def _jacobian(at: _Marginal) -> Array:
    apart = at.scores - at.score[..., None, :]
    return np.einsum("...k,...ki,...kj->...ij", at.shares, apart, apart) - np.einsum(
        "...k,...kij->...ij",
        at.shares,
        np.broadcast_to(at.precision, (*at.scores.shape, at.scores.shape[-1])),
    )


def mixture_score_jacobian(mixture: Mixture, schedule: Schedule, t: Array, x: Array, /) -> Array:
    """Covariance of the component scores less the mean precision."""
    at = _Marginal(mixture, schedule, t, x)
    return _jacobian(at).astype(at.dtype)


def mixture_score_divergence(mixture: Mixture, schedule: Schedule, t: Array, x: Array, /) -> Array:
    """The trace of the whole Jacobian."""
    at = _Marginal(mixture, schedule, t, x)
    return np.trace(_jacobian(at), axis1=-2, axis2=-1).astype(at.dtype)


def mixture_time_derivative(mixture: Mixture, schedule: Schedule, t: Array, x: Array, /) -> Array:
    """∂ log N = ½ sᵀĊs − ½ tr C⁻¹Ċ − μ̇ᵀs for each component."""
    at = _Marginal(mixture, schedule, t, x)
    stretch = np.einsum(
        "...ki,...kij,...kj->...k",
        at.scores,
        np.broadcast_to(at.change, (*at.scores.shape, x.shape[-1])),
        at.scores,
    )
    trace = np.einsum("...kij,...kji->...k", at.precision, at.change)
    return np.sum(at.shares * ((stretch - trace) / 2 + at.moves), axis=-1).astype(at.dtype)


def fokker_planck_rhs_grid(
    density: Array,
    drift: Array,
    diffusion: Array,
    /,
    *,
    spacing: tuple[float, ...],
    method: str = "differences",
) -> Array:
    """By np.roll, or by the fast Fourier transform."""
    spread = diffusion * density
    total = np.zeros_like(density)
    for axis, step in enumerate(spacing):
        flux = drift[axis] * density
        if method == "differences":
            total -= (np.roll(flux, -1, axis) - np.roll(flux, 1, axis)) / (2 * step)
            total += (np.roll(spread, -1, axis) - 2 * spread + np.roll(spread, 1, axis)) / (2 * step**2)
            continue
        n = density.shape[axis]
        shape = [-1 if i == axis else 1 for i in range(density.ndim)]
        waves = (2j * np.pi * fft.fftfreq(n, step)).reshape(shape)
        odd = np.where(np.abs(fft.fftfreq(n) * 2) == 1, 0, 1).reshape(shape)  # no derivative at Nyquist
        total -= fft.ifft(odd * waves * fft.fft(flux, axis=axis), axis=axis).real
        total += fft.ifft(odd * waves**2 * fft.fft(spread, axis=axis), axis=axis).real / 2
    return total.astype(np.result_type(density, drift, diffusion))


def exponential_step(x: Array, data: Array, source: Any, target: Any, /) -> Array:
    """The noise apart from the data: x is ᾱ x_0 + β̄ ε at both times."""
    (alpha, beta), (alpha_next, beta_next) = source, target
    return (x - alpha * data) * (beta_next / beta) + alpha_next * data


def dpm_solver_2m_step(
    x: Array, data: Array, earlier_data: Array, earlier: Any, source: Any, target: Any, /
) -> Array:
    """The step of order 1 with data extrapolated by a line in the logarithm of β̄/ᾱ, half a step ahead."""

    def log_of_quotient(first: Any, second: Any) -> Array:
        with np.errstate(all="ignore"):
            return np.log((second[0] * first[1]) / (first[0] * second[1]))

    with np.errstate(all="ignore"):
        ahead = log_of_quotient(source, target) / log_of_quotient(earlier, source) / 2
    ahead = np.where(target[1] == 0, 0, ahead).astype(x.dtype)
    return exponential_step(x, data + ahead * (data - earlier_data), source, target)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"flow.{function.__name__}": function
    for function in (
        fokker_planck_rhs_grid, full_mixture, mixture_score, mixture_score_divergence, mixture_score_jacobian,
        mixture_time_derivative, variance_exploding, exponential_step, dpm_solver_2m_step,
    )
}  # fmt: skip
