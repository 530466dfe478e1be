"""Which functions are asked for, and their audits one after the other."""

import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..._errors import RefimplError
from ..._names import find
from ..auditing.audit import Answer, plan
from ..auditing.report import Report
from ._binding import Binding, Library
from ._finding import Surveyed, absent, found, unbound

MEMORY = 8 << 30
"""Bytes for one process: importing some of these libraries reserves half of that."""


@dataclass(frozen=True, slots=True)
class Task:
    """An audit to make."""

    binding: Binding
    version: str
    """Of the library that is installed; empty if none is."""
    dtype: str


def select(patterns: Sequence[str], known: dict[str, Library]) -> list[Binding]:
    """The bindings of the libraries that are asked for, or that match a wildcard; all if nothing is.

    Raises
    ------
    UnknownNameError
        for what is neither.
    """
    every = {it.name: it for library in known.values() for it in library.bindings}
    chosen = set() if patterns else set(every)
    for pattern in patterns:
        of_library = [name for name in every if name.partition("/")[0] == pattern]
        matching = of_library or [name for name in every if name == pattern or fnmatchcase(name, pattern)]
        chosen.update(matching or [find(pattern, [*known, *every], "library", call="survey")])
    return [it for name, it in every.items() if name in chosen]


def tasks(bindings: Sequence[Binding], known: dict[str, Library]) -> list[Task]:
    """One for every dtype of a function; one alone where the library is not installed."""
    versions = {name: library.version or "" for name, library in known.items()}
    made: list[Task] = []
    for it in bindings:
        there = versions[it.library]
        made += [Task(it, there, dtype) for dtype in (it.dtypes if there else it.dtypes[:1])]
    return made


def run(work: Sequence[Task], examples: int | None, jobs: int | None) -> Generator[Surveyed, None, None]:
    """Findings as they come; closing it ends the audit that is at work."""
    for task in work:
        yield _audited(task, examples, jobs) if task.version else absent(task.binding)


def _audited(task: Task, examples: int | None, jobs: int | None) -> Surveyed:
    it, started = task.binding, time.perf_counter()
    answers: list[Answer] = []
    try:
        ready = plan(
            {it.function: it.target}, adapter=[it.adapter] if it.adapter else (), options=it.options,
            backend=it.backend, dtype=task.dtype, laws=it.laws, examples=examples or it.examples,
            memory=MEMORY, jobs=jobs, diagnosis=it.diagnosed,
        )  # fmt: skip
        with closing(ready.run()) as work:
            answers.extend(work)
    except RefimplError as error:  # no such function, or one that cannot be called so
        return unbound(it, task.version, task.dtype, str(error), time.perf_counter() - started)
    seconds = time.perf_counter() - started
    return found(it, task.version, task.dtype, Report.of(ready.load, ready.requests, answers, seconds))
