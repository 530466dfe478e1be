"""Outcomes as JSON: the documented, stable form that other programs read.

    {"schema": "refimpl.prove/1",
     "versions": {"refimpl": …, "python": …, "numpy": …, backend: …},
     "seed": int, "examples": int, "interrupted": bool, "seconds": float,
     "results": [{"law", "mistake", "verdict", "backend", "device", "dtype", "seed",
                  "examples": {kind: int}, "compared": int, "worst_over_tolerance", "worst_in_u",
                  "worst_at", "seconds", "derived", "narrowing", "underived", "reason", "edges", "evidence",
                  "claims": {"rope C3": its sentence},
                  "counterexample": null or
                  {"kind", "label", "index", "left", "right", "case": {name: value}}}]}

The self-test has the schema "refimpl.selftest/1" and adds "refuted", "survivors", "toothless",
"missed" and "failed". Numbers that JSON lacks are the texts "inf", "-inf" and "nan".
"""

import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np

from ... import backends
from . import catalogue, foreign
from .cases import items
from .runner import Counterexample, Outcome
from .selftest import Verdict


def plain(value: Any) -> Any:
    """A value that JSON can hold."""
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value if value is None or isinstance(value, bool | int | str) else foreign.shown(value)


def _counterexample(found: Counterexample | None) -> dict[str, Any] | None:
    if found is None:
        return None
    finding = found.finding
    return {
        "kind": found.kind,
        "label": finding.label if finding else None,
        "index": plain(finding.index) if finding else None,
        "left": plain(finding.left) if finding else None,
        "right": plain(finding.right) if finding else None,
        "case": plain(items(found.case)),
    }


def result(outcome: Outcome) -> dict[str, Any]:
    """One outcome as in the schema."""
    return {
        "law": outcome.law,
        "mistake": outcome.mistake,
        "verdict": outcome.verdict,
        "backend": outcome.backend,
        "device": outcome.device,
        "dtype": outcome.dtype,
        "seed": outcome.seed,
        "examples": dict(outcome.examples),
        "compared": outcome.compared,
        "worst_over_tolerance": plain(outcome.worst),
        "worst_in_u": plain(outcome.worst_in_u),
        "worst_at": outcome.worst_at,
        "seconds": round(outcome.seconds, 4),
        "derived": outcome.derived,
        "narrowing": plain(outcome.narrowing),
        "underived": outcome.underived,
        "reason": outcome.reason,
        "edges": list(outcome.edges),
        "evidence": outcome.evidence,
        "claims": dict(catalogue.claims(catalogue.laws()[outcome.law].source)),
        "counterexample": _counterexample(outcome.counterexample),
    }


def versions(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Versions of everything that took part."""
    used = {
        outcome.backend: backends.get(outcome.backend).version
        for outcome in outcomes
        if outcome.verdict != "skipped"
    }
    return {
        "refimpl": version("refimpl"),
        "python": platform.python_version(),
        "hypothesis": version("hypothesis"),
        "array-api-compat": version("array-api-compat"),
        **used,
    }


def document(
    outcomes: Sequence[Outcome],
    *,
    seed: int,
    examples: int,
    seconds: float,
    interrupted: bool,
    verdict: Verdict | None = None,
) -> dict[str, Any]:
    """The whole report of a run of `prove`, or of `selftest` if it has a verdict."""
    extra = {} if verdict is None else {**asdict(verdict), "passed": verdict.passed}
    return {
        "schema": "refimpl.prove/1" if verdict is None else "refimpl.selftest/1",
        "versions": versions(outcomes),
        "seed": seed,
        "examples": examples,
        "interrupted": interrupted,
        "seconds": round(seconds, 3),
        **extra,
        "results": [result(outcome) for outcome in outcomes],
    }


def text(report: Mapping[str, Any]) -> str:
    """A report as JSON; numbers that it lacks are texts, wherever they are."""
    return json.dumps(plain(report), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
