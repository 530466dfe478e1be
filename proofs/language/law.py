"""A law as data: what it states, where it comes from, what it is tried on, and how it is judged.

A check never asserts. It yields records, and only the runner judges them (see judge.py), so
a check cannot be vacuous by forgetting an assert.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import numpy as np
from hypothesis.strategies import SearchStrategy

from ..._arithmetic import is_wider
from ..._errors import RefimplError
from ...backends import Precision, Setting

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kind: TypeAlias = Literal["ordinary", "cancellation", "extreme"]
KINDS: tuple[Kind, ...] = ("ordinary", "cancellation", "extreme")


@dataclass(frozen=True, slots=True)
class Gap:
    """Claims left = right, with errors proportional to `scale` (say Σ|terms|), elementwise; the scale may
    be a function that gives it, for the case that it is needed.

    What is tested stands on the left, what is expected on the right: reports say "got" and "expected".
    Shapes must be equal, but a plain number on the right stands for every element."""

    label: str
    left: Any
    right: Any
    scale: Any


@dataclass(frozen=True, slots=True)
class AtMost:
    """Claims smaller ≤ larger, with errors proportional to `scale`, elementwise."""

    label: str
    smaller: Any
    larger: Any
    scale: Any


@dataclass(frozen=True, slots=True)
class Same:
    """Claims that two values are identical, the tested one on the left: integers, booleans, texts, shapes;
    NaN equals NaN."""

    label: str
    left: Any
    right: Any


Record: TypeAlias = Gap | AtMost | Same


def sides(record: Record) -> tuple[Any, Any]:
    """What a record claims something of: left and right, or smaller and larger."""
    return (record.smaller, record.larger) if isinstance(record, AtMost) else (record.left, record.right)


_BEYOND = 500.0
"""An exponent of what is beyond all that is compared, and finite."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """Bound for Gap and AtMost: u·scale·(operations + Σ 2·ulp(call)), and the same times the
    smallest normal number, because backends may flush subnormals to zero.

    `terms` are the roundings that add up along the longest path, both sides together, by the step that
    makes them: `{"mean of 8 terms": 8, "root": 1}`; `calls` are the elementary functions on that path, whose
    errors the backend knows; `why` says what the names do not. A step whose name begins with "expectation" is
    made by the law itself in NumPy's float64, so that in a shorter format its roundings hardly count.
    """

    terms: Mapping[str, float]
    why: str = ""
    calls: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, count in self.terms.items():
            if not name.strip() or not 0 < count < math.inf:
                given = f"got {name!r}: {count!r}"
                raise ValueError(
                    f"{type(self).__name__}: {given}, expected a named step and a positive number"
                )

    @property
    def operations(self) -> float:
        """The sum of the terms."""
        return math.fsum(self.terms.values())

    def roundings(self, setting: Setting) -> float:
        """How many there are, those of the library's elementary functions among them."""
        ours = math.fsum(count for name, count in self.terms.items() if name.startswith("expectation"))
        beside = min(1.0, Precision("float64").u / setting.u)
        calls = sum(2 * setting.backend.ulp(call, setting.precision.name) for call in self.calls)
        return self.operations - ours * (1 - beside) + calls

    def factor(self, setting: Setting) -> float:
        """The bound in units of u·scale: n roundings make γ_n = n u / (1 − n u) at most."""
        count = self.roundings(setting)
        return count / (1 - count * setting.u) if count * setting.u < 1 else math.inf

    def exponential(self, sizes: Any, setting: Setting) -> Any:
        """The scale of eˣ, in units of it, where errors of x are proportional to `sizes`: (e^δ − 1)/δ times
        as much, for the error δ, which is not small in half precision if x is 1000."""
        error = self.factor(setting) * setting.u
        if is_wider(sizes) or not error:  # nothing is rounded there
            return sizes
        return np.expm1(np.minimum(error * sizes, _BEYOND)) / error

    def __str__(self) -> str:
        parts = [f"{count:g} ({name})" for name, count in self.terms.items()]
        calls = [f"the error of {call}" + f" × {n}" * (n > 1) for call, n in Counter(self.calls).items()]
        plural = "s" * (self.operations != 1)
        text = (
            f"{self.operations:g} rounding{plural} = {' + '.join([*parts, *calls])}"
            if parts
            else "no roundings"
        )
        return f"{text}; {self.why}" if self.why else text


@dataclass(frozen=True, slots=True)
class Exact:
    """No rounding at all: integers, rationals, exact structure."""

    reason: str

    def factor(self, setting: Setting) -> float:
        """Zero: both sides must be equal."""
        return 0.0

    def __str__(self) -> str:
        return f"exact; {self.reason}"


class NotApplicable(Exception):  # noqa: N818 (it is no error: users raise it to say what is not covered)
    """Raise it in a function under test, or in an adapter of your own, for calls that it does not cover.

    Laws are then judged by the other calls, and the report says what was not tried. The text says what is not
    covered: `raise NotApplicable("ramp='paper'")`.
    """


NotApplicableError = NotApplicable


class ImplementationCrashedError(Exception):
    """An implementation raised; the text has its exception and the last frame."""


class WrongResultError(Exception):
    """An implementation returned another kind of thing than the reference, or changed its inputs."""


REFUSALS = (
    RefimplError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What functions of ours, and array libraries below them, raise of arguments that they do not take. Anything
else is a bug of ours, which must surface."""

FALSE_ALARM = 1e-12
"""Probability of a false alarm that a sampled check may spend on one example. The runner
allows at most 1000 examples of it, so that a whole run stays below 1e-9."""


class Sampling(Rounding):
    """For statistical laws: the check yields thresholds that fail with probability ≤ FALSE_ALARM per
    example, and `why` derives them; rounding, if any, is bounded as in Rounding."""


Tolerance: TypeAlias = Rounding | Exact
Implementation: TypeAlias = Callable[..., Any]
Impl: TypeAlias = Mapping[str, Implementation]
Case = TypeVar("Case", bound="DataclassInstance")
"""What a law is tried on: a frozen dataclass, so that a mistyped field is an error of types."""
Inputs: TypeAlias = Callable[[Precision, Kind], SearchStrategy[Case]]
Check: TypeAlias = Callable[[Impl, Setting, Case], Iterable[Record]]


@dataclass(frozen=True, slots=True)
class Law:
    """One law. `check(impl, on, case)` gets the implementations by name, the setting, and a case
    whose arrays are already in the setting's backend and dtype."""

    id: str
    statement: str
    source: str
    about: tuple[str, ...]
    inputs: Inputs[Any]
    check: Check[Any]
    tolerance: Tolerance
    refutes: tuple[str, ...]
    kinds: tuple[Kind, ...] = KINDS
    needs: Mapping[str, str] = field(default_factory=dict)
    """Capabilities that the check itself needs, beyond those of its functions, with the reason."""
    most: int | None = None
    """Examples at most, for laws whose every example is many calls."""
    general: bool = False
    """Whether it is one of those that hold of any function, made in proofs/general."""
    stands: str = ""
    """What it alone says, of a law that refutes no mistake that others do not refute, too."""
    mixes: bool = False
    """Whether it calls with arrays of several formats, which not every function takes: no source of calls for
    the laws of all functions."""
    not_in: Mapping[str, str] = field(default_factory=dict)
    """Formats in which there is nothing to try it on, or its tolerance says nothing, with the reason."""
    drawn_as: str = ""
    """The id of the law whose cases it is tried on, so that what is known of them is found out once."""
    simplest: bool = True
    """Whether it is tried on the simplest case, in which there may be one number of everything."""

    @property
    def document(self) -> str:
        """The document that the law belongs to."""
        return self.id.partition(".")[0]


def law(
    id: str,  # noqa: A002
    statement: str,
    *,
    source: str,
    about: tuple[str, ...],
    inputs: Inputs[Case],
    tolerance: Tolerance,
    refutes: tuple[str, ...],
    kinds: tuple[Kind, ...] = KINDS,
    needs: Mapping[str, str] | None = None,
    not_in: Mapping[str, str] | None = None,
    mixes: bool = False,
    stands: str = "",
) -> Callable[[Check[Case]], Law]:
    """Make a law of the check that follows."""

    def make(check: Check[Case]) -> Law:
        return Law(
            id,
            statement,
            source,
            about,
            inputs,
            check,
            tolerance,
            refutes,
            kinds,
            needs or {},
            stands=stands,
            not_in=not_in or {},
            mixes=mixes,
        )

    return make
