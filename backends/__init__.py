"""Array libraries that run refimpl's functions: how one is found, made and described.

>>> from refimpl import backends
>>> backends.get("numpy").name
'numpy'
"""

import importlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points

from .._errors import UnknownNameError
from ._backend import Backend, BackendUnavailableError, Precision, Setting

__all__ = [
    "Backend",
    "BackendUnavailableError",
    "Precision",
    "Setting",
    "available",
    "get",
    "names",
    "status",
]

_OWN = ("numpy", "torch", "jax", "cupy", "dask", "strict")
_GROUP = "refimpl.backends"


def names() -> tuple[str, ...]:
    """Every known backend, refimpl's own first, then those of installed entry points."""
    others = sorted({point.name for point in entry_points(group=_GROUP)} - set(_OWN))
    return (*_OWN, *others)


def _maker(name: str) -> Callable[[], Backend]:
    if name in _OWN:
        make: Callable[[], Backend] = importlib.import_module(f".{name}", __package__).make
        return make
    for point in entry_points(group=_GROUP, name=name):
        loaded: Callable[[], Backend] = point.load()
        return loaded
    raise UnknownNameError(f"no backend {name!r}; known: {', '.join(names())}")


@cache
def get(name: str) -> Backend:
    """The backend of that name.

    Raises
    ------
    UnknownNameError
        if no backend has that name.
    BackendUnavailableError
        if its library is not installed, fails to load, or has no device.

    Examples
    --------
    >>> get("numpy").dtypes
    ('float64', 'float32', 'float16')
    """
    maker = _maker(name)
    try:
        return maker()
    except BackendUnavailableError:
        raise
    except Exception as error:  # a broken installation is a reason, not a crash
        reason = f"{type(error).__name__}: {error}"
        raise BackendUnavailableError(name, reason, f"pip install 'refimpl[{name}]'") from error


def status() -> dict[str, Backend | BackendUnavailableError]:
    """Every known backend, or the reason why it cannot be used."""
    found: dict[str, Backend | BackendUnavailableError] = {}
    for name in names():
        try:
            found[name] = get(name)
        except BackendUnavailableError as reason:
            found[name] = reason
    return found


def available() -> tuple[str, ...]:
    """Names of the backends that can be used here.

    Examples
    --------
    >>> "numpy" in available()
    True
    """
    return tuple(name for name, backend in status().items() if isinstance(backend, Backend))
