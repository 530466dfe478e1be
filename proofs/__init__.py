"""Laws of the eight documents, and the runner that tries them on any implementation.

>>> from refimpl import proofs
>>> [outcome] = proofs.prove("rope.rotation-definition", examples=3)
>>> outcome.verdict
'held'
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adapter import Adapter
    from .auditing import Report, pytest_case
    from .auditing.audit import audit
    from .catalogue import adapters, errata, functions, laws, mistakes
    from .erratum import Erratum
    from .law import AtMost, Exact, Gap, Law, NotApplicable, Rounding, Same, Sampling
    from .mistake import Mistake
    from .planning import prove
    from .runner import Outcome

_HOMES = {
    "adapter": ["Adapter"],
    "auditing": ["Report", "audit", "pytest_case"],
    "catalogue": ["adapters", "errata", "functions", "laws", "mistakes"],
    "erratum": ["Erratum"],
    "law": ["AtMost", "Exact", "Gap", "Law", "NotApplicable", "Rounding", "Same", "Sampling"],
    "mistake": ["Mistake"],
    "planning": ["prove"],
    "runner": ["Outcome"],
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
    "adapters",
    "audit",
    "errata",
    "functions",
    "laws",
    "mistakes",
    "prove",
    "pytest_case",
]


def __getattr__(name: str) -> Any:
    # Loaded on first use: pytest imports this package for its plugin wherever refimpl is installed.
    if name in _HOME:
        return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
