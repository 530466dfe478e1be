"""How far the result of one way may be from its exact value."""

from ..engine import allowed
from ..engine.accuracy.enclose import Case, Leaf
from ..engine.allowed import Bounds
from ..language.law import Implementation
from .running import Stage

__all__ = ["FACTORS", "Bounds", "bounds"]

FACTORS = 11
"""Significand bits of TF32."""


def bounds(case: Case, reference: Implementation, stage: Stage, exact: list[Leaf]) -> Bounds:
    """The bounds of one call."""
    factors = FACTORS if stage.way.tf32 else 0
    return allowed.bounds(case, reference, stage.on, exact, dtype=stage.way.dtype, factors=factors)
