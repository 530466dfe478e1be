"""The best worst-case margin of a class over a ball, from both sides."""

from typing import NamedTuple

import numpy as np
import scipy  # its parts load on first use

from .. import _xp
from .._errors import DomainError, message
from .._host import Floats, like, to_float64
from .._typing import Array
from ..public import RAISES, Number, Reals, public
from ._checks import BIASES, CLASS, check_class


class Minimax(NamedTuple):
    """A point and weights that enclose the minimax value."""

    z: Array
    """(d,) a point of the ball, ‖z‖ ≤ r."""
    weights: Array
    """(n − 1,) ≥ 0 with sum 1, over the other classes in order."""
    lower: Array
    """() min_i ⟨Δw_i,z⟩ + Δb_i, reached at z."""
    upper: Array
    """() r‖Σα_iΔw_i‖ + Σα_iΔb_i at the weights; never exceeded in the ball."""


@public(
    {"W": Reals("n, d", n=2, d=1), "b": BIASES, "k": CLASS, "radius": Number(above=0)},
    (Reals("d"), Reals("n − 1"), Reals(""), Reals("")),
    needs="eager host",
    nan=RAISES,
    raises={DomainError: "for values that are not finite, margins in the ball beyond float64, or k ≥ n"},
)
def minimax_value(W: Array, b: Array, /, k: int, radius: float) -> Minimax:
    """The largest least margin of class k over the ball of a radius, with its dual.

    max_{‖z‖≤r} min_{i≠k} (⟨Δw_i,z⟩ + Δb_i) = min_α r‖Σα_iΔw_i‖ + Σα_iΔb_i over α ≥ 0, Σα = 1, where
    Δw_i = w_k − w_i and Δb_i = b_k − b_i. A positive value proves class k argmaxable; any other only
    excludes ‖z‖ ≤ r. A host function in NumPy float64: Newton's method on the value v, each step a
    least-norm z with all margins ≥ v; upper − lower tells how near both are to the optimum.

    Parameters
    ----------
    W
        One row for each class, finite.
    b
        Biases, finite.
    k
        A class, k < n.
    radius
        r.

    Returns
    -------
    Minimax(z (d,), weights (n − 1,), lower (), upper ()), in the dtype of W, on its device.

    Source: argmaxable D5.

    Examples
    --------
    >>> import numpy as np
    >>> minimax_value(np.asarray([[1.0], [0.0]]), np.zeros(2), k=0, radius=2.0).upper
    array(2.)
    """
    xp = _xp.of(W)
    check_class(k, W.shape[0])
    rows, biases = to_float64(xp, W=W, b=b)
    with np.errstate(over="ignore"):
        rows, biases = rows[k] - np.delete(rows, k, axis=0), biases[k] - np.delete(biases, k)
        size = max(float(radius * np.max(np.abs(rows))), float(np.max(np.abs(biases))))
    if not size < np.inf:
        raise DomainError(message("margins", size, "margins in the ball that float64 can hold"))
    exponent = int(np.frexp(size)[1])
    unit, level = np.ldexp(radius * rows, -exponent), np.ldexp(biases, -exponent)
    weights, upper = _dual(unit, level)
    z = _primal(unit, level, upper)
    lower = float(np.min(unit @ z + level))
    values = (radius * z, weights, np.ldexp(lower, exponent), np.ldexp(upper, exponent))
    return Minimax(*(like(value, W, xp) for value in values))


def _least_norm(rows: Floats, biases: Floats, value: float) -> Floats:
    """Multipliers of min ‖z‖ with rows·z + biases ≥ value, up to a factor (Lawson and Hanson)."""
    system = np.vstack([rows.T, value - biases])
    target = np.append(np.zeros(rows.shape[1]), 1.0)
    multipliers: Floats = scipy.optimize.nnls(system, target, maxiter=30 * sum(system.shape))[0]
    return multipliers


def _dual(rows: Floats, biases: Floats) -> tuple[Floats, float]:
    """Weights that minimise ‖Σα·rows‖ + Σα·biases, and the minimum.

    The norm of the least-norm z is convex in the value and reaches 1 at the minimax value. The
    multipliers give its tangent, which reaches 1 at their dual objective: Newton's method, from above.
    """
    objectives = np.linalg.norm(rows, axis=1) + biases
    first = int(np.argmin(objectives))
    weights, value = np.eye(len(biases))[first], float(objectives[first])
    while True:
        multipliers = _least_norm(rows, biases, value)
        total = float(np.sum(multipliers))
        if total == 0:  # z = 0 has all margins ≥ value
            return weights, value
        candidate = multipliers / total
        objective = float(np.linalg.norm(candidate @ rows) + candidate @ biases)
        if objective >= value:
            return weights, value
        weights, value = candidate, objective


def _primal(rows: Floats, biases: Floats, value: float) -> Floats:
    """A point of the unit ball whose least margin comes nearest to the minimax value.

    Margins that are active in the least-norm problem are set equal to the value. If the ball does not
    bind, that problem has no solution beyond the value and is well posed only somewhat below it, where
    the active margins are the same; how far below depends on the data.
    """
    best: Floats = np.zeros(rows.shape[1])
    margin = float(np.min(biases))
    for slack in (0.0, 1e-10, 1e-8, 1e-6, 1e-4):
        z: Floats = np.zeros(rows.shape[1])
        active = np.flatnonzero(_least_norm(rows, biases, value - slack))
        for _ in range(2):  # once more with all that are equal up to rounding, which may be more than d
            z = z + np.linalg.lstsq(rows[active], value - biases[active] - rows[active] @ z, rcond=None)[0]
            z /= max(1.0, float(np.linalg.norm(z)))
            reached = rows @ z + biases
            if np.min(reached) > margin:
                best, margin = z, float(np.min(reached))
            active = np.flatnonzero(reached < value + 1e-9)
    return best
