"""Results of another form than those of the reference: no array, of another library, dtype or device; and
arguments that a function writes into."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import _libraries
from ..._libraries import is_array
from ..._packed import members
from ..._stored import is_real
from ...backends import Setting
from ..engine.calls import Call
from ..engine.implementations import are_whole
from ..language.law import Implementation
from ..language.packing import copied, key
from .behaviour import WRITES
from .observed import Observed
from .summed import of

_TRIED = 24
"""Calls at which a form is looked at."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a function gives in the place of what the reference gives; no text where that is of its form."""

    text: str = ""
    mostly: bool = False
    """Whether it does so at most calls."""
    packed: bool = False
    """Whether it gives several results as a tuple, or a list, where one is expected."""
    written: str = ""
    """That it changes the arrays that it is given, if so."""


def form(function: Implementation, seen: Observed) -> Form:
    """What a function does beside its numbers: some calls are made again, for observed results are copies."""
    found, packed, written = [], False, False
    pairs = list(zip(seen.calls, seen.references, strict=True))
    for call, wanted in pairs[:: max(1, len(pairs) // _TRIED)]:
        given = copied((call.args, dict(call.kwargs)))
        before = key(given, seen.on)
        result = _answer(function, *given)
        written |= key(given, seen.on) != before
        if wanted is None or isinstance(result, Exception):
            continue
        packed |= is_array(wanted) and _is_packed(result)
        found.append(_unlike(result, wanted, call, seen.on))
    unlike = Counter(filter(None, found))
    told = ""
    if unlike:
        [(most, _)] = unlike.most_common(1)
        told = f"it gives {most}, at {of(unlike.total(), len(found))} calls that were tried"
    return Form(told, 2 * unlike.total() > len(found), packed, WRITES if written else "")


def _is_packed(result: Any) -> bool:
    return isinstance(result, tuple | list) and len(result) > 1 and any(map(is_array, result))


def mended(function: Implementation, seen: Observed) -> Implementation:
    """A function with results that are brought into the form of the reference's, as far as they have it."""

    wanted: Any = next((it for it in seen.references if it is not None), None)
    count = len(wanted) if isinstance(wanted, tuple) else 1
    return lambda *args, **kwargs: _brought(function(*args, **kwargs), count, seen.on)


def _answer(function: Implementation, args: Any, kwargs: Any) -> Any:
    """A result, or what was raised."""
    try:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)
    except Exception as error:  # foreign code may raise anything
        return error


def _unlike(result: Any, wanted: Any, call: Call, on: Setting) -> str:
    if isinstance(wanted, tuple) and isinstance(result, tuple | list) and len(result) == len(wanted):
        pairs = zip(result, wanted, strict=True)
        return next((text for r, w in pairs if (text := _unlike(r, w, call, on))), "")
    if isinstance(wanted, tuple):
        return f"{_named(result)} where {len(wanted)} results are expected"
    if not is_array(wanted):
        return ""
    if not is_array(result):
        number = isinstance(result, int | float | np.number)  # where there are no batch axes: an edge
        return "" if number else f"{_named(result)} where an array is expected"
    return _unlike_array(result, wanted, call, on)


def _unlike_array(result: Any, wanted: Any, call: Call, on: Setting) -> str:
    space, expected = (_libraries.array_namespace(array) for array in (result, wanted))
    if space is not expected:
        return f"an array of {space.__name__.rpartition('.')[2]} for arrays of {on.backend.name}"
    if str(result.dtype) == "object":
        return "an array of Python objects"
    if space.isdtype(result.dtype, "complex floating") and not space.isdtype(
        wanted.dtype, "complex floating"
    ):
        return f"complex numbers ({_dtype(result)})"
    if is_real(wanted) and is_real(result) and _dtype(result) != _dtype(wanted):
        return "" if are_whole(call.args, call.kwargs) else f"{_dtype(result)} for {_dtype(wanted)} arguments"
    here, there = (str(_libraries.device(array)) for array in (result, wanted))
    return "" if here == there else f"an array on {here} for arrays on {there}"


def _dtype(array: Any) -> str:
    """The name of a dtype, whatever its byte order."""
    dtype = array.dtype
    return str(dtype.newbyteorder("=") if isinstance(dtype, np.dtype) else dtype).rpartition(".")[2]


def _named(result: Any) -> str:
    if result is None:
        return "None (a return may be missing)"
    if isinstance(result, tuple):
        return f"a {type(result).__name__} of {len(result)}"
    if is_array(result):
        return "one array"
    kind = type(result).__name__
    return f"a {kind}" if isinstance(result, dict | list) else f"an object of type {kind}"


def _brought(result: Any, count: int, on: Setting) -> Any:
    """A result as an array, or as so many: of a package its parts, or the first of them."""
    inner = members(result)
    if inner is None:
        return _real(result, on) if is_array(result) else result
    values = [part for _, part in inner]
    if not any(map(is_array, values)) and isinstance(result, list | tuple):
        return on.array(np.asarray(result, dtype=np.float64)) if count == 1 else result
    if count == 1:
        return _brought(next(filter(is_array, values), values[0]), count, on)
    return tuple(_brought(value, 1, on) for value in values)


def _real(array: Any, on: Setting) -> Any:
    """An array of the setting's library, without imaginary parts."""
    space = _libraries.array_namespace(array)
    if not isinstance(array, np.ndarray | np.generic):
        return space.real(array) if space.isdtype(array.dtype, "complex floating") else array
    host = np.asarray(array)
    host = host.astype(np.float64) if host.dtype == object else host
    host = host.real if host.dtype.kind == "c" else host
    return host if on.backend.name == "numpy" else on.array(host)
