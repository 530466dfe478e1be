"""Whether results depend on chance, or on the calls before.

A module may keep the table of the longest input that it has seen, and a cache may have too few keys.
"""

from typing import Any

import numpy as np

from ..language.law import Implementation
from .observed import Observed, Raised, apply, numbers

_MOST = 60
"""Calls that are made again."""
_TWICE = 24
"""Calls that are made again at once."""
_CHANCE = "the same call gives another result when it is made again: chance enters, or a count of calls"


def chance(function: Implementation, seen: Observed) -> str:
    """That a call gives another result when it is made again at once, if so: then no results say why."""
    return _CHANCE if any(_changes(function, seen.calls[i], seen) for i in _returned(seen)[:_TWICE]) else ""


def _returned(seen: Observed) -> list[int]:
    """The calls that gave numbers."""
    return [i for i in seen.compared if not isinstance(seen.results[i], Raised)]


def remembers(function: Implementation, seen: Observed) -> str:
    """That the same call gives another result when it is made again, or after others, if so."""
    calls = [seen.calls[i] for i in _returned(seen)[:_MOST]]
    forth = [apply(function, call) for call in calls]
    back = [apply(function, call) for call in reversed(calls)][::-1]
    other = [k for k in range(len(calls)) if not _same(forth[k], back[k], seen)]
    if not other:
        return ""
    if any(_changes(function, calls[k], seen) for k in other):
        return _CHANCE
    return (
        f"it depends on the calls before: {len(other)} of {len(calls)} calls give another result when they "
        "are made in the reverse order"
    )


def by_shape(seen: Observed) -> str:
    """That all calls with arguments of the same shapes have one result, where others are expected, and those
    of other shapes have others."""
    groups: dict[Any, list[int]] = {}
    for i in _returned(seen):
        call = seen.calls[i]
        shapes = tuple(np.shape(part) if hasattr(part, "shape") else repr(part)
                       for part in (*call.args, *call.kwargs.values()))  # fmt: skip
        groups.setdefault(shapes, []).append(i)

    def alike(results: Any, places: list[int]) -> bool:
        return all(_same(results[places[0]], results[other], seen) for other in places[1:])

    several = [it for it in groups.values() if len(it) > 1 and not alike(seen.references, it)]
    values = {
        float(x) for i in _returned(seen) for part in seen.got[i] or () for x in part.flat if np.isfinite(x)
    }
    if len(several) < _GROUPS or len(values) < _VALUES or not all(alike(seen.results, it) for it in several):
        return ""
    return (
        "it gives one result for all arguments of the same shapes: it keeps results by these, "
        "or reads nothing else"
    )


_GROUPS, _VALUES = 3, 2
"""Shapes that are seen more than once, and values in all results, at the least."""


def _changes(function: Implementation, call: Any, seen: Observed) -> bool:
    """Whether a call goes on giving other results when it is made again at once."""
    apply(function, call)  # what was called before it does not count
    return not _same(apply(function, call), apply(function, call), seen)


def _same(first: Any, second: Any, seen: Observed) -> bool:
    """Whether two results are the same to the last digit."""
    one, two = numbers(first, seen.on), numbers(second, seen.on)
    if one is None or two is None or len(one) != len(two):
        return one is two
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, two, strict=True))
