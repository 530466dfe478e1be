"""What of a result is unique, where right functions may differ in the rest: verdicts, but not their proofs.

Where results differ in what is unique, that alone is compared with candidates: a mistake need not choose the
certificates, or the basis, that the function under test chooses.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import array_api_compat
import numpy as np

View: TypeAlias = Callable[[Any], Any]

_VERDICTS = {"argmaxable": 1.0, "unargmaxable": -1.0}


def whole(result: Any) -> Any:
    """All of a result."""
    return result


def _verdicts(result: Any) -> Any:
    """1 for a class that can win, −1 for one that cannot, 0 where it is undecided."""
    return np.asarray([_VERDICTS.get(found.verdict, 0.0) for found in result.certificates])


def _products(result: Any) -> Any:
    """The inner products of vectors, which any rotation keeps."""
    return result @ array_api_compat.array_namespace(result).matrix_transpose(result)


VIEWS: Mapping[str, View] = {
    "argmaxable.classify": _verdicts,
    "matching.factor_similarity": _products,
}
"""What is unique in the results of a function."""


def views(name: str) -> list[View]:
    """How results of a function are looked at: at what is unique first, then at all of them."""
    return [*([_safe(VIEWS[name])] if name in VIEWS else []), whole]


def fields(result: Any) -> Mapping[str, View]:
    """Views of single fields of a result that has names for them."""
    names = getattr(result, "_fields", ())
    return {name: _safe(lambda found, place=place: found[place]) for place, name in enumerate(names)}


def _safe(view: View) -> View:
    """A view of results of the right form; any other is looked at as it is."""

    def seen(result: Any) -> Any:
        try:
            return view(result)
        except Exception:
            return result

    return seen
