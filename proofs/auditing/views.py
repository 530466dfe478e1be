"""What of a result is unique, where right functions may differ in the rest: verdicts, but not their proofs.

Where results differ in what is unique, that alone is compared with candidates: a mistake need not choose the
certificates, or the basis, that the function under test chooses.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, TypeAlias

from ..engine import registry

View: TypeAlias = Callable[[Any], Any]


def whole(result: Any) -> Any:
    """All of a result."""
    return result


def views(name: str) -> list[View]:
    """How results of a function are looked at: at what is unique first, then at all of them."""
    unique = registry.facts().unique.get(name)
    return [whole] if unique is None else [_safe(unique), whole]


def fields(result: Any) -> Mapping[str, View]:
    """Views of single fields of a result that has names for them."""
    names = getattr(result, "_fields", ())
    return {name: _safe(itemgetter(place)) for place, name in enumerate(names)}


def _safe(view: View) -> View:
    """A view of results of the right form; any other is looked at as it is."""

    def seen(result: Any) -> Any:
        try:
            return view(result)
        except Exception:  # foreign code may raise anything
            return result

    return seen
