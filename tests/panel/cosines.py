"""Cosines of several libraries, which say 0 for a zero vector where refimpl says NaN."""

from typing import Any

import numpy as np
import sentence_transformers.util
import sklearn.metrics.pairwise
import torch
from array_api_compat import array_namespace


def _undefined(u: Any, v: Any, cosines: Any) -> Any:
    """NaN for the 0 of rows of u and v that have no direction; anything else stays what it is."""
    xp = array_namespace(u, v)
    none = ~xp.any(u != 0, axis=-1) | ~xp.any(v != 0, axis=-1)
    return xp.where(none & (cosines == 0), xp.full_like(cosines, xp.nan), cosines)


def _rows(u: Any, v: Any, axis: int) -> tuple[Any, Any]:
    xp = array_namespace(u, v)
    return xp.broadcast_arrays(xp.moveaxis(u, axis, -1), xp.moveaxis(v, axis, -1))


def _of_rows(matrix: Any) -> Any:
    """A function of two sets of rows, by whose diagonal each row meets its own."""

    def cosine_similarity(u: Any, v: Any, /, *, axis: int = -1) -> Any:
        xp = array_namespace(u, v)
        first, second = _rows(u, v, axis)
        n, d = int(np.prod(first.shape[:-1])), first.shape[-1]
        cosines = xp.linalg.diagonal(matrix(xp.reshape(first, (n, d)), xp.reshape(second, (n, d))))
        return _undefined(first, second, xp.reshape(cosines, first.shape[:-1]))

    return cosine_similarity


of_sklearn = _of_rows(sklearn.metrics.pairwise.cosine_similarity)
of_sentence_transformers = _of_rows(sentence_transformers.util.cos_sim)


def of_torch(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    """cosine_similarity of torch.nn.functional, without the eps that stands in for short vectors' lengths."""
    cosines = torch.nn.functional.cosine_similarity(u, v, dim=axis, eps=0)
    return _undefined(*_rows(u, v, axis), cosines)


def of_torch_by_default(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return _undefined(*_rows(u, v, axis), torch.nn.functional.cosine_similarity(u, v, dim=axis))
