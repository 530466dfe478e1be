"""How people get distances on the line wrong, of samples and of quantile functions."""

from typing import Any

from .... import transport
from ...._libraries import array_namespace as _xp
from ....transport import Quadrature
from ...language.mistake import MistakesOf

of_wasserstein_1d = MistakesOf("transport.wasserstein_1d")
of_wasserstein_quantile = MistakesOf("transport.wasserstein_quantile")


@of_wasserstein_1d(
    "squared",
    "Returns W₂² instead of W₂, as POT's wasserstein_1d with p = 2 and emd2_1d do.",
    reference="POT wasserstein_1d",
)
def wasserstein_1d_squared(x: Any, y: Any, /, *, order: float = 2.0, **weights: Any) -> Any:
    return transport.wasserstein_1d(x, y, order=order, **weights) ** 2


def _power_mean(x: Any, y: Any, order: float) -> Any:
    xp = _xp(x)
    gaps = xp.abs(x - y)
    peak = xp.max(gaps, axis=-1, keepdims=True)
    unit = xp.where(peak > 0, peak, xp.ones_like(peak))
    return xp.squeeze(unit, axis=-1) * xp.mean((gaps / unit) ** order, axis=-1) ** (1 / order)


@of_wasserstein_1d("unsorted", "Pairs the samples in the order in which they come.")
def wasserstein_1d_unsorted(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    return _power_mean(x, y, order)


@of_wasserstein_1d("one-unsorted", "Sorts x and forgets y.")
def wasserstein_1d_one_unsorted(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    return _power_mean(_xp(x).sort(x, axis=-1), y, order)


@of_wasserstein_1d("always-two", "Computes W₂ whatever the order.")
def wasserstein_1d_always_two(x: Any, y: Any, /, *, order: float = 2.0, **weights: Any) -> Any:
    return transport.wasserstein_1d(x, y, **weights)


@of_wasserstein_1d("sum", "Takes the p-norm of the sorted gaps: a sum instead of the mean.")
def wasserstein_1d_sum(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    return transport.wasserstein_1d(x, y, order=order) * x.shape[-1] ** (1 / order)


@of_wasserstein_1d("weights-stay", "Sorts the values and leaves the weights where they were.")
def wasserstein_1d_weights_stay(
    x: Any, y: Any, /, *, order: float = 2.0, x_weights: Any, y_weights: Any
) -> Any:
    xp = _xp(x)
    return transport.wasserstein_1d(
        xp.sort(x), xp.sort(y), order=order, x_weights=x_weights, y_weights=y_weights
    )


@of_wasserstein_1d(
    "weights-not-normalised", "Takes the weights to be probabilities: twice the mass is twice the cost."
)
def wasserstein_1d_not_normalised(
    x: Any, y: Any, /, *, order: float = 2.0, x_weights: Any, y_weights: Any
) -> Any:
    distance = transport.wasserstein_1d(x, y, order=order, x_weights=x_weights, y_weights=y_weights)
    return distance * _xp(x).sum(x_weights) ** (1 / order)


@of_wasserstein_quantile("squared", "Returns the p-th power.")
def wasserstein_quantile_squared(p: Any, q: Any, /, *, order: float = 2.0, **like: Any) -> Any:
    found = transport.wasserstein_quantile(p, q, order=order, **like)
    return found._replace(value=found.value ** max(order, 2.0))


@of_wasserstein_quantile("order-ignored", "Computes W₂ whatever the order.")
def wasserstein_quantile_order_ignored(p: Any, q: Any, /, *, order: float = 2.0, **like: Any) -> Any:
    return transport.wasserstein_quantile(p, q, **like)


def _on_grid(p: Any, q: Any, order: float, xp: Any, dtype: Any, device: Any) -> Any:
    u = (xp.arange(100, dtype=dtype, device=device) + 0.5) / 100
    return transport.Quadrature(_power_mean(p(u), q(u), order), 0 * xp.sum(u))


@of_wasserstein_quantile("uniform-grid", "Averages over 100 even levels: the tails of a logistic are lost.")
def wasserstein_quantile_uniform(
    p: Any, q: Any, /, *, order: float = 2.0, xp: Any, dtype: Any, device: Any
) -> Any:
    return _on_grid(p, q, order, xp, dtype, device)


@of_wasserstein_1d("always-one", "Computes W₁, the mean of |x − y|, whatever the order.")
def line_always_one(x: Any, y: Any, /, *, order: float = 2.0, **weights: Any) -> Any:
    return transport.wasserstein_1d(x, y, order=0 * order + 1, **weights)


@of_wasserstein_1d("signed", "Averages the gaps with their signs, which leaves the distance of the means.")
def line_signed(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    return xp.abs(xp.mean(x, axis=-1) - xp.mean(y, axis=-1))


@of_wasserstein_1d(
    "square-root", "Takes a square root whatever the order, instead of the root of that order."
)
def line_square_root(x: Any, y: Any, /, *, order: float = 2.0, **weights: Any) -> Any:
    return transport.wasserstein_1d(x, y, order=order, **weights) ** (order / 2)


@of_wasserstein_1d("no-root", "Returns the p-th power W_p^p, without the root.")
def line_no_root(x: Any, y: Any, /, *, order: float = 2.0, **weights: Any) -> Any:
    return transport.wasserstein_1d(x, y, order=order, **weights) ** order


@of_wasserstein_1d(
    "divided-by-order",
    "Writes cost ** 1 / p, which divides by p and takes no root: the power binds first.",
    reference="ott#651",
)
def line_divided_by_order(x: Any, y: Any, /, *, order: float = 2.0, **weights: Any) -> Any:
    return transport.wasserstein_1d(x, y, order=order, **weights) ** order / order


@of_wasserstein_1d(
    "distribution-functions",
    "Integrates |F − G|^p of the distribution functions, which is W_p^p for p = 1 only.",
    reference="couplingsmontecarlo#3",
)
def line_distribution_functions(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    xp, n, m = _xp(x), x.shape[-1], y.shape[-1]
    both = xp.sort(xp.concat([x, y], axis=-1), axis=-1)
    lengths, at = both[..., 1:] - both[..., :-1], both[..., :-1, None]
    F, G = (
        xp.sum(xp.astype(sample[..., None, :] <= at, x.dtype), axis=-1) / size
        for sample, size in ((x, n), (y, m))
    )
    return xp.sum(lengths * xp.abs(F - G) ** order, axis=-1) ** (1 / order)


@of_wasserstein_1d(
    "opposite-order", "Sorts one sample descending: the reversed coupling, the worst one instead of the best."
)
def line_opposite_order(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.abs(xp.sort(x, axis=-1) - xp.flip(xp.sort(y, axis=-1), axis=-1))
    return xp.mean(gaps**order, axis=-1) ** (1 / order)


@of_wasserstein_1d(
    "first-axis", "Sorts along the first axis, that of the batch, and averages over the last one."
)
def line_first_axis(x: Any, y: Any, /, *, order: float = 2.0) -> Any:
    xp = _xp(x)
    gaps = xp.abs(xp.sort(x, axis=0) - xp.sort(y, axis=0))
    return xp.mean(gaps**order, axis=-1) ** (1 / order)


@of_wasserstein_quantile("always-one", "Computes W₁, the mean of the gap, whatever the order.")
def quantile_always_one(p: Any, q: Any, /, *, order: float = 2.0, **where: Any) -> Quadrature:
    return transport.wasserstein_quantile(p, q, order=0 * order + 1, **where)
