"""The code of functions, laws, mistakes and adapters as it is written, without decorators and docstrings."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, TypeAlias

_ROOT = Path(__file__).resolve().parents[2]

Node: TypeAlias = ast.FunctionDef | ast.Assign


@dataclass(frozen=True, slots=True)
class Written:
    """Code, and the file and line where it stands, from the root of the repository if it is refimpl's."""

    text: str
    place: str


NOTHING = Written("", "")


@dataclass(frozen=True)
class _Module:
    """The statements of a module that give names, and its lines."""

    lines: list[str]
    nodes: Mapping[str, Node]
    shown: str

    def written(self, name: str) -> Written:
        """What gives the name, and the private functions of the module that it calls, in their order."""
        wanted, found = [name], [name]
        while wanted:
            for node in ast.walk(self.nodes[wanted.pop()]):
                other = node.id if isinstance(node, ast.Name) else ""
                is_function = isinstance(self.nodes.get(other), ast.FunctionDef)
                if other.startswith("_") and is_function and other not in found:
                    found.append(other)
                    wanted.append(other)
        nodes = sorted((self.nodes[it] for it in found), key=lambda it: it.lineno)
        text = "\n\n".join(self._text(node) for node in nodes)
        return Written(text, f"{self.shown}:{self.nodes[name].lineno}")

    def _text(self, node: Node) -> str:
        return textwrap.dedent("".join(self._lines(node))).rstrip()

    def _lines(self, node: Node) -> Iterator[str]:
        """The lines of a statement, without the docstring of one that defines a function."""
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None and node.body[1:]:
            first, second = node.body[:2]
            yield from self.lines[node.lineno - 1 : first.lineno - 1]
            start = first.end_lineno or first.lineno
            while start < second.lineno - 1 and not self.lines[start].strip():
                start += 1
            yield from self.lines[start : node.end_lineno]
        else:
            yield from self.lines[node.lineno - 1 : node.end_lineno]


@cache
def _module(name: str) -> _Module:
    module = sys.modules[name]
    lines = inspect.getsource(module).splitlines(keepends=True)
    nodes: dict[str, Node] = {}
    for node in ast.parse("".join(lines)).body:
        if isinstance(node, ast.FunctionDef):
            nodes[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            nodes[node.targets[0].id] = node
    file = Path(inspect.getfile(module)).resolve()  # proofs/ is a link in the package's folder
    shown = file.relative_to(_ROOT) if file.is_relative_to(_ROOT) else Path(*file.parts[-2:])
    return _Module(lines, nodes, shown.as_posix())


def definition(function: Any) -> Written:
    """A public function with the private ones of its module that it calls."""
    plain = inspect.unwrap(function)
    return _module(plain.__module__).written(plain.__name__)


@cache
def _homes(package: str) -> Mapping[int, tuple[str, str]]:
    """The module and the name of what the modules of a package define, by identity."""
    inside = [it for name, it in sys.modules.items() if f"{name}.".startswith(f"{package}.")]
    return {
        id(value): (module.__name__, name)
        for module in inside
        if isinstance(module, ModuleType) and hasattr(module, "__file__")
        for name, value in vars(module).items()
        if not isinstance(value, FunctionType | ModuleType | int | str) and name in _names(module)
    }


def _names(module: ModuleType) -> Mapping[str, Node]:
    return _module(module.__name__).nodes if module.__file__ and module.__file__.endswith(".py") else {}


def member(of: Any, package: str) -> Written:
    """What is written for a law, a mistake, an adapter or an edge of the package of a document's proofs."""
    found = _homes(package).get(id(of))
    return _module(found[0]).written(found[1]) if found else NOTHING
