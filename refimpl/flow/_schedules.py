"""Noise schedules: the marginals p(x_t|x_0) = N(ᾱ_t x_0, β̄_t² I) of dx = f_t x dt + g_t dw."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

from .. import _xp
from .._errors import DTypeError, told
from .._typing import Array
from ..public import RAISES, STAYS, FunctionOf, Number, Reals, Record, naming, public

Function: TypeAlias = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Schedule:
    """ᾱ_t and β̄_t as functions of arrays t of any library, with their derivatives.

    The square of β̄ is stored, because β̄' is infinite where β̄ vanishes, and (log ᾱ)' for ᾱ',
    because it stays accurate where ᾱ underflows. Made by `variance_preserving`,
    `variance_exploding`, `sub_variance_preserving` or `from_functions`.
    """

    alpha: Function
    """ᾱ_t > 0."""
    alpha_log_derivative: Function
    """d/dt log ᾱ_t."""
    variance: Function
    """β̄_t² ≥ 0."""
    variance_derivative: Function
    """d/dt β̄_t²."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not callable(value):
                raise DTypeError(told("flow.Schedule", field.name, f"{value!r}", "a function of an array t"))

    def alpha_derivative(self, t: Array, /) -> Array:
        """ᾱ'_t."""
        return self.alpha(t) * self.alpha_log_derivative(t)

    @naming("flow.Schedule.beta")
    def beta(self, t: Array, /) -> Array:
        """β̄_t."""
        return _xp.namespace(t=t).sqrt(self.variance(t))

    def beta_derivative(self, t: Array, /) -> Array:
        """β̄'_t; infinite or NaN where β̄_t = 0."""
        return self.variance_derivative(t) / (2 * self.beta(t))


SCHEDULE = Record(Schedule, {}, "See flow.variance_preserving")


@public({"beta_min, beta_max": Number(least=0)}, Record(Schedule), nan=RAISES)
def variance_preserving(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Schedule:
    """Make the schedule ᾱ² + β̄² = 1 of linearly growing noise, t in [0, 1].

    ᾱ = exp(−B/2), β̄² = 1 − exp(−B), B(t) = ∫₀ᵗ β, β(t) = β_min + (β_max − β_min) t;
    so f_t = −β/2 and g_t² = β.

    Parameters
    ----------
    beta_min, beta_max
        β(0) and β(1).

    Returns
    -------
    whose functions keep dtype and device of t, and β̄ keeps its digits at small t.

    Source: flow D1.

    Examples
    --------
    >>> import numpy as np
    >>> variance_preserving().alpha(np.asarray([0.0, 1.0])).round(4)
    array([1.    , 0.0066])
    """
    rate, integral = _linear_rate(beta_min, beta_max)

    @naming("flow.Schedule.alpha")
    def alpha(t: Array) -> Array:
        return _xp.namespace(t=t).exp(-0.5 * integral(t))

    @naming("flow.Schedule.variance")
    def variance(t: Array) -> Array:
        return -_xp.namespace(t=t).expm1(-integral(t))

    @naming("flow.Schedule.variance_derivative")
    def variance_derivative(t: Array) -> Array:
        return rate(t) * _xp.namespace(t=t).exp(-integral(t))

    @naming("flow.Schedule.alpha_log_derivative")
    def alpha_log_derivative(t: Array) -> Array:
        return -0.5 * rate(t)

    return Schedule(alpha, alpha_log_derivative, variance, variance_derivative)


@public({"beta_min, beta_max": Number(least=0)}, Record(Schedule), nan=RAISES)
def sub_variance_preserving(*, beta_min: float = 0.1, beta_max: float = 20.0) -> Schedule:
    """Make the schedule with ᾱ = exp(−B/2) and β̄ = 1 − exp(−B), t in [0, 1].

    B as in `variance_preserving`; f_t = −β/2 and g_t² = β (1 − exp(−2B)).

    Parameters
    ----------
    beta_min, beta_max
        β(0) and β(1).

    Returns
    -------
    whose functions keep dtype and device of t, and β̄ keeps its digits at small t.

    Source: flow D1.

    Examples
    --------
    >>> import numpy as np
    >>> sub_variance_preserving().beta(np.asarray([0.0, 0.5])).round(4)
    array([0.    , 0.9209])
    """
    rate, integral = _linear_rate(beta_min, beta_max)

    @naming("flow.Schedule.alpha")
    def alpha(t: Array) -> Array:
        return _xp.namespace(t=t).exp(-0.5 * integral(t))

    @naming("flow.Schedule.variance")
    def variance(t: Array) -> Array:
        return _xp.namespace(t=t).expm1(-integral(t)) ** 2

    @naming("flow.Schedule.variance_derivative")
    def variance_derivative(t: Array) -> Array:
        xp, b = _xp.namespace(t=t), integral(t)
        return -2 * rate(t) * xp.expm1(-b) * xp.exp(-b)

    @naming("flow.Schedule.alpha_log_derivative")
    def alpha_log_derivative(t: Array) -> Array:
        return -0.5 * rate(t)

    return Schedule(alpha, alpha_log_derivative, variance, variance_derivative)


def _linear_rate(beta_min: float, beta_max: float) -> tuple[Function, Function]:
    """β(t) and its integral from 0."""
    low, slope = beta_min, beta_max - beta_min
    return (lambda t: low + slope * t), (lambda t: t * (low + 0.5 * slope * t))


@public({"sigma_min": Number(above=0), "sigma_max": Number(above="sigma_min")}, Record(Schedule), nan=RAISES)
def variance_exploding(*, sigma_min: float = 0.01, sigma_max: float = 50.0) -> Schedule:
    """Make the schedule ᾱ = 1, β̄² = σ²(t) − σ²(0) with σ(t) = σ_min (σ_max/σ_min)^t, t in [0, 1].

    f_t = 0 and g_t² = d/dt σ²(t). The subtraction makes x_0 the data itself.

    Parameters
    ----------
    sigma_min
        σ(0).
    sigma_max
        σ(1).

    Returns
    -------
    whose functions keep dtype and device of t, and β̄ keeps its digits at small t.

    Source: flow D1.

    Examples
    --------
    >>> import numpy as np
    >>> variance_exploding(sigma_min=1.0, sigma_max=3.0).variance(np.asarray([0.0, 1.0])).round(12)
    array([0., 8.])
    """
    return _exploding(sigma_min, sigma_max, "expm1")


@public({"sigma_min": Number(above=0), "sigma_max": Number(above="sigma_min")}, Record(Schedule), nan=RAISES)
def variance_exploding_smld(*, sigma_min: float = 0.01, sigma_max: float = 50.0) -> Schedule:
    """Make the variance-exploding schedule as published: ᾱ = 1, β̄ = σ(t) = σ_min (σ_max/σ_min)^t.

    f_t = 0 and g_t² = d/dt σ²(t) = 2 log(σ_max/σ_min) σ²(t). Unlike `variance_exploding` it has noise
    σ_min at t = 0, so that what stands there is no longer the data.

    Parameters
    ----------
    sigma_min
        σ(0).
    sigma_max
        σ(1).

    Returns
    -------
    whose functions keep dtype and device of t.

    Source: flow P1.

    Reference: Song, Sohl-Dickstein, Kingma, Kumar, Ermon, Poole, Score-based generative modeling through
    stochastic differential equations, 2021, appendix C, arXiv 2011.13456.

    Examples
    --------
    >>> import numpy as np
    >>> variance_exploding_smld(sigma_min=1.0, sigma_max=4.0).beta(np.asarray([0.0, 0.5])).round(12)
    array([1., 2.])
    """
    return _exploding(sigma_min, sigma_max, "exp")


def _exploding(low: float, high: float, growing: Literal["exp", "expm1"]) -> Schedule:
    """ᾱ = 1 and β̄² = low² e^{growth·t}, less its value at t = 0 or not."""
    square, growth = low * low, 2 * _xp.numbers(low, high).log(high / low)

    @naming("flow.Schedule.alpha")
    def alpha(t: Array) -> Array:
        return _xp.namespace(t=t).ones_like(t)

    @naming("flow.Schedule.alpha_log_derivative")
    def alpha_log_derivative(t: Array) -> Array:
        return _xp.namespace(t=t).zeros_like(t)

    @naming("flow.Schedule.variance")
    def variance(t: Array) -> Array:
        grown: Array = getattr(_xp.namespace(t=t), growing)(growth * t)
        return square * grown

    @naming("flow.Schedule.variance_derivative")
    def variance_derivative(t: Array) -> Array:
        return square * growth * _xp.namespace(t=t).exp(growth * t)

    return Schedule(alpha, alpha_log_derivative, variance, variance_derivative)


@public(
    {
        "alpha, alpha_derivative, variance, variance_derivative": FunctionOf("t ↦ array of t's shape"),
    },
    Record(Schedule),
    nan="NaN from a function is NaN in every result that depends on it.",
)
def from_functions(
    *, alpha: Function, alpha_derivative: Function, variance: Function, variance_derivative: Function
) -> Schedule:
    """Make a schedule of any ᾱ, ᾱ', β̄² and (β̄²)'.

    Parameters
    ----------
    alpha, alpha_derivative, variance, variance_derivative
        ᾱ > 0, its derivative, β̄² ≥ 0 and its derivative (of the square), for arrays t.

    Returns
    -------
    of these functions.

    Source: flow D1.

    Examples
    --------
    The straight path ᾱ = 1 − t, β̄ = t of rectified flows:

    >>> import numpy as np
    >>> path = from_functions(
    ...     alpha=lambda t: 1 - t, alpha_derivative=lambda t: 0 * t - 1,
    ...     variance=lambda t: t**2, variance_derivative=lambda t: 2 * t)
    >>> drift_coefficient(path, np.asarray([0.0, 0.5]))
    array([-1., -2.])
    """

    def alpha_log_derivative(t: Array) -> Array:
        return alpha_derivative(t) / alpha(t)

    return Schedule(
        naming("flow.Schedule.alpha")(alpha),
        naming("flow.Schedule.alpha_log_derivative")(alpha_log_derivative),
        naming("flow.Schedule.variance")(variance),
        naming("flow.Schedule.variance_derivative")(variance_derivative),
    )


@public({"schedule": SCHEDULE, "t": Reals("...")}, Reals("..."), nan=STAYS)
def drift_coefficient(schedule: Schedule, t: Array, /) -> Array:
    """Compute f_t = ᾱ'_t/ᾱ_t, the linear drift that carries the schedule.

    Parameters
    ----------
    schedule
    t
        Times in the domain of the schedule.

    Returns
    -------
    with dtype and device of t.

    Source: flow D1.

    Examples
    --------
    >>> import numpy as np
    >>> drift_coefficient(variance_preserving(), np.asarray([0.0, 1.0]))
    array([ -0.05, -10.  ])
    """
    return schedule.alpha_log_derivative(t)


@public({"schedule": SCHEDULE, "t": Reals("...")}, Reals("..."), nan=STAYS)
def diffusion_squared(schedule: Schedule, t: Array, /) -> Array:
    """Compute g_t² = 2 ᾱ β̄ d/dt(β̄/ᾱ) = (β̄²)' − 2 f_t β̄², the diffusion that carries the schedule.

    Parameters
    ----------
    schedule
    t
        Times in the domain of the schedule.

    Returns
    -------
    with dtype and device of t; negative where the schedule is no diffusion (β̄/ᾱ falls).

    Source: flow D1.

    Examples
    --------
    >>> import numpy as np
    >>> diffusion_squared(variance_preserving(), np.asarray([0.0, 1.0])).round(12)
    array([ 0.1, 20. ])
    """
    return schedule.variance_derivative(t) - 2 * schedule.alpha_log_derivative(t) * schedule.variance(t)
