"""Cosines of several libraries under refimpl's signature: of each row with its own."""

from typing import Any

import numpy as np
import sentence_transformers.util
import sklearn.metrics.pairwise
import torch
from array_api_compat import array_namespace
from scipy.spatial.distance import cdist


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
        return xp.reshape(cosines, first.shape[:-1])

    return cosine_similarity


of_sklearn = _of_rows(sklearn.metrics.pairwise.cosine_similarity)
of_sentence_transformers = _of_rows(sentence_transformers.util.cos_sim)
of_cdist = _of_rows(lambda u, v: 1 - cdist(u, v, "cosine"))


def of_pairs(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    """pairwise_cos_sim of sentence-transformers, which takes rows."""
    first, second = _rows(u, v, axis)
    shape = first.shape[:-1]
    rows = (array.reshape(-1, first.shape[-1]) for array in (first, second))
    return sentence_transformers.util.pairwise_cos_sim(*rows).reshape(shape)


def of_torch(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    """cosine_similarity of torch.nn.functional, without the eps that stands in for short vectors' lengths."""
    return torch.nn.functional.cosine_similarity(u, v, dim=axis, eps=0)
