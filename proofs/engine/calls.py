"""The calls that the laws make of a function: inputs on which implementations can be compared.

>>> from refimpl import backends
>>> made = calls("rope.rotate", backends.Setting.of(backends.get("numpy")), examples=3)
>>> made[0].kind, made[0].args[0].shape[-1] == 2 * made[0].args[1].shape[-1]
('ordinary', True)
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from ..._names import find
from ...backends import Setting
from ..language.law import KINDS, REFUSALS, Implementation, Kind, Law
from ..language.packing import copied, key
from . import registry
from .applicable import pinned
from .cases import converted, each_case, missing

Given: TypeAlias = tuple[tuple[Any, ...], dict[str, Any]]
"""The positional and the keyword arguments of a call."""


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one call, and the law and kind of generator that they come from."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    law: str
    kind: Kind


def calls(function: str, on: Setting, *, examples: int = 12, seed: int = 0, limit: int = 60,
          fixed: Mapping[str, Any] = MappingProxyType({})) -> list[Call]:  # fmt: skip
    """The calls that the laws about a function make of it in a setting, ordinary ones first.

    Every law that the backend can run is tried on the reference with `examples` cases, shared among
    its kinds of generator. Laws and kinds take turns until there are `limit` calls; equal arguments
    are kept once, and calls that the reference refuses are left out. Arrays are copies.
    `fixed` has options that a function lacks, at the values for which it stands: cases are put there.
    The same seed gives the same calls. There are none if the backend can run no law about the function.

    Raises
    ------
    UnknownNameError
        for a function that does not exist.
    """
    function = find(function, registry.functions(), "function", call="calls")
    sources = [
        _made(function, law, kind, on, max(1, round(examples / len(law.kinds))), seed, fixed, limit)
        for law in registry.written_laws().values()
        if function in law.about and not missing(law, on)
        for kind in law.kinds
    ]
    chosen: dict[Any, Call] = {}
    for call in _in_turn(sources):
        if len(chosen) == limit:
            break
        chosen.setdefault((key(call.args, on), key(call.kwargs, on)), call)
    return sorted(chosen.values(), key=lambda call: KINDS.index(call.kind))


def _in_turn(sources: list[Iterator[Call]]) -> Iterator[Call]:
    """One call of each, as long as they have any; none is made that nobody takes."""
    while sources:
        left = []
        for source in sources:
            if (call := next(source, None)) is not None:
                left.append(source)
                yield call
        sources = left


def _made(function: str, law: Law, kind: Kind, on: Setting, examples: int, seed: int,
          fixed: Mapping[str, Any], limit: int) -> Iterator[Call]:  # fmt: skip
    """The calls that one law makes on the cases of one kind, up to so many of each."""
    cases: list[Any] = []
    each_case(law, on, kind, cases.append, examples=examples, seed=seed, ours=False)
    most = None if fixed else limit  # a case that was changed may be refused later on
    for case in cases:
        try:
            given = record(function, law, put := pinned(case, fixed), on, most)
        except REFUSALS:  # the value is outside the domain of the other inputs
            if put is case:
                raise
            continue
        for args, kwargs in given:
            yield Call(args, kwargs, law.id, kind)


def record(function: str, law: Law, case: Any, on: Setting, most: int | None = None) -> list[Given]:
    """Copies of the arguments of every call that a law makes of a function on one case of its inputs, or of
    the first few, after which the law is left."""
    from .implementations import stored  # noqa: PLC0415

    recorder = Recorder(registry.reference(), function, most)
    with np.errstate(all="ignore"), on.current(), suppress(_EnoughError):
        for _ in law.check(recorder, on, converted(case, on)):
            pass
    return [stored(call, on) for call in recorder.taken()]


class _EnoughError(BaseException):
    """All calls that are wanted are there; not an Exception, so that laws and functions let it pass."""


class Recorder(Mapping[str, Implementation]):
    """Functions by name, of which one keeps copies of the arguments that it is called with."""

    def __init__(
        self, functions: Mapping[str, Implementation], recorded: str, most: int | None = None
    ) -> None:
        self._functions, self._recorded, self._most = functions, recorded, most
        self._calls: list[Given] = []
        self._open = True

    def __getitem__(self, name: str) -> Implementation:
        function = self._functions[name]
        return self._recording(function) if name == self._recorded else function

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)

    def _recording(self, function: Implementation) -> Implementation:
        def recording(*args: Any, **kwargs: Any) -> Any:
            kept = copied(args), copied(kwargs)
            result = function(*args, **kwargs)  # what the reference refuses is not kept
            if self._open:
                self._calls.append(kept)
                if len(self._calls) == self._most:
                    self._open = False
                    raise _EnoughError
            return result

        return recording

    def taken(self) -> list[Given]:
        """What was recorded; nothing is from now on, also not by callables that recorded calls hold."""
        self._open = False
        return self._calls
