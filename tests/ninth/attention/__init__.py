"""Scaled dot-product attention, for arrays of any Array API library.

`refimpl show attention` prints the article that it is from, and `refimpl prove attention` proves it.
"""

from typing import Any

import array_api_compat

__all__ = ["attend", "softmax"]


def softmax(x: Any, /) -> Any:
    """Softmax over the last axis, exp x / Σ exp x.

    The largest entry is subtracted first, so that nothing overflows.

    Parameters
    ----------
    x : (..., n) real floating, n ≥ 1

    Returns
    -------
    (..., n) in the dtype of x, on its device. NaN in an array is NaN in every result that depends on it.

    Raises
    ------
    ValueError
        for rows that are empty.

    Source: attention D1, C1.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.asarray([0.0, 0.0]))
    array([0.5, 0.5])
    """
    if not x.shape or not x.shape[-1]:
        raise ValueError(f"softmax: x: got shape {tuple(x.shape)}; expected a last axis of at least 1")
    xp = array_api_compat.array_namespace(x)
    shares = xp.exp(x - xp.max(x, axis=-1, keepdims=True))
    return shares / xp.sum(shares, axis=-1, keepdims=True)


def attend(q: Any, k: Any, v: Any, /) -> Any:
    """Scaled dot-product attention, softmax(q kᵀ/√d) v.

    Parameters
    ----------
    q : (..., n, d) real floating, d ≥ 1
    k : (..., m, d) real floating, m ≥ 1
    v : (..., m, c) real floating

    Returns
    -------
    (..., n, c) in the dtype of the arguments, on their device. NaN in an array is NaN in every result that
    depends on it.

    Raises
    ------
    ValueError
        for arrays whose lengths d or m differ.

    Source: attention D2.

    Examples
    --------
    >>> import numpy as np
    >>> attend(np.zeros((1, 2)), np.eye(2), np.asarray([[1.0], [3.0]]))
    array([[2.]])
    """
    if q.shape[-1:] != k.shape[-1:] or k.shape[-2:-1] != v.shape[-2:-1]:
        got = f"{tuple(q.shape)}, {tuple(k.shape)}, {tuple(v.shape)}"
        raise ValueError(f"attend: shapes: got {got}; expected (..., n, d), (..., m, d), (..., m, c)")
    xp = array_api_compat.array_namespace(q, k, v)
    root = xp.sqrt(xp.full_like(q[..., :1], q.shape[-1]))
    return xp.matmul(softmax(xp.matmul(q, xp.matrix_transpose(k)) / root), v)
