"""Bounds of the Wasserstein distance of two processes that run from t = T down to 0.

x' = f_t(x) carries p and x' = g_t(x) carries q. One-sided Lipschitz constants of −g control how
fast paths separate on the way back; the bounds integrate that against the gap of the drifts.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from .. import _libraries, _xp
from .._errors import NamespaceError, ShapeError, message
from .._typing import Array, Namespace
from ..public import STAYS, FunctionOf, Reals, public
from ._rules import Rule, legendre, nodes_between, partial

Function: TypeAlias = Callable[[Array], Array]

OF_TIMES = FunctionOf("function of an array of times")
EITHER = Reals("n").or_function("an array of times")


class Spectrum(NamedTuple):
    """The range of the symmetric part's eigenvalues."""

    lowest: Array
    highest: Array


@public(
    {"jacobians": Reals("..., d, d", d=1)},
    (Reals(""), Reals("")),
    needs="linalg",
    nan=STAYS,
    raises={
        ShapeError: "for no matrix at all",
    },
)
def one_sided_lipschitz(jacobians: Array, /) -> Spectrum:
    """One-sided Lipschitz constants of a drift from its Jacobians at some points.

    lowest·‖x−y‖² ≤ (g(x)−g(y))·(x−y) ≤ highest·‖x−y‖² holds with the infimum and supremum of
    the eigenvalues of ½(J + Jᵀ) over all x. Over finitely many points this *underestimates*
    the spread: it is exact for affine maps, and elsewhere only where the extremes are among the
    points. Running backward, `wasserstein_bound` needs L = −lowest (see erratum E1).

    Parameters
    ----------
    jacobians
        ∂g_i/∂x_j at any number of points.

    Returns
    -------
    Spectrum(lowest (), highest ()), with dtype and device of the input.

    Source: transport D5.

    Examples
    --------
    >>> import numpy as np
    >>> one_sided_lipschitz(np.asarray([[-1.0, 5.0], [-5.0, 2.0]]))
    Spectrum(lowest=np.float64(-1.0), highest=np.float64(2.0))
    """
    xp = _xp.of(jacobians)
    if 0 in jacobians.shape:
        raise ShapeError(message("jacobians", f"shape {tuple(jacobians.shape)}", "at least one matrix"))
    values = _xp.eigvalsh(0.5 * jacobians + 0.5 * xp.matrix_transpose(jacobians), xp=xp)
    return Spectrum(xp.min(values), xp.max(values))


class Growth(NamedTuple):
    """I_t at given times, with an estimate of its relative error."""

    factor: Array
    error: Array


@public(
    {"lipschitz": EITHER, "times": Reals("n", n=1)},
    (Reals("n"), Reals("n")),
    needs="cumulative",
    nan=STAYS,
)
def growth_factor(lipschitz: Array | Function, times: Array, /) -> Growth:
    """The factor I_t = exp ∫₀ᵗ L_s ds by which distances at t can have grown at 0.

    Parameters
    ----------
    lipschitz
        L at the times, taken as piecewise linear (then I_t is exact up to rounding), or L itself,
        integrated by Gauss–Legendre with 16 nodes an interval.
    times
        Increasing, from times[0] = 0 (a precondition).

    Returns
    -------
    Growth(factor (n,), error (n,)): I_t, and the relative error estimated from half as many
    nodes (0 for arrays); in the dtype and on the device of the times.

    Source: transport D6.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.asarray([0.0, 1.0, 2.0])
    >>> growth_factor(np.asarray([0.0, 2.0, 0.0]), times).factor.round(4)
    array([1.    , 2.7183, 7.3891])
    """
    xp = _xp.of(times)
    if callable(lipschitz):
        exponent, rough = (_integrals(lipschitz, times, rule, xp=xp) for rule in (_FINE, _COARSE))
        return Growth(xp.exp(exponent), xp.abs(xp.expm1(exponent - rough)))
    exponent = _cumulate(_trapezoids(lipschitz, times), times, xp=xp)
    return Growth(xp.exp(exponent), xp.zeros_like(times))


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


@public(
    {"times": Reals("n", n=2), "gap, lipschitz": EITHER, "terminal": Reals("")},
    (Reals(""), Reals(""), Reals(""), Reals("")),
    needs="cumulative",
    nan=STAYS,
    raises={
        ShapeError: "for arrays at fewer than three times",
        NamespaceError: "for an array with a function",
    },
)
def wasserstein_bound(
    times: Array, gap: Array | Function, lipschitz: Array | Function, terminal: Array, /
) -> Bound:
    """Bound W₂[p₀, q₀] of two ODE flows by the gap of their drifts.

    W₂[p₀, q₀] ≤ ∫₀ᵀ I_t gap_t dt + I_T W₂[p_T, q_T], I_t = exp ∫₀ᵗ L_s ds, with
    gap_t = (E_{x∼p_t} ‖f_t(x) − g_t(x)‖²)^{1/2} (a root; p is carried by f) and
    L_t = −inf_x λ_min(½(J + Jᵀ)), J the Jacobian of the *other* drift g_t.

    Parameters
    ----------
    times
        Strictly increasing from 0 to T (a precondition): the nodes of arrays, or the panels of functions.
    gap, lipschitz
        Both arrays (trapezoids) or both functions (Gauss–Legendre, 16 nodes a panel).
    terminal
        W₂[p_T, q_T].

    Returns
    -------
    Bound(value, integral, terminal, error), each (), in the dtype and on the device of the times.
    The error is ¼ Σ h³|second derivative| by divided differences (arrays), or the sum over panels of
    differences from half as many nodes: estimates, which features between the nodes escape.

    Source: transport D8.

    Examples
    --------
    >>> import numpy as np
    >>> times, one = np.linspace(0.0, 1.0, 3), np.asarray(1.0)
    >>> float(wasserstein_bound(times, lambda t: 0 * t + 2, lambda t: 0 * t, one).value)
    3.0
    """
    xp = _xp.of(times)
    if callable(gap) and callable(lipschitz):
        return _by_panels(times, gap, lipschitz, terminal, xp=xp)
    if callable(gap) or callable(lipschitz):
        raise NamespaceError(
            message("gap, lipschitz", "an array and a function", "two arrays or two functions")
        )
    if times.shape[0] < 3:
        raise ShapeError(message("times", f"shape {tuple(times.shape)}", "(n,) with n ≥ 3"))
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


@public(
    {
        "times": Reals("n", n=2),
        "diffusion_squared, sigma_squared, root_score_matching, lipschitz": OF_TIMES,
        "terminal": Reals(""),
    },
    (Reals(""), Reals(""), Reals(""), Reals("")),
    needs="cumulative",
    nan=STAYS,
)
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
    times
        Panels, increasing from 0 to T.
    diffusion_squared, sigma_squared, root_score_matching, lipschitz
        g_t², σ_t² ≥ 0, √SM_t = (E_{x∼p_t} ‖s_t(x) − ∇log p_t(x)‖²)^{1/2}, p the process whose score is
        exact, and L_t = sup_x λ_max of the symmetric part of the Jacobian of −f_t + κ_t s_t, s the model's.
    terminal
        W₂[p_T, q_T].

    Returns
    -------
    Bound(value, integral, terminal, error), each (), in the dtype and on the device of the times.

    Source: transport D8, C6, C8.

    Examples
    --------
    >>> import numpy as np
    >>> times, zero = np.linspace(0.0, 1.0, 3), np.asarray(0.0)
    >>> one = lambda t: 0 * t + 1
    >>> round(float(score_matching_bound(times, one, one, one, lambda t: 0 * t, zero).value), 12)
    1.0
    """

    def gap(t: Array) -> Array:
        return 0.5 * (diffusion_squared(t) + sigma_squared(t)) * root_score_matching(t)

    return _by_panels(times, gap, lipschitz, terminal, xp=_xp.of(times))


@public(
    {
        "times": Reals("n", n=2),
        "diffusion_squared, root_score_matching, drift_lipschitz, score_lipschitz": OF_TIMES,
        "terminal": Reals(""),
    },
    (Reals(""), Reals(""), Reals(""), Reals("")),
    needs="cumulative",
    nan=STAYS,
)
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
    times
        Panels, increasing from 0 to T.
    diffusion_squared, root_score_matching, drift_lipschitz, score_lipschitz
        g_t² and √SM_t, as in `score_matching_bound`; one-sided Lipschitz constants of −f_t and of s_t.
    terminal
        W₂[p_T, q_T].

    Returns
    -------
    Bound(value, integral, terminal, error), each (), in the dtype and on the device of the times.

    Source: transport D8, E2.

    Examples
    --------
    >>> import numpy as np
    >>> times, zero = np.linspace(0.0, 1.0, 3), np.asarray(0.0)
    >>> one, none = lambda t: 0 * t + 1, lambda t: 0 * t
    >>> round(float(printed_score_matching_bound(times, one, one, none, none, zero).value), 12)
    1.0
    """

    def gap(t: Array) -> Array:
        return diffusion_squared(t) * root_score_matching(t)

    def lipschitz(t: Array) -> Array:
        return drift_lipschitz(t) + diffusion_squared(t) * score_lipschitz(t)

    return _by_panels(times, gap, lipschitz, terminal, xp=_xp.of(times))
