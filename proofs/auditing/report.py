"""What an audit found, as text, as HTML for notebooks, and as data."""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .. import exits, planning
from .. import report as outcome_report
from ..runner import Outcome, Verdict
from . import text
from .messages import Diagnosis, Load, Loaded, Shown, Tried, Try

SCHEMA = "refimpl.audit/1"
FAILED = ("refuted", "crashed", "timed out", "stale")
ACCEPTABLE = ("imprecise", "edge")
"""Verdicts between held and refuted, which a user may find good enough."""


@dataclass(frozen=True, slots=True)
class Report:
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
    ) -> "Report":
        """Put the answers in order."""
        order = {(request.function, request.law): place for place, request in enumerate(requests)}
        tried = [a for a in answers if isinstance(a, Tried)]
        tried.sort(key=lambda t: order[t.function, t.outcome.law])
        diagnoses = {a.function: a for a in answers if isinstance(a, Diagnosis)}
        loaded = next((a for a in answers if isinstance(a, Loaded)), Loaded())
        told = tuple(diagnoses[name] for name in load.sources if name in diagnoses)
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
        ordinary inputs."""
        verdicts = {tried.outcome.verdict for tried in self.laws_of(name)}
        diagnosis = self.diagnosis(name)
        lost = diagnosis is not None and diagnosis.digits is not None and diagnosis.digits.wrong
        if lost and "imprecise" in verdicts:  # not where this is expected
            verdicts.add("refuted")
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
        """As in refimpl.proofs.exits; 0 also if what did not hold is accepted."""
        code = planning.exit_code([*self.outcomes, self], incomplete=self.interrupted)
        return exits.HELD if code == exits.IMPRECISE and self._accepted else code

    @property
    def _accepted(self) -> bool:
        """Whether every verdict short of held is one that the user accepts."""
        found = {outcome.verdict for outcome in self.outcomes} & set(ACCEPTABLE)
        return found <= set(self.load.accepted)

    def clearest(self, function: str) -> Tried | None:
        """The failure to look at first: one with a program, the shortest, if there is any."""

        def unclear(tried: Tried) -> tuple[bool, bool, int]:
            shown = tried.shown
            return shown is None, shown is None or not shown.program, len(shown.script) if shown else 0

        failed = [t for t in self.tried if t.function == function and t.outcome.verdict in FAILED]
        return min(failed, key=unclear, default=None)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The whole report as text."""
        for name in self.load.sources:
            yield from text.about(self, name)
        yield self.total()

    def findings(self, name: str) -> list[str]:
        """What is told of one function."""
        return list(text.about(self, name))

    def total(self) -> str:
        """The last line."""
        return text.total(self)

    def data(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        results = [
            {"function": t.function, **outcome_report.result(t.outcome), "call": t.shown and asdict(t.shown)}
            for t in self.tried
        ]
        return {
            "schema": SCHEMA,
            "versions": outcome_report.versions(self.outcomes),
            "targets": {name: str(source) for name, source in self.load.sources.items()},
            "adapters": dict(self.load.adapters),
            "edges": dict(self.load.edges),
            "generic": list(self.load.generic),
            "options": outcome_report.plain(self.load.options),
            "expected": dict(self.load.expected),
            "fitted": {name: list(notes) for name, notes in self.loaded.fitted.items()},
            "lacking": {name: list(options) for name, options in self.loaded.lacking.items()},
            "notes": list(self.loaded.notes),
            "seed": self.load.seed,
            "interrupted": self.interrupted,
            "seconds": round(self.seconds, 3),
            "verdict": self.verdict,
            "answers": {name: text.answer(self, name) for name in self.load.sources},
            "diagnoses": [asdict(diagnosis) for diagnosis in self.diagnoses],
            "results": outcome_report.plain(results),
        }

    def _repr_html_(self) -> str:
        colours: Mapping[str, str] = {"held": "#1a7f37", "skipped": "#9a6700", "inconclusive": "#9a6700"}
        rows = "".join(
            f"<tr><td style='color:{colours.get(t.outcome.verdict, '#cf222e')}'>{t.outcome.verdict}</td>"
            f"<td>{html.escape(t.function)}</td><td>{html.escape(t.outcome.law)}</td>"
            f"<td>{t.outcome.worst:.3g}</td><td>{html.escape(t.outcome.reason)}</td></tr>"
            for t in self.tried
        )
        head = "<tr><th>verdict</th><th>function</th><th>law</th><th>worst/tolerance</th><th>reason</th></tr>"
        found = [html.escape(text) for name in self.load.sources for text in self.findings(name)]
        return (
            f"<table>{head}{rows}</table><pre>{chr(10).join(found)}</pre><p>{html.escape(self.total())}</p>"
        )


def _worst(verdicts: set[Verdict]) -> Verdict:
    for verdict in (*FAILED, "inconclusive", *ACCEPTABLE):
        if verdict in verdicts:
            return verdict
    return "held" if "held" in verdicts else "expected" if "expected" in verdicts else "inconclusive"
