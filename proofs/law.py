"""What a law is: `refimpl.proofs.law` is the name for use from outside."""

from .language.law import (
    KINDS,
    AtMost,
    Exact,
    Gap,
    Implementation,
    Kind,
    Law,
    NotApplicable,
    NotApplicableError,
    Record,
    Rounding,
    Same,
    Sampling,
    law,
)

__all__ = [
    "KINDS",
    "AtMost",
    "Exact",
    "Gap",
    "Implementation",
    "Kind",
    "Law",
    "NotApplicable",
    "NotApplicableError",
    "Record",
    "Rounding",
    "Same",
    "Sampling",
    "law",
]
