"""Cosines, and the CoSENT loss with its gradient in O(n log n)."""

from typing import TypeAlias

import numpy as np

from .. import _libraries, _xp
from .._errors import ShapeError, message
from .._host import Floats, Indices
from .._typing import Array, Namespace
from ..public import STAYS, AxisOf, Number, Reals, RealsOrIntegers, Truths, public
from ._checks import unless_nan

MOST_GROUPS = 64
"""Of equal labels: their pairs are summed one by one."""
FAR = 600.0
"""Exponents down to −FAR have exponentials in the normal range of float64."""
FEW = 32
"""Numbers whose pairs take less time than the steps that avoid them."""
Columns: TypeAlias = tuple[Array, Array]
"""Peaks, and sums relative to them."""


@public(
    {"u, v": Reals("..., d").freely(), "axis": AxisOf(("u", "v"))},
    Reals("..."),
    nan="Vectors with infinite or NaN entries give NaN.",
    broadcast="all",
    raises={ShapeError: "for vectors of different lengths, or of none"},
)
def cosine_similarity(u: Array, v: Array, /, *, axis: int = -1) -> Array:
    """Cosine of the angle between vectors: ⟨u, v⟩ / (‖u‖ ‖v‖).

    Each vector is divided by its largest magnitude first, so that no square overflows or
    underflows. A zero vector has no direction and gives NaN (see `check_nonzero`).

    Parameters
    ----------
    u, v
        Vectors along `axis`; the other axes broadcast.
    axis
        The axis of the vectors; negative unless u and v have equally many axes.

    Returns
    -------
    the broadcast shape without `axis`, in the common dtype, on the common device; within [−1, 1].

    Source: matching D1.

    Examples
    --------
    >>> import numpy as np
    >>> float(cosine_similarity(np.asarray([3e200, 0.0]), np.asarray([1e-200, 0.0])))
    1.0
    """
    if u.shape[axis] != v.shape[axis]:
        raise ShapeError(message("v", f"shape {tuple(v.shape)}", f"length {u.shape[axis]} on {axis=}"))
    _xp.check_broadcast(u=u, v=v)
    if u.shape[axis] == 0:
        raise ShapeError(message("u", f"shape {tuple(u.shape)}", "at least one component"))
    return _cosine_similarity(u, v, axis, xp=_xp.of(u, v))


def _cosine_similarity(u: Array, v: Array, axis: int, *, xp: Namespace) -> Array:
    u, v = _unit_peak(u, axis, xp=xp), _unit_peak(v, axis, xp=xp)
    dot = xp.sum(u * v, axis=axis)
    norms = xp.sqrt(xp.sum(u * u, axis=axis)) * xp.sqrt(xp.sum(v * v, axis=axis))
    defined = norms > 0
    cosine = xp.clip(dot / xp.where(defined, norms, xp.ones_like(norms)), -1.0, 1.0)
    return xp.where(defined, cosine, xp.full_like(cosine, xp.nan))


def _unit_peak(x: Array, axis: int, *, xp: Namespace) -> Array:
    """The vectors divided by their largest magnitude; zero vectors stay."""
    peak = _libraries.constant(xp.max(xp.abs(x), axis=axis, keepdims=True))
    return x / xp.where(peak == 0, xp.ones_like(peak), peak)


@public(
    {"vectors": Reals("..., d").freely(), "axis": AxisOf(("vectors",))},
    Truths("..."),
    nan="A vector with NaN has none.",
)
def check_nonzero(vectors: Array, /, *, axis: int = -1) -> Array:
    """Which vectors have a direction: finite entries (no NaN, no infinity) that are not all zero.

    Parameters
    ----------
    vectors
        Vectors along `axis`.
    axis
        The axis of the vectors.

    Returns
    -------
    the shape without `axis`, boolean, on the device of the vectors.

    Source: matching D1.

    Examples
    --------
    >>> import numpy as np
    >>> check_nonzero(np.asarray([[1.0, -1.0], [0.0, 0.0]]))
    array([ True, False])
    """
    xp = _xp.of(vectors)
    return xp.all(xp.isfinite(vectors), axis=axis) & xp.any(vectors != 0, axis=axis)


@public(
    {"cosines": Reals("n"), "labels": RealsOrIntegers("n", "order"), "scale": Number(above=0)},
    Reals(""),
    nan=STAYS,
)
def cosent_loss_pairwise(cosines: Array, labels: Array, /, *, scale: float = 20.0) -> Array:
    """CoSENT loss as it is defined, over all pairs of pairs: O(n²) time and memory.

    log(1 + Σ_{y_i > y_j} exp(scale·(c_j − c_i))). Use `cosent_loss`; this one is to be read.

    Parameters
    ----------
    cosines
        Cosine c_i of each pair, or any numbers whose scaled differences are finite.
    labels
        Label y_i of each pair; only their order counts.
    scale

    Returns
    -------
    in the dtype and on the device of `cosines`; 0 if no two labels differ.

    Source: matching D2.

    Examples
    --------
    >>> import numpy as np
    >>> loss = cosent_loss_pairwise(np.asarray([0.5, 0.5]), np.asarray([0, 1]))
    >>> bool(np.isclose(loss, np.log(2)))
    True
    """
    xp = _xp.of(cosines)
    return _cosent_loss_pairwise(cosines, labels, scale, xp=xp)


def _cosent_loss_pairwise(cosines: Array, labels: Array, scale: float, *, xp: Namespace) -> Array:
    exponents = scale * (cosines[None, :] - cosines[:, None])
    ordered = labels[:, None] > labels[None, :]
    exponents = xp.where(ordered, exponents, xp.full_like(exponents, -xp.inf))
    return unless_nan(labels, _log_one_plus_sum(xp.reshape(exponents, (-1,)), xp=xp), xp=xp)


@public(
    {"cosines": Reals("n"), "labels": RealsOrIntegers("n", "order"), "scale": Number(above=0)},
    Reals(""),
    needs="sort indexing",
    nan=STAYS,
)
def cosent_loss(cosines: Array, labels: Array, /, *, scale: float = 20.0) -> Array:
    """CoSENT loss log(1 + Σ_{y_i > y_j} exp(scale·(c_j − c_i))) in O(n log n) time and O(n) memory.

    After sorting by label, the inner sums over j are prefix sums. They are kept as a running
    peak and a sum relative to it: one shift for all, as in a plain prefix sum of exponentials,
    underflows where a group's own cosines are far below the largest. The exponents are formed
    from differences of cosines, so the result is as accurate as the pairwise form.

    Parameters
    ----------
    cosines
        Cosine c_i of each pair, or any numbers whose scaled differences are finite.
    labels
        Label y_i of each pair; only their order counts.
    scale

    Returns
    -------
    in the dtype and on the device of `cosines`; 0 if no two labels differ.

    Source: matching D2, C1.

    Examples
    --------
    >>> import numpy as np
    >>> float(cosent_loss(np.asarray([-0.5, -0.875, 1.0]), np.asarray([0, 1, 2]), scale=1000.0))
    375.0
    """
    xp = _xp.of(cosines)
    return _cosent_loss(cosines, labels, scale, xp=xp)


def _cosent_loss(cosines: Array, labels: Array, scale: float, *, xp: Namespace) -> Array:
    c, y, _ = _by_label(cosines, labels, xp=xp)
    between = _between_groups(c, y, scale) if type(c) is np.ndarray else None
    if between is not None:
        return _log_one_plus_sum(between, xp=xp)
    return unless_nan(labels, _log_one_plus_sum(_log_sums_below(c, y, scale, xp=xp), xp=xp), xp=xp)


def _by_label(cosines: Array, labels: Array, *, xp: Namespace) -> tuple[Array, Array, Array]:
    """Cosines and labels in the order of the labels, and that order; equal labels in any."""
    order = xp.argsort(labels, stable=False)
    return xp.take(cosines, order, axis=0), xp.take(labels, order, axis=0), order


@public(
    {"cosines": Reals("n"), "labels": RealsOrIntegers("n", "order"), "scale": Number(above=0)},
    Reals("n"),
    needs="sort indexing",
    nan=STAYS,
)
def cosent_gradient(cosines: Array, labels: Array, /, *, scale: float = 20.0) -> Array:
    """Gradient of `cosent_loss` with respect to the cosines, in O(n log n) time and O(n) memory.

    ∂/∂c_k = scale·(Σ_{y_i > y_k} e^{scale·(c_k − c_i)} − Σ_{y_j < y_k} e^{scale·(c_j − c_k)}) / e^{loss}.

    Parameters
    ----------
    cosines
        Cosine c_i of each pair, or any numbers whose scaled differences are finite.
    labels
        Label y_i of each pair; only their order counts.
    scale

    Returns
    -------
    in the dtype and on the device of `cosines`.

    Source: matching D3.

    Examples
    --------
    >>> import numpy as np
    >>> cosent_gradient(np.asarray([0.5, 0.5]), np.asarray([0, 1])).round(12)
    array([ 10., -10.])
    """
    xp = _xp.of(cosines)
    return _cosent_gradient(cosines, labels, scale, xp=xp)


def _cosent_gradient(cosines: Array, labels: Array, scale: float, *, xp: Namespace) -> Array:
    c, y, order = _by_label(cosines, labels, xp=xp)
    lower, higher = _log_sums_below(c, y, scale, xp=xp), _log_sums_above(c, y, scale, xp=xp)
    loss = _log_one_plus_sum(lower, xp=xp)
    gradient = scale * (xp.exp(higher - loss) - xp.exp(lower - loss))
    return unless_nan(labels, _xp.restored(gradient, order, xp=xp), xp=xp)


def _between_groups(c: Floats, y: Floats, scale: float) -> Floats | None:
    """Exponents whose exponentials sum to those of all ordered pairs, one for each two groups of equal
    labels, which are sorted; None if the groups are many, or the last label is NaN.

    Σ_{i∈h, j∈g} exp(scale·(c_j − c_i)) = exp(scale·(p − q))·Σ_j exp(scale·(c_j − p))·Σ_i exp(scale·(q − c_i))
    for the peak p of g and the least q of h. NumPy alone has sums by group, whose number other libraries
    would have to know before they compute.
    """
    (last,) = (y[1:] != y[:-1]).nonzero()
    if len(last) > min(len(c) // 2, MOST_GROUPS) or not len(c) or y[-1] != y[-1]:
        return None
    edges = np.concatenate([[0], last + 1, [len(c)]])
    starts, counts = edges[:-1], edges[1:] - edges[:-1]
    peaks, least = np.maximum.reduceat(c, starts), np.minimum.reduceat(c, starts)
    above = np.add.reduceat(np.exp(scale * (c - peaks.repeat(counts))), starts)
    below = np.add.reduceat(np.exp(scale * (least.repeat(counts) - c)), starts)
    exponents = scale * (peaks[:, None] - least) + (np.log(above)[:, None] + np.log(below))
    ordered = np.arange(len(starts))
    found: Floats = exponents[ordered[:, None] < ordered]
    return found


def _log_sums_below(c: Array, y: Array, scale: float, *, xp: Namespace) -> Array:
    """log Σ_{y_j < y_i} exp(scale·(c_j − c_i)) for each i, with y sorted; −inf where nothing is below."""
    if c.shape[0] == 0:
        return c
    return _log_sums_before(c, _xp.places(y, side="left", xp=xp), scale, xp=xp)


def _log_sums_above(c: Array, y: Array, scale: float, *, xp: Namespace) -> Array:
    """log Σ_{y_j > y_i} exp(scale·(c_i − c_j)): the same, upside down."""
    if c.shape[0] == 0:
        return c
    before = c.shape[0] - xp.flip(_xp.places(y, side="right", xp=xp))
    return xp.flip(_log_sums_before(-xp.flip(c), before, scale, xp=xp))


def _log_sums_before(c: Array, ends: Array, scale: float, *, xp: Namespace) -> Array:
    """log Σ_{j < ends_i} exp(scale·(c_j − c_i)) for each i; −inf for an empty sum."""
    empty = ends == 0
    last = xp.where(empty, ends, ends - 1)
    logs = _log_sums_in_a_row(c, last, scale) if type(c) is np.ndarray else None
    if logs is None:
        peaks, sums = _running_sums(c, xp.ones_like(c), scale, xp=xp)
        logs = scale * (xp.take(peaks, last, axis=0) - c) + xp.log(xp.take(sums, last, axis=0))
    return xp.where(empty, xp.full_like(logs, -xp.inf), logs)


def _log_sums_in_a_row(c: Floats, last: Indices, scale: float) -> Floats | None:
    """log Σ_{j ≤ last_i} exp(scale·(c_j − c_i)) by one prefix sum in float64, whose roundings, n of each
    sum, do not show in narrower formats; None for others, and where one shift for all could underflow."""
    if c.dtype.itemsize >= 8 or not scale * (float(c.max()) - float(c.min())) < FAR:
        return None
    wide = c.astype(np.float64) - c.max()
    logs: Floats = np.log(np.cumsum(np.exp(scale * wide))[last]) - scale * wide
    return logs.astype(c.dtype)


def _running_sums(peak: Array, total: Array, scale: float, *, xp: Namespace) -> tuple[Array, Array]:
    """Prefix sums of Σ_j total_j·exp(scale·peak_j), as the peak so far and the sum relative to it:
    max peak_j and Σ_j total_j·exp(scale·(peak_j − max)), which lies in [1, n] where each total is 1.

    Neighbours are added, their sums scanned, and the places between filled in: 2n additions in
    2·log₂ n array operations, so that no value has more than 2·log₂ n additions behind it, and
    those of the last few, which are added in a row.
    """
    n = peak.shape[0]
    if n <= FEW:
        return _few_running_sums(peak, total, scale, xp=xp)
    half = n // 2
    even, odd = (peak[0::2], total[0::2]), (peak[1::2], total[1::2])
    at_odd = _running_sums(*_add(_cut(even, 0, half), odd, scale, xp=xp), scale, xp=xp)
    later = _add(_cut(at_odd, 0, n - half - 1), _cut(even, 1, n - half), scale, xp=xp)
    woven = [_woven(first[:1], one, two, xp=xp) for first, one, two in zip(even, later, at_odd, strict=True)]
    return woven[0], woven[1]


def _cut(columns: Columns, start: int, end: int) -> Columns:
    return columns[0][start:end], columns[1][start:end]


def _woven(first: Array, even: Array, odd: Array, *, xp: Namespace) -> Array:
    """The first value, then by turns those of odd and of even places."""
    even = xp.concat([first, even])
    woven = xp.reshape(xp.stack([even[: odd.shape[0]], odd], axis=1), (-1,))
    return woven if even.shape[0] == odd.shape[0] else xp.concat([woven, even[odd.shape[0] :]])


def _add(a: Columns, b: Columns, scale: float, *, xp: Namespace) -> Columns:
    """The sums of two such columns of peaks and sums."""
    gap = scale * (a[0] - b[0])
    fade = xp.exp(-xp.abs(gap))
    return xp.maximum(a[0], b[0]), xp.where(gap > 0, a[1] + b[1] * fade, a[1] * fade + b[1])


def _few_running_sums(peak: Array, total: Array, scale: float, *, xp: Namespace) -> Columns:
    """The same by its definition, of each prefix alone."""
    places = xp.arange(peak.shape[0], device=_libraries.device(peak))
    inside = places[:, None] >= places[None, :]
    lowest = xp.full_like(peak, -xp.inf)
    peaks = xp.max(xp.where(inside, peak[None, :], lowest[None, :]), axis=1)
    exponents = xp.where(inside, scale * (peak[None, :] - peaks[:, None]), lowest[None, :])
    return peaks, xp.sum(xp.exp(exponents) * total[None, :], axis=1)


def _log_one_plus_sum(exponents: Array, *, xp: Namespace) -> Array:
    """log(1 + Σ exp x), to full relative precision also where it is tiny."""
    if exponents.shape[0] == 0:
        return xp.sum(exponents)
    peak = xp.max(exponents)
    shift = xp.maximum(peak, xp.zeros_like(peak))
    return shift + xp.log1p(xp.sum(xp.exp(exponents - shift)) + xp.expm1(-shift))
