"""NumPy's functions on arrays of balls that stand for NumPy's: what only moves elements is NumPy's own on the
objects inside, what computes has an enclosure of its own."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..._errors import UndecidedError
from ._answers import ANSWERS
from ._arrays import as_balls, enclosed
from ._conversion import Function, inside, outside
from ._filling import FILLING
from ._formats import dtype_of, keep, leave
from ._integers import Integers
from ._linalg import LINALG
from ._order import ORDER
from ._products import PRODUCTS
from ._sums import SUMS
from ._ufuncs import integers, is_float, plain

# Functions that move elements


MOVING = [
    "reshape",
    "ravel",
    "transpose",
    "permute_dims",
    "matrix_transpose",
    "swapaxes",
    "moveaxis",
    "rollaxis",
    "squeeze",
    "expand_dims",
    "broadcast_to",
    "flip",
    "fliplr",
    "flipud",
    "roll",
    "rot90",
    "repeat",
    "tile",
    "take",
    "take_along_axis",
    "split",
    "array_split",
    "hsplit",
    "vsplit",
    "dsplit",
    "diagonal",
    "diag",
    "diagflat",
    "tril",
    "triu",
    "delete",
    "resize",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "compress",
    "unstack",
    "trim_zeros",
    "shape",
    "ndim",
    "size",
    "meshgrid",
    "broadcast_arrays",
    "apply_along_axis",
    "extract",
    "ix_",
    "apply_over_axes",
]
MIXING = [
    "concatenate",
    "concat",
    "stack",
    "hstack",
    "vstack",
    "row_stack",
    "dstack",
    "column_stack",
    "append",
    "block",
    "insert",
    "choose",
    "pad",
    "fill_diagonal",
]


def _moved(function: Any, args: Any, kwargs: Any, mixing: bool) -> Any:
    dtype_of(kwargs.pop("dtype", None))
    kwargs.pop("casting", None)
    out = kwargs.pop("out", None)
    name = function.__name__
    if mixing and name in ("insert", "choose", "pad"):  # places and widths stay integers
        keep = {"insert": 1, "choose": 0, "pad": 1}[name]
        args = [inside(x, lift=i != keep) for i, x in enumerate(args)]
        kwargs = {k: inside(v, lift=k in ("constant_values", "values")) for k, v in kwargs.items()}
    elif mixing:
        nested = name in ("block", "append")
        first = inside(args[0], lift=True) if nested else [as_balls(x) for x in args[0]]
        args = [first, *(as_balls(x) if name == "append" and i == 0 else x for i, x in enumerate(args[1:]))]
    else:
        args = [inside(x, lift=False) for x in args]
        kwargs = {k: inside(v, lift=False) for k, v in kwargs.items()}
    result = outside(function(*args, **kwargs))
    if out is None:
        return result
    out[...] = result
    return out


OWN: dict[Any, Function] = {**SUMS, **ORDER, **PRODUCTS, **FILLING, **LINALG}
_NAMES = {getattr(np, name, None): name in MIXING for name in (*MOVING, *MIXING)} | {
    getattr(np.linalg, name): False for name in ("diagonal", "matrix_transpose")
}


@ANSWERS
def array_function(function: Any, args: Iterable[Any], kwargs: Mapping[str, Any]) -> Any:
    """A function of NumPy on arrays of balls and whatever else stands beside them."""
    own = OWN.get(function)
    if own is not None:
        try:
            return own(*args, **kwargs)
        except UndecidedError as error:
            keep(error)
            raise
    if function in _NAMES:
        return _moved(function, list(args), dict(kwargs), _NAMES[function])
    name = getattr(function, "__name__", str(function))
    module = "numpy.linalg." if function.__module__ == "numpy.linalg" else "numpy."
    raise leave(f"{module}{name} is not enclosed")


@ANSWERS
def function_of_integers(function: Any, args: Any, kwargs: Any) -> Any:
    """A function of NumPy on arrays of integers: of integers as NumPy has it, of floats on balls."""
    result = function(*(plain(x) for x in args), **{key: plain(value) for key, value in kwargs.items()})
    if not is_float(result):
        return integers(result)
    return array_function(function, _as_balls(args), {k: _as_balls(v) for k, v in kwargs.items()})


def _as_balls(value: Any) -> Any:
    if isinstance(value, Integers):
        return enclosed(value) if value.dtype.kind in "iu" else value
    return type(value)(map(_as_balls, value)) if type(value) in (list, tuple) else value
