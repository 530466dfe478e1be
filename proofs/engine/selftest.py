"""The test of the proofs: every law refutes its mistakes, and none refutes the reference.

Laws name what they refute in float64 and float32. In half precision their bounds are wider by thousands, so
that it is enough there if one of the laws that name a mistake refutes it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ... import backends
from ...backends import HALVES
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
            *(w for w in laws[name].refutes if w in mistakes and not catalogue.hidden(w, dtype, backend)),
        )
    ]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the self-test found; of what is a fault, empty lists are wanted."""

    refuted: dict[str, list[str]]
    """Mistakes by id, each with the laws that refuted it."""
    survivors: list[str]
    """Mistakes that no law refuted."""
    toothless: list[str]
    """Laws that name no mistake, or a mistake that does not exist."""
    missed: list[tuple[str, str, str]]
    """(law, mistake, verdict) where a law did not refute a mistake that it names, and should have."""
    failed: list[str]
    """Laws that do not hold on the reference."""
    skipped: dict[str, str]
    """No fault: laws that did not run in the setting, with the reason."""
    hidden: dict[str, str]
    """No fault: mistakes that cannot be seen in the setting, with the reason."""
    passed_over: list[tuple[str, str, str]]
    """No fault: (law, mistake, verdict) in half precision where another law refuted the mistake, or may."""
    open: list[str]
    """Mistakes in half precision that no law refuted, where not all that name them ran."""

    @property
    def passed(self) -> bool:
        """Whether everything is as it must be, and there was anything to test."""
        return bool(self.refuted) and not self.faulty

    @property
    def faulty(self) -> bool:
        """Whether anything is as it must not be."""
        return bool(self.survivors or self.toothless or self.missed or self.failed)


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
    setting = (outcomes[0].dtype, outcomes[0].backend) if outcomes else ("", "")
    ran = list(dict.fromkeys(outcome.law for outcome in outcomes))
    skipped = {it.law: it.reason for it in outcomes if not it.mistake and it.verdict == "skipped"}
    tried = [it for it in outcomes if it.mistake and it.law not in skipped]
    refuted: dict[str, list[str]] = {
        name: [] for name in [*(it.mistake for it in tried), *_unnamed(ran, setting)]
    }
    for outcome in tried:
        if outcome.verdict == "refuted":
            refuted[outcome.mistake].append(outcome.law)
    open_ = [
        name for name, laws in refuted.items() if not laws and setting[0] in HALVES and not _asked(name, ran)
    ]
    excused = {*open_, *(name for name, laws in refuted.items() if laws and setting[0] in HALVES)}
    missed = [(it.law, it.mistake, it.verdict) for it in tried if it.verdict != "refuted"]
    return Verdict(
        refuted={name: laws for name, laws in refuted.items() if laws},
        survivors=[name for name, laws in refuted.items() if not laws and name not in open_],
        toothless=structural(ran),
        missed=[it for it in missed if it[1] not in excused],
        failed=[it.law for it in outcomes if not it.mistake and it.verdict not in ("held", "skipped")],
        skipped=skipped,
        hidden=_hidden(ran, setting) | _without_law(outcomes, skipped, refuted),
        passed_over=[it for it in missed if it[1] in excused],
        open=open_,
    )


def _unnamed(ran: Sequence[str], setting: tuple[str, str]) -> list[str]:
    """Mistakes that no law names, in documents all of whose laws ran: they survive, too."""
    laws = catalogue.laws()
    documents = {laws[name].document for name in ran}
    if len(ran) < sum(law.document in documents for law in laws.values()):
        return []
    named = {wrong for law in laws.values() for wrong in law.refutes}
    return [
        name
        for name, wrong in catalogue.mistakes().items()
        if wrong.function.partition(".")[0] in documents
        and name not in named
        and not catalogue.hidden(name, *setting)
    ]


def _asked(mistake: str, ran: Sequence[str]) -> bool:
    """Whether all laws that name a mistake ran."""
    return all(name in ran for name, law in catalogue.laws().items() if mistake in law.refutes)


def _hidden(ran: Sequence[str], setting: tuple[str, str]) -> dict[str, str]:
    """The mistakes that laws name, and that do not show in a setting, with the reason that they give."""
    laws, mistakes = catalogue.laws(), catalogue.mistakes()
    named = dict.fromkeys(wrong for name in ran for wrong in laws[name].refutes if wrong in mistakes)
    return {wrong: reason for wrong in named if (reason := catalogue.hidden(wrong, *setting))}


def _without_law(
    outcomes: Sequence[Outcome], skipped: Mapping[str, str], tried: Collection[str]
) -> dict[str, str]:
    """The mistakes all of whose laws are skipped, with the reasons of those."""
    reasons: dict[str, dict[str, None]] = {}
    for it in outcomes:
        if it.mistake and it.mistake not in tried:
            reasons.setdefault(it.mistake, {})[f"{it.law} is skipped: {skipped[it.law]}"] = None
    return {name: "; ".join(found) for name, found in reasons.items()}
