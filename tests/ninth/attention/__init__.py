"""Scaled dot-product attention, for arrays of any Array API library.

`refimpl show attention` prints the article that it is from, and `refimpl prove attention` proves it.
"""

from typing import Any

import array_api_compat
from refimpl.public import STAYS, Reals, public

__all__ = ["attend", "softmax"]


@public({"x": Reals("..., n", n=1)}, Reals("..., n"), nan=STAYS)
def softmax(x: Any, /) -> Any:
    """Softmax over the last axis, exp x / Σ exp x.

    The largest entry is subtracted first, so that nothing overflows.

    Parameters
    ----------
    x

    Returns
    -------
    in the dtype of x, on its device.

    Source: attention D1, C1.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.asarray([0.0, 0.0]))
    array([0.5, 0.5])
    """
    xp = array_api_compat.array_namespace(x)
    shares = xp.exp(x - xp.max(x, axis=-1, keepdims=True))
    return shares / xp.sum(shares, axis=-1, keepdims=True)


@public(
    {"q": Reals("..., n, d", d=1), "k": Reals("..., m, d", m=1), "v": Reals("..., m, c")},
    Reals("..., n, c"),
    nan=STAYS,
)
def attend(q: Any, k: Any, v: Any, /) -> Any:
    """Scaled dot-product attention, softmax(q kᵀ/√d) v.

    Parameters
    ----------
    q
    k
    v

    Returns
    -------
    in the dtype of the arguments, on their device.

    Source: attention D2.

    Examples
    --------
    >>> import numpy as np
    >>> attend(np.zeros((1, 2)), np.eye(2), np.asarray([[1.0], [3.0]]))
    array([[2.]])
    """
    xp = array_api_compat.array_namespace(q, k, v)
    root = xp.sqrt(xp.full_like(q[..., :1], q.shape[-1]))
    return xp.matmul(softmax(xp.matmul(q, xp.matrix_transpose(k)) / root), v)
