"""Wasserstein distances between samples, weighted samples and quantile functions."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import _libraries, _xp
from .._errors import DomainError, ShapeError, message
from .._host import Floats, like, to_float64
from .._typing import Array, Device, DType, Namespace
from ..public import RAISES, STAYS, FunctionOf, Made, Number, Reals, public
from ._rules import Rule, graded
from ._simplex import distances, solve


@public(
    {
        "x": Reals("..., n", n=1).freely(),
        "y": Reals("..., m", m=1).freely(),
        "order": Number(least=1),
        "x_weights": Reals("n").freely() | None,
        "y_weights": Reals("m").freely() | None,
    },
    Reals("..."),
    needs="cumulative indexing sort",
    nan="NaN gives NaN (a value without mass does not count).",
    raises={ShapeError: "for batches with weights, or of unlike lengths"},
)
def wasserstein_1d(
    x: Array,
    y: Array,
    /,
    *,
    order: float = 2.0,
    x_weights: Array | None = None,
    y_weights: Array | None = None,
) -> Array:
    """Wasserstein distance of two samples on the line, exact by sorting.

    W_p = (∫₀¹ |F⁻¹(u) − G⁻¹(u)|^p du)^{1/p}: the quantile coupling is optimal on the line.

    Parameters
    ----------
    x
        A sample; without weights and with m = n the leading axes are a batch.
    y
        The other sample. Weights, or m ≠ n, need one axis each.
    order
        p.
    x_weights
        Masses, divided by their sum; equal by default.
    y_weights
        As x_weights.

    Returns
    -------
    W_p, a distance and not its p-th power, in the common dtype, on the device of the inputs.
    Infinite values that meet finite ones give inf, that meet equal ones NaN. Masses of which one is
    negative, or that sum to 0, give NaN. Masses that are off by u move W_p by up to u^{1/p} times the
    range: that is the problem's own sensitivity.

    Source: transport D1.

    Examples
    --------
    >>> import numpy as np
    >>> wasserstein_1d(np.asarray([0.0, 1.0]), np.asarray([3.0, 2.0]))
    np.float64(2.0)
    """
    given = {"x": x, "y": y}
    given |= {k: v for k, v in (("x_weights", x_weights), ("y_weights", y_weights)) if v is not None}
    xp = _xp.of(*given.values())
    for name, sample in (("x", x), ("y", y)):
        _xp.check_axes(name, sample, 1)
        if sample.shape[-1] == 0:
            raise ShapeError(message(name, f"shape {tuple(sample.shape)}", "at least one value"))
    if x_weights is None and y_weights is None and x.shape[-1] == y.shape[-1]:
        _xp.check_broadcast(x=x, y=y)
        return _equal_weights(x, y, order, xp=xp)
    for name, sample, weights in (("x", x, x_weights), ("y", y, y_weights)):
        if sample.ndim != 1 or (weights is not None and tuple(weights.shape) != tuple(sample.shape)):
            shapes = ", ".join(f"{key} {tuple(value.shape)}" for key, value in given.items())
            raise ShapeError(
                message(name, shapes, "one axis for each sample and weights of the sample's shape")
            )
    x_mass = xp.ones_like(x) if x_weights is None else x_weights
    y_mass = xp.ones_like(y) if y_weights is None else y_weights
    found = _weighted(x, y, x_mass, y_mass, order, xp=xp)
    if not _xp.rounds(xp):
        return found
    negative = xp.any(x_mass < 0) | xp.any(y_mass < 0)
    return xp.where(negative, xp.full_like(found, xp.nan), found)


def _power_mean(gaps: Array, masses: Array, order: float, *, xp: Namespace) -> Array:
    """(Σ mass·|gap|^p)^{1/p} over the last axis, without overflow; a mass of 0 has no gap."""
    sizes = xp.where(masses == 0, xp.zeros_like(gaps), xp.abs(gaps))
    unit = _unit(sizes, xp=xp)
    mean = xp.sum(masses * (sizes / unit) ** order, axis=-1)
    return xp.squeeze(unit, axis=-1) * mean ** (1 / _xp.number(order, xp))


def _unit(sizes: Array, *, xp: Namespace) -> Array:
    """The largest over the last axis, in units of which no power overflows; 1 if it is 0 or not finite."""
    peak = xp.max(sizes, axis=-1, keepdims=True)
    return _libraries.constant(xp.where((peak > 0) & xp.isfinite(peak), peak, xp.ones_like(peak)))


def _equal_weights(x: Array, y: Array, order: float, *, xp: Namespace) -> Array:
    sizes = xp.abs(xp.sort(x, axis=-1, stable=False) - xp.sort(y, axis=-1, stable=False))
    unit = _unit(sizes, xp=xp)
    mean = xp.mean((sizes / unit) ** order, axis=-1)
    return xp.squeeze(unit, axis=-1) * mean ** (1 / _xp.number(order, xp))


def _weighted(x: Array, y: Array, x_mass: Array, y_mass: Array, order: float, *, xp: Namespace) -> Array:
    def staircase(sample: Array, mass: Array) -> tuple[Array, Array]:
        by_value = xp.argsort(sample, stable=False)  # between equal values it does not matter
        upper = xp.cumulative_sum(xp.take(mass, by_value))
        return xp.take(sample, by_value), upper

    (x, x_upper), (y, y_upper) = staircase(x, x_mass), staircase(y, y_mass)
    x_upper, y_upper, whole = _levels(x_upper, y_upper, xp=xp)
    levels, n = xp.concat([x_upper, y_upper]), x.shape[0]
    merged = xp.argsort(levels)  # of two runs that are sorted, for which stable sorts take linear time
    upper = xp.take(levels, merged)
    lower = xp.concat([xp.zeros_like(upper[:1]), upper[:-1]])
    # Between two neighbouring levels both quantile functions are constant: as many levels of x as lie below
    # have been passed. Where two are equal there is no mass between them, and any place will do.
    of_x = xp.astype(merged < n, merged.dtype)
    x_place = xp.cumulative_sum(of_x) - of_x
    y_place = xp.arange(merged.shape[0], dtype=merged.dtype, device=_libraries.device(merged)) - x_place
    x_at, y_at = (
        xp.take(sample, xp.clip(place, max=sample.shape[0] - 1))
        for sample, place in ((x, x_place), (y, y_place))
    )
    return _power_mean(x_at - y_at, (upper - lower) / whole, order, xp=xp)


def _levels(x_upper: Array, y_upper: Array, *, xp: Namespace) -> tuple[Array, Array, Array]:
    """Both on one scale, and its end: as parts of 1, or, where nothing rounds or overflows, without the
    quotients, so that exact masses keep exact levels, of which it is known whether they are equal."""
    x_total, y_total = x_upper[-1], y_upper[-1]
    if _xp.rounds(xp):
        return x_upper / x_total, y_upper / y_total, xp.ones_like(x_total)
    return x_upper * y_total, y_upper * x_total, x_total * y_total


class Quadrature(NamedTuple):
    """A value by quadrature with an estimate of its error."""

    value: Array
    error: Array


@public(
    {
        "p, q": FunctionOf("function of an array u of levels in (0, 1)"),
        "order": Number(least=1),
        "xp, dtype, device": Made(),
    },
    (Reals(""), Reals("")),
    nan=RAISES,
    raises={ShapeError: "for a result of a function that is of another shape"},
)
def wasserstein_quantile(
    p: Callable[[Array], Array],
    q: Callable[[Array], Array],
    /,
    *,
    order: float = 2.0,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Quadrature:
    """Wasserstein distance of two distributions on the line from their quantile functions.

    W_p = (∫₀¹ |F⁻¹(u) − G⁻¹(u)|^p du)^{1/p}, by Gauss–Legendre panels that halve towards 0 and 1.

    Parameters
    ----------
    p, q
        Quantile functions; unbounded ends are fine if the p-th moments are finite.
    order
        p.
    xp, dtype, device
        Where the levels are made; NumPy float64 by default.

    Returns
    -------
    Quadrature(value, error): the distance, and the difference from half as many nodes a panel. In
    formats shorter than float64 levels near 1 are rounded, which the error does not show. NaN from a
    function is NaN in every result that depends on it.

    Source: transport D1.

    Examples
    --------
    >>> value, error = wasserstein_quantile(lambda u: u, lambda u: 3 * u)
    >>> round(float(value), 12) == round(2 / 3**0.5, 12)
    True
    """
    resolved, dtype = _xp.create(xp, dtype, device)
    limits = resolved.finfo(dtype)

    def distance(rule: Rule) -> Array:
        levels, masses = (resolved.asarray(v, dtype=dtype, device=device) for v in rule)
        # A level that rounds to 0 or 1 would make a quantile infinite.
        inside = resolved.clip(levels, float(limits.smallest_normal), 1 - float(limits.eps) / 2)
        return _power_mean(p(inside) - q(inside), masses, order, xp=resolved)

    value = distance(_GRADED)
    return Quadrature(value, resolved.abs(value - distance(_COARSE)))


_GRADED, _COARSE = graded(16), graded(8)


class Transport(NamedTuple):
    """An optimal plan with what proves it optimal."""

    distance: Array
    """() W_p."""
    plan: Array
    """(n, m) masses, with marginals a and b."""
    x_potential: Array
    """(n,) dual potential, feasible: x_potential_i + y_potential_j ≤ ‖x_i − y_j‖^p."""
    y_potential: Array
    """(m,)."""
    gap: Array
    """() plan cost − dual value, of the p-th powers: how far the plan can be from optimal."""


@public(
    {
        "x": Reals("n, d", n=1),
        "y": Reals("m, d", m=1),
        "x_weights": Reals("n") | None,
        "y_weights": Reals("m") | None,
        "order": Number(least=1),
    },
    (Reals(""), Reals("n, m"), Reals("n"), Reals("m"), Reals("")),
    needs="eager host",
    nan=RAISES,
    raises={
        DomainError: "for values that are not finite, negative masses or a sum of 0, or a solver that did "
        "not finish"
    },
)
def wasserstein_discrete(
    x: Array,
    y: Array,
    x_weights: Array | None = None,
    y_weights: Array | None = None,
    /,
    *,
    order: float = 2.0,
) -> Transport:
    """Optimal transport between two weighted point clouds, with a certificate.

    W_p^p = min Σ π_ij ‖x_i − y_j‖^p over plans π with marginals a, b. A host function: the plan is
    POT's network simplex in float64, optimal up to a few u·max ‖x_i − y_j‖^p; the potentials are made
    feasible here (c-transform), so that `gap` bounds the suboptimality whatever the solver did.

    Parameters
    ----------
    x
    y
    x_weights
        Masses, divided by their sum; equal by default.
    y_weights
        As x_weights.
    order
        p.

    Returns
    -------
    Transport(distance, plan, x_potential, y_potential, gap), in the dtype of x, on its device; the
    potentials and the gap are p-th powers and may leave its range.

    Source: transport D3.

    Examples
    --------
    >>> import numpy as np
    >>> found = wasserstein_discrete(np.asarray([[0.0], [1.0]]), np.asarray([[3.0], [2.0]]))
    >>> float(found.distance), float(found.gap)
    (2.0, 0.0)
    """
    xp = _xp.of(x, y)
    host_x, host_y = to_float64(xp, x=x, y=y)
    a = _masses("x_weights", x_weights, x.shape[0], xp)
    b = _masses("y_weights", y_weights, y.shape[0], xp)
    cost = distances(host_x, host_y)
    unit = np.max(cost) or np.float64(1.0)
    if not np.isfinite(unit):
        raise DomainError(message("x, y", "distances beyond float64", "finite distances", "Scale them"))
    cost /= unit
    cost **= order
    plan, u, v = solve(a, b, cost)
    used = np.flatnonzero(plan)  # n + m − 1 at most
    primal = math.fsum(plan.ravel()[used] * cost.ravel()[used])
    gap = primal - math.fsum([*(a * u), *(b * v)])
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        powers = [value * unit**order for value in (u, v, np.float64(gap))]
    distance = unit * primal ** (1 / order)
    return Transport(*(like(value, x, xp) for value in (distance, plan, *powers)))


def _masses(name: str, weights: Array | None, count: int, xp: Namespace) -> Floats:
    if weights is None:
        return np.full(count, 1 / count)
    (host,) = to_float64(xp, **{name: weights})
    if host.min() < 0 or host.max() <= 0:
        got = f"masses from {host.min()} to {host.max()}"
        raise DomainError(message(name, got, "masses ≥ 0 with sum > 0"))
    unit = np.ldexp(host, -np.frexp(host.max())[1])  # whose sum cannot overflow
    masses: Floats = unit / math.fsum(unit)
    return masses


@public(
    {
        "x": Reals("..., n, d").freely(),
        "y": Reals("..., m, d").freely(),
        "plan": Reals("..., n, m").freely(),
        "order": Number(least=1),
    },
    Reals("..."),
    nan=STAYS,
    raises={ShapeError: "for shapes that do not fit"},
)
def coupling_cost(x: Array, y: Array, plan: Array, /, *, order: float = 2.0) -> Array:
    """The cost (Σ π_ij ‖x_i − y_j‖^p)^{1/p} of a coupling, an upper bound of W_p.

    Parameters
    ----------
    x
    y
    plan
        Masses π, with sum 1 (a precondition).
    order
        p.

    Returns
    -------
    in the common dtype, on the device of the inputs. NaN in an array is NaN in every result that
    depends on it; points without mass do not count.

    Source: transport D4.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.asarray([[0.0], [1.0]])
    >>> coupling_cost(x, x, np.full((2, 2), 0.25), order=1)
    np.float64(0.5)
    """
    xp = _xp.of(x, y, plan)
    for name, array in (("x", x), ("y", y), ("plan", plan)):
        _xp.check_axes(name, array, 2)
    fits = x.shape[-1] == y.shape[-1] and tuple(plan.shape[-2:]) == (x.shape[-2], y.shape[-2])
    if not fits or 0 in (x.shape[-1], *plan.shape[-2:]):
        got = f"x {tuple(x.shape)}, y {tuple(y.shape)}, plan {tuple(plan.shape)}"
        raise ShapeError(message("shapes", got, "(..., n, d), (..., m, d), (..., n, m) with n, m, d ≥ 1"))
    batches = {"x": x[..., 0, 0], "y": y[..., 0, 0], "plan": plan[..., 0, 0]}
    _xp.check_broadcast(**{f"{name}[..., 0, 0]": batch for name, batch in batches.items()})
    return _coupling_cost(x, y, plan, order, xp=xp)


def _coupling_cost(x: Array, y: Array, plan: Array, order: float, *, xp: Namespace) -> Array:
    between = x[..., :, None, :] - y[..., None, :, :]
    distances = _power_mean(between, xp.ones_like(between), 2.0, xp=xp)
    gaps, masses = (xp.reshape(v, (*v.shape[:-2], v.shape[-2] * v.shape[-1])) for v in (distances, plan))
    return _power_mean(gaps, masses, order, xp=xp)
