"""Loads whole documents, and looks whether they are sound."""

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from ..._capabilities import KNOWN
from ..._declared import Declaration
from ..._errors import RefimplError
from ..language.adapter import Adapter
from ..language.document import Document, cited, parse
from ..language.edge import Edge
from ..language.erratum import Erratum
from ..language.facts import Facts
from ..language.law import Law
from ..language.mistake import Mistake
from ..language.textbook import Textbook
from .installed import LEFT_OUT, distribution, is_own, narrowed, source, wanted

LATER = ("sweeps", "unproven")
"""Modules of refimpl's own that are loaded when they are needed."""
OPTIONAL = {"facts": ("FACTS", Facts), "sweeps": ("SWEEPS", list), "unproven": ("REPLACED", dict)}
"""Modules that a document may have, and what has to be in them."""

Member: TypeAlias = Law | Mistake | Adapter | Edge | Erratum | Textbook


class BrokenError(Exception):
    """A package that says it brings a document does not bring a sound one."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A document: its functions, and the package of its proofs."""

    name: str
    distribution: str
    functions: ModuleType
    proofs: ModuleType
    members: tuple[Member, ...]
    """Laws, mistakes, adapters, edges, errata and printed formulas, in order of definition."""
    states: Document
    """What its article states."""

    def public(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        """The public functions by full name; result types and constants are none."""
        for name in self.functions.__all__:
            if inspect.isfunction(member := getattr(self.functions, name)):
                yield f"{self.name}.{name}", member

    def module(self, name: str) -> ModuleType | None:
        """One of the optional modules of its proofs."""
        full = f"{self.proofs.__name__}.{name}"
        return importlib.import_module(full) if importlib.util.find_spec(full) else None

    def defines(self, module: str) -> bool:
        """Whether a module, by its full name, is one of those that its functions are written in."""
        return _inside(module, _home(self.functions)) and not _inside(module, self.proofs.__name__)

    def proves(self, module: str) -> bool:
        """Whether a module is one of its proofs."""
        return _inside(module, self.proofs.__name__)


def _home(functions: ModuleType) -> str:
    """The package of a module of functions, which is the module itself if it is one or is in none."""
    return functions.__package__ or functions.__name__


def _inside(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@cache
def loaded() -> Mapping[str, Installed]:
    """The sound documents by name, refimpl's own first."""
    sound, broken = found()
    LEFT_OUT.clear()
    LEFT_OUT.update(broken)
    return sound


def left_out() -> Mapping[str, str]:
    """The others, with the reason."""
    loaded()
    return LEFT_OUT


def found() -> tuple[Mapping[str, Installed], dict[str, str]]:
    """The sound documents by name, and the others with the reason."""
    sound: dict[str, Installed] = {}
    broken: dict[str, str] = {}
    for entry in wanted():
        try:
            if entry.name in sound:
                raise BrokenError(f"{sound[entry.name].distribution} brings a document of this name")
            sound[entry.name] = _load(entry)
        except (Exception, SystemExit) as error:  # whatever is wrong with a package, the others go on working
            key = f"{entry.name} of {distribution(entry)}" if entry.name in sound else entry.name
            broken[key] = _reason(entry, error)
    if not narrowed():  # what is refimpl's own may speak of documents that are not here, and is sound
        _drop(sound, broken)
    return sound, broken


def _drop(sound: dict[str, Installed], broken: dict[str, str]) -> None:
    """Leave out what speaks of what does not exist, until none does."""
    while True:
        functions = {name for document in sound.values() for name, _ in document.public()}
        wrong = {
            name: why
            for name, document in sound.items()
            if (why := next(_wrong(document, functions, sound), ""))
        }
        if not wrong:
            return
        for name, why in wrong.items():
            document = sound.pop(name)
            broken[name] = f"document {name!r} of {document.distribution}: {why}"


def _wrong(document: Installed, functions: set[str], sound: Mapping[str, Installed]) -> Iterator[str]:
    """What is wrong with what a document speaks of."""
    yield from _unknown(document, functions)
    yield from _uncited(document, sound)
    tried = {name for member in document.members if isinstance(member, Law) for name in member.about}
    for name, _ in document.public():
        if name not in tried:
            yield f"no law is about function {name!r}: {_first_law(document, name)}"
    for name, function in document.public():
        if not isinstance(getattr(function, "declared", None), Declaration):
            yield f"{name} has no declaration: put @public(...) of refimpl.public above it"
        needs: Any = getattr(function, "needs", frozenset())
        if not (isinstance(needs, frozenset) and needs <= KNOWN):
            yield f"{name}.needs is {needs!r}; expected a frozenset of some of {', '.join(sorted(KNOWN))}"


def _first_law(document: Installed, function: str) -> str:
    """What to write for a function that has no law yet."""
    defined = inspect.getmodule(inspect.unwrap(getattr(document.functions, function.partition(".")[2])))
    topic = (defined or document.functions).__name__.rpartition(".")[2].lstrip("_")
    folder = Path(next(iter(document.proofs.__path__))).resolve()
    file = folder / f"{topic}.py" if (folder / f"{topic}.py").exists() else folder / "laws.py"
    return (
        f'write one into {file}, @law("{function}-definition", …, about=("{function}",), …), which compares '
        "the function with an independent form of its definition"
    )


def _unknown(document: Installed, functions: set[str]) -> Iterator[str]:
    """Functions and mistakes that do not exist."""
    mistakes = {member.id for member in document.members if isinstance(member, Mistake)}
    for member in document.members:
        kind = type(member).__name__.lower()
        about = member.about if isinstance(member, Law) else (getattr(member, "function", ""),)
        for name in about:
            if name and name not in functions:
                yield f"{kind} {member.id!r} is about {name}, which does not exist"
        for name in member.refutes if isinstance(member, Law) else ():
            if name.startswith(f"{document.name}.") and name not in mistakes:
                yield f"law {member.id!r} refutes {name!r}, which does not exist"
    for entry in document.states.entries.values():
        for name in entry.functions:
            if f"{document.name}.{name}" not in functions:
                yield f"its {entry.number} names the function {name}, which does not exist"


def _uncited(document: Installed, sound: Mapping[str, Installed]) -> Iterator[str]:
    """Functions, laws and errata that cite no number, or none that exists."""
    citing = [(f"function {name!r}", source(function)) for name, function in document.public()]
    citing += [
        (f"{type(member).__name__.lower()} {member.id!r}", member.source)
        for member in document.members
        if isinstance(member, Law | Erratum)
    ]
    for who, text in citing:
        found = cited(text, sound)
        if not found:
            yield f"{who} cites {text!r}; expected numbers of a document, such as '{document.name} D1'"
        for name, number in found:
            if number not in sound[name].states.entries:
                yield f"{who} cites {name} {number}, which does not exist"


def _load(entry: EntryPoint) -> Installed:
    if not entry.name.isidentifier():
        raise BrokenError("its name has to be a Python identifier")
    proofs = importlib.import_module(entry.value)
    if not hasattr(proofs, "__path__"):
        raise BrokenError(f"{entry.value} is a module; expected the package of its proofs")
    if not isinstance(named := getattr(proofs, "FUNCTIONS", None), str):
        raise BrokenError(f'{entry.value} has no FUNCTIONS = "the.module.of.its.functions"')
    functions = importlib.import_module(named)
    if not hasattr(functions, "__all__"):
        raise BrokenError(f"{named} has no __all__, which says what is public")
    if missing := [name for name in functions.__all__ if not hasattr(functions, name)]:
        raise BrokenError(f"{named} has no {missing[0]}, which is in its __all__")
    later = LATER if is_own(entry) else ()
    members = _members(entry.name, proofs, later)
    return Installed(entry.name, distribution(entry), functions, proofs, members, states(entry.name, proofs))


def states(name: str, proofs: ModuleType) -> Document:
    """What the article of a document states, from the file beside its proofs."""
    text = files(proofs) / "document.md"
    if not text.is_file():
        raise BrokenError(f"{proofs.__name__} has no document.md; if it is there, is it package data?")
    return parse(name, text.read_text(encoding="utf-8"))


def _members(document: str, proofs: ModuleType, later: tuple[str, ...]) -> tuple[Member, ...]:
    names = [info.name for info in pkgutil.iter_modules(proofs.__path__) if info.name not in later]
    modules = [proofs, *(importlib.import_module(f"{proofs.__name__}.{name}") for name in names)]
    found: dict[tuple[type, str], Member] = {}
    for module in modules:
        name, kind_of_it = OPTIONAL.get(module.__name__.rpartition(".")[2], ("__name__", str))
        if not isinstance(getattr(module, name, None), kind_of_it):
            raise BrokenError(f"{module.__name__} has no {name}, a {kind_of_it.__name__}")
        for member in vars(module).values():
            if not isinstance(member, Member):
                continue
            kind = type(member).__name__.lower()
            if not member.id.startswith(f"{document}."):
                raise BrokenError(f"{kind} {member.id!r} has to begin with {document!r}")
            if found.setdefault((type(member), member.id), member) is not member:
                raise BrokenError(f"two of its {kind}s are called {member.id}")
    return tuple(found.values())


def _reason(entry: EntryPoint, error: BaseException) -> str:
    said = str(error) if isinstance(error, BrokenError | RefimplError) else f"{type(error).__name__}: {error}"
    return f"document {entry.name!r} of {distribution(entry)}: {said}"
