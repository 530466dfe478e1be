"""DuckDB's cosines of lists."""

from typing import Any

import numpy as np

from ._binding import Library, lazy
from ._rows import aligned

LIBRARY = Library("duckdb", backend="numpy")
duckdb = lazy("duckdb")
_QUERY = "SELECT list_cosine_similarity(?::DOUBLE[], ?::DOUBLE[])"


@LIBRARY.bound("list_cosine_similarity", "matching.cosine_similarity")
def cosine_similarity(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    """One pair of lists at a time."""
    first, second = aligned(u, v, axis)
    rows = (array.reshape(-1, array.shape[-1]).tolist() for array in (first, second))
    found = [duckdb.execute(_QUERY, pair).fetchone()[0] for pair in zip(*rows, strict=True)]
    return np.asarray(found, u.dtype).reshape(first.shape[:-1])
