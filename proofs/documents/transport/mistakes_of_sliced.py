"""How people get sliced distances wrong."""

from typing import Any

from .... import transport
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_sliced_wasserstein = MistakesOf("transport.sliced_wasserstein")


def _unit(directions: Any) -> Any:
    return directions / _xp(directions).linalg.vector_norm(directions, axis=-1, keepdims=True)


def _each(x: Any, y: Any, units: Any, order: float) -> Any:
    """W_p along each direction, on the last axis; directions as they are."""
    xp = _xp(x)
    return xp.stack(
        [
            transport.sliced_wasserstein(x, y, units[i : i + 1, :], order=order)
            * xp.linalg.vector_norm(units[i, :], axis=-1)
            for i in range(units.shape[0])
        ],
        axis=-1,
    )


@of_sliced_wasserstein(
    "mean-of-distances", "Averages the distances along the directions, not their p-th powers."
)
def sliced_mean(x: Any, y: Any, directions: Any, /, *, order: float = 2.0) -> Any:
    return _xp(x).mean(_each(x, y, _unit(directions), order), axis=-1)


@of_sliced_wasserstein("power", "Returns SW_p^p, without the root.")
def sliced_power(x: Any, y: Any, directions: Any, /, *, order: float = 2.0) -> Any:
    return transport.sliced_wasserstein(x, y, directions, order=order) ** order


@of_sliced_wasserstein("unsorted", "Pairs the projections in the order in which the points come.")
def sliced_unsorted(x: Any, y: Any, directions: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.abs(xp.matmul(x - y, xp.matrix_transpose(_unit(directions)))) ** order
    return xp.mean(gaps, axis=(-2, -1)) ** (1 / order)


@of_sliced_wasserstein(
    "lengths-kept", "Uses directions as they are drawn, without dividing by their lengths."
)
def sliced_lengths(x: Any, y: Any, directions: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    return xp.mean(_each(x, y, directions, order) ** order, axis=-1) ** (1 / order)


@of_sliced_wasserstein(
    "sum-over-directions",
    "Divides by another number of directions than there are, such as a default.",
    reference="POT#418",
)
def sliced_sum(x: Any, y: Any, directions: Any, /, *, order: float = 2.0) -> Any:
    factor = (2 * directions.shape[0]) ** (1 / order)
    return transport.sliced_wasserstein(x, y, directions, order=order) * factor


@of_sliced_wasserstein("cuts-the-longer", "Sorts, and leaves out what the longer sample has more.")
def sliced_cut(x: Any, y: Any, directions: Any, /, *, order: float = 2.0) -> Any:
    xp, n = _xp(x), min(x.shape[-2], y.shape[-2])
    lines = [xp.sort(xp.matmul(_unit(directions), xp.matrix_transpose(part)), axis=-1) for part in (x, y)]
    gaps = xp.abs(lines[0][..., :n] - lines[1][..., :n]) ** order
    return xp.mean(gaps, axis=(-2, -1)) ** (1 / order)


@of_sliced_wasserstein("largest", "Takes the largest distance over the directions: the max-sliced one.")
def sliced_largest(x: Any, y: Any, directions: Any, /, *, order: float = 2.0) -> Any:
    return _xp(x).max(_each(x, y, _unit(directions), order), axis=-1)


@of_sliced_wasserstein("order-ignored", "Computes SW₂ whatever the order.")
def sliced_two(x: Any, y: Any, directions: Any, /, *, order: float = 2.0) -> Any:
    return transport.sliced_wasserstein(x, y, directions)
