"""Where an error is, as texts that other processes and programs can read."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...._libraries import is_array
from ...language.packing import size
from .tally import Place

SHOWN = 256
"""Numbers of arguments that are kept."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with its inputs; reals are hexadecimal texts, `exact` is decimal."""

    error: float
    condition: float
    source: str
    leaf: int
    index: int
    result: str
    exact: str
    at: str
    """The point of a sweep, or the call and the element of its result."""
    arguments: Any
    options: Any

    @property
    def beyond(self) -> float:
        """The error over the condition, if that is more than an ulp."""
        return self.error / self.condition if self.condition > 1 else self.error


def spot(place: Place) -> Spot:
    """The texts of a place."""
    case, y = place.case, place.exact
    small = size((case.args, dict(case.kwargs))) <= SHOWN
    return Spot(
        place.error,
        place.condition,
        case.source,
        place.leaf,
        place.index,
        place.result.hex() if math.isfinite(place.result) else str(place.result),
        y.str(25, radius=False) if y.is_finite() else str(float(y)),
        _at(place),
        hexadecimal(case.args) if small else None,
        hexadecimal(dict(case.kwargs)) if small else None,
    )


def _at(place: Place) -> str:
    if not place.case.limits:
        return f"{place.case.source}, index {place.index}"
    return ", ".join(_point(value, place) for value in place.case.args)


def _point(value: Any, place: Place) -> str:
    """One argument of a sweep: samples are along the first axis of arguments and results."""
    if is_array(value):
        rows = place.shape[0] if place.shape else 1
        sample = place.index // (math.prod(place.shape) // rows) if value.shape[0] == rows else 0
        value = value[sample].item()
    return str(hexadecimal(value))


def hexadecimal(value: Any) -> Any:
    """A value with every float in it as its hexadecimal text, and all else as JSON can hold it."""
    if isinstance(value, np.ndarray | np.generic):
        return hexadecimal(value.tolist())
    if isinstance(value, float):
        sign, number, exponent = value.hex().partition("p")
        return number.join([sign.rstrip("0").removesuffix("."), exponent]) if "." in sign else value.hex()
    if isinstance(value, dict):
        return {str(name): hexadecimal(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [hexadecimal(part) for part in value]
    return (
        value
        if value is None or isinstance(value, bool | int | str)
        else getattr(value, "__name__", repr(value))
    )
