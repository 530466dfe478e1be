"""Bounds that are derived, not written: what the rounding of the reference's own algorithm can amount to.

A law's check runs once more, on balls that every elementary function widens by what the library's may be
off. Whatever the library computes with that algorithm lies in them, so that a gap between the two sides of
a claim is at most what the balls allow. (Where Python numbers are saved some roundings, by rationals,
decimals or compensation, balls count those of the plain formula, which are no fewer.)

No bound is known of solvers and decompositions, nor where wide balls leave a choice open; the law's written
bound then stands alone.
"""

from functools import cache
from typing import Any

import numpy as np

from ... import backends
from ..._errors import UndecidedError
from ...backends import Setting, ball
from ...backends._ball._numbers import LeftBallsError
from ...backends._ball._precision import WorkingPrecision
from ...backends._ball._rounding import Rounding
from ...backends._ball._scalars import lift
from ...backends._ball._setting import side
from ..language.law import AtMost, Exact, Gap, Law, Record, Sampling, sides
from ..language.packing import mapped_arrays
from . import registry
from .cases import converted, missing
from .proven import UNFIT

PRECISION = 128
"""Bits of the balls: their own rounding is nothing beside that of float64."""


@cache
def _setting(backend: str, dtype: str) -> Setting:
    return ball.rounding(Setting.of(backends.get(backend), dtype), prec=PRECISION)


@cache
def host_model() -> Any:
    """Checks compute in NumPy's float64 whatever the library."""
    return ball.model(Setting.of(backends.get("numpy")))


def bounds(law: Law, on: Setting, case: Any) -> "list[np.ndarray[Any, Any] | None] | str":
    """Bounds of the gaps of every record for one case, none for what is no gap; or why there are none."""
    if isinstance(law.tolerance, Exact | Sampling):
        return "nothing is rounded" if isinstance(law.tolerance, Exact) else "random samples"
    wide = _setting(on.backend.name, on.precision.name)
    if reason := missing(law, wide):
        return reason
    with WorkingPrecision(PRECISION), Rounding(host_model()), np.errstate(all="ignore"):
        # Numbers as the library gets them, rounded to its dtype.
        given = mapped_arrays(case, lambda array: on.host(on.array(array)))
        try:
            records = list(law.check(registry.reference(), wide, converted(given, wide)))
        except (UndecidedError, *UNFIT) as error:  # the written bound stands; outcomes say why
            return f"{type(error).__name__}: {error}"
        try:
            return [_gap(record) for record in records]
        except (UndecidedError, LeftBallsError) as error:
            return f"{type(error).__name__}: {error}"


def _gap(record: Record) -> np.ndarray[Any, Any] | None:
    """How far the left side may be off (above, for an inequality) for each element, rounded up."""
    if not isinstance(record, Gap | AtMost):
        return None
    left, right = np.broadcast_arrays(*map(_balls, sides(record)))
    one = _distance if isinstance(record, Gap) else _excess
    with Rounding(None):
        return np.asarray(np.frompyfunc(one, 2, 1)(left, right), dtype=np.float64)


def _balls(value: Any) -> np.ndarray[Any, Any]:
    """A side of a record as balls, also where it is of integers."""
    array = side(value)
    return array if array.dtype == object else np.asarray(np.frompyfunc(lift, 1, 1)(array), dtype=object)


def _distance(x: Any, y: Any) -> float:
    """|x − y| at most; infinite where nothing is known."""
    if not (x.is_finite() and y.is_finite()):
        return 0.0 if x == y else np.inf
    return _rounded_up(abs(x - y).upper())


def _excess(x: Any, y: Any) -> float:
    """x − y at most, if it is positive."""
    if x <= y:
        return 0.0
    return _rounded_up((x - y).upper()) if x.is_finite() and y.is_finite() else np.inf


def _rounded_up(x: Any) -> float:
    return float(np.nextafter(float(x), np.inf))
