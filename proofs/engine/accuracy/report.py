"""Measured accuracy as JSON, and as the Markdown table of ACCURACY.md.

    {"schema": "refimpl.accuracy/1",
     "versions": {"refimpl", "python", "hypothesis", "array-api-compat", "python-flint", backend: …},
     "seed": int, "samples": int, "calls": int, "interrupted": bool, "seconds": float,
     "results": [{"function", "backend", "device", "dtype", "status", "reason",
                  "exhaustive": bool,             false: the worst error is a lower bound
                  "samples": int,                 results that have an error in ulps
                  "worst_ulps", "median_ulps",
                  "beyond",                       the largest error over max(1, condition)
                  "worst", "worst_beyond": null or {"ulps", "condition", "source", "leaf", "index",
                      "result", "exact", "arguments", "options"}, where they are; condition: ulps that the
                      exact value moves if the inputs move by one (null if not asked for),
                  "classes": {class: int},        see Class in ulps.py; only "measured" enters the figures
                  "tiny_worst",                   in units of the smallest number, beside the figures
                  "faults": {class: as worst},    a place of each class "lost", "wrong_special", "tiny_missed"
                  "compared_exactly": int,        integers and truth values
                  "different": int,               … of which differ from the exact ones
                  "left_out": {reason: int},      calls that were not enclosed, or that the library refuses
                  "seconds": float, "claims": {"rope D2": its sentence}}]}

status: "measured"; "exact" (only integers, truth values or special values to compare); "not measured";
"failed" (a fault of the measurement). Reals are hexadecimal texts (float.fromhex reads them); "exact" is
decimal; "index" counts in flat order. Arguments of more than 256 numbers are left out: `source` and `seed`
make them again.
"""

import math
import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from .... import backends
from .. import catalogue
from ..report import plain
from .measure import Accuracy, Effort
from .spots import Spot


def place(found: Spot | None) -> dict[str, Any] | None:
    """A place as in the schema."""
    if found is None:
        return None
    return {
        "ulps": _number(found.error),
        "condition": _number(found.condition),
        "source": found.source,
        "leaf": found.leaf,
        "index": found.index,
        "result": found.result,
        "exact": found.exact,
        "arguments": found.arguments,
        "options": found.options,
    }


def result(found: Accuracy) -> dict[str, Any]:
    """One result as in the schema."""
    worst = found.worst
    return {
        "function": found.function,
        "backend": found.backend,
        "device": found.device,
        "dtype": found.dtype,
        "status": found.status,
        "reason": found.reason,
        "exhaustive": found.exhaustive,
        "samples": found.samples,
        "worst_ulps": plain(worst.error) if worst else None,
        "median_ulps": _number(found.median),
        "beyond": plain(found.beyond.beyond) if found.beyond else None,
        "worst": place(worst),
        "worst_beyond": place(found.beyond),
        "classes": dict(found.counts),
        "tiny_worst": plain(found.tiny_worst),
        "faults": {kind: place(where) for kind, where in found.faults.items()},
        "compared_exactly": found.discrete,
        "different": found.different,
        "left_out": dict(found.left_out),
        "seconds": round(found.seconds, 3),
        "claims": dict(catalogue.claims(catalogue.functions()[found.function].source)),
    }


def _number(value: float) -> Any:
    return None if math.isnan(value) else plain(value)


def versions(results: Sequence[Accuracy]) -> dict[str, str]:
    """Versions of everything that took part."""
    used = {
        it.backend: backends.get(it.backend).version for it in results if it.status in ("measured", "exact")
    }
    packages = ("refimpl", "hypothesis", "array-api-compat", "python-flint")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}, **used}


def document(
    results: Sequence[Accuracy], effort: Effort, *, seconds: float, interrupted: bool
) -> dict[str, Any]:
    """The whole report."""
    return {
        "schema": "refimpl.accuracy/1",
        "versions": versions(results),
        "seed": effort.seed,
        "samples": effort.samples,
        "calls": effort.calls,
        "interrupted": interrupted,
        "seconds": round(seconds, 3),
        "results": [result(it) for it in results],
    }
