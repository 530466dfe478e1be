"""Processes that tests start, none of which is left behind, and waiting, which is for an event."""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from refimpl.proofs.engine import processes

HANG = 3600.0
"""Seconds that no event takes, however busy the machine is: only what hangs meets this limit."""
_STARTED: list["subprocess.Popen[Any]"] = []


def start(*command: str, **options: Any) -> "subprocess.Popen[Any]":
    """A process, which is ended after the test at the latest."""
    _STARTED.append(subprocess.Popen(command, **options))
    return _STARTED[-1]


def end_all() -> None:
    """End what was started and still runs."""
    while _STARTED:
        with _STARTED.pop() as process:  # which closes its pipes, too
            if process.poll() is None:
                processes.kill_all_below(process.pid)
                process.kill()


def wait_until(happened: Callable[[], object], what: str) -> None:
    """Return as soon as an event has happened."""
    until = time.monotonic() + HANG
    while not happened():
        assert time.monotonic() < until, f"in {HANG:g} s not: {what}"
        time.sleep(0.01)


_CLUSTER = """
from distributed import Client, LocalCluster
import json, os, sys
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            print(json.dumps([cluster.scheduler_address, *client.run(os.getpid).values()]), flush=True)
        sys.stdin.read()
"""
"""A scheduler with two workers: prints its address and their numbers, and ends with its input."""


def require_distributed() -> None:
    """Skip a test without dask.distributed, but where dask has to be there."""
    if "dask" in os.environ.get("REFIMPL_REQUIRE_BACKENDS", "").split(","):
        importlib.import_module("distributed")
    else:
        pytest.importorskip("distributed")


@contextmanager
def local_cluster(folder: Path, environment: Mapping[str, str]) -> Iterator[tuple[str, list[int]]]:
    """The address of a scheduler in a process of its own, and the numbers of its two workers."""
    require_distributed()
    (folder / "cluster.py").write_text(_CLUSTER)
    with subprocess.Popen(
        [sys.executable, str(folder / "cluster.py")], text=True, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as local:  # fmt: skip
        try:
            assert local.stdout is not None
            address, *workers = json.loads(local.stdout.readline())
            yield address, workers
        finally:
            local.communicate("")
