"""The flow's closed forms by other routes, on the host: complex-step derivatives of dense formulas, and
the error bounds that the laws take as scales."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import scipy  # its parts load on first use

from ...._typing import Array
from ...._xp import numbers, rounds
from ....backends import Setting
from ...language import complex_step
from ...language.law import Impl

Host: TypeAlias = np.ndarray[Any, Any]
STEP = 1e-30


def derivative(function: Callable[[Any], Any], t: Any) -> Host:
    """f'(t) by a complex step; what is left of it where f' vanishes is its own error, of order STEP²."""
    step, unit = complex_step.step(t, STEP)
    slope = np.asanyarray(np.imag(function(t + step)) / unit)
    if not rounds(t):
        return slope
    return np.where(np.abs(slope) < STEP, 0.0, slope)


@dataclass(frozen=True, slots=True)
class Preserving:
    """ᾱ² + β̄² = 1."""

    low: float
    high: float

    def _integral(self, t: Any) -> Any:
        return self.low * t + (self.high - self.low) * t**2 / 2

    def alpha(self, t: Any) -> Any:
        return np.exp(-self._integral(t) / 2)

    def variance(self, t: Any) -> Any:
        return -np.expm1(-self._integral(t))

    def condition(self, t: Any) -> Any:
        """How rounding errors of the exponent, and of β(t) as a sum, grow in ᾱ, β̄² and derivatives."""
        slope = self.high - self.low
        return (1 + (self.low + abs(slope)) * t) * (self.low + abs(slope) * t) / (self.low + slope * t)

    def build(self, impl: Impl, on: Setting) -> Any:
        return impl["flow.variance_preserving"](beta_min=self.low, beta_max=self.high)


class SubPreserving(Preserving):
    """β̄ = 1 − ᾱ²."""

    __slots__ = ()

    def variance(self, t: Any) -> Any:
        return np.expm1(-self._integral(t)) ** 2

    def build(self, impl: Impl, on: Setting) -> Any:
        return impl["flow.sub_variance_preserving"](beta_min=self.low, beta_max=self.high)


@dataclass(frozen=True, slots=True)
class Exploding:
    """ᾱ = 1, σ(t) = low·ratio^t."""

    low: float
    ratio: float

    def alpha(self, t: Any) -> Any:
        return 1 + 0 * t

    def variance(self, t: Any) -> Any:
        return self.low**2 * np.expm1(2 * t * numbers(t).log(self.ratio))

    def condition(self, t: Any) -> Any:
        return 1 + 2 * t * numbers(t).log(self.ratio)

    def build(self, impl: Impl, on: Setting) -> Any:
        return impl["flow.variance_exploding"](sigma_min=self.low, sigma_max=self.low * self.ratio)


class Smld(Exploding):
    """The same as published, with the noise σ(t) itself."""

    __slots__ = ()

    def variance(self, t: Any) -> Any:
        return self.low**2 * np.exp(2 * t * numbers(t).log(self.ratio))

    def build(self, impl: Impl, on: Setting) -> Any:
        return impl["flow.variance_exploding_smld"](sigma_min=self.low, sigma_max=self.low * self.ratio)


@dataclass(frozen=True, slots=True)
class Cosine:
    """ᾱ = cos ωt, β̄ = sin ωt, through from_functions."""

    omega: float

    def alpha(self, t: Any) -> Any:
        return np.cos(self.omega * t)

    def variance(self, t: Any) -> Any:
        return np.sin(self.omega * t) ** 2

    def condition(self, t: Any) -> Any:
        return 1 + self.omega * np.tan(self.omega * t)

    def build(self, impl: Impl, on: Setting) -> Any:
        xp, omega = on.xp, self.omega
        return impl["flow.from_functions"](
            alpha=lambda t: xp.cos(omega * t),
            alpha_derivative=lambda t: -omega * xp.sin(omega * t),
            variance=lambda t: xp.sin(omega * t) ** 2,
            variance_derivative=lambda t: 2 * omega * xp.sin(omega * t) * xp.cos(omega * t),
        )


Marginals: TypeAlias = Preserving | SubPreserving | Exploding | Cosine


def drift_and_diffusion(marginals: Marginals, t: Host) -> tuple[Host, Host]:
    """f = (log ᾱ)' and g² = 2 ᾱ β̄ (β̄/ᾱ)', the latter as ᾱ² d/dt(β̄/ᾱ)², which exists at β̄ = 0 too."""
    f = derivative(lambda s: np.log(marginals.alpha(s) + 0j), t)
    slope = derivative(lambda s: marginals.variance(s) / marginals.alpha(s) ** 2, t)
    return f, marginals.alpha(t) ** 2 * slope


@dataclass(frozen=True, slots=True)
class Mixture:
    """Mixture data of spread (k,), (k, d) or (k, d, d), a schedule, times (n,) and points (n, d) near p_t."""

    schedule: Marginals
    log_weights: Array
    means: Array
    spread: Array
    t: Array
    x: Array


class Data:
    """A mixture on the host at the times and points of a case, through dense matrices and complex steps."""

    def __init__(self, on: Setting, case: Mixture) -> None:
        self.marginals = case.schedule
        self.t, self.x, self.means = on.host(case.t), on.host(case.x), on.host(case.means)
        raw = on.host(case.log_weights)
        self.log_weights = raw - np.log(np.sum(np.exp(raw - raw.max()))) - raw.max()
        spread, eye = on.host(case.spread), np.eye(self.means.shape[1])
        self.full = spread.ndim == 3
        diagonal = spread[:, None] if spread.ndim == 1 else spread
        self.covariances = spread if self.full else diagonal[..., None] * eye

    def at(self, t: Host, x: Host) -> "Data":
        """The same data seen at other times and points."""
        other = copy.copy(self)
        other.t, other.x = t, x
        for name in ("log_density", "score", "jacobian", "rate"):
            other.__dict__.pop(name, None)
        return other

    def log_components(self, t: Any, x: Any) -> Any:
        """(n, K) log π_k N(x; …); t and x may be complex."""
        _, precision, offset = self._dense(t, x)
        quadratic = np.einsum("nki,nkij,nkj->nk", offset, precision, offset)
        m = numbers(self.x)
        volume = np.log(np.linalg.det(precision)) - offset.shape[-1] * m.log(2 * m.pi)
        return self.log_weights + 0.5 * (volume - quadratic)

    def _dense(self, t: Any, x: Any) -> tuple[Any, Any, Any]:
        alpha, variance = self.marginals.alpha(t), self.marginals.variance(t)
        matrix = (alpha**2)[:, None, None, None] * self.covariances
        matrix = matrix + variance[:, None, None, None] * np.eye(self.means.shape[1])
        return matrix, np.linalg.inv(matrix), x[:, None, :] - alpha[:, None, None] * self.means

    def log_density_at(self, t: Any, x: Any) -> Any:
        """(n,) log p_t(x); t and x may be complex."""
        parts = self.log_components(t, x)
        peak = np.max(np.real(parts), axis=-1, keepdims=True)
        return np.log(np.sum(np.exp(parts - peak), axis=-1)) + peak[..., 0]

    def score_at(self, t: Any, x: Any) -> Any:
        """(n, d) ∇log p_t(x) as the posterior mean of −C_k⁻¹(x − ᾱ m_k); x may be complex. Scores are
        taken relative to the real one, so that a complex step differentiates small weights only."""
        _, precision, offset = self._dense(t, x)
        parts = self.log_components(t, x)
        weights = np.exp(parts - np.max(np.real(parts), axis=-1, keepdims=True))
        weights = weights / np.sum(weights, axis=-1, keepdims=True)
        scores = -np.einsum("nkij,nkj->nki", precision, offset)
        return self.score + np.einsum("nk,nki->ni", weights, scores - self.score[:, None, :])

    @cached_property
    def log_density(self) -> Host:
        """(n,)."""
        return np.asanyarray(self.log_density_at(self.t, self.x))

    @cached_property
    def score(self) -> Host:
        """(n, d)."""
        step, unit = complex_step.step(self.x, STEP)
        steps = step * np.eye(self.x.shape[1])
        columns = [np.imag(self.log_density_at(self.t, self.x + step)) / unit for step in steps]
        return np.stack(columns, axis=-1)

    @cached_property
    def jacobian(self) -> Host:
        """(n, d, d)."""
        step, unit = complex_step.step(self.x, STEP)
        steps = step * np.eye(self.x.shape[1])
        return np.stack([np.imag(self.score_at(self.t, self.x + step)) / unit for step in steps], axis=-1)

    @cached_property
    def rate(self) -> Host:
        """(n,) ∂_t log p_t."""
        return derivative(lambda t: self.log_density_at(t, self.x), self.t)


def cumulative(data: Data, t: Host, x: Host) -> Host:
    """(n,) F_t(x) of one-dimensional data."""
    alpha, variance = data.marginals.alpha(t)[:, None], data.marginals.variance(t)[:, None]
    width = np.sqrt(alpha**2 * data.covariances[:, 0, 0] + variance)
    parts = scipy.special.ndtr((x[:, None] - alpha * data.means[:, 0]) / width)
    return np.asanyarray(np.sum(np.exp(data.log_weights) * parts, axis=-1))


def quantile(data: Data, t: Host, level: Host) -> Host:
    """(n,) F_t⁻¹(level) of one-dimensional data by bisection."""
    low, high = -30 + 0 * level, 30 + 0 * level
    for _ in range(40):
        middle = (low + high) / 2
        above = cumulative(data, t, middle) > level
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asanyarray((low + high) / 2)


class Errors:
    """Error bounds of a case in units of the roundoff, to first order: the offset x − ᾱ m is known to
    |x| + |ᾱ m|, a variance to itself (a full covariance to its largest), the rest follows. Arrays
    run over (n, K, axes of the component)."""

    def __init__(self, data: Data) -> None:
        marginals, t = data.marginals, data.t[:, None, None]
        self._alpha, self._condition = marginals.alpha(t), marginals.condition(t)
        if data.full:
            self._lambdas, axes = np.linalg.eigh(data.covariances)
        else:
            self._lambdas = np.einsum("kii->ki", data.covariances)
            axes = np.broadcast_to(np.eye(data.x.shape[1]), data.covariances.shape)
        self._data, self._axes = data, axes
        self._variance = self._alpha**2 * self._lambdas + marginals.variance(t)
        difference = data.x[:, None, :] - self._alpha * data.means
        self._offset = np.einsum("nki,kij->nkj", difference, axes)
        offset_error = np.abs(data.x[:, None, :]) + self._alpha * np.abs(data.means) * self._condition
        self._offset_error = self._spread(offset_error)
        variance_error = self._variance * self._condition
        if data.full:
            variance_error = np.max(variance_error, axis=-1, keepdims=True) + 0 * variance_error
        self._variance_error = variance_error
        self._pull = np.abs(self._offset) / self._variance
        logs = data.log_components(data.t, data.x)
        self._weights = np.exp(logs - data.log_density[:, None])
        scores = -np.einsum("kij,nkj->nki", axes, self._offset / self._variance)
        self._away = np.abs(scores - data.score[:, None, :])

    def _spread(self, errors: Host) -> Host:
        """Full matrices mix the errors of all coordinates."""
        return np.linalg.norm(errors, axis=-1, keepdims=True) + 0 * errors if self._data.full else errors

    @cached_property
    def _logs(self) -> Host:
        """(n, K) of the log densities of the components."""
        relative = self._variance_error / self._variance
        terms = self._pull * self._offset_error + 0.5 * self._pull**2 * self._variance_error
        terms = terms + 0.5 * relative + 0.5 * np.abs(np.log(2 * numbers(self._variance).pi * self._variance))
        terms = terms + 0.5 * self._pull * np.abs(self._offset)
        given = self._data.log_weights
        return np.asanyarray(np.sum(terms, axis=-1) + np.where(np.isneginf(given), 0.0, np.abs(given)))

    @cached_property
    def _mixed(self) -> Host:
        """(n, K) of the posterior probabilities, relative."""
        return np.asanyarray(self._logs + np.sum(self._weights * self._logs, axis=-1, keepdims=True))

    @cached_property
    def _scores(self) -> Host:
        """(n, K, d) of the scores of the components."""
        own = (self._offset_error + self._variance_error * self._pull) / self._variance + self._pull
        return self._spread(own)

    @cached_property
    def _precision(self) -> Host:
        """(n, K, d) of 1/variance."""
        return np.asanyarray((self._variance_error / self._variance + 1) / self._variance)

    @cached_property
    def log_density(self) -> Host:
        """(n,)."""
        return np.asanyarray(np.sum(self._weights * self._logs, axis=-1) + np.abs(self._data.log_density))

    @cached_property
    def score(self) -> Host:
        """(n, d)."""
        terms = self._scores + self._mixed[..., None] * self._away
        return np.asanyarray(np.sum(self._weights[..., None] * terms, axis=-2))

    @cached_property
    def _squares(self) -> Host:
        """(n, K, d) of (s_k − s)²."""
        return np.asanyarray(2 * self._away * (self._scores + self.score[:, None, :]) + self._away**2)

    @cached_property
    def divergence(self) -> Host:
        """(n,)."""
        total = np.sum(self._away**2 - 1 / self._variance, axis=-1)
        away = np.abs(total - np.sum(self._weights * total, axis=-1, keepdims=True))
        terms = np.sum(self._squares + self._precision, axis=-1) + self._mixed * away
        return np.asanyarray(np.sum(self._weights * terms, axis=-1))

    @cached_property
    def jacobian(self) -> Host:
        """(n, 1, 1), for every entry."""
        sizes = np.sum(self._away**2, axis=-1) + np.max(1 / self._variance, axis=-1)
        terms = np.sum(self._squares, axis=-1) + np.max(self._precision, axis=-1) + self._mixed * sizes
        return np.asanyarray(np.sum(self._weights * terms, axis=-1))[:, None, None]

    @cached_property
    def rate(self) -> Host:
        """(n,)."""
        data, t, marginals = self._data, self._data.t[:, None, None], self._data.marginals
        slope = np.abs(derivative(marginals.alpha, t))
        growth = 2 * self._alpha * slope * self._lambdas + np.abs(derivative(marginals.variance, t))
        velocity = self._spread(slope * np.abs(data.means)) * self._condition
        if data.full:
            growth = np.max(growth, axis=-1, keepdims=True) + 0 * growth
        squares = 2 * self._pull * self._scores + self._pull**2 * self._condition
        terms = 0.5 * growth * (squares + self._precision) + velocity * (self._scores + self._pull)
        sizes = 0.5 * growth * (self._pull**2 + 1 / self._variance) + velocity * self._pull
        own, away = np.sum(terms, axis=-1), np.sum(sizes, axis=-1)
        return np.asanyarray(np.sum(self._weights * (own + self._mixed * away), axis=-1))
