"""The extension of Sphinx: formulas as MathML, the files of functions as pages, the tree at the side."""

import ast
import importlib
import inspect
import re
from functools import cache
from typing import Any, TypeAlias

from ..pages.formula import mathml
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


def parts(formula: str) -> list[str]:
    r"""The formulas that wide spaces set apart on one line, so that narrow pages break it there.

    >>> parts(r"a = b, \qquad \text{if } \{c \qquad d\}")
    ['a = b,', '\\text{if } \\{c', 'd\\}']
    >>> parts(r"\begin{cases} a \qquad b \end{cases}")
    ['\\begin{cases} a \\qquad b \\end{cases}']
    """
    found = [""]
    for part in re.split(r"\\qquad(?![A-Za-z])", formula):
        found[-1] = f"{found[-1]}\\qquad{part}" if found[-1] else part
        if _is_closed(found[-1]):
            found.append("")
    return [part.strip() for part in found if part.strip()]


def _is_closed(formula: str) -> bool:
    plain = formula.replace(r"\{", "").replace(r"\}", "")
    pairs = (("{", "}"), (r"\begin", r"\end"), (r"\left", r"\right"))
    return all(plain.count(one) == plain.count(other) for one, other in pairs)


@cache
def source(module: str) -> tuple[str, Tags]:
    """The text of a module and its functions. Sphinx's own reader fails on `{**mapping}` in a decorator."""
    text = inspect.getsource(importlib.import_module(module))
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return text, {it.name: ("def", _first(it), it.end_lineno or it.lineno) for it in functions}


def _first(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(it.lineno for it in node.decorator_list)])
