"""One function in all ways: the same inputs, the proven values, and what moves."""

import itertools
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..._errors import DomainError
from ..._names import find
from ..._xp import check_integer
from ...backends import Setting
from ...public import naming
from ..auditing.fitting import Foreign, Manner, adapted
from ..auditing.objects import TargetError
from ..auditing.targets import Source, call, sources
from ..engine import catalogue, foreign
from ..engine.accuracy.enclose import Case, Leaf, enclosures
from ..engine.accuracy.measure import Effort
from ..language.exact import UnprovenError
from ..language.law import Implementation
from .bounds import Bounds, bounds
from .inputs import bound_to_numpy, cases
from .meeting import Call, Figures, Meeting
from .running import Ran, Stage, eager
from .ways import Way

CALLS = 24
"""Calls of laws by default: ordinary, of cancellation, and of extreme scale."""


@dataclass(slots=True)
class Swapped:
    """What was found of one function."""

    function: str
    ways: tuple[Way, ...]
    source: Source | None = None
    """Of a user's own function; none for the reference."""
    adapter: str = ""
    seed: int = 0
    calls: int = 0
    figures: list[Figures | str] = field(default_factory=list)
    """For every way what was counted, or why it cannot run."""
    pairs: list[Meeting] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """Calls that no way could run, or whose numbers a format does not hold, by reason."""
    unproven: Counter[str] = field(default_factory=Counter)
    """Calls without an exact value, by reason."""
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def label(self) -> str:
        """The function as people have named it."""
        return self.function if self.source is None else f"{self.source} as {self.function}"

    @property
    def ran(self) -> list[Figures]:
        """The ways that gave results."""
        return [it for it in self.figures if isinstance(it, Figures) and it.calls]


@dataclass(frozen=True, slots=True)
class Task:
    """One function in all ways; small and picklable."""

    function: str
    ways: tuple[Way, ...]
    effort: Effort
    source: Source | None = None
    adapter: str = ""

    def run(self) -> Swapped:
        """Run it; after Ctrl-C the calls that came to an end count."""
        found = Swapped(self.function, self.ways, self.source, self.adapter, self.effort.seed)
        begun = time.perf_counter()
        stages, functions = self._ready(found)
        found.pairs = [Meeting(*two) for two in itertools.combinations(range(len(self.ways)), 2)]
        reference = catalogue.functions()[self.function].implementation
        try:
            for case in cases(self.function, self.ways, self.effort, found.left_out):
                self._try(case, reference, stages, functions, found)
        except KeyboardInterrupt:
            found.interrupted = True
        found.seconds = time.perf_counter() - begun
        return found

    def lost(self, why: str) -> Swapped:
        """The result if the process died."""
        found = Swapped(self.function, self.ways, self.source, self.adapter, self.effort.seed)
        found.figures = [why for _ in self.ways]
        found.pairs = [Meeting(*two) for two in itertools.combinations(range(len(self.ways)), 2)]
        return found

    def _ready(self, found: Swapped) -> tuple[list[Stage | None], list[Any]]:
        """The ways set up, and the function for each; those that cannot be say why."""
        stages: list[Stage | None] = []
        functions: list[Any] = []
        raw = self._raw()
        for way in self.ways:
            try:
                if way.compiled and (why := eager(self.function)):
                    raise DomainError(f"{self.function}: {why}")
                stage = Stage.of(way)
                functions.append(self._function(raw, stage.on))
            except Exception as error:  # a library, and foreign code, may raise anything
                found.figures.append(_told(error))
                stages.append(None)
                functions.append(None)
            else:
                found.figures.append(Figures.of(stage))
                stages.append(stage)
        return stages, functions

    def _raw(self) -> Implementation | Exception:
        """The function as it is loaded, once for all ways; or what its own code raised."""
        if self.source is None:
            return catalogue.functions()[self.function].implementation
        try:
            return Foreign(call(self.source, self.function, self.adapter), Manner())
        except TargetError:  # there is no such function
            raise
        except Exception as error:
            return error

    def _function(self, raw: Implementation | Exception, on: Setting) -> Implementation:
        if isinstance(raw, Exception):
            raise raw
        return raw if self.source is None else adapted(self.function, raw, self.adapter, on)

    def _try(self, case: Case, reference: Implementation, stages: Sequence[Stage | None],
             functions: Sequence[Any], found: Swapped) -> None:  # fmt: skip
        ran: list[Ran | str | None] = [
            None if stage is None else _run(stage, case, function)
            for stage, function in zip(stages, functions, strict=True)
        ]
        there = [it for it in ran if it is not None]
        reasons = [it for it in there if isinstance(it, str)]
        if there and len(reasons) == len(there):
            found.left_out[f"no way takes it: {reasons[0]}"] += 1
            return
        if reasons and bound_to_numpy(case):
            found.left_out["a function among its arguments holds arrays of NumPy's"] += 1
            return
        found.calls += 1
        dtypes = {stage.on.precision.name for stage in stages if stage is not None}
        proven = {dtype: self._exact(case, reference, dtype) for dtype in dtypes}
        if why := next((it for it in proven.values() if isinstance(it, str)), ""):
            found.unproven[why] += 1
        memory: dict[Any, Bounds] = {}
        calls: list[Call | None] = []
        for figures, it in zip(found.figures, ran, strict=True):
            calls.append(None)
            if isinstance(it, str) and isinstance(figures, Figures):
                figures.refused[it] += 1
            elif isinstance(it, Ran) and isinstance(figures, Figures):
                exact = proven[figures.stage.on.precision.name]
                if isinstance(exact, str):
                    calls[-1] = figures.add(case, it, None, None)
                else:
                    given = _bounds(case, reference, figures.stage, exact, memory)
                    calls[-1] = figures.add(case, it, exact, given)
        for pair in found.pairs:
            one, other = calls[pair.first], calls[pair.second]
            if one is not None and other is not None:
                pair.add(case, one, other)

    def _exact(self, case: Case, reference: Implementation, dtype: str) -> list[Leaf] | str:
        """The proven values, which may depend on what the format has; or why there are none."""
        try:
            with np.errstate(all="ignore"):
                return enclosures(case, reference, dtype)
        except UnprovenError as error:
            return _told(error)


def _bounds(
    case: Case, reference: Implementation, stage: Stage, exact: list[Leaf], memory: dict[Any, Bounds]
) -> Bounds:
    """The bounds, which compilation and threads do not change."""
    key = stage.way.backend, stage.way.dtype, stage.way.tf32
    if key not in memory:
        memory[key] = bounds(case, reference, stage, exact)
    return memory[key]


def _run(stage: Stage, case: Case, function: Implementation) -> Ran | str:
    try:
        return stage.run(case, function)
    except Exception as error:  # whatever a library refuses with is the reason
        return _told(error)


def _told(error: BaseException) -> str:
    return foreign.line(f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}", 240)


def plan(functions: Sequence[str], ways: Sequence[Way], effort: Effort, *,
         impl: Mapping[str, str | Implementation] | None = None, adapters: Mapping[str, str] | None = None,
         isolated: bool = True) -> list[Task]:  # fmt: skip
    """The tasks for reference functions (patterns of their names), and for a user's own."""
    own = sources(impl, isolated=isolated) if impl else {}
    known = catalogue.functions()
    used = {find(name, known, "function", call="swap"): it for name, it in (adapters or {}).items()}
    chosen = catalogue.select(functions, known, "function") if functions or not own else []
    naming("swap")(check_integer)("calls", effort.calls, 1)
    return [
        *(Task(name, tuple(ways), effort) for name in chosen),
        *(Task(name, tuple(ways), effort, it, used.get(name, "")) for name, it in own.items()),
    ]
