"""Campaigns: any number of examples, in units that are done one by one and never lost.

A unit is one law in one setting in one round of at most `ROUND` examples. The first round has the seed of the
campaign, and so the inputs of a plain `prove`; later rounds have seeds that are derived from it. Rounds come
one after another, each with all laws, so that a campaign that is stopped early has tried all of them alike.

A law that runs fewer examples than it is asked for (`Law.most`) does so in each round. A sampled check spends
at most `FALSE_ALARM` on each example: a million of them raise a false alarm once in a million campaigns.
"""

import hashlib
import platform
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

from ... import backends
from ..._errors import RefimplError
from ...backends import BackendUnavailableError
from . import catalogue, planning, pool
from .installed import version_of
from .planning import Task
from .runner import Bounds, Outcome

ROUND = 240
"""Examples of a unit: what a kill costs at most, for each process."""
SEED_BYTES = 6
"""Seeds of later rounds are so long: they can be typed, and a million of them hardly ever meet."""


class CampaignError(RefimplError, RuntimeError):
    """A campaign that cannot be begun or gone on with as asked."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a campaign was asked to do; all results in its file are of these."""

    patterns: tuple[str, ...]
    laws: tuple[str, ...]
    backends: tuple[str, ...]
    dtypes: tuple[str, ...]
    device: str | None
    examples: int
    seed: int
    bounds: Bounds
    everything: bool = False
    """Whether all backends were asked for, and not those by name."""
    round: int = ROUND
    versions: dict[str, str] = field(default_factory=dict)
    """Of refimpl and all on which its inputs and results depend."""

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Settings":
        """Settings out of JSON, whose lists were tuples."""
        given: dict[str, Any] = {
            name: tuple(it) if isinstance(it, list) else it for name, it in stored.items()
        }
        return cls(**given)

    def stored(self) -> dict[str, Any]:
        """As JSON holds them."""
        return asdict(self)

    @property
    def rounds(self) -> int:
        """How many rounds give all examples."""
        return -(-self.examples // self.round)

    @property
    def units(self) -> int:
        """How many units there are."""
        return self.rounds * len(self.laws) * len(self.backends) * len(self.dtypes)

    @property
    def x64(self) -> bool:
        """Whether JAX's 64-bit types are wanted."""
        return "jax" in self.backends

    def round_seed(self, number: int) -> int:
        """The seed of a round."""
        if number == 0:
            return self.seed
        digest = hashlib.sha256(f"{self.seed}: round {number}".encode()).digest()
        return int.from_bytes(digest[:SEED_BYTES])

    def of_round(self, number: int) -> "list[Unit]":
        """All units of a round; the last has what is left of the examples."""
        examples = min(self.round, self.examples - number * self.round)
        seed = self.round_seed(number)
        return [
            Unit(Task(law, name, dtype, self.device, examples, seed, bounds=self.bounds), number)
            for name in self.backends
            for dtype in self.dtypes
            for law in self.laws
        ]


@dataclass(frozen=True, slots=True)
class Unit:
    """One law in one setting in one round; small and picklable."""

    task: Task
    round: int
    attempt: int = 0
    """How often it was tried before, in processes that died."""

    @property
    def key(self) -> tuple[int, str, str, str]:
        """What tells it from all others of the campaign."""
        return self.round, self.task.backend, self.task.dtype, self.task.law

    def run(self) -> "Done":
        """Do it."""
        return Done(self, self.task.run())

    def lost(self, why: str) -> "Done":
        """What is said if its process dies: that may be the machine's doing, so once it is tried again."""
        again = "and so it did before" if self.attempt else "--resume tries it once again"
        outcome = replace(self.task.lost(why), reason=f"{why}; {again}")
        return Done(self, outcome, self.attempt + 1)


@dataclass(frozen=True, slots=True)
class Done:
    """A unit, and what came out."""

    unit: Unit
    outcome: Outcome
    lost: int = 0
    """How often its process has died, if this is why there is no verdict."""


Runner = Callable[[Iterable[Unit], Settings], Generator[Done, None, None]]
"""What runs units, of which there may be millions: it takes few at a time."""
TRIES = 2
"""How often a unit is tried whose process dies."""


def settings(
    patterns: Sequence[str],
    *,
    backend: Sequence[str],
    dtype: Sequence[str],
    device: str | None,
    examples: int,
    seed: int,
    bounds: Bounds,
    everything: bool = False,
) -> Settings:
    """The settings of a new campaign, from the arguments of `prove`.

    Raises
    ------
    RefimplError
        as `planning.plan` does: a pattern, backend or dtype that is not there.

    Examples
    --------
    >>> new = settings(["rope.rotate-definition"], backend=["numpy"], dtype=["float64"], device=None,
    ...                examples=1000, seed=7, bounds="written")
    >>> new.rounds, new.units, new.round_seed(0)
    (5, 5, 7)
    >>> [unit.task.examples for number in range(5) for unit in new.of_round(number)]
    [240, 240, 240, 240, 40]
    """
    tasks = planning.plan(
        patterns, backend=backend, dtype=dtype, device=device, examples=examples, seed=seed, bounds=bounds
    )
    laws, used, formats = (
        tuple(dict.fromkeys(getattr(task, name) for task in tasks)) for name in ("law", "backend", "dtype")
    )
    return Settings(
        tuple(patterns), laws, used, formats, device, examples, seed, bounds, everything, ROUND,
        versions=versions(used),
    )  # fmt: skip


def versions(names: Iterable[str]) -> dict[str, str]:
    """Versions of all that decides what a campaign gives; "none" of a backend that cannot be used."""
    found = {
        "python": platform.python_version(),
        **{name: version_of(name) for name in ("refimpl", "hypothesis", "numpy")},
    }
    for name in names:
        try:
            found[name] = backends.get(name).version
        except BackendUnavailableError:
            found[name] = "none"
    return found


def check_same(stored: Settings) -> None:
    """Refuse to go on with what another program began: its results would be added to those of this one.

    Raises
    ------
    CampaignError
        if a version is another one, or a law is no longer there.
    """
    now = versions(stored.backends)
    if differing := [
        f"{name} {stored.versions.get(name, 'none')}, and here is {now.get(name, 'none')}"
        for name in stored.versions | now
        if stored.versions.get(name) != now.get(name)
    ]:
        raise CampaignError(
            f"the campaign was begun with {'; '.join(differing)}. Results of unlike versions are not added "
            "up: go on with the versions of then, or begin another campaign"
        )
    if gone := [law for law in stored.laws if law not in catalogue.laws()]:
        laws = ", ".join(gone[:5])
        raise CampaignError(f"the campaign has laws that are not here: {laws}. Install what has them")


def pooled(units: Iterable[Unit], asked: Settings, jobs: int) -> Generator[Done, None, None]:
    """Run units in processes of this machine; even one unit at a time has a process, which may die."""
    yield from pool.run(units, jobs, partial(planning.prepare, asked.x64))


def remaining(
    asked: Settings, taken: Callable[[int], dict[tuple[int, str, str, str], int]]
) -> Iterator[Unit]:
    """The units that are still to do. `taken` gives those of a round that have been tried, with how often
    their process died."""
    for number in range(asked.rounds):
        before = taken(number)
        for unit in asked.of_round(number):
            died = before.get(unit.key)
            if died is None or 0 < died < TRIES:
                yield replace(unit, attempt=died or 0)
