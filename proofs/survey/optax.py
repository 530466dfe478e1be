"""Optax's cosine similarity."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("optax", backend="jax", dtypes=("float32",))
losses = lazy("optax.losses")


@LIBRARY.bound("losses.cosine_similarity", "matching.cosine_similarity")
def cosine_similarity(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return losses.cosine_similarity(u, v, axis=axis)
