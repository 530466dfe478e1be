"""Calls of refimpl's signature, or of an adapter's, as calls of the user's function."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..engine import foreign
from ..language.law import Implementation, NotApplicable
from .signatures import PLACEMENT, Asked, Match, Parameter


@dataclass(frozen=True, slots=True)
class Binding:
    """A user's function that is called as refimpl, or an adapter, calls one."""

    function: Implementation
    own: Sequence[Parameter]
    wanted: Asked
    match: Match
    taken: Mapping[str, Any]
    """The values at which options that the function lacks are taken to stand."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        positional, named = self.arguments(args, kwargs)
        try:
            return self.function(*positional, **named)
        except (AttributeError, TypeError) as error:
            if missing := self._without(args, kwargs):
                raise NotApplicable(f"{missing}=None, which raises {type(error).__name__}") from error
            raise

    def _without(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        """The first argument that is None in a call and required by the function; empty if there is none."""
        given = dict(zip(self.wanted.positional, args, strict=False))
        values = {**self.wanted.defaults, **given, **kwargs}
        required = {name for name, target in self.match.targets.items() if target.default is target.empty}
        left_out = (name for name in self.wanted.names if name in required and values.get(name, 0) is None)
        return next(left_out, "")

    def arguments(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of the user's function."""
        names = self.wanted.positional
        values = dict(zip(names, args, strict=False)) | dict(kwargs)
        self._require(values)
        given: dict[str, Any] = {}
        rest, named = list(args[len(names) :]), {}
        for name, value in values.items():
            if (target := self.match.targets.get(name)) is not None:
                given[target.name] = value
            elif name not in self.match.lacking:
                if name in names and not self._by_name_alone():
                    rest.append(value)
                else:
                    named[name] = value
        for name, target in self.match.targets.items():
            if target.default is target.empty and target.name not in given and name in self.wanted.defaults:
                given[target.name] = self.wanted.defaults[name]
        return self._packed(given, rest, named)

    def _require(self, values: Mapping[str, Any]) -> None:
        """Say that a call does not apply if it needs an option that the function lacks."""
        for name in self.match.lacking:
            if name in PLACEMENT:
                continue
            if name not in values and name in self.wanted.names:
                self._compare(name, self.wanted.defaults.get(name))
            elif name in values:
                self._compare(name, values[name])

    def _compare(self, name: str, value: Any) -> None:
        if not equal(value, self.taken.get(name)):
            raise NotApplicable(_other(name, value, self.taken.get(name)))

    def _by_name_alone(self) -> bool:
        kinds = {p.kind for p in self.own}
        return Parameter.VAR_POSITIONAL not in kinds

    def _packed(
        self, given: dict[str, Any], rest: list[Any], named: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Positional arguments as far as there is no gap, then keywords."""
        places = [p for p in self.own if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        last = max((i for i, p in enumerate(places) if p.name in given and self._placed(p, rest)), default=-1)
        positional = [given.pop(p.name, p.default) for p in places[: last + 1]]
        return positional + rest, given | named

    def _placed(self, parameter: Parameter, rest: Sequence[Any]) -> bool:
        """Whether a parameter must be given by position: as it has no name, or more positions follow it."""
        return parameter.kind is parameter.POSITIONAL_ONLY or bool(rest)


def _other(name: str, value: Any, taken: Any) -> str:
    """What is left out: a value of a few by itself; of numbers, which are many, all but one."""
    if isinstance(value, bool | str) or value is None:
        return f"{name}={value!r}"
    return f"{name} is given" if taken is None else f"{name} is not {taken!r}"


def equal(value: Any, other: Any) -> bool:
    """Whether an option has this value: 10000 is 10000.0, but True is not 1."""
    if value is other:
        return True
    if isinstance(value, bool) or isinstance(other, bool):
        return False
    simple = int | float | str
    return isinstance(value, simple) and isinstance(other, simple) and value == other


def described(function: Implementation, own: Sequence[Parameter]) -> str:
    """The function with its signature, for messages."""
    name = foreign.name(function)
    bare = [p.replace(annotation=p.empty) for p in own]
    try:
        return f"{name}{inspect.Signature(bare)}"
    except ValueError:
        return str(name)
