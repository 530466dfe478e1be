"""Scores of the classes at given points: margins and strict winners."""

from .. import _libraries, _xp
from .._errors import DomainError
from .._typing import Array, Device, DType, Namespace
from ..public import STAYS, Integers, Made, Reals, public
from ._checks import BIASES, CLASS, ROWS, check_class


@public(
    {"W": ROWS, "b": BIASES, "z": Reals("..., d"), "k": CLASS},
    Reals("..., n − 1"),
    nan=STAYS,
    raises={DomainError: "for k ≥ n"},
)
def margins(W: Array, b: Array, z: Array, /, k: int) -> Array:
    """How far class k is ahead of every other class at z.

    ⟨w_k − w_i, z⟩ + b_k − b_i for i ≠ k, in the order of i. The differences are taken first, so
    that what is common to all rows does not round.

    Parameters
    ----------
    W
        One row for each class.
    b
        Biases.
    z
        Points.
    k
        A class, k < n.

    Returns
    -------
    in the common dtype of the arguments, on their device.

    Source: argmaxable D1.

    Examples
    --------
    >>> import numpy as np
    >>> margins(np.asarray([[1.0], [0.0], [-1.0]]), np.zeros(3), np.asarray([2.0]), k=0)
    array([2., 4.])
    """
    check_class(k, W.shape[0])
    return _margins(W, b, z, k, xp=_xp.of(W))


def _margins(W: Array, b: Array, z: Array, k: int, *, xp: Namespace) -> Array:
    rows = W[k, :] - xp.concat([W[:k, :], W[k + 1 :, :]], axis=0)
    biases = b[k] - xp.concat([b[:k], b[k + 1 :]], axis=0)
    return xp.matmul(z, xp.matrix_transpose(rows)) + biases


@public(
    {"W": ROWS, "b": BIASES, "z": Reals("..., d")},
    Integers("..."),
    nan="It is −1 also where a score is NaN.",
)
def winner(W: Array, b: Array, z: Array, /) -> Array:
    """The class that wins strictly at z, or −1 where rounding leaves it open.

    argmax_i ⟨w_i,z⟩ + b_i if it leads every other class by more than the rounding bound
    (d+4)u/(1−(d+4)u)·(⟨|w_i|,|z|⟩ + |b_i|) of both, else −1; so a tie never has a winner, and a class
    that is returned is argmaxable. The bound presumes products that are summed in the given dtype
    (no TF32).

    Parameters
    ----------
    W
        One row for each class.
    b
        Biases.
    z
        Points.

    Returns
    -------
    in the default integer dtype, on the device of the arguments; −1 also where a score is
    infinite.

    Source: argmaxable D1, C7.

    Examples
    --------
    >>> import numpy as np
    >>> winner(np.asarray([[1.0], [1.0], [-1.0]]), np.zeros(3), np.asarray([[1.0], [-1.0]]))
    array([-1,  2])
    """
    return _winner(W, b, z, xp=_xp.of(W))


def _winner(W: Array, b: Array, z: Array, *, xp: Namespace) -> Array:
    scores = xp.matmul(z, xp.matrix_transpose(W)) + b
    sizes = xp.matmul(xp.abs(z), xp.matrix_transpose(xp.abs(W))) + xp.abs(b)
    info = xp.finfo(scores.dtype)
    terms = W.shape[1] + 4
    share = terms * float(info.eps) / 2
    relative = share / (1 - share) if share < 1 else float("inf")
    # Every product may underflow, hence the smallest normal number.
    error = relative * sizes + terms * float(info.smallest_normal)
    best = xp.argmax(scores, axis=-1)
    classes = xp.arange(W.shape[0], dtype=best.dtype, device=_libraries.device(best))
    leads = xp.expand_dims(best, axis=-1) == classes
    nothing = xp.full_like(scores, -float("inf"))
    lead = xp.max(xp.where(leads, scores - error, nothing), axis=-1)
    rest = xp.max(xp.where(leads, nothing, scores + error), axis=-1)
    return xp.where(lead > rest, best, -xp.ones_like(best))


@public({"xp, dtype, device": Made()}, Reals("5, 2"))
def five_vectors(
    *, xp: Namespace | None = None, dtype: DType | None = None, device: Device | None = None
) -> Array:
    """Five classes in the plane of which the last can never win without bias.

    (1,2), (2,1), (1,0), (0,1) and their mean (1,1).

    Parameters
    ----------
    xp, dtype, device

    Returns
    -------
    W, with w₅ = (1,1) as row 4.

    Source: argmaxable D6, C1.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.argmaxable import classify
    >>> classify(five_vectors(), np.zeros(5)).verdicts[4]
    'unargmaxable'
    """
    made, dtype = _xp.create(xp, dtype, device)
    rows = [[1.0, 2.0], [2.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    return made.asarray(rows, dtype=dtype, device=device)
