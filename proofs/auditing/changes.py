"""Calls with a changed argument: what the reference would give if an argument were read in another way."""

import itertools
import math
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Literal

import numpy as np

from ... import _libraries
from ..._libraries import is_array
from ..engine import catalogue
from ..engine.calls import Call
from ..language.law import REFUSALS
from ..language.packing import mapped, parts
from .options import PLACEMENT
from .signatures import is_number, signature


class UnchangedError(Exception):
    """A change that a call does not admit."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the arguments by name, and what the reference computes then."""

    sentence: str
    """Completes "your function equals the reference …"."""
    apply: Callable[[dict[str, Any]], dict[str, Any]]
    """New arguments; raises UnchangedError, or anything else, where there are none."""


def named(name: str, call: Call) -> dict[str, Any]:
    """The arguments of a call by name."""
    places = [p.name for p in signature(name).values() if p.kind is not p.KEYWORD_ONLY]
    return dict(zip(places, call.args, strict=False)) | dict(call.kwargs)


def with_arguments(name: str, call: Call, given: Mapping[str, Any]) -> Call:
    """The call with other arguments."""
    places = [p.name for p in signature(name).values() if p.kind is not p.KEYWORD_ONLY]
    args = tuple(given[place] for place in places if place in given)
    kwargs = {option: value for option, value in given.items() if option not in places}
    return replace(call, args=args, kwargs=kwargs)


def changed(name: str, change: Change, call: Call) -> Call | None:
    """The call with a change, or None where it does not admit it."""
    try:
        with np.errstate(all="ignore"):
            return with_arguments(name, call, change.apply(_numbers_by_default(name) | named(name, call)))
    except (UnchangedError, *REFUSALS):
        return None


@cache
def _numbers_by_default(name: str) -> dict[str, Any]:
    """The numbers that stand for options that a call does not give: they are read all the same."""
    return {key: p.default for key, p in signature(name).items() if is_number(p.default)}


def _each(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A change of every part of a value for which it does not give None."""

    def apply(value: Any) -> Any:
        touched = False

        def one(part: Any) -> Any:
            nonlocal touched
            made = change(part)
            touched = touched or made is not None
            return part if made is None else made

        result = mapped(value, one)
        if not touched:
            raise UnchangedError
        return result

    return apply


def _floats(operation: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """An operation on the real arrays and floats of a value."""

    def change(part: Any) -> Any:
        if is_array(part):
            xp = _libraries.array_namespace(part)
            return operation(xp, part) if xp.isdtype(part.dtype, "real floating") else None
        return operation(math, part) if isinstance(part, float) else None

    return _each(change)


def _arrays(operation: Callable[[Any, Any], Any], axes: int = 1) -> Callable[[Any], Any]:
    """An operation on the arrays of a value that have enough axes."""

    def change(part: Any) -> Any:
        enough = is_array(part) and part.ndim >= axes
        return operation(_libraries.array_namespace(part), part) if enough else None

    return _each(change)


def _integers(step: int, lowest: int | None = None) -> Callable[[Any], Any]:
    """So much added to whole numbers, which are then at least `lowest`."""

    def one(part: Any) -> Any:
        if is_array(part):
            xp = _libraries.array_namespace(part)
            if xp.isdtype(part.dtype, "integral"):
                least = int(xp.min(part)) if math.prod(part.shape) else 0
                moved = part + step if least + step >= min(0, least) else xp.clip(part + step, 0)
                return moved if lowest is None else xp.clip(moved, lowest)
        elif isinstance(part, int) and not isinstance(part, bool):
            return part + step if lowest is None else max(part + step, lowest)
        return part

    def apply(value: Any) -> Any:
        result = mapped(value, one)
        if result is value and lowest is None:
            raise UnchangedError
        return result

    return apply


def _average(xp: Any, a: Any, axis: int) -> Any:
    if not a.shape[axis]:  # an empty axis has no mean, and NumPy warns of it
        raise UnchangedError
    return xp.mean(a, axis=axis, keepdims=True)


def _mean(xp: Any, a: Any, axis: int) -> Any:
    return xp.broadcast_to(_average(xp, a, axis), a.shape) + 0 * a


def _diagonal(xp: Any, a: Any) -> Any:
    if a.shape[-1] != a.shape[-2] or a.shape[-1] < 2:
        raise UnchangedError
    return a * xp.eye(a.shape[-1], dtype=a.dtype)


def _numbers_or_library(function: str) -> Callable[[Any, Any], Any]:
    return lambda xp, a: getattr(xp, function)(a)


VALUES: Mapping[str, Callable[[Any], Any]] = {
    "the sign of {} reversed": _floats(lambda xp, a: -a),
    "the square of {0} in place of {0}": _floats(lambda xp, a: a * a),
    "the square root of {0} in place of {0}": _floats(_numbers_or_library("sqrt")),
    "the logarithm of {0} in place of {0}": _floats(_numbers_or_library("log")),
    "the exponential of {0} in place of {0}": _floats(_numbers_or_library("exp")),
    "the reciprocal of {0} in place of {0}": _floats(lambda xp, a: 1 / a),
    "1 − {0} in place of {0}": _floats(lambda xp, a: 1 - a),
    "the absolute value of {0} in place of {0}": _floats(lambda xp, a: abs(a) if xp is math else xp.abs(a)),
    "{0} multiplied by 2": _floats(lambda xp, a: a * 2),
    "{0} divided by 2": _floats(lambda xp, a: a / 2),
    "{0} multiplied by 2π": _floats(lambda xp, a: a * (2 * math.pi)),
    "{0} divided by 2π": _floats(lambda xp, a: a / (2 * math.pi)),
    "{0} multiplied by π": _floats(lambda xp, a: a * math.pi),
    "{0} taken to be in degrees": _floats(lambda xp, a: a * (math.pi / 180)),
    "{0} turned into degrees": _floats(lambda xp, a: a * (180 / math.pi)),
    "{0} divided by ln 2": _floats(lambda xp, a: a / math.log(2)),
    "{0} multiplied by ln 2": _floats(lambda xp, a: a * math.log(2)),
    "{0} rounded down to whole numbers": _floats(_numbers_or_library("floor")),
    "{0} rounded to whole numbers": _floats(lambda xp, a: float(round(a)) if xp is math else xp.round(a)),
    "{0} cut to [0, 1]": _floats(lambda xp, a: min(max(a, 0.0), 1.0) if xp is math else xp.clip(a, 0.0, 1.0)),
    "{0} plus 1 in place of {0}": _floats(lambda xp, a: a + 1),
    "{0} minus 1 in place of {0}": _floats(lambda xp, a: a - 1),
    "{0} one too large (off by one)": _integers(1),
    "{0} one too small (off by one)": _integers(-1),
    "{0} reversed along the last axis": _arrays(lambda xp, a: xp.flip(a, axis=-1)),
    "{0} reversed along the first axis": _arrays(lambda xp, a: xp.flip(a, axis=0)),
    "{0} transposed": _arrays(lambda xp, a: xp.matrix_transpose(a), 2),
    "only the diagonal of {}": _arrays(_diagonal, 2),
    "{0} sorted": _arrays(lambda xp, a: xp.sort(a, axis=-1)),
    "{0} shifted by one entry (the previous one is read)": _arrays(lambda xp, a: xp.roll(a, 1, axis=-1)),
    "{0} shifted by one entry (the next one is read)": _arrays(lambda xp, a: xp.roll(a, -1, axis=-1)),
    "{0} shifted by one along the first axis (the previous one is read)": _arrays(
        lambda xp, a: xp.roll(a, 1, axis=0), 2
    ),
    "{0} shifted by one along the first axis (the next one is read)": _arrays(
        lambda xp, a: xp.roll(a, -1, axis=0), 2
    ),
    "running sums of {0} in place of {0}": _floats(lambda xp, a: xp.cumulative_sum(a, axis=-1)),
    "the mean of {0} over its last axis subtracted": _floats(lambda xp, a: a - _average(xp, a, -1)),
    "{0} divided by its sum over the last axis": _floats(lambda xp, a: a / xp.sum(a, axis=-1, keepdims=True)),
    "{0} divided by its length (normalised)": _floats(
        lambda xp, a: a / xp.sqrt(xp.sum(a * a, axis=-1, keepdims=True))
    ),
    "the mean of {0} over its last axis in place of {0}": _floats(lambda xp, a: _mean(xp, a, -1)),
    "the mean of {0} over its first axis in place of {0}": _floats(lambda xp, a: _mean(xp, a, 0)),
    "the first entry of {0} for all": _arrays(lambda xp, a: a[..., :1] + 0 * a),
    "the last entry of {0} for all": _arrays(lambda xp, a: a[..., -1:] + 0 * a),
    "0 in place of {0}": _floats(lambda xp, a: a * 0),
    "1 in place of {0}": _floats(lambda xp, a: a * 0 + 1),
}
"""What may have been done to an argument, by what is said of it."""


def _one(parameter: str, text: str, operation: Callable[[Any], Any]) -> Change:
    def apply(given: dict[str, Any]) -> dict[str, Any]:
        if given.get(parameter) is None:
            raise UnchangedError
        return given | {parameter: operation(given[parameter])}

    return Change(f"with {text.format(parameter)}", apply)


def _part(parameter: str, field: str, text: str, operation: Callable[[Any], Any]) -> Change:
    def apply(given: dict[str, Any]) -> dict[str, Any]:
        value = given[parameter]
        return given | {parameter: value._replace(**{field: operation(getattr(value, field))})}

    return Change(f"with {text.format(f'{parameter}.{field}')}", apply)


def _exchanged(first: str, second: str) -> Change:
    def apply(given: dict[str, Any]) -> dict[str, Any]:
        if given.get(first) is None or given.get(second) is None:
            raise UnchangedError
        return given | {first: given[second], second: given[first]}

    return Change(f"with {first} and {second} exchanged", apply)


def _instead(used: str, meant: str) -> Change:
    def apply(given: dict[str, Any]) -> dict[str, Any]:
        if given.get(used) is None or given.get(meant) is None:
            raise UnchangedError
        return given | {meant: given[used]}

    return Change(f"with {used} in place of {meant}", apply)


def _fields(value: Any) -> tuple[str, ...]:
    return tuple(getattr(value, "_fields", ()))


def _alike(a: Any, b: Any) -> bool:
    """Whether one of two arguments may have been taken for the other."""
    if is_array(a) and is_array(b):
        return bool(a.ndim == b.ndim)
    if type(a) is type(b) and _fields(a) == _fields(b):
        return any(is_array(part) for _, part in parts(a)) or callable(a)
    return is_number(a) and is_number(b)


def choices(name: str, option: str) -> tuple[Any, ...]:
    """The values that an option can have, if its type lists them."""
    try:
        hint = typing.get_type_hints(catalogue.functions()[name].implementation).get(option)
    except (AttributeError, NameError, TypeError):  # a type that exists only for the type checker
        return ()
    if hint is bool:
        return (False, True)
    return typing.get_args(hint) if typing.get_origin(hint) is Literal else ()


def of_options(name: str, given: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """Options at another value than asked for: the default, and each that the type lists."""
    for option, parameter in signature(name).items():
        if option in PLACEMENT or not any(option in arguments for arguments in given):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is not parameter.empty:
            yield _always(option, parameter.default, " (its default)")
        for value in choices(name, option):
            if value is not parameter.default:
                yield _always(option, value, "")
        for asked, given_instead in itertools.permutations(choices(name, option), 2):
            yield _instead_of(option, asked, given_instead)


def _instead_of(option: str, asked: Any, value: Any) -> Change:
    def apply(arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments.get(option, asked) != asked:
            raise UnchangedError
        return arguments | {option: value}

    return Change(f"with {option}={value!r} where {option}={asked!r} is asked for", apply)


def _always(option: str, value: Any, note: str) -> Change:
    def apply(arguments: dict[str, Any]) -> dict[str, Any]:
        return arguments | {option: value}

    return Change(
        f"with {option}={value!r}{note} whatever is asked for: it ignores the option {option}", apply
    )


CONSTANTS = (1, 2, 0.5, 0.0, 4, 3, 10, 64, 128, 10000.0, 1e-5, 1e-6, 1e-8, 0.1)
"""Numbers that people write in place of an argument."""


def of_constants(name: str, given: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """Numbers of the call replaced by a fixed one."""
    for parameter in signature(name):
        values = [arguments[parameter] for arguments in given if is_number(arguments.get(parameter))]
        if len(set(values)) > 1:
            for constant in CONSTANTS:
                value = type(values[0])(constant)
                if value == constant:
                    change = _always(parameter, value, "")
                    text = f"with {parameter} = {constant:g} whatever is given: it ignores {parameter}"
                    yield replace(change, sentence=text)


_PASSED = ("the sign of {} reversed", "{0} multiplied by 2", "{0} divided by 2", "1 − {0} in place of {0}",
           "the square root of {0} in place of {0}", "the square of {0} in place of {0}",
           "the logarithm of {0} in place of {0}", "0 in place of {0}", "1 in place of {0}",
           "{0} one too large (off by one)", "{0} one too small (off by one)")  # fmt: skip
"""What may have been done to what a function among the arguments is given, or gives."""
_EARLY = "{0} one too small (off by one, too early), but not below 1"
_ORDINALS = ("first", "second", "third")


def _of_callable(parameter: str) -> Iterator[Change]:
    """A function among the arguments that is called in another way, or whose results are changed."""

    def wrapped(text: str, wrap: Callable[[Any], Any]) -> Change:
        def apply(given: dict[str, Any]) -> dict[str, Any]:
            if given.get(parameter) is None:
                raise UnchangedError
            return given | {parameter: wrap(given[parameter])}

        return Change(f"with {text}", apply)

    early = _integers(-1, lowest=1)
    for text, operation in [*((t, VALUES[t]) for t in _PASSED), (_EARLY, early)]:
        for place, ordinal in enumerate(_ORDINALS):
            said = text.format(f"the {ordinal} argument that {parameter} is given")
            yield wrapped(said, partial(_passing, place, operation))
        yield wrapped(text.format(f"the result of {parameter}"), partial(_giving, operation))


def _passing(place: int, operation: Callable[[Any], Any], function: Any) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        if place >= len(args):
            raise UnchangedError
        return function(*args[:place], operation(args[place]), *args[place + 1 :], **kwargs)

    return call


def _giving(operation: Callable[[Any], Any], function: Any) -> Any:
    return lambda *args, **kwargs: operation(function(*args, **kwargs))


def of_arguments(name: str, given: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """One argument read in another way, or two exchanged."""
    sample = {k: v for arguments in given for k, v in arguments.items() if v is not None}
    for parameter, value in sample.items():
        if parameter in PLACEMENT or isinstance(value, str | bool):
            continue
        fields = _fields(value)
        if callable(value) and not fields:
            yield from _of_callable(parameter)
            continue
        for text, operation in VALUES.items():
            yield _one(parameter, text, operation)
            if 1 < len(fields) <= 4:
                for field in fields:
                    yield _part(parameter, field, text, operation)
    names = [k for k in sample if k not in PLACEMENT]
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            if _alike(sample[first], sample[second]):
                yield _exchanged(first, second)
                yield _instead(first, second)
                yield _instead(second, first)


_PAIRED: Mapping[str, tuple[Any, Any]] = {
    "on the first axis": ((slice(None), None), (None,)),
    "on the first axis, in columns": ((None,), (slice(None), None)),
    "on the last axis": ((..., None), (..., None, slice(None))),
    "on the last axis, in columns": ((..., None, slice(None)), (..., None)),
}
"""Indices that give two arrays axes of their own."""


def of_pairings(name: str, given: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """Two arguments whose entries are all paired with each other by broadcasting."""
    sample = {k: v for arguments in given for k, v in arguments.items() if is_array(v)}
    for first, second in itertools.combinations(sample, 2):
        for text, indices in _PAIRED.items():
            yield _paired(first, second, indices, text)


def _paired(first: str, second: str, indices: tuple[Any, Any], text: str) -> Change:
    def apply(given: dict[str, Any]) -> dict[str, Any]:
        return given | {key: given[key][index] for key, index in zip((first, second), indices, strict=True)}

    return Change(
        f"for all pairs of an entry of {first} and one of {second} (an outer form: they broadcast {text}), "
        "where one goes with one",
        apply,
    )
