"""Pictures of errors against the size of inputs, from what `refimpl accuracy --json` has written."""

import json
from collections import defaultdict
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from ..pages import extra
from ..pages.report import ReportError

Pictures = Mapping[str, list[str]]
"""Figures in HTML, by function."""


def drawn(file: Path) -> Pictures:
    """The pictures of a report of `refimpl accuracy`, one for each function, library and format.

    Raises
    ------
    ReportError
        if it is no such report.
    MissingExtraError
        if what pictures are made with is not installed.
    """
    extra.need("book --accuracy")
    from ..pages.measured import figures  # noqa: PLC0415

    wanted = "expected what `refimpl accuracy --json` writes"
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # also what is no UTF-8
        raise ReportError(f"book --accuracy {file}: got no JSON ({error}); {wanted}") from error
    if not isinstance(data, dict) or data.get("command") != "accuracy":
        raise ReportError(f"book --accuracy {file}: got another report; {wanted}")
    found: defaultdict[str, list[str]] = defaultdict(list)
    try:
        for it in data["results"]:
            found[it["function"]] += map(_html, figures(it))
    except (KeyError, TypeError) as error:
        raise ReportError(f"book --accuracy {file}: got a report without {error}; {wanted}") from error
    return found


def _html(figure: Any) -> str:
    """A figure as Markdown takes it: a block of HTML ends with an empty line."""
    lines = (
        f'<figure class="errors">\n{figure.svg}\n<figcaption>{escape(figure.caption)}</figcaption>\n</figure>'
    )
    return "\n".join(filter(str.strip, lines.splitlines()))
