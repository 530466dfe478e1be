"""How far a result may be from its exact value: what the roundings of the reference's own algorithm can
amount to in a library and a format.

The reference runs on balls that every operation widens by what the library's may be off. Two bounds are known
of half precision: of all roundings in the format, and of computing in float32 and rounding once. Where balls
leave something open (solvers, undecided comparisons, what may overflow) nothing is known: infinity.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...backends import HALVES, Precision, Setting, ball
from ...backends._ball._namespace import namespace
from ...backends._ball._precision import WorkingPrecision
from ...backends._ball._rounding import Model, Rounding
from ..language.law import Implementation
from .accuracy.enclose import Case, Leaf, balls, leaves
from .derived import PRECISION, host_model


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """For every part of a result: how far each number may be off; infinity where nothing is known."""

    native: list[np.ndarray[Any, Any]]
    """By the roundings of the format of the way."""
    once: list[np.ndarray[Any, Any]] | None = None
    """In half precision: by those of float32, and one rounding to the format."""


def bounds(
    case: Case,
    reference: Implementation,
    on: Setting,
    exact: list[Leaf],
    *,
    dtype: str = "",
    factors: int = 0,
) -> Bounds:
    """The bounds of one call. `dtype` is that of the results, where it is not the setting's: then nothing
    computes in it. Products may take factors of so many bits (TF32)."""
    name = dtype or on.precision.name
    if name == on.precision.name:
        native = _off(case, reference, replace(ball.model(on), factors=factors), name, exact)
    else:
        native = unknown(exact)
    if name not in HALVES:
        return Bounds(native)
    single = ball.model(Setting.of(on.backend, "float32", on.device_name))
    wide = _off(case, reference, single, "float32", exact)
    return Bounds(
        native, [_rounded(off, leaf, Precision(name)) for off, leaf in zip(wide, exact, strict=True)]
    )


def _off(
    case: Case, reference: Implementation, model: Model, dtype: str, exact: list[Leaf]
) -> list[np.ndarray[Any, Any]]:
    """How far from the exact values a library of this model may be."""
    try:
        with WorkingPrecision(PRECISION), Rounding(host_model()), np.errstate(all="ignore"):
            made = case.on_balls(reference, dtype, namespace(PRECISION, model))
            found = [balls(leaf) for leaf in leaves(made)]
    except Exception:  # whatever keeps balls from it, nothing is known
        return unknown(exact)
    if len(found) != len(exact):
        return unknown(exact)
    with WorkingPrecision(PRECISION):
        return [_distances(wide, narrow) for wide, narrow in zip(found, exact, strict=True)]


def unknown(exact: list[Leaf]) -> list[np.ndarray[Any, Any]]:
    """Infinity for every number."""
    return [np.full(count(leaf), np.inf) for leaf in exact]


def count(leaf: Leaf) -> int:
    """How many numbers a part of a result has."""
    return len(leaf) if isinstance(leaf, list) else int(np.size(leaf))


def _distances(wide: Leaf, narrow: Leaf) -> np.ndarray[Any, Any]:
    if isinstance(wide, list) and isinstance(narrow, list) and len(wide) == len(narrow):
        return np.asarray([_distance(x, y) for x, y in zip(wide, narrow, strict=True)], dtype=np.float64)
    certain = not isinstance(wide, list) and np.shape(wide) == np.shape(narrow)
    # What wide balls decide, the library decides likewise: integers and truth values have nothing to spare.
    same = np.asarray(np.equal(wide, narrow)).reshape(-1) if certain else np.zeros(count(narrow), dtype=bool)
    return np.where(same, 0.0, np.inf)


def _distance(x: Any, y: Any) -> float:
    """|x − y| at most."""
    if not (x.is_finite() and y.is_finite()):
        return np.inf
    return float(np.nextafter(float(abs(x - y).upper()), np.inf))


def _rounded(off: np.ndarray[Any, Any], leaf: Leaf, p: Precision) -> np.ndarray[Any, Any]:
    """A bound with one more rounding to a format, whose smallest numbers may be flushed to 0."""
    if not isinstance(leaf, list):
        return off
    sizes = np.asarray([float(abs(y).upper()) if y.is_finite() else np.inf for y in leaf]) + off
    with np.errstate(invalid="ignore"):
        wide = off + p.u * sizes + np.where(sizes == 0, 0.0, p.smallest)
    return np.where(sizes <= p.largest, wide, np.inf)
