"""Stacks and their derivatives in NumPy, by complex step: an independent route to every gradient.

f(θ + ih) = f(θ) + ih f′(θ) + O(h²) for analytic f, without subtraction, so h may be as small as
2⁻¹⁰⁰ and the derivative is as accurate as f. relu is analytic on either side of its kink; its sign
is that of the real part. An extra leading axis on any argument runs many stacks at once.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from ...language import complex_step

Real: TypeAlias = np.ndarray[Any, Any]
Blocks: TypeAlias = Sequence[tuple[Real, Real | None]]

STEP = 2.0**-100


def _activate(z: Real, activation: str) -> Real:
    if activation == "relu":
        return np.where(z.real > 0, z, 0)
    return np.tanh(z) if activation == "tanh" else z


def plain(
    x: Real, weights: Sequence[Real], biases: Sequence[Real], activation: str
) -> tuple[Real, list[Real]]:
    """Output and pre-activations; biases are (1, m)."""
    preactivations = []
    for W, b in zip(weights, biases, strict=True):
        preactivations.append(x @ W + b)
        x = _activate(preactivations[-1], activation)
    return x, preactivations


def residual(x: Real, weights: Blocks, scale: float, activation: str) -> tuple[Real, list[Real]]:
    """Output and the products xW₁."""
    preactivations = []
    for W1, W2 in weights:
        preactivations.append(x @ W1)
        branch = preactivations[-1]
        x = x + scale * (branch if W2 is None else _activate(branch, activation) @ W2)
    return x, preactivations


def gradients(loss: Callable[..., Real], parameters: Sequence[Real]) -> list[Real]:
    """Gradients of a loss with respect to each parameter; the loss keeps a leading axis."""
    found = []
    for i, value in enumerate(parameters):
        step, unit = complex_step.step(value, STEP)
        steps = step * np.eye(value.size).reshape(value.size, *value.shape)
        varied = loss(*parameters[:i], value + steps, *parameters[i + 1 :])
        found.append((varied.imag / unit).reshape(value.shape))
    return found


def plain_gradients(
    x: Real, weights: Sequence[Real], biases: Sequence[Real], cotangent: Real, activation: str
) -> list[Real]:
    """With respect to x (rows, n), the weights and the biases (1, m), in this order."""
    depth = len(weights)

    def loss(x: Real, *rest: Real) -> Real:
        output, _ = plain(x, rest[:depth], rest[depth:], activation)
        return np.asanyarray(np.sum(cotangent * output, axis=(-2, -1)))

    return gradients(loss, [x, *weights, *biases])


def residual_gradients(
    x: Real, weights: Blocks, cotangent: Real, scale: float, activation: str
) -> list[Real]:
    """With respect to x (rows, n), then W₁ and (unless None) W₂ of every block."""

    def loss(x: Real, *rest: Real) -> Real:
        left = iter(rest)
        blocks = [(next(left), None if W2 is None else next(left)) for _, W2 in weights]
        output, _ = residual(x, blocks, scale, activation)
        return np.asanyarray(np.sum(cotangent * output, axis=(-2, -1)))

    return gradients(loss, [x, *(W for block in weights for W in block if W is not None)])


def near_kink(preactivations: Sequence[Real], magnitudes: Sequence[Real], reach: float) -> Real:
    """Rows (rows, 1) in which some unit is so close to 0 that rounding may choose its side."""
    close = [
        np.any(np.abs(z) <= reach * size, axis=-1, keepdims=True)
        for z, size in zip(preactivations, magnitudes, strict=True)
    ]
    return np.asanyarray(np.any(close, axis=0))
