"""The calls that the laws make of a function: inputs on which implementations can be compared.

>>> from refimpl import backends
>>> made = calls("rope.rotate", backends.Setting.of(backends.get("numpy")), examples=3)
>>> made[0].kind, made[0].args[0].shape[-1] == 2 * made[0].args[1].shape[-1]
('ordinary', True)
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import array_api_compat
import numpy as np

from .._errors import UnknownNameError
from ..backends import Setting
from . import catalogue
from .law import KINDS, Implementation, Kind, Law
from .runner import converted, each_case, missing


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one call, and the law and kind of generator that they come from."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    law: str
    kind: Kind


def calls(function: str, on: Setting, *, examples: int = 12, seed: int = 0, limit: int = 60) -> list[Call]:
    """The calls that the laws about a function make of it in a setting, ordinary ones first.

    Every law that the backend can run is tried on the reference with `examples` cases, shared among
    its kinds of generator. Laws and kinds take turns until there are `limit` calls; equal arguments
    are kept once, and calls that the reference refuses are left out. Arrays are copies.
    The same seed gives the same calls. There are none if the backend can run no law about the function.

    Raises
    ------
    UnknownNameError
        for a function that does not exist.
    """
    if function not in catalogue.functions():
        raise UnknownNameError(f"calls: no function {function!r}; see `refimpl list functions`")
    sources = [
        list(_made(function, law, kind, on, max(1, round(examples / len(law.kinds))), seed))
        for law in catalogue.laws().values()
        if function in law.about and not missing(law, on)
        for kind in law.kinds
    ]
    chosen: dict[Any, Call] = {}
    for turn in range(max(map(len, sources), default=0)):
        for source in sources:
            if turn < len(source) and len(chosen) < limit:
                call = source[turn]
                chosen.setdefault((key(call.args, on), key(call.kwargs, on)), call)
    return sorted(chosen.values(), key=lambda call: KINDS.index(call.kind))


def _made(function: str, law: Law, kind: Kind, on: Setting, examples: int, seed: int) -> Iterator[Call]:
    """The calls that one law makes on the cases of one kind."""
    recorder = Recorder(catalogue.reference(), function)

    def run(case: dict[str, Any]) -> None:
        with np.errstate(all="ignore"):
            for _ in law.check(recorder, on, converted(case, on)):
                pass

    each_case(law, on, kind, run, examples=examples, seed=seed)
    for args, kwargs, _ in recorder.taken():
        yield Call(args, kwargs, law.id, kind)


class Recorder(Mapping[str, Implementation]):
    """Implementations by name, of which one is recorded: copies of its arguments, and its results."""

    def __init__(self, functions: Mapping[str, Implementation], recorded: str) -> None:
        self._functions, self._recorded = functions, recorded
        self._calls: list[tuple[tuple[Any, ...], dict[str, Any], Any]] = []
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
            result = function(*args, **kwargs)
            if self._open:
                self._calls.append((*kept, result))
            return result

        return recording

    def taken(self) -> list[tuple[tuple[Any, ...], dict[str, Any], Any]]:
        """What was recorded; nothing is from now on, also not by callables that recorded calls hold."""
        self._open = False
        return self._calls


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with every array in it changed, however it is packed."""
    if isinstance(value, Mapping):
        return {name: mapped(part, change) for name, part in value.items()}
    if type(value) in (tuple, list):
        return type(value)(mapped(part, change) for part in value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(mapped(part, change) for part in value))
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: mapped(getattr(value, field.name), change) for field in fields(value)}
        return replace(value, **parts)
    return change(value) if is_array(value) else value


def is_array(value: Any) -> bool:
    """Whether it is an array. NumPy's dtypes are classes that look like arrays."""
    return array_api_compat.is_array_api_obj(value) and not isinstance(value, type)


def copied(value: Any) -> Any:
    """A value whose arrays are copies, so that later changes in place do not reach them."""
    return mapped(value, lambda array: array_api_compat.array_namespace(array).asarray(array, copy=True))


def key(value: Any, on: Setting) -> Any:
    """Something hashable that is equal for equal values: arrays by dtype, shape and bits."""
    if isinstance(value, Mapping):
        return tuple((name, key(part, on)) for name, part in sorted(value.items()))
    if isinstance(value, tuple | list):
        return type(value).__name__, *(key(part, on) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), *(key(getattr(value, field.name), on) for field in fields(value))
    if is_array(value):
        host = value if isinstance(value, np.ndarray) else on.host(value)
        return str(value.dtype), host.shape, host.tobytes()
    return type(value).__name__, repr(value)
