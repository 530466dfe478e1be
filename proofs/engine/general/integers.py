"""The law that integers of any width give the same results, to the ends of the width."""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

from .... import _libraries
from ....backends import Setting
from ...language.law import Impl, Implementation, Law, NotApplicableError, Record
from ...language.mistake import Mistake
from ...language.packing import mapped_arrays
from .. import registry
from ..calls import Given
from . import shapes, sources
from .laws import general
from .stored import same

WIDTHS = ("int8", "uint8", "int16", "int32", "int64")
STEPS = ("int32", "int64")


def integers(function: str, refutes: tuple[str, ...]) -> Law:
    """The law that the width of integers does not count."""

    def check(impl: Impl, on: Setting, case: sources.Drawn) -> Iterator[Record]:
        """The first call, in every width that the reference takes for it. An implementation may refuse a
        width, but not give other numbers."""
        tested, reference = impl[function], registry.reference()[function]
        call = sources.recorded(function, case, on)[0]
        made: list[Record] = []
        covered = False
        for width in STEPS if "step" in shapes.meaning(function) else WIDTHS:
            wide, narrow = _pair(function, call, width, on)
            if not all(sources.taken(given, reference) for given in (wide, narrow)):
                continue
            covered = True
            if sources.taken(wide, tested):
                expected = tested(*wide[0], **wide[1])
                made += same(f"integers as {width}", narrow, expected, tested, on)
        if not covered:
            for args, kwargs in (wide, narrow):
                reference(*args, **kwargs)  # raises what kept it from every width
        if not made:
            raise NotApplicableError("an argument is an array of integers")
        yield from made

    return general(
        function,
        "integers",
        "integers of any width give the same results, to the ends of the width",
        check,
        refutes,
        sources.kinds(function),
    )


def _pair(function: str, call: Given, width: str, on: Setting) -> tuple[Given, Given]:
    """The call with its integers in 64 bits, and in a width."""
    info = np.iinfo(width)
    ends = int(info.min), int(info.max)

    def wide(values: Any) -> Any:
        values = _whole(values, *ends)
        return _with_ends(values, *ends) if "any" in shapes.meaning(function) else values

    def narrow(values: Any) -> Any:
        values = _whole(values, *ends)
        if "order" in shapes.meaning(function):
            return _spread(values, *ends)
        return _with_ends(values, *ends) if "any" in shapes.meaning(function) else values

    return _changed(function, call, wide, "int64", on), _changed(function, call, narrow, width, on)


def _changed(function: str, call: Given, change: Any, width: str, on: Setting) -> Given:
    """The call with what may be integers changed on the host, and given in a width."""
    bound = registry.signature(function).bind(*call[0], **call[1])

    def cast(array: Any) -> Any:
        return on.xp.astype(on.array(change(on.host(array))), getattr(on.xp, width))

    for name in shapes.integers(function):
        bound.arguments[name] = mapped_arrays(bound.arguments[name], cast)
    if "dtype" in bound.signature.parameters:
        bound.arguments["dtype"] = on.dtype  # which integers do not tell
    return bound.args, bound.kwargs


def _whole(values: Any, low: int, high: int) -> Any:
    """Integers of a width: those given, or eight times the reals, as far as the width goes."""
    if values.dtype.kind == "f":
        values = np.nan_to_num(np.clip(np.rint(8 * values), -(2.0**52), 2.0**52)).astype(np.int64)
    return np.clip(values, low, high)


def _with_ends(values: Any, low: int, high: int) -> Any:
    """The same with the ends of the width first and last."""
    values = values.copy()
    if values.ndim:
        values[..., :1], values[..., -1:] = high, low
    return values


def _spread(values: Any, low: int, high: int) -> Any:
    """Integers of the same order, near the ends of a width: as many at one as at the other."""
    unique, places = np.unique(values, return_inverse=True)
    half = len(unique) // 2
    spread = [low + i if i < half else high - (len(unique) - 1 - i) for i in range(len(unique))]
    return np.asarray(spread, dtype=np.int64)[places].reshape(values.shape)


def of_integers(function: str) -> Iterator[Mistake]:
    """Mistakes that the law of integers refutes."""
    reference = registry.reference()[function]
    yield Mistake(
        f"{function}/int64-only",
        function,
        "Prepares integers only if they are int64, which it was written for; others are off by one, or in "
        "another order.",
        _replaced(
            function,
            reference,
            lambda xp, array: (
                array if array.dtype == xp.int64 else xp.bitwise_xor(array, xp.ones_like(array))
            ),
        ),
        general=True,
    )
    if shapes.meaning(function) & {"any", "order"}:
        yield Mistake(
            f"{function}/wraps",
            function,
            "Doubles integers in their own width, which wraps at its ends, before it takes the half.",
            _replaced(function, reference, lambda xp, array: (array + array) // 2),
            general=True,
        )


def _others(function: str, xp: Any, array: Any) -> Any:
    """Integers of another width, changed; labels of classes stay such."""
    if array.dtype == xp.int64:
        return array
    return (
        xp.flip(array) if "label" in shapes.meaning(function) else xp.bitwise_xor(array, xp.ones_like(array))
    )


def _replaced(function: str, reference: Implementation, change: Any) -> Implementation:
    """The reference of changed integers."""

    def changed(array: Any) -> Any:
        xp = _libraries.array_namespace(array)
        return change(xp, array) if xp.isdtype(array.dtype, "integral") else array

    def replacement(*args: Any, **kwargs: Any) -> Any:
        bound = inspect.signature(reference).bind(*args, **kwargs)
        for name in shapes.integers(function):
            bound.arguments[name] = mapped_arrays(bound.arguments[name], changed)
        return reference(*bound.args, **bound.kwargs)

    return replacement
