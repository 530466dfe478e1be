"""The tables of README.md here and of the project's, from expected.py: `python tests/panel/table.py`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from panel.expected import EXPECTED, Expected, pins  # noqa: E402
from refimpl.proofs.commands import output  # noqa: E402

FULL, BRIEF = Path(__file__).with_name("README.md"), ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- table: public panel -->\n).*?(<!-- end of table -->)", re.DOTALL)


def full() -> list[str]:
    """A line for every audit."""
    lines = [
        "| package | function | as | dtypes | answer | digits left | finding |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for audit in EXPECTED:
        laws = ", ".join(f"`{law.partition('.')[2]}`" for law in audit.fails)
        found = " ".join(filter(None, [audit.finding, f"Laws: {laws}." if laws else ""]))
        who = f"{audit.package} {pins()[audit.package]} | `{audit.public}` | `{audit.function}`"
        lines.append(f"| {who} | {', '.join(audit.dtypes)} | {audit.answer} | {audit.digits} | {found} |")
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
        lines.append(f"| {package} {pins()[package]} | {' | '.join(cells)} |")
    return lines


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
    for file, lines in ((FULL, full()), (BRIEF, brief())):
        text = "\n".join([*lines, ""])
        content = _BLOCK.sub(lambda m, text=text: m[1] + text + m[2], file.read_text(encoding="utf-8"))
        output.write(file, content)


if __name__ == "__main__":
    write()
