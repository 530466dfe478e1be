"""What the general laws have to know of a function, from its declaration: which axes are batch axes, what its
integers mean, and what its result is made of."""

from collections.abc import Mapping
from functools import cache

from ...._arguments import Argument, Arrays, Integer, Nested, Number, Own
from ...._declared import Declaration
from ...language.shapes import Part, Shape
from .. import registry

SLOW = frozenset({"eager", "host", "loops", "rational"})
"""Needs of functions that take their time for each entry of a batch."""


def _declared(function: str) -> Declaration:
    return registry.functions()[function].declared


def _shape(array: Arrays) -> Shape:
    return Shape(len(array.axes.before), len(array.axes.after), array.loose)


def _part(result: Argument) -> Part:
    """A part of a result: without batch axes, and not summed over them, it is the same for every entry."""
    if isinstance(result, Arrays) and result.axes.dots:
        return _shape(result)
    return "summed" if isinstance(result, Arrays) and result.summed else "shared"


def _arrays(function: str) -> Mapping[str, Arrays]:
    """The arguments that are arrays, or lists of them."""
    kinds = _declared(function).arguments.items()
    inside = ((name, kind.inside if isinstance(kind, Nested) else kind) for name, kind in kinds)
    return {name: kind for name, kind in inside if isinstance(kind, Arrays)}


@cache
def arguments(function: str) -> Mapping[str, Shape]:
    """The arguments that have batch axes, by name."""
    return {name: _shape(kind) for name, kind in _arrays(function).items() if kind.axes.dots}


@cache
def takes_arrays(function: str) -> bool:
    """Whether there are arrays among the arguments."""
    return any(kind.holds for kind in _declared(function).arguments.values())


@cache
def real(function: str) -> bool:
    """Whether there are arrays of reals among the arguments."""
    return any(kind.real for kind in _declared(function).arguments.values())


@cache
def integers(function: str) -> tuple[str, ...]:
    """The arguments that may be arrays of integers."""
    return tuple(name for name, kind in _arrays(function).items() if "integral" in kind.kinds)


@cache
def meaning(function: str) -> frozenset[str]:
    """What the integers among the arguments mean: "any" thing, their "order" alone, a "label", a "step"."""
    return frozenset(kind.meaning for kind in _arrays(function).values())


@cache
def results(function: str) -> tuple[Part, ...]:
    """The parts of the result; none if there are no batch axes in it."""
    gives = _declared(function).gives
    grid = any(isinstance(kind, Arrays) and kind.grid for kind in gives)
    parts = tuple(map(_part, gives))
    return parts if any(isinstance(part, Shape) for part in parts) and not grid else ()


@cache
def broadcasts(function: str) -> bool:
    """Whether arguments of unlike batch axes broadcast, all of them."""
    return _declared(function).broadcast is not False


@cache
def empties(function: str) -> bool:
    """Whether an empty batch is promised to give an empty result."""
    return _declared(function).empty


@cache
def scalar(function: str) -> bool:
    """Whether a part of the result can be an array without axes."""
    return any(isinstance(kind, Arrays) and not kind.axes.core for kind in _declared(function).gives)


@cache
def numbers(function: str) -> bool:
    """Whether all parts of the result are numbers in NumPy, which nobody can write into."""
    told = all(isinstance(kind, Number | Integer) for kind in _declared(function).gives)
    return told or function in registry.facts().numbers


@cache
def no_reals(function: str) -> bool:
    """Whether no part of the result is of reals: of NaN it says no, or that nothing is known."""
    return not any(isinstance(kind, Number | Own) or kind.real for kind in _declared(function).gives)


@cache
def integer_results(function: str) -> bool:
    """Whether the result is an array of integers."""
    gives = _declared(function).gives
    return any(isinstance(kind, Arrays) and kind.kinds == ("integral",) for kind in gives)


@cache
def batched() -> tuple[str, ...]:
    """The functions with batch axes in arguments and result."""
    return tuple(name for name in registry.functions() if arguments(name) and results(name))
