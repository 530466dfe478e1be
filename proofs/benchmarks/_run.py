"""Rows one after the other, each in processes of its own."""

import importlib.util
import json
import os
import platform
import subprocess
import sys
from collections.abc import Generator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ._measure import FEWEST, Pair, Spread, exponent
from ._result import Machine, Measured
from ._row import Row

POOLS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Variables by which libraries are told how many threads they may have, before they are imported."""


def run(chosen: Mapping[str, Row], seconds: float, threads: int) -> Generator[Measured, None, None]:
    """Measure rows, each about so many CPU seconds long."""
    for name, row in chosen.items():
        yield _row(name, row, seconds, threads)


def _row(name: str, row: Row, seconds: float, threads: int) -> Measured:
    common: dict[str, Any] = {
        "name": name, "title": row.title, "function": row.about, "peer": row.peer.name, "goal": row.goal,
        "load": load(),
    }  # fmt: skip
    missing = [it for it in row.peer.needs if importlib.util.find_spec(it.partition(".")[0]) is None]
    if missing:
        reason = f"{' and '.join(missing)} not installed: {row.peer.install}"
        return Measured(**common, status="not measured", reason=reason)
    common["versions"] = {it: version(it) for it in dict.fromkeys(row.peer.needs.values())}
    try:
        answer = _asked(name, seconds, threads)
        if "memory" in answer:
            answer = _memory(name, answer, seconds, threads)
        return _measured(common, answer, row, threads)
    except RuntimeError as error:
        return Measured(**common, status="failed", reason=str(error))


def _asked(name: str, seconds: float, threads: int, side: str = "ours") -> dict[str, Any]:
    """The answer of a process that measures a row, or one side of it.

    Raises
    ------
    RuntimeError
        if it has none.
    """
    asked = json.dumps({"name": name, "seconds": seconds, "threads": threads, "side": side})
    out = _output([sys.executable, "-m", f"{__package__}._child", asked], threads)
    answer: dict[str, Any] = json.loads(out.splitlines()[-1])
    if "failed" in answer:
        raise RuntimeError(answer["failed"])
    return answer


def _output(words: list[str], threads: int) -> str:
    """What a process prints; it is ended when this function is left by an exception."""
    environment = {**os.environ, **dict.fromkeys(POOLS, str(threads))}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            out, told = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode or not out.strip():
        last = told.strip().splitlines()[-1:] or [""]
        raise RuntimeError(f"the process ended with exit code {process.returncode}: {last[0]}")
    return out


def _memory(name: str, first: Mapping[str, Any], seconds: float, threads: int) -> dict[str, Any]:
    ours: list[float] = [first["memory"]]
    theirs: list[float] = []
    while len(theirs) < FEWEST:
        theirs.append(_asked(name, seconds, threads, "theirs")["memory"])
        if len(ours) < FEWEST:
            ours.append(_asked(name, seconds, threads)["memory"])
    pair = {"ours": ours, "theirs": theirs, "walls": [], "first": None, "differs": ""}
    return {"pair": pair, "quantity": "MiB"}


def _measured(common: Mapping[str, Any], answer: Mapping[str, Any], row: Row, threads: int) -> Measured:
    if "sizes" in answer:
        sizes, seconds = tuple(answer["sizes"]), tuple(answer["seconds"])
        return Measured(
            **common, status="measured", reason="", quantity="exponent", exponent=exponent(sizes, seconds),
            stated=answer["stated"], sizes=sizes, seconds=seconds,
        )  # fmt: skip
    pair = Pair(**answer["pair"])
    if pair.differs:
        return Measured(**common, status="failed", reason=pair.differs)
    return Measured(
        **common, status="measured", reason="", quantity=answer["quantity"], ours=Spread.of(pair.ours),
        theirs=Spread.of(pair.theirs), ratio=Spread.of(pair.ratios()),
        wall=Spread.of(pair.walls) if pair.walls else None, rounds=len(pair.ours),
        first=(pair.first[0], pair.first[1]) if pair.first else None, imports=_imports(row, threads),
    )  # fmt: skip


def _imports(row: Row, threads: int) -> tuple[float, float] | None:
    """CPU seconds of the imports of our document, and of what the peer needs."""
    if not row.about:
        return None
    ours = f"refimpl.{row.about.partition('.')[0]}"
    return _import((ours,), threads), _import(tuple(row.peer.needs), threads)


@cache
def _import(modules: tuple[str, ...], threads: int) -> float:
    code = "import importlib, sys, time, numpy; t = time.process_time()\n"
    code += "for name in sys.argv[1:]: importlib.import_module(name)\nprint(time.process_time() - t)"
    return float(_output([sys.executable, "-c", code, *modules], threads).split()[-1])


def load() -> float:
    """How many processes waited for a processor in the last minute; NaN where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def machine(threads: int, before: float) -> Machine:
    """Where it was measured."""
    return Machine(
        _processor(), os.cpu_count() or 1, f"{platform.system()} {platform.machine()}", threads,
        (round(before, 2), round(load(), 2)),
    )  # fmt: skip


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"
