"""Results as they come, from work that a signal or a closed pipe may stop: what there is is kept."""

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..engine import signals
from . import output

Result = TypeVar("Result")


@dataclass(slots=True)
class Gathered(Generic[Result]):
    """What a run has given."""

    results: list[Result]
    seconds: float
    signal: int = 0
    """The signal that stopped it, if any."""
    interrupted: bool = False
    """Whether it was stopped, by a signal or because nobody listens any more."""

    def code(self, verdict: int) -> int:
        """The exit code of a run with this verdict."""
        return signals.SIGNALLED + self.signal if self.signal else verdict


def gather(
    work: Generator[Result, None, None], show: Callable[[Result], object], *, filed: bool, kept: bool = True
) -> Gathered[Result]:
    """Do some work, and show each result. With `filed`, results go to a file, so that the work goes on when
    nobody reads the output any more. Without `kept` they are shown alone, for there may be millions."""
    started = time.perf_counter()
    found = Gathered[Result]([], 0.0)

    def do(caught: signals.Caught) -> None:
        with closing(work) as results:
            for result in results:
                if kept:
                    found.results.append(result)
                show(result)
                if caught.number:  # its exception was lost in a finaliser
                    return
                if output.closed() and not filed:
                    found.interrupted = True
                    return

    found.signal = signals.keep(do).number
    found.interrupted = found.interrupted or bool(found.signal)
    found.seconds = time.perf_counter() - started
    return found
