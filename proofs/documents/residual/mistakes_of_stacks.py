"""How people get plain and residual stacks wrong."""

import math
from typing import Any

from .... import _libraries, residual
from ...language.mistake import MistakesOf

of_plain_stack = MistakesOf("residual.plain_stack")
of_residual_stack = MistakesOf("residual.residual_stack")


def _where_negative(z: Any, low: Any, high: Any) -> Any:
    return _libraries.array_namespace(z).where(z <= 0, low, high)


@of_plain_stack("last-layer-linear", "Leaves the last layer linear, as in a classifier's head.")
def plain_stack_last_layer_linear(
    x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear"
) -> Any:
    trace = residual.plain_stack(x, weights, biases, activation=activation)
    last = trace.preactivations[-1]
    return trace._replace(output=last, states=(*trace.states[:-1], last))


@of_plain_stack("bias-after-activation", "Adds the bias to φ(xW) instead of to xW.")
def plain_stack_bias_after_activation(
    x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear"
) -> Any:
    states, preactivations = [x], []
    for i, W in enumerate(weights):
        y, _, (z,) = residual.plain_stack(states[-1], [W], activation=activation)
        states.append(y if biases is None else y + biases[i])
        preactivations.append(z)
    return residual.PlainTrace(states[-1], tuple(states), tuple(preactivations))


def _reshaped(W: Any) -> Any:
    """Wᵀ's shape with W's order of elements."""
    return _libraries.array_namespace(W).reshape(W, (W.shape[1], W.shape[0]))


def _transposed(W: Any) -> Any:
    return _libraries.array_namespace(W).matrix_transpose(W)


@of_plain_stack(
    "reshaped-for-transposed",
    "Brings weights stored as (out, in) to (in, out) by reshaping instead of transposing.",
)
def plain_stack_reshaped(x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear") -> Any:
    stored = [_transposed(W) for W in weights]
    return residual.plain_stack(x, [_reshaped(W) for W in stored], biases, activation=activation)


@of_residual_stack(
    "scale-ignored", "Computes and stores ε, but never multiplies by it.", reference="transformers#47458"
)
def residual_stack_scale_ignored(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return residual.residual_stack(x, weights, scale=1.0, activation=activation)


@of_residual_stack("half-power-scale", "Uses ε/√2: the 1/√(2N) of two branches in a block, for one.")
def residual_stack_half_power_scale(
    x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    return residual.residual_stack(x, weights, scale=scale / math.sqrt(2), activation=activation)


@of_residual_stack("scale-on-skip", "Scales x instead of the branch, ε x + φ(xW₁)W₂.")
def residual_stack_scale_on_skip(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return _run(x, weights, lambda x, z, branch: scale * x + branch, activation)


@of_residual_stack("normalised-sum", "Divides by √(1+ε²) in every block, as variance-preserving sums do.")
def residual_stack_normalised_sum(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return _run(x, weights, lambda x, z, branch: (x + scale * branch) / math.hypot(1.0, scale), activation)


@of_residual_stack(
    "second-activation",
    "Applies relu after W₂ too, so that the branch has a positive mean and the sum drifts.",
)
def residual_stack_second_activation(
    x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    def join(x: Any, z: Any, branch: Any) -> Any:
        return x + scale * _where_negative(branch, 0 * branch, branch)

    return _run(x, weights, join, activation)


def _run(x: Any, weights: Any, join: Any, activation: Any) -> Any:
    """A residual stack with another way to join x and the branch."""
    states, preactivations, branches = [x], [], []
    for block in weights:
        trace = residual.residual_stack(states[-1], [block], scale=1.0, activation=activation)
        preactivations.append(trace.preactivations[0])
        branches.append(trace.branches[0])
        states.append(join(states[-1], preactivations[-1], branches[-1]))
    return residual.ResidualTrace(states[-1], tuple(states), tuple(preactivations), tuple(branches))


def _activated(x: Any, weights: Any, biases: Any, activation: Any) -> Any:
    """A plain stack with another activation, a function of arrays."""
    states, preactivations = [x], []
    for i, W in enumerate(weights):
        own = None if biases is None else biases[i : i + 1]
        preactivations.append(residual.plain_stack(states[-1], [W], own).output)
        states.append(activation(preactivations[-1]))
    return residual.PlainTrace(states[-1], tuple(states), tuple(preactivations))


@of_plain_stack("no-bias", "Leaves the biases out: layers without bias.")
def plain_stack_no_bias(x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear") -> Any:
    return residual.plain_stack(x, weights, None, activation=activation)


@of_plain_stack("bias-subtracted", "Subtracts the bias, as one subtracts a threshold.")
def plain_stack_bias_subtracted(
    x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear"
) -> Any:
    opposite = None if biases is None else [-b for b in biases]
    return residual.plain_stack(x, weights, opposite, activation=activation)


@of_plain_stack("leaky", "Leaks 1 % of negative numbers through relu, as leaky relu does.")
def plain_stack_leaky(x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear") -> Any:
    if activation != "relu":
        return residual.plain_stack(x, weights, biases, activation=activation)
    return _activated(x, weights, biases, lambda z: _where_negative(z, 0.01 * z, z))


@of_plain_stack("sigmoid-for-tanh", "Uses the logistic sigmoid instead of tanh.")
def plain_stack_sigmoid(x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear") -> Any:
    if activation != "tanh":
        return residual.plain_stack(x, weights, biases, activation=activation)
    xp = _libraries.array_namespace(x)
    return _activated(x, weights, biases, lambda z: (1 + xp.tanh(z / 2)) / 2)


@of_residual_stack("no-skip", "Forgets the skip: y = ε φ(xW₁)W₂, as a plain stack.")
def residual_stack_no_skip(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return _run(x, weights, lambda x, z, branch: scale * branch, activation)


@of_residual_stack("scale-squared", "Multiplies by the scale twice: ε² instead of ε.")
def residual_stack_scale_squared(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return residual.residual_stack(x, weights, scale=scale**2, activation=activation)


@of_residual_stack("sum-scaled", "Scales the whole sum, ε (x + φ(xW₁)W₂), the skip too.")
def residual_stack_sum_scaled(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return _run(x, weights, lambda x, z, branch: scale * (x + branch), activation)


@of_residual_stack(
    "activated-sum",
    "Applies φ to the sum too, φ(x + ε φ(xW₁)W₂), as the first residual networks do after the addition.",
)
def residual_stack_activated_sum(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    def join(x: Any, z: Any, branch: Any) -> Any:
        total, xp = x + scale * branch, _libraries.array_namespace(x)
        if z is branch:  # a block without a hidden layer is linear
            return total
        if activation == "tanh":
            return xp.tanh(total)
        return _where_negative(total, xp.zeros_like(total), total) if activation == "relu" else total

    return _run(x, weights, join, activation)


@of_residual_stack(
    "activation-last", "Applies φ after the second product instead of before it: x + ε φ(xW₁W₂)."
)
def residual_stack_activation_last(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    rest = iter(weights)

    def join(x: Any, z: Any, branch: Any) -> Any:
        second = next(rest)[1]
        if second is not None:
            branch = residual.plain_stack(z, [second], activation=activation).output
        return x + scale * branch

    return _run(x, weights, join, activation)
