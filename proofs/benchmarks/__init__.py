"""How fast and how small refimpl is beside what a user would pick instead: the jobs of `refimpl bench`.

Each module here without an underscore is a job, about one document or area: a list `ROWS` of rows of its
table. How to write one:

1. `proofs/benchmarks/<area>.py`. At its top it imports the standard library, NumPy and `._row` alone, so that
   `refimpl bench --list` is quick and a missing peer is no error. A function makes the work of a row: it
   imports what is needed, draws the inputs from a fixed seed, and gives one of the four kinds of work:

       def _spearman() -> Calls:
           from scipy import stats  # noqa: PLC0415
           from ... import matching  # noqa: PLC0415

           x, y = np.random.default_rng(0).normal(size=(2, 10**6))
           return Calls(
               lambda: matching.spearman(x, y), lambda: stats.spearmanr(x, y).statistic, close(1e-12)
           )

       ROWS = [
           Row("spearman-1e6", "spearman of 1,000,000 pairs, float64", _spearman,
               Peer("scipy.stats.spearmanr", {"scipy.stats": "scipy"}), goal=0.5, about="matching.spearman"),
       ]

   - `Calls(ours, theirs, agree)`: CPU time of two calls in one process, in turn. `agree` looks at both
     results once, before anything is timed: two that do not do the same cannot be compared. It is
     `close(relative error)`, or a function that says what differs. `share=1/500` if the peer's call does one
     500th of the work.
   - `Memory(ours, theirs)`: how far each call raises the peak of a process of its own; `theirs` may be bytes.
   - `Commands(ours, theirs, memory=False)`: CPU time or peak memory of command lines (lists that begin with
     `sys.executable`).
   - `Growth(make, sizes, stated)`: the exponent of CPU time against size.

   Rows of one kind with several sizes: `functools.partial(_made, n)` as the function.

2. A peer names the modules that it takes, beyond NumPy, and the distributions that bring them. Where one is
   missing the row is "not measured", with the command that installs it. If our side runs on a library, such
   as torch, that is among them, too.
3. `refimpl bench <area>`, `pytest tests/benchmarks -k <area>`, and `refimpl bench <area> --markdown
   RESULTS.md`.

Imports and the first calls, in which libraries compile, are never in a time; both are shown beside it. One
core and one thread for both sides, unless `--threads` says more: thread pools of a busy machine wait for
each other.
"""

import importlib
import pkgutil
from fnmatch import fnmatchcase

from ..._names import find
from ._row import Calls, Commands, Growth, Memory, Peer, Row, Work, close

__all__ = ["Calls", "Commands", "Growth", "Memory", "Peer", "Row", "Work", "close", "jobs", "rows", "select"]


def jobs() -> list[str]:
    """The names of all jobs."""
    return [info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_")]


def rows(job: str) -> list[Row]:
    """The rows of a job."""
    found: list[Row] = importlib.import_module(f".{job}", __name__).ROWS
    return found


def select(patterns: tuple[str, ...]) -> dict[str, Row]:
    """The rows that are asked for, by names such as "matching.spearman-1e6": of jobs, or those that match a
    wildcard; all of them if nothing is asked for.

    Raises
    ------
    UnknownNameError
        for what no job or row is called.
    """
    known = {f"{job}.{row.name}": row for job in jobs() for row in rows(job)}
    chosen = set() if patterns else set(known)
    for pattern in patterns:
        of_job = [name for name in known if name.partition(".")[0] == pattern]
        matching = of_job or [name for name in known if fnmatchcase(name, pattern)]
        chosen.update(matching or [find(pattern, [*jobs(), *known], "job or row")])
    return {name: row for name, row in known.items() if name in chosen}
