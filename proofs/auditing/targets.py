"""Where the function under test comes from: "module:function", "path/file.py:function", or an object."""

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import cloudpickle

from ..._errors import RefimplError
from ..._names import find
from ..engine import catalogue, foreign
from ..language.law import Implementation
from .objects import TargetError, as_function


@dataclass(frozen=True, slots=True)
class Place:
    """A function by module (or file) and name; it is imported in the audited process only."""

    module: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read "module:name" or "file.py:name"."""
        module, colon, name = text.rpartition(":")
        if not colon or not module or not name:
            raise TargetError(
                f"audit: target: got {text!r}; expected 'package.module:function' or 'path/file.py:function'"
            )
        return cls(module, name)

    def load(self) -> Any:
        """Import the module and find the name in it."""
        found: Any = load_module(self.module)
        for part in self.name.split("."):
            with _theirs():
                there = hasattr(found, part)
            if not there:
                here = ", ".join(sorted(n for n in vars(found) if not n.startswith("_"))[:12])
                raise TargetError(
                    f"audit: {self.module} has no {self.name!r}; it has {here or 'nothing public'}"
                )
            found = getattr(found, part)
        return found

    def __str__(self) -> str:
        return foreign.line(f"{self.module}:{self.name}")


@dataclass(frozen=True, slots=True)
class Pickled:
    """A function object, with what it closes over, as it goes to the audited process."""

    content: bytes
    label: str

    @classmethod
    def of(cls, function: Implementation) -> "Pickled":
        """Pickle a function; by value where its module cannot be imported elsewhere (notebooks, closures)."""
        label = foreign.name(function)
        try:
            module = sys.modules.get(getattr(function, "__module__", None) or "")
        except Exception:  # foreign code may raise anything
            module = None
        alone = module is not None and not _importable(module)
        try:
            if alone:
                cloudpickle.register_pickle_by_value(module)
            return cls(cloudpickle.dumps(function), label)
        except Exception as error:  # foreign code may raise anything
            raise TargetError(
                f"audit: {label}: cannot be sent to another process ({foreign.raised(error)}). "
                "Put it into a file and name it 'file.py:function', or pass isolated=False"
            ) from error
        finally:
            if alone:
                cloudpickle.unregister_pickle_by_value(module)

    def load(self) -> Any:
        """The function again."""
        with _theirs():
            return cloudpickle.loads(self.content)

    def __str__(self) -> str:
        return self.label


def _importable(module: ModuleType) -> bool:
    """Whether another process would import the same module by this name."""
    try:
        spec = importlib.util.find_spec(module.__name__)
    except (ImportError, ValueError):  # __main__, or a test module that was loaded from its file
        return False
    return spec is not None and (
        spec.origin is None or spec.origin == getattr(module, "__file__", spec.origin)
    )


@dataclass(frozen=True, slots=True)
class Here:
    """A function object that stays in this process."""

    function: Implementation

    def load(self) -> Any:
        """The function itself."""
        return self.function

    def __str__(self) -> str:
        return foreign.name(self.function)


Source: TypeAlias = Place | Pickled | Here


class ForeignError(Exception):
    """An error of refimpl that foreign code raised while it was loaded: not a target that does not exist."""


@contextmanager
def _theirs() -> Iterator[None]:
    """Foreign code, whose errors are no errors in the use of refimpl."""
    try:
        yield
    except RefimplError as error:
        raise ForeignError(foreign.raised(error)) from error


def load_module(text: str) -> ModuleType:
    """Import a module by its dotted name, or a file by its path."""
    if not text.endswith(".py"):
        if "" not in sys.path:
            sys.path.insert(0, "")  # as `python -m` does
        if importlib.util.find_spec(text.partition(".")[0]) is None:
            raise TargetError(
                f"audit: no module {text!r}; run where it can be imported, or give the file's path"
            )
        with _theirs():
            return importlib.import_module(text)
    path = Path(text)
    if not path.is_file():
        raise TargetError(f"audit: no file {text!r} (in {Path.cwd()})")
    sys.path.insert(0, str(path.parent.resolve()))  # its neighbours, as when it is run
    taken = path.stem in sys.modules or path.stem in sys.stdlib_module_names
    name = f"_audited_{path.stem}" if taken else path.stem  # a file may be called rope.py or types.py
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    assert spec is not None  # it ends with .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with _theirs():
        spec.loader.exec_module(module)
    return module


def call(source: Source, name: str, adapter: str = "") -> Implementation:
    """The function of a source, for refimpl's of a name under an adapter."""
    return as_function(name, source.load(), adapter)


def matching(module: ModuleType, document: str) -> list[str]:
    """The functions of a document that the module has under the same names."""
    found = []
    for full in catalogue.functions():
        home, _, name = full.partition(".")
        if home == document and inspect.isroutine(getattr(module, name, None)):
            found.append(full)
    if not found:
        names = ", ".join(n.partition(".")[2] for n in catalogue.functions() if n.startswith(f"{document}."))
        raise TargetError(
            f"audit: {module.__name__} has no function named as one of {document}: {names}. "
            f"Name it: --as {document}.NAME=MODULE:FUNCTION"
        )
    return found


def sources(targets: Mapping[str, str | Implementation], *, isolated: bool) -> dict[str, Source]:
    """The source of every function to audit, by refimpl's name."""
    if not targets:
        raise TargetError("audit: no function to audit; name at least one")
    found: dict[str, Source] = {}
    for name, target in targets.items():
        full = find(name, catalogue.functions(), "function", call="audit")
        if full in found:
            raise TargetError(f"audit: {full} is given twice")
        found[full] = _source(full, target, isolated)
    return found


def _source(name: str, target: str | Implementation, isolated: bool) -> Source:
    if isinstance(target, str):
        return Place.parse(target)
    if isinstance(target, bool | int | float | bytes | list | tuple | dict) or target is None:
        raise TargetError(f"audit: {name}: got {target!r}; expected a function or 'module:function'")
    return Pickled.of(target) if isolated else Here(target)
