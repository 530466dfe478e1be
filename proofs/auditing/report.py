"""What an audit found, as text, as HTML for notebooks, and as data."""

import html
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..engine import report as outcome_report
from . import text
from .found import Found

SCHEMA = "refimpl.audit/1"


@dataclass(frozen=True, slots=True)
class Report(Found):
    """Verdicts of all laws about the audited functions, and what is wrong with those that failed."""

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
            "diagnoses": outcome_report.plain([asdict(diagnosis) for diagnosis in self.diagnoses]),
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
