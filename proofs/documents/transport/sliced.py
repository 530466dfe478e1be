"""Laws of the sliced Wasserstein distance."""

from collections.abc import Iterator

import numpy as np

from ...._xp import numbers
from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import closed, inputs_of_features
from .inputs import FloatArray
from .inputs_of_features import Projected

_TIES = {"approximation": "no precision decides the order of projections that are equal"}


def _lines(points: FloatArray, units: FloatArray, copies: int) -> FloatArray:
    """Projections (batch, k, n·copies), sorted, each point as often as there are copies."""
    result: FloatArray = np.repeat(np.sort(np.einsum("bnd,kd->bkn", points, units), axis=-1), copies, axis=-1)
    return result


def _length(points: FloatArray) -> FloatArray:
    """‖x‖ over the last axis, without overflow."""
    return closed.power_mean(points, 2.0) * numbers(points).sqrt(points.shape[-1])


@law(
    "transport.sliced_wasserstein-definition",
    "sliced_wasserstein is the p-th root of the mean of W_p^p over unit directions, of samples of any "
    "two sizes",
    source="transport P3",
    about=("transport.sliced_wasserstein",),
    inputs=inputs_of_features.projected,
    tolerance=Rounding({"directions, projections and gaps of d ≤ 3": 9, "means of powers and roots": 8 + 6}),
    refutes=(
        "transport.sliced_wasserstein/mean-of-distances",
        "transport.sliced_wasserstein/power",
        "transport.sliced_wasserstein/lengths-kept",
        "transport.sliced_wasserstein/sum-over-directions",
        "transport.sliced_wasserstein/cuts-the-longer",
        "transport.sliced_wasserstein/largest",
        "transport.sliced_wasserstein/order-ignored",
    ),
    needs=_TIES,
)
def sliced_definition(impl: Impl, on: Setting, case: Projected) -> Iterator[Record]:
    """Every point of x as often as y has points, and the reverse: samples of one size."""
    x, y, directions = (on.host(v) for v in (case.x, case.y, case.directions))
    units = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    gaps = _lines(x, units, y.shape[1]) - _lines(y, units, x.shape[1])
    expected = closed.power_mean(gaps.reshape(len(x), -1), case.order)
    sizes = np.max(_length(x), -1) + np.max(_length(y), -1)
    found = impl["transport.sliced_wasserstein"]
    yield Gap("distance", found(case.x, case.y, case.directions, order=case.order), expected, sizes)
    longer = on.array(directions * on.host(case.factors))
    yield Gap("lengths", found(case.x, case.y, longer, order=case.order), expected, sizes)
    if case.order == 2:
        yield Gap("default", found(case.x, case.y, case.directions), expected, sizes)


@law(
    "transport.sliced-metric",
    "SW_p is a metric that does not exceed W_p, is 0 for the same points in another order, and SW₂² of a "
    "shift v is the mean of ⟨v, θ⟩²",
    source="transport C1",
    about=("transport.sliced_wasserstein",),
    inputs=lambda p, kind: inputs_of_features.projected(p, kind, equal=True),
    tolerance=Rounding({"two distances at 23": 2 * 23}),
    refutes=(
        "transport.sliced_wasserstein/unsorted",
        "transport.sliced_wasserstein/lengths-kept",
        "transport.sliced_wasserstein/sum-over-directions",
        "transport.sliced_wasserstein/power",
    ),
    needs=_TIES,
)
def sliced_metric(impl: Impl, on: Setting, case: Projected) -> Iterator[Record]:
    """Against the cost of pairing points as they come, which is no less than W_p."""
    x, y, directions = (on.host(v) for v in (case.x, case.y, case.directions))
    found, order = impl["transport.sliced_wasserstein"], case.order
    sizes = np.max(_length(x), -1) + np.max(_length(y), -1)
    distance = found(case.x, case.y, case.directions, order=order)
    yield Gap("symmetry", found(case.y, case.x, case.directions, order=order), on.host(distance), sizes)
    other = on.array(x[:, ::-1])
    yield Gap("itself", found(case.x, other, case.directions, order=order), np.zeros(len(x)), sizes)
    paired = closed.power_mean(_length(x - y), order)
    yield AtMost("pairs as they come", distance, paired, sizes)
    units = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    first = np.repeat(x[:, :1], x.shape[1], axis=1)  # one point, as often as there are points
    moved = np.repeat(y[:, :1], y.shape[1], axis=1)
    slopes = np.abs((y[:, 0] - x[:, 0]) @ units.T)
    given = found(on.array(first), on.array(moved), case.directions, order=order)
    yield Gap("shift", given, closed.power_mean(slopes, order), sizes)
