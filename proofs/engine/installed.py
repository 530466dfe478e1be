"""The documents that are installed. A package brings one by an entry point, refimpl's own eight among them:

    [project.entry-points."refimpl.documents"]
    norms = "norms.proofs"

names the package of its proofs, in which `FUNCTIONS = "norms"` names the module whose `__all__` has the
functions, `document.md` has what they are about, and the other modules have laws, mistakes, adapters, edges
and errata. Optional are `facts` (FACTS), `sweeps` (SWEEPS) and `unproven` (REPLACED).
"""

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, TypeAlias

from ..language.adapter import Adapter
from ..language.edge import Edge
from ..language.erratum import Erratum
from ..language.law import Law
from ..language.mistake import Mistake
from ..language.textbook import Textbook

GROUP = "refimpl.documents"
OWN = "refimpl"
"""The distribution whose documents come first."""
LATER = ("sweeps", "unproven")
"""Modules that are loaded when they are needed."""

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

    def public(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        """The public functions by full name; result types and constants are none."""
        for name in self.functions.__all__:
            if inspect.isfunction(member := getattr(self.functions, name)):
                yield f"{self.name}.{name}", member

    def module(self, name: str) -> ModuleType | None:
        """One of the optional modules of its proofs."""
        full = f"{self.proofs.__name__}.{name}"
        return importlib.import_module(full) if importlib.util.find_spec(full) else None


def loaded() -> Mapping[str, Installed]:
    """The sound documents by name, refimpl's own first."""
    return _found()[0]


def left_out() -> Mapping[str, str]:
    """The others, with the reason."""
    return _found()[1]


@cache
def _found() -> tuple[Mapping[str, Installed], Mapping[str, str]]:
    sound: dict[str, Installed] = {}
    broken: dict[str, str] = {}
    for entry in sorted(entry_points(group=GROUP), key=_order):
        distribution = _distribution(entry)
        try:
            if entry.name in sound:
                raise BrokenError(f"{sound[entry.name].distribution} brings a document of this name")
            sound[entry.name] = _load(entry)
        except Exception as error:  # whatever is wrong with a package, the others go on working
            key = f"{entry.name} of {distribution}" if entry.name in sound else entry.name
            broken[key] = _reason(entry, error)
    _drop(sound, broken)
    return sound, broken


def _drop(sound: dict[str, Installed], broken: dict[str, str]) -> None:
    """Leave out what speaks of functions or mistakes that do not exist, until none does."""
    while True:
        functions = {name for document in sound.values() for name, _ in document.public()}
        wrong = {name: why for name, document in sound.items() if (why := _unknown(document, functions))}
        if not wrong:
            return
        for name, why in wrong.items():
            document = sound.pop(name)
            broken[name] = f"document {name!r} of {document.distribution}: {why}"


def _unknown(document: Installed, functions: set[str]) -> str:
    """What a document speaks of that does not exist; empty if all does."""
    mistakes = {member.id for member in document.members if isinstance(member, Mistake)}
    for member in document.members:
        kind = type(member).__name__.lower()
        about = member.about if isinstance(member, Law) else (getattr(member, "function", ""),)
        if unknown := [name for name in about if name and name not in functions]:
            return f"{kind} {member.id!r} is about {unknown[0]}, which does not exist"
        if isinstance(member, Law):
            own = [name for name in member.refutes if name.startswith(f"{document.name}.")]
            if unknown := [name for name in own if name not in mistakes]:
                return f"law {member.id!r} refutes {unknown[0]!r}, which does not exist"
    return ""


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
    return Installed(entry.name, _distribution(entry), functions, proofs, _members(entry.name, proofs))


def _members(document: str, proofs: ModuleType) -> tuple[Member, ...]:
    names = [info.name for info in pkgutil.iter_modules(proofs.__path__) if info.name not in LATER]
    modules = [proofs, *(importlib.import_module(f"{proofs.__name__}.{name}") for name in names)]
    found: dict[tuple[type, str], Member] = {}
    for module in modules:
        for member in vars(module).values():
            if not isinstance(member, Member):
                continue
            kind = type(member).__name__.lower()
            if not member.id.startswith(f"{document}."):
                raise BrokenError(f"{kind} {member.id!r} has to begin with {document!r}")
            if found.setdefault((type(member), member.id), member) is not member:
                raise BrokenError(f"two of its {kind}s are called {member.id}")
    return tuple(found.values())


def _order(entry: EntryPoint) -> tuple[bool, str, str]:
    distribution = _distribution(entry)
    return distribution.partition(" ")[0] != OWN, entry.name, distribution


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown distribution"


def _reason(entry: EntryPoint, error: Exception) -> str:
    said = str(error) if isinstance(error, BrokenError) else f"{type(error).__name__}: {error}"
    return f"document {entry.name!r} of {_distribution(entry)}: {said}"
