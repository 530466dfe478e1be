"""Plain and residual stacks."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from .. import _xp
from .._errors import ShapeError, kind, message
from .._public import public
from .._typing import Array, Namespace

Activation = Literal["linear", "relu", "tanh"]


Block: TypeAlias = tuple[Array, Array | None]


class PlainTrace(NamedTuple):
    """A plain stack's output, its states x, y₁, …, y_N, and the pre-activations xW + b."""

    output: Array
    states: tuple[Array, ...]
    preactivations: tuple[Array, ...]


class ResidualTrace(NamedTuple):
    """A residual stack's output, its states x, y₁, …, y_N, the products xW₁, and the branches before ε."""

    output: Array
    states: tuple[Array, ...]
    preactivations: tuple[Array, ...]
    branches: tuple[Array, ...]


@public()
def plain_stack(
    x: Array,
    weights: Sequence[Array],
    biases: Sequence[Array] | None = None,
    /,
    *,
    activation: Activation = "linear",
) -> PlainTrace:
    """Run a stack of plain layers, y = φ(xW + b) repeated.

    Parameters
    ----------
    x : (..., n₀) real floating
    weights : list or tuple of (nᵢ, nᵢ₊₁) real floating
        An empty one is the identity.
    biases : list or tuple of (nᵢ₊₁,) real floating, or None
        As many as weights; None means zero.
    activation : "linear", "relu" or "tanh"
        φ of every layer.

    Returns
    -------
    PlainTrace: output (..., n_N), the N+1 states with x first and the output last, and the N
    pre-activations, in the arguments' dtype and on their device. NaN in an array is NaN in every result
    that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError, DomainError
        for widths that do not chain, integer arrays, mixed libraries, or an unknown activation.

    Source: residual D2.

    Examples
    --------
    >>> import numpy as np
    >>> plain_stack(np.asarray([1.0, -2.0]), [np.eye(2)], activation="relu").output
    array([1., 0.])
    """
    xp = _check_plain("residual.plain_stack", x, weights, biases, activation)
    return _plain_stack(x, weights, biases, activation, xp=xp)


def _plain_stack(
    x: Array,
    weights: Sequence[Array],
    biases: Sequence[Array] | None,
    activation: Activation,
    *,
    xp: Namespace,
) -> PlainTrace:
    states, preactivations = [x], []
    for i, W in enumerate(weights):
        z = xp.matmul(states[-1], W)
        z = z if biases is None else z + biases[i]
        preactivations.append(z)
        states.append(_activate(z, activation, xp=xp))
    return PlainTrace(states[-1], tuple(states), tuple(preactivations))


@public()
def residual_stack(
    x: Array, weights: Sequence[Block], /, *, scale: float, activation: Activation = "linear"
) -> ResidualTrace:
    """Run a stack of residual blocks, y = x + ε φ(xW₁)W₂ repeated.

    A block whose W₂ is None has no hidden layer and is linear, y = x + ε xW₁, whatever φ is.

    Parameters
    ----------
    x : (..., n) real floating
    weights : list or tuple of pairs (W₁, W₂)
        (n, h) and (h, n), or (n, n) and None; h may differ between blocks. An empty one is the identity.
    scale : float
        ε, a Python number; 1/√N for N blocks keeps the growth bounded.
    activation : "linear", "relu" or "tanh"
        φ.

    Returns
    -------
    ResidualTrace: output (..., n), the N+1 states with x first and the output last, the N
    products xW₁ and the N branches φ(xW₁)W₂, in the arguments' dtype and on their device. NaN in an array
    is NaN in every result that depends on it.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError, DomainError
        for widths that do not fit, integer arrays, mixed libraries, an unknown activation, or ε not finite.

    Source: residual D2.

    Examples
    --------
    >>> import numpy as np
    >>> residual_stack(np.asarray([1.0, 2.0]), [(np.eye(2), None)], scale=0.5).output
    array([1.5, 3. ])
    """
    xp, epsilon = _check_residual("residual.residual_stack", x, weights, scale, activation)
    return _residual_stack(x, weights, epsilon, activation, xp=xp)


def _residual_stack(
    x: Array, weights: Sequence[Block], scale: float, activation: Activation, *, xp: Namespace
) -> ResidualTrace:
    states, preactivations, branches = [x], [], []
    for W1, W2 in weights:
        z = xp.matmul(states[-1], W1)
        branch = z if W2 is None else xp.matmul(_activate(z, activation, xp=xp), W2)
        preactivations.append(z)
        branches.append(branch)
        states.append(states[-1] + scale * branch)
    return ResidualTrace(states[-1], tuple(states), tuple(preactivations), tuple(branches))


def _activate(z: Array, activation: Activation, *, xp: Namespace) -> Array:
    if activation == "relu":
        return xp.where(z <= 0, xp.zeros_like(z), z)
    return xp.tanh(z) if activation == "tanh" else z


def _check_list(call: str, name: str, value: object) -> None:
    if not isinstance(value, list | tuple):
        raise ShapeError(message(call, name, kind(value), "a list or tuple, one item a layer"))


def _check_matrix(call: str, name: str, W: Array, rows: int, columns: int | None = None) -> int:
    """Require W of shape (rows, columns); return its columns."""
    shape = tuple(W.shape)
    if len(shape) != 2 or shape[0] != rows or columns not in (None, shape[1]):
        expected = f"({rows}, {'any' if columns is None else columns})"
        raise ShapeError(message(call, name, f"shape {shape}", f"shape {expected}"))
    return int(shape[1])


def _check_plain(
    call: str,
    x: Array,
    weights: Sequence[Array],
    biases: Sequence[Array] | None,
    activation: Activation,
    **more: Array,
) -> Namespace:
    _xp.check_choice(call, "activation", activation, ("linear", "relu", "tanh"))
    _check_list(call, "weights", weights)
    arrays = {"x": x, **{f"weights[{i}]": W for i, W in enumerate(weights)}, **more}
    if biases is not None:
        _check_list(call, "biases", biases)
        if len(biases) != len(weights):
            raise ShapeError(message(call, "biases", f"{len(biases)} of them", f"{len(weights)}, as weights"))
        arrays |= {f"biases[{i}]": b for i, b in enumerate(biases)}
    xp = _xp.namespace(call, **arrays)
    _xp.floating(call, xp, **arrays)
    _xp.check_axes(call, "x", x, 1)
    width = x.shape[-1]
    for i, W in enumerate(weights):
        width = _check_matrix(call, f"weights[{i}]", W, width)
        if biases is not None and tuple(biases[i].shape) != (width,):
            got = f"shape {tuple(biases[i].shape)}"
            raise ShapeError(message(call, f"biases[{i}]", got, f"shape ({width},)"))
    return xp


def _check_residual(
    call: str,
    x: Array,
    weights: Sequence[Block],
    scale: float,
    activation: Activation,
    **more: Array,
) -> tuple[Namespace, float]:
    _xp.check_choice(call, "activation", activation, ("linear", "relu", "tanh"))
    _check_list(call, "weights", weights)
    arrays = {"x": x, **more}
    for i, block in enumerate(weights):
        if not isinstance(block, list | tuple) or len(block) != 2:
            raise ShapeError(message(call, f"weights[{i}]", kind(block), "a pair (W1, W2)"))
        arrays |= {f"weights[{i}][{j}]": W for j, W in enumerate(block) if j == 0 or W is not None}
    xp = _xp.namespace(call, **arrays)
    _xp.floating(call, xp, **arrays)
    _xp.check_axes(call, "x", x, 1)
    n = x.shape[-1]
    for i, (W1, W2) in enumerate(weights):
        hidden = _check_matrix(call, f"weights[{i}][0]", W1, n, n if W2 is None else None)
        if W2 is not None:
            _check_matrix(call, f"weights[{i}][1]", W2, hidden, n)
    return xp, _xp.check_number(call, "scale", scale, -math.inf)
