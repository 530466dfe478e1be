"""Whether a deviation is the formula's or the rounding's, by evidence and never by size.

`formula(raw, on)` is a function's formula without its roundings: its own code on wider numbers, rounded once
at the end. A law that is refuted on the function and holds on its formula is *imprecise*. Where the code
cannot be had on wider numbers than those of the setting (float64 in torch, linear algebra in NumPy), its
errors are compared with those in a narrower format: rounding shrinks with the unit roundoff, a formula stays.
"""

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from ..._libraries import is_array, to_numpy
from ...backends import Precision, Setting
from ..engine import catalogue
from ..engine.calls import Call, Given, record
from ..engine.runner import Outcome, run_law
from ..language.edge import Adopted, Choice
from ..language.law import REFUSALS, Implementation, Law
from ..language.packing import copied, parts
from .compare import difference
from .exceptions import everywhere, excepted, names
from .formula import BALLS, ITSELF, NEARBY, WIDER, Formula, all_cast, cast, computed_within, formula
from .gathered import recorded
from .shortened import shortened
from .widened import narrows

NARROWER = {"float64": "float32"}
"""For a format without a wider one, the one in which its formula can be seen."""
_LINEAR, _ROOT = 2.0**23, 2.0**10
"""By how much less the wider of two formats must err, at least, if the error is rounding. Their unit
roundoffs differ by 2²⁹ and a formula errs by the same in both, but a rounding by luck some 2⁶ more or less;
where a root of something near 0 is taken the roundoffs' roots count, which differ by 2¹⁴."""
_EXTENDED = 2.0**5
"""The same for longdouble on float64, of at least 2¹¹."""
_NOTHING = 0.1
"""A relative error from which on no digit is left."""
_NEARLY_ALL = 0.75
_SIGNIFICANT = {"float16": 4, "bfloat16": 4}
"""Units of roundoff up to which a deviation says nothing: 64, but in half precision 64 are a quarter."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a law says of the formula."""

    imprecise: bool
    """Whether the formula is right, so that digits alone are lost."""
    text: str
    """How that is known."""
    edges: tuple[str, ...] = ()
    """The edges at which the formula differs, as "function/edge=value"."""


class _NothingToSeeError(Exception):
    """A call that says nothing of the function."""


class Scale:
    """Weighs the failures of one function: are they its formula's or the rounding's?

    `adapted` makes a function of refimpl's signature of one of the user's.
    """

    def __init__(
        self,
        name: str,
        raw: Implementation,
        adapted: Callable[[Implementation], Implementation],
        on: Setting,
        seed: int,
    ) -> None:
        self._name, self._raw, self._adapted, self._on, self._seed = name, raw, adapted, on, seed

    def weigh(self, law: Law, examples: int) -> Evidence:
        """Whether a law that is refuted on the function holds on its formula."""
        own = formula(self._raw, self._on)
        function = self._adapted(own)
        outcome = self._outcome(law, function, examples)
        values = _values(function)
        if values is None:
            return Evidence(False, "at an edge it gives now one value, now another")
        if outcome.verdict == "held" and set(own.used) - {ITSELF}:
            if self._outcome(law, self._adapted(_again(self._raw)), examples).verdict == "held":
                return Evidence(False, "a call that is made again gives another result")
            ways = " and ".join(way for way in (BALLS, NEARBY, WIDER, ITSELF) if way in own.used)
            return Evidence(True, f"the same code {ways} holds", names(values))
        failing = self._failing(law, outcome)
        if own.exact or self._exact_at(failing):
            return Evidence(False, "the same code on wider numbers fails as well")
        return self._in_formats(own, values, failing)

    def _failing(self, law: Law, outcome: Outcome) -> list[Call]:
        """The calls that err where a law fails: others may have no such error to tell of."""
        made: list[Given] = []
        if (found := outcome.counterexample) is not None:
            with suppress(*REFUSALS):  # of the reference
                made = record(self._name, law, found.case, self._on)
        return [Call(*given, law.id, found.kind) for given in made if found and self._errs(given)]

    def _errs(self, given: Given) -> bool:
        """Whether the function has an error there that can be measured."""
        with np.errstate(all="ignore"), suppress(Exception):  # the call is none of this function
            error = _error(self._adapted(self._raw), given, self._expected(given), self._on)
            return _significant(self._on) < error < math.inf
        return False

    def _exact_at(self, failing: Iterable[Call]) -> bool:
        """Whether all these calls are enclosed, those that the function does not cover aside."""
        own = formula(self._raw, self._on)
        function = self._adapted(own)
        for call in failing:
            with suppress(Exception):  # there is no result in doubt
                function(*copied(call.args), **copied(call.kwargs))
        return own.exact

    def _in_formats(self, own: Formula, values: Mapping[str, str], failing: Sequence[Call]) -> Evidence:
        """What the errors in two formats say."""
        # Below as well: code that puts its arguments into a format of its own has no wider one.
        if not ((WIDER in own.used and self._shrinks_above(failing)) or self._shrinks_below(failing)):
            if self._overflows:
                return Evidence(
                    True, "it errs only at extreme calls, whose squares leave the format", names(values)
                )
            return Evidence(False, "its errors do not shrink with the unit roundoff")
        if self._shortens:
            return Evidence(False, "it rounds an argument to a narrower format first")
        # Which edges there are, a law does not tell that stopped where digits are lost.
        return Evidence(True, "its errors shrink with the unit roundoff", names(self._edges | dict(values)))

    def _outcome(self, law: Law, function: Implementation, examples: int) -> Outcome:
        how: dict[str, Any] = {"examples": examples, "seed": self._seed, "shrink": False}
        return run_law(law, self._on, replaced={self._name: function}, **how)

    @cached_property
    def _edges(self) -> dict[str, str]:
        """The edges that the function's calls come to, with its values there."""
        function = self._adapted(self._raw)
        for call in recorded(self._name, self._on, self._seed):
            with np.errstate(all="ignore"), suppress(Exception):
                function(*copied(call.args), **copied(call.kwargs))
        return _values(function) or {}

    def _shrinks_above(self, failing: Sequence[Call]) -> bool:
        """Whether the formula errs by far less than the function at all calls."""
        on = self._on
        functions = self._adapted(self._raw), self._adapted(formula(self._raw, on))

        def errors(call: Call) -> list[float]:
            given = call.args, dict(call.kwargs)
            expected = self._expected(given)
            return [_error(function, given, expected, on) for function in functions]

        def allowed(near: float) -> float:
            return near / _EXTENDED if on.precision.name == "float64" else _allowed(near, on.u)

        return _all_shrink(errors, [*recorded(self._name, on, self._seed), *failing], on, allowed)

    def _shrinks_below(self, failing: Sequence[Call]) -> bool:
        """Whether the function errs by far less than in the narrower format, at all calls of both; code that
        makes what it computes with in the setting's own format is run in the narrower one."""
        on, function = self._on, self._adapted(self._raw)
        if on.precision.name not in NARROWER or NARROWER[on.precision.name] not in on.backend.dtypes:
            return False
        below = replace(on, precision=Precision(NARROWER[on.precision.name]))
        shrinks = self._shrinks_from(function, None, below, failing) or (
            narrows(on)
            and self._shrinks_from(
                function, self._adapted(computed_within(self._raw, below.dtype, on)), below, failing
            )
        )
        return shrinks and not self._rounds_arguments(function, below)

    def _shrinks_from(
        self, function: Implementation, within: Implementation | None, below: Setting, failing: Sequence[Call]
    ) -> bool:
        """Whether the function errs by far less than with arguments in the narrower format, or than `within`,
        which takes those of the setting and computes in that format."""
        on = self._on

        def errors(call: Call) -> list[float]:
            narrow = all_cast((call.args, dict(call.kwargs)), on.dtype, below.dtype)
            wide = all_cast(narrow, below.dtype, on.dtype)
            expected = self._expected(wide)
            if _error(catalogue.reference()[self._name], narrow, expected, on) >= _NOTHING:
                raise _NothingToSeeError  # what is expected is itself what rounding leaves of 0
            near = _error(within, wide, expected, on) if within else _error(function, narrow, expected, on)
            return [near, _error(function, wide, expected, on)]

        made = chain(*(recorded(self._name, setting, self._seed) for setting in (on, below)), failing)
        return _all_shrink(errors, made, on, lambda near: _allowed(near, below.u))

    @cached_property
    def _overflows(self) -> bool:
        """Whether the function is right at all ordinary and cancelling calls, and errs at extreme ones only
        where it gives no value, or squares of its arguments leave the format. So errs compiled code that
        computes in one format whatever it is given: no other format tells anything of it."""
        function, errs = self._adapted(self._raw), False
        for call in recorded(self._name, self._on, self._seed):
            given = call.args, dict(call.kwargs)
            try:
                with np.errstate(all="ignore"):
                    got = function(*copied(given[0]), **copied(given[1]))
                    apart = difference(got, self._expected(given), self._on)
            except Exception:  # the call is none of this function
                continue
            if apart is None:
                return False
            if apart.relative > _significant(self._on):
                valued = math.isfinite(apart.relative) and not _squares_leave(given, self._on)
                if call.kind != "extreme" or valued:
                    return False
                errs = True
        return errs

    def _rounds_arguments(self, function: Implementation, below: Setting) -> bool:
        """Whether a function errs at most ordinary arguments as much as in the narrower format: it rounds
        them to that, which arguments that are short already cannot show."""
        on, as_much = self._on, []
        for call in recorded(self._name, on, self._seed):
            if call.kind != "ordinary":
                continue
            given = call.args, dict(call.kwargs)
            try:
                with np.errstate(all="ignore"):
                    narrow = cast(given, on.dtype, below.dtype)
                    if narrow[0] is given[0] and narrow[1] is given[1]:
                        continue  # it has no arrays that could be rounded
                    wide = _error(function, given, self._expected(given), on)
                    near = _error(function, narrow, self._expected(cast(narrow, below.dtype, on.dtype)), on)
            except Exception:  # the call is none of this function, in one of the formats
                continue
            if wide > _significant(on):  # a 64th is much: roundings are 2⁻²⁹ of those in float32
                as_much.append(64 * wide > near)
        return bool(as_much) and 2 * sum(as_much) > len(as_much)

    @cached_property
    def _shortens(self) -> bool:
        """Whether the function rounds an argument first, which short arguments cannot show."""
        made = recorded(self._name, self._on, self._seed)
        return bool(shortened(self._name, self._adapted(self._raw), made, self._on))

    def _expected(self, given: Given) -> Any:
        return catalogue.reference()[self._name](*copied(given[0]), **copied(given[1]))


def _significant(on: Setting) -> float:
    return _SIGNIFICANT.get(on.precision.name, 64) * on.u


def _squares_leave(given: Given, on: Setting) -> bool:
    """Whether the square of some number of a call is too large for the format, or loses digits below it."""
    limits = on.xp.finfo(on.dtype)
    low, high = math.sqrt(float(limits.smallest_normal)), math.sqrt(float(limits.max))
    arrays = (part for _, part in parts(given) if is_array(part))
    sizes = (np.abs(to_numpy(a).astype(np.float64)) for a in arrays if a.dtype == on.dtype)
    return any(bool(np.any((size > high) | ((size > 0) & (size < low)))) for size in sizes)


def _again(function: Implementation) -> Implementation:
    """The function, called twice: wider numbers take several calls, and so hide what earlier calls leave."""

    @functools.wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        function(*copied(args), **copied(kwargs))
        return function(*args, **kwargs)

    return call


def _allowed(near: float, u: float) -> float:
    """How much an error in float32, whose unit roundoff is u, leaves in float64 if it is one of rounding."""
    return near / (_ROOT if near >= math.sqrt(u) / 16 else _LINEAR)


def _values(function: Implementation) -> dict[str, str] | None:
    """The edges that a function was met at, with its values; None if it mixes them."""
    values = function.consistent() if isinstance(function, Adopted) else {}
    return None if values is None else dict(values)


def _all_shrink(
    errors: Callable[[Call], list[float]],
    made: Iterable[Call],
    on: Setting,
    allowed: Callable[[float], float],
) -> bool:
    """Whether the second error, that with more digits, is small beside the first: at every ordinary call that
    tells, and at nearly all others, where the first may be small by luck or have no digit left to lose."""
    told, others = False, []
    for call in made:
        try:
            with np.errstate(all="ignore"):
                near, wide = errors(call)
        except Exception:  # the call is none of this function, in one of the formats
            continue
        if max(near, wide) > _significant(on):
            # Infinite: another form, or what has no value, which no wider number has mended.
            shrinks = math.isfinite(wide) and wide <= max(allowed(near), _significant(on))
            if call.kind == "ordinary":
                if not shrinks:
                    return False
                told = True
            elif shrinks or wide < _NOTHING:
                others.append(shrinks)
    return (told or bool(others)) and sum(others) >= _NEARLY_ALL * len(others)


def weighed(
    law: Law, name: str, function: Implementation, outcome: Outcome, scale: Callable[[Choice], Scale],
    on: Setting, *, examples: int, seed: int,
) -> tuple[Outcome, Choice]:  # fmt: skip
    """What is left of the failure of a law, and the edges that the function is forgiven: "edge" where it
    fails at these alone, "imprecise" where its formula holds, which `scale` weighs with edges forgiven."""
    outcome, forgiven = excepted(law, name, function, outcome, on, examples=examples, seed=seed)
    if is_arithmetic(outcome):
        # Digits may have been lost before the law came to an edge.
        found = scale({**everywhere(name), **forgiven}).weigh(law, examples)
        if found.imprecise:
            outcome = replace(outcome, verdict="imprecise", evidence=found.text, edges=found.edges)
    return outcome, forgiven


def is_arithmetic(outcome: Outcome) -> bool:
    """Whether a failure can be one of digits: numbers differ, or arithmetic has no value."""
    if outcome.verdict == "crashed":
        return any(error in outcome.reason for error in _ARITHMETIC)
    found = outcome.counterexample
    return outcome.verdict == "refuted" and found is not None and found.finding is not None


_ARITHMETIC = (
    "OverflowError", "ZeroDivisionError", "FloatingPointError", "LinAlgError", "math domain error",
)  # fmt: skip


def _error(function: Implementation, given: Given, expected: Any, on: Setting) -> float:
    found = difference(function(*copied(given[0]), **copied(given[1])), expected, on)
    return math.inf if found is None else found.relative
