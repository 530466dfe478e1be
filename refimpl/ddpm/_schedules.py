"""Noise schedules, Ho's variables for them, and what accumulates along them."""

from typing import NamedTuple

from .. import _xp
from .._errors import ShapeError, message
from .._public import public
from .._typing import Array, Device, DType, Namespace
from ._steps import Schedule, log_signal, open_schedule


class Cumulative(NamedTuple):
    """ᾱ_t and β̄_t for t = 0..T, each of shape (T+1,)."""

    alpha_bar: Array
    beta_bar: Array


class HoSchedule(NamedTuple):
    """Ho's variables for t = 1..T, each of shape (T,): our β_t², α_t² and ᾱ_t²."""

    betas: Array
    alphas: Array
    alphas_cumprod: Array


@public()
def linear_schedule(
    steps: int, /, *, xp: Namespace | None = None, dtype: DType | None = None, device: Device | None = None
) -> Schedule:
    """Schedule whose noise variance grows linearly from 0.02/T to 0.02.

    α_t = √(1 − 0.02 t/T), so β_t² = 0.02 t/T.

    Parameters
    ----------
    steps : int ≥ 1
        The number T of steps, at most 2^20.
    xp, dtype, device
        Namespace, real floating dtype and device of the result; NumPy float64 by default.

    Returns
    -------
    Schedule of T steps.

    Raises
    ------
    DomainError, DTypeError, NamespaceError
        for steps below 1 or not an integer, or a dtype that is not real floating, or a library or
        device that is not there. NaN raises DTypeError.

    Source: ddpm D1, C7.

    Examples
    --------
    >>> linear_schedule(4).beta_squared
    array([0.005, 0.01 , 0.015, 0.02 ])
    """
    steps = _xp.check_integer("steps", steps, 1, _xp.MOST_ENTRIES)
    space, dtype = _xp.create(xp, dtype, device)
    return Schedule(0.02 * _count(steps, space, dtype, device) / steps)


@public()
def ho_schedule(
    steps: int,
    first: float = 1e-4,
    last: float = 0.02,
    /,
    *,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Schedule:
    """Schedule of Ho et al.: noise variances evenly spaced from first to last.

    β_t² = ((T−t)·first + (t−1)·last)/(T−1); only `first` for T = 1.

    Parameters
    ----------
    steps : int ≥ 1
        The number T of steps, at most 2^20.
    first, last : float in (0, 1)
        Variances β_1² and β_T² (Ho's β_1 and β_T).
    xp, dtype, device
        Namespace, real floating dtype and device of the result; NumPy float64 by default.

    Returns
    -------
    Schedule of T steps.

    Raises
    ------
    DomainError, DTypeError, NamespaceError
        for steps below 1, variances outside (0, 1), arguments of the wrong type, or a library or
        device that is not there. NaN raises DomainError.

    Source: ddpm D1, C9.

    Examples
    --------
    >>> ho_schedule(3, 0.1, 0.2).beta_squared
    array([0.1 , 0.15, 0.2 ])
    """
    steps = _xp.check_integer("steps", steps, 1, _xp.MOST_ENTRIES)
    first = _xp.check_number("first", first, 0.0, 1.0)
    last = _xp.check_number("last", last, 0.0, 1.0)
    space, dtype = _xp.create(xp, dtype, device)
    t = _count(steps, space, dtype, device)
    gaps = max(steps - 1, 1)
    return Schedule(first * ((gaps + 1 - t) / gaps) + last * ((t - 1) / gaps))


@public()
def cosine_schedule(
    steps: int,
    offset: float = 0.008,
    /,
    *,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Schedule:
    """Cosine schedule of Nichol and Dhariwal, clipped at 0.999.

    β_t² = min(1 − cos²θ_t/cos²θ_{t−1}, 0.999), θ_t = (π/2)(t/T + offset)/(1 + offset), computed as
    sin(θ_t − θ_{t−1}) sin(θ_t + θ_{t−1})/cos²θ_{t−1}, with every angle taken from the nearer zero of
    its sine. Unclipped, β_T² would be 1 and ᾱ_T nothing but rounding errors.

    Parameters
    ----------
    steps : int ≥ 1
        The number T of steps, at most 2^20.
    offset : float ≥ 0
        Keeps the first steps from being too small.
    xp, dtype, device
        Namespace, real floating dtype and device of the result; NumPy float64 by default.

    Returns
    -------
    Schedule of T steps.

    Raises
    ------
    DomainError, DTypeError, NamespaceError
        for steps below 1, a negative or infinite offset, arguments of the wrong type, or a library
        or device that is not there. NaN raises DomainError.

    Source: ddpm D1.

    Examples
    --------
    >>> cosine_schedule(3, 0.0).beta_squared.round(3)
    array([0.25 , 0.667, 0.999])
    """
    steps = _xp.check_integer("steps", steps, 1, _xp.MOST_ENTRIES)
    offset = _xp.check_number("offset", offset, 0.0, closed=True)
    space, dtype = _xp.create(xp, dtype, device)
    t = _count(steps, space, dtype, device)
    exact = _xp.numbers(space)
    pi = exact.pi
    unit = pi / (2 * steps * (1 + offset))  # θ_t − θ_{t−1}; θ_T = π/2
    cosine = space.sin(unit * (steps + 1 - t))
    rise = unit * (2 * t - 1) + pi * offset / (1 + offset)
    fall = unit * (2 * (steps - t) + 1)
    ratio = exact.sin(unit) / cosine * (space.sin(space.minimum(rise, fall)) / cosine)
    return Schedule(space.clip(ratio, max=0.999))


def _count(steps: int, xp: Namespace, dtype: DType, device: Device | None) -> Array:
    return xp.arange(1, steps + 1, dtype=dtype, device=device)


@public()
def from_ho(betas: Array, /) -> Schedule:
    """Schedule of Ho's β_t, which is our β_t².

    Parameters
    ----------
    betas : (T,) real floating
        Variances in (0, 1), T ≥ 1; check_schedule tells whether they are.

    Returns
    -------
    Schedule of T steps that holds betas as they are. NaN in an array is NaN in every result that depends
    on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for anything but one axis with T ≥ 1, integers, or what is no array.

    Source: ddpm D1, C9.

    Examples
    --------
    >>> import numpy as np
    >>> from_ho(np.asarray([0.1, 0.2])).beta_squared
    array([0.1, 0.2])
    """
    _one_axis("betas", betas)
    return Schedule(betas)


@public()
def from_alpha(alphas: Array, /) -> Schedule:
    """Schedule of given α_t, where nothing better is known: β_t² = (1 − α_t)(1 + α_t).

    A relative error u in α_t is one of 2uα_t²/β_t² in β_t²: Ho's β_1² = 1e-4 keeps three digits in
    float32 and none in float16. Prefer from_ho where the variances are known.

    Parameters
    ----------
    alphas : (T,) real floating
        α_t in (0, 1), T ≥ 1 (the square roots of Ho's α_t).

    Returns
    -------
    Schedule of T steps. NaN in an array is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for anything but one axis with T ≥ 1, integers, or what is no array.

    Source: ddpm D1.

    Examples
    --------
    >>> import numpy as np
    >>> from_alpha(np.asarray([0.5])).beta_squared
    array([0.75])
    """
    _one_axis("alphas", alphas)
    return Schedule((1 - alphas) * (1 + alphas))


def _one_axis(name: str, array: Array) -> None:
    _xp.floating(_xp.namespace(**{name: array}), **{name: array})
    if array.ndim != 1 or not array.shape[0]:
        raise ShapeError(message(name, f"shape {tuple(array.shape)}", "shape (T,) with T ≥ 1"))


@public("cumulative")
def to_ho(schedule: Schedule, /) -> HoSchedule:
    """Ho's variables of a schedule: β_t², 1 − β_t² and Π(1 − β²).

    Parameters
    ----------
    schedule : Schedule of T steps

    Returns
    -------
    HoSchedule of three arrays (T,). NaN in an array is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for an invalid schedule.

    Source: ddpm D1, C9.

    Examples
    --------
    >>> import numpy as np
    >>> to_ho(from_ho(np.asarray([0.5, 0.75]))).alphas_cumprod.round(12)
    array([0.5  , 0.125])
    """
    xp = open_schedule(schedule)
    betas = schedule.beta_squared
    return HoSchedule(betas, 1 - betas, xp.exp(log_signal(schedule, xp=xp)[1:]))


@public("cumulative")
def cumulative(schedule: Schedule, /) -> Cumulative:
    """Signal ᾱ_t = Π α_s and noise β̄_t = √(1 − ᾱ_t²) after t steps.

    Both come from log ᾱ_t² = Σ log1p(−β_s²), so neither loses digits to a cancellation.

    Parameters
    ----------
    schedule : Schedule of T steps

    Returns
    -------
    Cumulative of two arrays (T+1,): the entry t belongs to step t; ᾱ_0 = 1 and β̄_0 = 0. NaN in an array
    is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for an invalid schedule.

    Source: ddpm D2, C1.

    Examples
    --------
    >>> import numpy as np
    >>> alpha_bar, beta_bar = cumulative(from_ho(np.asarray([0.36])))
    >>> alpha_bar.round(12), beta_bar.round(12)
    (array([1. , 0.8]), array([0. , 0.6]))
    """
    xp = open_schedule(schedule)
    log = log_signal(schedule, xp=xp)
    return Cumulative(xp.exp(log / 2), xp.sqrt(xp.abs(xp.expm1(log))))


@public("cumulative")
def snr(schedule: Schedule, /) -> Array:
    """Signal-to-noise ratio ᾱ_t²/β̄_t².

    Parameters
    ----------
    schedule : Schedule of T steps

    Returns
    -------
    (T+1,) for t = 0..T; SNR_0 = ∞. NaN in an array is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for an invalid schedule.

    Source: ddpm D2, C7, C11.

    Examples
    --------
    >>> import numpy as np
    >>> snr(from_ho(np.asarray([0.5, 0.5]))).round(12)
    array([       inf, 1.        , 0.33333333])
    """
    xp = open_schedule(schedule)
    log = log_signal(schedule, xp=xp)[1:]
    return _after_infinity(xp.exp(log) / xp.abs(xp.expm1(log)), xp=xp)


@public("cumulative")
def log_snr(schedule: Schedule, /) -> Array:
    """Logarithm of the signal-to-noise ratio, finite even where the ratio itself underflows.

    Parameters
    ----------
    schedule : Schedule of T steps

    Returns
    -------
    (T+1,) for t = 0..T; log SNR_0 = ∞. NaN in an array is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for an invalid schedule.

    Source: ddpm D2.

    Examples
    --------
    >>> import numpy as np
    >>> log_snr(from_ho(np.asarray([0.5])))[1].round(12) + 0.0
    np.float64(0.0)
    """
    xp = open_schedule(schedule)
    log = log_signal(schedule, xp=xp)[1:]
    return _after_infinity(log - xp.log(xp.abs(xp.expm1(log))), xp=xp)


def _after_infinity(values: Array, *, xp: Namespace) -> Array:
    return xp.concat([xp.full_like(values[:1], xp.inf), values])
