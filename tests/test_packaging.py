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


def test_modules_for_use_from_outside_are_those_of_the_floors() -> None:
    from refimpl.proofs import calls, catalogue, cli, law  # noqa: PLC0415
    from refimpl.proofs.commands import main  # noqa: PLC0415
    from refimpl.proofs.engine import calls as made  # noqa: PLC0415
    from refimpl.proofs.engine import catalogue as whole  # noqa: PLC0415
    from refimpl.proofs.language import law as language  # noqa: PLC0415

    assert catalogue.laws is whole.laws
    assert calls.calls is made.calls
    assert law.NotApplicableError is language.NotApplicableError
    assert cli.main is main.main
