"""Which axes of a function's arguments and results are batch axes, read from its docstring.

`(..., d)` has one core axis after the batch axes, `(T, ..., d)` one before them and one after.
"""

import re
from collections.abc import Mapping
from functools import cache

from ...._arguments import Argument, Arrays, Integer, Nested, Number, Own
from ...._declared import Declaration
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


def _declared(function: str) -> Declaration | None:
    """What is declared of a function; nothing yet of documents whose docstrings are read."""
    return registry.functions()[function].declared


def _shape(array: Arrays) -> Shape:
    return Shape(len(array.axes.before), len(array.axes.after), array.loose)


def _part(result: Argument) -> Part:
    """A part of a result: without batch axes, and not summed over them, it is the same for every entry."""
    if isinstance(result, Arrays) and result.axes.dots:
        return _shape(result)
    return "summed" if isinstance(result, Arrays) and result.summed else "shared"


@cache
def arguments(function: str) -> Mapping[str, Shape]:
    """The arguments that have batch axes, by name."""
    if known := _declared(function):
        inside = {n: k.inside if isinstance(k, Nested) else k for n, k in known.arguments.items()}
        return {n: _shape(k) for n, k in inside.items() if isinstance(k, Arrays) and k.axes.dots}
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
    if known := _declared(function):
        return any(kind.holds for kind in known.arguments.values())
    lines = _section(registry.functions()[function].doc, "Parameters")
    shaped = r"^\w[\w, ]* : .*(\(.*\)|array|Schedule|Generator)"
    return any(re.search(shaped, line) and not re.search("float in|function|↦", line) for line in lines)


@cache
def integers(function: str) -> tuple[str, ...]:
    """The arguments that may be arrays of integers."""
    if known := _declared(function):
        arrays = ((name, kind) for name, kind in known.arguments.items() if isinstance(kind, Arrays))
        return tuple(name for name, kind in arrays if "integral" in kind.kinds)
    found: list[str] = []
    for line in _section(registry.functions()[function].doc, "Parameters"):
        names, _, text = line.partition(" : ")
        if re.search(r"integer array|^\(.*\) .*integer", text):
            found += names.split(", ")
    return tuple(found)


@cache
def results(function: str) -> tuple[Part, ...]:
    """The parts of the result; none if there are no batch axes in it."""
    if known := _declared(function):
        parts = tuple(map(_part, known.gives))
        grid = any(isinstance(kind, Arrays) and kind.grid for kind in known.gives)
        return parts if any(isinstance(part, Shape) for part in parts) and not grid else ()
    facts = registry.facts()
    if function in facts.parts:
        return facts.parts[function]
    shape = shape_in(" ".join(_section(registry.functions()[function].doc, "Returns")).partition(";")[0])
    return () if shape is None or function in facts.grids else (shape,)


@cache
def broadcasts(function: str) -> bool:
    """Whether arguments of unlike batch axes broadcast, all of them."""
    if known := _declared(function):
        return known.broadcast is not False
    doc = registry.functions()[function].doc
    return "broadcast" in doc and "of the shape of" not in doc


@cache
def empties(function: str) -> bool:
    """Whether an empty batch is promised to give an empty result."""
    if known := _declared(function):
        return known.empty
    doc = registry.functions()[function].doc
    return re.search(r"\bempty\b[^.;]*\bempty\s+result\b", doc) is not None


@cache
def scalar(function: str) -> bool:
    """Whether a part of the result can be an array without axes."""
    if known := _declared(function):
        return any(isinstance(kind, Arrays) and not kind.axes.core for kind in known.gives)
    text = " ".join(_section(registry.functions()[function].doc, "Returns"))
    return (
        function in registry.facts().without_axes
        or re.search(r"\(\)|\(\.\.\.\)|without axes", text) is not None
    )


@cache
def real(function: str) -> bool:
    """Whether there are arrays of reals among the arguments."""
    if known := _declared(function):
        return any(kind.real for kind in known.arguments.values())
    doc = registry.functions()[function].doc
    return re.search(r"real floating|: Schedule|: AffineGenerator", doc) is not None


@cache
def numbers(function: str) -> bool:
    """Whether all parts of the result are numbers in NumPy, which nobody can write into."""
    known = _declared(function)
    told = known is not None and all(isinstance(kind, Number | Integer) for kind in known.gives)
    return told or function in registry.facts().numbers


@cache
def no_reals(function: str) -> bool:
    """Whether no part of the result is of reals: of NaN it says no, or that nothing is known."""
    if known := _declared(function):
        return not any(isinstance(kind, Number | Own) or kind.real for kind in known.gives)
    return function in registry.facts().no_reals


@cache
def integer_results(function: str) -> bool:
    """Whether the result is an array of integers."""
    if known := _declared(function):
        return any(isinstance(kind, Arrays) and kind.kinds == ("integral",) for kind in known.gives)
    return function in registry.facts().integer_results


@cache
def meaning(function: str) -> frozenset[str]:
    """What the integers among the arguments mean: "any" thing, their "order" alone, a "label", a "step"."""
    if known := _declared(function):
        arrays = (kind for kind in known.arguments.values() if isinstance(kind, Arrays))
        return frozenset(kind.meaning for kind in arrays)
    facts = registry.facts()
    told = {"any": facts.any_integers, "order": facts.ordered_integers, "label": facts.labels}
    told |= {"step": facts.steps}
    return frozenset(word for word, names in told.items() if function in names)


@cache
def batched() -> tuple[str, ...]:
    """The functions with batch axes in arguments and result."""
    return tuple(name for name in registry.functions() if arguments(name) and results(name))
