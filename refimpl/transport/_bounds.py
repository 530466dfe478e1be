"""Bounds of the Wasserstein distance of two processes that run from t = T down to 0.

x' = f_t(x) carries p and x' = g_t(x) carries q. One-sided Lipschitz constants of −g control how
fast paths separate on the way back; the bounds integrate that against the gap of the drifts.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from .. import _given, _libraries, _xp
from .._errors import NamespaceError, ShapeError, message
from .._public import public
from .._typing import Array, Namespace
from ._rules import Rule, legendre, nodes_between, partial

Function: TypeAlias = Callable[[Array], Array]


class Spectrum(NamedTuple):
    """The range of the symmetric part's eigenvalues."""

    lowest: Array
    highest: Array


@public("linalg")
def one_sided_lipschitz(jacobians: Array, /) -> Spectrum:
    """One-sided Lipschitz constants of a drift from its Jacobians at some points.

    lowest·‖x−y‖² ≤ (g(x)−g(y))·(x−y) ≤ highest·‖x−y‖² holds with the infimum and supremum of
    the eigenvalues of ½(J + Jᵀ) over all x. Over finitely many points this *underestimates*
    the spread: it is exact for affine maps, and elsewhere only where the extremes are among the
    points. Running backward, `wasserstein_bound` needs L = −lowest (see erratum E1).

    Parameters
    ----------
    jacobians : (..., d, d) real floating
        ∂g_i/∂x_j at any number of points.

    Returns
    -------
    Spectrum(lowest (), highest ()), with dtype and device of the input. NaN in an array is NaN in every
    result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError, DomainError
        for matrices that are not square, no points, or integer arrays, or matrices that the library
        cannot solve with.

    Source: transport D5.

    Examples
    --------
    >>> import numpy as np
    >>> one_sided_lipschitz(np.asarray([[-1.0, 5.0], [-5.0, 2.0]]))
    Spectrum(lowest=np.float64(-1.0), highest=np.float64(2.0))
    """
    xp = _xp.namespace(jacobians=jacobians)
    _xp.floating(xp, solves=True, jacobians=jacobians)
    _xp.check_axes("jacobians", jacobians, 2)
    if jacobians.shape[-1] != jacobians.shape[-2] or 0 in jacobians.shape:
        raise ShapeError(
            message("jacobians", f"shape {tuple(jacobians.shape)}", "(..., d, d), at least one matrix")
        )
    values = _xp.eigvalsh(0.5 * jacobians + 0.5 * xp.matrix_transpose(jacobians), xp=xp)
    return Spectrum(xp.min(values), xp.max(values))


class Growth(NamedTuple):
    """I_t at given times, with an estimate of its relative error."""

    factor: Array
    error: Array


@public("cumulative")
def growth_factor(lipschitz: Array | Function, times: Array, /) -> Growth:
    """The factor I_t = exp ∫₀ᵗ L_s ds by which distances at t can have grown at 0.

    Parameters
    ----------
    lipschitz : (n,) real floating, or a function of an array of times
        L at the times, taken as piecewise linear (then I_t is exact up to rounding), or L itself,
        integrated by Gauss–Legendre with 16 nodes an interval.
    times : (n,) real floating
        Increasing, from times[0] = 0 (a precondition).

    Returns
    -------
    Growth(factor (n,), error (n,)): I_t, and the relative error estimated from half as many
    nodes (0 for arrays); in the dtype and on the device of the times. NaN in an array, or from a
    function, is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for times that are no axis of at least one value, other shapes, or integer arrays.

    Source: transport D6.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.asarray([0.0, 1.0, 2.0])
    >>> growth_factor(np.asarray([0.0, 2.0, 0.0]), times).factor.round(4)
    array([1.    , 2.7183, 7.3891])
    """
    xp = _check_times(times)
    if callable(lipschitz):
        lipschitz = _given.checked("lipschitz", lipschitz)
        exponent, rough = (_integrals(lipschitz, times, rule, xp=xp) for rule in (_FINE, _COARSE))
        return Growth(xp.exp(exponent), xp.abs(xp.expm1(exponent - rough)))
    _xp.namespace(lipschitz=lipschitz, times=times)
    _xp.floating(xp, lipschitz=lipschitz)
    if tuple(lipschitz.shape) != tuple(times.shape):
        raise ShapeError(message("lipschitz", f"shape {tuple(lipschitz.shape)}", f"{tuple(times.shape)}"))
    exponent = _cumulate(_trapezoids(lipschitz, times), times, xp=xp)
    return Growth(xp.exp(exponent), xp.zeros_like(times))


def _check_times(times: Array) -> Namespace:
    xp = _xp.namespace(times=times)
    _xp.floating(xp, times=times)
    if times.ndim != 1 or times.shape[0] < 1:
        raise ShapeError(message("times", f"shape {tuple(times.shape)}", "(n,) with n ≥ 1"))
    return xp


def _trapezoids(values: Array, times: Array) -> Array:
    """The integral over each interval, of values taken as piecewise linear."""
    return 0.5 * (values[1:] + values[:-1]) * (times[1:] - times[:-1])


def _trapezoid_error(values: Array, times: Array, *, xp: Namespace) -> Array:
    """¼ Σ h³|values″| over the intervals, three times the error of trapezoids: the second derivative is
    the larger of the divided differences at both ends, so a long interval beside short ones counts."""
    steps = times[1:] - times[:-1]
    slopes = (values[1:] - values[:-1]) / steps
    bends = 2 * xp.abs((slopes[1:] - slopes[:-1]) / (steps[1:] + steps[:-1]))
    ends = xp.concat([bends[:1], bends]), xp.concat([bends, bends[-1:]])
    return 0.25 * xp.sum(steps**3 * xp.where(ends[0] > ends[1], *ends))


def _cumulate(steps: Array, times: Array, *, xp: Namespace) -> Array:
    """Sums of the first 0, 1, … steps, one for every time."""
    return xp.concat([xp.zeros_like(times[:1]), xp.cumulative_sum(steps)])


_FINE, _COARSE = legendre(16), legendre(8)
_PARTIAL = {rule: partial(len(rule.nodes)) for rule in (_FINE, _COARSE)}


def _integrals(function: Function, times: Array, rule: Rule, *, xp: Namespace) -> Array:
    """∫₀ᵗ of the function at every time."""
    nodes, weights = nodes_between(times, rule, xp=xp)
    return _cumulate(xp.sum(function(nodes) * weights, axis=-1), times, xp=xp)


class Bound(NamedTuple):
    """An upper bound of W₂ at t = 0."""

    value: Array
    """integral + terminal + error: quadrature that falls short must not spoil the bound."""
    integral: Array
    """∫₀ᵀ I_t gap_t dt."""
    terminal: Array
    """I_T W₂(p_T, q_T)."""
    error: Array
    """Estimated quadrature error of both."""


@public("cumulative")
def wasserstein_bound(
    times: Array, gap: Array | Function, lipschitz: Array | Function, terminal: Array, /
) -> Bound:
    """Bound W₂[p₀, q₀] of two ODE flows by the gap of their drifts.

    W₂[p₀, q₀] ≤ ∫₀ᵀ I_t gap_t dt + I_T W₂[p_T, q_T], I_t = exp ∫₀ᵗ L_s ds, with
    gap_t = (E_{x∼p_t} ‖f_t(x) − g_t(x)‖²)^{1/2} (a root; p is carried by f) and
    L_t = −inf_x λ_min(½(J + Jᵀ)), J the Jacobian of the *other* drift g_t.

    Parameters
    ----------
    times : (n,) real floating, n ≥ 2, or n ≥ 3 with arrays
        Strictly increasing from 0 to T (a precondition): the nodes of arrays, or the panels of functions.
    gap, lipschitz : (n,) real floating, or functions of an array of times
        Both arrays (trapezoids) or both functions (Gauss–Legendre, 16 nodes a panel).
    terminal : () real floating
        W₂[p_T, q_T].

    Returns
    -------
    Bound(value, integral, terminal, error), each (), in the dtype and on the device of the times.
    The error is ¼ Σ h³|second derivative| by divided differences (arrays), or the sum over panels of
    differences from half as many nodes: estimates, which features between the nodes escape. NaN in an
    array, or from a function, is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for shapes that do not fit, integer arrays, or an array with a function.

    Source: transport D8.

    Examples
    --------
    >>> import numpy as np
    >>> times, one = np.linspace(0.0, 1.0, 3), np.asarray(1.0)
    >>> float(wasserstein_bound(times, lambda t: 0 * t + 2, lambda t: 0 * t, one).value)
    3.0
    """
    return _bound(times, gap, lipschitz, terminal)


def _bound(times: Array, gap: Array | Function, lipschitz: Array | Function, terminal: Array) -> Bound:
    xp = _check_times(times)
    _xp.floating(_xp.namespace(times=times, terminal=terminal), terminal=terminal)
    if tuple(terminal.shape):
        raise ShapeError(message("terminal", f"shape {tuple(terminal.shape)}", "()"))
    least = 2 if callable(gap) else 3
    if times.shape[0] < least:
        raise ShapeError(message("times", f"shape {tuple(times.shape)}", f"(n,) with n ≥ {least}"))
    if callable(gap) and callable(lipschitz):
        functions = _given.checked("gap", gap), _given.checked("lipschitz", lipschitz)
        return _by_panels(times, *functions, terminal, xp=xp)
    if callable(gap) or callable(lipschitz):
        raise NamespaceError(
            message("gap, lipschitz", "an array and a function", "two arrays or two functions")
        )
    _xp.namespace(gap=gap, lipschitz=lipschitz, times=times)
    _xp.floating(xp, gap=gap, lipschitz=lipschitz)
    if tuple(gap.shape) != tuple(times.shape) or tuple(lipschitz.shape) != tuple(times.shape):
        got = f"gap {tuple(gap.shape)}, lipschitz {tuple(lipschitz.shape)}"
        raise ShapeError(message("shapes", got, f"{tuple(times.shape)}, as times"))
    return _by_nodes(times, gap, lipschitz, terminal, xp=xp)


def _by_nodes(times: Array, gap: Array, lipschitz: Array, terminal: Array, *, xp: Namespace) -> Bound:
    growth = xp.exp(_cumulate(_trapezoids(lipschitz, times), times, xp=xp))
    integral, carried = xp.sum(_trapezoids(growth * gap, times)), growth[-1] * terminal
    grown = xp.expm1(_trapezoid_error(lipschitz, times, xp=xp))
    error = _trapezoid_error(growth * gap, times, xp=xp) + grown * (integral + carried)
    return Bound(integral + carried + error, integral, carried, error)


def _by_panels(times: Array, gap: Function, lipschitz: Function, terminal: Array, *, xp: Namespace) -> Bound:
    (parts, growth), (rough, rough_growth) = (
        _panels(times, gap, lipschitz, rule, xp=xp) for rule in (_FINE, _COARSE)
    )
    integral, carried = xp.sum(parts), growth * terminal
    error = xp.sum(xp.abs(parts - rough)) + xp.abs(growth - rough_growth) * terminal
    return Bound(integral + carried + error, integral, carried, error)


def _panels(
    times: Array, gap: Function, lipschitz: Function, rule: Rule, *, xp: Namespace
) -> tuple[Array, Array]:
    """∫ I_t gap_t dt over each panel, and I_T."""
    nodes, weights = nodes_between(times, rule, xp=xp)
    rates = lipschitz(nodes)
    half = 0.5 * (times[1:] - times[:-1])[:, None]
    table = xp.asarray(_PARTIAL[rule], dtype=times.dtype, device=_libraries.device(times))
    within = half * xp.matmul(rates, xp.matrix_transpose(table))
    before = _cumulate(xp.sum(rates * weights, axis=-1), times, xp=xp)
    growth = xp.exp(before[:-1, None] + within)
    return xp.sum(growth * gap(nodes) * weights, axis=-1), xp.exp(before[-1])


@public("cumulative")
def score_matching_bound(
    times: Array,
    diffusion_squared: Function,
    sigma_squared: Function,
    root_score_matching: Function,
    lipschitz: Function,
    terminal: Array,
    /,
) -> Bound:
    """Bound W₂[p₀, q₀] of two reverse diffusions by score matching, for every noise σ.

    W₂[p₀, q₀] ≤ ∫₀ᵀ κ_t I_t √SM_t dt + I_T W₂[p_T, q_T], κ_t = ½(g_t² + σ_t²),
    I_t = exp ∫₀ᵗ L_s ds, L_t the one-sided Lipschitz constant of −f_t + κ_t s_t. Proof: drive both
    reverse processes by the same Brownian path; the noise cancels in their difference. σ = 0 is
    the probability-flow ODE, σ = g the SDE (arXiv 2212.06359).

    Parameters
    ----------
    times : (n,) real floating, n ≥ 2
        Panels, increasing from 0 to T.
    diffusion_squared, sigma_squared : functions of an array of times
        g_t² and σ_t² ≥ 0.
    root_score_matching : function of an array of times
        √SM_t = (E_{x∼p_t} ‖s_t(x) − ∇log p_t(x)‖²)^{1/2}, p the process whose score is exact.
    lipschitz : function of an array of times
        L_t = sup_x λ_max of the symmetric part of the Jacobian of −f_t + κ_t s_t, s the model's.
    terminal : () real floating
        W₂[p_T, q_T].

    Returns
    -------
    Bound(value, integral, terminal, error), each (), in the dtype and on the device of the times. NaN in
    an array, or from a function, is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        as `wasserstein_bound`.

    Source: transport D8, C6, C8.

    Examples
    --------
    >>> import numpy as np
    >>> times, zero = np.linspace(0.0, 1.0, 3), np.asarray(0.0)
    >>> one = lambda t: 0 * t + 1
    >>> round(float(score_matching_bound(times, one, one, one, lambda t: 0 * t, zero).value), 12)
    1.0
    """
    g2 = _given.checked("diffusion_squared", diffusion_squared)
    sigma2 = _given.checked("sigma_squared", sigma_squared)
    root = _given.checked("root_score_matching", root_score_matching)
    _given.check_function("lipschitz", lipschitz)

    def gap(t: Array) -> Array:
        return 0.5 * (g2(t) + sigma2(t)) * root(t)

    return _bound(times, gap, lipschitz, terminal)


@public("cumulative")
def printed_score_matching_bound(
    times: Array,
    diffusion_squared: Function,
    root_score_matching: Function,
    drift_lipschitz: Function,
    score_lipschitz: Function,
    terminal: Array,
    /,
) -> Bound:
    """Evaluate the bound as the source prints it: right for the SDE (σ = g), false for the ODE.

    ∫₀ᵀ g_t² I_t √SM_t dt + I_T W₂[p_T, q_T], I_t = exp ∫₀ᵗ (L_f + g_s² L_s) ds.

    Parameters
    ----------
    times : (n,) real floating, n ≥ 2
        Panels, increasing from 0 to T.
    diffusion_squared, root_score_matching : functions of an array of times
        g_t² and √SM_t, as in `score_matching_bound`.
    drift_lipschitz, score_lipschitz : functions of an array of times
        One-sided Lipschitz constants of −f_t and of s_t.
    terminal : () real floating
        W₂[p_T, q_T].

    Returns
    -------
    Bound(value, integral, terminal, error), each (), in the dtype and on the device of the times. NaN in
    an array, or from a function, is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        as `wasserstein_bound`.

    Source: transport D8, E2.

    Examples
    --------
    >>> import numpy as np
    >>> times, zero = np.linspace(0.0, 1.0, 3), np.asarray(0.0)
    >>> one, none = lambda t: 0 * t + 1, lambda t: 0 * t
    >>> round(float(printed_score_matching_bound(times, one, one, none, none, zero).value), 12)
    1.0
    """
    g2 = _given.checked("diffusion_squared", diffusion_squared)
    root = _given.checked("root_score_matching", root_score_matching)
    of_drift = _given.checked("drift_lipschitz", drift_lipschitz)
    of_score = _given.checked("score_lipschitz", score_lipschitz)

    def gap(t: Array) -> Array:
        return g2(t) * root(t)

    def lipschitz(t: Array) -> Array:
        return of_drift(t) + g2(t) * of_score(t)

    return _bound(times, gap, lipschitz, terminal)
