"""The pool of processes: what dies costs one piece of work, and nothing is left behind."""

import os
import signal
import threading
from functools import partial
from pathlib import Path

import pytest
from pieces import Piece, refuse
from started import wait_until

from refimpl.proofs.engine import pool, processes

NOTHING = partial(int)


def test_one_death_costs_one_piece_and_says_how() -> None:
    pieces = [Piece(n, {5: "die", 9: "raise", 11: "exit"}.get(n, "")) for n in range(20)]
    results = dict(pool.run(pieces, 2, NOTHING))
    assert results.keys() == set(range(20))
    assert results.pop(5) == "its process died of SIGKILL"
    assert results.pop(9) == "ValueError: no"
    assert results.pop(11) == "its process ended with 7"
    assert set(results.values()) == {""}


def _pieces(gate: Path) -> list[Piece]:
    """Of which one is done at once, and the others when there is a gate."""
    return [Piece(n, "tell", str(gate) if n else "") for n in range(12)]


def test_a_process_that_is_killed_from_outside(tmp_path: Path) -> None:
    before = set(processes.descendants(os.getpid()))
    running = pool.run(_pieces(tmp_path / "gate"), 2, NOTHING)
    _, first = next(running)
    os.kill(int(first), signal.SIGKILL)  # it has another piece by now
    (tmp_path / "gate").touch()
    rest = dict(running)
    assert sum("SIGKILL" in said for said in rest.values()) == 1
    assert len(rest) == 11
    assert _workers(before) == set()


def test_closing_ends_the_processes(tmp_path: Path) -> None:
    before = set(processes.descendants(os.getpid()))
    running = pool.run(_pieces(tmp_path / "gate"), 2, NOTHING)
    next(running)
    assert _workers(before)
    running.close()
    assert _workers(before) == set()


def test_a_thread_that_ends_takes_no_process_with_it() -> None:
    running = pool.run([Piece(n) for n in range(12)], 2, NOTHING)
    results = []
    thread = threading.Thread(target=lambda: results.append(next(running)))
    thread.start()
    thread.join()
    wait_until(lambda: not Path(f"/proc/self/task/{thread.native_id}").exists(), "the thread has ended")
    assert {said for _, said in [*results, *running]} == {""}


def test_processes_that_cannot_start_are_an_error() -> None:
    with pytest.raises(pool.PoolError, match="cannot be started: its process ended with 1"):
        list(pool.run([Piece(n) for n in range(4)], 2, refuse))


def _workers(before: set[int]) -> set[int]:
    """Processes started since, but for the one that `multiprocessing` keeps."""
    new = set(processes.descendants(os.getpid())) - before
    return {pid for pid in new if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()}
