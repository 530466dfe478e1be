"""How people get stacks and their gradients wrong, continued from mistakes.py."""

import math
from typing import Any

import array_api_compat

from .... import residual
from ...language.mistake import mistake
from .mistakes import _backward, _run, _slope, _transposed, _where_negative


def _activated(x: Any, weights: Any, biases: Any, activation: Any) -> Any:
    """A plain stack with another activation, a function of arrays."""
    states, preactivations = [x], []
    for i, W in enumerate(weights):
        own = None if biases is None else biases[i : i + 1]
        preactivations.append(residual.plain_stack(states[-1], [W], own).output)
        states.append(activation(preactivations[-1]))
    return residual.PlainTrace(states[-1], tuple(states), tuple(preactivations))


@mistake("residual.plain_stack", "no-bias", "Leaves the biases out: layers without bias.")
def plain_stack_no_bias(x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear") -> Any:
    return residual.plain_stack(x, weights, None, activation=activation)


@mistake(
    "residual.plain_stack", "bias-subtracted", "Subtracts the bias, as a threshold with the sign of one."
)
def plain_stack_bias_subtracted(
    x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear"
) -> Any:
    opposite = None if biases is None else [-b for b in biases]
    return residual.plain_stack(x, weights, opposite, activation=activation)


@mistake("residual.plain_stack", "leaky", "Leaks 1 % of negative numbers through relu, as leaky relu does.")
def plain_stack_leaky(x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear") -> Any:
    if activation != "relu":
        return residual.plain_stack(x, weights, biases, activation=activation)
    return _activated(x, weights, biases, lambda z: _where_negative(z, 0.01 * z, z))


@mistake("residual.plain_stack", "sigmoid-for-tanh", "Takes the logistic sigmoid for tanh.")
def plain_stack_sigmoid(x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear") -> Any:
    if activation != "tanh":
        return residual.plain_stack(x, weights, biases, activation=activation)
    xp = array_api_compat.array_namespace(x)
    return _activated(x, weights, biases, lambda z: (1 + xp.tanh(z / 2)) / 2)


@mistake("residual.residual_stack", "no-skip", "Forgets the skip: y = ε φ(xW₁)W₂, as a plain stack.")
def residual_stack_no_skip(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return _run(x, weights, lambda x, z, branch: scale * branch, activation)


@mistake("residual.residual_stack", "scale-squared", "Multiplies by the scale twice: ε² for ε.")
def residual_stack_scale_squared(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return residual.residual_stack(x, weights, scale=scale**2, activation=activation)


@mistake("residual.residual_stack", "sum-scaled", "Scales the whole sum, ε (x + φ(xW₁)W₂), the skip too.")
def residual_stack_sum_scaled(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return _run(x, weights, lambda x, z, branch: scale * (x + branch), activation)


@mistake(
    "residual.residual_stack",
    "activated-sum",
    "Applies φ to the sum too, φ(x + ε φ(xW₁)W₂), as the first residual networks do after the addition.",
)
def residual_stack_activated_sum(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    def join(x: Any, z: Any, branch: Any) -> Any:
        total, xp = x + scale * branch, array_api_compat.array_namespace(x)
        if z is branch:  # a block without a hidden layer is linear
            return total
        if activation == "tanh":
            return xp.tanh(total)
        return _where_negative(total, xp.zeros_like(total), total) if activation == "relu" else total

    return _run(x, weights, join, activation)


@mistake(
    "residual.residual_stack",
    "activation-last",
    "Applies φ after the second product in place of before it: x + ε φ(xW₁W₂).",
)
def residual_stack_activation_last(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    rest = iter(weights)

    def join(x: Any, z: Any, branch: Any) -> Any:
        second = next(rest)[1]
        if second is not None:
            branch = residual.plain_stack(z, [second], activation=activation).output
        return x + scale * branch

    return _run(x, weights, join, activation)


@mistake(
    "residual.plain_gradients",
    "bias-mean",
    "Averages the gradients of the biases over the rows, where they are summed like those of the weights.",
    reference="Deeplearning.ai-Natural-Language-Processing-Specialization#62",
)
def plain_gradients_bias_mean(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    found = residual.plain_gradients(x, weights, biases, cotangent, activation=activation)
    rows = max(math.prod(x.shape[:-1]), 1)
    return found._replace(biases=tuple(b / rows for b in found.biases))


@mistake(
    "residual.plain_gradients",
    "slope-of-output",
    "Hands the output to the derivative, φ′(φ(z)): with tanh, the slope is taken twice over.",
)
def plain_gradients_slope_of_output(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    def slope(i: int, trace: Any) -> Any:
        return _slope(trace.states[i + 1], activation)

    return _backward(x, weights, biases, cotangent, activation, _transposed, slope)


@mistake(
    "residual.residual_gradients",
    "scale-ignored",
    "ε is computed and stored, but never multiplied in: the scale is ignored.",
)
def residual_gradients_scale_ignored(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    return residual.residual_gradients(x, weights, cotangent, scale=1.0, activation=activation)
