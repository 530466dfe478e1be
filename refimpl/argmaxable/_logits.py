"""What is done to scores before a class is chosen: a softcap, a mask, a temperature."""

from .. import _libraries, _xp
from .._typing import Array, Namespace
from ..public import STAYS, Labels, Number, Reals, public


@public({"scores": Reals("..."), "cap": Number(above=0)}, Reals("..."), nan=STAYS)
def softcap(scores: Array, /, *, cap: float) -> Array:
    """Keep scores between −cap and cap without changing their order.

    cap·tanh(z/cap). It increases with z, so that in exact arithmetic no winner changes; in floating point
    scores beyond about cap·(p + 2)·log(2)/2, with p bits of the format, are rounded to cap and tie: beyond
    9 cap in float32, 3.5 cap in bfloat16. A mask is put on afterwards, for −inf becomes −cap.

    Parameters
    ----------
    scores
    cap
        30 for the last layer of Gemma 2, 50 in its attention.

    Returns
    -------
    in the dtype of the scores, on their device.

    Source: argmaxable P1.

    Examples
    --------
    >>> import numpy as np
    >>> softcap(np.asarray([0.0, 30.0, 1e4, -np.inf]), cap=30.0).round(2)
    array([  0.  ,  22.85,  30.  , -30.  ])
    """
    return _softcap(scores, cap, xp=_xp.of(scores))


def _softcap(scores: Array, cap: float, *, xp: Namespace) -> Array:
    capped = cap * xp.tanh(scores / cap)
    if not _xp.rounds(xp):
        return capped
    # tanh x = x(1 − x²/3 + …) rounds to x there, and x = z/cap may be below the normal range.
    small = cap * float(xp.finfo(scores.dtype).eps) ** 0.5 / 2
    return xp.where(xp.abs(scores) < small, scores, capped)


@public(
    {"scores": Reals("..., n"), "allowed": Labels("..., n")},
    Reals("..., n"),
    nan="NaN in the scores stays NaN, unless it is banned.",
    broadcast="all",
)
def mask_scores(scores: Array, allowed: Array, /) -> Array:
    """Ban classes: the scores of all that are not allowed become −inf.

    z_i where i is allowed, −inf elsewhere, so that no banned class wins or gets a share of a softmax. Rows
    that pad a vocabulary are banned in this way, for their zeros win where all scores are negative.

    Parameters
    ----------
    scores
    allowed
        True, or any integer but 0, for the classes that may win.

    Returns
    -------
    in the dtype of the scores, on their device.

    Source: argmaxable P2.

    Examples
    --------
    >>> import numpy as np
    >>> mask_scores(np.asarray([-2.0, -1.0, 0.0]), np.asarray([True, True, False]))
    array([ -2.,  -1., -inf])
    """
    xp = _xp.of(scores, allowed)
    may_win = allowed if xp.isdtype(allowed.dtype, "bool") else allowed != 0
    scores, may_win = xp.broadcast_arrays(scores, may_win)
    return xp.where(may_win, scores, xp.full_like(scores, -xp.inf))


@public(
    {"scores": Reals("..., n", n=1), "temperature": Number(least=0)},
    Reals("..., n"),
    nan=STAYS,
)
def softmax_with_temperature(scores: Array, /, *, temperature: float = 1.0) -> Array:
    """Probabilities of the classes at a temperature, down to 0.

    e^(z_i/T)/Σ_j e^(z_j/T), and for T = 0 its limit: the largest scores share equally, others have
    nothing. The order of the scores stays, so that the temperature changes no winner.

    Parameters
    ----------
    scores
        −inf for banned classes.
    temperature
        T. Numbers that are 0 in the dtype of the scores count as 0.

    Returns
    -------
    in the dtype of the scores, on their device; NaN if all classes are banned or a score is +inf.

    Source: argmaxable P3.

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.log(np.asarray([1.0, 3.0, 3.0]))
    >>> softmax_with_temperature(scores, temperature=0.5).round(4)
    array([0.0526, 0.4737, 0.4737])
    >>> softmax_with_temperature(scores, temperature=0.0)
    array([0. , 0.5, 0.5])
    """
    return _softmax_with_temperature(scores, temperature, xp=_xp.of(scores))


def _softmax_with_temperature(scores: Array, temperature: float, *, xp: Namespace) -> Array:
    peak = _libraries.constant(xp.max(scores, axis=-1, keepdims=True))
    below = scores - peak
    behind = below != 0
    # 0/T is 0 also in the limit.
    steps = xp.where(behind, below, -xp.ones_like(below)) / temperature
    shares = xp.exp(xp.where(behind, steps, below))
    return shares / xp.sum(shares, axis=-1, keepdims=True)
