"""What one device shows, each part with its own share of the time, written to one file as it comes.

    python tests/gpu/single.py RESULT [BACKEND:DEVICE …]

Parts: doctor, an audit that holds and one that refutes, measured errors of elementary functions, achieved
bandwidth of elementwise functions eager and compiled, and the laws of every function in every dtype, as many
as the time allows: those that were not reached are counted. Places are tried side by side, each in a process
of its own, and bandwidths after that, one by one. Exits with 1 where something is not as it should be.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from specimens import SPECIMENS
from test_backend_ulps import FUNCTIONS, worst_error

from refimpl import backends, proofs
from refimpl._errors import RefimplError
from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.runner import run_law

SECONDS = float(os.environ.get("REFIMPL_GPU_SECONDS", "420"))
"""For everything, so that the whole ends well before eight minutes."""
DTYPES = ("float64", "float32", "float16", "bfloat16")
GRACE = 60.0
"""For the law that is tried when the time is over."""
BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
STREAMED = ("rope.rotate", "residual.layer_norm", "density.normal_log_density", "matching.cosine_similarity")
NUMBERS = 1 << 22
"""In the largest array of a specimen whose bandwidth is measured."""


def doctor(name: str) -> dict[str, Any]:
    """What is found of a backend."""
    found = backends.diagnose([name])[0]
    return {
        field: getattr(found, field)
        for field in ("reason", "version", "devices", "dtypes", "flushes", "failures")
    }


def audits(on: Setting) -> dict[str, Any]:
    """One function that is right and one that is not, in processes of their own."""
    place = Path(__file__).with_name("functions.py")
    found = {}
    for name, verdict in (("rotate", "held"), ("backwards", "refuted")):
        report = proofs.audit(
            {"rope.rotate": f"{place}:{name}"}, backend=on.backend.name, device=on.device_name,
            dtype=on.precision.name, examples=6, laws=["rope.rotate-definition", "rope.rotate-pure"],
        )  # fmt: skip
        found[name] = {"verdict": report.verdict, "wanted": verdict, "text": str(report)}
    return found


def errors(on: Setting) -> dict[str, Any]:
    """The worst errors of elementary functions in ulps, beside those that the backend is taken to have."""
    found = {}
    for name in FUNCTIONS:
        with on.current():
            worst = worst_error(on, name, getattr(on.xp, name), 2000, seed=1)
        found[name] = {"measured": worst, "table": on.backend.ulp(name, on.precision.name)}
    return found


def bandwidth(on: Setting, name: str) -> dict[str, Any]:
    """Bytes of arguments and result by second, eager and compiled; a result's sum is looked at, so that lazy
    and asynchronous libraries have computed it."""
    with on.current():
        function, given = SPECIMENS[name](on, 4)
        grown = max(1, NUMBERS // max(int(np.prod(array.shape)) for array in given))
        given = tuple(_grown(on, array, grown) for array in given)
        found: dict[str, Any] = {}
        for way, call in (("eager", function), ("compiled", on.backend.compile(function))):
            if way == "compiled" and call is function:
                continue
            result = call(*given)
            numbers = sum(int(np.prod(array.shape)) for array in (*given, result))
            moved = numbers * BYTES[on.precision.name]
            seconds = min(_seconds(on, call, given) for _ in range(5))
            found[way] = {"bytes": moved, "seconds": seconds, "gigabytes per second": moved / seconds / 1e9}
    return found


def _grown(on: Setting, array: Any, times: int) -> Any:
    """An array with its first axis repeated, if it has more than one axis: the others are those of a row."""
    if array.ndim < 2:
        return array
    return on.array(np.repeat(on.host(array), times, axis=0))


def _seconds(on: Setting, call: Callable[..., Any], given: tuple[Any, ...]) -> float:
    started = time.perf_counter()
    result = call(*given)
    float(on.xp.sum(result))
    return time.perf_counter() - started


def laws(on: Setting, until: float) -> dict[str, Any]:
    """The laws, those that define a function first, as long as there is time."""
    order = sorted(catalogue.laws().values(), key=lambda law: not law.id.endswith("-definition"))
    verdicts: Counter[str] = Counter()
    failed: dict[str, str] = {}
    reasons: Counter[str] = Counter()
    for law in order:
        if time.time() > until:
            verdicts["not reached"] += 1
            continue
        outcome = run_law(law, on, examples=2, seed=0, shrink=False)
        verdicts[outcome.verdict] += 1
        if outcome.verdict == "skipped":
            reasons[outcome.reason] += 1
        elif outcome.verdict != "held":
            failed[law.id] = f"{outcome.verdict}: {outcome.reason}"
    return {"verdicts": dict(verdicts), "failed": failed, "skipped": dict(reasons)}


def guarded(work: Callable[..., Any], *given: Any) -> Any:
    """A part, or what it raised."""
    try:
        return work(*given)
    except Exception as error:  # one part must not lose the others
        return {"raised": f"{type(error).__name__}: {error}"}


def settings(place: str) -> tuple[list[Setting], dict[str, str]]:
    """Every dtype on a place, and why not."""
    found, missing = [], {}
    name, _, device = place.partition(":")
    for dtype in DTYPES:
        try:
            found.append(Setting.of(backends.get(name), dtype, device or None))
        except RefimplError as error:
            missing[f"{place} {dtype}"] = str(error)
    return found, missing


def tried(place: str, until: float, write: Callable[[dict[str, Any]], None]) -> None:
    """All of a place but the bandwidths, written as it comes."""
    chosen, missing = settings(place)
    parts: dict[str, Any] = {f"{place} {on.precision.name}": {} for on in chosen}
    result = {
        "doctor": {place: guarded(doctor, place.partition(":")[0])},
        "missing": missing,
        "settings": parts,
    }
    for on in chosen:
        part = parts[f"{place} {on.precision.name}"]
        if on.precision.name in ("float64", "float32"):
            part["audits"] = guarded(audits, on)
        part["errors"] = guarded(errors, on)
        write(result)
    for number, on in enumerate(chosen):
        left = until - time.time()
        share = time.time() + left / (len(chosen) - number)
        parts[f"{place} {on.precision.name}"]["laws"] = guarded(laws, on, share)
        write(result)


def streamed(place: str, until: float, write: Callable[[dict[str, Any]], None]) -> None:
    """The bandwidths of a place in float32."""
    chosen, _ = settings(place)
    parts: dict[str, Any] = {}
    for on in chosen:
        for name in STREAMED if on.precision.name == "float32" else ():
            if time.time() < until:
                parts[f"bandwidth of {name}"] = guarded(bandwidth, on, name)
                write({"settings": {f"{place} {on.precision.name}": parts}})


def wrong(result: dict[str, Any]) -> list[str]:
    """What is not as it should be."""
    found = [f"{which} is not finished: {how}" for which, how in result.get("unfinished", {}).items()]
    for place, parts in result["settings"].items():
        for part, it in parts.items():
            if "raised" in it:
                found.append(f"{place}: {part} raised {it['raised']}")
        for name, it in parts.get("audits", {}).items():
            if name != "raised" and it["verdict"] != it["wanted"]:
                found.append(f"{place}: the audit of {name} is {it['verdict']}, not {it['wanted']}")
        for name, it in parts.get("errors", {}).items():
            if name != "raised" and not it["measured"] <= it["table"]:
                found.append(
                    f"{place}: {name} is off by {it['measured']:.3g} ulp, the table has {it['table']}"
                )
        found += [f"{place}: {law} {why}" for law, why in parts.get("laws", {}).get("failed", {}).items()]
    return found


def merged(result: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Two results with the parts of both."""
    for key, value in more.items():
        result[key] = merged(result.get(key, {}), value) if isinstance(value, dict) else value
    return result


def child(part: str, place: str, file: Path, until: float) -> subprocess.Popen[bytes]:
    """A process that writes one part of a place to a file."""
    return subprocess.Popen([sys.executable, __file__, part, place, str(file), str(until)])


def collected(process: subprocess.Popen[bytes], file: Path, until: float) -> dict[str, Any]:
    """What a process wrote before it ended, or before its time was over."""
    try:
        ended = f"exit status {process.wait(max(1.0, until + GRACE - time.time()))}"
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        ended = "it did not end in its time"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found if ended == "exit status 0" else merged(found, {"unfinished": {file.stem: ended}})


def everything(places: list[str]) -> dict[str, Any]:
    """All places side by side, then their bandwidths one by one."""
    started, result = time.time(), dict[str, Any](missing={}, settings={})
    with tempfile.TemporaryDirectory() as folder:
        until = started + SECONDS * 0.65
        files = [Path(folder) / f"tried-{place.replace(':', '-')}.json" for place in places]
        running = [child("tried", *pair, until) for pair in zip(places, files, strict=True)]
        for process, file in zip(running, files, strict=True):
            result = merged(result, collected(process, file, until))
        for number, place in enumerate(places):
            until = time.time() + (started + SECONDS - time.time()) / (len(places) - number)
            file = Path(folder) / f"streamed-{place.replace(':', '-')}.json"
            result = merged(result, collected(child("streamed", place, file, until), file, until))
    return result | {"seconds": time.time() - started, "wrong": wrong(result)}


def main() -> int:
    """Do it all, or one part of it."""
    if sys.argv[1] in ("tried", "streamed"):
        part, place, file, until = sys.argv[1:]
        work = tried if part == "tried" else streamed
        work(place, float(until), lambda it: _write(Path(file), it))
        return 0
    places = sys.argv[2:] or ["cupy:cuda", "torch:cuda", "jax:gpu"]
    result = everything(places)
    _write(Path(sys.argv[1]), result)
    for line in (*result["missing"].values(), *result["wrong"]):
        print(line)
    print(f"{len(result['settings'])} settings in {result['seconds']:.0f} s; wrong: {len(result['wrong'])}")
    return 1 if result["wrong"] or not result["settings"] else 0


def _write(file: Path, result: dict[str, Any]) -> None:
    file.write_text(json.dumps(result, indent=1, default=str) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
