"""What a function rounds to half precision on the way: positions, frequencies, angles, or tables.

The reference is computed in float64 with one kind of number rounded to the format: an argument, or what goes
into elementary functions or comes out of them, or the numbers of which it makes tables. What explains most of
what the function is off by, beyond one rounding, is what it rounds; no law need fail of it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import array_api_compat.numpy as xp
import numpy as np

from ..._libraries import is_array
from ...backends import Setting
from ..engine.calls import Call
from ..language.inputs import rounded
from ..language.packing import mapped_arrays, parts
from .changes import named, with_arguments
from .contracts import Judged, leaves_of
from .lengthened import declared_of
from .remarks import Halved
from .roundings import patched

Reals: TypeAlias = np.ndarray[Any, Any]

_MOST = 0.5
"""What may be left of the errors, in the median."""
_BEYOND = 2
"""So many times the bound of float32 with one rounding is an error that tells."""
_FEW = 3
"""Calls that have to tell."""
_INTEGERS = {"bfloat16": "integers above 256", "float16": "integers above 2048"}
_TABLES = {"cosines and sines": ("cos", "sin"), "exponentials": ("exp",), "logarithms": ("log", "log1p"),
           "square roots": ("sqrt",)}  # fmt: skip
_GIVEN = {"angles": ("cos", "sin"), "exponents": ("exp",)}


@dataclass(frozen=True, slots=True)
class _Way:
    """The reference with something rounded."""

    what: str
    change: Callable[[Call], Call | None]
    context: Callable[[], Any] = nullcontext
    mistake: bool = False


def halved(name: str, calls: Sequence[Judged], on: Setting) -> Halved | None:
    """What the function rounds to the format on the way, if one thing explains most of what it is off by."""
    telling = [it for it in calls if np.any(_beyond(it))]
    if len(telling) < _FEW:
        return None
    found = [(_left(name, way, telling, on), way) for way in _ways(name, telling, on)]
    least, way = min(found, key=lambda pair: pair[0])
    return Halved(f"it is near to the reference with {way.what}", way.mistake) if least <= _MOST else None


def _beyond(it: Judged) -> Any:
    return np.isfinite(it.once) & (it.off > _BEYOND * it.once)


def _left(name: str, way: _Way, telling: Sequence[Judged], on: Setting) -> float:
    """What a way leaves of the errors, in the median over calls that tell."""
    shares = []
    for it in telling:
        try:
            call = way.change(it.call)
            with np.errstate(all="ignore"), way.context():
                found = None if call is None else leaves_of(name, call, on)
        except Exception:  # the reference refuses what became of an argument
            found = None
        there = _beyond(it)
        if found is None or found.shape != it.got.shape:
            shares.append(1.0)
        else:
            with np.errstate(all="ignore"):
                same = (it.got == found) | (np.isnan(it.got) & np.isnan(found))
                rest = np.where(same, 0.0, np.abs(it.got - found) / it.off)[there]
            shares.append(float(np.median(np.nan_to_num(rest, nan=1.0, posinf=1.0))))
    return float(np.median(shares))


def _ways(name: str, telling: Sequence[Judged], on: Setting) -> Iterator[_Way]:
    form, short = on.precision.name, partial(rounded, p=on.precision)
    given = [named(name, it.call) for it in telling]
    known = dict.fromkeys(key for one in given for key in one)
    whole = [key for key in known if any(_holds(one.get(key), "iu", on) for one in given)]
    real = [key for key in known if key not in whole and any(_holds(one.get(key), "f", on) for one in given)]
    if whole:
        what = f"{' and '.join(whole)} rounded to {form}, where {_INTEGERS[form]} merge"
        yield _Way(what, partial(_rounding, name, whole, on), mistake=True)
    for key in real:
        yield _Way(f"{key} rounded to {form}", partial(_rounding, name, [key], on))
    tables = partial(patched, xp, ("asarray",), partial(_listed, short))
    yield _Way(f"the numbers of its tables, such as frequencies, rounded to {form}", _same, tables)
    products = partial(patched, xp, ("cumulative_sum",), partial(_of_logarithms, short))
    yield _Way(f"its running products, such as ᾱ_t², rounded to {form}", _same, products)
    for what, functions in _GIVEN.items():
        made = partial(patched, xp, functions, lambda function: lambda x, /: function(short(x)))
        yield _Way(f"its {what} rounded to {form}", _same, made, mistake=what == "angles")
    for what, functions in _TABLES.items():
        made = partial(patched, xp, functions, lambda function: lambda x, /: short(function(x)))
        yield _Way(f"its tables of {what} rounded to {form}", _same, made)


def _rounding(name: str, keys: Sequence[str], on: Setting, call: Call) -> Call:
    """The call with arguments rounded to the format; integers become reals where the function takes these."""
    given = named(name, call)
    for key in keys:
        if key in given:
            real = "real floating" in getattr(declared_of(name).get(key), "kinds", ())
            given[key] = mapped_arrays(given[key], partial(_to, on, real))
    return with_arguments(name, call, given)


def _same(call: Call) -> Call:
    return call


def _holds(value: Any, kinds: str, on: Setting) -> bool:
    return any(is_array(part) and on.host(part).dtype.kind in kinds for _, part in parts(value))


def _to(on: Setting, real: bool, array: Any) -> Any:
    """An array in NumPy, as the format holds it."""
    array = on.host(array)
    if array.dtype.kind not in "iuf":
        return array
    found = rounded(array, on.precision)
    with np.errstate(invalid="ignore"):  # an integer beyond the range
        return found.astype(array.dtype) if array.dtype.kind in "iu" and not real else found


def _listed(short: Callable[[Any], Any], function: Any) -> Any:
    """`asarray` of lists of Python's numbers, rounded."""

    def call(values: Any, /, *args: Any, **kwargs: Any) -> Any:
        table = isinstance(values, list | tuple) and all(isinstance(value, float) for value in values)
        return function(short(values) if table else values, *args, **kwargs)

    return call


def _of_logarithms(short: Callable[[Any], Any], function: Any) -> Any:
    """Running sums of logarithms, of which the product is rounded: the reference forms no other products."""
    return lambda *args, **kwargs: np.log(short(np.exp(function(*args, **kwargs))))
