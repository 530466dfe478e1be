"""Whether a function is the reference's formula: at how many calls their balls overlap, and are narrow."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import acb, arb

from ..._errors import UndecidedError
from ..._libraries import is_array
from ...backends import Setting
from ...backends._ball import _scalars as s
from ...backends._ball._array import BallArray
from ...backends._ball._namespace import namespace
from ...backends._ball._precision import WorkingPrecision
from ...backends._enclosed._arrays import Enclosed, as_balls
from ...backends._enclosed._integers import Integers
from ..language.law import Implementation
from ..language.packing import mapped, parts
from .enclosed import PRECISIONS, on_balls
from .rounded import largest_of


@dataclass(frozen=True, slots=True)
class Agreement:
    """At how many calls the balls of a function and of the reference overlap, and are narrow."""

    agreeing: int
    """Calls at which all balls overlap and are narrower than 2⁻⁶⁰ of the largest number."""
    differing: int
    """Calls at which some do not overlap: proven to be different."""
    unknown: int
    """Calls that are not enclosed, or not narrowly."""


def same_formula(
    function: Implementation, reference: Implementation, calls: Iterable[tuple[Any, Any]], on: Setting
) -> Agreement:
    """Compare a function of NumPy's arrays with a function of refimpl, on balls, at calls (args, kwargs)."""
    counts = {"agreeing": 0, "differing": 0, "unknown": 0}
    for args, kwargs in calls:
        counts[_compared(function, reference, args, kwargs, on)] += 1
    return Agreement(**counts)


def _compared(function: Any, reference: Any, args: Any, kwargs: Any, on: Setting) -> str:
    for prec in PRECISIONS:
        try:
            own = list(_balls(on_balls(function, prec, on.precision.name)(*args, **kwargs)))
            ours = list(_balls(_reference(reference, prec)(*args, **kwargs)))
        except UndecidedError:
            continue
        except Exception:  # foreign code may raise anything
            return "unknown"
        if not own or [x.shape for x in own] != [x.shape for x in ours]:
            return "unknown"  # forms are not formulas
        if not own:
            return "unknown"  # a result of functions, such as a schedule
        with WorkingPrecision(prec):
            verdict = _overlap(*(np.concatenate([x.reshape(-1) for x in side]) for side in (own, ours)))
        if verdict != "unknown":
            return verdict
    return "unknown"


def _reference(function: Implementation, prec: int) -> Implementation:
    """A function of refimpl on the array library of balls."""
    xp = namespace(prec)

    def change(part: Any) -> Any:
        if part is np or getattr(part, "__name__", "") == "array_api_compat.numpy":
            return xp
        return xp.asarray(part) if is_array(part) else part

    def call(*args: Any, **kwargs: Any) -> Any:
        given, named = mapped((args, kwargs), change)
        if "dtype" in named:
            named = {**named, "dtype": xp.float64}
        return function(*given, **named)

    return call


def _balls(value: Any) -> Iterable[Any]:
    """All numbers of a result, by part."""
    for _, part in parts(value):
        if isinstance(part, BallArray):
            yield as_balls(part.data)
        elif issubclass(type(part), Enclosed) or isinstance(part, Integers | int | float | np.bool_):
            yield as_balls(np.asarray(part) if isinstance(part, Integers) else part)
        else:  # a schedule's functions, for example: what is not compared is not proven
            raise TypeError(f"no balls: {type(part).__name__}")


def _overlap(first: Any, second: Any) -> str:
    largest = largest_of((*first, *second))
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
