"""Where samplers stop on the way from noise to data: grids of levels, and times that are shifted."""

from collections.abc import Iterable

from .. import _xp
from .._typing import Array, Device, DType, Namespace
from ..public import RAISES, STAYS, Integer, Made, Number, Reals, public

STEPS = Integer(1, _xp.MOST_ENTRIES)
ENDS = {"sigma_min": Number(above=0), "sigma_max": Number(above="sigma_min")}


@public(
    {"steps": STEPS, **ENDS, "rho": Number(above=0), "xp, dtype, device": Made()},
    Reals("steps+1"),
    nan=RAISES,
)
def karras_sigmas(
    steps: int,
    sigma_min: float,
    sigma_max: float,
    /,
    *,
    rho: float = 7.0,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Levels of noise whose roots of degree ρ are evenly spaced, and 0 after the last of them.

    σ_i = (σ_max^{1/ρ} + i/(n−1) (σ_min^{1/ρ} − σ_max^{1/ρ}))^ρ for i = 0..n−1, σ_n = 0; σ_max, 0 for n = 1.

    The 0 is a convention, that of the published samplers: n positive levels make n steps, the last of them to
    the data.

    Parameters
    ----------
    steps
        The number n of positive levels, and of steps between all of them.
    sigma_min
        The last positive level; 0.002 by Karras et al.
    sigma_max
        The first level; 80 by Karras et al.
    rho
        ρ = 1 spaces the levels themselves evenly; as ρ grows the grid tends to that of `exponential_sigmas`.
    xp, dtype, device

    Returns
    -------
    the levels, which fall; computed in float64 and rounded once.

    Source: flow P7.

    Reference: Karras, Aittala, Aila, Laine, Elucidating the design space of diffusion-based generative
    models, 2022, equation 5, arXiv 2206.00364.

    Examples
    --------
    >>> karras_sigmas(3, 1.0, 9.0, rho=2.0).round(12)
    array([9., 4., 1., 0.])
    """
    space, dtype = _xp.create(xp, dtype, device)
    exact, least, growth = _logarithms(sigma_min, sigma_max, space)
    between = (least + rho * _log_mean(i, steps - 1, growth / rho, exact) for i in range(1, steps - 1))
    levels = _levels(sigma_max, map(exact.exp, between), sigma_min, steps)
    return space.asarray(levels, dtype=dtype, device=device)


def _log_mean(i: int, gaps: int, x: float, exact: Namespace) -> float:
    """log((1 − w) e^x + w), w = i/gaps, for x ≥ 0: neither small x lose digits, nor large ones overflow."""
    found: float = (
        exact.log1p(exact.expm1(x) * (gaps - i) / gaps)
        if x < 1
        else x + exact.log((gaps - i + i * exact.exp(-x)) / gaps)
    )
    return found


@public({"steps": STEPS, **ENDS, "xp, dtype, device": Made()}, Reals("steps+1"), nan=RAISES)
def exponential_sigmas(
    steps: int,
    sigma_min: float,
    sigma_max: float,
    /,
    *,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Levels of noise whose logarithms are evenly spaced, and 0 after the last of them.

    σ_i = σ_max (σ_min/σ_max)^{i/(n−1)} for i = 0..n−1, σ_n = 0; σ_max, 0 for n = 1.

    The 0 is a convention, as in `karras_sigmas`; its logarithm has no value.

    Parameters
    ----------
    steps
        The number n of positive levels, and of steps between all of them.
    sigma_min
        The last positive level.
    sigma_max
        The first level.
    xp, dtype, device

    Returns
    -------
    the levels, which fall; computed in float64 and rounded once.

    Source: flow P7.

    Reference: Crowson, k-diffusion, get_sigmas_exponential, 2022.

    Examples
    --------
    >>> exponential_sigmas(3, 1.0, 4.0).round(12)
    array([4., 2., 1., 0.])
    """
    space, dtype = _xp.create(xp, dtype, device)
    exact, least, growth = _logarithms(sigma_min, sigma_max, space)
    between = (least + growth * (steps - 1 - i) / (steps - 1) for i in range(1, steps - 1))
    levels = _levels(sigma_max, map(exact.exp, between), sigma_min, steps)
    return space.asarray(levels, dtype=dtype, device=device)


def _levels(first: float, between: Iterable[float], last: float, steps: int) -> list[float]:
    """The levels with both ends as they were given, and 0 after the last."""
    return [first, *between, *([last] if steps > 1 else []), 0.0]


def _logarithms(low: float, high: float, space: Namespace) -> tuple[Namespace, float, float]:
    """The functions of numbers, log σ_min, and log(σ_max/σ_min)."""
    exact = _xp.numbers(space)
    least, most = (exact.log(_xp.number(end, space)) for end in (low, high))
    return exact, least, most - least


@public({"t": Reals("..."), "shift": Number(above=0)}, Reals("..."), nan=STAYS)
def shift_time(t: Array, /, *, shift: float) -> Array:
    """Move times of a rectified flow, of which 1 is noise, towards the noise, by the factor s in the odds.

    t' = s t/(1 + (s − 1) t), so t'/(1 − t') = s t/(1 − t).

    It is applied once to an even grid: twice is the shift s². s = 1 changes nothing, and 1/s undoes s.

    Parameters
    ----------
    t
        Times in [0, 1], or the levels σ = t of a rectified flow.
    shift
        s, which for larger images is larger: the root of the ratio of their numbers of pixels.

    Returns
    -------
    with dtype and device of t; 0 and 1 stay where they are.

    Source: flow P8.

    Reference: Esser, Kulal, Blattmann, et al., Scaling rectified flow transformers for high-resolution image
    synthesis, 2024, equation 23, arXiv 2403.03206.

    Examples
    --------
    >>> import numpy as np
    >>> shift_time(np.asarray([0.0, 0.25, 0.5, 1.0]), shift=3.0)
    array([0.  , 0.5 , 0.75, 1.  ])
    """
    return shift * t / ((1 - t) + shift * t)
