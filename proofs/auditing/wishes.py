"""What is said of how functions are called, checked before any foreign code runs: adapters and options."""

import ast
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from ..._errors import DomainError, UnknownNameError, told
from ..._names import find
from ..engine import catalogue, generic
from .signatures import PLACEMENT, signature


def adapters(names: Sequence[str], functions: Iterable[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The adapters that go with any function, by name, and the id of each function's own.

    Raises
    ------
    UnknownNameError
        for a name that is that of no adapter of these functions, and for two of one function.
    """
    found = list(functions)
    general = tuple(dict.fromkeys(name for name in names if name in generic.ADAPTERS))
    for name in general:
        if all(why := [generic.check(function, name) for function in found]):
            raise UnknownNameError(f"audit: the adapter {name} is of no use: {'; '.join(why)}")
    used: dict[str, str] = {}
    for name in names:
        if name not in general:
            for adapter in _own(name, found):
                if adapter.function in used:
                    raise UnknownNameError(
                        f"audit: two adapters for {adapter.function}: {used[adapter.function]} and "
                        f"{adapter.id}; give one"
                    )
                used[adapter.function] = adapter.id
    return general, used


def _own(name: str, functions: Sequence[str]) -> list[Any]:
    """The adapters of a name that the functions have."""
    own = [a for a in catalogue.adapters().values() if a.function in functions]
    known = [*sorted({a.name for a in own}), *generic.ADAPTERS]
    matches = [a for a in own if name in (a.name, a.id)]
    return matches or [find(name, known, "adapter", call="audit", of=", ".join(functions))]


def options(wanted: Mapping[str, Any], functions: Iterable[str]) -> dict[str, Any]:
    """Values of options that functions lack.

    Raises
    ------
    UnknownNameError, DomainError
        for an option that none of the functions has, or a value that it cannot have.
    """
    known = {n: f for f in functions for n, p in signature(f).items() if p.default is not p.empty}
    known = {n: f for n, f in known.items() if n not in PLACEMENT}
    for name, value in wanted.items():
        find(name, known, "option", call="audit")
        hint = typing.get_type_hints(catalogue.functions()[known[name]].implementation).get(name)
        if get_origin(hint) is Literal and value not in get_args(hint):
            raise DomainError(
                told("audit", f"option {name}", repr(value), f"one of {', '.join(map(repr, get_args(hint)))}")
            )
    return dict(wanted)


def option(text: str) -> tuple[str, Any]:
    """An option as the command line has it: "ramp=code", "eps=1e-6".

    Raises
    ------
    UnknownNameError
        for a text without "=".
    """
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UnknownNameError(f"audit: option: got {text!r}; expected NAME=VALUE, such as ramp=code")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value
