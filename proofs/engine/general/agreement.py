"""Records that two results agree but for roundings."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...._libraries import array_namespace, is_array, to_numpy
from ....backends import Setting
from ...language.law import Gap, Record, Rounding, Same
from ...language.packing import parts

PROBES = (0.25, 0.5, 0.75)
"""Where functions in a result are compared; every schedule is defined there."""

TOLERANCE = Rounding(
    {"√u of the largest entry": 1},
    "it stands in the scale: the same inputs may round otherwise in another shape or order of "
    "summation, and the laws of the definition bound that; an error of axis, of broadcasting or "
    "of memory has the size of the entries",
)


def agree(
    label: str, found: Any, expected: Any, on: Setting, *, least: float = 0.0, hosted: bool = False
) -> Iterator[Record]:
    """Claims of every part of a result: reals up to √u of the largest in the part, or of `least` if that is
    larger; all else exactly. What is `hosted` is in float64 whatever it was, and u is the setting's."""
    left, right = (dict(_parts(value, on)) for value in (found, expected))
    if list(left) != list(right):
        yield Same(f"{label}: parts", list(left), list(right))
        return
    for place, wanted in right.items():
        u = on.u if hosted else _roundoff(wanted, on)
        yield from _agree(f"{label}{place}", left[place], wanted, on, least, u)


def _parts(value: Any, on: Setting) -> Iterator[tuple[str, Any]]:
    """Parts, of a function its values."""
    for place, part in parts(value):
        if callable(part):
            yield from _parts([(part(on.array(probe)), probe) for probe in PROBES], on)
        else:
            yield place, part


def _agree(label: str, left: Any, right: Any, on: Setting, least: float, u: float) -> Iterator[Record]:
    left, right = _host(left, on), _host(right, on)
    if not all(isinstance(side, float) or _real(side) for side in (left, right)):
        yield Same(label, left, right)
        return
    left, right = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if left.shape != right.shape:
        yield Same(f"{label}: shape", left.shape, right.shape)
        return
    undefined = np.isnan(right)
    yield Same(f"{label}: not a number", np.isnan(left), undefined)
    scale = min(_largest(right, least) * (u**0.5 / on.u), on.precision.largest)
    yield Gap(label, np.where(undefined, 0.0, left), np.where(undefined, 0.0, right), scale)


def _host(part: Any, on: Setting) -> Any:
    return part if not is_array(part) or isinstance(part, np.ndarray | np.generic) else on.host(part)


def _roundoff(part: Any, on: Setting) -> float:
    """The unit roundoff of a result: weights of integers are in the default dtype, whatever the setting's."""
    if not is_array(part) or not (xp := array_namespace(part)).isdtype(part.dtype, "real floating"):
        return on.u
    return float(xp.finfo(part.dtype).eps) / 2


def _largest(values: Any, least: float) -> float:
    """The largest finite size among numbers, or `least`."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=least))


def size(call: Any, on: Setting) -> float:
    """The largest real in the arrays of a call. A small result that is a difference of what they lead to
    changes with the order of summation by roundings of their size, not of its own."""
    arrays = [on.host(part) for _, part in parts(call) if is_array(part)]
    return max((_largest(array, 0.0) for array in arrays if array.dtype.kind == "f"), default=0.0)


def _real(value: Any) -> bool:
    return is_array(value) and to_numpy(value).dtype.kind == "f"
