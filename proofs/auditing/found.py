"""What an audit found: the verdicts of laws by function, and the diagnoses of what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from ..engine import exits, planning
from ..engine.runner import Outcome, Verdict
from .messages import Diagnosis, Load, Loaded, Shown, Tried, Try

FAILED = ("refuted", "crashed", "timed out", "stale")
ACCEPTABLE = ("imprecise", "edge")
"""Verdicts between held and refuted, which a user may find good enough."""


@dataclass(frozen=True, slots=True)
class Found:
    """Verdicts of all laws about the audited functions, and what is wrong with those that failed."""

    load: Load
    tried: tuple[Tried, ...]
    """By function, laws in the order of the catalogue."""
    diagnoses: tuple[Diagnosis, ...]
    loaded: Loaded = field(default_factory=Loaded)
    planned: int = 0
    seconds: float = 0.0
    interrupted: bool = False

    @classmethod
    def of(
        cls,
        load: Load,
        requests: Sequence[Try],
        answers: Sequence[Any],
        seconds: float,
        interrupted: bool = False,
    ) -> Self:
        """Put the answers in order."""
        order = {(request.function, request.law): place for place, request in enumerate(requests)}
        tried = [a for a in answers if isinstance(a, Tried)]
        tried.sort(key=lambda t: order[t.function, t.outcome.law])
        diagnoses = {a.function: a for a in answers if isinstance(a, Diagnosis)}
        loaded = next((a for a in answers if isinstance(a, Loaded)), Loaded())
        told = tuple(diagnoses[name] for name in load.sources if name in diagnoses)
        load = replace(load, device=next((t.outcome.device for t in tried), load.device))
        return cls(load, tuple(tried), told, loaded, len(requests), seconds, interrupted)

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcomes of all laws."""
        return [tried.outcome for tried in self.tried]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of any function; "held" if laws held and none was worse."""
        return _worst({self.verdict_of(name) for name in self.load.sources})

    def verdict_of(self, name: str) -> Verdict:
        """The worst verdict of any law about a function; "refuted" also where too few digits are left at
        ordinary inputs, and in half precision where sums are long, or positions and angles are kept in it."""
        verdicts = {tried.outcome.verdict for tried in self.laws_of(name)}
        diagnosis = self.diagnosis(name)
        lost = diagnosis is not None and diagnosis.digits is not None and diagnosis.digits.wrong
        short = diagnosis is not None and diagnosis.halved is not None and diagnosis.halved.mistake
        if (lost or short) and "imprecise" in verdicts:  # not where this is expected
            verdicts.add("refuted")
        if diagnosis is not None and diagnosis.accumulates is not None:
            verdicts.add("refuted" if diagnosis.accumulates.wrong else "imprecise")
        worst = _worst(verdicts)
        return "inconclusive" if worst == "held" and self.interrupted else worst

    def laws_of(self, name: str) -> list[Tried]:
        """What the laws about a function gave."""
        return [tried for tried in self.tried if tried.function == name]

    def diagnosis(self, name: str) -> Diagnosis | None:
        """What is wrong with a function, if that was asked."""
        return next((diagnosis for diagnosis in self.diagnoses if diagnosis.function == name), None)

    def edges_of(self, name: str) -> list[str]:
        """The edges, with values, that a function is right except for."""
        return sorted({edge for tried in self.laws_of(name) for edge in tried.outcome.edges})

    def example(self, name: str) -> Shown | None:
        """A typical call at which a function is wrong, or else one of a law that it fails."""
        diagnosis, failed = self.diagnosis(name), self.clearest(name)
        if diagnosis is not None and diagnosis.shown is not None:
            return diagnosis.shown
        if failed is not None:
            return failed.shown
        edges = [tried.shown for tried in self.laws_of(name) if tried.outcome.verdict == "edge"]
        return min((it for it in edges if it is not None), key=lambda it: len(it.call), default=None)

    @property
    def holds(self) -> bool:
        """Whether laws held and none failed, or only in ways that are accepted."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """As in refimpl.proofs.engine.exits; 0 also if what did not hold is accepted."""
        code = planning.exit_code([*self.outcomes, self], incomplete=self.interrupted)
        return exits.HELD if code == exits.IMPRECISE and self._accepted else code

    @property
    def _accepted(self) -> bool:
        """Whether every verdict short of held is one that the user accepts."""
        found = {self.verdict, *(outcome.verdict for outcome in self.outcomes)} & set(ACCEPTABLE)
        return found <= set(self.load.accepted)

    def clearest(self, function: str) -> Tried | None:
        """The failure to look at first: one with a program, the shortest, if there is any."""

        def unclear(tried: Tried) -> tuple[bool, bool, int]:
            shown = tried.shown
            return shown is None, shown is None or not shown.program, len(shown.script) if shown else 0

        failed = [t for t in self.tried if t.function == function and t.outcome.verdict in FAILED]
        return min(failed, key=unclear, default=None)


def _worst(verdicts: set[Verdict]) -> Verdict:
    for verdict in (*FAILED, "inconclusive", *ACCEPTABLE):
        if verdict in verdicts:
            return verdict
    return "held" if "held" in verdicts else "expected" if "expected" in verdicts else "inconclusive"
