"""Draws the terminal in the README from what a command prints: `python tests/pictures.py`."""

import io
import os
import re
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from refimpl.proofs.commands.main import main

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "audit.svg"
WORDS = ("audit", "port.py:rotate_backwards", "--as", "rope.rotate", "--jobs", "1")
WIDTH = 104
FORMAT = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace(
    "Fira Code, monospace", "ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace"
)
"""Without letters from the network."""


def output() -> str:
    """What the command prints, with the command; the seconds that it took are left out."""
    with chdir(ROOT / "tests" / "audited"):
        printed = CliRunner().invoke(main, list(WORDS)).output
    shown = " ".join(WORDS[: -WORDS[::-1].index("--jobs") - 1])
    return f"$ refimpl {shown}\n{re.sub(r' in [0-9.]+ s ', ' ', printed)}"


def drawn(text: str) -> str:
    """A terminal with this text, as SVG."""
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor",
        legacy_windows=False, _environ=dict(os.environ, COLUMNS=str(WIDTH)),
    )  # fmt: skip
    command, _, rest = text.partition("\n")
    console.print(Text(command, style="bold"))
    console.print(Text(rest.rstrip("\n")))
    return console.export_svg(title="refimpl audit", code_format=FORMAT, unique_id="refimpl")


if __name__ == "__main__":
    FILE.write_text(drawn(output()), encoding="utf-8")
