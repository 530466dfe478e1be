"""Conventions of rotary embeddings that differ from this document's."""

from typing import Any

from ... import rope
from ..adapter import adapter
from ..law import Implementation


@adapter(
    "rope.rotate",
    "half-split",
    "mine(x, angles): component i is paired with i + d/2, in x and in the result.",
    reference="transformers, flash-attention",
)
def rotate_half_split(mine: Implementation) -> Implementation:
    def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        half = rope.convert_layout(x, source=layout, target="half")
        return rope.convert_layout(mine(half, angles), source="half", target=layout)

    return rotate
