"""The rounds of a campaign as one result for each law and setting.

    {"schema": "refimpl.campaign/1", "versions", "seed", "examples", "interrupted", "seconds",
     "units": int, "done": int,
     "results": [{… as in refimpl.prove/1 …, "rounds": {verdict: int}, "round": int or null,
                  "again": null or the command that reproduces it}]}

Examples, comparisons, derived bounds and seconds are sums over rounds (so that seconds are those of
processes, not of the clock), worst values are the largest, and narrowing is the median of the rounds'. The
verdict is the worst, with the reason, the counterexample and the seed of the first round that has it.
"""

import math
import shlex
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .campaign import Settings
from .runner import Outcome, Verdict

SCHEMA = "refimpl.campaign/1"
ORDER: tuple[Verdict, ...] = ("skipped", "held", "inconclusive", "timed out", "crashed", "refuted")
"""From the best to the worst. A round that was skipped says less than one that held."""
_NUMBERS = {"worst": "worst_over_tolerance", "worst_in_u": "worst_in_u"}


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
        worst = max(mine, result, key=lambda it: float(it["worst_over_tolerance"]))  # which may be "inf"
        self.result.update({name: worst[name] for name in (*_NUMBERS.values(), "worst_at")})

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
        found = self.result
        return Outcome(
            law=found["law"],
            verdict=self.verdict,
            backend=found["backend"],
            device=found["device"],
            dtype=found["dtype"],
            seed=found["seed"],
            examples=found["examples"],
            compared=found["compared"],
            **{ours: float(found[theirs]) for ours, theirs in _NUMBERS.items()},  # type: ignore[arg-type]
            worst_at=found["worst_at"],
            seconds=found["seconds"],
            reason=found["reason"],
            derived=found["derived"],
            narrowing=self.narrowing,
            underived=found["underived"],
        )

    @property
    def narrowing(self) -> float:
        """Derived bounds over written ones, in the median of the rounds' medians."""
        return statistics.median(self.narrowings) if self.narrowings else math.nan

    def data(self) -> dict[str, Any]:
        """As in the schema."""
        ended = self.verdict not in ("held", "skipped")
        return {
            **self.result,
            "seconds": round(self.result["seconds"], 3),
            "narrowing": self.narrowing,
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


def document(merged: Sequence[Merged], asked: Settings, done: int) -> dict[str, Any]:
    """The whole report of a campaign."""
    return {
        "schema": SCHEMA,
        "versions": asked.versions,
        "seed": asked.seed,
        "examples": asked.examples,
        "interrupted": done < asked.units,
        "seconds": round(sum(it.result["seconds"] for it in merged), 3),
        "units": asked.units,
        "done": done,
        "results": [it.data() for it in merged],
    }
