"""What the command line prints: colours and a progress bar on a terminal, plain lines elsewhere."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from ..._errors import UnknownNameError
from ...backends import Diagnosis
from ..engine import catalogue, foreign, generic
from ..engine.cases import items
from ..engine.report import plain
from ..engine.runner import Counterexample, Outcome
from ..engine.selftest import Verdict
from ..language.edge import Edge
from ..language.erratum import Erratum
from ..language.judge import Finding
from .output import Stream

if TYPE_CHECKING:
    from ..language.document import Document, Entry

COLOURS = {
    "held": "green",
    "edge": "yellow",
    "expected": "yellow",
    "stale": "red",
    "imprecise": "yellow",
    "refuted": "red",
    "crashed": "red",
    "timed out": "red",
    "skipped": "yellow",
}
CONSOLE = Console(file=cast(TextIO, Stream()), highlight=False, soft_wrap=True)


def _say(text: str = "", style: str | None = None) -> None:
    CONSOLE.print(escape(foreign.printable(text)), style=style)


def say(*lines: str) -> None:
    """Print lines."""
    for text in lines:
        _say(text)


def line(outcome: Outcome) -> str:
    """One outcome on one line."""
    where = f"{outcome.backend} {outcome.dtype}"
    name = outcome.law + (f" on {outcome.mistake}" if outcome.mistake else "")
    if outcome.verdict == "skipped":
        return f"{outcome.verdict:<8} {name}  {where}  {outcome.reason}"
    if outcome.verdict in ("crashed", "timed out"):
        return f"{outcome.verdict:<8} {name}  {where}  {outcome.reason}"
    ran = f"{sum(outcome.examples.values())} examples  {outcome.compared} compared"
    if outcome.derived:
        ran += f"  derived bounds in {outcome.derived} ({outcome.narrowing:.2g} × written)"
    return (
        f"{outcome.verdict:<8} {name}  {where}  {ran}  worst {outcome.worst:.3g} of tolerance  "
        f"{outcome.seconds:.2f} s"
    )


def value(given: Any) -> str:
    """An input as it is printed."""
    long = isinstance(given, np.ndarray)
    return np.array2string(given, threshold=24, precision=17) if long else str(given)


def _case(found: Counterexample) -> Iterator[str]:
    for name, given in items(found.case).items():
        yield f"    {name} = {value(given)}"


def claims(source: str) -> list[str]:
    """The sentences of a citation beside their numbers, a line each."""
    return [f"  {number}: {sentence}" for number, sentence in catalogue.claims(source).items()]


def failure(outcome: Outcome) -> list[str]:
    """Why a law failed: the reason and the smallest counterexample."""
    law = catalogue.laws()[outcome.law]
    lines = [
        f"  {law.statement}",
        *claims(law.source),
        f"  bound: {law.tolerance}",
        f"  why: {outcome.reason}",
    ]
    found = outcome.counterexample
    if found:
        lines.append(f"  smallest input found ({found.kind}, seed {outcome.seed}):")
        lines.extend(_case(found))
    return lines


@contextmanager
def bar(
    total: int, verbose: bool, what: str = "laws", *, done: int = 0, left: bool = False
) -> Iterator[Callable[[str, str, Sequence[str], bool], None]]:
    """A function to call with each law that is done: its name, verdict and lines, which a terminal does not
    show if they are quiet. `done` of them are done before; with `left`, the bar has the time that is left."""
    terminal = CONSOLE.is_terminal
    time = TimeRemainingColumn() if left else TimeElapsedColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), time)
    with Progress(*columns, console=CONSOLE, transient=True, disable=not terminal) as shown:
        task = shown.add_task(what, total=total, completed=done)

        def show(law: str, verdict: str, lines: Sequence[str], quiet: bool) -> None:
            if lines and (verbose or not terminal or not quiet):
                _say(lines[0], COLOURS.get(verdict))
                say(*lines[1:])
            shown.update(task, advance=1, description=law)

        yield show


@contextmanager
def progress(
    total: int, verbose: bool, *, details: bool = True, lines: bool = True
) -> Iterator[Callable[[Outcome], None]]:
    """A function to call with each outcome as it comes; with `details` it says why a law failed, without
    `lines` only how many are done."""
    with bar(total, verbose) as shown:

        def show(outcome: Outcome) -> None:
            # A mistake that is refuted is what the self-test wants to see.
            good = outcome.verdict == ("refuted" if outcome.mistake else "held")
            explained = details and not good and not outcome.mistake and outcome.verdict != "skipped"
            told = [line(outcome), *(failure(outcome) if explained else ())] if lines else []
            colour = outcome.verdict if not outcome.mistake else ""
            shown(outcome.law, colour, told, good or outcome.verdict == "skipped")

        yield show


def summary(outcomes: Sequence[Outcome], planned: int, seconds: float, seed: int, interrupted: bool) -> None:
    """Totals: by setting, skips with their reasons, and one last line."""
    settings = dict.fromkeys((o.backend, o.dtype) for o in outcomes)
    for backend, dtype in settings:
        part = [o for o in outcomes if (o.backend, o.dtype) == (backend, dtype)]
        counts = Counter(o.verdict for o in part)
        worst = max((o for o in part if o.verdict == "held"), key=lambda o: o.worst, default=None)
        text = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        if worst:
            text += f"; closest to its tolerance: {worst.law} ({worst.worst:.2f})"
        _say(f"{backend} {dtype}: {text}")
        for reason, count in Counter(o.reason for o in part if o.verdict == "skipped").items():
            _say(f"  skipped {count}: {reason}", "yellow")
        if derived := [o for o in part if o.derived]:
            tighter = sum(o.narrowing < 1 for o in derived)
            _say(
                f"  bounds derived for {len(derived)} laws, in the median tighter than written for {tighter}"
            )
    verdicts = Counter(o.verdict for o in outcomes)
    if interrupted:
        _say(f"interrupted after {len(outcomes)} of {planned} runs", "yellow")
    if not verdicts["held"]:
        _say("nothing was proved", "red")
    totals = ", ".join(
        f"{verdicts[verdict]} {verdict}"
        for verdict in ("held", "refuted", "crashed", "timed out", "inconclusive", "skipped")
        if verdicts[verdict] or verdict in ("held", "refuted")
    )
    _say(f"{totals} in {seconds:.1f} s (seed {seed})")


def selftest(verdict: Verdict, seconds: float, interrupted: bool) -> None:
    """What is wrong with the proofs, if anything, and one last line."""
    for name in verdict.failed:
        _say(f"not held on the reference: {name}", "red")
    for law, wrong, what in verdict.missed:
        _say(f"{law} did not refute {wrong}: {what}", "red")
    for name in verdict.toothless:
        _say(f"names no mistake of its functions: {name}", "red")
    for name in verdict.survivors:
        _say(f"survived: {name}", "red")
    if interrupted:
        _say("interrupted", "yellow")
    total = len(verdict.refuted) + len(verdict.survivors)
    share = 100 * len(verdict.refuted) / total if total else 0
    _say(f"{len(verdict.refuted)} of {total} mistakes refuted ({share:.0f} %) in {seconds:.1f} s")


def erratum_data(erratum: Erratum, printed: list[Finding], corrected: list[Finding]) -> dict[str, Any]:
    """One erratum as JSON holds it."""

    def findings(of: list[Finding]) -> list[dict[str, Any]]:
        return [
            {
                "label": f.label,
                "holds": f.holds,
                "relation": f.relation,
                "left": plain(f.left),
                "right": plain(f.right),
            }
            for f in of
        ]

    return {
        "id": erratum.id, "source": erratum.source, "claims": dict(catalogue.claims(erratum.source)),
        "printed": erratum.printed,
        "counterexample": erratum.counterexample, "corrected": erratum.corrected,
        "printed_findings": findings(printed), "corrected_findings": findings(corrected),
        "laws": list(erratum.laws),
    }  # fmt: skip


def erratum(entry: Erratum, printed: list[Finding], corrected: list[Finding]) -> None:
    """One erratum with the verdicts of both statements at its counterexample."""
    _say(f"{entry.id}", "bold")
    say(*claims(entry.source))
    for title, statement, findings in (
        ("as printed", entry.printed, printed),
        ("corrected", entry.corrected, corrected),
    ):
        holds = bool(findings) and all(finding.holds for finding in findings)
        _say(f"  {title}: {statement}")
        _say(f"    {'held' if holds else 'refuted'}", "green" if holds else "red")
        for finding in findings:
            mark = "held" if finding.holds else "refuted"
            _say(f"    {mark}: {finding.label}: {finding.left} {finding.relation} {finding.right}")
        if title == "as printed":
            _say(f"  counterexample: {entry.counterexample}")
    _say(f"  laws: {', '.join(entry.laws)}")
    _say()


def listing(what: str, names: Sequence[str]) -> None:
    """A line for each name."""
    for name in names:
        if what == "functions":
            function = catalogue.functions()[name]
            laws = sum(name in law.about for law in catalogue.laws().values())
            wrong = sum(mistake.function == name for mistake in catalogue.mistakes().values())
            text = f"{name}  ({function.source})  {laws} laws, {wrong} mistakes  {function.summary}"
        elif what == "laws":
            text = f"{name}  ({catalogue.laws()[name].source})  {catalogue.laws()[name].statement}"
        elif what == "claims":
            text = "".join(f"{number}  {sentence}" for number, sentence in catalogue.claims(name).items())
        elif what == "mistakes":
            text = f"{name}  {catalogue.mistakes()[name].sentence}"
        elif what == "adapters":
            text = f"{name}  {_convention(name)}"
        elif what == "edges":
            text = f"{name}  {_edge(catalogue.edges()[name])}"
        else:
            text = f"{name}  ({catalogue.errata()[name].source})  {catalogue.errata()[name].printed}"
        _say(text)


def show(name: str, last: Sequence[Mapping[str, Any]]) -> None:
    """All that is known of one name; `last` are the results of the last run of `prove`."""
    if name in catalogue.functions():
        _show_function(name, last)
    elif name in catalogue.laws():
        _show_law(name, last)
    elif name in catalogue.mistakes():
        wrong = catalogue.mistakes()[name]
        _say(f"{name}: {wrong.sentence}")
        if wrong.reference:
            _say(f"  seen in: {wrong.reference}")
        by = [law.id for law in catalogue.laws().values() if name in law.refutes]
        _say(f"  refuted by: {', '.join(by)}")
    elif name in catalogue.adapters():
        _show_adapter(name)
    elif name in generic.ADAPTERS:
        _say(f"{name}: {generic.ADAPTERS[name].sentence}")
        _say("  an adapter for any function, alone or beside that of a convention")
    elif name in catalogue.edges():
        _show_edge(catalogue.edges()[name])
    elif name in catalogue.documents():
        _show_document(catalogue.documents()[name])
    elif entries := catalogue.entries(name):
        for entry in entries:
            _show_entry(entry, last)
    else:
        raise UnknownNameError(
            f"nothing is called {name!r}; see `refimpl list functions` "
            "(documents, claims, laws, mistakes, adapters, edges, errata)"
        )


def _show_document(document: "Document") -> None:
    title, *rest = document.lines()
    _say(title, "bold")
    say(*rest)
    _say(f'\n`refimpl show "{document.name} D1"` adds functions, laws and last figures.')


def _show_entry(entry: "Entry", last: Sequence[Mapping[str, Any]]) -> None:
    """A definition, claim or erratum with the functions and the laws that cite it."""
    document = catalogue.documents()[entry.document]
    _say(entry.citation, "bold")
    say(document.article, "", *entry.lines(functions=False))
    if others := [document.entries[number] for number in entry.references if number in document.entries]:
        say("", *(f"{other.number}: {other.claim}" for other in others))
    say("", "Notation", *(f"  {line}" for line in document.notation_lines()))
    functions = [it for it in catalogue.functions().values() if entry in catalogue.entries(it.source)]
    if functions:
        _say("\nFunctions")
    for function in functions:
        _say(f"  {function.name}: {function.summary}")
    _say("\nLaws")
    for law in catalogue.written_laws().values():
        if entry in catalogue.entries(law.source):
            _say(f"  {law.id}: {law.statement}")
            _figures(law.id, last)
    for known in catalogue.errata().values():
        if entry in catalogue.entries(known.source):
            _say(f"\n`refimpl errata {known.id}` shows the counterexample live.")


def _figures(law: str, last: Sequence[Mapping[str, Any]]) -> None:
    for result in last:
        if result["law"] == law:
            _say(
                f"    last: {result['verdict']} on {result['backend']} {result['dtype']}, "
                f"worst {result['worst_over_tolerance']} of tolerance at {result['worst_at']!r}"
            )


def _show_function(name: str, last: Sequence[Mapping[str, Any]]) -> None:
    function = catalogue.functions()[name]
    needs = ", ".join(sorted(function.needs)) or "nothing beyond elementwise operations and reductions"
    _say(name, "bold")
    _say(function.doc)
    _say()
    say(*(f"{number}: {sentence}" for number, sentence in catalogue.claims_about(name).items()))
    _say(f"\nNeeds of a backend: {needs}\n\nLaws")
    for law in catalogue.laws().values():
        if name in law.about:
            _say(f"  {law.id} ({law.source}): {law.statement}")
            _figures(law.id, last)
    _say("\nMistakes")
    for wrong in catalogue.mistakes().values():
        if wrong.function == name:
            _say(f"  {wrong.id}: {wrong.sentence}" + (f" ({wrong.reference})" if wrong.reference else ""))
    _say("\nAdapters")
    for convention in [it for it in catalogue.adapters().values() if it.function == name]:
        _say(f"  {convention.name}: {convention.sentence}")
    for way in generic.ADAPTERS.values():
        if not generic.check(name, way.name):
            _say(f"  {way.name} (of any function): {way.sentence}")
    known = catalogue.edges_of(name)
    if known:
        _say("\nEdges")
    for edge in known:
        _say(f"  {edge.name}: {_edge(edge)}")


def _convention(name: str) -> str:
    return (
        generic.ADAPTERS[name].sentence if name in generic.ADAPTERS else catalogue.adapters()[name].sentence
    )


def _edge(edge: Edge) -> str:
    """What practice gives at an edge, on one line."""
    return f"{edge.sentence}: refimpl gives {edge.ours}; in use: {', '.join(edge.values)}"


def _show_edge(edge: Edge) -> None:
    _say(f"{edge.id}: {edge.sentence}")
    _say(f"  refimpl gives {edge.ours}")
    for name, value in edge.values.items():
        _say(f"  {name}: {value.who}; `refimpl audit --edge {edge.name}={name}` adopts it")
    if not edge.general:
        _say(f"  laws that go there: {', '.join(edge.laws) or 'none'}")


def _show_adapter(name: str) -> None:
    known = catalogue.adapters()
    convention = known[name]
    _say(f"{name}: {convention.sentence}")
    if convention.reference:
        _say(f"  as in: {convention.reference}")
    if convention.beyond:
        _say(f"  laws beyond its reach: {', '.join(convention.beyond)}")
    others = [other.function for other in known.values() if other.name == convention.name]
    _say(f"  adapters of this name: {', '.join(others)}")


def _show_law(name: str, last: Sequence[Mapping[str, Any]]) -> None:
    law = catalogue.laws()[name]
    _say(f"{name}", "bold")
    _say(f"  {law.statement}")
    say(*claims(law.source))
    _say(f"  about: {', '.join(law.about)}\n  bound: {law.tolerance}")
    _say(f"  refutes: {', '.join(law.refutes)}")
    if at := [edge.id for edge in catalogue.edges().values() if name in edge.laws]:
        _say(f"  has cases at the edges: {', '.join(at)}")
    _figures(name, last)


def doctor(found: Sequence[Diagnosis]) -> None:
    """Every backend: what it is here, or why it is not and how to get it."""
    for it in found:
        if not it.usable:
            _say(f"{it.name}: unavailable: {it.reason}", "yellow")
            _say(f"  to get it: {it.install}")
            continue
        _say(f"{it.name} {it.version}", "green")
        _say(f"  devices: {', '.join(it.devices)}")
        _say(f"  dtypes: {', '.join(it.dtypes)}; a Python float becomes {it.default_dtype}")
        _say(f"  flushes subnormals: {', '.join(it.flushes) or 'nowhere'}")
        for failure_text in it.failures:
            _say(f"  fails: {failure_text}", "red")
        for capability, reason in it.lacks.items():
            _say(f"  lacks {capability}: {reason}")
        for note in it.notes:
            _say(f"  note: {note}")
