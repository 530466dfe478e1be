"""The command `refimpl show`: one name, with where it is written and all that belongs to it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from ... import backends
from ..._names import find
from ..engine import catalogue, generic, registry
from ..engine.places import place
from ..language.mistake import Mistake
from . import completing
from .display import bold, claims, say
from .listing import at_edge
from .running import last_figures

if TYPE_CHECKING:
    from ..language.document import Entry

Last: TypeAlias = list[dict[str, Any]]
"""The results of the last run of `prove`."""


@click.command()
@click.argument("words", metavar="NAME", nargs=-1, required=True, shell_complete=completing.functions)
def show(words: tuple[str, ...]) -> None:
    """Show a document (rope), a definition, claim or erratum of it ("rope C3"), or a function, law, mistake,
    adapter, edge or backend, with the file and line where it is written, and all that belongs to it.

    The last part of a name is enough where it is the only one: `refimpl show layer_norm`.
    """
    name, last = " ".join(words), last_figures()
    if name not in catalogue.documents() and (entries := catalogue.entries(name)):
        for entry in entries:
            _entry(entry, last)
        return
    kinds: list[tuple[Iterable[str], Callable[[str, Last], None]]] = [
        (catalogue.functions(), _function), (catalogue.laws(), _law), (catalogue.mistakes(), _mistake),
        (catalogue.adapters(), _adapter), (generic.ADAPTERS, _generic), (catalogue.edges(), _edge),
        (catalogue.errata(), _erratum), (catalogue.documents(), _document), (backends.names(), _backend),
    ]  # fmt: skip
    full = find(name, [it for names, _ in kinds for it in names], "name")
    for names, tell in kinds:
        if full in names:  # "numpy" is a backend and an adapter
            tell(full, last)


def _head(name: str, member: Any, sentence: str = "") -> None:
    bold(f"{name}  {place(member)}".rstrip())
    if sentence:
        say(f"  {sentence}")


def _listed(title: str, members: Iterable[tuple[str, Any, str]]) -> None:
    """What belongs to a name: each with its place, and its sentence below."""
    say(f"\n{title}")
    for name, member, sentence in members:
        say(f"  {name}  {place(member)}", f"    {sentence}")


def _document(name: str, _: Last) -> None:
    title, *rest = catalogue.documents()[name].lines()
    bold(title)
    say(*rest, f'\n`refimpl show "{name} D1"` adds functions, laws and last figures.')


def _entry(entry: "Entry", last: Last) -> None:
    """A definition, claim or erratum with the functions and the laws that cite it."""
    document = catalogue.documents()[entry.document]
    bold(entry.citation)
    say(document.article, "", *entry.lines(functions=False))
    if others := [document.entries[number] for number in entry.references if number in document.entries]:
        say("", *(f"{other.number}: {other.claim}" for other in others))
    say("", "Notation", *(f"  {line}" for line in document.notation_lines()))
    functions = [it for it in catalogue.functions().values() if entry in catalogue.entries(it.source)]
    if functions:
        say("\nFunctions", *(f"  {it.name}: {it.summary}" for it in functions))
    say("\nLaws")
    for law in catalogue.written_laws().values():
        if entry in catalogue.entries(law.source):
            say(f"  {law.id}: {law.statement}", *_figures(law.id, last))
    for known in catalogue.errata().values():
        if entry in catalogue.entries(known.source):
            say(f"\n`refimpl errata {known.id}` shows the counterexample live.")


def _figures(law: str, last: Last) -> list[str]:
    return [
        f"    last: {result['verdict']} on {result['backend']} {result['dtype']}, "
        f"worst {result['worst']:.3g} of tolerance at {result['worst_at']!r}"
        for result in last
        if result["law"] == law
    ]


def _function(name: str, last: Last) -> None:
    function = catalogue.functions()[name]
    needs = ", ".join(sorted(function.needs)) or "nothing beyond elementwise operations and reductions"
    _head(name, function)
    say(function.doc, "", *(f"{number}: {text}" for number, text in catalogue.claims_about(name).items()))
    if called := registry.facts().called.get(name):
        say(f"\nElsewhere called: {', '.join(called)}")
    say(f"\nNeeds of a backend: {needs}\n\nLaws")
    for law in catalogue.laws().values():
        if name in law.about:
            say(f"  {law.id}  {place(law)}", f"    ({law.source}) {law.statement}", *_figures(law.id, last))
    wrong = [it for it in catalogue.mistakes().values() if it.function == name]
    _listed("Mistakes", ((it.id, it, _with_reference(it)) for it in wrong))
    own = [it for it in catalogue.adapters().values() if it.function == name]
    _listed("Adapters", ((it.id, it, f"{it.name}: {it.sentence}") for it in own))
    for way in generic.ADAPTERS.values():
        if not generic.check(name, way.name):
            say(f"  {way.name} (of any function): {way.sentence}")
    if known := catalogue.edges_of(name):
        _listed("Edges", ((it.id, it, f"{it.name}: {at_edge(it)}") for it in known))


def _with_reference(wrong: Mistake) -> str:
    return f"{wrong.sentence} ({wrong.reference})" if wrong.reference else wrong.sentence


def _law(name: str, last: Last) -> None:
    law = catalogue.laws()[name]
    _head(name, law, law.statement)
    say(*claims(law.source), f"  about: {', '.join(law.about)}", f"  bound: {law.tolerance}")
    say(f"  refutes: {', '.join(law.refutes)}")
    if at := [edge.id for edge in catalogue.edges().values() if name in edge.laws]:
        say(f"  has cases at the edges: {', '.join(at)}")
    say(*_figures(name, last))


def _mistake(name: str, _: Last) -> None:
    wrong = catalogue.mistakes()[name]
    _head(name, wrong, wrong.sentence)
    if wrong.reference:
        say(f"  seen in: {wrong.reference}")
    by = [law.id for law in catalogue.laws().values() if name in law.refutes]
    say(f"  refuted by: {', '.join(by)}")


def _adapter(name: str, _: Last) -> None:
    convention = catalogue.adapters()[name]
    _head(name, convention, convention.sentence)
    if convention.reference:
        say(f"  as in: {convention.reference}")
    if convention.beyond:
        say(f"  laws beyond its reach: {', '.join(convention.beyond)}")
    others = [other.function for other in catalogue.adapters().values() if other.name == convention.name]
    say(f"  adapters of this name: {', '.join(others)}")


def _generic(name: str, _: Last) -> None:
    _head(name, generic.ADAPTERS[name], generic.ADAPTERS[name].sentence)
    say("  an adapter for any function, alone or beside that of a convention")


def _edge(name: str, _: Last) -> None:
    edge = catalogue.edges()[name]
    _head(name, edge, edge.sentence)
    say(f"  refimpl gives {edge.ours}")
    for value, given in edge.values.items():
        say(f"  {value}: {given.who}; `refimpl audit --edge {edge.name}={value}` adopts it")
    if not edge.general:
        say(f"  laws that go there: {', '.join(edge.laws) or 'none'}")


def _erratum(name: str, _: Last) -> None:
    known = catalogue.errata()[name]
    _head(name, known, f"as printed: {known.printed}")
    say(f"  corrected: {known.corrected}", f"`refimpl errata {name}` shows the counterexample live.")


def _backend(name: str, _: Last) -> None:
    from .doctor import described  # noqa: PLC0415  (imports its library)

    described(backends.diagnose([name]))
