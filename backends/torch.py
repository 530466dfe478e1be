"""torch: to be written."""

from ._backend import Backend, BackendUnavailableError


def make() -> Backend:
    """The torch backend."""
    raise BackendUnavailableError("torch", "not written yet", "-")
