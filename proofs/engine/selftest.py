"""The test of the proofs: every law refutes its mistakes, and none refutes the reference."""

from collections.abc import Sequence
from dataclasses import dataclass

from ... import backends
from ..language.mistake import Mistake
from . import catalogue
from .planning import EXAMPLES, Task, chosen
from .runner import Outcome


def plan(
    patterns: Sequence[str] = (),
    *,
    backend: str = "numpy",
    dtype: str = "float64",
    examples: int = EXAMPLES,
    seed: int = 0,
) -> list[Task]:
    """Every law on the reference, and on each mistake that it says it refutes and that shows in the dtype."""
    backends.check_name(backend)
    laws, mistakes = catalogue.laws(), catalogue.mistakes()
    return [
        Task(name, backend, dtype, None, examples, seed, mistake)
        for name in chosen(patterns)
        for mistake in (
            "",
            *(wrong for wrong in laws[name].refutes if wrong in mistakes and _shows(mistakes[wrong], dtype)),
        )
    ]


def _shows(wrong: Mistake, dtype: str) -> bool:
    return wrong.only in ("", dtype)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the self-test found; empty lists are what is wanted."""

    refuted: dict[str, list[str]]
    """Mistakes by id, each with the laws that refuted it."""
    survivors: list[str]
    """Mistakes that no law refuted."""
    toothless: list[str]
    """Laws that name no mistake, or a mistake that does not exist."""
    missed: list[tuple[str, str, str]]
    """(law, mistake, verdict) where a law did not refute a mistake that it names."""
    failed: list[str]
    """Laws that do not hold on the reference."""

    @property
    def passed(self) -> bool:
        """Whether everything is as it must be, and there was anything to test."""
        return bool(self.refuted) and not (self.survivors or self.toothless or self.missed or self.failed)


def structural(names: Sequence[str]) -> list[str]:
    """Laws whose `refutes` is empty or names unknown mistakes or mistakes in other functions."""
    laws, mistakes = catalogue.laws(), catalogue.mistakes()
    return [
        name
        for name in names
        if not laws[name].refutes
        or any(
            wrong not in mistakes or mistakes[wrong].function not in laws[name].about
            for wrong in laws[name].refutes
        )
    ]


def conclude(outcomes: Sequence[Outcome]) -> Verdict:
    """Read the outcomes of a plan. Only "refuted" counts: a mistake that merely crashes is no mistake."""
    dtype = outcomes[0].dtype if outcomes else ""
    ran = list(dict.fromkeys(outcome.law for outcome in outcomes))
    documents = {catalogue.laws()[name].document for name in ran}
    whole = len(ran) == sum(law.document in documents for law in catalogue.laws().values())
    refuted: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.mistake:
            refuted.setdefault(outcome.mistake, [])
            if outcome.verdict == "refuted":
                refuted[outcome.mistake].append(outcome.law)
    if whole:  # a mistake that no law names survives too
        for name, wrong in catalogue.mistakes().items():
            if wrong.function.partition(".")[0] in documents and _shows(wrong, dtype):
                refuted.setdefault(name, [])
    return Verdict(
        refuted={name: laws for name, laws in refuted.items() if laws},
        survivors=[name for name, laws in refuted.items() if not laws],
        toothless=structural(ran),
        missed=[
            (outcome.law, outcome.mistake, outcome.verdict)
            for outcome in outcomes
            if outcome.mistake and outcome.verdict != "refuted"
        ],
        failed=[outcome.law for outcome in outcomes if not outcome.mistake and outcome.verdict != "held"],
    )
