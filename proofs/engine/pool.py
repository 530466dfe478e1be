"""A pool of processes, each of which runs one piece of work at a time: one that dies costs no more."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import connection, resource_tracker
from pickle import UnpicklingError
from typing import Any, Generic, Protocol, TypeVar

from . import foreign, signals

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)

GIVE_UP = 3
"""After so many processes that ended before they could begin, no more are started."""
# Spawned, not forked: torch and JAX hold threads that a fork would break.
_CONTEXT = multiprocessing.get_context("spawn")


class Task(Protocol[Result_co]):
    """What the pool runs: small and picklable."""

    def run(self) -> Result_co:
        """Do it."""
        ...

    def lost(self, why: str) -> Result_co:
        """What is said if that did not come to an end."""
        ...


class PoolError(RuntimeError):
    """Processes of the pool end before they can begin."""


@dataclass(frozen=True, slots=True)
class _Lost:
    """In the place of a result."""

    why: str


def _serve(link: Any, by_main: bool) -> None:
    """What a process of the pool does. What it needs is sent, not given: to read it takes imports, during
    which the parent may end."""
    signals.work_for_parent(by_main)
    with suppress(EOFError, ConnectionError):  # the parent has ended
        prepare = link.recv()
        prepare()
        link.send(None)
        while True:
            task = link.recv()
            try:
                link.send(task.run())
            except ConnectionError:
                raise
            except BaseException as error:  # whatever it is costs this piece alone
                link.send(_Lost(foreign.raised(error)))


class _Worker(Generic[Result]):
    """A process of the pool, and what it works on."""

    def __init__(self, prepare: Callable[[], None]) -> None:
        self.task: Task[Result] | None = None
        self.link, theirs = _CONTEXT.Pipe()
        by_main = threading.current_thread() is threading.main_thread()
        self.process = _CONTEXT.Process(target=_serve, args=(theirs, by_main), daemon=True)
        if os.name == "posix":
            resource_tracker.ensure_running()  # starting it would let signals in again
        with signals.held():
            self.process.start()
        theirs.close()
        with suppress(OSError):
            self.link.send(prepare)

    def give(self, task: Task[Result]) -> None:
        """Let it work on something."""
        self.task = task
        with suppress(OSError):  # it has died, which is seen when its answer is read
            self.link.send(task)

    def end(self) -> str:
        """End it, and say how it ended."""
        self.process.join(0.1)  # a process that dies closes its pipe a little earlier
        alive = self.process.is_alive()
        self.process.kill()
        self.process.join()
        self.link.close()
        code = self.process.exitcode or 0
        if alive:
            return "its process lost the connection"
        return f"its process died of {signals.name(-code)}" if code < 0 else f"its process ended with {code}"


class _Pool(Generic[Result]):
    """Processes, and the work that none of them has yet."""

    def __init__(self, tasks: Iterable[Task[Result]], jobs: int, prepare: Callable[[], None]) -> None:
        self.tasks, self.prepare = iter(tasks), prepare
        self.waiting = deque(islice(self.tasks, jobs))  # of tasks there may be millions
        self.workers: list[_Worker[Result]] = []
        self.stillborn = 0

    def start(self) -> None:
        """Start a process, if there is work for it."""
        if self.waiting:
            self.workers.append(_Worker(self.prepare))

    def results(self) -> Iterator[Result]:
        """What comes until all processes have ended."""
        while self.workers:
            by_link = {worker.link: worker for worker in self.workers}
            for link in connection.wait(list(by_link)):
                yield from self._heard(by_link[link])  # type: ignore[index]

    def _heard(self, worker: _Worker[Result]) -> Iterator[Result]:
        """Take what a process has to say, and give it something else to do."""
        task, worker.task = worker.task, None
        try:
            answer = worker.link.recv()
        except (EOFError, OSError, UnpicklingError):  # its end, or half an answer
            answer = _Lost(self._bury(worker, task))
        else:
            self.stillborn = 0
            if self.waiting:
                worker.give(self.waiting.popleft())
                self.waiting.extend(islice(self.tasks, 1))
            else:
                self._dismiss(worker)
        if task is not None:
            yield task.lost(answer.why) if isinstance(answer, _Lost) else answer

    def _bury(self, worker: _Worker[Result], task: Task[Result] | None) -> str:
        """Put another in the place of a process that has died."""
        self.workers.remove(worker)
        why = worker.end()
        self.stillborn += task is None
        if self.stillborn >= GIVE_UP:
            raise PoolError(f"processes cannot be started: {why}") from None
        self.start()
        return why

    def _dismiss(self, worker: _Worker[Result]) -> None:
        self.workers.remove(worker)
        worker.process.kill()
        worker.end()

    def close(self) -> None:
        """End all processes."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.end()


def run(
    tasks: Iterable[Task[Result]], jobs: int, prepare: Callable[[], None]
) -> Generator[Result, None, None]:
    """Results as they come, in no fixed order; closing the iterator ends all processes. Tasks are taken as
    processes get free. `prepare` is what each process does first."""
    with closing(_Pool(tasks, jobs, prepare)) as pool:
        for _ in range(len(pool.waiting)):
            pool.start()
        yield from pool.results()
