"""The tables of README.md here and of the project's, from expected.py: `python tests/panel/table.py`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from panel.expected import EXPECTED, pins  # noqa: E402

FULL, BRIEF = Path(__file__).with_name("README.md"), ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- table: public panel -->\n).*?(<!-- end of table -->)", re.DOTALL)


def full() -> list[str]:
    """A line for every audit."""
    lines = [
        "| package | function | as | dtypes | verdict | finding |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for audit in EXPECTED:
        laws = ", ".join(f"`{law.partition('.')[2]}`" for law in audit.fails)
        found = " ".join(filter(None, [audit.finding, f"Laws: {laws}." if laws else ""]))
        who = f"{audit.package} {pins()[audit.package]} | `{audit.public}` | `{audit.function}`"
        lines.append(f"| {who} | {', '.join(audit.dtypes)} | {audit.verdict} | {found} |")
    return lines


def brief() -> list[str]:
    """A line for every package."""
    lines = ["| package | held | refuted |", "| --- | --- | --- |"]
    for package in dict.fromkeys(audit.package for audit in EXPECTED):
        mine = [audit for audit in EXPECTED if audit.package == package]
        held = ", ".join(f"`{audit.public}`" for audit in mine if not audit.fails)
        refuted = ", ".join(f"`{audit.public}` ({audit.short})" for audit in mine if audit.fails)
        lines.append(f"| {package} {pins()[package]} | {held or '–'} | {refuted or '–'} |")
    return lines


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
        file.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write()
