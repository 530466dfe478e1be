"""How people get the CoSENT loss and its gradient wrong."""

from typing import Any

from .... import _libraries
from ...._libraries import array_namespace as _xp
from ....matching import cosent_gradient, cosent_loss
from ...language.mistake import MistakesOf

of_cosent_loss = MistakesOf("matching.cosent_loss")
of_cosent_loss_pairwise = MistakesOf("matching.cosent_loss_pairwise")
of_cosent_gradient = MistakesOf("matching.cosent_gradient")


def _exponents(cosines: Any, labels: Any, scale: float, *, ties: bool = False) -> tuple[Any, Any, Any]:
    """The exponents of all ordered pairs, −inf elsewhere; the namespace and the pairs beside."""
    xp = _xp(cosines, labels)
    ordered = labels[:, None] >= labels[None, :] if ties else labels[:, None] > labels[None, :]
    exponents = scale * (cosines[None, :] - cosines[:, None])
    return xp.where(ordered, exponents, xp.full_like(exponents, -xp.inf)), ordered, xp


def _log_sum(exponents: Any, start: float, xp: Any) -> Any:
    """log(start + Σ exp x), shifted by the largest exponent or 0."""
    flat = xp.reshape(exponents, (-1,))
    flat = xp.concat([flat, xp.zeros((1,), dtype=flat.dtype, device=_libraries.device(flat))])
    peak = xp.max(flat)
    total = xp.sum(xp.exp(flat[:-1] - peak))
    return (xp.log1p(total + (start * xp.exp(-peak) - 1.0)) if start else xp.log(total)) + peak


@of_cosent_loss("reversed", "Takes y_i < y_j (or c_i − c_j): the loss rewards the wrong order.")
def loss_reversed(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss(-cosines, labels, scale=scale)


@of_cosent_loss("no-one", "Leaves out the 1 +: the loss of a perfect order falls without end.")
def loss_no_one(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    return _log_sum(exponents, 0.0, xp)


@of_cosent_loss("scaled-twice", "Gets cosines that the model has scaled already, and scales them again.")
def loss_scaled_twice(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss(scale * cosines, labels, scale=scale)


@of_cosent_loss(
    "scale-outside",
    "Multiplies the logarithm instead of the exponents by the scale, as with a temperature on the loss.",
)
def loss_scale_outside(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return scale * cosent_loss(cosines, labels, scale=1.0)


@of_cosent_loss(
    "ties-count", "Writes ≥ instead of >: pairs of equal label, and each pair with itself, are pushed apart."
)
def loss_ties_count(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale, ties=True)
    return _log_sum(exponents, 1.0, xp)


@of_cosent_loss(
    "mean",
    "Averages over the ordered pairs, as losses usually do: the loss no longer bounds the largest gap.",
)
def loss_mean(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, ordered, xp = _exponents(cosines, labels, scale)
    count = xp.sum(xp.astype(ordered, cosines.dtype))
    return _log_sum(exponents - xp.log(xp.maximum(count, xp.ones_like(count))), 1.0, xp)


@of_cosent_loss(
    "one-shift",
    "Uses one prefix sum of exp(scale·(c − max c)): groups far below the maximum underflow, 400 becomes 0.",
)
def loss_one_shift(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    _, ordered, xp = _exponents(cosines, labels, scale)
    shifted = scale * (cosines - (xp.max(cosines) if cosines.shape[0] else 0.0))
    below = xp.sum(xp.where(ordered, xp.exp(shifted)[None, :], xp.zeros_like(shifted)), axis=1)
    return _log_sum(xp.log(below) - shifted, 1.0, xp)


@of_cosent_loss(
    "log-of-sum",
    "Appends 0 to the exponents and takes their log-sum-exp: of a loss far below 1 the digits are lost.",
    reference="CoSENTLoss of sentence-transformers",
)
def loss_log_of_sum(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    flat = xp.reshape(exponents, (-1,))
    flat = xp.concat([flat, xp.zeros((1,), dtype=flat.dtype, device=_libraries.device(flat))])
    peak = xp.max(flat)
    return xp.log(xp.sum(xp.exp(flat - peak))) + peak


@of_cosent_loss(
    "next-grade-only", "Compares each grade with the next lower one only, as if that implied the rest."
)
def loss_next_grade_only(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    adjacent = labels[:, None] - labels[None, :] == 1
    return _log_sum(xp.where(adjacent, exponents, xp.full_like(exponents, -xp.inf)), 1.0, xp)


@of_cosent_loss(
    "label-gaps",
    "Adds the difference of the labels as a margin, so that their names matter and not only their order.",
)
def loss_label_gaps(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    margins = xp.astype(labels[:, None] - labels[None, :], cosines.dtype)
    return _log_sum(exponents + margins, 1.0, xp)


pairwise_ties_count = of_cosent_loss_pairwise(
    "ties-count", "Writes ≥ instead of >: equal labels and i = j count."
)(loss_ties_count.replacement)

pairwise_no_one = of_cosent_loss_pairwise(
    "no-one", "Leaves out the 1 +, which an ordered set of pairs leaves as log 1 = 0."
)(loss_no_one.replacement)


@of_cosent_gradient("descent", "Returns the direction of descent: the sign of the sums swapped.")
def gradient_descent(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return -cosent_gradient(cosines, labels, scale=scale)


@of_cosent_gradient("unscaled", "Forgets the inner derivative, the factor scale.")
def gradient_unscaled(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_gradient(cosines, labels, scale=scale) / scale


@of_cosent_gradient(
    "half", "Differentiates with respect to the lower pair of every two only, as with a stopped gradient."
)
def gradient_half(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    return scale * xp.sum(xp.exp(exponents - _log_sum(exponents, 1.0, xp)), axis=0)


@of_cosent_gradient("no-one", "Uses a plain softmax over the pairs: the 1 in the denominator is missing.")
def gradient_no_one(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    exponents, _, xp = _exponents(cosines, labels, scale)
    weights = xp.exp(exponents - _log_sum(exponents, 0.0, xp))
    return scale * (xp.sum(weights, axis=0) - xp.sum(weights, axis=1))


@of_cosent_gradient(
    "sorted-order", "Sorts by label and forgets to bring the result back into the order of the input."
)
def gradient_sorted_order(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    return xp.take(cosent_gradient(cosines, labels, scale=scale), xp.argsort(labels), axis=0)


def _differences(cosines: Any, labels: Any, scale: float) -> tuple[Any, Any]:
    """scale·(c_j − c_i), and whether y_i > y_j."""
    return scale * (cosines[None, :] - cosines[:, None]), labels[:, None] > labels[None, :]


@of_cosent_loss("temperature", "Divides by the scale, as by a temperature, instead of multiplying by it.")
def loss_temperature(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss(cosines, labels, scale=1 / scale)


@of_cosent_loss(
    "masked-with-zero",
    "Masks the exponents of other pairs with 0 instead of −∞: each of them counts as e⁰ = 1.",
)
def loss_masked_with_zero(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    ordered = labels[:, None] > labels[None, :]
    others = xp.sum(xp.astype(~ordered, cosines.dtype))
    loss = cosent_loss(cosines, labels, scale=scale)
    peak = xp.maximum(loss, xp.log(xp.maximum(others, xp.ones_like(others))))
    return peak + xp.log(xp.exp(loss - peak) + others * xp.exp(-peak))


@of_cosent_loss(
    "sum-of-logs",
    "Sums log(1 + exp) of each pair of pairs, instead of the logarithm of one sum of all of them.",
)
def loss_sum_of_logs(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    exponents, ordered = _differences(cosines, labels, scale)
    zero = xp.zeros_like(exponents)
    each = xp.maximum(exponents, zero) + xp.log1p(xp.exp(-xp.abs(exponents)))
    return xp.sum(xp.where(ordered, each, zero))


@of_cosent_loss("hinge", "Uses the largest exponent or 0, a hinge, instead of the soft maximum of all.")
def loss_hinge(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    exponents, ordered = _differences(cosines, labels, scale)
    violated = xp.where(ordered & (exponents > 0), exponents, xp.zeros_like(exponents))
    return xp.max(violated) if cosines.shape[0] else xp.sum(cosines)


@of_cosent_loss(
    "all-pairs-of-texts",
    "Ranks the similarities of every text with every other, column by column of (n, n), instead of "
    "those of the n pairs.",
    reference="sentence-transformers#3868",
)
def loss_all_pairs(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    n = cosines.shape[0]
    if not n:
        return xp.sum(cosines)
    # Texts (c_i, 1)/‖·‖ and (1, c_j)/‖·‖, as an audit makes embeddings of cosines. Columns stay columns.
    size = xp.sqrt(cosines * cosines + 1)
    table = (cosines[:, None] + cosines[None, :]) / (size[:, None] * size[None, :])
    gaps = scale * (table[:, None, :] - table[None, :, :])
    kept = (labels[:, None] < labels[None, :])[..., None]
    shift = xp.max(xp.where(kept, xp.maximum(gaps, 0 * gaps), 0 * gaps))
    terms = xp.where(kept, xp.exp(gaps - shift), 0 * gaps)
    return shift + xp.log(xp.exp(-shift) + xp.sum(terms))


pairwise_reversed = of_cosent_loss_pairwise(
    "reversed", "Takes c_i − c_j where y_i > y_j: rewards the wrong order."
)(loss_reversed.replacement)


@of_cosent_loss_pairwise(
    "each-once", "Runs over i < j only, so a pair of pairs counts or not by the order of the input."
)
def pairwise_each_once(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    exponents, ordered = _differences(cosines, labels, scale)
    place = xp.arange(cosines.shape[0], device=_libraries.device(cosines))
    kept = ordered & (place[:, None] < place[None, :])
    flat = xp.reshape(xp.where(kept, exponents, xp.full_like(exponents, -xp.inf)), (-1,))
    if not flat.shape[0]:
        return xp.sum(cosines)
    peak = xp.maximum(xp.max(flat), xp.zeros_like(xp.max(flat)))
    return peak + xp.log1p(xp.sum(xp.exp(flat - peak)) + xp.expm1(-peak))


@of_cosent_gradient(
    "upper-half",
    "Differentiates with respect to the higher pair of every two only, the half that is pushed up.",
)
def gradient_upper_half(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(cosines, labels)
    exponents, ordered = _differences(cosines, labels, scale)
    shares = xp.exp(exponents - cosent_loss(cosines, labels, scale=scale))
    return -scale * xp.sum(xp.where(ordered, shares, xp.zeros_like(shares)), axis=1)


@of_cosent_gradient(
    "of-the-sum", "Differentiates the sum instead of its logarithm: the result is not divided by 1 + Σ."
)
def gradient_of_the_sum(cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    loss = cosent_loss(cosines, labels, scale=scale)
    return cosent_gradient(cosines, labels, scale=scale) * _xp(cosines).exp(loss)
