"""Mistakes that people make where samples differ in size."""

from typing import Any

from .... import transport
from ...._libraries import array_namespace, device
from ....transport import Transport
from ...language.mistake import MistakesOf, mistake

of_wasserstein_1d = MistakesOf("transport.wasserstein_1d")


@of_wasserstein_1d(
    "interpolates-quantiles",
    "Interpolates between the values of a sample, at as many levels as the longer one has: its quantile "
    "function is a staircase.",
)
def wasserstein_1d_interpolates(
    x: Any, y: Any, /, *, order: float = 2.0, x_weights: Any = None, y_weights: Any = None
) -> Any:
    if x.shape[-1] == y.shape[-1] or x_weights is not None or y_weights is not None:
        return transport.wasserstein_1d(x, y, order=order, x_weights=x_weights, y_weights=y_weights)
    count = max(x.shape[-1], y.shape[-1])
    return transport.wasserstein_1d(_interpolated(x, count), _interpolated(y, count), order=order)


def _interpolated(x: Any, count: int) -> Any:
    """As many quantiles as wanted, on straight lines between the sorted values."""
    xp, last = array_namespace(x), x.shape[-1] - 1
    levels = [place * last / (count - 1) for place in range(count)]
    low = xp.asarray([int(level) for level in levels], device=device(x))
    high = xp.where(low < last, low + 1, low)
    share = xp.asarray([level % 1 for level in levels], dtype=x.dtype, device=device(x))
    ordered = xp.sort(x)
    return (1 - share) * xp.take(ordered, low) + share * xp.take(ordered, high)


@of_wasserstein_1d(
    "cuts-the-longer", "Sorts both samples and pairs as many values as the shorter one has, as `zip` does."
)
def wasserstein_1d_cuts(
    x: Any, y: Any, /, *, order: float = 2.0, x_weights: Any = None, y_weights: Any = None
) -> Any:
    if x_weights is None and y_weights is None:
        xp, count = array_namespace(x), min(x.shape[-1], y.shape[-1])
        x, y = (xp.sort(v, axis=-1)[..., :count] for v in (x, y))
    return transport.wasserstein_1d(x, y, order=order, x_weights=x_weights, y_weights=y_weights)


@mistake(
    "transport.wasserstein_discrete",
    "cuts-the-longer",
    "Takes of the larger cloud as many points as the smaller one has, so that each has a partner.",
)
def wasserstein_discrete_cuts(
    x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, /, *, order: float = 2.0
) -> Transport:
    whole = transport.wasserstein_discrete(x, y, x_weights, y_weights, order=order)
    if x_weights is not None or y_weights is not None:
        return whole
    count = min(x.shape[0], y.shape[0])
    return whole._replace(
        distance=transport.wasserstein_discrete(x[:count, :], y[:count, :], order=order).distance
    )
