"""Certifies laws: at every point, every claim of a law is decided with proof, in ball arithmetic.

A point is one case of the law's own generators. The functions under test and the check's expectation are
both computed with balls; a claim that they do not decide is tried again with twice the bits, up to a limit.
A law that cannot run on balls is skipped with the reason. Nothing else is ever "held".
"""

import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..._errors import RefimplError, UndecidedError
from ..._xp import check_integer
from ...backends import ball
from ...backends._ball._numbers import LeftBallsError
from ...backends._ball._precision import WorkingPrecision
from ...public import naming
from ..language.law import Implementation, Kind, Law, Sampling, WrongResultError
from . import catalogue
from .cases import converted, each_case, missing
from .implementations import Implementations
from .loading import loaded
from .planning import chosen
from .proven import BITS, UNFIT, Proof, judge
from .runner import Verdict

POINTS = 21
"""Cases per law by default, shared among its kinds of generator."""
LEAST, FIRST, LIMIT = BITS + 8, 256, 4096
"""Bits that can decide an equality at all, bits at first, and at most by default."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What came out for one law."""

    law: str
    verdict: Verdict
    seed: int
    points: Mapping[str, int] = field(default_factory=dict)
    """Cases decided, by kind of generator."""
    exhausted: tuple[str, ...] = ()
    """Kinds of generator that have no more cases than these."""
    compared: int = 0
    """Numbers whose claims were decided."""
    precision: int = 0
    """Most bits that were needed."""
    seconds: float = 0.0
    reason: str = ""
    case: Any = None
    """The case that refutes the law, or that nothing was proven of."""


@dataclass(frozen=True, slots=True)
class Task:
    """One law to certify; small and picklable."""

    law: str
    points: int = POINTS
    seed: int = 0
    precision: int = LIMIT

    def run(self) -> Certificate:
        """Certify it."""
        law = catalogue.laws()[self.law]
        return certify_law(law, points=self.points, seed=self.seed, precision=self.precision)

    def lost(self, why: str) -> Certificate:
        """What is said if its process dies."""
        return Certificate(self.law, "crashed", self.seed, reason=f"{why}; run this law alone with --jobs 1")


def plan(
    patterns: Sequence[str] = (), *, points: int = POINTS, seed: int = 0, precision: int = LIMIT
) -> list[Task]:
    """The tasks that certify all laws that match the patterns (or are about functions of those names)."""
    naming("certify")(check_integer)("points", points, 1)
    naming("certify")(check_integer)("precision", precision, LEAST)
    return [Task(law, points, seed, precision) for law in chosen(patterns)]


class _EndError(Exception):
    """A verdict on the law before its points are through."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        self.verdict, self.reason = verdict, reason
        super().__init__(reason)


class _Functions(Implementations):
    """The functions under test; ball arrays cannot be changed in place, so nobody watches for it."""

    def _watched(self, name: str, args: Any, kwargs: Any) -> Iterator[Any]:
        return iter(())


def certify_law(
    law: Law,
    *,
    points: int = POINTS,
    seed: int = 0,
    precision: int = LIMIT,
    replaced: Mapping[str, Implementation] | None = None,
) -> Certificate:
    """Certify one law on the reference, or with some functions replaced."""
    started = time.perf_counter()
    trial = _Trial(law, precision, replaced or {})
    verdict: Verdict = "held"
    reason = ""
    try:
        trial.check_fitness()
        for kind in law.kinds:
            count = max(1, round(points / len(law.kinds)))
            cases = _cases(law, kind, count, seed)
            trial.exhausted += (kind,) if len(cases) < count else ()
            for case in cases:
                trial.point(kind, case)
        if not trial.undecided:
            trial.check_work()
    except _EndError as end:
        verdict, reason = end.verdict, end.reason
    if trial.undecided and verdict == "held":
        verdict, reason = "inconclusive", trial.undecided
    return Certificate(
        law=law.id,
        verdict=verdict,
        seed=seed,
        points=trial.points,
        exhausted=trial.exhausted,
        compared=trial.compared,
        precision=trial.bits if trial.points else 0,
        seconds=time.perf_counter() - started,
        reason=reason,
        case=trial.case if verdict in ("refuted", "inconclusive") else None,
    )


def _cases(law: Law, kind: Kind, count: int, seed: int) -> list[Any]:
    found: list[Any] = []
    try:
        each_case(law, ball.setting(prec=FIRST), kind, found.append, examples=count, seed=seed)
    except Exception as error:  # the law's fault is a verdict, never a lost run
        raise _EndError("crashed", f"the generator failed: {type(error).__name__}: {error}") from error
    return found


class _Trial:
    """The state of one law while its points are tried."""

    def __init__(self, law: Law, limit: int, replaced: Mapping[str, Implementation]) -> None:
        self.law, self.limit, self.replaced = law, limit, replaced
        self.bits = min(FIRST, limit)
        self.points: dict[str, int] = {}
        self.exhausted: tuple[str, ...] = ()
        self.compared = 0
        self.called: set[str] = set()
        self.undecided = ""
        self.case: Any = None

    def check_fitness(self) -> None:
        """Whether the law states what balls can prove."""
        if self.law.general:
            raise _EndError("skipped", "a law of programs (pure, batched), which states no numbers")
        if isinstance(self.law.tolerance, Sampling):
            raise _EndError("skipped", "a law of random samples, which has no proof at a point")
        if reason := missing(self.law, ball.setting(prec=self.bits)):
            raise _EndError("skipped", reason)

    def check_work(self) -> None:
        """Whether the law did what it is for."""
        uncalled = [name for name in self.law.about if name not in self.called]
        if uncalled:
            raise _EndError("crashed", f"the law never called {', '.join(uncalled)}")
        if not self.compared:
            raise _EndError("crashed", "the law compared nothing")

    def point(self, kind: Kind, case: Any) -> None:
        """Decide one case, with twice the bits as long as they are too few."""
        bits, self.case = self.bits, None if not self.undecided else self.case
        while True:
            proofs, why = self._tried(case, bits)
            refuted = next((proof for proof in proofs if proof.state == "refuted"), None)
            if refuted is not None:
                self.case, self.bits = case, bits
                raise _EndError("refuted", f"{refuted} with {bits} bits")
            rounded = next((proof for proof in proofs if proof.state == "rounded"), None)
            if rounded is not None:  # more bits would not mend it
                self.undecided, self.case = f"{rounded} with {bits} bits", case
                return
            if not why:
                break
            if 2 * bits > self.limit:
                self.undecided, self.case = f"{why} with {bits} bits", case
                return
            bits *= 2
        self.bits = bits
        self.points[kind] = self.points.get(kind, 0) + 1
        self.compared += sum(proof.compared for proof in proofs)

    def _tried(self, case: Any, bits: int) -> tuple[list[Proof], str]:
        """The proofs of one case with so many bits, and what they leave undecided."""
        on: Any = ball.setting(prec=bits)
        impl = _Functions(catalogue.reference(), self.replaced, on)
        try:
            with WorkingPrecision(bits), np.errstate(all="ignore"):
                records = self.law.check(impl, on, converted(case, on))
                proofs = [judge(record) for record in records]
        except WrongResultError as error:
            raise _EndError("refuted", str(error)) from error
        except Exception as error:  # what no precision mends ends the law, as crashed or skipped
            return [], _undecided(error)
        finally:
            self.called |= impl.called
        return proofs, next((str(proof) for proof in proofs if proof.state == "open"), "")


def _undecided(error: Exception) -> str:
    """The text of an error that more bits may mend; any other one ends the law."""
    chain: list[BaseException] = [error]
    while (earlier := chain[-1].__cause__ or chain[-1].__context__) is not None and earlier not in chain:
        chain.append(earlier)
    for one in chain:
        if isinstance(one, UndecidedError):
            return str(one)
    for one in reversed(chain):
        if isinstance(one, LeftBallsError):
            raise _EndError("skipped", f"leaves balls: {_place(one)}: {one}") from error
    if isinstance(chain[-1], UNFIT):
        raise _EndError(
            "skipped", f"leaves balls: {_place(chain[-1])}: {type(chain[-1]).__name__}: {chain[-1]}"
        ) from error
    kind = type(error).__name__
    raise _EndError(
        "crashed", f"{error}" if isinstance(error, RefimplError) else f"{_place(error)}: {kind}: {error}"
    ) from error


def _place(error: BaseException) -> str:
    """The last line of the laws, or of the functions of documents, that the error went through."""
    frames = list(traceback.walk_tb(error.__traceback__))
    written = [it for it, (frame, _) in enumerate(frames) if _is_written(frame.f_globals.get("__name__", ""))]
    if not written:
        return "?"
    last = traceback.extract_tb(error.__traceback__)[written[-1]]
    return f"{'/'.join(last.filename.split('/')[-2:])}:{last.lineno}: {last.line}"


def _is_written(module: str) -> bool:
    """Whether a module is one of refimpl's, but not of its balls, or one of a document's."""
    if module.startswith("refimpl."):
        return not module.startswith("refimpl.backends._ball.")
    return any(it.defines(module) or it.proves(module) for it in loaded().values())
