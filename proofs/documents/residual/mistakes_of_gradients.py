"""How people get the gradients of stacks, and the increment of a step along them, wrong."""

import math
from typing import Any

from .... import _libraries, residual
from ...language.mistake import MistakesOf
from .mistakes_of_stacks import _reshaped, _transposed, _where_negative

of_plain_gradients = MistakesOf("residual.plain_gradients")
of_residual_gradients = MistakesOf("residual.residual_gradients")
of_sgd_increment = MistakesOf("residual.sgd_increment")


def _backward(
    x: Any, weights: Any, biases: Any, cotangent: Any, activation: Any, back: Any, slope: Any
) -> Any:
    """Reverse mode with another matrix on the way back or another φ′."""
    xp = _libraries.array_namespace(x)
    trace = residual.plain_stack(x, weights, biases, activation=activation)
    to_weights, to_biases = [], []
    for i in reversed(range(len(weights))):
        to_z = cotangent * slope(i, trace)
        state = trace.states[i]
        rows = xp.reshape(to_z, (-1, to_z.shape[-1]))
        to_weights.append(xp.matmul(xp.matrix_transpose(xp.reshape(state, (-1, state.shape[-1]))), rows))
        to_biases.append(xp.sum(rows, axis=0))
        cotangent = xp.matmul(to_z, back(weights[i]))
    bias_gradients = () if biases is None else tuple(reversed(to_biases))
    return residual.PlainGradients(cotangent, tuple(reversed(to_weights)), bias_gradients)


def _slope(z: Any, activation: Any) -> Any:
    xp = _libraries.array_namespace(z)
    if activation == "tanh":
        return 1 - xp.tanh(z) ** 2
    return _where_negative(z, xp.zeros_like(z), xp.ones_like(z)) if activation == "relu" else xp.ones_like(z)


@of_plain_gradients(
    "weight-reshaped-in-backward",
    "Sends the cotangent back through W reshaped to Wᵀ's shape instead of transposed.",
)
def plain_gradients_reshaped(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    def slope(i: int, trace: Any) -> Any:
        return _slope(trace.preactivations[i], activation)

    return _backward(x, weights, biases, cotangent, activation, _reshaped, slope)


@of_plain_gradients("mask-missing", "Forgets φ′ on the way back.")
def plain_gradients_mask_missing(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    def slope(i: int, trace: Any) -> Any:
        return _slope(trace.preactivations[i], "linear")

    return _backward(x, weights, biases, cotangent, activation, _transposed, slope)


@of_plain_gradients(
    "mask-without-bias", "Takes φ′ at the product xW, which was saved before the bias was added in place."
)
def plain_gradients_mask_without_bias(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    def slope(i: int, trace: Any) -> Any:
        z = trace.preactivations[i]
        return _slope(z if biases is None else z - biases[i], activation)

    return _backward(x, weights, biases, cotangent, activation, _transposed, slope)


@of_plain_gradients(
    "tanh-slope-of-preactivation",
    "Uses 1 − z² at the pre-activation instead of 1 − y² at the output: the formula for saved outputs, "
    "applied to inputs.",
)
def plain_gradients_tanh_slope(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    def slope(i: int, trace: Any) -> Any:
        z = trace.preactivations[i]
        return 1 - z * z if activation == "tanh" else _slope(z, activation)

    return _backward(x, weights, biases, cotangent, activation, _transposed, slope)


@of_plain_gradients("batch-mean", "Averages over the rows: takes the loss to be a mean.")
def plain_gradients_batch_mean(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    found = residual.plain_gradients(x, weights, biases, cotangent, activation=activation)
    rows = math.prod(x.shape[:-1])
    return found._replace(
        weights=tuple(g / rows for g in found.weights), biases=tuple(g / rows for g in found.biases)
    )


@of_residual_gradients("unscaled", "Gives the branch's weights the branch's gradient, without ε.")
def residual_gradients_unscaled(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    found = residual.residual_gradients(x, weights, cotangent, scale=scale, activation=activation)
    unscaled = tuple(
        (first / scale, None if second is None else second / scale) for first, second in found.weights
    )
    return found._replace(weights=unscaled)


@of_residual_gradients(
    "one-projection-unscaled",
    "Applies the scale to every projection of a branch but one.",
    reference="xformers PR#284",
)
def residual_gradients_one_projection_unscaled(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    found = residual.residual_gradients(x, weights, cotangent, scale=scale, activation=activation)
    return found._replace(weights=tuple((g1, None if g2 is None else g2 / scale) for g1, g2 in found.weights))


def _residual_backward(
    x: Any, weights: Any, cotangent: Any, scale: Any, activation: Any, step: Any, slope_as: Any
) -> Any:
    """Reverse mode with another cotangent `step` to the block before or another φ′."""
    _, states, preactivations, _ = residual.residual_stack(x, weights, scale=scale, activation=activation)
    gradients = []
    for i in reversed(range(len(weights))):
        W1, W2 = weights[i]
        to_z, second = cotangent, None
        if W2 is not None:
            hidden = residual.plain_stack(states[i], [W1], activation=activation).output
            to_hidden, (second,), _ = residual.plain_gradients(hidden, [W2], None, cotangent)
            to_z, second = to_hidden * _slope(preactivations[i], slope_as), scale * second
        to_x, (first,), _ = residual.plain_gradients(states[i], [W1], None, to_z)
        gradients.append((scale * first, second))
        cotangent = step(cotangent, to_x, to_z, W1)
    return residual.ResidualGradients(cotangent, tuple(reversed(gradients)))


@of_residual_gradients(
    "skip-missing",
    "Sends back only what went through the branch: the block was differentiated as if it were plain.",
)
def residual_gradients_skip_missing(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    def step(skip: Any, to_x: Any, to_z: Any, W1: Any) -> Any:
        return scale * to_x

    return _residual_backward(x, weights, cotangent, scale, activation, step, activation)


@of_residual_gradients("mask-missing", "Forgets φ′ on the way back through the branch.")
def residual_gradients_mask_missing(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    def step(skip: Any, to_x: Any, to_z: Any, W1: Any) -> Any:
        return skip + scale * to_x

    return _residual_backward(x, weights, cotangent, scale, activation, step, "linear")


@of_residual_gradients(
    "weight-reshaped-in-backward",
    "Sends the cotangent back through W₁ reshaped to W₁ᵀ's shape instead of transposed.",
)
def residual_gradients_reshaped(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    def step(skip: Any, to_x: Any, to_z: Any, W1: Any) -> Any:
        return skip + scale * _libraries.array_namespace(to_z).matmul(to_z, _reshaped(W1))

    return _residual_backward(x, weights, cotangent, scale, activation, step, activation)


@of_sgd_increment("plus-sign", "Returns the step's length without its sign: the loss goes down.")
def sgd_increment_plus_sign(gradients: Any, /, *, learning_rate: Any) -> Any:
    return -residual.sgd_increment(gradients, learning_rate=learning_rate)


@of_sgd_increment("norm-not-squared", "Returns −η‖∇‖: forgets the square.")
def sgd_increment_norm(gradients: Any, /, *, learning_rate: Any) -> Any:
    return -learning_rate * (-residual.sgd_increment(gradients, learning_rate=1.0)) ** 0.5


@of_sgd_increment("mean-of-squares", "Averages over each array: writes `mean` instead of `sum`.")
def sgd_increment_mean(gradients: Any, /, *, learning_rate: Any) -> Any:
    return sum(
        residual.sgd_increment([part], learning_rate=learning_rate) / math.prod(part.shape)
        for part in _flat(gradients)
    )


@of_sgd_increment("sum-of-norms-squared", "Returns −η (Σ‖∇‖)²: adds the norms of the arrays before squaring.")
def sgd_increment_norms(gradients: Any, /, *, learning_rate: Any) -> Any:
    norms = [(-residual.sgd_increment([part], learning_rate=1.0)) ** 0.5 for part in _flat(gradients)]
    return -learning_rate * sum(norms) ** 2


def _flat(tree: Any) -> list[Any]:
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in _flat(part)]
    return [] if tree is None else [tree]


@of_plain_gradients(
    "bias-mean",
    "Averages the gradients of the biases over the rows instead of summing them like those of the weights.",
    reference="Deeplearning.ai-Natural-Language-Processing-Specialization#62",
)
def plain_gradients_bias_mean(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    found = residual.plain_gradients(x, weights, biases, cotangent, activation=activation)
    rows = max(math.prod(x.shape[:-1]), 1)
    return found._replace(biases=tuple(b / rows for b in found.biases))


@of_plain_gradients(
    "slope-of-output",
    "Hands the output to the derivative, φ′(φ(z)): with tanh, the slope is taken twice over.",
)
def plain_gradients_slope_of_output(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    def slope(i: int, trace: Any) -> Any:
        return _slope(trace.states[i + 1], activation)

    return _backward(x, weights, biases, cotangent, activation, _transposed, slope)


@of_residual_gradients("scale-ignored", "Computes and stores ε, but never multiplies by it.")
def residual_gradients_scale_ignored(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    return residual.residual_gradients(x, weights, cotangent, scale=1.0, activation=activation)


@of_sgd_increment("half", "Halves the sum of squares, as in ½‖∇‖².")
def sgd_increment_half(gradients: Any, /, *, learning_rate: Any) -> Any:
    return residual.sgd_increment(gradients, learning_rate=learning_rate) / 2


@of_sgd_increment("rate-squared", "Multiplies by the learning rate twice, η² instead of η.")
def sgd_increment_rate_squared(gradients: Any, /, *, learning_rate: Any) -> Any:
    return residual.sgd_increment(gradients, learning_rate=learning_rate) * learning_rate
