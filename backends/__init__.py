"""Array libraries that run refimpl's functions: how one is found, made and described.

>>> from refimpl import backends
>>> backends.get("numpy").name
'numpy'
"""

from ._backend import Backend, BackendUnavailableError, Precision, Setting
from ._doctor import Diagnosis, diagnose
from ._registry import available, check_name, chosen, get, libraries, names, status

__all__ = [
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
