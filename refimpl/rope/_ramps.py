"""Context extension as maps of each frequency, by ramps: YaRN and Llama 3."""

import math
from collections.abc import Sequence
from typing import Any, Literal

from .. import _xp
from .._errors import DomainError, message
from .._typing import Array, Device, DType, Namespace
from ..public import RAISES, Choice, Flag, Made, Number, Raises, Reals, public
from . import _tables

Ramp = Literal["paper", "code"]
COEFFICIENT = Number(least=0)
"""Of the logarithm, relative to a tenth."""
BEYOND: Raises = {DomainError: "for a result beyond float64"}


@public(
    {
        "dim": _tables.DIM,
        "train_length": _tables.LENGTH,
        "factor": _tables.FACTOR,
        "base": _tables.BASE,
        "ramp": Choice("paper", "code"),
        "beta_slow": Number(above=0),
        "beta_fast": Number(above="beta_slow"),
        "truncate": Flag(),
        "xp, dtype, device": Made(),
    },
    Reals("dim/2"),
    nan=RAISES,
    raises={
        DomainError: "where the common code's ramp is reversed, low > high: L is so small or so large that "
        "it lies outside the pairs"
    },
)
def yarn(
    dim: int,
    /,
    *,
    train_length: float,
    factor: float,
    base: float = 10000.0,
    ramp: Ramp = "paper",
    beta_slow: float = 1.0,
    beta_fast: float = 32.0,
    truncate: bool = True,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Tabulate the frequencies of YaRN.

    ω_m → γ_m ω_m + (1 − γ_m) ω_m/k, where γ_m rises from 0 (interpolate) to 1 (keep). Two ramps
    are in use, and differ up to several times in between:

    - "paper" (section 3.2 of the reference; α and β there): linear in the number of turns
      r_m = Lω_m/(2π), γ_m = (r_m − slow)/(fast − slow) clipped to [0, 1];
    - "code" (as in most public code, the authors' included): linear in the pair index,
      γ_m = 1 − (m − low)/(high − low) clipped, with low = max(⌊c(fast)⌋, 0),
      high = min(⌈c(slow)⌉, d − 1), high + 0.001 if they agree, where c(r) = d ln(L/(2πr))/(2 ln B)
      is the index of r turns. Without `truncate` the ends are not rounded: low = max(c(fast), 0),
      high = min(c(slow), d − 1).

    The attention temperature is separate: `yarn_scale`.

    Parameters
    ----------
    dim
        d.
    train_length
        L.
    factor
        k.
    base
        B.
    ramp
    beta_slow
        Turns within L where the ramp begins.
    beta_fast
        Turns within L where it ends.
    truncate
        Whether the ends of the common code's ramp are rounded outwards; of no effect on the paper's.
    xp, dtype, device

    Returns
    -------
    with γ in float64, rounded once.

    Source: rope D5, P3, C8.

    Reference: Peng et al., YaRN: Efficient context window extension of large language models, 2023, arXiv
    2309.00071.

    Examples
    --------
    >>> yarn(8, train_length=100, factor=4).round(6)
    array([6.10859e-01, 2.64310e-02, 2.50000e-03, 2.50000e-04])
    """
    given = base, factor, train_length, beta_slow, beta_fast
    base, factor, length, slow, fast = (_xp.number(x, xp) for x in given)
    plain = _tables.plain(dim, base, xp)
    if ramp == "paper":
        kept = turns_ramp(plain, length, slow, fast)
    else:
        kept = index_ramp(dim, base, length, slow, fast, truncate, xp)
    return _tables.table(blend(plain, kept, factor), xp, dtype, device)


@public(
    {"factor": _tables.FACTOR, "mscale": COEFFICIENT, "mscale_all_dim": COEFFICIENT},
    Number(),
    nan=RAISES,
    raises=BEYOND,
)
def yarn_scale(factor: float, /, *, mscale: float = 1.0, mscale_all_dim: float = 0.0) -> float:
    """Give the attention scale of YaRN.

    √(1/t) = 0.1 ln k + 1 multiplies both queries and keys, so scores by its square
    (section 3.4 of the reference). With two coefficients it is (0.1 a ln k + 1)/(0.1 b ln k + 1), and
    `yarn_softmax_scale` puts the divisor back where the whole score is scaled.

    Parameters
    ----------
    factor
        k.
    mscale
        a.
    mscale_all_dim
        b.

    Returns
    -------
    1 at k = 1.

    Source: rope D5, P4.

    Reference: Peng et al., YaRN: Efficient context window extension of large language models, 2023, arXiv
    2309.00071; with coefficients as in DeepSeek-AI, DeepSeek-V2, 2024, arXiv 2405.04434.

    Examples
    --------
    >>> round(yarn_scale(16), 6)
    1.277259
    >>> yarn_scale(40, mscale=0.707, mscale_all_dim=0.707)
    1.0
    """
    m = _xp.numbers(factor)
    return _finite(magnitude(factor, mscale, m) / magnitude(factor, mscale_all_dim, m))


@public({"factor": _tables.FACTOR, "mscale_all_dim": COEFFICIENT}, Number(), nan=RAISES, raises=BEYOND)
def yarn_softmax_scale(factor: float, /, *, mscale_all_dim: float = 1.0) -> float:
    """Give the factor of the scale of scores, 1/√d, where YaRN is not left to queries and keys alone.

    (0.1 b ln k + 1)², once for the query and once for the key, also for features that no pair turns.

    Parameters
    ----------
    factor
        k.
    mscale_all_dim
        b.

    Returns
    -------
    1 at k = 1.

    Source: rope P4.

    Reference: DeepSeek-AI, DeepSeek-V2, 2024, arXiv 2405.04434, and its published code.

    Examples
    --------
    >>> round(yarn_softmax_scale(40), 6)
    1.873854
    """
    root = magnitude(factor, mscale_all_dim, _xp.numbers(factor))
    return _finite(root * root)


@public(
    {
        "dim": _tables.DIM,
        "train_length": _tables.LENGTH,
        "factor": _tables.FACTOR,
        "base": _tables.BASE,
        "low_freq_factor": Number(above=0),
        "high_freq_factor": Number(above="low_freq_factor"),
        "xp, dtype, device": Made(),
    },
    Reals("dim/2"),
    nan=RAISES,
)
def llama3(
    dim: int,
    /,
    *,
    train_length: float,
    factor: float,
    base: float = 500000.0,
    low_freq_factor: float = 1.0,
    high_freq_factor: float = 4.0,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Tabulate the frequencies of Llama 3.1.

    By wavelength λ_m = 2π/ω_m: kept below L/high, divided by k above L/low, and between them
    (1 − s) ω_m/k + s ω_m with s = (L/λ_m − low)/(high − low). This is YaRN's ramp of the paper
    with other ends. (As in Meta's code and `rope_type: llama3` of transformers.)

    Parameters
    ----------
    dim
        d.
    train_length
        L; 8192 in Llama 3.1.
    factor
        k; 8 in Llama 3.1.
    base
        B.
    low_freq_factor
        low.
    high_freq_factor
        high.
    xp, dtype, device

    Returns
    -------
    with s in float64, rounded once.

    Source: rope D5, C8.

    Reference: Grattafiori et al., The Llama 3 herd of models, 2024, arXiv 2407.21783.

    Examples
    --------
    >>> (llama3(8, train_length=8192, factor=8) / llama3(8, train_length=8192, factor=1)).round(6)
    array([1.      , 1.      , 0.371122, 0.125   ])
    """
    given = base, factor, train_length, low_freq_factor, high_freq_factor
    base, factor, length, low, high = (_xp.number(x, xp) for x in given)
    plain = _tables.plain(dim, base, xp)
    return _tables.table(blend(plain, turns_ramp(plain, length, low, high), factor), xp, dtype, device)


def _finite(scale: float) -> float:
    if _xp.rounds(scale) and not math.isfinite(scale):
        raise DomainError(message("the scale", scale, "a number within float64", "Take smaller coefficients"))
    return scale


def magnitude(factor: float, coefficient: float, m: Any) -> float:
    """What queries and keys are multiplied by for the temperature."""
    scale: float = 0.1 * coefficient * m.log(factor) + 1
    return scale


def turns_ramp(plain: Sequence[float], length: float, slow: float, fast: float) -> list[float]:
    """γ linear in the number of turns within the training length."""
    circle = 2 * _xp.numbers(*plain).pi
    turns = [length * omega / circle for omega in plain]
    if slow == fast:  # a step, as configurations have it
        return [float(r >= slow) for r in turns]
    return [min(max((r - slow) / (fast - slow), 0.0), 1.0) for r in turns]


def index_ramp(
    dim: int, base: float, length: float, slow: float, fast: float, truncate: bool, xp: Namespace | None
) -> list[float]:
    """γ linear in the pair index, between the indices of two numbers of turns, rounded outwards or not."""
    m = _xp.numbers(xp, base, length, slow, fast)
    first, last = (dim * _log_circles(length, turns, m) / (2 * m.log(base)) for turns in (fast, slow))
    low: float = max(math.floor(first) if truncate else first, 0)
    high: float = min(math.ceil(last) if truncate else last, dim - 1)
    if low > high:
        got = f"low = {low}, high = {high}"
        raise DomainError(message("ramp", got, "low ≤ high", 'ramp="paper" has no such limit'))
    width = _xp.number(high - low or 0.001, xp, base)  # the common code's guard against a division by zero
    return [1 - min(max((m - low) / width, 0.0), 1.0) for m in range(dim // 2)]


def _log_circles(length: float, turns: float, m: Any) -> float:
    """log(L/(2πr)), also where floats cannot hold the quotient."""
    ratio = length / (2 * m.pi * turns)
    if not _xp.rounds(ratio) or 0 < ratio < math.inf:
        return m.log(ratio)
    return m.log(length) - m.log(2 * m.pi) - m.log(turns)


def blend(plain: Sequence[float], kept: Sequence[float], factor: float) -> list[float]:
    """γ of each frequency as it is and the rest interpolated; exact at γ = 1 and at factor 1."""
    return [omega * (gamma + (1 - gamma) / factor) for omega, gamma in zip(plain, kept, strict=True)]
