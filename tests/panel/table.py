"""The tables of README.md here and of docs/survey.md, and the line of the project's README, from `expected`:
`python tests/panel/table.py`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from panel.expected import EXPECTED, Expected, seen  # noqa: E402
from refimpl.proofs import survey  # noqa: E402
from refimpl.proofs.commands import output  # noqa: E402

FULL, BRIEF = Path(__file__).with_name("README.md"), ROOT / "docs" / "survey.md"
LINE = ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- table: public panel -->\n).*?(<!-- end of table -->)", re.DOTALL)


def full() -> list[str]:
    """A line for every audit."""
    lines = [
        "| package | function | as | dtypes | answer | digits left | finding |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    bindings = survey.bindings()
    for audit in EXPECTED:
        bound = bindings[audit.binding]
        laws = ", ".join(f"`{law.partition('.')[2]}`" for law in audit.fails)
        found = " ".join(filter(None, [audit.finding, f"Laws: {laws}." if laws else ""]))
        who = f"{_package(audit.package)} | `{audit.public}` | `{bound.function}`"
        lines.append(f"| {who} | {', '.join(bound.dtypes)} | {audit.answer} | {audit.digits} | {found} |")
    return lines


def brief() -> list[str]:
    """A line for every package."""
    lines = ["| package | right | imprecise | wrong |", "| --- | --- | --- | --- |"]
    for package in dict.fromkeys(audit.package for audit in EXPECTED):
        mine = [audit for audit in EXPECTED if audit.package == package]
        cells = [
            ", ".join(f"`{audit.public}`{_why(audit)}" for audit in mine if audit.verdict in verdicts) or "–"
            for verdicts in (("held", "edge"), ("imprecise",), ("refuted",))
        ]
        lines.append(f"| {_package(package)} | {' | '.join(cells)} |")
    return lines


def line() -> list[str]:
    """How many functions have which answer."""
    packages = {audit.package for audit in EXPECTED}
    right, imprecise, wrong = (
        sum(audit.verdict in verdicts for audit in EXPECTED)
        for verdicts in (("held", "edge"), ("imprecise",), ("refuted",))
    )
    return [
        f"`refimpl survey` audits the libraries that you have. Of {len(EXPECTED)} functions of "
        f"{len(packages)} packages {right} were seen to be right, {imprecise} imprecise, {wrong} wrong: "
        "[docs/survey.md](docs/survey.md)."
    ]


def _package(name: str) -> str:
    """With the version that was audited, and the day, if that was by hand."""
    version = seen()[name]
    return f"{name} {version.version}" + (f", on {version.date}" if version.date else "")


def _why(audit: Expected) -> str:
    """What is wrong, or the edges, in brackets."""
    words = audit.short or ", ".join(f"except {edge}" for edge in audit.edges)
    return f" ({words})" if words else ""


def shown(file: Path) -> list[str]:
    """The table that a file has."""
    found = _BLOCK.search(file.read_text(encoding="utf-8"))
    assert found is not None
    return found.group(0).splitlines()[1:-1]


def write() -> None:
    """Put the tables into the files."""
    for file, lines in ((FULL, full()), (BRIEF, brief()), (LINE, line())):
        text = "\n".join([*lines, ""])
        content = _BLOCK.sub(lambda m, text=text: m[1] + text + m[2], file.read_text(encoding="utf-8"))
        output.write(file, content)


if __name__ == "__main__":
    write()
