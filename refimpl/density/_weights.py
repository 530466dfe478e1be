"""Importance weights and the bounds on log q(x) that are made of them."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from .. import _xp
from .._errors import DomainError, ShapeError, message
from .._host import Floats
from .._typing import Array, Namespace
from ..public import STAYS, AxisOf, Integer, Raises, Reals, Several, public
from . import _subsets

NEAR = -0.6
"""Mean weights that lie no further below the largest, as a share of it, are summed as what is missing."""
PART = 2**16
"""Numbers that stay in the cache of a core."""
NO_SAMPLES: Raises = {ShapeError: "for no samples"}


@public(
    {"log_likelihood, log_prior, log_proposal": Reals("..., M").freely()},
    Reals("..., M"),
    nan=STAYS,
    broadcast="all",
)
def log_weights(log_likelihood: Array, log_prior: Array, log_proposal: Array, /) -> Array:
    """Logarithms of the importance weights of latent samples.

    log w = log q(x|z) + log q(z) − log p(z|x)

    Parameters
    ----------
    log_likelihood, log_prior, log_proposal
        The three log-densities at z ~ p(z|x). A sample has log_proposal > −inf.

    Returns
    -------
    in the common dtype of the arguments, on their device; NaN where infinities cancel.

    Source: density D1, C3.

    Examples
    --------
    >>> import numpy as np
    >>> log_weights(np.asarray([-2.0]), np.asarray([-1.0]), np.asarray([-0.5]))
    array([-2.5])
    """
    _xp.check_broadcast(log_likelihood=log_likelihood, log_prior=log_prior, log_proposal=log_proposal)
    return log_likelihood + log_prior - log_proposal


@public({"log_w": Reals("..., M"), "axis": AxisOf(("log_w",))}, Reals("..."), nan=STAYS, raises=NO_SAMPLES)
def elbo(log_w: Array, /, *, axis: int = -1) -> Array:
    """The evidence lower bound: the mean of the log-weights.

    Parameters
    ----------
    log_w
        Log-weights of M ≥ 1 samples; any −inf gives −inf.
    axis
        The axis of the samples.

    Returns
    -------
    in the dtype of log_w, on its device.

    Source: density D2, C2, C4.

    Examples
    --------
    >>> import numpy as np
    >>> float(elbo(np.asarray([-3.0, -1.0])))
    -2.0
    """
    xp = _samples(log_w, axis)
    return xp.mean(log_w, axis=axis)


@public({"log_w": Reals("..., M"), "axis": AxisOf(("log_w",))}, Reals("..."), nan=STAYS, raises=NO_SAMPLES)
def importance_bound(log_w: Array, /, *, axis: int = -1) -> Array:
    """The importance-weighted bound log((1/M) Σ w), for weights of any size.

    Parameters
    ----------
    log_w
        Log-weights of M ≥ 1 samples. −inf is a weight of zero; all −inf gives −inf.
    axis
        The axis of the samples.

    Returns
    -------
    in the dtype of log_w, on its device.

    Source: density D3, C1, C2, C8.

    Examples
    --------
    >>> import numpy as np
    >>> float(np.exp(importance_bound(np.log(np.asarray([1.0, 3.0])))).round(12))
    2.0
    """
    xp = _samples(log_w, axis)
    return _log_mean(log_w, axis, xp=xp)


def _log_mean(log_w: Array, axis: int, *, xp: Namespace) -> Array:
    """log((1/M) Σ w), with all digits also where all weights are near 1."""
    if type(log_w) is np.ndarray:
        return _log_mean_by_parts(log_w, axis)
    far = _xp.logsumexp(log_w, axis=axis, xp=xp) - _xp.numbers(xp).log(log_w.shape[axis])
    if not _xp.rounds(xp):
        return far
    peak = xp.max(log_w, axis=axis, keepdims=True)
    shift = xp.where(xp.isfinite(peak), peak, xp.zeros_like(peak))
    fall = xp.mean(xp.expm1(log_w - shift), axis=axis)  # of the mean weight below the largest
    return by_fall(xp.squeeze(shift, axis=axis), fall, far, xp=xp)


def by_fall(shift: Array, fall: Array, far: Array, *, xp: Namespace) -> Array:
    """shift + log(1 + fall) where the mean weight lies little below the largest, else what is given."""
    near = fall > NEAR
    return xp.where(near, shift + xp.log1p(xp.where(near, fall, xp.zeros_like(fall))), far)


def _log_mean_by_parts(log_w: Floats, axis: int) -> Floats:
    """The same on NumPy, which runs one operation after the other: in parts that stay in the cache, so that
    nothing as large as the input is made."""
    samples = np.moveaxis(log_w, axis, -1)
    rows = samples.reshape(-1, samples.shape[-1])
    result = np.empty(len(rows), dtype=log_w.dtype)
    count = max(1, PART // rows.shape[1])
    for start in range(0, len(rows), count):
        result[start : start + count] = _log_mean_of_rows(rows[start : start + count])
    found: Floats = result.reshape(samples.shape[:-1])[()]
    return found


def _log_mean_of_rows(rows: Floats) -> Floats:
    """log((1/M) Σ w) of a few rows."""
    samples = rows.shape[1]
    top = np.argmax(rows, axis=1)
    peak = rows[np.arange(len(rows)), top]
    shift = np.where(np.isfinite(peak), peak, 0)
    rest = np.zeros_like(peak)  # without the peak's own 1, small parts beside it keep their digits
    for part, starts in _falls(rows, shift):
        np.exp(part, out=part)
        here = np.flatnonzero((starts <= top) & (top < starts + part.shape[1]))
        part[here, top[here] - starts] = 0
        rest += np.sum(part, axis=1)
    finite = np.isfinite(peak)
    result: Floats = np.where(finite, shift + np.log1p(rest) - rows.dtype.type(math.log(samples)), peak)
    close = np.flatnonzero(finite & ((1 + rest) / samples - 1 > NEAR))
    if len(close):
        fall = np.zeros(len(close), dtype=rows.dtype)
        for part, _ in _falls(rows[close], shift[close]):
            fall += np.sum(np.expm1(part, out=part), axis=1)
        result[close] = shift[close] + np.log1p(fall / samples)
    return result


def _falls(rows: Floats, shift: Floats) -> Iterator[tuple[Floats, int]]:
    """How far rows lie below their peaks, PART numbers at a time, and where these begin."""
    width = min(rows.shape[1], max(1, PART // max(1, len(rows))))
    room = np.empty((len(rows), width), dtype=rows.dtype)
    for start in range(0, rows.shape[1], width):
        part = rows[:, start : start + width]
        yield np.subtract(part, shift[:, None], out=room[:, : part.shape[1]]), start


@public(
    {"log_w": Reals("..., M", M=1), "sizes": Several(Integer(1), "integers", least=1)},
    Reals("..., len(sizes)"),
    needs="eager sort cumulative",
    nan=STAYS,
    raises={DomainError: "for sizes above M"},
)
def importance_bounds(log_w: Array, /, *, sizes: Sequence[int]) -> Array:
    """The importance-weighted bound of every subset of m samples, averaged, for several m.

    The mean of log((1/m) Σ_{i∈S} w_i) over all m-subsets S of the M samples, exactly, for all m together in
    O(M log² M) time for each of a few hundred quadrature nodes; O(M²) where the library has no Fourier
    transforms. m = 1 is `elbo`, m = M is `importance_bound`. A host function: the number of nodes depends on
    how far apart the weights are.

    Parameters
    ----------
    log_w
        Log-weights below +inf. −inf is a weight of zero; m of them give −inf.
    sizes
        The sizes m of the subsets, at most M.

    Returns
    -------
    in the dtype of log_w, on its device.

    Source: density D4, C9.

    Examples
    --------
    >>> import numpy as np
    >>> importance_bounds(np.log(np.asarray([1.0, 2.0, 4.0])), sizes=(1, 2, 3)).round(4)
    array([0.6931, 0.8068, 0.8473])
    """
    xp, M = _xp.of(log_w), log_w.shape[-1]
    if max(sizes) > M:
        raise DomainError(message("sizes", sizes, f"integers from 1 to {M}"))
    means = {M: _log_mean(log_w, -1, xp=xp), 1: xp.mean(log_w, axis=-1)}
    between = sorted({m for m in sizes if 1 < m < M})
    if between:
        inner = _subsets.means(log_w, between, xp=xp)
        means |= {m: inner[..., i] for i, m in enumerate(between)}
    return xp.stack([means[m] for m in sizes], axis=-1)


@public({"log_w": Reals("..., M"), "axis": AxisOf(("log_w",))}, Reals("..., M"), nan=STAYS, raises=NO_SAMPLES)
def normalized_weights(log_w: Array, /, *, axis: int = -1) -> Array:
    """Importance weights divided by their sum.

    Parameters
    ----------
    log_w
        Log-weights of M ≥ 1 samples, below +inf. −inf is a weight of zero; all −inf gives NaN.
    axis
        The axis of the samples.

    Returns
    -------
    in the dtype of log_w, on its device.

    Source: density D5.

    Examples
    --------
    >>> import numpy as np
    >>> normalized_weights(np.asarray([1e4, 1e4, -np.inf]))
    array([0.5, 0.5, 0. ])
    """
    xp = _samples(log_w, axis)
    w = _scaled_weights(log_w, axis, xp=xp)
    return w / xp.sum(w, axis=axis, keepdims=True)


@public({"log_w": Reals("..., M"), "axis": AxisOf(("log_w",))}, Reals("..."), nan=STAYS, raises=NO_SAMPLES)
def effective_sample_size(log_w: Array, /, *, axis: int = -1) -> Array:
    """Kish's effective sample size (Σw)²/Σw², between 1 and M.

    Parameters
    ----------
    log_w
        Log-weights of M ≥ 1 samples, below +inf. −inf is a weight of zero; all −inf gives NaN.
    axis
        The axis of the samples.

    Returns
    -------
    in the dtype of log_w, on its device.

    Source: density D5, C5, C6.

    Examples
    --------
    >>> import numpy as np
    >>> float(effective_sample_size(np.log(np.asarray([1.0, 1.0, 2.0]))).round(12))
    2.666666666667
    """
    xp = _samples(log_w, axis)
    w = _scaled_weights(log_w, axis, xp=xp)
    total = xp.sum(w, axis=axis)
    return total * (total / xp.sum(w * w, axis=axis))  # whose square may be beyond float16


def _samples(log_w: Array, axis: int) -> Namespace:
    """The namespace of log-weights that have at least one sample along the axis."""
    if log_w.shape[axis] == 0:
        raise ShapeError(message("log_w", f"shape {tuple(log_w.shape)}", "at least one sample"))
    return _xp.of(log_w)


def _scaled_weights(log_w: Array, axis: int, *, xp: Namespace) -> Array:
    """Weights over the largest one; NaN if all log-weights are −inf."""
    return xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
