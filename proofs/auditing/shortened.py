"""Whether a function rounds an argument to a narrower format before it computes.

Where the digits of an argument fit into that format no result shows it, and inputs of laws often are whole
numbers. So ordinary calls are tried with all digits: the reference's result changes if an argument is then
rounded to the narrower format, and that of a function which rounds it stays the same, bit for bit.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from inspect import signature
from typing import Any

import numpy as np

from ..._libraries import is_array
from ...backends import Setting
from ..engine import catalogue
from ..engine.calls import Call, Given
from ..language.law import Implementation
from ..language.packing import copied, mapped, mapped_arrays, parts
from .compare import difference

SHORTER = {
    "float64": {24: "float32", 11: "float16", 8: "bfloat16"},
    "float32": {11: "float16", 8: "bfloat16"},
}
"""The formats below one, by their binary digits, the next one first."""
_LITTLE = 1 - (math.sqrt(5) - 1) / 256
"""A factor that is near 1 and has all digits in any format."""
_NEARLY_ALL, _FEW = 0.75, 3
_SIGNIFICANT = 64
"""Units of roundoff from which on a change of the reference's result is one to look for."""


def rounds_first(name: str, function: Implementation, made: Sequence[Call], on: Setting) -> str:
    """The arguments that a function rounds before it computes, and to which format, if nothing else is wrong:
    of rounded ones its results are right."""
    for digits, form in SHORTER.get(on.precision.name, {}).items():
        if _agrees(name, function, _with_all_digits(made, on), digits, on):
            found = _read_short(name, function, made, digits, on)
            return f"rounds {' and '.join(found)} to {form} before it computes" if found else ""
    return ""


def _agrees(name: str, function: Implementation, made: Iterable[Given], digits: int, on: Setting) -> bool:
    """Whether results of arguments that are rounded to so many digits are right, to most of their own."""
    right = []
    for given in made:
        with np.errstate(all="ignore"), suppress(Exception):
            args, kwargs = mapped_arrays(given, lambda a: _rounder(digits, on)(a) if _is_real(a, on) else a)
            expected = catalogue.reference()[name](*copied(args), **copied(kwargs))
            found = difference(function(*copied(args), **copied(kwargs)), expected, on)
            right.append(found is not None and found.relative <= on.u**0.75)
            if right[:_FEW].count(False) == _FEW:
                return False
    return sum(right) >= _NEARLY_ALL * max(1, len(right))


def shortened(name: str, function: Implementation, made: Sequence[Call], on: Setting) -> list[str]:
    """The arguments of which results at nearly all ordinary calls rest on fewer digits than there are."""
    levels = SHORTER.get(on.precision.name, {})  # each: to round to one may spoil the rounding to a shorter
    return next((found for digits in levels if (found := _read_short(name, function, made, digits, on))), [])


def _read_short(
    name: str, function: Implementation, made: Sequence[Call], digits: int, on: Setting
) -> list[str]:
    """The arguments of which so many digits are read."""
    stays, rounder = defaultdict[str, list[bool]](list), _rounder(digits, on)
    for given in _with_all_digits(made, on):
        for place in [place for place, part in parts(given) if _is_real(part, on)]:
            with np.errstate(all="ignore"), suppress(Exception):  # it leaves the domain, or does not apply
                short, other = (_changed(given, place, change) for change in (rounder, _otherwise))
                if _apart(catalogue.reference()[name], given, short, on) > _SIGNIFICANT * on.u:
                    read = _apart(function, given, other, on) > 0  # or the argument is ignored
                    stays[place].append(read and _apart(function, given, short, on) == 0)
    found = [place for place, stayed in stays.items() if sum(stayed) >= _NEARLY_ALL * len(stayed)]
    return [_argument(name, place) for place in found]


def _is_real(part: Any, on: Setting) -> bool:
    return is_array(part) and part.dtype == on.dtype


def _with_all_digits(made: Sequence[Call], on: Setting) -> Iterator[Given]:
    """Ordinary calls with every array of reals a little smaller: what is positive, in order, symmetric or
    within [−1, 1] stays so."""
    for call in made:
        if call.kind == "ordinary" and not any(
            map(callable, call.args)
        ):  # functions have digits of their own
            given = call.args, dict(call.kwargs)
            yield mapped_arrays(given, lambda array: array * _LITTLE if _is_real(array, on) else array)


def _changed(given: Given, place: str, change: Callable[[Any], Any]) -> Any:
    """A call with one of its arrays changed."""
    left = iter([name for name, _ in parts(given)])
    return mapped(given, lambda part: change(part) if next(left) == place else part)


def _otherwise(array: Any) -> Any:
    return array * 0.75


def _rounder(digits: int, on: Setting) -> Callable[[Any], Any]:
    """What rounds to so many binary digits, by Veltkamp's splitting, in any library."""
    factor = 2.0 ** (on.precision.bits - digits) + 1
    return lambda array: factor * array - (factor * array - array)


def _argument(name: str, place: str) -> str:
    """The name of the argument at a place of a call, such as "[0][1]" or "[1]['weights'].mean"."""
    _, _, first, *_ = place.split("[")
    key = first.partition("]")[0]
    return (
        list(signature(catalogue.reference()[name]).parameters)[int(key)] if key.isdigit() else key.strip("'")
    )


def _apart(function: Implementation, first: Given, second: Given, on: Setting) -> float:
    """How far the results of two calls are apart."""
    one, other = (function(*copied(args), **copied(kwargs)) for args, kwargs in (first, second))
    found = difference(one, other, on)
    return math.inf if found is None else found.relative
