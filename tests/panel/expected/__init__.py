"""What was seen in the audits of refimpl.proofs.survey, by library, and in which versions.

The version of a library that every run of CI audits stands in pyproject.toml, in the extra `panel`; of one
that is audited by hand it stands beside what was seen, in SEEN.
"""

import importlib
import pkgutil
import tomllib
from functools import cache
from pathlib import Path

from panel.expected._expected import Expected, Seen

__all__ = ["EXPECTED", "Expected", "Seen", "pins", "seen"]

ROOT = Path(__file__).parents[3]
_NAMES = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
_MODULES = [importlib.import_module(f"{__name__}.{name}") for name in _NAMES]
EXPECTED: tuple[Expected, ...] = tuple(expected for module in _MODULES for expected in module.EXPECTED)


@cache
def pins() -> dict[str, str]:
    """The version of every package that CI installs, from pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(pin.split("==") for pin in settings["project"]["optional-dependencies"]["panel"])


@cache
def seen() -> dict[str, Seen]:
    """The version of every package that was audited."""
    by_hand = {module.EXPECTED[0].package: module.SEEN for module in _MODULES if hasattr(module, "SEEN")}
    return {name: Seen(version) for name, version in pins().items()} | by_hand
