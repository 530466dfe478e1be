"""The command `refimpl errata`."""

import sys
from pathlib import Path
from typing import Any

import click

from ... import backends
from ..engine import catalogue, exits, report
from ..engine.report import plain
from ..language.erratum import Erratum
from ..language.judge import Finding
from . import output
from .display import bold, claims, say
from .output import OutputFile
from .running import argument


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
    chosen = [catalogue.errata()[name] for name in names]
    judged = [(erratum, *erratum.judge(on)) for erratum in chosen]
    for entry in judged:
        _shown(*entry)
    if json_file:
        told = {"schema": "refimpl.errata/1", "errata": [_data(*e) for e in judged]}
        output.save(json_file, report.text(told))
    sound = bool(judged or none) and all(
        any(not f.holds for f in printed) and corrected and all(f.holds for f in corrected)
        for _, printed, corrected in judged
    )
    sys.exit(exits.HELD if sound else exits.FAILED)


def _data(erratum: Erratum, printed: list[Finding], corrected: list[Finding]) -> dict[str, Any]:
    """One erratum as JSON holds it."""

    def findings(of: list[Finding]) -> list[dict[str, Any]]:
        return [
            {
                "label": f.label,
                "holds": f.holds,
                "relation": f.relation,
                "left": plain(f.left),
                "right": plain(f.right),
            }
            for f in of
        ]

    return {
        "id": erratum.id, "source": erratum.source, "claims": dict(catalogue.claims(erratum.source)),
        "printed": erratum.printed,
        "counterexample": erratum.counterexample, "corrected": erratum.corrected,
        "printed_findings": findings(printed), "corrected_findings": findings(corrected),
        "laws": list(erratum.laws),
    }  # fmt: skip


def _shown(entry: Erratum, printed: list[Finding], corrected: list[Finding]) -> None:
    """One erratum with the verdicts of both statements at its counterexample."""
    bold(entry.id)
    say(*claims(entry.source))
    for title, statement, findings in (
        ("as printed", entry.printed, printed),
        ("corrected", entry.corrected, corrected),
    ):
        holds = bool(findings) and all(finding.holds for finding in findings)
        say(f"  {title}: {statement}")
        say(f"    {'held' if holds else 'refuted'}", style="green" if holds else "red")
        for finding in findings:
            mark = "held" if finding.holds else "refuted"
            say(f"    {mark}: {finding}")
        if title == "as printed":
            say(f"  counterexample: {entry.counterexample}")
    say(f"  laws: {', '.join(entry.laws)}")
    say()
