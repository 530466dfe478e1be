"""The exact mathematics of somebody's NumPy code: the code runs on balls (see rebound), with more and more
digits, until every number of its result is known to well below the unit roundoff, and is rounded once."""

import copy
import functools
import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
from flint import acb, arb

from ..._errors import UndecidedError
from ...backends import Setting
from ...backends._ball import _scalars as s
from ...backends._ball._enclosed import FORMAT, REASONS, Enclosed, Integers, NotEnclosedError, Number, Whole
from ...backends._ball._numbers import LeftBallsError
from ...backends._ball._precision import WorkingPrecision
from ..law import Implementation
from .rebound import Rebinding

PRECISIONS = (128, 256, 512, 1024, 2048)
"""Bits, one after the other, until all numbers are known."""
LARGEST = 20_000
"""Numbers in the arguments or the result of a call: more would take too long."""
GUARD = 12
"""Bits beyond the format's to which a number must be known: it is rounded wrongly once in 4096 times at most."""


def on_balls(function: Implementation, prec: int, dtype: str = "float64") -> Implementation:
    """The function on balls of so many bits: it takes NumPy's arrays and numbers, and gives what it makes of
    balls (arrays `Enclosed`, numbers `Number`), whatever they contain."""

    def run(*args: Any, **kwargs: Any) -> Any:
        _check_size((args, kwargs))
        with _ready(prec, dtype) as reasons:
            rebind = Rebinding()
            own = rebind(function)
            arguments = [rebind(value) for value in args]
            options = {name: rebind(value) for name, value in kwargs.items()}
            result = own(*arguments, **options)
            if reasons:  # the code went on after it had left balls
                raise NotEnclosedError(reasons[0])
            return result

    return run


@contextmanager
def _ready(prec: int, dtype: str) -> Any:
    reasons: list[str] = []
    tokens = FORMAT.set(dtype), REASONS.set(reasons)
    try:
        with WorkingPrecision(prec), np.errstate(all="ignore"):
            yield reasons
    except (NotEnclosedError, UndecidedError):
        raise
    except LeftBallsError as error:
        raise NotEnclosedError(str(error)) from error
    except Exception as error:
        if reasons:
            raise NotEnclosedError(reasons[0]) from error
        raise
    finally:
        FORMAT.reset(tokens[0])
        REASONS.reset(tokens[1])


def exact(function: Implementation, on: Setting) -> Implementation:
    """The function's exact mathematics, rounded once to the setting's dtype.

    A number counts as known if its ball is 2^GUARD times narrower than a unit roundoff u of it. One that may
    be 0 counts as 0 if nothing above u⁴ of the largest number beside it, or above u⁸, is in its ball.
    NotEnclosedError where the code leaves balls, or no precision decides it.
    """
    dtype = on.precision.name

    @functools.wraps(function, updated=())
    def enclosed(*args: Any, **kwargs: Any) -> Any:
        if dtype not in ("float64", "float32"):
            raise NotEnclosedError(f"the format {dtype} is not NumPy's")
        raw, error = _raw(function, args, kwargs)
        if not _is_data(raw):
            return _Made(function, args, kwargs, raw, on)
        why = ""
        for prec in PRECISIONS:
            try:
                found = on_balls(function, prec, dtype)(*args, **kwargs)
                rounded = _Rounding(on).form(found, raw)
            except UndecidedError as undecided:
                why = _sentence(undecided)
                continue
            except NotEnclosedError:
                raise
            except Exception as own:
                _same_error(own, error)
            if error is not None and not _finite(rounded):
                raise error
            return rounded
        raise NotEnclosedError(f"undecided with {PRECISIONS[-1]} bits: {why}")

    return enclosed


def _is_data(value: Any) -> bool:
    """Whether a result is numbers, in whatever container, and no object with methods."""
    if isinstance(value, tuple | list):
        return all(map(_is_data, value))
    simple = value is None or isinstance(value, str | bytes | Mapping | np.ndarray | np.generic | int | float | complex)
    return simple or (is_dataclass(value) and not isinstance(value, type))


class _Made:
    """An object that the function makes, such as a scheduler, whose methods give their exact mathematics.

    Each call makes the object anew on balls, and repeats the calls before it, which may have changed it.
    """

    def __init__(self, make: Implementation, args: Any, kwargs: Any, raw: Any, on: Setting) -> None:
        self._make = lambda: make(*args, **kwargs)
        self._raw, self._on = raw, on
        self._before: list[tuple[str, Any, Any]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        make, before = self._make, tuple(self._before)
        if not callable(getattr(self._raw, name)):
            return exact(lambda: _repeated(make, before, name), self._on)()

        def method(*args: Any, **kwargs: Any) -> Any:
            before = tuple(self._before)
            self._before.append((name, args, kwargs))
            return exact(lambda *a, **k: _repeated(make, before, name)(*a, **k), self._on)(*args, **kwargs)

        return method

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        make = self._make
        return exact(lambda *a, **k: make()(*a, **k), self._on)(*args, **kwargs)


def _repeated(make: Callable[[], Any], before: Iterable[tuple[str, Any, Any]], name: str) -> Any:
    target = make()
    for earlier, args, kwargs in before:
        getattr(target, earlier)(*args, **kwargs)
    return getattr(target, name)


def _sentence(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _raw(function: Implementation, args: Any, kwargs: Any) -> tuple[Any, Exception | None]:
    """What the function gives in its own format, of which the form counts, or what it raises."""
    try:
        with np.errstate(all="ignore"):
            args, kwargs = copy.deepcopy((args, kwargs))
            return function(*args, **kwargs), None
    except Exception as error:
        return None, error


def _same_error(own: Exception, raw: Exception | None) -> None:
    """An error that the code raises in floats too is its answer; another one means that balls do not suit it."""
    if raw is not None and type(own) is type(raw):
        raise raw from own
    raise NotEnclosedError(f"raises {type(own).__name__} on balls: {_sentence(own)}") from own


def _finite(value: Any) -> bool:
    return all(np.all(np.isfinite(leaf)) for leaf in _leaves(value) if np.asarray(leaf).dtype.kind in "fc")


def _leaves(value: Any) -> Iterable[Any]:
    if isinstance(value, np.ndarray | np.generic | int | float | complex):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _leaves(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _leaves(getattr(value, field.name))


def _check_size(value: Any) -> None:
    count = sum(int(np.size(leaf)) for leaf in _leaves(value))
    if count > LARGEST:
        raise NotEnclosedError(f"{count} numbers, more than the {LARGEST} that are enclosed")


# From balls to the format


class _Rounding:
    """Results as the setting's format has them, in the form that the function itself gives."""

    def __init__(self, on: Setting) -> None:
        self._dtype = np.dtype(on.precision.name)
        self._bits = on.precision.bits

    def form(self, found: Any, raw: Any) -> Any:
        """The result, rounded, in the form of `raw` as far as that has one."""
        if issubclass(type(found), Enclosed):
            return self._numbers(found, raw)
        if isinstance(found, Mapping):
            raws = raw if isinstance(raw, Mapping) else {}
            return {key: self.form(part, raws.get(key)) for key, part in found.items()}
        if isinstance(found, tuple | list):
            return self._sequence(found, raw)
        if is_dataclass(found) and not isinstance(found, type):
            return self._record(found, raw)
        if isinstance(found, Integers):
            host = np.asarray(found)
            return host.astype(raw.dtype) if isinstance(raw, np.ndarray) else host
        if isinstance(found, Whole):
            return self._whole(int(found), raw)
        return found

    def _sequence(self, found: Any, raw: Any) -> Any:
        if isinstance(raw, np.ndarray):
            return np.asarray([self.form(part, None) for part in found], dtype=raw.dtype)
        raws = raw if isinstance(raw, tuple | list) and len(raw) == len(found) else [None] * len(found)
        parts = [self.form(part, one) for part, one in zip(found, raws, strict=True)]
        kind = type(raw) if isinstance(raw, tuple | list) else type(found)
        return kind(*parts) if hasattr(kind, "_fields") else kind(parts)

    def _record(self, found: Any, raw: Any) -> Any:
        kind = type(raw) if is_dataclass(raw) else type(found)
        made = object.__new__(kind)
        for field in fields(found):
            part = self.form(getattr(found, field.name), getattr(raw, field.name, None))
            object.__setattr__(made, field.name, part)
        return made

    def _whole(self, value: int, raw: Any) -> Any:
        if isinstance(raw, np.ndarray):
            return np.asarray(value, dtype=raw.dtype)
        return type(raw)(value) if isinstance(raw, float | np.number) else value

    def _numbers(self, found: Enclosed, raw: Any) -> Any:
        data = found.data
        sizes = [_size(x) for x in data.flat]
        largest = functools.reduce(arb.max, [x for x in sizes if x.is_finite()], s.ZERO)
        rounded = [self._one(x, largest) for x in data.flat]
        dtype = self._dtype if not any(isinstance(x, complex) for x in rounded) else self._complex
        array = np.asarray(rounded, dtype=dtype).reshape(data.shape)
        if isinstance(raw, np.ndarray):
            wide = raw.dtype.kind in "fc" and raw.dtype.itemsize > array.dtype.itemsize
            return array.astype(raw.dtype) if wide else array
        if array.ndim or raw is None:
            return array[()] if isinstance(found, Number) else array
        return float(array) if type(raw) is float else array[()]

    @property
    def _complex(self) -> np.dtype[Any]:
        return np.result_type(self._dtype, np.complex64)

    def _one(self, x: Any, largest: Any) -> Any:
        if type(x) is acb:
            return complex(*(self._real(s.normal(part), largest) for part in (x.real, x.imag)))
        return self._real(x, largest)

    def _real(self, x: Any, largest: Any) -> float:
        """The number of the format that is nearest."""
        if s.is_nan(x):
            return math.nan
        if s.is_indeterminate(x):
            raise s.undecided("exact", "a value of which nothing is known")
        if not x.is_finite():
            return math.inf if x > 0 else -math.inf
        low, high = (self._rounded(end) for end in (x.lower(), x.upper()))
        if low == high or x.rad() <= abs(x.mid()) * arb(2) ** -(self._bits + GUARD):
            return self._rounded(x.mid())
        u, size = arb(2) ** -self._bits, abs(x).upper()
        if x.contains(0) and (size <= u**8 or size <= u**4 * largest):
            return 0.0
        raise s.undecided("exact", f"a value known as {s.text(x)} alone")

    def _rounded(self, point: Any) -> float:
        """One rounding, to the nearest, ties to even, of an exact point."""
        if point.is_zero():
            return 0.0
        with WorkingPrecision(4096):
            exponent = int(point.abs_upper().man_exp()[0]).bit_length() + int(point.man_exp()[1]) - 1
            least = -1074 if self._dtype == np.float64 else -149
            last = max(exponent - self._bits + 1, least)
            if exponent > 1100:
                return math.inf if point > 0 else -math.inf
            if exponent < least - 1:
                return 0.0
            scaled = point * arb(2) ** -last
            below = scaled.floor()
            twice = 2 * (scaled - below)
            up = twice > 1 or (bool(twice == 1) and not (below / 2).is_integer())
            whole = int((below + (1 if up else 0)).unique_fmpz())
        try:
            value = math.ldexp(whole, last)
        except OverflowError:
            value = math.copysign(math.inf, whole)
        return value if abs(value) <= float(np.finfo(self._dtype).max) else math.copysign(math.inf, value)


def _size(x: Any) -> Any:
    return abs(x) if type(x) is arb else s.normal(abs(x))


# The same formula


@dataclass(frozen=True, slots=True)
class Agreement:
    """At how many calls the balls of two functions overlap, and are narrow."""

    agreeing: int
    """Calls at which all balls overlap and are narrower than 2⁻⁶⁰ of the largest number."""
    differing: int
    """Calls at which some do not overlap: proven to be different."""
    unknown: int
    """Calls that are not enclosed, or not narrowly."""


def same_formula(
    function: Implementation, reference: Implementation, calls: Iterable[tuple[Any, Any]], on: Setting
) -> Agreement:
    """Compare two functions on balls, at calls (args, kwargs)."""
    counts = {"agreeing": 0, "differing": 0, "unknown": 0}
    for args, kwargs in calls:
        counts[_compared(function, reference, args, kwargs, on)] += 1
    return Agreement(**counts)


def _compared(function: Any, reference: Any, args: Any, kwargs: Any, on: Setting) -> str:
    for prec in PRECISIONS[1:4]:
        try:
            sides = [list(_balls(on_balls(f, prec, on.precision.name)(*args, **kwargs)))
                     for f in (function, reference)]  # fmt: skip
        except UndecidedError:
            continue
        except Exception:
            return "unknown"
        if [x.shape for x in sides[0]] != [x.shape for x in sides[1]]:
            return "differing"
        with WorkingPrecision(prec):
            verdict = _overlap(*(np.concatenate([x.reshape(-1) for x in side]) for side in sides))
        if verdict != "unknown":
            return verdict
    return "unknown"


def _balls(value: Any) -> Iterable[Any]:
    from ...backends._ball._enclosed import lifted  # noqa: PLC0415

    if issubclass(type(value), Enclosed) or isinstance(value, Integers | int | float | np.bool_):
        yield lifted(np.asarray(value) if isinstance(value, Integers) else value)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _balls(part)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _balls([getattr(value, field.name) for field in fields(value)])


def _overlap(first: Any, second: Any) -> str:
    sizes = [_size(x) for x in (*first, *second)]
    largest = functools.reduce(arb.max, [x for x in sizes if x.is_finite()], s.ZERO)
    narrow = True
    for x, y in zip(first, second, strict=True):
        if type(x) is acb or type(y) is acb:
            x, y = acb(x), acb(y)  # noqa: PLW2901
        elif not (x.is_finite() and y.is_finite()):
            if s.is_indeterminate(x) or s.is_indeterminate(y):
                narrow = False
            elif not (s.is_nan(x) and s.is_nan(y)) and not x == y:  # noqa: SIM201
                return "differing"
            continue
        if not x.overlaps(y):
            return "differing"
        wide = [v.rad() if type(v) is arb else v.complex_rad() for v in (x, y)]
        narrow = narrow and all(rad <= largest * arb(2) ** -60 for rad in wide)
    return "agreeing" if narrow else "unknown"


__all__ = ["Agreement", "Callable", "NotEnclosedError", "exact", "on_balls", "same_formula"]
