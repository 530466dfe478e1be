"""Which axes of a function's arguments and results are batch axes, read from its docstring.

`(..., d)` has one core axis after the batch axes, `(T, ..., d)` one before them and one after.
"""

import re
from collections.abc import Mapping
from functools import cache

from ...language.shapes import Part, Shape
from .. import registry

SLOW = frozenset({"eager", "host", "loops", "rational"})
"""Needs of functions that take their time for each entry of a batch."""


def shape_in(text: str) -> Shape | None:
    """The first shape with dots in a text."""
    inner = r"(?:[^()]|\([^()]*\))*?"  # parentheses such as those of len(sizes) may be inside
    found = re.search(rf"\(({inner}\.\.\.{inner})\)", text)
    if found is None:
        return None
    before, after = (
        sum(bool(axis.strip()) for axis in part.split(",")) for part in found.group(1).split("...")
    )
    return Shape(before, after)


def _section(doc: str, title: str) -> list[str]:
    """The lines under one heading."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-+$|\Z)", doc, re.MULTILINE | re.DOTALL)
    return found.group(1).splitlines() if found else []


@cache
def arguments(function: str) -> Mapping[str, Shape]:
    """The arguments that have batch axes, by name."""
    found: dict[str, Shape] = {}
    for line in _section(registry.functions()[function].doc, "Parameters"):
        names, colon, text = line.partition(" : ")
        shape = shape_in(text)
        if colon and shape and not re.search("callable|↦|function", text):
            found |= dict.fromkeys(names.split(", "), shape)
    return found


@cache
def takes_arrays(function: str) -> bool:
    """Whether there are arrays among the arguments."""
    lines = _section(registry.functions()[function].doc, "Parameters")
    shaped = r"^\w[\w, ]* : .*(\(.*\)|array|Schedule|Generator)"
    return any(re.search(shaped, line) and not re.search("float in|function|↦", line) for line in lines)


@cache
def integers(function: str) -> tuple[str, ...]:
    """The arguments that may be arrays of integers."""
    found: list[str] = []
    for line in _section(registry.functions()[function].doc, "Parameters"):
        names, _, text = line.partition(" : ")
        if re.search(r"integer array|^\(.*\) .*integer", text):
            found += names.split(", ")
    return tuple(found)


@cache
def results(function: str) -> tuple[Part, ...]:
    """The parts of the result; none if there are no batch axes in it."""
    facts = registry.facts()
    if function in facts.parts:
        return facts.parts[function]
    shape = shape_in(" ".join(_section(registry.functions()[function].doc, "Returns")).partition(";")[0])
    return () if shape is None or function in facts.grids else (shape,)


@cache
def broadcasts(function: str) -> bool:
    """Whether arguments of unlike batch axes broadcast, all of them."""
    doc = registry.functions()[function].doc
    return "broadcast" in doc and "of the shape of" not in doc


@cache
def empties(function: str) -> bool:
    """Whether an empty batch is promised to give an empty result."""
    doc = registry.functions()[function].doc
    return re.search(r"\bempty\b[^.;]*\bempty\s+result\b", doc) is not None


@cache
def scalar(function: str) -> bool:
    """Whether a part of the result can be an array without axes."""
    text = " ".join(_section(registry.functions()[function].doc, "Returns"))
    return (
        function in registry.facts().without_axes
        or re.search(r"\(\)|\(\.\.\.\)|without axes", text) is not None
    )


@cache
def batched() -> tuple[str, ...]:
    """The functions with batch axes in arguments and result."""
    return tuple(name for name in registry.functions() if arguments(name) and results(name))
