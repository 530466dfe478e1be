"""Where the batch axes of an array stand: `(..., d)` has one core axis after them, `(T, ..., d)` one before
them and one after."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Shape:
    """How many core axes stand before and after the batch axes."""

    before: int
    after: int
    loose: bool = False
    """In a result: has the batch axes of some arguments only, which broadcast against the rest."""


Part: TypeAlias = Shape | Literal["shared", "summed"]
"""A part of a result: with batch axes, without and the same for every entry, or summed over them."""

ROW, SCALAR, MATRIX = Shape(0, 1), Shape(0, 0), Shape(0, 2)
