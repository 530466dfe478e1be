"""Measures one function in one setting against enclosures of its exact values.

Inputs are the calls that the laws make, samples of sweeps, and what a search around the worst of both finds.
"""

import inspect
import itertools
import math
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any, Literal, TypeAlias

import numpy as np

from .... import backends
from ...._libraries import is_array
from ....backends import HALVES, Setting
from ....backends._ball._precision import WorkingPrecision
from ...language import domains
from ...language.exact import UnprovenError
from ...language.law import Implementation
from ...language.packing import mapped_arrays, size
from ...language.sweep import Sweep
from .. import catalogue, registry
from ..calls import Call, calls
from ..errors import Errors, Point
from .enclose import Case, enclosures, leaves
from .spots import Spot, spot
from .spread import drawn, points
from .tally import KEPT, Leaf, Place, Tally
from .ulps import BITS, power

LARGEST = 1024
"""Elements of arguments up to which a call is measured; results may have eight times as many."""
CHUNK, WHOLE = 1024, 256
"""Samples that are evaluated together; fewer where none may be left out because the results are large."""
GOOD = 4.0
"""Ulps above which the condition is looked at."""
TRIES, STEPS, ARGUMENTS, CONDITION_BITS = 2, 8, 6, 1280
"""For the condition: moves of an argument, by at most so many ulps, each alone up to so many; bits."""
MOVED = ", moved by ulps"
ROUNDS, BEST, NEIGHBOURS = 8, 4, 96
"""Of a search: rounds, points that are kept, and neighbours that are tried of each."""

Rows: TypeAlias = np.ndarray[Any, Any] | None
"""Numbers of samples; None for all."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried: samples of a sweep, and calls of laws."""

    samples: int = 1536
    calls: int = 24
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What was found of one function in one setting."""

    function: str
    backend: str
    dtype: str
    status: Literal["measured", "exact", "not measured", "failed"]
    reason: str = ""
    device: str = ""
    seed: int = 0
    exhaustive: bool = False
    """Every number of the format that the function takes was an input, and every error is known: the worst is
    no lower bound."""
    samples: int = 0
    worst: Spot | None = None
    beyond: Spot | None = None
    """The largest error over the condition: what inputs that move by one ulp do not explain."""
    median: float = math.nan
    counts: dict[str, int] = field(default_factory=dict)
    discrete: int = 0
    different: int = 0
    tiny_worst: float = 0.0
    faults: dict[str, Spot] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    """Calls that could not be measured, by reason."""
    seconds: float = 0.0
    errors: Errors = field(default_factory=Errors)
    """Of samples and calls that were drawn, not searched for."""


def measure(
    function: str, on: Setting, effort: Effort, *, replaced: Implementation | None = None
) -> Accuracy:
    """Measure a function, or what stands in for it, in a setting."""
    started = time.perf_counter()
    blank = Accuracy(
        function, on.backend.name, on.precision.name, "not measured", device=on.device_name, seed=effort.seed
    )
    known = catalogue.functions()[function]
    if known.needs & {"host", "rational"}:
        return replace(blank, reason="host function: it computes in NumPy float64 whatever the library is")
    if lacking := sorted(known.needs & set(on.backend.lacks)):
        return replace(blank, reason=f"{on.backend.name} lacks {lacking[0]}: {on.backend.lacks[lacking[0]]}")
    run = _Run(function, on, effort, known.implementation, replaced or known.implementation)
    with np.errstate(all="ignore"):
        run.all()
    return replace(run.result(blank), seconds=time.perf_counter() - started)


class _Run:
    """The state of one measurement."""

    def __init__(self, function: str, on: Setting, effort: Effort, reference: Any, tested: Any) -> None:
        self.function, self.on, self.effort = function, on, effort
        self.reference, self.tested = reference, tested
        self.tally = Tally(on)
        self.left_out: Counter[str] = Counter()
        self.rng = np.random.default_rng(effort.seed)
        self.exhausted: list[bool] = []
        self.points: list[Point] = []

    def all(self) -> None:
        """Calls of laws, sweeps, and a search around the worst calls."""
        for case in law_cases(self.function, self.on, self.effort):
            self.add(case)
        for sweep in (it for it in registry.sweeps() if it.function == self.function):
            self.sweep(sweep)
        for place in dict.fromkeys([*self.tally.worst[:1], *self.tally.beyond[:2]]):
            if not place.case.limits:
                self._around(place)
        self._settle()

    def add(self, case: Case, *, searched: bool = False) -> list[Leaf]:
        """Measure one case; nothing comes of it if it cannot be."""
        try:
            result = list(leaves(case.on(self.tested, self.on)))
        except Exception as error:  # a library may refuse with anything
            self.left_out[
                f"{self.on.backend.name} refuses: {type(error).__name__}: {_first_line(error)}"
            ] += 1
            return []
        if sum(math.prod(part.shape) for part in result if is_array(part)) > 8 * LARGEST:
            self.left_out["the result is too large"] += 1
            return []
        try:
            exact = enclosures(case, self.reference, self.on.precision.name)
        except UnprovenError as error:
            self.left_out[_first_line(error)] += 1
            return []
        found = self.tally.add(case, result, exact, searched=searched)
        if not searched:
            self.points += points(case, found)
        if any(np.any(leaf.errors > GOOD) for leaf in found):
            self._find_conditions(case, found, self._in_question(case, found))
        self.tally.keep(case, found)
        return found

    def _in_question(self, case: Case, found: list[Leaf]) -> Rows:
        """The samples whose conditions are asked for: what is beyond them is no more than their error, so not
        where that is less than the least that is kept."""
        count = _samples(case)
        if not count or len(self.tally.beyond) < KEPT:
            return None
        rows = np.concatenate([leaf.errors.reshape(count, -1) for leaf in found], axis=1)
        return np.flatnonzero(np.fmax.reduce(rows, axis=1) > self.tally.beyond[-1].beyond)

    def _find_conditions(self, case: Case, found: list[Leaf], rows: Rows, tries: int = TRIES) -> None:
        """Move each argument by up to some ulps at random, and add up how far the exact values move, an ulp;
        of these samples alone, if it is not all.

        Where the moved values have no enclosure, the condition is unknown, and stays so (NaN).
        """
        asked = case if rows is None else replace(case, args=tuple(values[rows] for values in case.args))
        places = [_places(leaf, case, rows) for leaf in found]
        for leaf, where in zip(found, places, strict=True):
            leaf.conditions = np.full(len(leaf.exact), math.nan)
            leaf.conditions[where] = 0.0
        count = _real_arguments(case) if any(map(len, places)) else 0
        for only in range(count) if count <= ARGUMENTS else [None] * ARGUMENTS:
            moves = [np.full(len(where), math.nan) for where in places]
            for _ in range(1 if case.limits else tries):
                moved = moved_by_ulps(asked, self.rng, self.on, STEPS, only=only)
                with suppress(UnprovenError):
                    exact = enclosures(moved, self.reference, self.on.precision.name, most=CONDITION_BITS)
                    for move, leaf, where in zip(moves, found, places, strict=True):
                        np.fmax(move, _distances(leaf, where, exact[leaf.number]) / STEPS, out=move)
            for leaf, where, move in zip(found, places, moves, strict=True):
                leaf.conditions[where] += move  # type: ignore[index]

    def _settle(self) -> None:
        """Look harder at the conditions where the errors beyond them are largest: chance makes some small."""
        for place in list(self.tally.beyond):
            if place.error <= GOOD:
                continue
            result = list(leaves(place.case.on(self.tested, self.on)))
            exact = enclosures(place.case, self.reference, self.on.precision.name)
            found = Tally(self.on).add(place.case, result, exact)
            [leaf] = [leaf for leaf in found if leaf.number == place.leaf]
            count = _samples(place.case)
            row = np.asarray([place.index * count // len(leaf.exact)]) if count else None
            self._find_conditions(place.case, found, row, 4 * TRIES)
            self.tally.beyond.remove(place)
            self.tally.beyond.append(leaf.place(place.case, place.index, leaf.errors))
        self.tally.beyond.sort(key=lambda place: -place.beyond)

    def sweep(self, sweep: Sweep) -> None:
        """Draw samples, or take all there are; then search around the worst."""
        everything = self._all_values(sweep)
        if everything is not None:
            missed = self._unknown()
            for start in range(0, len(everything), WHOLE):
                self.evaluate(sweep, [everything[start : start + WHOLE]])
            self.exhausted.append(self._unknown() == missed)
            return
        self.exhausted.append(False)
        share = 64 if sweep.tables else 16 if sweep.single else 1
        points = self._inside(
            sweep, [d.draw(self.rng, self.effort.samples, self.on.precision) for d in sweep.domains]
        )
        points = [values[: max(self.effort.samples // share, 1)] for values in points]
        errors = self.evaluate(sweep, points)
        for _ in range(ROUNDS if share == 1 else ROUNDS // 2):
            best = np.unique([row for ranked in errors for row in np.argsort(-ranked, kind="stable")[:BEST]])
            best = best[errors[0, best] >= 0]
            if not len(best):
                return
            points, errors = [values[best] for values in points], errors[:, best]
            tries = max(NEIGHBOURS // share, 2)
            moved = [
                d.near(self.rng, np.repeat(values, tries), self.on.precision)
                for d, values in zip(sweep.domains, points, strict=True)
            ]
            moved = self._inside(sweep, moved)
            found = self.evaluate(sweep, moved, searched=True)
            points = [np.concatenate(pair) for pair in zip(points, moved, strict=True)]
            errors = np.concatenate([errors, found], axis=1)

    def _unknown(self) -> int:
        """Calls and numbers so far of which no error is known."""
        return self.left_out.total() + self.tally.counts["undecided"]

    def _all_values(self, sweep: Sweep) -> Any:
        """Every number of a 16-bit format inside the domain, if the sweep has one real array argument."""
        real = len(sweep.domains) == 1 and isinstance(sweep.domains[0], domains.Reals)
        if sweep.python or not real or self.on.precision.name not in HALVES:
            return None
        values = domains.every(self.on.precision)
        return values[sweep.domains[0].contains(values)]

    def _inside(self, sweep: Sweep, points: list[Any]) -> list[Any]:
        """The points that, rounded to the format, are inside the domains."""
        if not sweep.python:
            points = [rounded(values, self.on) for values in points]
        kept = np.logical_and.reduce(
            [d.contains(values) for d, values in zip(sweep.domains, points, strict=True)]
        )
        return [values[kept] for values in points]

    def evaluate(self, sweep: Sweep, points: list[Any], *, searched: bool = False) -> Any:
        """The largest error at each point, and beyond the condition, in two rows; −1 where there is none."""
        count = len(points[0])
        if not count:
            return np.zeros((2, 0))
        if not sweep.single:
            parts = [
                self._errors(sweep, [values[i : i + CHUNK] for values in points], searched)
                for i in range(0, count, CHUNK)
            ]
            return np.concatenate(parts, axis=1)
        each = [self._errors(sweep, [values[i : i + 1] for values in points], searched) for i in range(count)]
        return np.concatenate(each, axis=1)

    def _errors(self, sweep: Sweep, points: list[Any], searched: bool) -> Any:
        count = len(points[0])
        arguments = tuple(values[0].item() for values in points) if sweep.python else tuple(points)
        names = inspect.signature(self.reference).parameters
        like = dict.fromkeys(
            [name for name in ("xp", "dtype", "device") if name in names and sweep.python], True
        )
        found = self.add(Case(sweep.call, arguments, like, "sweep", sweep.domains), searched=searched)
        largest = np.full((2, count), -1.0)
        for leaf in found:
            for row, errors in enumerate((leaf.errors, leaf.beyond)):
                if len(errors):
                    rows = np.where(np.isnan(errors), -1.0, errors).reshape(1 if sweep.single else count, -1)
                    largest[row] = np.maximum(largest[row], np.max(rows, axis=1))
        return largest

    def _around(self, place: Place) -> None:
        """Move the numbers of a call by ulps, keeping what makes the error larger."""
        case, error = place.case, place.beyond
        for _ in range(6):
            moved = moved_by_ulps(case, self.rng, self.on, 4)
            sizes = [
                np.max(leaf.beyond, initial=0.0, where=~np.isnan(leaf.beyond))
                for leaf in self.add(moved, searched=True)
            ]
            if sizes and max(sizes) > error:
                case, error = moved, float(max(sizes))

    def result(self, blank: Accuracy) -> Accuracy:
        """What the run adds up to."""
        tally = self.tally
        compared = sum(tally.counts.values()) - tally.counts["undecided"]
        status: Any = (
            "measured"
            if tally.counts["measured"]
            else "exact"
            if tally.discrete or compared
            else "not measured"
        )
        reasons = [reason for reason, _ in self.left_out.most_common(1)]
        return replace(
            blank,
            status=status,
            reason=reasons[0]
            if status == "not measured" and reasons
            else ""
            if compared or tally.discrete
            else "no numbers to compare",
            exhaustive=bool(self.exhausted) and all(self.exhausted),
            samples=tally.counts["measured"],
            worst=spot(tally.worst[0]) if tally.worst else None,
            beyond=spot(tally.beyond[0]) if tally.beyond else None,
            median=statistics.median(tally.errors) if tally.errors else math.nan,
            counts={kind: count for kind, count in sorted(tally.counts.items()) if count},
            discrete=tally.discrete,
            different=tally.different,
            tiny_worst=tally.tiny_worst,
            faults={kind: spot(place) for kind, place in tally.examples.items()},
            left_out=dict(self.left_out),
            errors=drawn(self.points),
        )


def _samples(case: Case) -> int:
    """How many samples a case of a sweep has that are told apart; 0 if it is one call of one, or of a law."""
    arrays = bool(case.limits) and all(isinstance(values, np.ndarray) for values in case.args)
    return len(case.args[0]) if arrays and len(case.args[0]) > 1 else 0


def _places(leaf: Leaf, case: Case, rows: Rows) -> Any:
    """The places of the numbers of a result that belong to samples."""
    everywhere = np.arange(len(leaf.exact))
    return everywhere if rows is None else everywhere.reshape(_samples(case), -1)[rows].reshape(-1)


def _distances(leaf: Leaf, places: Any, moved: Any) -> Any:
    """Ulps between enclosures at some places; infinite where one of them is unknown."""
    found = np.full(len(places), math.inf)
    with WorkingPrecision(BITS):
        for index, (place, other) in enumerate(zip(places, moved, strict=True)):
            y = leaf.exact[place]
            if y.is_finite() and other.is_finite():
                scale = power(-leaf.fmt.exponent(y.abs_lower()))
                found[index] = float((abs(other - y) * scale).abs_lower())
    return found


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


def rounded(values: Any, on: Setting) -> Any:
    """Host values as the setting holds them; integers stay."""
    host = np.asarray(values)
    return on.host(on.array(host)) if host.dtype.kind == "f" else host


def _real_arguments(case: Case) -> int:
    """How many arrays of reals (of numbers, in a sweep of those) a case has."""
    seen: list[Any] = []
    _each_real(case, lambda host: seen.append(host) or host)  # type: ignore[func-returns-value]
    return len(seen)


def _each_real(case: Case, change: Callable[[Any], Any]) -> Case:
    """The case with every array of reals changed; in a sweep, every Python float too."""

    def number(value: Any) -> Any:
        return float(change(np.asarray(value))) if type(value) is float else value

    def array(host: Any) -> Any:
        return change(host) if host.dtype.kind == "f" else host

    args = tuple(map(number, case.args)) if case.limits else case.args
    return replace(case, args=mapped_arrays(args, array), kwargs=mapped_arrays(case.kwargs, array))


def moved_by_ulps(
    case: Case, rng: np.random.Generator, on: Setting, most: int, *, only: int | None = None
) -> Case:
    """The case with every real number moved by up to so many ulps; symmetric matrices stay so.

    With `only`, just the numbers of that argument. Samples of a sweep move by the most.
    """
    numbers = itertools.count()

    def move(host: Any) -> Any:
        sizes = most if case.limits or host.size == 1 else rng.integers(1, most + 1, host.shape)
        steps = rng.choice([-1, 1], host.shape) * sizes
        if (
            host.ndim >= 2
            and host.shape[-1] == host.shape[-2]
            and np.array_equal(host, np.swapaxes(host, -1, -2))
        ):
            steps = np.tril(steps) + np.swapaxes(np.tril(steps, -1), -1, -2)
        if only not in (None, next(numbers)):
            return host
        return rounded(domains.neighbours(host, on.precision, steps), on)

    return replace(_each_real(case, move), source=case.source.removesuffix(MOVED) + MOVED)


def law_cases(function: str, on: Setting, effort: Effort) -> Iterator[Case]:
    """The calls of laws with the bits that the setting holds; made on NumPy, so the same on every backend."""
    dtype = on.precision.name if on.precision.name in ("float64", "float32") else "float32"
    for number, made in enumerate(_recorded(function, dtype, effort.calls, effort.seed)):
        case = law_case(function, made, number, lambda array: rounded(array, on))
        if size((case.args, case.kwargs)) <= LARGEST:
            yield case


def law_case(function: str, made: Call, number: int, change: Callable[[Any], Any]) -> Case:
    """A call of a law, its arrays changed, as what is measured."""
    defined = registry.facts().defined.get(function)
    call = _call if defined is None else partial(_defined, defined)
    args, kwargs = (mapped_arrays(part, change) for part in (made.args, made.kwargs))
    return Case(call, args, kwargs, f"{made.law}, {made.kind}, call {number}")


@cache
def _recorded(function: str, dtype: str, limit: int, seed: int) -> list[Call]:
    on = Setting.of(backends.get("numpy"), dtype)
    return calls(function, on, examples=12, seed=seed, limit=limit)


def _defined(part: Callable[[Any], Any], f: Any, *args: Any, **kwargs: Any) -> Any:
    return part(f(*args, **kwargs))


def _call(f: Any, *args: Any, **kwargs: Any) -> Any:
    return f(*args, **kwargs)
