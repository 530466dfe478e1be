"""Formulas as textbooks and papers print them, in which the diagnosis looks for a slip of the pen.

The reference's own formulas keep digits where the printed ones lose them, so a slip in the one is often none
in the other: a lost square in σ₁²/σ₂² has no place in a formula that is written in r = v₁/v₂.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .law import Implementation


@dataclass(frozen=True, slots=True)
class Textbook:
    """The printed formula of a function, for its arguments; it may lose digits and checks nothing."""

    id: str
    form: Implementation


def textbook(function: str) -> Callable[[Implementation], Textbook]:
    """Make the printed formula of what follows; its id is the function's name and its own."""

    def make(form: Implementation) -> Textbook:
        return Textbook(f"{function}/{form.__name__}", form)

    return make
