"""Whether two functions are the same formula: at how many calls their balls overlap, and are narrow."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
from flint import acb, arb

from ..._errors import UndecidedError
from ...backends import Setting
from ...backends._ball import _scalars as s
from ...backends._ball._precision import WorkingPrecision
from ...backends._enclosed._arrays import Enclosed, lifted
from ...backends._enclosed._integers import Integers
from ..law import Implementation
from .enclosed import PRECISIONS, on_balls
from .rounded import size_of


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
    for prec in PRECISIONS:
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
    if issubclass(type(value), Enclosed) or isinstance(value, Integers | int | float | np.bool_):
        yield lifted(np.asarray(value) if isinstance(value, Integers) else value)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _balls(part)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _balls([getattr(value, field.name) for field in fields(value)])


def _overlap(first: Any, second: Any) -> str:
    sizes = [size_of(x) for x in (*first, *second)]
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
