"""The extension of Sphinx: formulas as MathML, the files of functions as pages, the tree at the side."""

import ast
import importlib
import inspect
from functools import cache
from typing import Any, TypeAlias

from ..pages.formula import mathml, parts
from . import navigation

Tags: TypeAlias = dict[str, tuple[str, int, int]]
"""The functions of a file: what they are, their first line and their last."""


def setup(app: Any) -> dict[str, Any]:
    """Tell Sphinx how formulas become HTML, and where functions are written."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("viewcode-find-source", lambda _, name: source(name))
    app.connect("html-page-context", navigation.put, priority=400)  # before the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: Any, node: Any) -> None:
    from docutils.nodes import SkipNode  # noqa: PLC0415  (an extra)

    writer.body.append(mathml(node.astext()))
    raise SkipNode


def _block(writer: Any, node: Any) -> None:
    from docutils.nodes import SkipNode  # noqa: PLC0415

    shown = "".join(f"<div>{mathml(part, display=True)}</div>" for part in parts(node.astext()))
    writer.body.append(f'<div class="math">{shown}</div>\n')
    raise SkipNode


@cache
def source(module: str) -> tuple[str, Tags]:
    """The text of a module and its functions. Sphinx's own reader fails on `{**mapping}` in a decorator."""
    text = inspect.getsource(importlib.import_module(module))
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return text, {it.name: ("def", _first(it), it.end_lineno or it.lineno) for it in functions}


def _first(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(it.lineno for it in node.decorator_list)])
