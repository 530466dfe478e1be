"""What balls prove of a record: that it holds, that it does not, or nothing.

An equality holds where the ball of left − right contains 0 and is narrow: its radius is at most 2⁻²⁰⁰ of
the larger side, or of the record's scale where both sides may be 0. It is refuted where that ball excludes
0. An inequality holds where the balls are apart in its sense, or touch like equal numbers.

A claim that fails by no more than roundings of float64 make is neither: a number that Python rounded may have
got into one side, and then nothing is refuted.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from ...backends._ball import _functions as f
from ...backends._ball import _scalars as s
from ...backends._ball._numbers import LeftBallsError
from ...backends._ball._setting import magnitude, side
from ..language.judge import compared
from ..language.law import AtMost, Gap, Record, Same, sides

BITS = 200
"""An equality is known to a relative 2⁻ᴮᴵᵀˢ."""

ROUNDINGS = 2.0**-48
"""Up to this part of its scale, a failure may come of a few numbers rounded to float64."""

UNFIT = (LeftBallsError, TypeError, AttributeError, NotImplementedError)
"""What code raises that asks of balls what they do not have."""

State: TypeAlias = Literal["held", "open", "rounded", "refuted"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A judged record: the element that is worst off."""

    label: str
    state: State
    compared: int
    left: object = None
    right: object = None
    index: tuple[int, ...] = ()
    relation: str = "="
    why: str = ""

    def __str__(self) -> str:
        at = f" at {self.index}" if self.index else ""
        holds = None if self.state == "open" else self.state == "held"
        text = f"{self.label}{at}: {compared(self.left, self.right, self.relation, holds)}"
        return f"{text} ({self.why})" if self.why else text


def judge(record: Record) -> Proof:
    """Judge one record; the working precision must be that of its balls."""
    if isinstance(record, Same) and not (_is_array(record.left) or _is_array(record.right)):
        return _plain(record)
    first, second = sides(record)
    left, right = side(first), side(second)
    plain = not isinstance(record, Same) and (
        _is_number(second) or (isinstance(record, AtMost) and _is_number(first))
    )
    if left.shape != right.shape and not plain:
        return Proof(record.label, "refuted", 1, left.shape, right.shape, why="shapes")
    if isinstance(record, Same) and (left.dtype == object) != (right.dtype == object):
        return Proof(record.label, "refuted", 1, left.dtype, right.dtype, why="dtypes")
    given = 0.0 if isinstance(record, Same) else record.scale
    proof = _elements(record, *np.broadcast_arrays(left, right, magnitude(0.0 if callable(given) else given)))
    if proof.state != "held" and callable(given):  # only now is it needed
        proof = _elements(record, *np.broadcast_arrays(left, right, magnitude(given())))
    return proof


def _is_array(value: Any) -> bool:
    return hasattr(value, "shape")


def _is_number(value: Any) -> bool:
    return not getattr(value, "shape", ()) and not isinstance(value, np.ndarray)


def _plain(record: Same) -> Proof:
    equal = bool(record.left == record.right)
    return Proof(record.label, "held" if equal else "refuted", 1, record.left, record.right)


def _elements(record: Record, left: Any, right: Any, scale: Any) -> Proof:
    relation = "≤" if isinstance(record, AtMost) else "="
    if object not in (left.dtype, right.dtype):
        holds = left <= right if isinstance(record, AtMost) else left == right
        states = np.where(holds, "held", "refuted")
    else:
        decide = {AtMost: _at_most, Gap: _equal, Same: _same}[type(record)]
        states = np.asarray(np.frompyfunc(decide, 3, 1)(left, right, scale))
    for state in ("refuted", "rounded", "open"):
        if (found := np.argwhere(states == state)).size or (not states.ndim and states == state):
            at = tuple(int(i) for i in found[0]) if states.ndim else ()
            why = _why(state, left[at], right[at], scale[at])
            return Proof(record.label, state, int(left.size), left[at], right[at], at, relation, why)
    return Proof(record.label, "held", max(int(left.size), isinstance(record, Same)), relation=relation)


# One element: balls, or a ball beside an integer. The functions of _scalars and _functions know NaN and
# infinities.


def _equal(left: Any, right: Any, scale: Any) -> State:
    x, y = s.lift(left), s.lift(right)
    if x.is_finite() and y.is_finite():
        return _failed(x, y, scale) if x != y else _narrow(f.subtract(x, y), x, y, scale)
    return ("refuted", "open", "held")[s.equal(x, y)]


def _same(left: Any, right: Any, scale: Any) -> State:
    if s.is_nan(s.lift(left)) and s.is_nan(s.lift(right)):
        return "held"
    return _equal(left, right, scale)


def _at_most(left: Any, right: Any, scale: Any) -> State:
    x, y = s.lift(left), s.lift(right)
    state: State = ("refuted", "open", "held")[s.less_equal(x, y)]
    if state == "open" and x.is_finite() and y.is_finite():
        return _narrow(f.subtract(x, y), x, y, scale)
    return _failed(x, y, scale) if state == "refuted" and x.is_finite() and y.is_finite() else state


def _failed(x: Any, y: Any, scale: Any) -> State:
    """Whether a failure is more than numbers rounded to float64 explain."""
    return "rounded" if abs(x - y) <= ROUNDINGS * _size(x, y, scale) else "refuted"


def _size(x: Any, y: Any, scale: Any) -> Any:
    """The largest of the sides and the scale."""
    return max(abs(x).upper(), abs(y).upper(), abs(scale).mid() if scale.is_finite() else 0)


def _narrow(gap: Any, x: Any, y: Any, scale: Any) -> State:
    """Whether a ball that contains 0 is narrow beside its sides."""
    if gap.is_zero():
        return "held"
    least = max(x.abs_lower(), y.abs_lower())
    size = least if least > 0 else abs(scale).mid() if scale.is_finite() else 0
    return "held" if gap.rad() * 2**BITS <= size else "open"


def _why(state: str, left: Any, right: Any, scale: Any) -> str:
    x, y = s.lift(left), s.lift(right)
    if s.is_nan(x) or s.is_nan(y):
        return "not a number"
    if not (x.is_finite() and y.is_finite()):
        return "infinite" if state == "refuted" else "nothing is known"
    size = _size(x, y, scale)
    if not size > 0:
        return ""
    gap = (x - y) / size
    if state == "open":
        return f"known to {float(gap.rad()):.2g} of its scale"
    relative = abs(gap).mid()
    if not relative > 0:
        return ""
    text = f"relative gap 2^{float(relative.log().mid()) / float(np.log(2)):.1f}"
    return f"{text}, as small as numbers rounded to float64 make it" if state == "rounded" else text
