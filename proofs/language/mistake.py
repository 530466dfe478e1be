"""A named, plausible mistake in one function, which some law must refute."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from ... import _stored
from .law import Implementation


@dataclass(frozen=True, slots=True)
class Mistake:
    """A small replacement of a function that is wrong in one way that people get wrong."""

    id: str
    function: str
    sentence: str
    replacement: Implementation
    reference: str = ""
    """Where it was seen in public."""
    only: str = ""
    """The dtype in which it shows, if it is right in others."""
    only_on: tuple[str, ...] = ()
    """The backends of whose arrays it can be made, if not of those of all."""
    not_on: tuple[str, ...] = ()
    """Backends of whose arrays it cannot be made."""
    general: bool = False
    """Whether it is one that any function can have, made in proofs/general."""
    told: Mapping[str, str] = field(default_factory=dict)
    """The sentence for those who use another convention, by the names of adapters."""

    def fresh(self, *, widens: bool = False) -> Implementation:
        """The replacement without memory of earlier calls: some mistakes keep state (a function has none).

        Of formats that are only stored it computes in float32 and rounds once, as functions do; with `widens`
        of all half precision. General mistakes take care of that themselves, as they may be about identity.
        """
        own = deepcopy(self.replacement)
        if self.general:
            return own

        @wraps(own)
        def rounding(*args: Any, **kwargs: Any) -> Any:
            return _stored.call(own, args, kwargs, halves=widens)

        return rounding


@dataclass(frozen=True, slots=True)
class MistakesOf:
    """What makes the mistakes of one function: a decorator of each replacement."""

    function: str

    def __call__(
        self,
        name: str,
        sentence: str,
        *,
        reference: str = "",
        only: str = "",
        told: Mapping[str, str] | None = None,
    ) -> Callable[[Implementation], Mistake]:
        """Make a mistake of the replacement that follows; its id is function/name."""

        def make(replacement: Implementation) -> Mistake:
            id_ = f"{self.function}/{name}"
            return Mistake(id_, self.function, sentence, replacement, reference, only, told=told or {})

        return make


def mistake(function: str, name: str, sentence: str, **more: Any) -> Callable[[Implementation], Mistake]:
    """Make the only mistake of a function."""
    return MistakesOf(function)(name, sentence, **more)
