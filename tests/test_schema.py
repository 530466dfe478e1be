"""Reports follow their JSON Schema, and the file that describes it is made of the classes of today."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from refimpl import argmaxable
from refimpl.proofs.commands import schema
from refimpl.proofs.commands.main import main

FILE = Path(__file__).parents[1] / "docs" / "reports.schema.json"
SCHEMA = schema.schema()
TYPES = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
    "null": type(None),
}  # fmt: skip
PORT = Path(__file__).with_name("audited") / "port.py"
COMMANDS = {
    "prove": ["rope.norm-kept", "ddpm.bayes", "--examples", "3"],
    "selftest": ["rope.norm-kept", "--examples", "6"],
    "certify": ["rope.norm-kept", "--points", "3"],
    "sensitivity": ["rope.norm-kept", "--examples", "3"],
    "accuracy": ["rope.period", "--samples", "32", "--calls", "2"],
    "audit": [f"{PORT}:rotate_half", "--as", "rope.rotate", "--examples", "3", "--law", "rope.norm-kept"],
    "errata": ["rope"],
    "campaign": ["rope.norm-kept", "--examples", "3"],
    "swap": ["rope.rotate", "--backend", "numpy", "--dtype", "float64", "--dtype", "float32", "--calls", "4"],
    "scan": ["layer.npy"],
    "config": ["config.json", "--against", "refimpl.rope:yarn"],
    "survey": ["scipy/spatial.distance.cdist (cosine)"],
    "bench": ["matching.spearman-1e6", "--seconds", "0.01"],
}


def wrong(value: Any, rule: Any, at: str = "report") -> Iterator[str]:
    """Where a value breaks a schema: the rules of draft 2020-12 that ours has, and no others."""
    if rule is False:
        yield f"{at}: there should be nothing"
        return
    unknown = rule.keys() - {
        "$ref", "anyOf", "enum", "const", "type", "properties", "required", "additionalProperties", "items",
        "prefixItems",
    }  # fmt: skip
    assert not unknown, f"the test does not know {unknown}"
    if "$ref" in rule:
        yield from wrong(value, SCHEMA["$defs"][rule["$ref"].removeprefix("#/$defs/")], at)
    if "anyOf" in rule and all(any(wrong(value, it)) for it in rule["anyOf"]):
        yield f"{at}: {value!r} is none of {rule['anyOf']}"
    if value not in rule.get("enum", [value]) or value != rule.get("const", value):
        yield f"{at}: {value!r} is not {rule}"
    kind = rule.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{at}: {value!r} is no {kind}"
    elif kind == "object":
        yield from (f"{at}: {name} is missing" for name in rule.get("required", ()) if name not in value)
        for name, part in value.items():
            inner = rule.get("properties", {}).get(name, rule.get("additionalProperties", {}))
            yield from wrong(part, inner, f"{at}.{name}")
    elif kind == "array":
        first = rule.get("prefixItems", [])
        for place, part in enumerate(value):
            inner = first[place] if place < len(first) else rule.get("items", {})
            yield from wrong(part, inner, f"{at}[{place}]")


def test_the_file_is_up_to_date() -> None:
    again = "python -m refimpl.proofs.commands.schema > docs/reports.schema.json"
    assert FILE.read_text(encoding="utf-8") == schema.text(), again


def test_every_command_is_tried() -> None:
    assert set(COMMANDS) == set(schema.REPORTS)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_commands_write_follows_it(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refimpl.proofs.commands.running.LAST", tmp_path / "last.json")
    monkeypatch.chdir(tmp_path)
    np.save("layer.npy", argmaxable.five_vectors())
    block = {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 4096}
    Path("config.json").write_text(json.dumps({"head_dim": 64, "rope_scaling": block}), encoding="utf-8")
    file = tmp_path / "out.json"
    words = ["prove", "--campaign", str(tmp_path / "kept")] if command == "campaign" else [command]
    jobs = [] if command in ("errata", "swap", "bench", "config") else ["--jobs", "1"]
    run = CliRunner().invoke(main, [*words, *COMMANDS[command], *jobs, "--json", str(file)])
    assert run.exit_code in (0, 1), run.output
    report = json.loads(file.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert report["command"] == command
    assert report["results"]
    assert not list(wrong(report, SCHEMA["$defs"][command]))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("seconds", "long"),
        ("verdict", "nearly held"),
        ("worst", None),
        ("law", 3),
        ("more", 1),
        ("seed", True),
    ],
)
def test_what_does_not_follow_it_is_seen(place: str, value: Any) -> None:
    """The reading of schemas above finds faults."""
    sound = {"law": "a.b", "function": "a.c", "status": "found", "ulps": "inf", "nudge": "", "seconds": 0.5,
             "reason": "", "claims": {}}  # fmt: skip
    floor = SCHEMA["$defs"]["FloorResult"]
    assert not list(wrong(sound, floor))
    broken = {**sound, {"verdict": "status", "worst": "ulps"}.get(place, place): value}
    assert list(wrong(broken, floor))
    assert list(wrong({name: it for name, it in sound.items() if name != "law"}, floor))
