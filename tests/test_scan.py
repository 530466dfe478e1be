"""Scans of output layers: files, verdicts, certificates and their check."""

import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from started import HANG, local_cluster

from refimpl import argmaxable
from refimpl.proofs.commands.main import main
from refimpl.proofs.scanning import checkpoint, report, store, tokens, verify, work
from refimpl.proofs.scanning.checkpoint import CheckpointError, Layer, chosen, tensors

KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


def safetensors(
    path: Path, arrays: Mapping[str, Any], short: frozenset[str] = frozenset(), **changed: Any
) -> Path:
    """A file of the format, written by its description; `short` ones as bfloat16."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    content = b""
    for name, array in arrays.items():
        kind = next(key for key, it in KINDS.items() if array.dtype == np.dtype(it))
        raw = array.tobytes()
        if name in short:
            kind, raw = "BF16", (array.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
        place = [len(content), len(content) + len(raw)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": place}
        content += raw
    for name, entry in changed.items():
        header[name] = entry
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content)
    return path


def scan(*words: Any, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["scan", *map(str, words), "--jobs", "1"])
    assert result.exit_code == code, result.output
    return result


def heavy(n: int = 120, d: int = 5) -> Any:
    rng = np.random.default_rng(3)
    return (rng.standard_normal((n, d)) * rng.lognormal(0, 1, (n, 1))).astype(np.float32)


def classified(W: Any, b: Any = None) -> list[str]:
    rows = np.asarray(W, dtype=np.float64)
    return list(argmaxable.classify(rows, np.zeros(len(rows)) if b is None else np.asarray(b)).verdicts)


def of_file(file: Path, n: int) -> list[str]:
    part, _ = store.read(file)
    return [
        {1: "argmaxable", -1: "unargmaxable", 0: "undecided"}[it] for it in report.verdicts(part, n).tolist()
    ]


# Files.


@pytest.mark.parametrize(
    "format_", ["npy", "npz", "safetensors", "sharded", "folder", "float16", "float64", "transposed"]
)
def test_a_layer_is_the_same_from_every_file(format_: str, tmp_path: Path) -> None:
    W, words = heavy(), {}
    if format_ == "float16":
        W = W.astype(np.float16)
    if format_ == "float64":
        W = W.astype(np.float64)
    file = tmp_path / f"model.{format_}"
    if format_ == "npy":
        np.save(file, W)
    elif format_ == "npz":
        np.savez(file, W=W, other=np.zeros(3))
    elif format_ in ("sharded", "folder"):
        safetensors(tmp_path / "a.safetensors", {"lm_head.weight": W})
        safetensors(tmp_path / "b.safetensors", {"model.embed_tokens.weight": 0 * W})
        places = {"lm_head.weight": "a.safetensors", "model.embed_tokens.weight": "b.safetensors"}
        file = tmp_path / "model.safetensors.index.json"
        file.write_text(json.dumps({"weight_map": places}))
        file = tmp_path if format_ == "folder" else file
    else:
        words = {"transposed": True} if format_ == "transposed" else {}
        file = safetensors(tmp_path / "m.safetensors", {"W": np.ascontiguousarray(W.T) if words else W})
    layer = chosen(file, None, None, False, format_ == "transposed")
    found = layer.load()
    assert found.W.dtype == (np.float64 if format_ == "float64" else np.float32)
    np.testing.assert_array_equal(found.W, W)
    assert not found.b.any()
    assert found.sha256 == Layer(str(file), layer.tensor, "", layer.transposed).load().sha256


def test_bfloat16_is_widened_exactly(tmp_path: Path) -> None:
    values = np.asarray([[1.0, -2.5], [2.0**-126, 3.0e38], [0.0, 1 + 2.0**-7]], dtype=np.float32)
    upper = (values.view("<u4") >> 16 << 16).view("<f4")
    file = safetensors(tmp_path / "m.safetensors", {"W": values}, short=frozenset({"W"}))
    np.testing.assert_array_equal(Layer(str(file), "W").load().W, upper)
    assert upper[2, 1] == 1 + 2.0**-7  # one that bfloat16 holds


def entry(**changed: Any) -> dict[str, Any]:
    return {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16], **changed}


@pytest.mark.parametrize(
    "bad",
    [
        entry(data_offsets=[0, 10**9]),
        entry(data_offsets=[8, 24]),
        entry(data_offsets=[16, 0]),
        entry(data_offsets=[-16, 0]),
        entry(shape=[2, 3]),
        entry(shape=[2, -2]),
        entry(shape="22"),
        entry(shape=[True, 4]),
        entry(dtype=3),
        entry(data_offsets=[0]),
    ],
)
def test_damaged_entries_are_refused(bad: Any, tmp_path: Path) -> None:
    file = safetensors(tmp_path / "m.safetensors", {"W": np.ones((2, 2), dtype=np.float32)}, W=bad)
    with pytest.raises(CheckpointError, match="W"):
        tensors(file)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x01", struct.pack("<Q", 2**63) + b"{}", struct.pack("<Q", 3) + b"{}",
        struct.pack("<Q", 2) + b"[]", struct.pack("<Q", 4) + b"{}{}",
        struct.pack("<Q", 30) + b'{"a": 1, "a": 2}'.ljust(30),
    ],
)  # fmt: skip
def test_damaged_headers_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.safetensors").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"m\.safetensors"):
        tensors(tmp_path / "m.safetensors")


@pytest.mark.parametrize("shard", ["../m.safetensors", "/etc/passwd", "m.bin"])
def test_an_index_leads_nowhere_else(shard: str, tmp_path: Path) -> None:
    safetensors(tmp_path / "m.safetensors", {"W": np.ones((2, 2), dtype=np.float32)})
    index = tmp_path / "deeper" / "x.safetensors.index.json"
    index.parent.mkdir()
    index.write_text(json.dumps({"weight_map": {"W": shard}}))
    with pytest.raises(CheckpointError, match="beside it"):
        tensors(index)


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ["m.npy", "m.npz", "m.bin", "m.pt"])
def test_nothing_is_unpickled(name: str, tmp_path: Path) -> None:
    trapped, trap = tmp_path / name, tmp_path / "sprung"
    array = np.asarray([[Trap(trap)]], dtype=object)
    if name == "m.npz":
        np.savez(trapped, allow_pickle=True, W=array)
    else:
        with trapped.open("wb") as file:
            np.save(file, array, allow_pickle=True)
    scan(trapped, code=2)
    assert not trap.exists()


@pytest.mark.parametrize("name", ["proofs.npz"])
def test_certificates_are_not_unpickled(name: str, tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", heavy())
    trap = tmp_path / "sprung"
    np.savez(tmp_path / name, allow_pickle=True, about=np.asarray([Trap(trap)], dtype=object))
    assert "has no certificates" in scan(tmp_path / "m.npy", "--verify", tmp_path / name, code=2).output
    assert not trap.exists()


def test_what_is_meant_must_be_clear(tmp_path: Path) -> None:
    W, bias = heavy(), np.zeros(120, dtype=np.float32)
    two = safetensors(tmp_path / "two.safetensors", {"a.w": W, "b.w": W})
    with pytest.raises(CheckpointError, match=r"--tensor NAME; it has a\.w \[120, 5\], b\.w"):
        chosen(two, None, None, False, False)
    known = safetensors(tmp_path / "known.safetensors", {"x": W, "lm_head.weight": W, "lm_head.bias": bias})
    with pytest.raises(CheckpointError, match=r"give --bias lm_head\.bias, or --no-bias"):
        chosen(known, None, None, False, False)
    assert chosen(known, None, None, True, False) == Layer(str(known), "lm_head.weight")
    assert chosen(known, None, "lm_head.bias", False, False).load().b.shape == (120,)
    with pytest.raises(CheckpointError, match="no tensor 'y'"):
        Layer(str(known), "y").load()
    with pytest.raises(CheckpointError, match="expected 5 numbers"):
        Layer(str(known), "x", "lm_head.bias", True).load()
    np.save(tmp_path / "bias.npy", bias + 1)
    assert Layer(str(known), "x", str(tmp_path / "bias.npy")).load().b[0] == 1
    assert Layer(str(two), "a.w", f"{known}:lm_head.bias").load().b[0] == 0


def test_numbers_must_be_finite_reals(tmp_path: Path) -> None:
    for array, why in (
        (np.full((2, 2), np.nan), "NaN"),
        (np.ones((2, 2), dtype=int), "int64"),
        (np.ones(3), "axes"),
    ):
        np.save(tmp_path / "m.npy", array)
        with pytest.raises(CheckpointError, match=why):
            Layer(str(tmp_path / "m.npy"), "").load()


ADDED = {"id": 1, "content": "c"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tokenizer.json", json.dumps({"model": {"vocab": {"a": 0, "b": 2}}, "added_tokens": [ADDED]})),
        ("tokenizer.json", json.dumps({"model": {"vocab": [["a", -1.0], ["c", -2], ["b", 0]]}})),
        ("vocab.json", json.dumps({"a": 0, "b": 2, "c": 1})),
        ("vocab.json", json.dumps(["a", "c", "b"])),
        ("vocab.txt", "a\nc\nb\n"),
    ],
)  # fmt: skip
def test_names_of_classes(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    assert tokens.names(tmp_path / name) == {0: "a", 1: "c", 2: "b"}


def test_no_names() -> None:
    with pytest.raises(CheckpointError):
        tokens.names(Path(__file__).with_name("no such file"))


# Verdicts.

YES, UN = "argmaxable", "unargmaxable"
EXACT: dict[str, tuple[Any, Any, list[str]]] = {
    "large bias": ([[1, 0], [0.5, 0], [0, 1]], [-1e6, 1e6, 0], [YES] * 3),
    "copies": ([[1.0], [1], [-1]], [0, 0, 0], [UN, UN, YES]),
    "copies with another bias": ([[1.0], [1], [-1]], [0, 1, 0], [UN, YES, YES]),
    "tiny": ((1e-30 * argmaxable.five_vectors()).tolist(), [0] * 5, [*[YES] * 4, UN]),
    "rank 1": ([[0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3.0]], [0] * 4, [YES, UN, UN, YES]),
    "fewer rows than dimensions": ([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0.0]], [0, -1e6, 1e6], [YES] * 3),
    "one row": ([[5.0, 1]], [0], [YES]),
    "equal rows": ([[1.0, 1]] * 3, [0, 0, 1], [UN, UN, YES]),
}


@pytest.mark.parametrize("kind", EXACT)
def test_verdicts_that_are_known_exactly(kind: str, tmp_path: Path) -> None:
    W, b, expected = EXACT[kind]
    np.savez(tmp_path / "m.npz", W=np.asarray(W, dtype=np.float64), b=np.asarray(b, dtype=np.float64))
    words = (tmp_path / "m.npz", "--tensor", "W", "--bias", "b")
    scan(*words, "--certificates", tmp_path / "c.npz")
    assert of_file(tmp_path / "c.npz", len(W)) == expected
    assert "proved: " in scan(*words, "--verify", tmp_path / "c.npz").output


def test_a_scan_in_parts_says_what_classify_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LEAST", 32)
    W = heavy(400)
    np.save(tmp_path / "m.npy", W)
    (tmp_path / "words.txt").write_text("\n".join(f"w{i}" for i in range(400)))
    ran = scan(tmp_path / "m.npy", "--certificates", tmp_path / "c.npz", "--json", tmp_path / "r.json", "-v",
               "--tokens", tmp_path / "words.txt")  # fmt: skip
    expected = classified(W)
    assert of_file(tmp_path / "c.npz", 400) == expected
    assert "classes 0 to 31: 32 of 32 decided" in ran.output
    told = json.loads((tmp_path / "r.json").read_text())
    assert told["summary"]["unargmaxable"] == expected.count(UN) == len(told["results"])
    assert [it["index"] for it in told["results"]] == [k for k, it in enumerate(expected) if it == UN]
    assert all(it["token"] == f"w{it['index']}" for it in told["results"])
    assert not (tmp_path / "c.npz.parts").exists()
    again = scan(tmp_path / "m.npy", "--verify", tmp_path / "c.npz", "--json", tmp_path / "v.json")
    assert (
        f"proved: {expected.count(YES)} argmaxable, {expected.count(UN)} unargmaxable, 0 undecided"
        in again.output
    )
    assert json.loads((tmp_path / "v.json").read_text())["summary"]["verified"]


def test_products_may_be_of_any_library(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", heavy())
    scan(tmp_path / "m.npy", "--backend", "strict", "--certificates", tmp_path / "c.npz")
    assert of_file(tmp_path / "c.npz", 120) == classified(heavy())


def test_a_library_with_fewer_digits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As TF32: ten bits after the point of each factor."""

    class Coarse:
        xp: Any = None

        @staticmethod
        def array(values: Any) -> Any:
            return (np.asarray(values, dtype=np.float32).view("u4") >> 13 << 13).view("f4")

        host = staticmethod(np.asarray)

    Coarse.xp = np
    monkeypatch.setattr(work.backends.Setting, "of", lambda *_: Coarse)
    with pytest.raises(work.ScanError, match="fewer digits"):
        work.products("strict", None)


# Certificates.


@pytest.fixture
def proofs(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A layer, and its certificates as they are in the file."""
    np.save(tmp_path / "m.npy", heavy())
    scan(tmp_path / "m.npy", "--certificates", tmp_path / "c.npz")
    with np.load(tmp_path / "c.npz") as stored:
        return tmp_path, {name: stored[name] for name in stored.files}


def _moved(arrays: dict[str, Any]) -> None:
    arrays["witness"][0] *= -1


def _exchanged(arrays: dict[str, Any]) -> None:
    arrays["witness_class"][:2] = arrays["witness_class"][1::-1]


def _infinite(arrays: dict[str, Any]) -> None:
    arrays["witness"][0, 0] = np.inf


def _of_nobody(arrays: dict[str, Any]) -> None:
    arrays["witness_class"][0] = 10**6


def _negative(arrays: dict[str, Any]) -> None:
    arrays["combination_class"][0] = -1


def _other_support(arrays: dict[str, Any]) -> None:
    arrays["support"][0] = (arrays["support"][0] + 1) % 120


def _own(arrays: dict[str, Any]) -> None:
    arrays["support"][0] = arrays["combination_class"][0]


def _weights(arrays: dict[str, Any]) -> None:
    arrays["weight"][: arrays["start"][1]] = 1 / arrays["start"][1]


def _twice(arrays: dict[str, Any]) -> None:
    arrays["fine_class"], arrays["fine"] = (
        arrays["witness_class"][:1],
        arrays["witness"][:1].astype(np.float64),
    )


def _winner_lost(arrays: dict[str, Any]) -> None:
    arrays["combination_class"][0] = arrays["witness_class"][0]


@pytest.mark.parametrize(
    "change",
    [
        _moved,
        _exchanged,
        _infinite,
        _of_nobody,
        _negative,
        _other_support,
        _own,
        _weights,
        _twice,
        _winner_lost,
    ],
)
def test_certificates_that_prove_nothing(change: Callable[[dict[str, Any]], None], proofs: Any) -> None:
    folder, arrays = proofs
    change(arrays)
    np.savez(folder / "bad.npz", allow_pickle=False, **arrays)
    ran = scan(folder / "m.npy", "--verify", folder / "bad.npz", "--json", folder / "v.json", code=1)
    assert "certificates that do not hold" in ran.output
    assert json.loads((folder / "v.json").read_text())["summary"]["refused"] >= 1


def test_a_missing_certificate_leaves_its_class_undecided(proofs: Any) -> None:
    folder, arrays = proofs
    arrays["witness_class"], arrays["witness"] = arrays["witness_class"][1:], arrays["witness"][1:]
    np.savez(folder / "less.npz", allow_pickle=False, **arrays)
    assert "1 undecided" in scan(folder / "m.npy", "--verify", folder / "less.npz", code=3).output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start", np.asarray([0, 10**9])), ("support", np.asarray([0.5])), ("witness", np.zeros(3)),
        ("about", np.asarray("{}")), ("about", np.asarray("no JSON")), ("weight", np.asarray(["x"])),
    ],
)  # fmt: skip
def test_files_that_hold_no_certificates(name: str, value: Any, proofs: Any) -> None:
    folder, arrays = proofs
    np.savez(folder / "bad.npz", allow_pickle=False, **{**arrays, name: value})
    assert "has no certificates" in scan(folder / "m.npy", "--verify", folder / "bad.npz", code=2).output


def test_certificates_of_other_numbers(proofs: Any) -> None:
    folder, _ = proofs
    W = heavy()
    W[7, 2] = np.nextafter(W[7, 2], np.float32(9))
    np.save(folder / "other.npy", W)
    assert "about other numbers" in scan(folder / "other.npy", "--verify", folder / "c.npz", code=2).output


def test_a_wider_witness_stays_wide() -> None:
    thin = argmaxable.Witness((1 / 3, 1.0), 0.5), argmaxable.Witness((0.5, 1.0), 0.5)
    part = work.packed(0, 2, 2, dict(enumerate(thin)))
    assert (part.fine_class.tolist(), part.fine.tolist()) == ([0], [[1 / 3, 1.0]])
    assert (part.witness_class.tolist(), part.witness.tolist()) == ([1], [[0.5, 1.0]])
    layer = checkpoint.Loaded(np.asarray([[1.0, 0.0], [-1.0, 0.0]]), np.zeros(2), "")
    checker = verify.Claims(part, layer)
    assert sum(checker.check()) == 2
    assert checker.refused == [(1, "it does not win at its witness")]
    assert checker.verdicts.tolist() == [1, 0]


def test_what_is_left_over_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without steps the search finds little, and without rationals the rest stays open."""
    monkeypatch.setattr(work, "ALONE", 0)
    monkeypatch.setattr("refimpl.argmaxable._search.STRIDE", 0)
    np.save(tmp_path / "m.npy", heavy())
    ran = scan(
        tmp_path / "m.npy", "--certificates", tmp_path / "c.npz", "--json", tmp_path / "r.json", code=3
    )
    assert "no certificate was found" in ran.output
    told = json.loads((tmp_path / "r.json").read_text())
    assert {it["verdict"] for it in told["results"]} >= {"undecided"}
    found, right = of_file(tmp_path / "c.npz", 120), classified(heavy())
    assert all(it in ("undecided", truth) for it, truth in zip(found, right, strict=True))
    scan(tmp_path / "m.npy", "--verify", tmp_path / "c.npz", code=3)
    exact = scan(tmp_path / "m.npy", "--exact")
    assert f"{right.count(YES)} argmaxable, {right.count(UN)} unargmaxable, 0 undecided" in exact.output


# Stops.


def test_a_stopped_scan_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LEAST", 16)
    np.save(tmp_path / "m.npy", heavy())
    words = (tmp_path / "m.npy", "--certificates", tmp_path / "c.npz")
    assert "there is no scan" in scan(*words, "--resume", code=2).output
    ran: list[int] = []
    run = work.Unit.run

    def stopped(unit: work.Unit) -> work.Part:
        ran.append(unit.first)
        if len(ran) == 4:
            os.kill(os.getpid(), signal.SIGTERM)
        return run(unit)

    monkeypatch.setattr(work.Unit, "run", stopped)
    assert "stopped after 3 of 8 parts; to go on: add --resume" in scan(*words, code=143).output
    assert not (tmp_path / "c.npz").exists()
    assert "add --resume, or remove it" in scan(*words, code=2).output
    np.save(tmp_path / "m.npy", 2 * heavy())
    assert "a scan of other numbers" in scan(*words, "--resume", code=2).output
    np.save(tmp_path / "m.npy", heavy())
    scan(*words, "--resume")
    assert ran == [0, 16, 32, 48, 48, 64, 80, 96, 112]
    assert of_file(tmp_path / "c.npz", 120) == classified(heavy())


def test_a_part_whose_process_died_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LEAST", 60)
    np.save(tmp_path / "m.npy", heavy())
    words = (tmp_path / "m.npy", "--certificates", tmp_path / "c.npz")
    run = work.Unit.run
    monkeypatch.setattr(
        work.Unit, "run", lambda unit: run(unit) if unit.first else unit.lost("its process died")
    )
    assert "its process died; --resume tries it again" in scan(*words, code=3).output
    monkeypatch.setattr(work.Unit, "run", run)
    scan(*words, "--resume")
    scan(tmp_path / "m.npy", "--verify", tmp_path / "c.npz")


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", heavy())
    layer = Layer(str(tmp_path / "m.npy"), "")
    source = work.Source(layer, "0" * 64)
    with pytest.raises(work.ScanError, match="not what it was"):
        work.loaded(source)


@pytest.mark.long
def test_a_cluster_of_which_a_worker_is_killed(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", heavy(6000, 16))
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    with local_cluster(tmp_path, environment) as (address, [first, _]):
        words = ["scan", str(tmp_path / "m.npy"), "--certificates", str(tmp_path / "c.npz")]
        with subprocess.Popen(
            [sys.executable, "-m", "refimpl.proofs", *words, "--jobs", "2", "--cluster", address, "-v"],
            text=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as run:  # fmt: skip
            assert run.stdout is not None
            lines = []
            for line in run.stdout:
                lines.append(line)
                if "decided" in line and len([it for it in lines if "decided" in it]) == 2:
                    os.kill(first, signal.SIGKILL)
            assert run.wait(HANG) == 0, lines
    scan(tmp_path / "m.npy", "--verify", tmp_path / "c.npz")
