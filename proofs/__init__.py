"""Laws of the eight documents, and the runner that tries them on any implementation.

>>> from refimpl import proofs
>>> [outcome] = proofs.prove("rope.rotation-definition", examples=3)
>>> outcome.verdict
'held'
"""

from .adapter import Adapter
from .auditing import Report, audit
from .catalogue import adapters, errata, functions, laws, mistakes
from .erratum import Erratum
from .law import AtMost, Exact, Gap, Law, Rounding, Same, Sampling
from .mistake import Mistake
from .planning import prove
from .runner import Outcome

__all__ = [
    "Adapter",
    "AtMost",
    "Erratum",
    "Exact",
    "Gap",
    "Law",
    "Mistake",
    "Outcome",
    "Report",
    "Rounding",
    "Same",
    "Sampling",
    "audit",
    "adapters",
    "errata",
    "functions",
    "laws",
    "mistakes",
    "prove",
]
