"""Pictures of errors against the size of inputs, from what `refimpl accuracy --json` has written."""

from collections import defaultdict
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from ..pages import extra
from ..pages.report import ReportError, read

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
    extra.PAGES.need("book --accuracy")
    from ..pages.measured import figures  # noqa: PLC0415

    call, wanted = "book --accuracy ", "what `refimpl accuracy --json` writes"
    data = read(file, call=call, wanted=wanted)
    if not isinstance(data, dict) or data.get("command") != "accuracy":
        raise ReportError(f"{call}{file}: got another report; expected {wanted}")
    found: defaultdict[str, list[str]] = defaultdict(list)
    try:
        for it in data["results"]:
            found[it["function"]] += map(_html, figures(it))
    except (KeyError, TypeError) as error:
        raise ReportError(f"{call}{file}: got a report without {error}; expected {wanted}") from error
    return found


def _html(figure: Any) -> str:
    """A figure as Markdown takes it: a block of HTML ends with an empty line."""
    lines = (
        f'<figure class="errors">\n{figure.svg}\n<figcaption>{escape(figure.caption)}</figcaption>\n</figure>'
    )
    return "\n".join(filter(str.strip, lines.splitlines()))
