"""What the engine has to be told of single functions and laws, beside what functions declare.

A document has `FACTS = Facts(...)` in its module `facts`. Functions and laws are named in full.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

_Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of one document, or of all."""

    called: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What public libraries call functions."""
    numbers: _Names = frozenset()
    """Functions whose results in NumPy are numbers, which nobody can write into, though they are declared to
    be arrays or records."""
    constant: _Names = frozenset()
    """Functions whose result is always the same, so that nobody sees it remembered."""
    given_back: _Names = frozenset()
    """Functions whose result is an argument, so that it changes with it."""
    predicates: _Names = frozenset()
    """Functions whose results are nearly all alike, so that one buffer for them rarely shows."""
    order_hidden: _Names = frozenset()
    """Functions whose recorded calls have results that tell little of the numbers' order."""
    batch_order_hidden: _Names = frozenset()
    """Functions on whose recorded calls the order of two batch axes does not show."""
    short_batches: _Names = frozenset()
    """Functions that take their time for each entry of a batch, for other reasons than their needs."""
    in_batches: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    """Functions that take batches only of some of their calls: the arguments of any call in that form."""
    nan_untried: _Names = frozenset()
    """Functions whose recorded calls cannot be changed in one entry: symmetric matrices, integer lengths."""
    invariant: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    """Changes of arguments that leave a function's result: "a constant" added to each, or "a factor"."""
    not_differentiable: Mapping[str, str] = field(default_factory=dict)
    """Functions of arrays that have no derivative, and why, in words that follow "because"."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Functions whose result is, in classes that people write, no result of a call but this attribute."""
    defined: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """What of a result is defined uniquely, where not all of it is."""
    unique: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """What right functions agree in, where they may choose the rest: verdicts, but not their proofs."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Why errors of some functions are what they are: the condition of what they compute. (The column `note`
    of ACCURACY.md, so without vertical bars.)"""
    remedies: Mapping[str, str] = field(default_factory=dict)
    """How functions keep the digits that their textbook forms lose, in one sentence."""
    insensitive: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Laws that see no relative change of 64 ulp in the results of any function that they are about, by the
    reason. `refimpl sensitivity` measures what each law sees. Other laws about the functions see less."""
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Functions of which no law sees a relative change of 64 ulp, by the reason."""
    hidden_in_float16: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Mistakes that no law refutes in this format, by the reason. `refimpl selftest` looks for all others."""
    hidden_in_bfloat16: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def hidden(self, dtype: str) -> Mapping[str, tuple[str, ...]]:
        """Mistakes that no law refutes in a format, by the reason."""
        return {"float16": self.hidden_in_float16, "bfloat16": self.hidden_in_bfloat16}.get(dtype, {})


_BY_REASON = ("insensitive", "unseen", "hidden_in_float16", "hidden_in_bfloat16")
"""What is told by reasons, which several documents may give."""


def merged(all_facts: "list[Facts]") -> Facts:
    """The facts of several documents as those of one."""
    found: dict[str, Any] = {}
    for one in fields(Facts):
        values = [getattr(facts, one.name) for facts in all_facts]
        if one.name in _BY_REASON:
            reasons = dict.fromkeys(reason for value in values for reason in value)
            found[one.name] = {r: tuple(n for value in values for n in value.get(r, ())) for r in reasons}
        elif isinstance(getattr(Facts(), one.name), frozenset):
            found[one.name] = frozenset[str]().union(*values)
        else:
            found[one.name] = {name: fact for value in values for name, fact in value.items()}
    return Facts(**found)
