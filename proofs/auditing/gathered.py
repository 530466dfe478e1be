"""The calls on which a function is compared: many different ordinary ones, and some of every other kind."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ...backends import Setting
from ..engine import catalogue
from ..engine.applicable import pinned
from ..engine.calls import Call, calls, record
from ..engine.cases import each_case, missing
from ..language.law import REFUSALS, Law
from ..language.packing import key, size

_LARGEST = 20_000
"""Calls with more numbers than this are not tried on every mistake."""
_ORDINARY = 48
"""So many ordinary calls are wanted, of as many cases as can be."""


_KEPT: dict[Any, Sequence[Call]] = {}
_MOST_KEPT = 8
"""A function needs few: one in a setting, and in the narrower one."""


def recorded(
    name: str, on: Setting, seed: int, fixed: Mapping[str, Any] = MappingProxyType({})
) -> Sequence[Call]:
    """The calls that laws make of a function, made once: evidence, digits and diagnosis look at the same."""
    key = name, on.backend.name, on.precision.name, on.device_name, seed, repr(sorted(fixed.items()))
    found = _KEPT.pop(key, None) or calls(name, on, seed=seed, fixed=fixed)
    _KEPT[key] = found  # the last one to be dropped
    if len(_KEPT) > _MOST_KEPT:
        del _KEPT[next(iter(_KEPT))]
    return found


def gathered(
    name: str, on: Setting, seed: int, fixed: Mapping[str, Any] = MappingProxyType({})
) -> list[Call]:
    """Ordinary calls first; equal ones are there once. `fixed` options stand for others that are lacking."""
    found: dict[Any, Call] = {}
    for call in (*_ordinary(name, on, seed, fixed), *recorded(name, on, seed, fixed)):
        if size((call.args, call.kwargs)) <= _LARGEST:
            found.setdefault((key(call.args, on), key(call.kwargs, on)), call)
    return sorted(found.values(), key=lambda call: call.kind != "ordinary")


def _ordinary(name: str, on: Setting, seed: int, fixed: Mapping[str, Any]) -> Iterator[Call]:
    """Ordinary calls, one of a case at a time: those of one case share their numbers."""
    laws = [
        law
        for law in catalogue.laws().values()
        if name in law.about and not law.general and "ordinary" in law.kinds and not missing(law, on)
    ]
    cases = max(4, min(40, _ORDINARY // max(1, len(laws))))
    for law in laws:
        yield from _of(name, law, on, cases, seed, fixed)


def _of(name: str, law: Law, on: Setting, cases: int, seed: int, fixed: Mapping[str, Any]) -> Iterator[Call]:
    made: list[Any] = []
    each_case(law, on, "ordinary", made.append, examples=cases, seed=seed, ours=False)
    for place, case in enumerate(made):
        try:
            recorded = record(name, law, put := pinned(case, fixed), on)
        except REFUSALS:  # the value is outside the domain of the other inputs
            if put is case:
                raise
            continue
        if recorded:
            for turn in (place, place + len(recorded) // 2):
                args, kwargs = recorded[turn % len(recorded)]
                yield Call(args, kwargs, law.id, "ordinary")
