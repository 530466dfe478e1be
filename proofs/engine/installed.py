"""The documents that are installed. A package brings one by an entry point, refimpl's own eight among them:

    [project.entry-points."refimpl.documents"]
    norms = "norms.proofs"

names the package of its proofs, in which `FUNCTIONS = "norms"` names the module whose `__all__` has the
functions, `document.md` has what they are about, and the other modules have laws, mistakes, adapters, edges
and errata. Optional are `facts` (FACTS), `sweeps` (SWEEPS) and `unproven` (REPLACED).

A document that is not sound is left out with the reason, and the others go on working.
"""

import importlib
import importlib.util
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .. import documents

if TYPE_CHECKING:
    from ..language.law import Law

GROUP = "refimpl.documents"
OWN = "refimpl"
"""The distribution whose documents come first."""
LEFT_OUT: dict[str, str] = {}
"""Documents that were found not to be sound when all were loaded, with the reason."""
_LAW = re.compile(r'^@law\(\s*"([^"]+)"', re.MULTILINE)
"""The id of a law where it is written."""
_WANTED: set[str] = set()
"""The documents that this process is about; all if there are none."""


def source(function: Callable[..., Any]) -> str:
    """What a docstring cites, such as "rope D4, C3"; empty if it cites nothing."""
    found = re.search(r"^Source: (.+?)\.?$", inspect.getdoc(function) or "", re.MULTILINE)
    return found[1] if found else ""


def entries() -> list[EntryPoint]:
    """All that say they bring a document, refimpl's own first. A checkout that is not installed, or was
    installed before it had these entry points, says it by its folders."""
    found = list(entry_points(group=GROUP))
    if not any(map(_ours, found)):
        folders = (info.name for info in pkgutil.iter_modules(documents.__path__))
        found += [EntryPoint(name, f"{documents.__name__}.{name}", GROUP) for name in folders]
    return sorted(found, key=_order)


def _ours(entry: EntryPoint) -> bool:
    """Whether it names a document of refimpl's own."""
    return entry.value.startswith(f"{documents.__name__}.")


def narrow(documents: Iterable[str]) -> None:
    """Load no other documents than these in this process, which is about one function or a few.

    What is about a function of refimpl's own stands in its document, as tests see; others may have laws about
    functions of any document, so where there are others all are loaded.
    """
    wanted = set(documents)
    if wanted <= named() and all(map(_ours, entries())):
        _WANTED.update(wanted)


def wanted() -> list[EntryPoint]:
    """The documents that this process loads when it loads all."""
    return [entry for entry in entries() if not _WANTED or entry.name in _WANTED]


def narrowed() -> bool:
    """Whether there are others, which are not loaded."""
    return bool(_WANTED)


@cache
def named() -> frozenset[str]:
    """The names of all documents, sound or not."""
    return frozenset(entry.name for entry in entries())


@cache
def of_own(document: str) -> ModuleType | None:
    """The package of the proofs of one of refimpl's own documents, of which nothing else is loaded: they are
    sound, for tests load all."""
    found = next((entry for entry in entries() if entry.name == document), None)
    return importlib.import_module(found.value) if found and _ours(found) else None


def own_functions(document: str) -> ModuleType | None:
    """The module of the functions of one of refimpl's own documents."""
    proofs = of_own(document)
    return importlib.import_module(proofs.FUNCTIONS) if proofs else None


@cache
def own_law(name: str) -> "Law | None":
    """A law of one of refimpl's own documents, out of the one module in which its id is written."""
    place = _written(name.partition(".")[0]).get(name)
    if place is None:
        return None
    module = importlib.import_module(place)
    return next((it for it in vars(module).values() if getattr(it, "id", "") == name), None)


@cache
def _written(document: str) -> dict[str, str]:
    """The modules in which the ids of laws of one of refimpl's own documents are written."""
    if (proofs := of_own(document)) is None:
        return {}
    return {
        law: f"{proofs.__name__}.{file.stem}"
        for file in sorted(Path(next(iter(proofs.__path__))).glob("*.py"))
        for law in _LAW.findall(file.read_text(encoding="utf-8"))
    }


def _order(entry: EntryPoint) -> tuple[bool, str, str]:
    return not is_own(entry), entry.name, distribution(entry)


def is_own(entry: EntryPoint) -> bool:
    return distribution(entry).partition(" ")[0] == OWN


def distribution(entry: EntryPoint) -> str:
    """The name and version of the distribution that has an entry point."""
    if entry.dist:
        return f"{entry.dist.name} {entry.dist.version}"
    if not _ours(entry):
        return "an unknown distribution"
    return f"{OWN} {version_of(OWN)}"


def version_of(name: str) -> str:
    """The version of a distribution; refimpl may be imported from a folder where none says its own."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"
