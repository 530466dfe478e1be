"""Gradients of plain and residual stacks in reverse mode, and the increment of a step."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .. import _xp
from .._errors import ShapeError, message
from .._typing import Array, Namespace
from ..public import STAYS, Nested, Number, Reals, public
from ._stacks import (
    ACTIVATION,
    BLOCKS,
    Activation,
    Block,
    _activate,
    _plain_stack,
    _residual_stack,
    check_plain,
    check_residual,
)


class PlainGradients(NamedTuple):
    """Gradients of ⟨cotangent, output⟩, each of the shape of what it belongs to."""

    x: Array
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]


class ResidualGradients(NamedTuple):
    """Gradients of ⟨cotangent, output⟩; the weights as pairs (W₁, W₂), None where W₂ is."""

    x: Array
    weights: tuple[Block, ...]


@public(
    {
        "x": Reals("..., n₀"),
        "weights": Nested("(nᵢ, nᵢ₊₁) real floating"),
        "biases": Nested("(nᵢ₊₁,) real floating") | None,
        "cotangent": Reals("..., n_N"),
        "activation": ACTIVATION,
    },
    (Reals("..., n₀"), Reals("nᵢ, nᵢ₊₁").over_batch(), Reals("nᵢ₊₁").over_batch()),
    nan=STAYS,
)
def plain_gradients(
    x: Array,
    weights: Sequence[Array],
    biases: Sequence[Array] | None,
    cotangent: Array,
    /,
    *,
    activation: Activation = "linear",
) -> PlainGradients:
    """Gradients of ⟨cotangent, plain_stack(x, …).output⟩ with respect to x, every weight and every bias.

    ζ = δ ∘ φ′(z), ∇W = Σ xᵀζ, ∇b = Σ ζ over the leading axes, and δ = ζWᵀ for the layer before.
    relu′(0) = 0.

    Parameters
    ----------
    x
    weights
        As in plain_stack.
    biases
        As in plain_stack.
    cotangent
        ∂L/∂output, of the output's shape.
    activation
        As in plain_stack.

    Returns
    -------
    PlainGradients: x of the shape of x, weights, and biases (empty for biases None), in the
    arguments' dtype and on their device.

    Source: residual D3.

    Examples
    --------
    >>> import numpy as np
    >>> x, W, g = np.asarray([1.0, 2.0]), np.eye(2), np.asarray([3.0, 5.0])
    >>> plain_gradients(x, [W], None, g).weights[0]
    array([[ 3.,  5.],
           [ 6., 10.]])
    """
    _check_cotangent(cotangent, check_plain(x, weights, biases))
    return _plain_gradients(x, weights, biases, cotangent, activation, xp=_xp.of(x))


def _plain_gradients(
    x: Array,
    weights: Sequence[Array],
    biases: Sequence[Array] | None,
    cotangent: Array,
    activation: Activation,
    *,
    xp: Namespace,
) -> PlainGradients:
    trace = _plain_stack(x, weights, biases, activation, xp=xp)
    to_weights, to_biases = [], []
    for W, state, z in zip(
        reversed(weights), reversed(trace.states[:-1]), reversed(trace.preactivations), strict=True
    ):
        to_z = cotangent * _slope(z, activation, xp=xp)
        to_weights.append(_outer(state, to_z, xp=xp))
        to_biases.append(xp.sum(_rows(to_z, xp=xp), axis=0))
        cotangent = xp.matmul(to_z, xp.matrix_transpose(W))
    return PlainGradients(
        cotangent, tuple(reversed(to_weights)), () if biases is None else tuple(reversed(to_biases))
    )


@public(
    {
        "x": Reals("..., n"),
        "weights": BLOCKS,
        "cotangent": Reals("..., n"),
        "scale": Number(),
        "activation": ACTIVATION,
    },
    (Reals("..., n"), Reals("n, h").over_batch()),
    nan=STAYS,
)
def residual_gradients(
    x: Array,
    weights: Sequence[Block],
    cotangent: Array,
    /,
    *,
    scale: float,
    activation: Activation = "linear",
) -> ResidualGradients:
    """Gradients of ⟨cotangent, residual_stack(x, …).output⟩ with respect to x and every weight.

    With hidden h = φ(z), z = xW₁: ∇W₂ = ε Σ hᵀδ, ζ = δW₂ᵀ ∘ φ′(z), ∇W₁ = ε Σ xᵀζ over the leading axes,
    and δ + ε ζW₁ᵀ for the block before (the skip carries δ over). Without W₂, ζ = δ. relu′(0) = 0.

    Parameters
    ----------
    x
    weights
        As in residual_stack.
    cotangent
        ∂L/∂output, of the shape of x.
    scale
        As in residual_stack.
    activation
        As in residual_stack.

    Returns
    -------
    ResidualGradients: x of the shape of x, and weights as pairs (None for W₂ None), in the
    arguments' dtype and on their device.

    Source: residual D3, C4.

    Examples
    --------
    >>> import numpy as np
    >>> x, g = np.asarray([1.0, 2.0]), np.asarray([3.0, 5.0])
    >>> residual_gradients(x, [(np.eye(2), None)], g, scale=0.5).x
    array([4.5, 7.5])
    """
    check_residual(x, weights)
    return _residual_gradients(x, weights, cotangent, scale, activation, xp=_xp.of(x))


def _residual_gradients(
    x: Array,
    weights: Sequence[Block],
    cotangent: Array,
    scale: float,
    activation: Activation,
    *,
    xp: Namespace,
) -> ResidualGradients:
    trace = _residual_stack(x, weights, scale, activation, xp=xp)
    gradients: list[Block] = []
    for (W1, W2), state, z in zip(
        reversed(weights), reversed(trace.states[:-1]), reversed(trace.preactivations), strict=True
    ):
        to_z, to_second = cotangent, None
        if W2 is not None:
            to_second = scale * _outer(_activate(z, activation, xp=xp), cotangent, xp=xp)
            to_z = xp.matmul(cotangent, xp.matrix_transpose(W2)) * _slope(z, activation, xp=xp)
        gradients.append((scale * _outer(state, to_z, xp=xp), to_second))
        cotangent = cotangent + scale * xp.matmul(to_z, xp.matrix_transpose(W1))
    return ResidualGradients(cotangent, tuple(reversed(gradients)))


@public(
    {"gradients": Nested("real floating arrays, which may be nested", 9), "learning_rate": Number(least=0)},
    Reals(""),
    nan=STAYS,
    raises={ShapeError: "for no array at all"},
)
def sgd_increment(gradients: Sequence[Any], /, *, learning_rate: float) -> Array:
    """The first-order change of the loss by one step of gradient descent, −η Σ‖∇‖².

    Parameters
    ----------
    gradients
        With None among them, as `weights` of PlainGradients and ResidualGradients are.
    learning_rate
        η, a Python number.

    Returns
    -------
    in the gradients' common dtype, on their device; −inf where the sum of squares overflows.

    Source: residual D4, C2.

    Examples
    --------
    >>> import numpy as np
    >>> float(sgd_increment([np.asarray([3.0, 4.0])], learning_rate=0.5))
    -12.5
    """
    arrays = list(_leaves(gradients))
    if not arrays:
        raise ShapeError(message("gradients", "no array", "at least one array"))
    xp = _xp.of(*arrays)
    squares = [xp.sum(array * array) for array in arrays]
    return -learning_rate * sum(squares[1:], squares[0])


def _slope(z: Array, activation: Activation, *, xp: Namespace) -> Array:
    """φ′(z); relu′(0) = 0."""
    if activation == "relu":
        slope = xp.where(z <= 0, xp.zeros_like(z), xp.ones_like(z))
        return xp.where(xp.isnan(z), z, slope) if _xp.rounds(xp) else slope
    if activation == "tanh":
        decay = xp.exp(-2 * xp.abs(z))  # 1 − tanh² would lose all digits where tanh is near ±1
        return 4 * decay / ((1 + decay) * (1 + decay))
    return xp.ones_like(z)


def _rows(array: Array, *, xp: Namespace) -> Array:
    """All leading axes as one."""
    return xp.reshape(array, (math.prod(array.shape[:-1]), array.shape[-1]))


def _outer(left: Array, right: Array, *, xp: Namespace) -> Array:
    """Σ leftᵀ right over all leading axes."""
    return xp.matmul(xp.matrix_transpose(_rows(left, xp=xp)), _rows(right, xp=xp))


def _leaves(tree: Any) -> Iterator[Array]:
    """The arrays of nested lists and tuples, without None."""
    if isinstance(tree, list | tuple):
        for part in tree:
            yield from _leaves(part)
    elif tree is not None:
        yield tree


def _check_cotangent(cotangent: Array, width: int) -> None:
    if cotangent.shape[-1] != width:
        got, expected = f"shape {tuple(cotangent.shape)}", f"last axis {width}, that of the output"
        raise ShapeError(message("cotangent", got, expected))
