"""Array libraries that run refimpl's functions: how one is found, made and described.

>>> from refimpl import backends
>>> backends.get("numpy").name
'numpy'
"""

from typing import TYPE_CHECKING, Any

from ._backend import HALVES, Backend, BackendUnavailableError, Precision, Setting
from ._registry import available, check_name, chosen, get, libraries, names, status

if TYPE_CHECKING:
    from ._doctor import Diagnosis, diagnose

__all__ = [
    "HALVES",
    "Backend",
    "BackendUnavailableError",
    "Diagnosis",
    "Precision",
    "Setting",
    "available",
    "check_name",
    "chosen",
    "diagnose",
    "get",
    "libraries",
    "names",
    "status",
]


def __getattr__(name: str) -> Any:
    if name in ("Diagnosis", "diagnose"):  # of use to one command
        from . import _doctor  # noqa: PLC0415

        return getattr(_doctor, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
