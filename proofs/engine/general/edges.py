"""Edges that any function can have: forms of the result, arguments of unlike shapes, no entries at all."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...._libraries import array_namespace, device, is_array
from ...language.edge import Edge, Form, Raises, Value
from ...language.packing import parts
from .. import registry
from . import shapes
from .batches import Batched
from .undefined import covered


def _always(*_: Any, **__: Any) -> bool:
    """Which form a result has, only the result tells."""
    return True


def _each(convert: Any) -> Form:
    """A form of the parts of a result; one that is ours already may be beside one that is not."""

    def converted(result: Any, expected: Any) -> Any:
        if not isinstance(expected, tuple):
            return convert(result, expected)
        if not isinstance(result, tuple | list) or len(result) != len(expected):
            return None
        found = [converted(mine, theirs) for mine, theirs in zip(result, expected, strict=True)]
        if all(part is None for part in found):
            return None
        made = [mine if part is None else part for mine, part in zip(result, found, strict=True)]
        return type(result)(*made) if hasattr(result, "_fields") else type(result)(made)

    return Form(converted)


def _array_of_number(result: Any, expected: Any) -> Any:
    """A Python or NumPy number as an array without axes."""
    if not is_array(expected) or expected.ndim or not isinstance(result, bool | int | float | np.generic):
        return None
    xp = array_namespace(expected)
    given: Any = result
    if is_array(given) and array_namespace(given) is xp and given.dtype == expected.dtype:
        return None  # NumPy's numbers are arrays without axes, if the dtype is that of the input
    number = result.item() if isinstance(result, np.generic) else result
    if isinstance(number, bool) != xp.isdtype(expected.dtype, "bool"):
        return None
    if xp.isdtype(expected.dtype, "integral") and (not isinstance(number, int) or number is not result):
        return None  # which is another edge: whole numbers of another dtype
    return xp.asarray(number, dtype=expected.dtype, device=device(expected))


def _whole(kind: str) -> Any:
    """Whole numbers in an array of another kind, as the integers that they are."""

    def convert(result: Any, expected: Any) -> Any:
        if not (is_array(expected) and is_array(result)) or result.shape != expected.shape:
            return None
        xp = array_namespace(expected)
        if array_namespace(result) is not xp or not xp.isdtype(expected.dtype, "integral"):
            return None
        if result.dtype == expected.dtype or not xp.isdtype(result.dtype, kind):
            return None
        found = xp.astype(result, expected.dtype)
        return found if bool(xp.all(xp.astype(found, result.dtype) == result)) else None

    return convert


def _number(function: str) -> Edge:
    return Edge(
        f"{function}/number",
        function,
        "a result without axes is an array",
        _always,
        {
            "float": Value(
                _each(_array_of_number),
                "code that ends in float() or in a function of math",
                "a number of Python or of another dtype",
            )
        },
        "an array without axes",
        general=True,
    )


def _integers(function: str) -> Edge:
    return Edge(
        f"{function}/integers",
        function,
        "whole numbers have an integer dtype, that of the argument if it is one",
        _always,
        {
            "other integers": Value(_each(_whole("integral")), "code that leaves the dtype to its library"),
            "floats": Value(_each(_whole("real floating")), "code that divides before it rounds down"),
        },
        "integers of that dtype",
        general=True,
    )


def _unlike(function: str) -> Edge:
    def where(*args: Any, **kwargs: Any) -> bool:
        call = Batched.of(function, args, kwargs)
        return call is not None and len(call.own_lengths()) > 1

    return Edge(
        f"{function}/broadcasting",
        function,
        "the batch axes of the arguments are unlike and have to be broadcast",
        where,
        {"raises": Value(Raises(), "code that reshapes to the shape of one argument")},
        "the broadcast result",
        general=True,
    )


def _empty(function: str) -> Edge:
    def where(*args: Any, **kwargs: Any) -> bool:
        call = Batched.of(function, args, kwargs)
        return call is not None and 0 in call.lengths

    return Edge(
        f"{function}/empty-batch",
        function,
        "there are no entries",
        where,
        {"raises": Value(Raises(), "code that stacks the results of a loop")},
        "an empty result",
        general=True,
    )


def _numbers_of_nan(result: Any, expected: Any) -> Any:
    """Numbers where the expected result has NaN, or where it is refused, and otherwise the same."""
    if isinstance(expected, Exception):
        return expected
    if not (is_array(expected) and is_array(result)) or result.shape != expected.shape:
        return None
    xp = array_namespace(expected)
    if result.dtype != expected.dtype or not xp.isdtype(expected.dtype, "real floating"):
        return None
    filled = xp.isnan(expected) & ~xp.isnan(result)
    return xp.where(filled, expected, result) if bool(xp.any(filled)) else None


def _undefined(function: str) -> Edge:
    def where(*args: Any, **kwargs: Any) -> bool:
        arrays = [part for _, part in parts((args, kwargs)) if is_array(part)]
        spaces = [(array, array_namespace(array)) for array in arrays]
        reals = [(array, xp) for array, xp in spaces if xp.isdtype(array.dtype, "real floating")]
        return any(bool(xp.any(xp.isnan(array))) for array, xp in reals)

    return Edge(
        f"{function}/nan-argument",
        function,
        "an argument has NaN in it",
        where,
        {
            "numbers": Value(_each(_numbers_of_nan), "code that compares, clips or sorts, which loses NaN"),
            "raises": Value(Raises(), "libraries of linear algebra, and code that checks its input"),
        },
        "NaN in every result that depends on it, or an error",
        mixed=True,  # as the one argument goes through a comparison, the other to a library that checks it
        general=True,
    )


def edges() -> Mapping[str, Edge]:
    """The general edges by id."""
    made = [_number(name) for name in registry.functions() if shapes.scalar(name)]
    made += [_integers(name) for name in registry.functions() if shapes.integer_results(name)]
    made += [_unlike(name) for name in shapes.batched() if shapes.broadcasts(name)]
    made += [_empty(name) for name in shapes.batched() if shapes.empties(name)]
    made += [_undefined(name) for name in registry.functions() if covered(name)]
    return {edge.id: edge for edge in made}
