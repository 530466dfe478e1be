"""Results as notebooks show them."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from ..engine import report
from . import extra

Result = TypeVar("Result")


def fragment(data: Mapping[str, Any]) -> str | None:
    """The page of a report, to stand in another; none where what makes it is not installed, so that notebooks
    show the text."""
    if extra.PAGES.missing():
        return None
    from .report import html  # noqa: PLC0415  (the extra)

    return html(json.loads(report.text(data)), fragment=True)


class Listed(list[Result]):
    """The results of a command as a list, which notebooks show as its page."""

    def __init__(
        self, results: Iterable[Result], command: str, settings: Mapping[str, Any], used: Iterable[str],
        seconds: float, *, interrupted: bool = False, told: Callable[[Result], Any] = lambda it: it,
    ) -> None:  # fmt: skip
        super().__init__(results)
        self._asked = command, dict(settings), report.versions(used), seconds, interrupted, told

    def data(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        command, settings, versions, seconds, interrupted, told = self._asked
        results = [told(it) for it in self]
        return report.Envelope(command, settings, results, seconds, interrupted, versions).data()

    def _repr_html_(self) -> str | None:
        return fragment(self.data())
