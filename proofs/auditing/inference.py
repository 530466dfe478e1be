"""Which value of an option a function without that option is meant for: the one with which it agrees best."""

import math
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin

import numpy as np

from ...backends import Setting
from ..engine import catalogue
from ..engine.calls import Call, calls
from ..language.law import REFUSALS, Implementation, NotApplicable
from ..language.packing import copied, size
from .compare import difference

MOST = 240
"""Candidates at most."""
_CALLS = 12
"""Calls on which they are compared."""
_FEW = 4
"""So many candidates at most are compared with known mistakes too."""
_LARGEST = 20_000
_EXAMPLES = 6
_NEARER = math.log(2)
"""Another candidate than the first is taken if its distances are half as large, in the mean of logarithms."""

CUSTOMARY: dict[str, tuple[float, ...]] = {
    "base": (10000.0, 500000.0, 1000000.0),
    "beta_fast": (32.0,),
    "beta_slow": (1.0,),
    "eps": (1e-5, 1e-6, 1e-8, 1e-12, 0.0),
    "first": (1e-4,),
    "last": (0.02,),
    "levels": (256, 255),
    "offset": (0.008, 0.0),
    "order": (2.0, 1.0),
    "scale": (20.0, 1.0),
    "width": (1.0, 2.0),
}
"""Numbers that code in use has for options, refimpl's default first."""

CONVENTIONS = frozenset({"layout"})
"""Options that are not inferred, because their other values are conventions, each with an adapter: a function
of one of those is told so, and tried on all laws under it."""

Candidate = TypeVar("Candidate")


@cache
def _hints(name: str) -> dict[str, Any]:
    return typing.get_type_hints(catalogue.functions()[name].implementation)


def values(name: str, option: str, default: Any) -> tuple[Any, ...]:
    """The values that a function without an option may be meant for, refimpl's default first."""
    if option in CONVENTIONS:
        return (default,)
    hint = _hints(name).get(option)
    if get_origin(hint) is Literal:
        others: tuple[Any, ...] = get_args(hint)
    elif isinstance(default, bool):
        others = (not default,)
    elif isinstance(default, int | float):
        others = CUSTOMARY.get(option, ())
    else:
        others = ()
    return (default, *(value for value in others if value != default))


def best(
    name: str,
    candidates: Sequence[Candidate],
    make: Callable[[Candidate], Implementation],
    taken: Callable[[Candidate], Mapping[str, Any]],
    on: Setting,
) -> Candidate:
    """The candidate whose results agree best with the reference on ordinary calls, `taken` being the values
    of the reference's options that it stands for. The first one, unless another is clearly nearer. Of a
    function that agrees with none, the one with which it is a known mistake."""
    made, reference = _small(name, on), catalogue.reference()[name]
    scores = [_score(list(_distances(reference, make(c), taken(c), made, on))) for c in candidates]
    if 1 < len(candidates) <= _FEW and min(scores)[0] > 0.5:
        known = [
            catalogue.made(m) for m in catalogue.mistakes().values() if m.function == name and not m.general
        ]
        nearest = [
            min((_score(list(_distances(m, make(c), taken(c), made, on))) for m in known), default=scores[0])
            for c in candidates
        ]
        if min(nearest)[0] < 0.5:
            scores = nearest
    place = min(range(len(scores)), key=scores.__getitem__)
    (apart, far), (first_apart, first_far) = scores[place], scores[0]
    return candidates[place] if apart < first_apart or far < first_far - _NEARER else candidates[0]


def _small(name: str, on: Setting) -> list[Call]:
    """A few calls that are not large."""
    return [call for call in _ordinary(name, on) if size((call.args, call.kwargs)) <= _LARGEST][:_CALLS]


def _ordinary(name: str, on: Setting) -> list[Call]:
    """Ordinary calls, made once for a setting; laws take turns."""
    key = name, on.backend.name, on.precision.name, on.device_name
    if key not in _MADE:
        found = calls(name, on, examples=_EXAMPLES, limit=48)
        _MADE[key] = [call for call in found if call.kind == "ordinary"]
    return _MADE[key]


def agrees(name: str, function: Implementation, on: Setting) -> bool:
    """Whether a function agrees with the reference at most ordinary calls that it takes."""
    return _score(list(_distances(catalogue.reference()[name], function, {}, _small(name, on), on)))[0] < 0.5


_MADE: dict[tuple[str, str, str, str], list[Call]] = {}


def _score(distances: list[float]) -> tuple[float, float]:
    """Smaller is better: the share of calls that do not agree in some digits, then how far they are."""
    if not distances:
        return math.inf, math.inf
    apart = [min(max(d, 1e-16), 1e3) for d in distances]
    return sum(d > 1e-4 for d in apart) / len(apart), float(np.mean(np.log(apart)))


def _distances(
    known: Implementation,
    function: Implementation,
    taken: Mapping[str, Any],
    made: Sequence[Call],
    on: Setting,
) -> Iterator[float]:
    """How far the function is from a known one with these values of its options; inf where it fails."""
    for call in made:
        kwargs = {**call.kwargs, **taken}
        try:
            with np.errstate(all="ignore"):
                expected = known(*copied(call.args), **copied(kwargs))
        except REFUSALS:  # the value is outside the domain of the other arguments
            continue
        try:
            with np.errstate(all="ignore"):
                found = difference(function(*copied(call.args), **copied(kwargs)), expected, on)
        except NotApplicable:
            continue
        except Exception:  # what it does here is what laws will say
            yield math.inf
        else:
            yield math.inf if found is None or math.isnan(found.relative) else found.relative
