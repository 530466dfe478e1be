"""Context extension as a division of frequencies: all alike, each by its own factor, or some set to 0."""

import math
from collections.abc import Sequence

from .. import _xp
from .._errors import DomainError, ShapeError, message
from .._typing import Array, Device, DType, Namespace
from ..public import RAISES, Made, Number, Reals, Several, public
from . import _tables

FACTORS = Several(Number(above=0), "numbers")


@public(
    {"dim": _tables.DIM, "factor": _tables.FACTOR, "base": _tables.BASE, "xp, dtype, device": Made()},
    Reals("dim/2"),
    nan=RAISES,
)
def linear(
    dim: int,
    /,
    *,
    factor: float,
    base: float = 10000.0,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Tabulate the frequencies of linear scaling.

    ω_m → ω_m/k for every pair, which turns as far as `interpolate` makes it.

    Parameters
    ----------
    dim
        d.
    factor
        k.
    base
        B.
    xp, dtype, device

    Returns
    -------
    computed in float64 and rounded once.

    Source: rope P5, C6.

    Reference: Chen et al., Extending context window of large language models via positional
    interpolation, 2023, arXiv 2306.15595.

    Examples
    --------
    >>> linear(8, factor=4)
    array([0.25   , 0.025  , 0.0025 , 0.00025])
    """
    return _tables.table(scaled(_tables.plain(dim, base, xp), factor), xp, dtype, device)


@public(
    {
        "dim": _tables.DIM,
        "fraction": Number(above=0),
        "factor": _tables.FACTOR,
        "base": _tables.BASE,
        "xp, dtype, device": Made(),
    },
    Reals("dim/2"),
    nan=RAISES,
    raises={DomainError: "if fraction is above 1"},
)
def proportional(
    dim: int,
    /,
    *,
    fraction: float,
    factor: float = 1.0,
    base: float = 10000.0,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Tabulate frequencies of which only the first are not 0.

    ω_m = B^(−2m/d)/k for the first ⌊p d/2⌋ pairs, and 0 for all others, so that the table is as wide as the
    head. Partial rotation of the width p d has other frequencies, B^(−2m/(p d)).

    Parameters
    ----------
    dim
        d, of the whole head.
    fraction
        p, at most 1.
    factor
        k.
    base
        B.
    xp, dtype, device

    Returns
    -------
    computed in float64 and rounded once; the product p d is rounded to float64 before the floor.

    Source: rope P6.

    Reference: the rope_type proportional of transformers 5, made for Gemma 4, 2026.

    Examples
    --------
    >>> proportional(8, fraction=0.5)
    array([1. , 0.1, 0. , 0. ])
    """
    if fraction > 1:
        raise DomainError(message("fraction", fraction, "a number in (0, 1]"))
    values = padded(scaled(_tables.plain(dim, base, xp), factor), fraction)
    return _tables.table(values, xp, dtype, device)


@public(
    {
        "length": _tables.LENGTH,
        "dim": _tables.DIM,
        "train_length": _tables.LENGTH,
        "short_factor": FACTORS,
        "long_factor": FACTORS,
        "base": _tables.BASE,
        "xp, dtype, device": Made(),
    },
    Reals("dim/2"),
    nan=RAISES,
    raises={ShapeError: "if short_factor or long_factor has not d/2 numbers"},
)
def longrope(
    length: float,
    /,
    *,
    dim: int,
    train_length: float,
    short_factor: Sequence[float],
    long_factor: Sequence[float],
    base: float = 10000.0,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Tabulate the frequencies of LongRoPE for the present length.

    ω_m → ω_m/λ_m, where λ is the short list of factors for a length n ≤ L, and the long one for n > L.

    Parameters
    ----------
    length
        n, of the present sequence.
    dim
        d.
    train_length
        L.
    short_factor
        λ up to the training length, one for each pair.
    long_factor
        λ beyond it.
    base
        B.
    xp, dtype, device

    Returns
    -------
    computed in float64 and rounded once. The attention scale is separate: `longrope_scale`.

    Source: rope P1.

    Reference: Ding et al., LongRoPE: Extending LLM context window beyond 2 million tokens, 2024, arXiv
    2402.13753; two lists as in Abdin et al., Phi-3 technical report, 2024, arXiv 2404.14219.

    Examples
    --------
    >>> lists = {"short_factor": (1, 1), "long_factor": (1, 8)}
    >>> longrope(100, dim=4, train_length=100, base=16.0, **lists)
    array([1.  , 0.25])
    >>> longrope(101, dim=4, train_length=100, base=16.0, **lists)
    array([1.     , 0.03125])
    """
    for name, factors in (("short_factor", short_factor), ("long_factor", long_factor)):
        check_count(name, factors, dim)
    chosen = short_factor if length <= train_length else long_factor
    return _tables.table(divided(_tables.plain(dim, base, xp), chosen), xp, dtype, device)


@public({"factor": _tables.FACTOR, "train_length": Number(above=1)}, Number(), nan=RAISES)
def longrope_scale(factor: float, /, *, train_length: float) -> float:
    """Give the attention scale of LongRoPE.

    √(1 + ln k / ln L) multiplies both queries and keys, so scores by its square.

    Parameters
    ----------
    factor
        k, the extended length over L.
    train_length
        L.

    Returns
    -------
    1 at k = 1.

    Source: rope P2.

    Reference: as in the code of Phi-3 (Abdin et al., Phi-3 technical report, 2024, arXiv 2404.14219).

    Examples
    --------
    >>> round(longrope_scale(32, train_length=4096), 6)
    1.190238
    """
    m = _xp.numbers(factor, train_length)
    scale: float = m.sqrt(1 + m.log(factor) / m.log(train_length))
    return scale


def scaled(plain: Sequence[float], factor: float) -> list[float]:
    """All frequencies divided by one factor."""
    return [omega / factor for omega in plain]


def divided(plain: Sequence[float], factors: Sequence[float]) -> list[float]:
    """Each frequency divided by a factor of its own."""
    return [omega / factor for omega, factor in zip(plain, factors, strict=True)]


def padded(values: Sequence[float], fraction: float) -> list[float]:
    """The first frequencies, and zeros."""
    turning = math.floor(fraction * (2 * len(values)) / 2)
    return [omega if m < turning else 0.0 for m, omega in enumerate(values)]


def check_count(name: str, factors: Sequence[float], dim: int) -> None:
    """Require one factor for each pair."""
    if len(factors) != dim // 2:
        raise ShapeError(message(name, f"{len(factors)} numbers", f"d/2 = {dim // 2}, one for each pair"))
