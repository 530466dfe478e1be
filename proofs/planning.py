"""Plans which laws run where, and runs them in this process or in a pool of processes."""

import multiprocessing
import signal
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace

from .. import backends
from .._errors import DTypeError
from ..backends import BackendUnavailableError, Setting
from ..backends.jax import enable_x64
from . import catalogue
from .law import Implementation
from .runner import Outcome, run_law

EXAMPLES = 60
"""Examples per law by default, shared among its kinds of generator."""


@dataclass(frozen=True, slots=True)
class Task:
    """One law in one setting, on the reference or on one of the mistakes; small and picklable."""

    law: str
    backend: str
    dtype: str
    device: str | None
    examples: int
    seed: int
    mistake: str = ""

    def run(self, replaced: Mapping[str, Implementation] | None = None) -> Outcome:
        """Run it; a backend that cannot be used gives a skip with the reason."""
        unavailable = Outcome(self.law, "skipped", self.backend, self.device or "", self.dtype, self.seed)
        try:
            on = Setting.of(backends.get(self.backend), self.dtype, self.device)
        except (BackendUnavailableError, DTypeError) as error:
            return replace(unavailable, reason=str(error))
        if self.mistake:
            wrong = catalogue.mistakes()[self.mistake]
            replaced = {wrong.function: wrong.replacement}
        outcome = run_law(
            catalogue.laws()[self.law],
            on,
            examples=self.examples,
            seed=self.seed,
            replaced=replaced,
            shrink=not self.mistake,
        )
        return replace(outcome, mistake=self.mistake)


def plan(
    patterns: Sequence[str] = (),
    *,
    names: Sequence[str] = ("numpy",),
    dtypes: Sequence[str] = ("float64",),
    device: str | None = None,
    examples: int = EXAMPLES,
    seed: int = 0,
) -> list[Task]:
    """The tasks that prove all laws matching the patterns in all the settings."""
    chosen = catalogue.select(patterns, catalogue.laws(), "law")
    return [
        Task(law, name, dtype, device, examples, seed) for name in names for dtype in dtypes for law in chosen
    ]


def _work(task: Task) -> Outcome:
    return task.run()


def _prepare(x64: bool) -> None:
    if x64:
        # Without JAX there is nothing to enable; its tasks then say that it is missing.
        with suppress(BackendUnavailableError):
            enable_x64()


def _start(x64: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    _prepare(x64)


def run(tasks: Sequence[Task], jobs: int = 1, *, x64: bool = False) -> Generator[Outcome, None, None]:
    """Outcomes as they come, in no fixed order; closing the iterator stops the work.

    With `x64`, JAX's 64-bit types are switched on in the processes that do the work.
    """
    if jobs == 1 or len(tasks) < 4:
        _prepare(x64)
        yield from map(_work, tasks)
        return
    # Spawned, not forked: torch and JAX hold threads that a fork would break.
    pool = ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), initializer=_start, initargs=(x64,)
    )
    try:
        futures = {pool.submit(_work, task): task for task in tasks}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                task = futures[future]
                yield Outcome(
                    task.law, "crashed", task.backend, task.device or "", task.dtype, task.seed,
                    reason="a worker process died (signal or exit); run this law alone with --jobs 1",
                )  # fmt: skip
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()


def prove(
    *patterns: str,
    impl: Mapping[str, Implementation] | None = None,
    names: Sequence[str] = ("numpy",),
    dtypes: Sequence[str] = ("float64",),
    device: str | None = None,
    examples: int = EXAMPLES,
    seed: int = 0,
) -> list[Outcome]:
    """Prove laws in this process, on the reference or on implementations of your own.

    With `impl`, {"rope.rotate": mine}, only the laws about those functions run, with every
    other function taken from the reference.

    Raises
    ------
    UnknownNameError
        for a pattern or function that matches nothing.

    Examples
    --------
    >>> [outcome] = prove("rope.rotation-definition", examples=3)
    >>> outcome.verdict
    'held'
    """
    tasks = plan(patterns, names=names, dtypes=dtypes, device=device, examples=examples, seed=seed)
    if impl:
        catalogue.select(list(impl), catalogue.functions(), "function")
        tasks = [task for task in tasks if set(impl) & set(catalogue.laws()[task.law].about)]
    return [task.run(impl) for task in tasks]


def exit_code(outcomes: Sequence[Outcome], *, interrupted: bool = False) -> int:
    """0 all held; 1 something refuted, crashed or timed out; 3 nothing ran, or not all that was asked."""
    verdicts = {outcome.verdict for outcome in outcomes}
    if verdicts & {"refuted", "crashed", "timed out"}:
        return 1
    return 3 if interrupted or "inconclusive" in verdicts or "held" not in verdicts else 0
