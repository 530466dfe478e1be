"""Writes what is made of the catalogue and kept in files: `python tests/written.py FUNCTION …`.

The formulas' hashes (compare formula and docstring by eye first), the table of the README, the schema of
reports, and the rows of these functions in ACCURACY.md.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from test_documents import FORMULAS, FUNCTIONS, hashes  # noqa: E402

from refimpl.proofs.commands import schema  # noqa: E402
from refimpl.proofs.commands.main import main  # noqa: E402
from refimpl.proofs.engine import catalogue  # noqa: E402

README = ROOT / "README.md"
_TABLE = re.compile(r"(<!-- table: refimpl list documents -->\n).*?(<!-- end of table -->)", re.DOTALL)


def write(*functions: str) -> None:
    """Write the files."""
    table = json.dumps({name: hashes(name) for name in FUNCTIONS}, indent=1)
    FORMULAS.write_text(table + "\n", encoding="utf-8")
    rows = "\n".join(catalogue.table())
    text = _TABLE.sub(lambda found: f"{found[1]}{rows}\n{found[2]}", README.read_text(encoding="utf-8"))
    README.write_text(text, encoding="utf-8")
    (ROOT / "docs" / "reports.schema.json").write_text(schema.text(), encoding="utf-8")
    if functions:
        main(["accuracy", *functions, "--markdown", str(ROOT / "ACCURACY.md")])


if __name__ == "__main__":
    write(*sys.argv[1:])
