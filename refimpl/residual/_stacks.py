"""Plain and residual stacks."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from .. import _xp
from .._errors import ShapeError, kind, message
from .._typing import Array, Namespace
from ..public import STAYS, Choice, Nested, Number, Reals, public

Activation = Literal["linear", "relu", "tanh"]
ACTIVATION = Choice("linear", "relu", "tanh")
BLOCKS = Nested("pairs (W₁, W₂) of real floating, W₂ may be None", 2)

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


@public(
    {
        "x": Reals("..., n₀"),
        "weights": Nested("(nᵢ, nᵢ₊₁) real floating"),
        "biases": Nested("(nᵢ₊₁,) real floating") | None,
        "activation": ACTIVATION,
    },
    (Reals("..., n_N"), Reals("..., nᵢ"), Reals("..., nᵢ")),
    nan=STAYS,
)
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
    x
    weights
        An empty one is the identity.
    biases
        As many as weights; None means zero.
    activation
        φ of every layer.

    Returns
    -------
    PlainTrace: output (..., n_N), the N+1 states with x first and the output last, and the N
    pre-activations, in the arguments' dtype and on their device.

    Source: residual D2.

    Examples
    --------
    >>> import numpy as np
    >>> plain_stack(np.asarray([1.0, -2.0]), [np.eye(2)], activation="relu").output
    array([1., 0.])
    """
    check_plain(x, weights, biases)
    return _plain_stack(x, weights, biases, activation, xp=_xp.of(x))


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


@public(
    {"x": Reals("..., n"), "weights": BLOCKS, "scale": Number(), "activation": ACTIVATION},
    (Reals("..., n"), Reals("..., n"), Reals("..., h"), Reals("..., n")),
    nan=STAYS,
)
def residual_stack(
    x: Array, weights: Sequence[Block], /, *, scale: float, activation: Activation = "linear"
) -> ResidualTrace:
    """Run a stack of residual blocks, y = x + ε φ(xW₁)W₂ repeated.

    A block whose W₂ is None has no hidden layer and is linear, y = x + ε xW₁, whatever φ is.

    Parameters
    ----------
    x
    weights
        W₁ is (n, h) and W₂ (h, n), or (n, n) and None; h may differ between blocks. An empty list is the
        identity.
    scale
        ε, a Python number; 1/√N for N blocks keeps the growth bounded.
    activation
        φ.

    Returns
    -------
    ResidualTrace: output (..., n), the N+1 states with x first and the output last, the N
    products xW₁ and the N branches φ(xW₁)W₂, in the arguments' dtype and on their device.

    Source: residual D2.

    Examples
    --------
    >>> import numpy as np
    >>> residual_stack(np.asarray([1.0, 2.0]), [(np.eye(2), None)], scale=0.5).output
    array([1.5, 3. ])
    """
    check_residual(x, weights)
    return _residual_stack(x, weights, scale, activation, xp=_xp.of(x))


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


def _check_matrix(name: str, W: Array, rows: int, columns: int | None = None) -> int:
    """Require W of shape (rows, columns); return its columns."""
    shape = tuple(W.shape)
    if len(shape) != 2 or shape[0] != rows or columns not in (None, shape[1]):
        expected = f"({rows}, {'any' if columns is None else columns})"
        raise ShapeError(message(name, f"shape {shape}", f"shape {expected}"))
    return int(shape[1])


def check_plain(x: Array, weights: Sequence[Array], biases: Sequence[Array] | None) -> int:
    """Require widths that chain; return the last."""
    if biases is not None and len(biases) != len(weights):
        raise ShapeError(message("biases", f"{len(biases)} of them", f"{len(weights)}, as weights"))
    width = int(x.shape[-1])
    for i, W in enumerate(weights):
        width = _check_matrix(f"weights[{i}]", W, width)
        if biases is not None and tuple(biases[i].shape) != (width,):
            raise ShapeError(message(f"biases[{i}]", f"shape {tuple(biases[i].shape)}", f"shape ({width},)"))
    return width


def check_residual(x: Array, weights: Sequence[Block]) -> None:
    """Require pairs of matrices that lead from the width of x back to it."""
    n = x.shape[-1]
    for i, block in enumerate(weights):
        if not isinstance(block, list | tuple) or len(block) != 2:
            raise ShapeError(message(f"weights[{i}]", kind(block), "a pair (W1, W2)"))
        W1, W2 = block
        hidden = _check_matrix(f"weights[{i}][0]", W1, n, n if W2 is None else None)
        if W2 is not None:
            _check_matrix(f"weights[{i}][1]", W2, hidden, n)
