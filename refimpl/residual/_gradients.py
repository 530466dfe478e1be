"""Gradients of plain and residual stacks in reverse mode, and the increment of a step."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .. import _xp
from .._errors import ShapeError, message
from .._public import public
from .._typing import Array, Namespace
from ._stacks import (
    Activation,
    Block,
    _activate,
    _check_plain,
    _check_residual,
    _plain_stack,
    _residual_stack,
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


@public()
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
    x : (..., n₀) real floating
    weights, biases, activation
        As in plain_stack.
    cotangent : (..., n_N) real floating
        ∂L/∂output, of the output's shape.

    Returns
    -------
    PlainGradients: x of the shape of x, weights, and biases (empty for biases None), in the
    arguments' dtype and on their device. NaN in an array is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError, DomainError
        as plain_stack, and for a cotangent that has not the output's shape.

    Source: residual D3.

    Examples
    --------
    >>> import numpy as np
    >>> x, W, g = np.asarray([1.0, 2.0]), np.eye(2), np.asarray([3.0, 5.0])
    >>> plain_gradients(x, [W], None, g).weights[0]
    array([[ 3.,  5.],
           [ 6., 10.]])
    """
    call = "residual.plain_gradients"
    xp = _check_plain(call, x, weights, biases, activation, cotangent=cotangent)
    _check_cotangent(call, cotangent, (*x.shape[:-1], weights[-1].shape[1] if weights else x.shape[-1]))
    return _plain_gradients(x, weights, biases, cotangent, activation, xp=xp)


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


@public()
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
    x : (..., n) real floating
    weights, scale, activation
        As in residual_stack.
    cotangent : (..., n) real floating
        ∂L/∂output, of the shape of x.

    Returns
    -------
    ResidualGradients: x of the shape of x, and weights as pairs (None for W₂ None), in the
    arguments' dtype and on their device. NaN in an array is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError, DomainError
        as residual_stack, and for a cotangent that has not the shape of x.

    Source: residual D3, C4.

    Examples
    --------
    >>> import numpy as np
    >>> x, g = np.asarray([1.0, 2.0]), np.asarray([3.0, 5.0])
    >>> residual_gradients(x, [(np.eye(2), None)], g, scale=0.5).x
    array([4.5, 7.5])
    """
    call = "residual.residual_gradients"
    xp, epsilon = _check_residual(call, x, weights, scale, activation, cotangent=cotangent)
    _check_cotangent(call, cotangent, tuple(x.shape))
    return _residual_gradients(x, weights, cotangent, epsilon, activation, xp=xp)


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


@public()
def sgd_increment(gradients: Sequence[Any], /, *, learning_rate: float) -> Array:
    """The first-order change of the loss by one step of gradient descent, −η Σ‖∇‖².

    Parameters
    ----------
    gradients : list or tuple of real floating arrays
        May be nested, with None among them, as `weights` of PlainGradients and ResidualGradients are.
    learning_rate : float ≥ 0
        η, a Python number.

    Returns
    -------
    () in the gradients' common dtype, on their device; −inf where the sum of squares overflows. NaN in an
    array is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError, DomainError
        for no array at all, integer arrays, mixed libraries, or η negative or not finite.

    Source: residual D4, C2.

    Examples
    --------
    >>> import numpy as np
    >>> float(sgd_increment([np.asarray([3.0, 4.0])], learning_rate=0.5))
    -12.5
    """
    call = "residual.sgd_increment"
    eta = _xp.check_number(call, "learning_rate", learning_rate, 0.0, closed=True)
    arrays = {f"gradients[{i}]": array for i, array in enumerate(_leaves(gradients))}
    if not arrays:
        raise ShapeError(message(call, "gradients", "no array", "at least one array"))
    xp = _xp.namespace(call, **arrays)
    _xp.floating(call, xp, **arrays)
    squares = [xp.sum(array * array) for array in arrays.values()]
    return -eta * sum(squares[1:], squares[0])


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


def _check_cotangent(call: str, cotangent: Array, shape: tuple[int, ...]) -> None:
    if tuple(cotangent.shape) != shape:
        got = f"shape {tuple(cotangent.shape)}"
        raise ShapeError(message(call, "cotangent", got, f"shape {shape}, that of the output"))
