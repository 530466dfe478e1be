"""Writes what is made of the catalogue and kept in files: `python tests/written.py FUNCTION …`.

The formulas' hashes (compare formula and docstring by eye first), what functions take and give, the table of
the README, the schema of reports, and the rows of these functions in ACCURACY.md.
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
from refimpl.proofs.engine import catalogue, registry  # noqa: E402

README = ROOT / "README.md"
DECLARED = ROOT / "docs" / "functions.md"
_TABLE = re.compile(r"(<!-- table: refimpl list documents -->\n).*?(<!-- end of table -->)", re.DOTALL)


def declared() -> str:
    """What every function takes, gives and promises, one line each, so that no edit changes it unseen."""
    lines = ["# What functions take and give", "", "Written by `python tests/written.py`."]
    for name, function in registry.functions().items():
        if f"## {function.document}" not in lines:
            lines += ["", f"## {function.document}", ""]
        one = function.declared
        takes = "; ".join(f"{names} {kind.says()}" for names, kind in one.groups.items())
        gives = ", ".join(kind.says() for kind in one.gives)
        needs = f" Needs {', '.join(sorted(one.needs))}." if one.needs else ""
        lines.append(f"- `{name}`: {takes} → {gives}. {one.promises()}{needs}".rstrip())
    return "\n".join(lines) + "\n"


def write(*functions: str) -> None:
    """Write the files."""
    table = json.dumps({name: hashes(name) for name in FUNCTIONS}, indent=1)
    FORMULAS.write_text(table + "\n", encoding="utf-8")
    rows = "\n".join(catalogue.table("docs/functions.md"))
    text = _TABLE.sub(lambda found: f"{found[1]}{rows}\n{found[2]}", README.read_text(encoding="utf-8"))
    README.write_text(text, encoding="utf-8")
    DECLARED.write_text(declared(), encoding="utf-8")
    (ROOT / "docs" / "reports.schema.json").write_text(schema.text(), encoding="utf-8")
    if functions:
        main(["accuracy", *functions, "--markdown", str(ROOT / "ACCURACY.md")])


if __name__ == "__main__":
    write(*sys.argv[1:])
