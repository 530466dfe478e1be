"""Results that are right but for their arrangement: halves or neighbours exchanged, signs, parts, arguments.

Under an adapter a mistake of arrangement is told of the user's own result: what puts it right, as it comes
out of the function and before the adapter reads it, is a fact in every convention.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from ... import _libraries
from ..language.law import Implementation
from ..language.packing import mapped_arrays
from .fitting import adapted
from .observed import MOST, Observed

Change: TypeAlias = Callable[[Implementation], Implementation]

_FIRST = 3
"""Calls on which every arrangement is tried; those that are wrong there are dropped."""
_CALLS = 24


def _of_arrays(operation: Callable[[Any, Any], Any]) -> Change:
    """An operation on all arrays of a result."""

    def one(array: Any) -> Any:
        return operation(_libraries.array_namespace(array), array)

    return _of_result(lambda result: mapped_arrays(result, one))


def _of_result(change: Callable[[Any], Any]) -> Change:
    def apply(raw: Implementation) -> Implementation:
        def rearranged(*args: Any, **kwargs: Any) -> Any:
            return change(raw(*args, **kwargs))

        return functools.update_wrapper(rearranged, raw)

    return apply


def _exchanged(raw: Implementation) -> Implementation:
    """The first two arguments in the other order."""

    def rearranged(first: Any, second: Any, *args: Any, **kwargs: Any) -> Any:
        return raw(second, first, *args, **kwargs)

    return functools.update_wrapper(rearranged, raw)


def _halves(xp: Any, x: Any) -> Any:
    half = x.shape[-1] // 2
    return xp.concat([x[..., half:], x[..., :half]], axis=-1)


def _neighbours(xp: Any, x: Any) -> Any:
    pairs = xp.reshape(x, (*x.shape[:-1], -1, 2))
    return xp.reshape(xp.flip(pairs, axis=-1), x.shape)


def _apart(xp: Any, x: Any) -> Any:
    return xp.concat([x[..., 0::2], x[..., 1::2]], axis=-1)


def _together(xp: Any, x: Any) -> Any:
    half = x.shape[-1] // 2
    return xp.reshape(xp.stack([x[..., :half], x[..., half:]], axis=-1), x.shape)


def _signs(start: int, step: int) -> Callable[[Any, Any], Any]:
    """The sign reversed of every second entry, or of one half (step 0)."""

    def change(xp: Any, x: Any) -> Any:
        n = x.shape[-1]
        places = xp.arange(n)
        chosen = places % 2 == start if step else (places >= n // 2) == bool(start)
        return xp.where(chosen, -x, x)

    return change


def _parts(result: Any) -> Any:
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise ValueError("not two parts")
    made: Any = type(result)
    return made(*result[::-1]) if hasattr(result, "_fields") else made(result[::-1])


ARRANGEMENTS: Mapping[str, Change] = {
    "the two halves of its last axis are exchanged": _of_arrays(_halves),
    "neighbours on its last axis (even and odd entries) are exchanged": _of_arrays(_neighbours),
    "its entries alternate (interleaved), where one half should follow the other": _of_arrays(_apart),
    "its halves follow each other, where their entries should alternate (interleaved)": _of_arrays(_together),
    "its last axis is reversed": _of_arrays(lambda xp, x: xp.flip(x, axis=-1)),
    "its first axis is reversed": _of_arrays(lambda xp, x: xp.flip(x, axis=0)),
    "its last two axes are exchanged (transposed)": _of_arrays(lambda xp, x: xp.matrix_transpose(x)),
    "its two parts are exchanged": _of_result(_parts),
    "its sign is reversed": _of_result(lambda result: mapped_arrays(result, lambda x: -x)),
    "the sign of its second half is reversed": _of_arrays(_signs(1, 0)),
    "the sign of its first half is reversed": _of_arrays(_signs(0, 0)),
    "the sign of its odd entries is reversed": _of_arrays(_signs(1, 1)),
    "the sign of its even entries is reversed": _of_arrays(_signs(0, 1)),
    "the halves are exchanged and the sign of one is reversed": _of_arrays(
        lambda xp, x: _halves(xp, _signs(1, 0)(xp, x))
    ),
    "its first two arguments are exchanged": _exchanged,
}
"""What may be wrong with the arrangement of a result, and what puts it right."""


def arranged(
    name: str, raw: Implementation, adapter: str, seen: Observed, places: Sequence[int], tolerance: float
) -> str:
    """What is wrong with the arrangement of the function's own result, if that is all; else nothing."""
    wrong = [i for i in places if seen.deviates(i, tolerance)]
    if len(wrong) < 2:
        return ""
    some = [*sorted(wrong, key=seen.size)[:_FIRST], *places[:_CALLS]]
    for text, change in ARRANGEMENTS.items():
        fit = adapted(name, change(raw), adapter, seen.on)
        if _right(fit, seen, some[:_FIRST], tolerance) == 1 and _right(fit, seen, some, tolerance) >= MOST:
            return f"gives the expected result but for its arrangement: {text}"
    return ""


def _right(function: Implementation, seen: Observed, places: Sequence[int], tolerance: float) -> float:
    """The share of calls at which a function is right."""
    calls, references = [seen.calls[i] for i in places], [seen.references[i] for i in places]
    found = Observed.of(function, calls, references, seen.on)
    good = [k for k in found.compared if not found.deviates(k, tolerance)]
    return len(good) / len(places)
