"""The libraries that pages and the book are made with, which are extras."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from ..._errors import RefimplError


class MissingExtraError(RefimplError, ImportError):
    """What pages are made with is not installed."""


@dataclass(frozen=True, slots=True)
class Extra:
    """An extra of refimpl's."""

    name: str
    makes: str
    """What is made with it, in words: "what pages are made with"."""
    libraries: Mapping[str, str]
    """By the names of their modules, those of their packages."""

    def missing(self) -> list[str]:
        """The packages that are not installed; none of them is imported."""
        return [package for module, package in self.libraries.items() if find_spec(module) is None]

    def need(self, what: str) -> None:
        """Say what to install, if something is missing.

        Raises
        ------
        MissingExtraError
            if a package is missing.
        """
        if lacking := self.missing():
            raise MissingExtraError(f"{what}: {self.told(lacking)}")

    def told(self, lacking: list[str]) -> str:
        """What to do about packages that are not installed."""
        install = f'pip install "refimpl[{self.name}]"'
        return f"got no {' and no '.join(lacking)}; expected {self.makes}: {install}"


PAGES = Extra(
    "report", "what pages are made with",
    {"jinja2": "Jinja2", "latex2mathml": "latex2mathml", "matplotlib": "matplotlib"},
)  # fmt: skip
BOOK = Extra(
    "book", "what the book is made with",
    {"sphinx": "Sphinx", "myst_parser": "myst-parser", "furo": "furo", "latex2mathml": "latex2mathml"},
)  # fmt: skip
