"""The JSON Schema of all reports, made of the classes of their results.

python -m refimpl.proofs.commands.schema > docs/reports.schema.json
"""

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin

from ..auditing.messages import Tried
from ..auditing.report import Summary
from ..benchmarks._result import Machine, Measured
from ..configuring.schedule import Scheduled
from ..configuring.told import Explained
from ..engine.accuracy.measure import Accuracy
from ..engine.certify import Certificate
from ..engine.merged import Progress, Row
from ..engine.report import VERSION, Envelope
from ..engine.runner import Outcome
from ..engine.selftest import Verdict
from ..engine.sensitivity import Floor
from ..scanning.report import Scan, Word
from ..survey._finding import Surveyed
from ..swapping.data import SwapResult
from .errata import Judged

REPORTS: Mapping[str, tuple[Any, type | None]] = {
    "prove": (Outcome, None),
    "campaign": (Row, Progress),
    "selftest": (Outcome, Verdict),
    "certify": (Certificate, None),
    "sensitivity": (Floor, None),
    "accuracy": (Accuracy, None),
    "audit": (Tried, Summary),
    "swap": (SwapResult, None),
    "errata": (Judged, None),
    "bench": (Measured, Machine),
    "scan": (Word, Scan),
    "config": (Explained | Scheduled, None),
    "survey": (Surveyed, None),
}
"""The class of the results of each command, or classes, and that of their summary."""
_NUMBER = {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf", "nan"]}]}
_PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"}, int: {"type": "integer"}, bool: {"type": "boolean"}, float: _NUMBER,
    type(None): {"type": "null"}, Any: {}, object: {},
}  # fmt: skip
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}


class _Definitions:
    """Schemas of classes by name, each once."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}
        self._kinds: dict[str, type] = {}

    def of(self, hint: Any) -> dict[str, Any]:
        """The schema of the values of a type."""
        origin, arguments = get_origin(hint), get_args(hint)
        if isinstance(hint, type) and is_dataclass(hint):
            return self._class(hint)
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(it) for it in arguments]}
        return self._container(origin, arguments) if arguments else dict(_PLAIN[hint])

    def _container(self, origin: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
        if origin in (dict, Mapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if origin is tuple and arguments[-1] is not Ellipsis:
            return {"type": "array", "prefixItems": [self.of(it) for it in arguments], "items": False}
        return {"type": "array", "items": self.of(arguments[0])}

    def _class(self, kind: type[Any]) -> dict[str, Any]:
        if self._kinds.setdefault(kind.__name__, kind) is not kind:
            raise ValueError(f"two classes of results are called {kind.__name__}; expected one")
        if kind.__name__ not in self.made:
            self.made[kind.__name__] = None  # classes may hold each other
            hints = typing.get_type_hints(kind)
            self.made[kind.__name__] = _object({it.name: self.of(hints[it.name]) for it in fields(kind)})
        return {"$ref": f"#/$defs/{kind.__name__}"}

    def result(self, kind: type[Any]) -> dict[str, Any]:
        """The schema of results, which have claims besides."""
        reference, name = self._class(kind), f"{kind.__name__}Result"
        made = self.made[reference["$ref"].rpartition("/")[2]]
        self.made[name] = _object({**made["properties"], "claims": _TEXTS})
        return {"$ref": f"#/$defs/{name}"}

    def report(self, command: str, result: Any, summary: type[Any] | None) -> None:
        """The schema of the whole report of a command."""
        hints = typing.get_type_hints(Envelope)
        common = {it.name: self.of(hints[it.name]) for it in fields(Envelope)}
        kinds = [self.result(kind) for kind in get_args(result) or (result,)]
        special = {
            "schema": {"const": f"refimpl.{command}/{VERSION}"},
            "command": {"const": command},
            "results": {"type": "array", "items": kinds[0] if len(kinds) == 1 else {"anyOf": kinds}},
            "summary": self.of(type(None) if summary is None else summary),
        }
        self.made[command] = _object({**common, **special})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def schema() -> dict[str, Any]:
    """The schema of all reports."""
    definitions = _Definitions()
    for command, kinds in REPORTS.items():
        definitions.report(command, *kinds)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Reports of refimpl, version {VERSION}",
        "oneOf": [{"$ref": f"#/$defs/{command}"} for command in REPORTS],
        "$defs": definitions.made,
    }


def text() -> str:
    """The schema as the file has it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(text(), end="")
