"""The sliced Wasserstein distance: the mean over distances on lines."""

from .. import _libraries, _xp
from .._errors import ShapeError, message
from .._typing import Array, Namespace
from ..public import STAYS, Number, Reals, public
from ._discrete import _power_mean
from ._gaussian import _norm


@public(
    {
        "x": Reals("..., n, d", n=1, d=1).freely(),
        "y": Reals("..., m, d", m=1).freely(),
        "directions": Reals("k, d", k=1).freely(),
        "order": Number(least=1),
    },
    Reals("..."),
    needs="indexing sort",
    nan=STAYS,
    raises={ShapeError: "for shapes that do not fit"},
)
def sliced_wasserstein(x: Array, y: Array, directions: Array, /, *, order: float = 2.0) -> Array:
    """Sliced Wasserstein distance of two sets of points, along given directions.

    SW_p = ((1/k) Σ_θ W_p(⟨x, θ⟩, ⟨y, θ⟩)^p)^{1/p} over k unit vectors θ: the root comes after the mean.

    Parameters
    ----------
    x
        Points of equal mass.
    y
        The other points; n and m may differ.
    directions
        One vector a row, not 0, of any length: each is divided by its length. Directions that are
        uniform on the sphere are normal vectors.
    order
        p.

    Returns
    -------
    SW_p, a distance and not its p-th power, in the common dtype, on the device of the inputs.
    A direction of zeros makes NaN.

    Source: transport P3.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.asarray([[0.0, 0.0], [1.0, 0.0]])
    >>> sliced_wasserstein(x, x + 3.0, np.asarray([[1.0, 0.0], [0.0, 2.0]]))
    np.float64(3.0)
    """
    xp = _xp.of(x, y, directions)
    for name, points in (("x", x), ("y", y), ("directions", directions)):
        _xp.check_axes(name, points, 2)
        if 0 in points.shape[-2:]:
            raise ShapeError(message(name, f"shape {tuple(points.shape)}", "at least one row and one column"))
    if directions.ndim != 2 or not x.shape[-1] == y.shape[-1] == directions.shape[-1]:
        got = f"x {tuple(x.shape)}, y {tuple(y.shape)}, directions {tuple(directions.shape)}"
        raise ShapeError(message("shapes", got, "(..., n, d), (..., m, d) and (k, d)"))
    _xp.check_broadcast(**{"x[..., 0, :]": x[..., 0, :], "y[..., 0, :]": y[..., 0, :]})
    return _sliced_wasserstein(x, y, directions, order, xp=xp)


def _sliced_wasserstein(x: Array, y: Array, directions: Array, order: float, *, xp: Namespace) -> Array:
    peak = xp.max(xp.abs(directions), axis=-1, keepdims=True)
    scaled = directions / peak  # so that no length leaves the range
    units = scaled / _norm(scaled, xp=xp)[..., None]
    n, m = x.shape[-2], y.shape[-2]
    x_line, y_line = (xp.sort(_projected(points, units, xp=xp), axis=-1, stable=False) for points in (x, y))
    masses = [float(m)]
    if n != m:
        x_places, y_places, masses = _merged(n, m)
        x_line = xp.take(x_line, _indices(x_places, x, xp=xp), axis=-1)
        y_line = xp.take(y_line, _indices(y_places, y, xp=xp), axis=-1)
    gaps = x_line - y_line
    shares = xp.asarray(masses, dtype=gaps.dtype, device=_libraries.device(gaps)) / float(n * m)
    distances = _power_mean(gaps, xp.broadcast_to(shares, gaps.shape[-1:]), order, xp=xp)
    equal = xp.ones_like(distances[..., :1]) / distances.shape[-1]
    return _power_mean(distances, equal, order, xp=xp)


def _projected(points: Array, units: Array, *, xp: Namespace) -> Array:
    """⟨x, θ⟩, points on the last axis."""
    return xp.matmul(units, xp.matrix_transpose(points))


def _merged(n: int, m: int) -> tuple[list[int], list[int], list[float]]:
    """Of two sorted samples of n and m points: which meet, and how much mass, in units of 1/(nm)."""
    levels = sorted({m * i for i in range(1, n + 1)} | {n * j for j in range(1, m + 1)})
    starts = [0, *levels[:-1]]
    masses = [float(end - start) for start, end in zip(starts, levels, strict=True)]
    return [start // m for start in starts], [start // n for start in starts], masses


def _indices(places: list[int], like: Array, *, xp: Namespace) -> Array:
    return xp.asarray(places, dtype=xp.int64, device=_libraries.device(like))
