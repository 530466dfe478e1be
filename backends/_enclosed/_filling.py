"""Functions of NumPy that fill arrays, or ask of what kind they are."""

from typing import Any

import numpy as np

from .._ball import _scalars as s
from ._arrays import Enclosed, as_balls, is_complex
from ._conversion import Function
from ._formats import dtype_of, leave
from ._integers import Integers
from ._ufuncs import plain

# Filling, and what concerns the kind of an array


def _like(value: Any) -> Function:
    def made(a: Any, fill_value: Any = value, dtype: Any = None, shape: Any = None, **options: Any) -> Any:
        wanted = dtype_of(dtype)
        lengths = tuple(map(int, np.shape(a) if shape is None else np.atleast_1d(shape)))
        if wanted is not None and wanted.kind in "iub":
            return np.full(lengths, fill_value, wanted).view(Integers)
        return Enclosed(np.broadcast_to(as_balls(fill_value), lengths).copy())

    return made


def _zeros_like(value: Any) -> Function:
    made = _like(value)

    def filled(
        a: Any, dtype: Any = None, order: Any = "K", subok: bool = True, shape: Any = None, **o: Any
    ) -> Any:
        return made(a, value, dtype, shape)

    return filled


def _copyto(dst: Any, src: Any, casting: Any = None, where: Any = True) -> None:
    if not issubclass(type(dst), Enclosed):
        raise leave("writes balls into an array of floats (copyto)")
    np.copyto(dst.data, as_balls(src), where=np.asarray(where))


def _put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    np.put_along_axis(_writable(arr), plain(indices), as_balls(values), axis)


def _put(a: Any, ind: Any, v: Any, mode: Any = "raise") -> None:
    np.put(_writable(a), plain(ind), as_balls(v), mode)


def _fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    np.fill_diagonal(_writable(a), as_balls(val) if np.ndim(val) else as_balls(val)[()], wrap)


def _writable(array: Any) -> Any:
    if not issubclass(type(array), Enclosed):
        raise leave("writes balls into an array of floats")
    return array.data


FILLING: dict[Any, Function] = {
    np.full_like: lambda a, fill_value, dtype=None, order="K", subok=True, shape=None, **o: _like(None)(
        a, fill_value, dtype, shape
    ),
    np.zeros_like: _zeros_like(0),
    np.ones_like: _zeros_like(1),
    np.empty_like: _zeros_like(s.INDETERMINATE),
    np.copy: lambda a, order="K", subok=False: a.copy(),
    np.copyto: _copyto,
    np.put: _put,
    np.put_along_axis: _put_along_axis,
    np.fill_diagonal: _fill_diagonal,
    np.real: lambda val: val.real,
    np.imag: lambda val: val.imag,
    np.iscomplexobj: lambda x: is_complex(as_balls(x)),
    np.isrealobj: lambda x: not is_complex(as_balls(x)),
    np.isreal: lambda x: x.imag == 0,
    np.result_type: lambda *given: np.result_type(*(getattr(x, "dtype", x) for x in given)),
    np.common_type: lambda *given: np.float64,
    np.may_share_memory: lambda a, b, *o, **k: np.may_share_memory(as_balls(a), as_balls(b)),
    np.shares_memory: lambda a, b, *o, **k: np.shares_memory(as_balls(a), as_balls(b)),
}
