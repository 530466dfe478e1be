"""The sensitivity floor of a law: the smallest relative change of a function's results that it refutes.

A law whose tolerance is too wide holds of wrong functions too; its floor shows it. Every floating-point
number that the function returns is multiplied by 1 + δ, or by 1 ± δ with a sign for each place, δ = 2ᵏ ulp.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Literal, TypeAlias

import numpy as np

from ... import backends
from ..._xp import check_integer
from ...backends import Setting
from ...public import naming
from ..language.law import Implementation
from ..language.packing import mapped
from . import catalogue, registry
from .cases import missing
from .planning import chosen
from .runner import Bounds, run_law

EXAMPLES = 24
"""Examples per law by default, shared among its kinds of generator."""
WANTED = 6
"""The floor that is aimed at: 2⁶ = 64 ulp."""

Nudge: TypeAlias = Literal["all alike", "up and down"]
NUDGES: tuple[Nudge, ...] = ("all alike", "up and down")
Status: TypeAlias = Literal["found", "blind", "no numbers", "skipped", "crashed"]


@dataclass(frozen=True, slots=True)
class Floor:
    """What one law sees of one function."""

    law: str
    function: str
    status: Status
    """Blind if even a change by the whole result is not refuted."""
    ulps: float = math.inf
    """The smallest change that was refuted, in ulps (spacings of numbers just above 1)."""
    nudge: str = ""
    seconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One law and one function that it is about; small and picklable."""

    law: str
    function: str
    dtype: str = "float64"
    examples: int = EXAMPLES
    seed: int = 0
    bounds: Bounds = "written"

    def run(self) -> Floor:
        """Search for the floor."""
        started = time.perf_counter()
        floor = _Search(self, Setting.of(backends.get("numpy"), self.dtype)).floor()
        return replace(floor, seconds=time.perf_counter() - started)

    def lost(self, why: str) -> Floor:
        """What is said if its process dies."""
        return Floor(self.law, self.function, "crashed", reason=f"{why}; run this law alone with --jobs 1")


def plan(
    patterns: Sequence[str] = (),
    *,
    dtype: str = "float64",
    examples: int = EXAMPLES,
    seed: int = 0,
    bounds: Bounds = "written",
) -> list[Task]:
    """The tasks for all laws that match the patterns, but the general ones: those compare a function with
    itself, so that both sides change."""
    naming("sensitivity")(check_integer)("examples", examples, 1)
    laws = catalogue.laws()
    return [
        Task(name, function, dtype, examples, seed, bounds)
        for name in chosen(patterns)
        if not laws[name].general
        for function in laws[name].about
    ]


def by_law(floors: Sequence[Floor]) -> dict[str, float]:
    """The smallest change of any of its functions that each law sees; without laws that see no numbers."""
    return _least(floors, lambda floor: floor.law)


def by_function(floors: Sequence[Floor]) -> dict[str, float]:
    """The smallest change of each function that any law sees; without functions that return no numbers."""
    return _least(floors, lambda floor: floor.function)


def _least(floors: Sequence[Floor], key: Callable[[Floor], str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for floor in floors:
        if floor.status in ("found", "blind"):
            found[key(floor)] = min(floor.ulps, found.get(key(floor), math.inf))
    return found


class _Search:
    """Runs one law on one function, changed more or less."""

    def __init__(self, task: Task, on: Setting) -> None:
        self.task, self.on = task, on
        self.law = catalogue.laws()[task.law]
        self.changed = 0
        self.seen = ""
        self.reason = ""

    def floor(self) -> Floor:
        """The smallest k, supposing that larger changes are refuted if a smaller one is. The largest that is
        tried gives twice the result, or nothing of it."""
        names = self.law.id, self.task.function
        if reason := missing(self.law, self.on):
            return Floor(*names, "skipped", reason=reason)
        most = self.on.precision.bits - 1
        low, high = (0, WANTED) if self.refutes(WANTED) else (WANTED + 1, most + 1)
        while low < high:
            middle = (low + high) // 2
            if middle <= most and self.refutes(middle):
                high = middle
            else:
                low = middle + 1
        if self.reason:
            return Floor(*names, "crashed", reason=self.reason)
        if not self.changed:
            return Floor(*names, "no numbers")
        return Floor(*names, "blind") if high > most else Floor(*names, "found", 2.0**high, self.seen)

    def refutes(self, k: int) -> bool:
        """Whether the law refutes the function changed by 2ᵏ ulp, in one way or the other."""
        for nudge in NUDGES:
            outcome = run_law(
                self.law, self.on, examples=self.task.examples, seed=self.task.seed, shrink=False,
                bounds=self.task.bounds,
                replaced={self.task.function: self.nudged(nudge, 2.0**k * 2 * self.on.u)},
            )  # fmt: skip
            if outcome.verdict == "refuted":
                self.seen = nudge
                return True
            if outcome.verdict == "crashed" and not self.changed:
                self.reason = outcome.reason
        return False

    def nudged(self, nudge: Nudge, delta: float) -> Implementation:
        """The reference, with every floating-point number that it returns changed."""
        function = catalogue.reference()[self.task.function]

        def change(value: Any) -> Any:
            if isinstance(value, float):
                self.changed += 1
                return value * (1 + delta)
            if isinstance(value, np.ndarray | np.generic) and self.on.host(value).dtype.kind == "f":
                self.changed += value.size
                factor = 1 + delta * (1.0 if nudge == "all alike" else _signs(value.shape))
                with np.errstate(over="ignore"):
                    return (self.on.host(value) * factor).astype(value.dtype)
            return value

        @wraps(function)
        def changed(*args: Any, **kwargs: Any) -> Any:
            return mapped(function(*args, **kwargs), change)

        return changed


def _signs(shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """A sign for each place, the same for every call, the first one positive."""
    places = np.arange(math.prod(shape), dtype=np.uint64).reshape(shape)
    mixed = places * np.uint64(0x9E3779B97F4A7C15)  # the golden ratio spreads neighbours
    return np.where(mixed >> np.uint64(63), -1.0, 1.0)


def reason(name: str) -> str:
    """Why a law sees little, or little is seen of a function; empty if it need not be so."""
    facts = registry.facts()
    reasons = [*facts.insensitive.items(), *facts.unseen.items()]
    return next((why for why, names in reasons if name in names), "")
