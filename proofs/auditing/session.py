"""Runs the requests of an audit in a few processes, starting a new one after each that died."""

import os
import queue
import threading
import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .messages import Diagnosis, Discover, Explain, Failed, Guess, Load, Loaded, Tried, Try, outcome_of
from .objects import TargetError
from .process import STARTUP_SECONDS, DiedError, Process
from .targets import Place

GIVE_UP = 3
"""After so many deaths of one function its other laws are not tried."""
PATIENCE = 4
"""Another process starts when the work has taken so many times as long as the start of the first."""


def discover(module: str, document: str, seconds: float) -> tuple[str, ...]:
    """The functions of a document that a module has, found out in a process of its own."""
    return _look(Discover(module, document), seconds).names


def guess(target: str, seconds: float) -> Mapping[str, tuple[str, ...]]:
    """What the function of a target, or each of a module, may be, found out in a process of its own."""
    place = Place.parse(target) if ":" in target else Place(target, "")
    return _look(Guess(place.module, place.name), seconds).likely


def _look(request: Discover | Guess, seconds: float) -> Loaded:
    """What a process finds in a module."""
    module = request.module
    with Process(request, seconds) as process:
        try:
            answer = process.receive(STARTUP_SECONDS)
        except DiedError as death:
            raise TargetError(f"audit: {module}: {death.reason} while it was imported") from death
    if isinstance(answer, Failed):
        raise TargetError(
            answer.reason if answer.missing else f"audit: {module}: importing it raised {answer.reason}"
        )
    assert isinstance(answer, Loaded)
    return answer


class LoadError(Exception):
    """The user's code could not be loaded: a verdict, not a usage error."""

    def __init__(self, verdict: str, reason: str, device: str | None = None) -> None:
        self.verdict, self.reason, self.device = verdict, reason, device
        super().__init__(reason)


class _Worker:
    """One process at a time; a dead one is replaced when it is next needed."""

    def __init__(self, load: Load, seconds: float, first: Process | None = None) -> None:
        self.load, self.seconds, self._first = load, seconds, first
        self.process: Process | None = None
        self.loaded = Loaded()
        self.ended = False

    def start(self) -> Process:
        """The process, with the functions loaded."""
        if self.process is None:
            process, self._first = self._first or Process(self.load, self.seconds), None
            self.process = process
            if self.ended:  # closed while it started
                self.stop()
                raise LoadError("crashed", "interrupted")
            try:
                ready = process.receive(STARTUP_SECONDS)
                if isinstance(ready, Failed):
                    self.load.setting()  # raises here what it raised there
                    raise TargetError(ready.reason)
                self.load = replace(self.load, device=ready.device)
                answer = process.receive(STARTUP_SECONDS)
                if isinstance(answer, Failed):
                    if answer.missing:
                        raise TargetError(answer.reason)
                    raise LoadError("crashed", f"importing it raised {answer.reason}", self.load.device)
                self.loaded = replace(answer, notes=ready.notes)
            except DiedError as death:
                reason = f"while it was imported: {death.reason}"
                raise LoadError(death.verdict, reason, self.load.device) from death
        return self.process

    def ask(self, request: Try | Explain) -> Any:
        """The answer to a request."""
        try:
            return self.start().ask(request)
        except (DiedError, LoadError):
            self.stop()
            raise

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self.process = self.process, None
        if process is not None:
            process.close()


class Session:
    """All requests of one audit; closing it ends every process."""

    def __init__(self, load: Load, seconds: float, jobs: int, first: Process | None = None) -> None:
        self._workers = [_Worker(load, seconds, first), *(_Worker(load, seconds) for _ in range(1, jobs))]
        self._deaths: Counter[str] = Counter()
        began = time.perf_counter()
        if first is not None:
            began -= time.process_time()  # a fork; another process imports again what this one has
        self.loaded = self._open()
        self._load = self._workers[0].load
        self._start = time.perf_counter() - began

    def _open(self) -> Loaded:
        first = self._workers[0]
        try:
            first.start()
        except BaseException:
            first.stop()
            raise
        return first.loaded

    def run(self, requests: Sequence[Try | Explain]) -> Generator[Tried | Diagnosis, None, None]:
        """Answers as they come. Functions that keep dying are given up, and this is said.

        Another process is worth its start where the work takes much longer than that: so long each waits.
        """
        waiting: queue.SimpleQueue[Try | Explain] = queue.SimpleQueue()
        done: queue.SimpleQueue[Tried | Diagnosis | BaseException] = queue.SimpleQueue()
        for request in requests:
            waiting.put(request)

        over = threading.Event()

        def work(worker: _Worker, before: int) -> None:
            if worker.process is None:
                over.wait(before * PATIENCE * self._start)
            while not worker.ended:
                try:
                    request = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    done.put(self._answer(worker, request))
                except BaseException as error:  # the main thread raises it
                    done.put(error)
                    return

        for place, worker in enumerate(self._workers[: len(requests)]):
            threading.Thread(target=work, args=(worker, place), daemon=True).start()
        try:
            for _ in requests:
                answer = done.get()
                if isinstance(answer, BaseException):
                    raise answer
                yield answer
        finally:
            over.set()

    def _answer(self, worker: _Worker, request: Try | Explain) -> Tried | Diagnosis:
        name = request.function
        if isinstance(request, Try) and self._deaths[name] >= GIVE_UP:
            reason = f"not tried: the process had already died {GIVE_UP} times in laws about {name}"
            return outcome_of(self._load, request, "skipped", reason)
        try:
            answer = worker.ask(request)
        except (DiedError, LoadError) as death:
            self._deaths[name] += 1
            if isinstance(request, Explain):
                return Diagnosis(name, (f"no diagnosis: {death.reason}",))
            return outcome_of(self._load, request, death.verdict, death.reason)
        if isinstance(answer, Failed):  # only Explain can fail here
            return Diagnosis(name, (f"no diagnosis: {answer.reason}",))
        fits = isinstance(answer, Tried if isinstance(request, Try) else Diagnosis)
        if isinstance(answer, Tried | Diagnosis) and fits and answer.function == name:
            return answer
        worker.stop()
        return self._unreadable(request)

    def _unreadable(self, request: Try | Explain) -> Tried | Diagnosis:
        reason = "the process sent an answer to another question"
        if isinstance(request, Explain):
            return Diagnosis(request.function, (f"no diagnosis: {reason}",))
        return outcome_of(self._load, request, "crashed", reason)

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.ended = True
        for worker in self._workers:
            worker.stop()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def workers(requests: int) -> int:
    """As many processes as there are cores, but none for fewer than four laws."""
    return min(os.cpu_count() or 1, max(1, requests // 4))
