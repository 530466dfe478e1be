"""Any Array API module as a backend, by the name "package.module" or "package.module:attribute".

What the module does not say is found out, or taken carefully: its arrays go to NumPy by `np.asarray` or
DLPack; errors of elementary functions are unknown, and taken as `SUPPOSED`; only one device is used.
"""

import importlib
import os
import sys
import warnings
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any

import array_api_compat

from .._libraries import to_numpy
from .._typing import Array
from ._backend import Backend, BackendUnavailableError, Ulps

SUPPOSED = 8.0
"""Ulps, for libraries of which nothing is known: twice the default of those that were measured. (One may be
far worse, as log1p of JAX with 130: then a law fails, and the library deserves a record of its own.)"""
DTYPES = ("float64", "float32")
_ULPS: Ulps = {dtype: {"default": SUPPOSED, "sqrt": 0.5} for dtype in DTYPES}
REQUIRED = (
    "asarray", "zeros", "ones", "arange", "where", "sum", "max", "min", "exp", "log", "sqrt", "sin", "cos",
    "matmul", "concat", "stack", "reshape", "broadcast_arrays", "isdtype", "bool", "int64",
)  # fmt: skip
"""What refimpl's functions cannot do without, and laws neither."""
OPTIONAL = {
    "indexing": ("take",),
    "cumulative": ("cumulative_sum",),
    "sort": ("sort", "argsort", "searchsorted"),
    "linalg": ("linalg",),
}
"""Names that stand for capabilities (`refimpl/_capabilities.py`)."""


def make(name: str) -> Backend:
    """The backend of a module.

    Raises
    ------
    BackendUnavailableError
        if it cannot be imported, or is not what the Array API standard asks for: what is missing is said.
    """
    xp = _loaded(name)
    if lacking := [it for it in REQUIRED if not hasattr(xp, it)]:
        raise unusable(name, f"it lacks {', '.join(lacking)} of the Array API standard")
    try:
        if not _has(xp, "int64"):
            raise unusable(name, "asked for int64, which laws need for positions, it makes another dtype")
        dtypes = tuple(dtype for dtype in DTYPES if _has(xp, dtype))
        if not dtypes:
            raise unusable(name, f"it makes arrays of none of the dtypes {', '.join(DTYPES)}")
        sample = xp.asarray([0.5, 1.5], dtype=getattr(xp, dtypes[0]))
        xp = array_api_compat.array_namespace(sample)  # the one that its arrays name, which laws ask for
        device = array_api_compat.device(sample)
        back = to_numpy(sample)
    except BackendUnavailableError:
        raise
    except Exception as error:
        raise unusable(name, f"{type(error).__name__}: {error}") from error
    if back.tolist() != [0.5, 1.5]:
        raise unusable(name, f"its array of 0.5 and 1.5 comes to NumPy as {back.tolist()}")
    return Backend(
        name=name,
        version=_version(name, xp),
        xp=xp,
        devices={str(device): device},
        lacks=_lacks(name, xp, sample),
        ulps=_ULPS,
        dtypes=dtypes,
        notes=(f"errors of elementary functions are unknown, and taken as {SUPPOSED:g} ulp",),
    )


def _loaded(name: str) -> Any:
    module, _, attribute = name.partition(":")
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, "")  # as `python -m` does
    try:
        found: Any = importlib.import_module(module)
        for part in attribute.split(".") if attribute else ():
            found = getattr(found, part)
    except Exception as error:  # whatever keeps it from loading is the reason
        raise unusable(name, f"{type(error).__name__}: {error}") from error
    return found


def unusable(name: str, reason: str) -> BackendUnavailableError:
    """Why a module is no backend."""
    return BackendUnavailableError(
        name,
        reason,
        "install it, or name a module of the Array API standard (array_api_compat.torch, not torch)",
    )


def _has(xp: Any, dtype: str) -> bool:
    """Whether it makes arrays of a dtype: JAX gives others, with a warning, until it is told."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = getattr(xp, dtype, None)
        return wanted is not None and xp.asarray([0, 1], dtype=wanted).dtype == wanted


def _version(name: str, xp: Any) -> str:
    if isinstance(found := getattr(xp, "__version__", None), str):
        return found
    root = name.partition(":")[0].partition(".")[0]
    try:
        return version(root)
    except PackageNotFoundError:
        return str(getattr(sys.modules[root], "__version__", "unknown"))


def _lacks(name: str, xp: ModuleType, sample: Array) -> dict[str, str]:
    """Capabilities that the module lacks: functions are not there, or numbers cannot be looked at."""
    found = {
        capability: f"{name} has no {', '.join(missing)}"
        for capability, needed in OPTIONAL.items()
        if (missing := [it for it in needed if not hasattr(xp, it)])
    }
    try:
        bool(xp.all(sample > 0))
    except Exception as error:  # lazy libraries say no in many ways
        found["eager"] = f"its numbers cannot be looked at ({type(error).__name__})"
    return found
