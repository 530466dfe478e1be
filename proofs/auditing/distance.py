"""How far results are from the reference's, in words: where they are right, and where they first differ."""

import math
from collections.abc import Sequence
from typing import Any

from ...backends import Setting
from .compare import Difference, difference
from .observed import Observed, Raised

_FAR = 2.0**16
"""Units in the last place that are told as a number."""


def _apart(got: Any, expected: Any, on: Setting) -> Difference | None:
    if isinstance(got, Raised | None) or isinstance(expected, Raised | None):
        return None
    try:
        return difference(got, expected, on)
    except Exception:  # a result that looks like an array and is none
        return None


def agreement(seen: Observed) -> str:
    """How near a right function is to the reference."""
    apart = [_apart(g, e, seen.on) for g, e in zip(seen.results, seen.references, strict=True)]
    near = [d for d in apart if d is not None and math.isfinite(d.relative)]
    if not near:
        return "not compared with the reference: no call of the laws gives comparable results"
    worst = max(near, key=lambda d: d.relative)
    if not worst.error:
        return f"{len(near)} calls compared with the reference: the results are the same to the last digit"
    units = worst.relative / (2 * seen.on.u)
    # Where laws ask for a tolerance or a property, right results may be far apart.
    more = f"{units:.3g} units in its last place" if units < _FAR else "which the laws allow"
    return (
        f"{len(near)} calls compared with the reference: the results differ by at most "
        f"{worst.relative:.2g} of the largest entry{_at(worst)}, {more}"
    )


def first_difference(seen: Observed, places: Sequence[int]) -> str:
    """Where results first differ."""
    if not places:
        return "the results have another form than expected"
    place = places[0]
    got, at = seen.results[place], _apart(seen.results[place], seen.references[place], seen.on)
    where = f"first differs at a call of the law {seen.calls[place].law} ({seen.calls[place].kind})"
    if isinstance(got, Raised):
        return f"{where}: it raised {got.error}"
    if at is None:
        return f"{where}: the result has another form"
    return f"{where}: got {at.got!r}, expected {at.expected!r}{_at(at)}"


def _at(found: Difference) -> str:
    place = found.path + (str(list(found.index)) if found.index else "")
    return f" at {place}" if place else ""
