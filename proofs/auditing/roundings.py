"""Numbers in a format that is too short: results, arguments, or the tables of elementary functions.

Whether deviations are rounding is found out by evidence: where the arguments change by a few of the short
format's units, the deviations of a wrong formula hardly change, and those of a rounding change altogether.
"""

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from ... import _libraries
from ..._libraries import is_array
from ...backends import Setting
from ..engine import catalogue
from ..engine.calls import Call
from ..language.law import Implementation
from ..language.packing import mapped, mapped_arrays
from .changes import named, with_arguments
from .observed import MOST, Candidate, Observed, Raised, apply, distance, largest, numbers, same_form

Reals: TypeAlias = np.ndarray[Any, Any]

FORMATS: Mapping[str, int] = {"float32": 24, "float16": 11, "bfloat16": 8}
"""Formats that are taken by accident, and their significant bits."""
_FEW = 0.5
"""Less than so many of the expected numbers fit into a short format by chance: zeros, ones, powers of two."""
_SAID = {"bfloat16": "bfloat16 (half precision, 8 bits)", "float16": "float16 (half precision, 11 bits)",
         "float32": "float32 (single precision, 24 bits)"}  # fmt: skip
_ELEMENTARY = {
    "cosines and sines": ("cos", "sin"),
    "exponentials": ("exp", "expm1"),
    "logarithms": ("log", "log1p"),
    "square roots": ("sqrt",),
}


def rounded(value: Any, digits: int) -> Any:
    """A value whose real arrays are rounded to so many binary digits, by Veltkamp's splitting."""

    def split(array: Any) -> Any:
        xp = _libraries.array_namespace(array)
        if not xp.isdtype(array.dtype, "real floating"):
            return array
        drop = round(-math.log2(float(xp.finfo(array.dtype).eps))) + 1 - digits
        if drop <= 0:
            return array
        shifted = array * float(2**drop + 1)
        return shifted - (shifted - array)

    return mapped_arrays(value, split)


def _numbers_too(value: Any, digits: int) -> Any:
    """The same, and Python's floats."""

    def one(part: Any) -> Any:
        if isinstance(part, float) and math.isfinite(part):
            mantissa, exponent = math.frexp(part)
            return math.ldexp(round(math.ldexp(mantissa, digits)), exponent - digits)
        return rounded(part, digits) if is_array(part) else part

    return mapped(value, one)


def candidates(
    name: str, calls: Sequence[Call], references: Sequence[Any], on: Setting
) -> Iterator[Candidate]:
    """The reference with something in it rounded to a short format."""
    function = catalogue.reference()[name]
    for form, digits in FORMATS.items():
        if digits >= on.precision.bits:
            continue
        yield _lazily(
            f"equals the reference with its result rounded to {_SAID[form]}",
            lambda i, digits=digits: numbers(_numbers_too(references[i], digits), on),  # type: ignore[misc]
            4.0,
        )
        for argument in dict.fromkeys(key for call in calls for key in named(name, call)):

            def at(i: int, argument: str = argument, digits: int = digits) -> Any:
                given = named(name, calls[i])
                if argument not in given:
                    return numbers(references[i], on)
                new = given | {argument: _numbers_too(given[argument], digits)}
                return numbers(apply(function, with_arguments(name, calls[i], new)), on)

            yield _lazily(f"equals the reference with {argument} rounded to {_SAID[form]}", at, 4.1)
        for what, functions in _ELEMENTARY.items():

            def with_tables(i: int, functions: tuple[str, ...] = functions, digits: int = digits) -> Any:
                with patched(on.backend.xp, functions, after(digits)):
                    return numbers(apply(function, calls[i]), on)

            yield _lazily(f"equals the reference with its {what} rounded to {_SAID[form]}", with_tables, 4.2)


def _lazily(sentence: str, at: Callable[[int], Any], rank: float) -> Candidate:
    return Candidate(sentence, at, rank)


def after(digits: int) -> Callable[[Any], Any]:
    """A function with what comes out of it rounded."""
    return lambda function: lambda *args, **kwargs: rounded(function(*args, **kwargs), digits)


@contextlib.contextmanager
def patched(xp: Any, functions: Sequence[str], change: Callable[[Any], Any]) -> Iterator[None]:
    """The library with some functions changed, for the reference only."""
    kept = {name: getattr(xp, name) for name in functions}
    try:
        for name, function in kept.items():
            setattr(xp, name, change(function))
        yield
    finally:
        for name, function in kept.items():
            setattr(xp, name, function)


def evident(function: Implementation, name: str, seen: Observed, places: Sequence[int]) -> str:
    """The short format that some intermediate result is rounded to, if the deviations tell; else nothing."""
    ratios = []
    for i in places:
        got, expected = seen.got[i], seen.expected[i]
        if got is None or expected is None or not same_form(got, expected):
            continue
        worst = [largest(distance(g, e)) / (largest(e) or 1) for g, e in zip(got, expected, strict=True)]
        ratios.append(max(worst, default=0.0))
    if len(ratios) < 4:
        return ""
    if (form := _kept_in(seen, places)) and float(np.median(ratios)) <= 64 * 2.0 ** -FORMATS[form]:
        return f"its results are numbers of {_SAID[form]}: it computes in that format"
    for form, digits in FORMATS.items():
        if digits >= seen.on.precision.bits:
            continue
        unit = 2.0**-digits
        near = [unit / 32 <= ratio <= 8 * unit for ratio in ratios]
        if np.mean(near) >= 0.9 and _erratic(function, name, seen, places, unit):
            return (
                f"its deviations are those of numbers rounded to {_SAID[form]}: an argument, a table or an "
                f"intermediate result has that format"
            )
    return ""


def decimals(seen: Observed) -> str:
    """That results are rounded to a few decimals, if so; where others are expected, and near."""
    pairs = [
        (g, e)
        for i in seen.compared
        if same_form(seen.got[i], seen.expected[i])
        for g, e in zip(seen.got[i] or (), seen.expected[i] or (), strict=True)
    ]
    got, expected = (_numbers(part) for part in zip(*pairs, strict=True)) if pairs else (np.zeros(0),) * 2
    known = np.isfinite(got) & np.isfinite(expected)
    got, expected = got[known], expected[known]
    for digits in range(1, _DECIMALS):
        fuzz = 4 * seen.on.u * np.abs(got)
        kept, others = (np.abs(v - np.round(v, digits)) <= fuzz for v in (got, expected))
        if got.size and np.all(kept):
            near = (np.abs(got - expected) <= 0.5 * 10.0**-digits + 2 * fuzz)[~others]
            rounds = near.size >= _LEAST and np.mean(near) >= MOST
            return f"its results are rounded to {digits} decimals" if rounds else ""
    return ""


_DECIMALS, _LEAST = 7, 8
"""Decimals below which it is looked for, and numbers that have more of them."""


def _kept_in(seen: Observed, places: Sequence[int]) -> str:
    """The shortest format that holds all finite results exactly, also where they are right, and few of the
    expected ones from which they differ at these places; or nothing."""
    got = _numbers(part[np.isfinite(part)] for i in seen.compared for part in seen.got[i] or ())
    expected = _numbers(_missed(seen.got[i], seen.expected[i]) for i in places)
    for form in sorted(FORMATS, key=FORMATS.__getitem__):
        digits = FORMATS[form]
        if digits >= seen.on.precision.bits:
            continue
        exact, fitting = (np.isnan(v) | (rounded(v, digits) == v) for v in (got, expected))
        if got.size and np.all(exact) and expected.size and np.mean(fitting) < _FEW:
            return form
    return ""


def _numbers(arrays: Iterable[Any]) -> Any:
    return np.concatenate([array.ravel() for array in arrays] or [np.zeros(0)])


def _missed(got: Any, expected: Any) -> Any:
    """The expected numbers that others stand for."""
    if got is None or expected is None or not same_form(got, expected):
        return np.zeros(0)
    return _numbers(e[np.isfinite(g) & (e != g)] for g, e in zip(got, expected, strict=True))


def _erratic(function: Implementation, name: str, seen: Observed, places: Sequence[int], unit: float) -> bool:
    """Whether deviations at nearby arguments are unrelated to those here."""
    reference = catalogue.reference()[name]
    here, there = [], []
    for i in places[:12]:
        call = seen.calls[i]
        near = with_arguments(name, call, {k: _moved(v, 32 * unit) for k, v in named(name, call).items()})
        results = [apply(f, near) for f in (function, reference)]
        if any(r is None or isinstance(r, Raised) for r in results):
            continue
        mine, theirs = (numbers(result, seen.on) for result in results)
        if not same_form(mine, theirs) or not same_form(mine, seen.got[i]):
            continue
        for g, e, g2, e2 in zip(
            seen.got[i] or (), seen.expected[i] or (), mine or (), theirs or (), strict=True
        ):
            scale = largest(e) or 1.0
            here.append(((g - e) / scale).ravel()[:64])
            there.append(((g2 - e2) / scale).ravel()[:64])
    a, b = (np.concatenate(parts) if parts else np.zeros(0) for parts in (here, there))
    good = np.isfinite(a) & np.isfinite(b)
    a, b = a[good], b[good]
    if a.size < 12 or not np.any(a) or not np.any(b):
        return False
    return bool(abs(np.sum(a * b)) < 0.5 * math.sqrt(np.sum(a * a) * np.sum(b * b)))


def _moved(value: Any, by: float) -> Any:
    """A value whose real arrays are larger by a little, every entry in the same ratio."""

    def one(array: Any) -> Any:
        xp = _libraries.array_namespace(array)
        return array * (1 + by) if xp.isdtype(array.dtype, "real floating") else array

    return mapped_arrays(value, one)
