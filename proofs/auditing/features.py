"""What a call consists of: the numbers, sizes and arrays in its arguments, by the names that people see."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from ..._libraries import is_array
from ...backends import Setting
from ..language.packing import parts
from .options import PLACEMENT

Reals: TypeAlias = np.ndarray[Any, Any]

_AXES = ("the last axis", "the last axis but one", "the third axis from the end")
_LARGEST = 4096
"""Tables with more entries than this are not looked up."""


def arrays(given: Mapping[str, Any], on: Setting) -> dict[str, Reals]:
    """The arrays in the arguments, in NumPy, by their place."""
    found = {}
    for name, value in given.items():
        for place, part in parts(value, name):
            if is_array(part) and name not in PLACEMENT:
                host = np.asarray(on.host(part))
                if host.dtype.kind in "biuf":
                    found[place] = host
    return found


def numbers(given: Mapping[str, Any]) -> dict[str, float]:
    """The plain numbers in the arguments."""
    found = {}
    for name, value in given.items():
        for place, part in parts(value, name):
            if isinstance(part, int | float) and not isinstance(part, bool) and abs(part) < 1e300:
                found[place] = float(part)
    return found


def lengths(given: Mapping[str, Any], on: Setting) -> dict[str, float]:
    """The sizes of axes and of sequences, by a text such as "the size of the last axis of x"."""
    found: dict[str, float] = {}
    for name, array in arrays(given, on).items():
        for place, text in enumerate(_AXES[: array.ndim]):
            found[f"the size of {text} of {name}"] = float(array.shape[-1 - place])
        if array.ndim > 1:
            found[f"the size of the first axis of {name}"] = float(array.shape[0])
    for name, value in given.items():
        if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
            found[f"the length of {name}"] = float(len(value))
    return found


def derived(given: Mapping[str, Any], on: Setting) -> Iterator[tuple[str, Reals]]:
    """Real arrays that a result may have been multiplied by: arguments, and tables at indices."""
    found = arrays(given, on)
    for name, array in found.items():
        yield name, array.astype(np.float64)
    for index, places in found.items():
        if places.dtype.kind not in "iu" or not places.size:
            continue
        for name, table in found.items():
            fits = table.dtype.kind == "f" and table.ndim == 1 and len(table) <= _LARGEST
            if fits and int(places.min()) >= 0 and int(places.max()) < len(table):
                yield f"{name}[{index}]", table[places].astype(np.float64)
    for name, number in numbers(given).items():
        yield name, np.asarray(number)


def statistics(given: Mapping[str, Any], on: Setting) -> Iterator[tuple[str, Reals]]:
    """Positive numbers that go with every row of an argument, or with each of its entries."""
    for name, array in derived(given, on):
        yield name, array
        if array.ndim and array.shape[-1] > 1:
            rows = {"variance": np.var(array, axis=-1), "sum": np.sum(array, axis=-1),
                    "sum of squares": np.sum(array * array, axis=-1), "largest entry": np.max(array, axis=-1),
                    "mean": np.mean(array, axis=-1)}  # fmt: skip
            for what, values in rows.items():
                yield f"the {what} of {name} over its last axis", values


def fitting(array: Reals, shape: tuple[int, ...]) -> Iterator[Reals]:
    """An array as it broadcasts to a shape, from the right, and with a new last axis."""
    for form in (array, array[..., None], array[..., None, None]):  # a row's number, then a row
        try:
            wide = np.broadcast_shapes(form.shape, shape)
        except ValueError:
            continue
        if wide == shape:
            yield form
            return
