"""strict: to be written."""

from ._backend import Backend, BackendUnavailableError


def make() -> Backend:
    """The strict backend."""
    raise BackendUnavailableError("strict", "not written yet", "-")
