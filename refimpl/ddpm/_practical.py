"""Schedules and loss weights in use beside the article's: of latent diffusion, zero terminal SNR, min-SNR."""

from typing import Literal

from .. import _xp
from .._typing import Array, Device, DType, Namespace
from ..public import RAISES, STAYS, Choice, Made, Number, Reals, Record, public
from ._schedules import STEPS, count
from ._steps import SCHEDULE, Schedule, log_signal, sums_of

ENDS = Number(above=0, below=1)
TWO_STEPS = Record(Schedule, {"beta_squared": Reals("T", T=2)}, "See ddpm.from_ho")


@public({"steps": STEPS, "first, last": ENDS, "xp, dtype, device": Made()}, SCHEDULE, nan=RAISES)
def scaled_linear_schedule(
    steps: int,
    first: float,
    last: float,
    /,
    *,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Schedule:
    """Schedule of latent diffusion: standard deviations evenly spaced between the roots of two variances.

    β_t = ((T−t)·√first + (t−1)·√last)/(T−1); √first for T = 1.

    Parameters
    ----------
    steps
        The number T of steps.
    first, last
        Variances β_1² and β_T² (Ho's β_1 and β_T). Stable Diffusion has 0.00085 and 0.012.
    xp, dtype, device

    Returns
    -------
    of T steps.

    Source: ddpm P1.

    Reference: Rombach, Blattmann, Lorenz, Esser, Ommer, High-resolution image synthesis with latent
    diffusion models, 2022, arXiv 2112.10752 (in its code, as "linear").

    Examples
    --------
    >>> scaled_linear_schedule(3, 0.04, 0.16).beta_squared.round(12)
    array([0.04, 0.09, 0.16])
    """
    space, dtype = _xp.create(xp, dtype, device)
    exact = _xp.numbers(space)
    low, high = (exact.sqrt(_xp.number(end, space)) for end in (first, last))
    t, gaps = count(steps, space, dtype, device), max(steps - 1, 1)
    root = low * ((gaps + 1 - t) / gaps) + high * ((t - 1) / gaps)
    return Schedule(root * root)


@public({"steps": STEPS, "first, last": ENDS, "xp, dtype, device": Made()}, SCHEDULE, nan=RAISES)
def sigmoid_schedule(
    steps: int,
    first: float,
    last: float,
    /,
    *,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Schedule:
    """Schedule of GeoDiff: variances on a logistic curve between two, both of which it nearly reaches.

    β_t² = first + (last − first)/(1 + exp(−z_t)), z_t = 6(2(t−1) − (T−1))/(T−1) from −6 to 6; −6 for T = 1.

    Jabri et al. give the same name to a schedule whose signal ᾱ_t² follows the curve, which is another.

    Parameters
    ----------
    steps
        The number T of steps.
    first, last
        The variances at the ends of the curve; β_1² is first + 0.0025 (last − first).
    xp, dtype, device

    Returns
    -------
    of T steps.

    Source: ddpm P1.

    Reference: Xu, Yu, Song, Shi, Ermon, Tang, GeoDiff: a geometric diffusion model for molecular conformation
    generation, 2022, arXiv 2203.02923 (in its code).

    Examples
    --------
    >>> sigmoid_schedule(3, 0.1, 0.3).beta_squared.round(4)
    array([0.1005, 0.2   , 0.2995])
    """
    space, dtype = _xp.create(xp, dtype, device)
    t, gaps = count(steps, space, dtype, device), max(steps - 1, 1)
    z = 6 * ((2 * (t - 1) - gaps) / gaps)
    return Schedule(first / (1 + space.exp(z)) + last / (1 + space.exp(-z)))


@public({"schedule": TWO_STEPS}, SCHEDULE, needs="cumulative", nan=STAYS)
def rescale_zero_snr(schedule: Schedule, /) -> Schedule:
    """Schedule whose signal ᾱ_t is shifted and scaled so that none is left at the end and ᾱ_1 is as it was.

    ᾱ'_t = (ᾱ_t − ᾱ_T) ᾱ_1/(ᾱ_1 − ᾱ_T), β'_t² = 1 − (ᾱ'_t/ᾱ'_{t−1})².

    That is q_t (2 − q_t) with q_t = (ᾱ_{t−1} − ᾱ_t)/(ᾱ_{t−1} − ᾱ_T) for t > 1, where nothing cancels.
    β'_1 = β_1, and β'_T = 1: there noise does not determine data, so a model of it cannot begin; check_signal
    tells. With one step there would be nothing to scale.

    Parameters
    ----------
    schedule
        A schedule with β_T² = 1 stays as it is.

    Returns
    -------
    of T steps.

    Source: ddpm P2.

    Reference: Lin, Liu, Li, Yang, Common diffusion noise schedules and sample steps are flawed, 2023, arXiv
    2305.08891, algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> rescale_zero_snr(from_ho(np.asarray([0.75, 0.75, 0.75]))).beta_squared.round(12)
    array([0.75      , 0.88888889, 1.        ])
    """
    xp = _xp.of(schedule.beta_squared)
    betas = schedule.beta_squared
    sums, lost = sums_of(xp.flip(xp.log1p(-betas)), xp=xp)
    rest = xp.flip((sums + lost)[1:])  # log(ᾱ_T²/ᾱ_{t−1}²), added up from the end
    share = betas / (1 + xp.sqrt(1 - betas)) / xp.abs(xp.expm1(rest / 2))
    middle = (share * (2 - share))[1:-1]
    whole = xp.where(xp.isnan(rest[:1]), rest[:1], xp.ones_like(rest[:1]))
    return Schedule(xp.concat([betas[:1], middle, whole]))


@public(
    {"schedule": SCHEDULE, "gamma": Number(above=0), "given": Choice("noise", "x0", "v")},
    Reals("T"),
    needs="cumulative",
    nan=STAYS,
)
def min_snr_weight(
    schedule: Schedule, /, *, gamma: float = 5.0, given: Literal["noise", "x0", "v"] = "noise"
) -> Array:
    """Weight of the squared error of a prediction at step t, such that that of the data is min(SNR_t, γ).

    x0: min(SNR, γ); noise: min(SNR, γ)/SNR = min(1, γ β̄²/ᾱ²); v: min(SNR, γ)/(SNR + 1) = min(ᾱ², γ β̄²).

    At β_T² = 1, where SNR is 0, the weight is 0, 1 and 0: of noise it is the limit of what is 0/0 as printed.

    Parameters
    ----------
    schedule
    gamma
        The signal-to-noise ratio above which the weight of the data stops growing.
    given
        What the model predicts, and the squared error is of.

    Returns
    -------
    entry t−1 for step t.

    Source: ddpm P3.

    Reference: Hang, Gu, Li, Bao, Chen, Hu, Geng, Guo, Efficient diffusion training via min-SNR weighting
    strategy, 2023, arXiv 2303.09556.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> min_snr_weight(from_ho(np.asarray([0.125, 0.75])), given="v").round(12)
    array([0.625  , 0.21875])
    """
    xp = _xp.of(schedule.beta_squared)
    log = log_signal(schedule, xp=xp)[1:]
    signal, noise = xp.exp(log), xp.abs(xp.expm1(log))
    if given == "x0":
        return xp.clip(signal / noise, max=gamma)
    if given == "v":
        return xp.minimum(signal, gamma * noise)
    return xp.clip(gamma * (noise / signal), max=1)
