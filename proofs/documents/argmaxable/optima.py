"""Laws of the nearest point and of the minimax value."""

from collections.abc import Iterator

import numpy as np

from ....argmaxable import Witness
from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, Same, law
from . import inputs, oracle


def _solved(d: int, condition: float, on: Setting) -> float:
    """Roundings of least squares with d + 1 equations in float64, and of the result, in units of u."""
    return (d + 1) ** 2 * condition * on.double + 1


_DUALITY = Rounding({"margin and objective, d + 3 ≤ 6": 2 * 6, "least squares": 3, "result": 1})


@law(
    "argmaxable.minimum_norm_point-definition",
    "minimum_norm_point gives the point of the convex hull with the least norm",
    source="argmaxable D4",
    about=("argmaxable.minimum_norm_point",),
    inputs=inputs.points,
    tolerance=Rounding(
        {"a unit of the scale": 1},
        "the scale counts least squares of d + 1 equations in float64, by their condition, and one rounding",
    ),
    refutes=(
        "argmaxable.minimum_norm_point/least-squares",
        "argmaxable.minimum_norm_point/nearest-vertex",
        "argmaxable.minimum_norm_point/centroid",
    ),
)
def nearest_definition(impl: Impl, on: Setting, case: inputs.Points) -> Iterator[Record]:
    """Compares with the best over all supports in fractions, and the weights with the point."""
    points = on.host(case.points)
    n, d = points.shape
    result = impl["argmaxable.minimum_norm_point"](case.points)
    point, weights = on.host(result[0]), on.host(result[1])
    expected, condition = oracle.nearest(points)
    largest = np.max(np.sum(np.abs(points), axis=1))
    yield Gap("point", point, expected, _solved(d, condition, on) * largest)
    yield Same("weights are not negative", bool(np.all(weights >= 0)), True)
    yield Same("support", int(np.sum(weights > 0)) <= d + 1, True)
    yield Gap("sum of weights", np.sum(weights), 1.0, d + 2)
    yield Gap("combination", weights @ points, point, (d + 3) * largest)
    yield Same("shapes", (point.shape, weights.shape, tuple(result[2].shape)), ((d,), (n,), ()))


@law(
    "argmaxable.minimum_norm_point-gap",
    "⟨p_i,x⟩ ≥ ‖x‖² − gap for all i, so ‖x − x*‖² ≤ gap, and the gap is rounding alone",
    source="argmaxable D4",
    stands="how far a point is from the minimum, by the certificate that comes with it",
    about=("argmaxable.minimum_norm_point",),
    inputs=inputs.points,
    tolerance=Rounding(
        {"a unit of the scale": 1},
        "the scale counts d + 2 roundings of p², of float64 4(d+2) where the search stops and as many before",
    ),
    refutes=(
        "argmaxable.minimum_norm_point/nearest-vertex",
        "argmaxable.minimum_norm_point/centroid",
        "argmaxable.minimum_norm_point/no-gap",
    ),
)
def nearest_gap(impl: Impl, on: Setting, case: inputs.Points) -> Iterator[Record]:
    """Recomputes the gap at the point, and compares the distance with the point found by enumeration."""
    points = on.host(case.points)
    result = impl["argmaxable.minimum_norm_point"](case.points)
    point, gap = on.host(result[0]), on.host(result[2])
    expected, condition = oracle.nearest(points)
    d, square = points.shape[1], np.max(np.sum(points**2, axis=1))
    products = points @ point
    scale = (d + 2) * square * (1 + 8 * on.double)
    yield AtMost("‖x‖² − gap", point @ point - gap, products, scale)
    apart = d * _solved(d, condition, on) * np.max(np.sum(np.abs(points), axis=1))
    yield AtMost("distance", np.linalg.norm(point - expected), np.sqrt(gap), apart)
    yield AtMost("gap", gap, 0.0, scale)


@law(
    "argmaxable.minimax_value-definition",
    "on a line the minimax value is the highest point of the lower envelope of the margins in the ball",
    source="argmaxable D5",
    about=("argmaxable.minimax_value",),
    inputs=inputs.lines,
    tolerance=Rounding({"least squares of 3 equations": 3, "margin": 4, "result": 1}),
    refutes=(
        "argmaxable.minimax_value/no-radius",
        "argmaxable.minimax_value/squared-norm",
        "argmaxable.minimax_value/box",
        "argmaxable.minimax_value/no-bias",
        "argmaxable.minimax_value/bias-sign",
    ),
)
def minimax_definition(impl: Impl, on: Setting, case: inputs.Ball) -> Iterator[Record]:
    """Compares with the best end or crossing in fractions; the rows are multiples of (3, 4)."""
    W, b, k = on.host(case.W), on.host(case.b), case.k
    t = W[:, 0] / 3
    slopes, levels = 5 * (t[k] - np.delete(t, k)), b[k] - np.delete(b, k)
    expected = oracle.line_minimax(slopes, levels, case.radius)
    scale = case.radius * np.max(np.abs(slopes)) + np.max(np.abs(levels))
    _, _, lower, upper = impl["argmaxable.minimax_value"](case.W, case.b, k=k, radius=case.radius)
    yield Gap("lower", lower, expected, scale)
    yield Gap("upper", upper, expected, scale)


@law(
    "argmaxable.minimax_value-duality",
    "max over the ball of the least margin = min over the weights of r‖Σα_iΔw_i‖ + Σα_iΔb_i",
    source="argmaxable C3",
    stands="that both sides of the game have one value",
    about=("argmaxable.minimax_value",),
    inputs=inputs.balls,
    tolerance=_DUALITY,
    refutes=(
        "argmaxable.minimax_value/no-radius",
        "argmaxable.minimax_value/squared-norm",
        "argmaxable.minimax_value/box",
        "argmaxable.minimax_value/no-bias",
    ),
)
def minimax_duality(impl: Impl, on: Setting, case: inputs.Ball) -> Iterator[Record]:
    """Recomputes both objectives: a feasible z and feasible weights of equal value are both optimal."""
    W, b, k = on.host(case.W), on.host(case.b), case.k
    rows, biases = W[k] - np.delete(W, k, axis=0), b[k] - np.delete(b, k)
    found = impl["argmaxable.minimax_value"](case.W, case.b, k=k, radius=case.radius)
    z, weights, lower, upper = (on.host(part) for part in found)
    scale = case.radius * np.max(np.linalg.norm(rows, axis=1)) + np.max(np.abs(biases))
    yield AtMost("‖z‖", np.linalg.norm(z), case.radius, case.radius)
    yield Same("weights are not negative", bool(np.all(weights >= 0)), True)
    yield Gap("sum of weights", np.sum(weights), 1.0, 1.0)
    yield Gap("primal", lower, np.min(rows @ z + biases), scale)
    yield Gap("dual", upper, case.radius * np.linalg.norm(weights @ rows) + weights @ biases, scale)
    yield Gap("gap", lower, upper, scale)


@law(
    "argmaxable.minimax_value-sign",
    "a positive value proves k argmaxable, one ≤ 0 only excludes the ball; all are ≤ 0 iff k cannot win",
    source="argmaxable D5, C3",
    stands="what the sign of the value proves, and what it does not",
    about=("argmaxable.minimax_value", "argmaxable.classify"),
    inputs=inputs.balls,
    tolerance=_DUALITY,
    refutes=(
        "argmaxable.minimax_value/no-radius",
        "argmaxable.classify/own-row",
        "argmaxable.classify/bias-sign",
    ),
)
def minimax_sign(impl: Impl, on: Setting, case: inputs.Ball) -> Iterator[Record]:
    """Compares with the certificate: the value at the norm of a witness is at least its margin."""
    W, b, k = on.host(case.W), on.host(case.b), case.k
    reach, level = np.max(np.linalg.norm(W[k] - W, axis=1)), np.max(np.abs(b[k] - b))
    wins = oracle.argmaxable(W, b, k)
    certificate = impl["argmaxable.classify"](case.W, case.b).certificates[k]
    yield Same("verdict", certificate.verdict == "argmaxable", wins)
    radii = [case.radius, 16 * case.radius]
    if isinstance(certificate, Witness):
        radii.append(float(np.linalg.norm(certificate.z)) or case.radius)
    for radius in radii:
        lower, upper = impl["argmaxable.minimax_value"](case.W, case.b, k=k, radius=radius)[2:]
        size = radius * reach + level
        if not wins:
            yield AtMost("value of a class that cannot win", upper, 0.0, size)
        elif isinstance(certificate, Witness) and radius == radii[-1]:
            yield AtMost("margin of the witness", certificate.margin, upper, size)
        yield Same("a positive value proves", wins or on.host(lower) <= 16 * on.u * size, True)
