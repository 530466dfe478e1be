"""Runs one law in one setting and says what came out."""

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from hypothesis.errors import Flaky, HypothesisException

from ..._errors import UndecidedError
from ...backends import Setting
from ..language.judge import Finding, judge
from ..language.law import (
    REFUSALS,
    Implementation,
    ImplementationCrashedError,
    Kind,
    Law,
    NotApplicableError,
    Record,
    Sampling,
    WrongResultError,
)
from . import errors, foreign, registry
from .cases import converted, each_case, items, missing, seed_of
from .errors import Errors
from .implementations import Implementations

Verdict: TypeAlias = Literal[
    "held",
    "edge",
    "imprecise",
    "refuted",
    "crashed",
    "timed out",
    "skipped",
    "inconclusive",
    "expected",
    "stale",
]
"""In audits, "edge" (it differs only where respectable practice differs) and "imprecise" (the right formula,
digits are lost) stand between held and refuted; "expected" is a failure that is declared, and "stale" a law
that holds although it is declared to fail."""
Failure: TypeAlias = Literal["refuted", "crashed", "inconclusive"]
Bounds: TypeAlias = Literal["written", "derived"]
"""The laws' own bounds, or the tighter one of those and what the reference's algorithm allows."""

MOST_REASONS = 12
"""After so many different reasons for leaving calls out no more are kept: they may have numbers in them."""
SHRINK_SECONDS = 5.0
"""Processor time for which a counterexample may be made smaller, so that it does not hang on how busy the
machine is."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The smallest input found on which a law fails."""

    kind: Kind
    case: Any
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a law gave in one setting."""

    law: str
    verdict: Verdict
    backend: str
    device: str
    dtype: str
    seed: int
    examples: Mapping[str, int] = field(default_factory=dict)
    """Examples run, by kind of generator."""
    compared: int = 0
    worst: float = 0.0
    """Worst error over its bound; at most 1 if held."""
    worst_in_u: float = 0.0
    """The error there, in units of unit roundoff times the law's scale."""
    worst_at: str = ""
    seconds: float = 0.0
    reason: str = ""
    untried: tuple[str, ...] = ()
    """What was left out, as the function does not cover it: options, numbers of axes."""
    counterexample: Counterexample | None = None
    edges: tuple[str, ...] = ()
    """What it is right except for, as "function/edge=value", where the verdict is "edge"."""
    evidence: str = ""
    """How it is known that the formula is right, where the verdict is "imprecise"."""
    derived: int = 0
    """Examples for which bounds were derived."""
    narrowing: float = float("nan")
    """Derived bounds over written ones, in the median."""
    underived: str = ""
    """Why some examples have no derived bounds."""
    mistake: str = ""
    """The mistake that stood in for the reference, if any."""
    errors: Errors = field(default_factory=Errors)
    """Of the law's examples; nothing of general laws, and of those that compare no numbers."""


class _RefutedError(Exception):
    """A record failed; Hypothesis may look for a smaller case."""


class _Stop(BaseException):
    """Enough shrinking; not an Exception, so that Hypothesis lets it pass."""


class _Trial:
    """The state of one law while its examples run."""

    def __init__(self, law: Law, on: Setting, impl: Implementations, bounds: Bounds) -> None:
        self.law, self.on, self.impl, self.bounds = law, on, impl, bounds
        self.fixed = impl.fixed
        self.derived = 0
        self.narrowings: list[float] = []
        self.underived = ""
        self.examples: dict[str, int] = {}
        self.inapplicable: set[str] = set()
        self.compared = 0
        self.worst = Finding("", 0.0, 0)
        self.points: list[errors.Point] = []
        self.of = ""
        self.failure: tuple[Failure, str, Counterexample] | None = None
        self.failed_at = 0.0

    def example(self, kind: Kind, case: Any) -> None:
        """Run the check on one case; record the worst finding; raise if it fails."""
        if self.failure and time.process_time() - self.failed_at > SHRINK_SECONDS:
            raise _Stop
        self.examples[kind] = self.examples.get(kind, 0) + 1
        if (pinned := self._pinned(case)) is not case:
            case = pinned
            if not self._sound(case):
                self.inapplicable.add(self._other_values())
                self.examples[kind] -= 1
                return
        derived = self._derived(case)  # outside: what goes wrong there is no fault of the function
        try:
            with np.errstate(all="ignore"), self.impl.chance():  # results may be functions, called later
                records, left_out = self._records(case)
                findings = [
                    judge(record, self.law.tolerance, self.on, limit)
                    for record, limit in zip(records, self._limits(derived, len(records)), strict=True)
                ]
        except HypothesisException:
            raise
        except Exception as error:  # what the function under test did not cause is raised again
            blamed = self._blamed(error, case)
            if blamed is None:
                raise
            self._fail(*blamed, kind, case, None)
        if left_out and not records:
            self.examples[kind] -= 1
        self._remember(kind, case, findings)
        for finding in findings:
            self.compared += finding.compared
            if not math.isnan(finding.narrowing):
                self.narrowings.append(finding.narrowing)
            if not finding.holds:
                self._fail("refuted", foreign.line(finding, 1000), kind, case, finding)
            if finding.ratio > self.worst.ratio:
                self.worst = finding

    def _remember(self, kind: Kind, case: Any, findings: Sequence[Finding]) -> None:
        """Keep the error that is nearest to its bound, for pictures; not of cases that are made smaller."""
        told = [it for it in findings if it.relation == "=" and not math.isnan(it.bound_in_u)]
        if self.law.general or self.failure or not told:
            return
        worst = max(told, key=lambda it: it.ratio)
        self.of, size = errors.size(items(case))
        ulps = math.nan if math.isinf(worst.ratio) and not worst.error_in_u else worst.error_in_u / 2
        self.points.append((kind, size, ulps, worst.bound_in_u / 2))

    def _blamed(self, error: Exception, case: Any) -> tuple[Failure, str] | None:
        """What an error says of the function under test; None if it is the law's own."""
        if isinstance(error, WrongResultError):
            return "refuted", str(error)
        if isinstance(error, ImplementationCrashedError):
            return "crashed", str(error)
        if isinstance(error, UndecidedError):
            return "inconclusive", str(error)
        if self.impl.tested and self._sound(case):
            who = " or ".join(self.impl.tested)
            return "crashed", f"what {who} returned made the law raise {foreign.raised(error)}"
        return None

    def _sound(self, case: Any) -> bool:
        """Whether the law holds on the reference where options stand at values that it did not draw."""
        records: list[Record] = []
        try:
            with np.errstate(all="ignore"):
                with suppress(NotApplicableError):  # a law may say so, of what comes after
                    records.extend(self.law.check(self.impl.references, self.on, converted(case, self.on)))
                return all(judge(record, self.law.tolerance, self.on).holds for record in records)
        except REFUSALS:  # outside the domain of the other inputs
            return False

    def _other_values(self) -> str:
        return " or ".join(f"{option} is not {value!r}" for option, value in self.fixed.items())

    def _pinned(self, case: Any) -> Any:
        """The case with options at the values for which the function under test stands."""
        if not self.fixed:
            return case
        from .applicable import pinned  # noqa: PLC0415

        return pinned(case, self.fixed)

    def _records(self, case: Any) -> tuple[list[Record], bool]:
        """The records that the function's own calls decide, and whether others were left out."""
        if not self.impl.tested:
            with suppress(NotApplicableError):  # a law may say so
                return list(self.law.check(self.impl, self.on, converted(case, self.on))), False
        from .applicable import records  # noqa: PLC0415

        def fails(record: Record) -> bool:
            return not judge(record, self.law.tolerance, self.on).holds

        found = records(self.law.check, self.impl, self.on, lambda: converted(case, self.on), fails)
        if len(self.inapplicable) < MOST_REASONS:
            self.inapplicable.update(found.left_out)
        return found.records, bool(found.left_out)

    def _derived(self, case: Any) -> "Sequence[Any] | str":
        """The derived bounds of the records, where they are wanted and known, or why there are none."""
        if self.bounds == "written":
            return ""
        from . import derived  # noqa: PLC0415  (python-flint)

        return derived.bounds(self.law, self.on, case)

    def _limits(self, derived: "Sequence[Any] | str", count: int) -> Sequence[Any]:
        """The derived bound of every record, or none."""
        if isinstance(derived, str) or len(derived) != count:
            self.underived = (
                derived if isinstance(derived, str) else "balls take another way through the check"
            )
            return [None] * count
        self.derived += 1
        return derived

    def _fail(
        self,
        verdict: Failure,
        reason: str,
        kind: Kind,
        case: Any,
        finding: Finding | None,
    ) -> None:
        self.failed_at = self.failed_at or time.process_time()
        self.failure = (verdict, reason, Counterexample(kind, case, finding))
        raise _RefutedError


def _explore(trial: _Trial, kind: Kind, examples: int, seed: int, shrink: bool) -> None:
    """Run one kind of generator; return early, with trial.failure set, if a case fails."""
    try:
        each_case(
            trial.law,
            trial.on,
            kind,
            lambda case: trial.example(kind, case),
            examples=examples,
            seed=seed,
            shrink=shrink,
        )
    except (_RefutedError, _Stop):
        pass
    except Flaky:
        if trial.failure is None:
            raise
        verdict, reason, counterexample = trial.failure
        trial.failure = (verdict, f"{reason} (the same input does not always fail)", counterexample)


def run_law(
    law: Law,
    on: Setting,
    *,
    examples: int,
    seed: int,
    replaced: Mapping[str, Implementation] | None = None,
    shrink: bool = True,
    bounds: Bounds = "written",
    reference: Mapping[str, Implementation] | None = None,
) -> Outcome:
    """Run a law in a setting on `examples` cases, shared among its kinds of generator. `reference` has what a
    law is about where this is not the functions themselves, but what is made of them."""
    started = time.perf_counter()
    blank = Outcome(law.id, "skipped", on.backend.name, on.device_name, on.precision.name, seed)
    if reason := missing(law, on):
        return replace(blank, reason=reason)
    functions = registry.reference() if reference is None else reference
    impl = Implementations(functions, replaced or {}, on, seed_of(seed, law.id, "ambient") >> 1)
    trial = _Trial(law, on, impl, bounds)
    share = max(1, round(min(examples, law.most or examples) / len(law.kinds)))
    if isinstance(law.tolerance, Sampling):
        share = min(share, 1000 // len(law.kinds))
    verdict: Verdict = "held"
    reason, counterexample = "", None
    try:
        for kind in law.kinds:
            with on.current():
                _explore(trial, kind, share, seed, shrink)
            if trial.failure:
                verdict, reason, counterexample = trial.failure
                break
        else:
            uncalled = [name for name in law.about if name not in impl.called]
            if trial.inapplicable:
                reason = f"not tried where {', '.join(sorted(trial.inapplicable))}: it does not cover this"
            if trial.inapplicable and (uncalled or not trial.compared):
                verdict = "skipped"
            elif uncalled:
                verdict, reason = "crashed", f"the law never called {', '.join(uncalled)}"
            elif not trial.compared:
                verdict, reason = "crashed", "the law compared nothing"
    except HypothesisException as error:
        verdict, reason = "crashed", f"the generator failed: {foreign.raised(error)}"
    except Exception as error:  # the law's own code: its fault is a verdict, never a lost run
        verdict, reason = "crashed", f"the law itself raised {foreign.raised(error)}"
    worst = counterexample.finding if counterexample and counterexample.finding else trial.worst
    return replace(
        blank,
        verdict=verdict,
        examples=trial.examples,
        compared=trial.compared,
        worst=worst.ratio,
        worst_in_u=worst.error_in_u,
        worst_at=worst.label,
        seconds=time.perf_counter() - started,
        derived=trial.derived,
        narrowing=float(np.median(trial.narrowings)) if trial.narrowings else float("nan"),
        underived=trial.underived,
        reason=reason,
        untried=tuple(sorted(trial.inapplicable)),
        counterexample=counterexample,
        errors=errors.kept(trial.of, trial.points),
    )
