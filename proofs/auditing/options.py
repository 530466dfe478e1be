"""Functions that lack some of the reference's options are tried without them, and this is said."""

import inspect
import sys
from collections.abc import Mapping
from typing import Any

from ..engine import registry
from ..engine.calls import Call
from ..language.law import Implementation, NotApplicableError
from .signatures import alike

PLACEMENT = frozenset({"xp", "dtype", "device"})
"""Where a result is made; a function without them makes it where it makes it, and is judged by that."""


def lacking(name: str, function: Implementation) -> tuple[str, ...]:
    """The reference's keyword options that a function does not take."""
    try:
        taken = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # builtins and extension types may not tell
        return ()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken):
        return ()
    known = {p.name for p in taken if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)}
    return tuple(option for option in _defaults(name) if option not in known)


def _defaults(name: str) -> Mapping[str, Any]:
    """The reference's keyword options that have a default."""
    signature = registry.signature(name)
    return {
        p.name: p.default
        for p in signature.parameters.values()
        if p.kind is p.KEYWORD_ONLY and p.default is not p.empty
    }


def parameters(name: str) -> list[str]:
    """The reference's positional parameters."""
    signature = registry.signature(name)
    return [p.name for p in signature.parameters.values() if p.kind is not p.KEYWORD_ONLY]


def options(name: str, call: Call) -> list[str]:
    """The options of a call that are not at their defaults."""
    defaults = _defaults(name)
    return [
        option
        for option, value in call.kwargs.items()
        if option in defaults and option not in PLACEMENT and not alike(value, defaults[option])
    ]


def narrowed(name: str, function: Implementation) -> Implementation:
    """A backward function, called without the options, and the last arguments, that it lacks; any other value
    than the default does not apply."""
    missing, defaults = lacking(name, function), _defaults(name)
    known, optional = parameters(name), _optional(name)
    places = max(_places(function, frozenset(defaults)), 1 + len(known) - len(optional))
    lost = known[places - 1 :]  # behind the cotangent and what it takes
    if not missing and not lost:
        return function

    def call(*args: Any, **kwargs: Any) -> Any:
        for argument, value in zip(lost, args[places:], strict=False):
            if value is not None:
                raise NotApplicableError(f"{argument} is given")
        args = args[:places] if lost else args
        for option in missing:
            if option in kwargs:
                value = kwargs.pop(option)
                if option not in PLACEMENT and not alike(value, defaults[option]):
                    raise NotApplicableError(f"{option}={value!r}")
        return function(*args, **kwargs)

    return call


def _places(function: Implementation, options: frozenset[str]) -> int:
    """How many arguments a function takes by position that are none of the reference's options."""
    try:
        taken = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return sys.maxsize
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in taken):
        return sys.maxsize
    kinds = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
    return sum(parameter.kind in kinds and parameter.name not in options for parameter in taken)


def _optional(name: str) -> list[str]:
    """The reference's positional parameters that may be None, the last ones."""
    signature = registry.signature(name)
    return [
        p.name for p in signature.parameters.values() if p.kind is not p.KEYWORD_ONLY and p.default is None
    ]
