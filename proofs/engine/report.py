"""Reports as JSON: one envelope for all commands, in which results stand field by field as in their classes.

`docs/reports.schema.json` describes it all and is made of the same classes (`commands/schema.py`). Numbers
that JSON lacks are the texts "inf", "-inf" and "nan". Each result has "claims" besides: the numbers that it
cites, as {"rope C3": its sentence}.
"""

import json
import math
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from ... import backends
from . import catalogue, foreign
from .installed import version_of

VERSION = 2
"""Of all schemas; it changes when a field gets another name or meaning, or goes."""
PACKAGES = ("refimpl", "numpy", "hypothesis", "array-api-compat", "python-flint")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a command was asked, with what it was done, and what came out."""

    command: str
    settings: Mapping[str, Any]
    """What was asked for, by the names of options."""
    results: Sequence[Any]
    seconds: float
    interrupted: bool
    """Whether results are missing, because a signal or the end of a reader stopped the work."""
    versions: Mapping[str, str]
    """Of Python, of packages that matter, and of the array libraries that were used."""
    summary: Any = None
    """What the results say together, where a command says more than each of them."""
    command_line: str = ""
    """What gives the same; empty where Python asked."""

    def data(self) -> dict[str, Any]:
        """As JSON holds it."""
        content = {it.name: plain(getattr(self, it.name)) for it in fields(self) if it.name != "results"}
        return {
            "schema": f"refimpl.{self.command}/{VERSION}",
            **content,
            "results": [result(it) for it in self.results],
        }


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
    if is_dataclass(value) and not isinstance(value, type):
        return {it.name: plain(getattr(value, it.name)) for it in fields(value)}
    return value if value is None or isinstance(value, bool | int | str) else foreign.shown(value)


def result(found: Any) -> dict[str, Any]:
    """A result with the sentences of the numbers that it cites; what is in this form already stays."""
    if isinstance(found, dict):
        return found
    return {**plain(found), "claims": dict(catalogue.claims(_source(found)))}


def _source(found: Any) -> str:
    """What the law of a result cites, or the function, or it itself."""
    if hasattr(found, "source"):
        return str(found.source)
    judged = getattr(found, "outcome", found)
    if hasattr(judged, "law"):
        return catalogue.law(judged.law).source
    return catalogue.functions()[judged.function].source


def versions(used: Iterable[str] = ()) -> dict[str, str]:
    """Versions of everything that takes part, and of the backends that were used."""
    return {
        "python": platform.python_version(),
        **{name: version_of(name) for name in PACKAGES},
        **{name: backends.get(name).version for name in dict.fromkeys(used)},
    }


def ran_on(outcomes: Iterable[Any]) -> list[str]:
    """The backends on which something ran."""
    return [it.backend for it in outcomes if it.verdict != "skipped"]


def text(content: Mapping[str, Any]) -> str:
    """A report as JSON; numbers that it lacks are texts, wherever they are."""
    return json.dumps(plain(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
