"""What an audit found, as text, as HTML for notebooks, and as data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..engine import report as envelopes
from ..pages.notebook import fragment
from . import text
from .found import Found
from .messages import Diagnosis, Loaded


@dataclass(frozen=True, slots=True)
class Summary:
    """What the laws say together."""

    verdict: str
    answers: Mapping[str, str]
    """One for each function, in a sentence."""
    diagnoses: tuple[Diagnosis, ...]
    loaded: Loaded
    told: Mapping[str, tuple[str, ...]]
    """What else is said of each, line by line."""
    total: str
    """The last line."""


@dataclass(frozen=True, slots=True)
class Report(Found):
    """Verdicts of all laws about the audited functions, and what is wrong with those that failed."""

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The whole report as text."""
        for name in self.load.sources:
            yield from text.about(self, name)
        yield self.total()

    def findings(self, name: str) -> list[str]:
        """What is told of one function."""
        return list(text.about(self, name))

    def total(self) -> str:
        """The last line."""
        return text.total(self)

    def data(self, command_line: str = "") -> dict[str, Any]:
        """The report as JSON holds it, with the command line if there was one."""
        load = self.load
        settings = {
            "targets": {name: str(source) for name, source in load.sources.items()},
            "backend": load.backend, "dtype": load.dtype, "device": load.device, "seed": load.seed,
            "adapters": load.adapters, "generic": load.generic, "options": load.options, "edges": load.edges,
            "accept": load.accepted, "expected": load.expected,
        }  # fmt: skip
        answers = {name: text.answer(self, name) for name in load.sources}
        told = {name: tuple(text.more(self, name)) for name in load.sources}
        versions = envelopes.versions(envelopes.ran_on(self.outcomes))
        return envelopes.Envelope(
            "audit", settings, self.tried, self.seconds, self.interrupted, versions,
            Summary(self.verdict, answers, tuple(self.diagnoses), self.loaded, told, self.total()),
            command_line,
        ).data()  # fmt: skip

    def _repr_html_(self) -> str | None:
        return fragment(self.data())
