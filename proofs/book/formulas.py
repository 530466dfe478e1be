"""The extension of Sphinx that sets formulas as MathML, so that pages need no script and no network."""

from typing import Any

from ..pages.formula import mathml


def setup(app: Any) -> dict[str, Any]:
    """Tell Sphinx how formulas become HTML."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: Any, node: Any) -> None:
    from docutils.nodes import SkipNode  # noqa: PLC0415  (an extra)

    writer.body.append(mathml(node.astext()))
    raise SkipNode


def _block(writer: Any, node: Any) -> None:
    from docutils.nodes import SkipNode  # noqa: PLC0415

    writer.body.append(f'<div class="math">{mathml(node.astext(), display=True)}</div>\n')
    raise SkipNode
