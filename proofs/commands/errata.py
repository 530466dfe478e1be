"""The command `refimpl errata`."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from ... import backends
from ..engine import catalogue, exits
from ..language.erratum import Erratum
from ..language.judge import Finding
from .display import bold, claims, say
from .output import OutputFile
from .running import Gathered, argument, save


@click.command()
@argument
@click.option("--json", "json_file", type=OutputFile(),
              help="Write the errata to this file.")  # fmt: skip
def errata(patterns: tuple[str, ...], json_file: Path | None) -> None:
    """Print the errata: statement as printed, live counterexample, corrected statement."""
    on = backends.Setting.of(backends.get("numpy"))
    none = [it for it in patterns if it in catalogue.names() and not catalogue.documents()[it].of("E")]
    say(*(f"{document} states no errata" for document in none))
    asked = [pattern for pattern in patterns if pattern not in none]
    names = catalogue.select(asked, catalogue.errata(), "erratum") if asked or not none else []
    judged = [Judged.of(catalogue.errata()[name], on) for name in names]
    for it in judged:
        _shown(it)
    save(json_file, Gathered(judged, 0.0))
    sys.exit(exits.HELD if (judged or none) and all(it.sound for it in judged) else exits.FAILED)


@dataclass(frozen=True, slots=True)
class Judged:
    """An erratum, and what its statements give at the counterexample."""

    id: str
    source: str
    printed: str
    corrected: str
    counterexample: str
    laws: tuple[str, ...]
    printed_findings: list[Finding]
    corrected_findings: list[Finding]

    @classmethod
    def of(cls, known: Erratum, on: backends.Setting) -> "Judged":
        """Judge an erratum."""
        texts = known.id, known.source, known.printed, known.corrected, known.counterexample, known.laws
        return cls(*texts, *known.judge(on))

    @property
    def sound(self) -> bool:
        """Whether the printed statement fails and the corrected one holds."""
        return any(not it.holds for it in self.printed_findings) and _hold(self.corrected_findings)


def _hold(findings: list[Finding]) -> bool:
    return bool(findings) and all(it.holds for it in findings)


def _shown(entry: Judged) -> None:
    """One erratum with the verdicts of both statements at its counterexample."""
    bold(entry.id)
    say(*claims(entry.source))
    for title, statement, findings in (
        ("as printed", entry.printed, entry.printed_findings),
        ("corrected", entry.corrected, entry.corrected_findings),
    ):
        holds = _hold(findings)
        say(f"  {title}: {statement}")
        say(f"    {'held' if holds else 'refuted'}", style="green" if holds else "red")
        for finding in findings:
            mark = "held" if finding.holds else "refuted"
            say(f"    {mark}: {finding}")
        if title == "as printed":
            say(f"  counterexample: {entry.counterexample}")
    say(f"  laws: {', '.join(entry.laws)}")
    say()
