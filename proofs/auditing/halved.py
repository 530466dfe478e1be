"""What a function rounds to half precision on the way: positions, angles, or tables.

The reference is computed in float64 with one kind of number rounded to the format: an argument, or what goes
into elementary functions or comes out of them. What explains most of what the function is off by, beyond one
rounding, is what it rounds; no law need fail of it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias

import array_api_compat.numpy as xp
import numpy as np

from ..._libraries import is_array
from ...backends import Setting
from ..engine.calls import Call
from ..language.packing import mapped_arrays, parts
from .changes import named, with_arguments
from .contracts import Judged, leaves_of
from .roundings import rounded

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

    sentence: str
    change: Callable[[Call], Call | None]
    context: Callable[[], Any] = nullcontext


def halved(name: str, calls: Sequence[Judged], on: Setting) -> str:
    """What the function rounds to the format on the way, in a sentence; or nothing."""
    telling = [it for it in calls if np.any(_beyond(it))]
    if len(telling) < _FEW:
        return ""
    left = [(_left(name, way, telling, on), way.sentence) for way in _ways(name, telling, on)]
    least, sentence = min(left, default=(1.0, ""))
    return f"it is near to the reference with {sentence}" if least <= _MOST else ""


def _beyond(it: Judged) -> Any:
    return np.isfinite(it.once) & np.isfinite(it.off) & (it.off > _BEYOND * it.once)


def _left(name: str, way: _Way, telling: Sequence[Judged], on: Setting) -> float:
    """What a way leaves of the errors, in the median over calls that tell."""
    shares = []
    for it in telling:
        try:
            call = way.change(it.call)
            with np.errstate(all="ignore"), way.context():
                found = None if call is None else leaves_of(name, _hosted(call, on))
        except Exception:  # the reference refuses what became of an argument
            found = None
        there = _beyond(it)
        if found is None or found.shape != it.got.shape:
            shares.append(1.0)
        else:
            with np.errstate(all="ignore"):
                rest = np.abs(it.got - found)[there] / it.off[there]
            shares.append(float(np.median(np.nan_to_num(rest, nan=1.0, posinf=1.0))))
    return float(np.median(shares))


def _hosted(call: Call, on: Setting) -> tuple[tuple[Any, ...], dict[str, Any]]:
    args, kwargs = mapped_arrays((call.args, dict(call.kwargs)), on.host)
    like = {"xp": xp, "dtype": np.float64, "device": "cpu"}
    return args, {key: like.get(key, value) for key, value in kwargs.items()}


def _ways(name: str, telling: Sequence[Judged], on: Setting) -> Iterator[_Way]:
    form, bits = on.precision.name, on.precision.bits
    for argument in dict.fromkeys(key for it in telling for key in named(name, it.call)):
        whole = any(_is_whole(named(name, it.call).get(argument), on) for it in telling)
        merged = f", where {_INTEGERS[form]} merge" if whole else ""

        def change(call: Call, argument: str = argument) -> Call | None:
            given = named(name, call)
            new = mapped_arrays(given.get(argument), lambda array: _to(on.host(array), bits))
            return with_arguments(name, call, given | {argument: new})

        yield _Way(f"{argument} rounded to {form}{merged}", change)
    for what, functions in _GIVEN.items():
        rounder = _before(bits)
        yield _Way(f"its {what} rounded to {form}", _same, lambda f=functions, r=rounder: _patched(f, r))
    for what, functions in _TABLES.items():
        rounder = _after(bits)
        yield _Way(
            f"its tables of {what} rounded to {form}", _same, lambda f=functions, r=rounder: _patched(f, r)
        )


def _same(call: Call) -> Call:
    return call


def _is_whole(value: Any, on: Setting) -> bool:
    return any(is_array(part) and on.host(part).dtype.kind in "iu" for _, part in parts(value))


def _to(array: Any, bits: int) -> Any:
    """An array with so many bits; integers as such."""
    if array.dtype.kind in "iu":
        return np.asarray(rounded(array.astype(np.float64), bits)).astype(array.dtype)
    return rounded(array, bits) if array.dtype.kind == "f" else array


def _before(bits: int) -> Callable[[Any], Any]:
    return lambda function: lambda x, /, *args, **kwargs: function(rounded(x, bits), *args, **kwargs)


def _after(bits: int) -> Callable[[Any], Any]:
    return lambda function: lambda *args, **kwargs: rounded(function(*args, **kwargs), bits)


@contextmanager
def _patched(functions: Sequence[str], change: Callable[[Any], Any]) -> Iterator[None]:
    """NumPy's namespace with some functions changed, for the reference only."""
    kept = {name: getattr(xp, name) for name in functions}
    try:
        for name, function in kept.items():
            setattr(xp, name, change(function))
        yield
    finally:
        for name, function in kept.items():
            setattr(xp, name, function)
