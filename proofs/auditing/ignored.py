"""What a function does not depend on, though the reference does: found out by asking it again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import _libraries
from ..._libraries import is_array
from ..engine import catalogue
from ..engine.calls import Call
from ..language.law import Implementation
from ..language.packing import mapped
from .changes import choices, named, with_arguments
from .observed import Observed, Raised, apply, distance, numbers, same_form
from .options import PLACEMENT, options
from .signatures import signature

_CALLS = 6
"""So many calls are asked again for an argument."""
_SURE = 8
"""As many times more before it is said that an argument is ignored."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Arguments that change nothing."""

    required: tuple[str, ...]
    """Those that have no default."""
    options: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What is said of the required ones."""
        names = " and ".join(self.required)
        return (
            f"it ignores {names}: the result does not depend on {'it' if len(self.required) == 1 else 'them'}"
        )


def ignored(name: str, function: Implementation, seen: Observed) -> Ignored:
    """The arguments that have no effect on the function at any call tried, where the reference changes."""
    required: list[str] = []
    optional: list[str] = []
    for parameter, declared in signature(name).items():
        if parameter in PLACEMENT:
            continue
        has_default = declared.default is not declared.empty
        # Small arrays may all have one result by chance; an option is tried at all of its values anyhow.
        sure = (_CALLS,) if has_default else (_CALLS, _SURE * _CALLS)
        if all(_ignores(name, function, seen, parameter, calls) for calls in sure):
            (optional if has_default and declared.kind is declared.KEYWORD_ONLY else required).append(
                parameter
            )
    return Ignored(tuple(required), tuple(optional))


def _ignores(name: str, function: Implementation, seen: Observed, parameter: str, calls: int) -> bool:
    """Whether other values of an argument never change a result, and change those of the reference."""
    reference = catalogue.reference()[name]
    changes = 0
    # A whole number, an index say, changes seldom: it takes more calls to see that it does not.
    times = 4 if _whole(seen) else 1
    for place in _concerned(name, seen, parameter, times * calls):
        call = seen.calls[place]
        for value in _others(name, parameter, named(name, call)):
            other = with_arguments(name, call, named(name, call) | {parameter: value})
            theirs = apply(reference, other)
            if _of_few_values(theirs):
                return False  # a predicate that reads its argument may well answer the same
            if isinstance(theirs, Raised):
                continue
            # It may read the argument where the reference does not: of two that it exchanges it ignores none.
            mine = apply(function, other)
            if isinstance(mine, Raised) or mine is None or _differ(mine, seen.results[place], seen):
                return False
            if _is_nan(mine, seen):
                continue  # whatever is put in, NaN comes out: nothing is seen of what it reads
            changes += _differ(theirs, seen.references[place], seen)
    return changes >= 3 * times


def _whole(seen: Observed) -> bool:
    """Whether all expected results are whole numbers."""
    parts = [part for i in seen.compared for part in seen.expected[i] or ()]
    return all(bool(np.all(part == np.round(part))) for part in parts)


def _of_few_values(result: Any) -> bool:
    """Whether a result is a boolean, or an array of them."""
    return isinstance(result, bool) or str(getattr(result, "dtype", "")).endswith("bool")


def _concerned(name: str, seen: Observed, parameter: str, most: int) -> list[int]:
    """A few calls that pass the argument, of all kinds, first those at which it is not its default."""
    passing = [
        i
        for i, call in enumerate(seen.calls)
        if seen.got[i] is not None and named(name, call).get(parameter) is not None
    ]
    given = {i for i in passing if parameter in options(name, seen.calls[i])}
    first, rest = [i for i in passing if i in given], [i for i in passing if i not in given]
    return (_spread(first, most) + _spread(rest, most))[:most]


def _spread(places: list[int], most: int) -> list[int]:
    """Some of many calls: their beginning alone may be of one law, or have one value of an option."""
    return places[:: max(1, len(places) // most)]


def _differ(first: Any, second: Any, seen: Observed) -> bool:
    """Whether two results are not the same numbers."""
    a, b = numbers(first, seen.on, seen.view), numbers(second, seen.on, seen.view)
    if a is None or b is None or not same_form(a, b):
        return True
    return any(bool(np.any(distance(x, y) > 0)) for x, y in zip(a, b, strict=True))


def _is_nan(result: Any, seen: Observed) -> bool:
    """Whether there is no number in a result."""
    found = numbers(result, seen.on, seen.view) or ()
    return any(part.size for part in found) and all(bool(np.all(np.isnan(part))) for part in found)


def _others(name: str, parameter: str, given: Mapping[str, Any]) -> Iterator[Any]:
    """Other values of the same form."""
    value = given[parameter]
    default = signature(name)[parameter].default
    for choice in choices(name, parameter):
        if choice != value:
            yield choice
    if isinstance(value, str | bool):
        return
    if isinstance(value, int):
        yield from (value + 2, value * 2, max(1, value // 2), value - 1)
    elif isinstance(value, float):
        yield from (value * 0.75, value * 1.5, value * 1.0625, value * 48, value / 48)
        if isinstance(default, float):
            yield default
    else:
        yield mapped(value, lambda part: _varied(part, 0.75))
        yield mapped(value, lambda part: _varied(part, 1.0))
        yield mapped(value, lambda part: _varied(part, 1.0, flip=False))


def _varied(part: Any, factor: float, *, flip: bool = True) -> Any:
    """Other numbers: the entries in another order and smaller."""
    if isinstance(part, float):
        return part * 0.875
    if not is_array(part):
        return part
    xp = _libraries.array_namespace(part)
    square = part.ndim > 1 and part.shape[-1] == part.shape[-2]
    turned = xp.flip(part, axis=(-2, -1) if square else -1) if part.ndim and flip else part
    if xp.isdtype(part.dtype, "real floating"):
        return turned * factor if flip else turned * 0.9375
    if xp.isdtype(part.dtype, "integral"):
        return turned if flip else part + 1
    return turned


def effective(name: str, calls: Sequence[Call], without: Sequence[str]) -> list[Call]:
    """The calls as the function reads them: without the options that it ignores."""
    return [
        with_arguments(name, call, {k: v for k, v in named(name, call).items() if k not in without})
        for call in calls
    ]
