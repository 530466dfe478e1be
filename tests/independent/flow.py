"""The flow by dense matrices, fast Fourier transforms, customary steps."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
from scipy import fft

from refimpl.flow import EDMScalings, Mixture, Schedule

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


def karras_sigmas(
    steps: int, sigma_min: float, sigma_max: float, /, *, rho: float = 7.0, **like: Any
) -> Array:
    """By decimal numbers of 50 digits."""
    with localcontext(prec=50):
        low, high = ((Decimal(end).ln() / Decimal(rho)).exp() for end in (sigma_min, sigma_max))
        roots = (high + (low - high) * i / max(steps - 1, 1) for i in range(steps))
        levels = [float((root.ln() * Decimal(rho)).exp()) for root in roots]
    return like["xp"].asarray([*levels, 0.0], dtype=like["dtype"], device=like["device"])


def exponential_sigmas(steps: int, sigma_min: float, sigma_max: float, /, **like: Any) -> Array:
    """By NumPy's own spacing of logarithms."""
    levels = np.append(np.geomspace(sigma_max, sigma_min, steps), 0.0)
    return like["xp"].asarray(levels, dtype=like["dtype"], device=like["device"])


def shift_time(t: Array, /, *, shift: float) -> Array:
    """By what is left of the time to 1."""
    return (t / (t + (1 - t) / shift)).astype(t.dtype)


def edm_scalings(sigma: Array, /, *, sigma_data: float = 0.5) -> EDMScalings:
    """By the angle whose tangent is σ/σ_data."""
    angle = np.arctan2(sigma, np.asarray(sigma_data, dtype=sigma.dtype))
    cosine, sine = np.cos(angle), np.sin(angle)
    return EDMScalings(cosine**2, sigma_data * sine, cosine / sigma_data, np.log(sigma) / 4)


def edm_denoised(x: Array, output: Array, sigma: Array, /, *, sigma_data: float = 0.5) -> Array:
    """A turn by the angle whose tangent is σ/σ_data."""
    factors = edm_scalings(sigma, sigma_data=sigma_data)
    return factors.skip * x + factors.out * output


def edm_output(x: Array, data: Array, sigma: Array, /, *, sigma_data: float = 0.5) -> Array:
    """(x_0 − x)/σ and x_0/σ_data, turned by the angle."""
    angle = np.arctan2(sigma, np.asarray(sigma_data, dtype=sigma.dtype))
    return (data - x) / sigma * np.cos(angle) + data / sigma_data * np.sin(angle)


def rectified_score(x: Array, velocity: Array, t: Array, /) -> Array:
    """The noise in three terms where 1 − t rounds."""
    noise = np.where(t < 0.5, x + velocity - t * velocity, x + (1 - t) * velocity)
    return noise / -t


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"flow.{function.__name__}": function
    for function in (
        fokker_planck_rhs_grid, full_mixture, mixture_score, mixture_score_divergence, mixture_score_jacobian,
        mixture_time_derivative, variance_exploding, exponential_step, dpm_solver_2m_step, karras_sigmas,
        exponential_sigmas, shift_time, edm_scalings, edm_denoised, edm_output, rectified_score,
    )
}  # fmt: skip
