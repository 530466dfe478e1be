"""Whether a function rounds an argument to a narrower format before it computes.

Where the digits of an argument fit into that format no result shows it, and inputs of laws often are whole
numbers. So ordinary calls are tried with all digits: the reference's result changes if an argument is then
rounded to the narrower format, and that of a function which rounds it stays the same, bit for bit.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from inspect import signature
from typing import Any

import numpy as np

from ...backends import Setting
from ..engine import catalogue
from ..engine.calls import Call, Given
from ..language.law import Implementation
from ..language.packing import copied, is_array, mapped, mapped_arrays, parts
from .compare import difference

KEPT = {"float64": 24, "float32": 11}
"""Binary digits of the format below: float32, float16. The other short ones have still fewer."""
_LITTLE = 1 - (math.sqrt(5) - 1) / 256
"""A factor that is near 1 and has all digits in any format."""
_NEARLY_ALL = 0.75
_SIGNIFICANT = 64
"""Units of roundoff from which on a change of the reference's result is one to look for."""


def shortened(name: str, function: Implementation, made: Iterable[Call], on: Setting) -> list[str]:
    """The arguments of which results at nearly all ordinary calls rest on fewer digits than there are."""
    stays = defaultdict[str, list[bool]](list)
    for call in made if on.precision.name in KEPT else ():
        if call.kind != "ordinary" or any(map(callable, call.args)):  # functions have digits of their own
            continue
        given = _with_all_digits((call.args, dict(call.kwargs)), on)
        for place in [place for place, part in parts(given) if _is_real(part, on)]:
            with np.errstate(all="ignore"), suppress(Exception):  # it leaves the domain, or does not apply
                short, other = (_changed(given, place, change) for change in (_rounder(on), _otherwise))
                if _apart(catalogue.reference()[name], given, short, on) > _SIGNIFICANT * on.u:
                    read = _apart(function, given, other, on) > 0  # or the argument is ignored
                    stays[place].append(read and _apart(function, given, short, on) == 0)
    found = [place for place, stayed in stays.items() if sum(stayed) >= _NEARLY_ALL * len(stayed)]
    return [_argument(name, place) for place in found]


def _is_real(part: Any, on: Setting) -> bool:
    return is_array(part) and part.dtype == on.dtype


def _with_all_digits(given: Given, on: Setting) -> Any:
    """A call with every array of reals a little smaller: what is positive, in order, symmetric or within
    [−1, 1] stays so."""
    return mapped_arrays(given, lambda array: array * _LITTLE if _is_real(array, on) else array)


def _changed(given: Given, place: str, change: Callable[[Any], Any]) -> Any:
    """A call with one of its arrays changed."""
    left = iter([name for name, _ in parts(given)])
    return mapped(given, lambda part: change(part) if next(left) == place else part)


def _otherwise(array: Any) -> Any:
    return array * 0.75


def _rounder(on: Setting) -> Callable[[Any], Any]:
    """What rounds to the digits of the format below, by Veltkamp's splitting, in any library."""
    factor = 2.0 ** (on.precision.bits - KEPT[on.precision.name]) + 1
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
