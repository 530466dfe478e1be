"""The wheel holds every folder of code."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_package_is_listed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    homes = {"refimpl": "refimpl", "backends": "refimpl.backends", "proofs": "refimpl.proofs"}
    found = {
        ".".join((homes[top], *file.parent.relative_to(ROOT / top).parts))
        for top in homes
        for file in (ROOT / top).rglob("*.py")
        if not any((ROOT / top / part).is_symlink() for part in file.relative_to(ROOT / top).parts[:1])
    }
    assert found == set(settings["packages"])
