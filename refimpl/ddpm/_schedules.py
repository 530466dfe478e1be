"""Noise schedules, Ho's variables for them, and what accumulates along them."""

from typing import NamedTuple

from .. import _xp
from .._typing import Array, Device, DType, Namespace
from ..public import RAISES, STAYS, Integer, Made, Number, Reals, public
from ._steps import SCHEDULE, Schedule, log_signal

STEPS = Integer(1, _xp.MOST_ENTRIES)


class Cumulative(NamedTuple):
    """ᾱ_t and β̄_t for t = 0..T, each of shape (T+1,)."""

    alpha_bar: Array
    beta_bar: Array


class HoSchedule(NamedTuple):
    """Ho's variables for t = 1..T, each of shape (T,): our β_t², α_t² and ᾱ_t²."""

    betas: Array
    alphas: Array
    alphas_cumprod: Array


@public({"steps": STEPS, "xp, dtype, device": Made()}, SCHEDULE, nan=RAISES)
def linear_schedule(
    steps: int, /, *, xp: Namespace | None = None, dtype: DType | None = None, device: Device | None = None
) -> Schedule:
    """Schedule whose noise variance grows linearly from 0.02/T to 0.02.

    α_t = √(1 − 0.02 t/T), so β_t² = 0.02 t/T.

    Parameters
    ----------
    steps
        The number T of steps.
    xp, dtype, device

    Returns
    -------
    of T steps.

    Source: ddpm D1, C7.

    Examples
    --------
    >>> linear_schedule(4).beta_squared
    array([0.005, 0.01 , 0.015, 0.02 ])
    """
    space, dtype = _xp.create(xp, dtype, device)
    return Schedule(0.02 * count(steps, space, dtype, device) / steps)


@public(
    {"steps": STEPS, "first, last": Number(above=0, below=1), "xp, dtype, device": Made()},
    SCHEDULE,
    nan=RAISES,
)
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
    steps
        The number T of steps.
    first, last
        Variances β_1² and β_T² (Ho's β_1 and β_T).
    xp, dtype, device

    Returns
    -------
    of T steps.

    Source: ddpm D1, C9.

    Reference: Ho, Jain, Abbeel, Denoising diffusion probabilistic models, 2020, arXiv 2006.11239.

    Examples
    --------
    >>> ho_schedule(3, 0.1, 0.2).beta_squared
    array([0.1 , 0.15, 0.2 ])
    """
    space, dtype = _xp.create(xp, dtype, device)
    t = count(steps, space, dtype, device)
    gaps = max(steps - 1, 1)
    return Schedule(first * ((gaps + 1 - t) / gaps) + last * ((t - 1) / gaps))


@public({"steps": STEPS, "offset": Number(least=0), "xp, dtype, device": Made()}, SCHEDULE, nan=RAISES)
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
    steps
        The number T of steps.
    offset
        Keeps the first steps from being too small.
    xp, dtype, device

    Returns
    -------
    of T steps.

    Source: ddpm D1.

    Reference: Nichol, Dhariwal, Improved denoising diffusion probabilistic models, 2021, arXiv
    2102.09672.

    Examples
    --------
    >>> cosine_schedule(3, 0.0).beta_squared.round(3)
    array([0.25 , 0.667, 0.999])
    """
    space, dtype = _xp.create(xp, dtype, device)
    t = count(steps, space, dtype, device)
    exact = _xp.numbers(space)
    pi = exact.pi
    unit = pi / (2 * steps * (1 + offset))  # θ_t − θ_{t−1}; θ_T = π/2
    cosine = space.sin(unit * (steps + 1 - t))
    rise = unit * (2 * t - 1) + pi * offset / (1 + offset)
    fall = unit * (2 * (steps - t) + 1)
    ratio = exact.sin(unit) / cosine * (space.sin(space.minimum(rise, fall)) / cosine)
    return Schedule(space.clip(ratio, max=0.999))


def count(steps: int, xp: Namespace, dtype: DType, device: Device | None) -> Array:
    return xp.arange(1, steps + 1, dtype=dtype, device=device)


@public({"betas": Reals("T", T=1)}, SCHEDULE, nan=STAYS)
def from_ho(betas: Array, /) -> Schedule:
    """Schedule of Ho's β_t, which is our β_t².

    Parameters
    ----------
    betas
        Variances in (0, 1), the last of which may be 1; check_schedule tells whether they are.

    Returns
    -------
    of T steps, which holds betas as they are.

    Source: ddpm D1, C9.

    Examples
    --------
    >>> import numpy as np
    >>> from_ho(np.asarray([0.1, 0.2])).beta_squared
    array([0.1, 0.2])
    """
    return Schedule(betas)


@public({"alphas": Reals("T", T=1)}, SCHEDULE, nan=STAYS)
def from_alpha(alphas: Array, /) -> Schedule:
    """Schedule of given α_t, where nothing better is known: β_t² = (1 − α_t)(1 + α_t).

    A relative error u in α_t is one of 2uα_t²/β_t² in β_t²: Ho's β_1² = 1e-4 keeps three digits in
    float32 and none in float16. Prefer from_ho where the variances are known.

    Parameters
    ----------
    alphas
        α_t in (0, 1) (the square roots of Ho's α_t).

    Returns
    -------
    of T steps.

    Source: ddpm D1.

    Examples
    --------
    >>> import numpy as np
    >>> from_alpha(np.asarray([0.5])).beta_squared
    array([0.75])
    """
    return Schedule((1 - alphas) * (1 + alphas))


@public({"schedule": SCHEDULE}, (Reals("T"), Reals("T"), Reals("T")), needs="cumulative", nan=STAYS)
def to_ho(schedule: Schedule, /) -> HoSchedule:
    """Ho's variables of a schedule: β_t², 1 − β_t² and Π(1 − β²).

    Parameters
    ----------
    schedule

    Returns
    -------
    HoSchedule of three arrays (T,).

    Source: ddpm D1, C9.

    Examples
    --------
    >>> import numpy as np
    >>> to_ho(from_ho(np.asarray([0.5, 0.75]))).alphas_cumprod.round(12)
    array([0.5  , 0.125])
    """
    xp = _xp.of(schedule.beta_squared)
    betas = schedule.beta_squared
    return HoSchedule(betas, 1 - betas, xp.exp(log_signal(schedule, xp=xp)[1:]))


@public({"schedule": SCHEDULE}, (Reals("T+1"), Reals("T+1")), needs="cumulative", nan=STAYS)
def cumulative(schedule: Schedule, /) -> Cumulative:
    """Signal ᾱ_t = Π α_s and noise β̄_t = √(1 − ᾱ_t²) after t steps.

    Both come from log ᾱ_t² = Σ log1p(−β_s²), so neither loses digits to a cancellation.

    Parameters
    ----------
    schedule

    Returns
    -------
    Cumulative of two arrays (T+1,): the entry t belongs to step t; ᾱ_0 = 1 and β̄_0 = 0.

    Source: ddpm D2, C1.

    Examples
    --------
    >>> import numpy as np
    >>> alpha_bar, beta_bar = cumulative(from_ho(np.asarray([0.36])))
    >>> alpha_bar.round(12), beta_bar.round(12)
    (array([1. , 0.8]), array([0. , 0.6]))
    """
    xp = _xp.of(schedule.beta_squared)
    log = log_signal(schedule, xp=xp)
    return Cumulative(xp.exp(log / 2), xp.sqrt(xp.abs(xp.expm1(log))))


@public({"schedule": SCHEDULE}, Reals("T+1"), needs="cumulative", nan=STAYS)
def snr(schedule: Schedule, /) -> Array:
    """Signal-to-noise ratio ᾱ_t²/β̄_t².

    Parameters
    ----------
    schedule

    Returns
    -------
    for t = 0..T; SNR_0 = ∞.

    Source: ddpm D2, C7, C11.

    Examples
    --------
    >>> import numpy as np
    >>> snr(from_ho(np.asarray([0.5, 0.5]))).round(12)
    array([       inf, 1.        , 0.33333333])
    """
    xp = _xp.of(schedule.beta_squared)
    log = log_signal(schedule, xp=xp)[1:]
    return _after_infinity(xp.exp(log) / xp.abs(xp.expm1(log)), xp=xp)


@public({"schedule": SCHEDULE}, Reals("T+1"), needs="cumulative", nan=STAYS)
def log_snr(schedule: Schedule, /) -> Array:
    """Logarithm of the signal-to-noise ratio, finite even where the ratio itself underflows.

    Parameters
    ----------
    schedule

    Returns
    -------
    for t = 0..T; log SNR_0 = ∞.

    Source: ddpm D2.

    Examples
    --------
    >>> import numpy as np
    >>> log_snr(from_ho(np.asarray([0.5])))[1].round(12) + 0.0
    np.float64(0.0)
    """
    xp = _xp.of(schedule.beta_squared)
    log = log_signal(schedule, xp=xp)[1:]
    return _after_infinity(log - xp.log(xp.abs(xp.expm1(log))), xp=xp)


def _after_infinity(values: Array, *, xp: Namespace) -> Array:
    return xp.concat([xp.full_like(values[:1], xp.inf), values])
