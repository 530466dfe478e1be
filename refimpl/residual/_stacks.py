"""Plain and residual stacks, and their gradients in reverse mode."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

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


def _activate(z: Array, activation: Activation, *, xp: Namespace) -> Array:
    if activation == "relu":
        return xp.where(z <= 0, xp.zeros_like(z), z)
    return xp.tanh(z) if activation == "tanh" else z


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


def _check_cotangent(call: str, cotangent: Array, shape: tuple[int, ...]) -> None:
    if tuple(cotangent.shape) != shape:
        got = f"shape {tuple(cotangent.shape)}"
        raise ShapeError(message(call, "cotangent", got, f"shape {shape}, that of the output"))


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
