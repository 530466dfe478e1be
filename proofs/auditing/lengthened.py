"""Whether a function in half precision accumulates there: its errors grow with the number of terms.

The inputs of laws are short, and their tolerances count a rounding for each term. So an axis that the
declaration names is repeated until a sum in the format would stand still: 256 ones add up to 256 in bfloat16,
and so do 1000 of them. Code that sums in float32, as kernels do, loses no more digits than before.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ... import _libraries
from ..._arguments import Arrays
from ..._libraries import is_array
from ...backends import Setting
from ..engine import catalogue
from ..engine.calls import Call
from ..language.law import Implementation
from ..language.packing import copied, parts, size
from .changes import named, with_arguments
from .compare import difference
from .contracts import in_double
from .precision import FEWEST
from .remarks import Accumulates

_CALLS = 3
"""Ordinary calls whose axes are repeated."""
_GROWN = 8
"""By so much errors must grow: those of roundings to which no term is added stay as they are."""
_SIGNIFICANT = 32
"""Units of roundoff below which an error says nothing: a few operations in the format."""
_LARGEST = 1 << 17
"""Numbers of a call that is too long."""


def accumulates(name: str, function: Implementation, made: Sequence[Call], on: Setting) -> Accumulates | None:
    """The axis along which errors grow most, if they do: at one call is enough, for sums of some numbers stay
    right by luck, and the same numbers over and over are no harder than once."""
    found: list[Accumulates] = []
    ordinary = sorted((call for call in made if call.kind == "ordinary"), key=lambda it: -_variety(it, on))
    for symbol in _symbols(name):
        found += [it for it in _tried(name, function, ordinary, symbol, on) if it is not None]
    return max(found, key=lambda it: it.after, default=None)


def _variety(call: Call, on: Setting) -> int:
    """How many different numbers the arrays of a call have: sums of zeros and ones show little."""
    arrays = [
        np.asarray(on.host(part)).ravel()
        for _, part in parts((call.args, dict(call.kwargs)))
        if is_array(part)
    ]
    return len(np.unique(np.concatenate(arrays))) if arrays else 0


def _tried(
    name: str, function: Implementation, made: Sequence[Call], symbol: str, on: Setting
) -> Iterator[Accumulates | None]:
    """For each call that can be made longer, whether errors grow."""
    left = _CALLS
    for call in made:
        if not left or not (short := _length(name, call, symbol)):
            continue
        times = math.ceil(_enough(name, symbol, on) / short)
        longer = _repeated(name, call, symbol, times)
        if longer is None or size((longer.args, longer.kwargs)) > _LARGEST:
            continue
        before, after = (_error(name, function, it, on) for it in (call, longer))
        if before is None or after is None:
            continue
        left -= 1
        grows = after > max(_SIGNIFICANT * on.u, _GROWN * before)
        wrong = after >= on.u**FEWEST
        form = on.precision.name
        yield Accumulates(symbol, form, short, short * times, before, after, wrong) if grows else None


def _symbols(name: str) -> list[str]:
    """Lengths that one argument at least has, and none twice."""
    shapes = [[axis.symbol for axis in argument.axes.core] for argument in _arrays(name).values()]
    known = dict.fromkeys(symbol for shape in shapes for symbol in shape if symbol)
    return [symbol for symbol in known if all(shape.count(symbol) < 2 for shape in shapes)]


def declared_of(name: str) -> Mapping[str, Any]:
    """The arguments of a function as they are declared."""
    found: Any = getattr(catalogue.reference()[name], "declared", None)
    return {} if found is None else found.arguments


def _arrays(name: str) -> dict[str, Arrays]:
    known = declared_of(name)
    return {key: one for key, one in known.items() if isinstance(one, Arrays) and not one.function}


def _enough(name: str, symbol: str, on: Setting) -> int:
    """Terms at which a sum in the format stands still, eight times over; where an axis stands alone, pairs of
    its entries may be what is summed."""
    terms = 8 / on.u
    batched = any(
        one.axes.dots and symbol in [a.symbol for a in one.axes.core] for one in _arrays(name).values()
    )
    return int(terms if batched else 2 * math.sqrt(terms))


def _length(name: str, call: Call, symbol: str) -> int:
    """How long an axis is in a call; 0 if no argument has it."""
    given = named(name, call)
    for key, axis, place in _places(name, symbol):
        if axis.times == axis.by == 1 and not axis.plus and is_array(given.get(key)):
            return int(given[key].shape[place])
    return 0


def _places(name: str, symbol: str) -> Iterator[tuple[str, Any, int]]:
    """Arguments with an axis, and its place, counted from the end behind batch axes."""
    for key, one in _arrays(name).items():
        for place, axis in enumerate(one.axes.before):
            if axis.symbol == symbol:
                yield key, axis, place
        for place, axis in enumerate(one.axes.after):
            if axis.symbol == symbol:
                yield key, axis, place - len(one.axes.after)


def _repeated(name: str, call: Call, symbol: str, times: int) -> Call | None:
    """The call with an axis repeated wherever it stands; None where one has another form."""
    given = named(name, call)
    for key, axis, place in _places(name, symbol):
        array = given.get(key)
        if array is None:
            continue
        if not is_array(array) or axis.plus or not array.ndim:
            return None
        xp = _libraries.array_namespace(array)
        given[key] = xp.concat([array] * times, axis=place)
    return with_arguments(name, call, given)


def _error(name: str, function: Implementation, call: Call, on: Setting) -> float | None:
    """How far the result is off, of its largest entry; None if the call tells nothing."""
    try:
        with np.errstate(all="ignore"):
            expected = in_double(name, call, on)
            got = function(*copied(call.args), **copied(dict(call.kwargs)))
            found = difference(got, expected, on)
    except Exception:  # foreign code may raise anything; the reference refuses what the axis does not fit
        return None
    if found is None or not math.isfinite(found.relative):  # what leaves the range is another matter
        return None
    return found.relative
