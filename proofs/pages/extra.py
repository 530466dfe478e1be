"""The libraries that pages are made with, which are an extra."""

from importlib.util import find_spec

from ..._errors import RefimplError

LIBRARIES = {"jinja2": "Jinja2", "latex2mathml": "latex2mathml", "matplotlib": "matplotlib"}
"""By the names of their modules, those of their packages."""
INSTALL = 'pip install "refimpl[report]"'


class MissingExtraError(RefimplError, ImportError):
    """What pages are made with is not installed."""


def missing() -> list[str]:
    """The packages that are not installed; none of them is imported."""
    return [package for module, package in LIBRARIES.items() if find_spec(module) is None]


def need(what: str) -> None:
    """Say what to install, if something is missing.

    Raises
    ------
    MissingExtraError
        if a package is missing.
    """
    if lacking := missing():
        raise MissingExtraError(f"{what}: {told(lacking)}")


def told(lacking: list[str]) -> str:
    """What to do about packages that are not installed."""
    return f"got no {' and no '.join(lacking)}; expected what pages are made with: {INSTALL}"
