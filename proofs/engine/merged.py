"""The rounds of a campaign as one result for each law and setting.

Examples, comparisons, derived bounds and seconds are sums over rounds (so that seconds are those of
processes, not of the clock), worst values are the largest, and narrowing is the median of the rounds'. The
verdict is the worst, with the reason, the counterexample and the seed of the first round that has it.
"""

import math
import shlex
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from .campaign import Settings
from .errors import Errors
from .report import Envelope, plain
from .runner import Outcome, Verdict

ORDER: tuple[Verdict, ...] = ("skipped", "held", "inconclusive", "timed out", "crashed", "refuted")
"""From the best to the worst. A round that was skipped says less than one that held."""
_WORST = ("worst", "worst_in_u", "worst_at")


@dataclass(frozen=True, slots=True)
class Row(Outcome):
    """One law in one setting: an outcome, and what became of its rounds."""

    rounds: Mapping[str, int] = field(default_factory=dict)
    """How many gave each verdict."""
    round: int | None = None
    """The first that had this verdict, unless all held or nothing ran."""
    again: str | None = None
    """The command that gives the same."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a campaign is done."""

    units: int
    done: int


@dataclass(slots=True)
class Merged:
    """What the rounds of one law in one setting gave together."""

    result: dict[str, Any]
    examples: int
    """The examples that were asked for in the round whose verdict this is."""
    round: int
    rounds: Counter[str] = field(default_factory=Counter)
    narrowings: list[float] = field(default_factory=list)
    bounds: str = "written"
    device: str | None = None

    def add(self, result: dict[str, Any], examples: int, number: int) -> None:
        """Add a round."""
        mine = self.result
        if ORDER.index(result["verdict"]) > ORDER.index(mine["verdict"]):
            self.result, self.examples, self.round = dict(result), examples, number
        self._sum(mine, result)
        worst = max(mine, result, key=lambda it: float(it["worst"]))  # which may be "inf"
        self.result.update({name: worst[name] for name in _WORST})

    def _sum(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
        self.result["examples"] = dict(Counter(one["examples"]) + Counter(other["examples"]))
        for name in ("compared", "derived", "seconds"):
            self.result[name] = one[name] + other[name]
        self.result["underived"] = one["underived"] or other["underived"]

    def count(self, result: Mapping[str, Any]) -> None:
        """Count a round, the first, too."""
        self.rounds[result["verdict"]] += 1
        if not math.isnan(narrowing := float(result["narrowing"])):
            self.narrowings.append(narrowing)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the rounds."""
        verdict: Verdict = self.result["verdict"]
        return verdict

    @property
    def again(self) -> str:
        """The command that gives the same; empty where all held or nothing ran."""
        if self.verdict in ("held", "skipped"):
            return ""
        found = self.result
        words = [
            "refimpl",
            "prove",
            found["law"],
            "--seed",
            str(found["seed"]),
            "--examples",
            str(self.examples),
        ]
        words += ["--backend", found["backend"], "--dtype", found["dtype"]]
        words += ["--device", self.device] if self.device else []
        words += ["--bounds", self.bounds] if self.bounds != "written" else []
        return shlex.join(words)

    @property
    def outcome(self) -> Outcome:
        """As an outcome, without the counterexample: the numbers that JSON lacks are lost in it."""
        left_out = ("counterexample", "errors")
        kept = {it.name: self.result[it.name] for it in fields(Outcome) if it.name not in left_out}
        numbers = {"worst": float(kept["worst"]), "worst_in_u": float(kept["worst_in_u"])}
        return Outcome(**{**kept, **numbers, "narrowing": self.narrowing})

    @property
    def narrowing(self) -> float:
        """Derived bounds over written ones, in the median of the rounds' medians."""
        return statistics.median(self.narrowings) if self.narrowings else math.nan

    def data(self) -> dict[str, Any]:
        """As in the schema."""
        ended = self.verdict not in ("held", "skipped")
        return {
            **self.result,
            "errors": plain(Errors()),
            "narrowing": plain(self.narrowing),
            "rounds": dict(self.rounds),
            "round": self.round if ended else None,
            "again": self.again or None,
        }


def merge(results: Iterable[tuple[dict[str, Any], int, int]], asked: Settings) -> list[Merged]:
    """One result for each law and setting, in the order of the campaign."""
    order = {unit.key[1:]: place for place, unit in enumerate(asked.of_round(0))}
    found: dict[tuple[str, str, str], Merged] = {}
    for result, examples, number in results:
        key = (result["backend"], result["dtype"], result["law"])
        if key in found:
            found[key].add(result, examples, number)
        else:
            found[key] = Merged(dict(result), examples, number, bounds=asked.bounds, device=asked.device)
        found[key].count(result)
    return [found[key] for key in sorted(found, key=order.__getitem__)]


def envelope(merged: Sequence[Merged], asked: Settings, done: int) -> Envelope:
    """The whole report of a campaign."""
    settings = asked.stored()
    return Envelope(
        "campaign",
        {name: settings[name] for name in settings if name not in ("versions", "laws")},
        [it.data() for it in merged],
        sum(it.result["seconds"] for it in merged),
        interrupted=done < asked.units,
        versions=asked.versions,
        summary=Progress(asked.units, done),
    )
