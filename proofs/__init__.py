"""Laws of the eight documents, and the runner that tries them on any implementation.

>>> from refimpl import proofs
>>> [outcome] = proofs.prove("rope.rotate-definition", examples=3)
>>> outcome.verdict
'held'
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .auditing import Report, pytest_case
    from .auditing.audit import audit
    from .engine.catalogue import adapters, errata, functions, laws, mistakes
    from .engine.runner import Outcome
    from .language.adapter import Adapter
    from .language.erratum import Erratum
    from .language.law import AtMost, Exact, Gap, Law, NotApplicable, Rounding, Same, Sampling
    from .language.mistake import Mistake
    from .proving import prove

_HOMES = {
    "language.adapter": ["Adapter"],
    "auditing": ["Report", "audit", "pytest_case"],
    "engine.catalogue": ["adapters", "errata", "functions", "laws", "mistakes"],
    "language.erratum": ["Erratum"],
    "language.law": ["AtMost", "Exact", "Gap", "Law", "NotApplicable", "Rounding", "Same", "Sampling"],
    "language.mistake": ["Mistake"],
    "engine.runner": ["Outcome"],
    "proving": ["prove"],
    "swapping": ["Swapped", "swap"],
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Adapter",
    "AtMost",
    "Erratum",
    "Exact",
    "Gap",
    "Law",
    "Mistake",
    "NotApplicable",
    "Outcome",
    "Report",
    "Rounding",
    "Same",
    "Sampling",
    "Swapped",
    "adapters",
    "audit",
    "errata",
    "functions",
    "laws",
    "mistakes",
    "prove",
    "pytest_case",
    "swap",
]


def __getattr__(name: str) -> Any:
    # Loaded on first use: pytest imports this package for its plugin wherever refimpl is installed.
    if name in _HOME:
        return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
