"""What a page is made of; `page.html.j2` sets it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from markupsafe import Markup

from ..engine import catalogue
from ..engine.accuracy.shown import number
from . import formula, plot

Data = Mapping[str, Any]
"""A part of a report, as JSON holds it."""
MARKS = {
    "held": "good", "exact": "good", "measured": "good", "found": "good", "same": "good", "within": "good",
    "imprecise": "fair", "edge": "fair", "expected": "fair", "skipped": "fair", "inconclusive": "fair",
    "not measured": "fair", "no numbers": "fair", "not judged": "fair", "not compared": "fair",
}  # fmt: skip
"""The colours of verdicts; all others are bad."""
KINDS = {"cancellation": "cancelling inputs", "sweep": "a sweep"}
"""Kinds of inputs in words, where they are others than "… inputs"."""
DECADES = 4
"""Decades on both sides of the bound that a meter shows."""


@dataclass(frozen=True, slots=True)
class Law:
    """One law on one line, with the place of its worst error on a scale, in percent."""

    id: str
    verdict: str
    text: str = ""
    note: str = ""
    place: float | None = None
    told: str = ""
    """What the place means."""
    bound: float | None = None
    """Where the bound is, if not in the middle."""

    @property
    def mark(self) -> str:
        """The colour."""
        return mark(self.verdict)


@dataclass(frozen=True, slots=True)
class Laws:
    """Laws under a heading; folded where there is a summary."""

    title: str
    laws: Sequence[Law]
    note: str = ""
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    cells: Sequence[Any]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `numbers` are the columns that are set right."""

    heads: Sequence[str]
    rows: Sequence[Row]
    numbers: Sequence[int] = ()
    title: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Example(Table):
    """A call, what both give, and the difference in words."""

    call: str = ""
    origin: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture and what it shows."""

    svg: Markup
    caption: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A definition."""

    number: str
    sentence: Markup
    display: Markup


@dataclass(frozen=True, slots=True)
class Known:
    """A mistake that laws see; `made` if it is the one."""

    id: str
    sentence: str
    reference: str
    laws: str
    made: bool


@dataclass(frozen=True, slots=True)
class Program:
    """A program that shows something."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """What is told of one function, or of one group of laws."""

    name: str = ""
    verdict: str = ""
    mark: str = ""
    cause: str = ""
    facts: Sequence[str] = ()
    _: KW_ONLY
    formulas: Sequence[Formula] = ()
    example: Example | None = None
    figures: Sequence[Figure] = ()
    pictures: str = "Errors"
    """The heading of the figures."""
    tables: Sequence[Table] = ()
    told: Sequence[str] = ()
    picture: Markup | None = None
    laws: Sequence[Laws] = ()
    claims: Sequence[tuple[str, str | Markup]] = ()
    mistakes: Sequence[Known] = ()
    programs: Sequence[Program] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    heading: str
    title: str
    parts: Sequence[Part]
    total: str
    command: str = ""
    settings: Sequence[tuple[str, str]] = field(default_factory=tuple)


def mark(verdict: str) -> str:
    """The colour of a verdict."""
    return MARKS.get(verdict, "bad")


def meter(worst: float) -> float:
    """Where an error over its bound stands, in percent: the bound is in the middle."""
    if math.isnan(worst):
        return 100.0
    decades = math.log10(worst) if worst > 0 else -math.inf
    return round(50 * (1 + min(max(decades, -DECADES), DECADES) / DECADES) * 0.96 + 2, 1)


def floats(values: Sequence[Any]) -> list[float]:
    """Numbers as JSON holds them."""
    return [float(value) for value in values]


def statement(law: str) -> str:
    """What a law says; nothing of one that is not known here."""
    known = catalogue.laws().get(law)
    return known.statement if known is not None else ""


def law_line(outcome: Data, text: str = "") -> Law:
    """An outcome on one line: what the law says, and why it does not hold."""
    name, verdict = str(outcome["law"]), str(outcome["verdict"])
    worst = float(outcome["worst"])
    ran = sum(outcome["examples"].values())
    shown = ran and outcome["compared"] and verdict != "skipped"
    notes = [f"{ran} example{'s' * (ran != 1)}"] if verdict == "held" else [outcome["reason"]]
    notes += (
        [f"Not tried: {', '.join(outcome['untried'])}."] if outcome["untried"] and verdict == "held" else []
    )
    told = f"the worst error is {worst:.3g} times what is allowed"
    if outcome["mistake"]:
        notes.append(f"on {outcome['mistake']}")
    return Law(
        name, verdict, text or statement(name), "; ".join(note for note in notes if note),
        meter(worst) if shown else None, told,
    )  # fmt: skip


def error_figures(errors: Data, caption: str, dtype: str, bound: float | None = None,
                  bound_label: str = "allowed") -> list[Figure]:  # fmt: skip
    """The picture of errors; none where there are none."""
    series: dict[str, list[int]] = {}
    for place, kind in enumerate(errors["kinds"]):
        series.setdefault(kind, []).append(place)
    if not series:
        return []
    sizes, ulps, bounds = (floats(errors[name]) for name in ("sizes", "ulps", "bounds"))
    points = [
        plot.Points(
            KINDS.get(kind, f"{kind} inputs"), [sizes[i] for i in places], [ulps[i] for i in places],
            [bounds[i] for i in places] if bounds else (),
        )
        for kind, places in series.items()
    ]  # fmt: skip
    drawn = plot.errors(
        points,
        x_label=errors["of"],
        bound=bound,
        bound_label=bound_label,
        title=caption,
        digits=DIGITS.get(dtype),
    )
    return [Figure(drawn, caption)]


DIGITS = {"float64": 15.95, "float32": 7.22, "float16": 3.31, "bfloat16": 2.41}
"""Decimal digits of formats: −log₁₀ u."""


def defined(source: str) -> list[Formula]:
    """The definitions that something cites, with their formulas."""
    return [
        Formula(entry.citation, formula.inline(entry.sentence), formula.displays(entry.body))
        for entry in catalogue.entries(source)
        if entry.defines
    ]


def defined_of(function: str) -> list[Formula]:
    """The definitions of a function; none of one that is not known here."""
    known = catalogue.functions().get(function)
    return [] if known is None else defined(known.source)


def told_claims(claims: Mapping[str, str]) -> list[tuple[str, str | Markup]]:
    """Numbers with their sentences, formulas as the document has them where it is here."""
    known = {entry.citation: entry for number in claims for entry in catalogue.entries(number)}
    return [
        (number, formula.inline(known[number].sentence) if number in known else sentence)
        for number, sentence in claims.items()
    ]


def mistakes(function: str, made: Sequence[str] = ()) -> list[Known]:
    """The mistakes that are known of a function, those that were made first."""
    laws = [law for law in catalogue.laws().values() if function in law.about]
    found = [
        Known(
            it.id,
            it.sentence,
            it.reference,
            ", ".join(law.id for law in laws if it.id in law.refutes),
            it.id in made,
        )
        for it in catalogue.mistakes().values()
        if it.function == function
    ]
    return sorted(found, key=lambda it: not it.made)


def ulp(value: Any) -> str:
    """A number of ulps with few digits."""
    error = float(value)
    return "∞" if math.isinf(error) else number(error)
