"""An adapter: a convention that people use, and how to call a function of that convention as refimpl does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from .law import Implementation

Wrap: TypeAlias = Callable[[Implementation], Implementation]


@dataclass(frozen=True, slots=True)
class Adapter:
    """A convention that people use: turns a function of that convention into one of refimpl's signature.

    `wrap(mine)` takes and gives arrays of the library, dtype and device of its inputs, and is exact up
    to a few roundings, or the sentence says what the convention itself costs.
    """

    id: str
    """function/name, such as "rope.rotate/half-split"; functions that share a convention share the name."""
    function: str
    sentence: str
    """The convention, with the signature that the user's function has."""
    wrap: Wrap
    reference: str = ""
    """A library that has this convention."""
    beyond: tuple[str, ...] = ()
    """Laws that no function of this convention can meet in every dtype; the sentence says why."""

    @property
    def name(self) -> str:
        """The convention's own name, such as "half-split"."""
        return self.id.partition("/")[2]


def adapter(
    function: str, name: str, sentence: str, *, reference: str = "", beyond: tuple[str, ...] = ()
) -> Callable[[Wrap], Adapter]:
    """Make an adapter of the wrapper that follows; its id is function/name."""

    def make(wrap: Wrap) -> Adapter:
        return Adapter(f"{function}/{name}", function, sentence, wrap, reference, beyond)

    return make
