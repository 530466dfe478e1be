"""Which of its two honest contracts a function in half precision meets.

It may compute in float32 and round once, or compute in the format itself. What either allows is derived from
the reference's own algorithm, on balls; where balls leave something open (solvers, comparisons that are not
decided, values beyond the range) no number is judged. A contract is no verdict: those are the laws'.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import array_api_compat.numpy as xp
import numpy as np

from ..._libraries import is_array
from ...backends import Setting
from ...backends._ball._precision import WorkingPrecision
from ..engine import catalogue, foreign
from ..engine.accuracy.enclose import Leaf, enclosures, leaves
from ..engine.accuracy.measure import law_case
from ..engine.allowed import bounds, count
from ..engine.calls import Call
from ..engine.contract import Contract
from ..engine.derived import PRECISION
from ..language.exact import UnprovenError
from ..language.law import Implementation, NotApplicableError
from ..language.packing import copied, mapped_arrays, size
from .remarks import KINDS, Kept

Reals: TypeAlias = np.ndarray[Any, Any]

CALLS = 32
"""So many calls are judged, at most, with as many reasons to leave others out."""
MANY = 64
"""Ordinary numbers that are off, all within float32 and one rounding where the format is allowed more, from
which on this is no luck: what computes in the format is beyond that at every second or third. Another way
to compute in float32 may be beyond it where digits cancel, too."""
LARGEST = 600
"""Numbers of a call above which balls take too long."""


@dataclass(slots=True, eq=False)
class Judged:
    """One call whose numbers were judged: reals in float64, one array for the whole result."""

    call: Call
    got: Reals
    exact: Reals
    off: Reals
    """|got − exact|, at most."""
    once: Reals
    native: Reals

    @property
    def known(self) -> Reals:
        """Where a bound is known."""
        return np.isfinite(self.once) | np.isfinite(self.native)

    @property
    def rounds_in_format(self) -> bool:
        """Whether the format's roundings explain it, and float32 does not."""
        return self.keeps("the format's roundings") and not self.keeps("float32, rounded once")

    def keeps(self, contract: Contract) -> bool:
        """Whether all numbers are within what a contract allows."""
        most = np.fmax(self.once, self.native) if contract == "the format's roundings" else self.once
        return bool(np.all(self.off[self.known] <= most[self.known]))


class _OpenError(Exception):
    """A call that cannot be judged, with the reason."""


def judged(
    name: str, function: Implementation, made: Sequence[Call], on: Setting, left_out: Counter[str]
) -> Iterator[Judged]:
    """Calls with what their results are off by, and may be; why others are not is counted."""
    found = 0
    for number, call in enumerate(_turns(made)):
        if found == CALLS or left_out.total() == CALLS:
            return
        if size((call.args, dict(call.kwargs))) > LARGEST:
            continue
        try:
            yield _judged(name, function, call, number, on)
            found += 1
        except NotApplicableError:  # no call of this function
            continue
        except _OpenError as why:
            left_out[str(why)] += 1


def kept(calls: Sequence[Judged], on: Setting, left_out: Mapping[str, int]) -> Kept:
    """What all calls together say."""
    form, why = on.precision.name, dict(left_out)
    ordinary = [it for it in calls if it.call.kind == "ordinary"]
    off, once, native = (
        _joined([getattr(it, what)[it.known] for it in ordinary]) for what in ("off", "once", "native")
    )
    if not off.size:
        return Kept("not known", form, left_out=why)
    wider = native > once * (1 + on.u)
    contract: Contract = "neither"
    in_format = sum(it.rounds_in_format for it in calls)
    if np.all(off <= once) and (not in_format or np.sum(wider & (off > 0)) >= MANY):
        contract = "float32, rounded once" if np.any(wider) else "either"
    elif np.all(off <= np.fmax(once, native)):
        contract = "the format's roundings"
    elsewhere = {}
    for kind in KINDS:
        others = [it.keeps(contract) for it in calls if it.call.kind == kind]
        if others:
            elsewhere[kind] = sum(others), len(others)
    beyond = off > np.fmax(once, native)
    return Kept(
        contract, form, len(ordinary), off.size,
        in_format, int(np.sum(beyond)), _worst(off, np.fmax(once, native)),
        int(np.sum(wider)), elsewhere, why,
    )  # fmt: skip


def _worst(off: Reals, bound: Reals) -> float:
    with np.errstate(all="ignore"):
        return float(np.max(np.where(off == 0, 0.0, off / bound), initial=0.0))


def _turns(made: Sequence[Call]) -> Iterator[Call]:
    """Calls of all kinds by turns, two ordinary ones a turn, for a few have to do."""
    kinds: dict[str, list[Call]] = {}
    for call in made:
        kinds.setdefault(call.kind, []).append(call)
    for turn in range(max(map(len, kinds.values()), default=0)):
        for kind, group in kinds.items():
            yield from group[2 * turn : 2 * turn + 2] if kind == "ordinary" else group[turn : turn + 1]


def _judged(name: str, function: Implementation, call: Call, number: int, on: Setting) -> Judged:
    reference = catalogue.reference()[name]
    case = law_case(name, call, number, lambda array: _host(array, on))
    with np.errstate(all="ignore"):
        try:
            got = [
                _numbers(leaf, on)
                for leaf in leaves(case.call(function, *copied(call.args), **copied(dict(call.kwargs))))
            ]
        except NotApplicableError:
            raise
        except Exception as error:  # foreign code may raise anything
            raise _OpenError(foreign.line(f"it raised {foreign.raised(error)}", 120)) from error
        if sum(part.size for part in got) > LARGEST:
            raise _OpenError(f"its result has more than {LARGEST} numbers")
        try:
            exact = enclosures(case, reference, on.precision.name)
        except UnprovenError as error:
            raise _OpenError(_why(error)) from error
        allowed = bounds(case, reference, on, exact)
    if [part.size for part in got] != [count(leaf) for leaf in exact]:
        raise _OpenError("its result has another form")
    once = allowed.once or allowed.native
    off = [_off(part, leaf) for part, leaf in zip(got, exact, strict=True)]
    found = Judged(call, *map(_joined, (got, [_middles(leaf) for leaf in exact], off, once, allowed.native)))
    if not np.any(found.known):
        raise _OpenError("no bound is known: a solver, a comparison that is not decided, or beyond the range")
    return found


def in_double(name: str, call: Call, on: Setting) -> Any:
    """What the reference gives in NumPy's float64."""
    args, kwargs = mapped_arrays((call.args, dict(call.kwargs)), on.host)
    like = {"xp": xp, "dtype": np.float64, "device": "cpu"}
    return catalogue.reference()[name](*args, **{key: like.get(key, value) for key, value in kwargs.items()})


def leaves_of(name: str, call: Call, on: Setting) -> Reals:
    """All numbers that the reference gives in NumPy's float64, in the order of `Judged.got`."""
    case = law_case(name, call, 0, lambda array: array)
    found = list(leaves(case.call(lambda: in_double(name, call, on))))
    return _joined([np.asarray(leaf, dtype=np.float64) for leaf in found])


def _why(error: UnprovenError) -> str:
    return foreign.line(f"there is no proven value: {str(error).partition(chr(10))[0]}", 160)


def _host(array: Any, on: Setting) -> Any:
    return on.host(array) if is_array(array) else array


def _numbers(leaf: Any, on: Setting) -> Reals:
    host = on.host(leaf) if is_array(leaf) else np.asarray(leaf)
    try:
        return np.asarray(host, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError) as error:
        raise _OpenError("its result has another form") from error


def _joined(parts: Sequence[Reals]) -> Reals:
    return np.concatenate([np.zeros(0), *(part.reshape(-1) for part in parts)])


def _middles(leaf: Leaf) -> Reals:
    if isinstance(leaf, list):
        return np.asarray([float(y.mid()) if y.is_finite() else np.nan for y in leaf])
    return np.asarray(leaf, dtype=np.float64)


def _off(got: Reals, leaf: Leaf) -> Reals:
    """|got − exact|, at most; 0 where both are the same infinity or NaN."""
    if not isinstance(leaf, list):
        return np.where(got == np.asarray(leaf, dtype=np.float64).reshape(-1), 0.0, np.inf)
    with WorkingPrecision(PRECISION):
        return np.asarray([_distance(float(x), y) for x, y in zip(got, leaf, strict=True)])


def _distance(x: float, y: Any) -> float:
    if not (math.isfinite(x) and y.is_finite()):
        return math.inf
    return float(abs(y - x).upper())
