"""Stacks by einsum, their gradients by complex steps, norms as usually written."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from refimpl.residual import (
    Constants,
    DeepNormConstants,
    PlainGradients,
    PlainTrace,
    ResidualGradients,
    ResidualTrace,
)

Array = Any


def init_variance(fan_in: int, fan_out: int, *, mode: str = "forward", activation: str = "linear") -> float:
    """As in most public code: gain² over the fan."""
    fan = {"forward": Fraction(fan_in), "backward": Fraction(fan_out)}.get(
        mode, Fraction(fan_in + fan_out, 2)
    )
    return float((2 if activation == "relu" else 1) / fan)


def growth(eps: float, depth: int, *, kind: str = "aligned") -> float:
    """Through the logarithm of the base: the power itself would lose ε beside 1."""
    base = eps if kind == "aligned" else eps * eps
    logarithm = 2 * math.log(eps) if kind != "aligned" and eps > 1e150 else math.log1p(base)
    exponent = Fraction(depth) * Fraction(logarithm)
    exponent = exponent if kind == "aligned" else exponent / 2
    return math.exp(float(exponent)) if exponent < 709.7827 else math.inf


def deepnorm_constants(encoder_layers: int, decoder_layers: int, *, exact: bool = False) -> DeepNormConstants:
    """Through logarithms."""
    n, m = encoder_layers, decoder_layers

    def root(number: int, order: int) -> float:
        return math.exp(math.log(number) / order)

    if not m:
        return DeepNormConstants(Constants(root(2 * n, 4), 1 / root(8 * n, 4)), None)
    if not n:
        return DeepNormConstants(None, Constants(root(2 * m, 4), 1 / root(8 * m, 4)))
    scale = root(n**4 * m, 16)
    first, second = (27 ** (-1 / 16), 27 ** (1 / 16) / math.sqrt(2)) if exact else (0.81, 0.87)
    return DeepNormConstants(
        Constants(first * scale, second / scale), Constants(root(3 * m, 4), 1 / root(12 * m, 4))
    )


def _apply(z: Array, activation: str) -> Array:
    if activation == "relu":
        return np.where(z.real > 0, z, 0)
    return np.tanh(z) if activation == "tanh" else z


def plain_stack(
    x: Array,
    weights: Sequence[Array],
    biases: Sequence[Array] | None = None,
    /,
    *,
    activation: str = "linear",
) -> PlainTrace:
    """By einsum."""
    states, before = [x], []
    for i, weight in enumerate(weights):
        z = np.einsum("...i,ij->...j", states[-1], weight)
        before.append(z if biases is None else z + biases[i])
        states.append(_apply(before[-1], activation))
    return PlainTrace(states[-1], tuple(states), tuple(before))


def residual_stack(
    x: Array, weights: Sequence[tuple[Array, Array | None]], /, *, scale: float, activation: str = "linear"
) -> ResidualTrace:
    """By einsum."""
    states, before, branches = [x], [], []
    for first, second in weights:
        before.append(np.einsum("...i,ij->...j", states[-1], first))
        branches.append(
            before[-1]
            if second is None
            else np.einsum("...i,ij->...j", _apply(before[-1], activation), second)
        )
        states.append(states[-1] + scale * branches[-1])
    return ResidualTrace(states[-1], tuple(states), tuple(before), tuple(branches))


def _slopes(z: Array, activation: str) -> Array:
    """φ′ by an imaginary step, which subtracts nothing."""
    return _apply(z + 2.0**-100 * 1j, activation).imag * 2.0**100


def _products(a: Array, b: Array) -> Array:
    """Σ aᵀb over the leading axes."""
    return np.tensordot(a.reshape(-1, a.shape[-1]), b.reshape(-1, b.shape[-1]), axes=(0, 0))


def plain_gradients(
    x: Array, weights: Sequence[Array], biases: Sequence[Array] | None, cotangent: Array, /, *,
    activation: str = "linear",
) -> PlainGradients:  # fmt: skip
    """Whole Jacobians of the output with respect to every state, and the cotangent last; in float64."""
    trace = plain_stack(x, weights, biases, activation=activation)
    after = np.eye(cotangent.shape[-1])
    found: list[tuple[Array, Array]] = []
    for state, z, weight in zip(trace.states[-2::-1], trace.preactivations[::-1], weights[::-1], strict=True):
        inner = np.einsum("...i,...ij->...ij", _slopes(z, activation), after)
        zeta = np.einsum("...ij,...j->...i", inner, cotangent)
        found.append((_products(state, zeta), zeta.reshape(-1, zeta.shape[-1]).sum(0)))
        after = np.einsum("ij,...jk->...ik", weight.astype(float), inner)
    dtype = cotangent.dtype
    return PlainGradients(
        np.einsum("...ij,...j->...i", after, cotangent).astype(dtype),
        tuple(weight.astype(dtype) for weight, _ in found[::-1]),
        () if biases is None else tuple(bias.astype(dtype) for _, bias in found[::-1]),
    )


def residual_gradients(
    x: Array, weights: Sequence[tuple[Array, Array | None]], cotangent: Array, /, *, scale: float,
    activation: str = "linear",
) -> ResidualGradients:  # fmt: skip
    """Whole Jacobians of the output with respect to every state, and the cotangent last; in float64."""
    trace = residual_stack(x, weights, scale=scale, activation=activation)
    after = np.broadcast_to(np.eye(x.shape[-1]), (*x.shape[:-1], x.shape[-1], x.shape[-1]))
    found: list[tuple[Array, Array | None]] = []
    for state, z, (first, second) in zip(
        trace.states[-2::-1], trace.preactivations[::-1], weights[::-1], strict=True
    ):
        delta = scale * np.einsum("...ij,...j->...i", after, cotangent)
        inner, outer = scale * after, None
        if second is not None:
            outer = _products(_apply(z, activation), delta)
            inner = np.einsum("...i,ij,...jk->...ik", _slopes(z, activation), second.astype(float), inner)
        zeta = np.einsum("...ij,...j->...i", inner, cotangent)
        found.append((_products(state, zeta), outer))
        after = after + np.einsum("ij,...jk->...ik", first.astype(float), inner)
    dtype = x.dtype
    return ResidualGradients(
        np.einsum("...ij,...j->...i", after, cotangent).astype(dtype),
        tuple(
            (first.astype(dtype), None if second is None else second.astype(dtype))
            for first, second in found[::-1]
        ),
    )


def _leaves(tree: Any) -> list[Array]:
    if tree is None:
        return []
    return [leaf for part in tree for leaf in _leaves(part)] if isinstance(tree, list | tuple) else [tree]


def sgd_increment(gradients: Sequence[Array], /, *, learning_rate: float) -> Array:
    """One long vector."""
    leaves = _leaves(gradients)
    flat = np.concatenate([leaf.ravel() for leaf in leaves])
    with np.errstate(over="ignore"):
        return np.asarray(-learning_rate * np.dot(flat, flat), dtype=np.result_type(*leaves))


def layer_norm(
    x: Array, gamma: Array | None = None, beta: Array | None = None, /, *, eps: float = 1e-5
) -> Array:
    """Two passes, as in most public code, but in long double: there no square overflows, and the mean of
    nearly equal numbers does not lose the digits in which they differ."""
    wide = x.astype(np.longdouble)
    with np.errstate(all="ignore"):
        centred = wide - wide.mean(axis=-1, keepdims=True)
        result = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)
        result = result if gamma is None else result * gamma
        result = result if beta is None else result + beta
    return result.astype(np.result_type(x, *(a for a in (gamma, beta) if a is not None)))


def deep_norm(
    x: Array, branch: Array, gamma: Array | None = None, beta: Array | None = None, /, *,
    alpha: float, eps: float = 1e-5,
) -> Array:  # fmt: skip
    """The sum in the dtype, then the norm."""
    return layer_norm(alpha * x + branch, gamma, beta, eps=eps)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"residual.{function.__name__}": function
    for function in (
        deep_norm, deepnorm_constants, growth, init_variance, layer_norm, plain_gradients, plain_stack,
        residual_gradients, residual_stack, sgd_increment,
    )
}  # fmt: skip
