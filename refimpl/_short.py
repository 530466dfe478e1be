"""NumPy's functions for the formats of ml_dtypes, such as bfloat16: computed in float32 and rounded once.

NumPy stores these formats, has no word for them, and answers in float32 beside numbers of Python.
"""

import importlib
from collections.abc import Callable
from functools import cache, wraps
from types import ModuleType
from typing import Any

import numpy as np
from array_api_compat import numpy

from . import _stored
from ._libraries import is_stored
from ._typing import DType


def _isdtype(dtype: DType, kind: Any) -> bool:
    if not is_stored(dtype):
        return bool(numpy.isdtype(dtype, kind))
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return any(one in ("real floating", "numeric") if isinstance(one, str) else one == dtype for one in kinds)


def _finfo(dtype: DType) -> Any:
    return importlib.import_module("ml_dtypes").finfo(dtype)


def _astype(x: Any, dtype: DType, /, *, copy: bool = True, device: Any = None) -> Any:
    return x.astype(dtype, copy=copy)


def _result_type(*given: Any) -> DType:
    """As the standard says: numbers of Python follow the arrays."""
    dtypes = [
        getattr(one, "dtype", one) for one in given if not isinstance(one, bool | int | float | complex)
    ]
    found = dtypes[0]
    for dtype in dtypes[1:]:
        found = np.promote_types(found, dtype)
    return found


class _Namespace(ModuleType):
    """A module of NumPy's whose functions take short formats, too."""

    def __init__(self, inner: Any, own: dict[str, Any]) -> None:
        super().__init__(inner.__name__, inner.__doc__)
        self._inner = inner
        self.__dict__.update(own)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if isinstance(found, ModuleType):
            return _Namespace(found, {})
        if isinstance(found, type) or not callable(found):
            return found
        return _computing(found)

    def __reduce__(self) -> Any:
        return namespace, ()


def _computing(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        return _stored.call(function, args, kwargs)

    return called


_OWN = {"isdtype": _isdtype, "finfo": _finfo, "astype": _astype, "result_type": _result_type}


@cache
def namespace() -> Any:
    """The namespace, with bfloat16 as a dtype of its own."""
    bfloat16 = np.dtype(importlib.import_module("ml_dtypes").bfloat16)
    return _Namespace(numpy, _OWN | {"bfloat16": bfloat16})
