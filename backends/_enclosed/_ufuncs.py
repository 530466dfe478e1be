"""NumPy's ufuncs, and SciPy's by their names, on arrays of balls that stand for NumPy's."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import acb, arb

from ..._errors import UndecidedError
from .._ball import _scalars as s
from .._ball._linalg import _product
from ._answers import ANSWERS
from ._arrays import Enclosed, as_balls, boxed, each, enclosed, is_complex, known, of_kind
from ._elementary import COMPLEX, REAL, TESTS
from ._formats import Format, dtype_of, keep, leave, spend
from ._integers import Integers, Whole

_START = {"add": s.ZERO, "multiply": s.ONE, "logaddexp": -s.INF}


@functools.cache
def loop(name: str, count: int, of_complex: bool = False) -> Any:
    """NumPy's loop over objects for the function of that name."""
    table = COMPLEX if of_complex and name not in TESTS else {**REAL, **TESTS}
    if name not in table:
        raise leave(f"calls {name}{' of complex numbers' if of_complex else ''}, which has no enclosure here")
    return np.frompyfunc(table[name], count, 1, identity=None)  # None: in any order


@ANSWERS
def array_ufunc(ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """A ufunc, or one of its methods, on arrays of balls and whatever else stands beside them."""
    try:
        return _run(ufunc, method, inputs, options)
    except UndecidedError as error:
        keep(error)
        raise


def _run(ufunc: Any, method: str, inputs: Any, options: dict[str, Any]) -> Any:
    name = ufunc.__name__
    wanted = dtype_of(options.pop("dtype", None))
    if wanted is not None and wanted.kind == "c":
        inputs = tuple(Enclosed(of_kind(as_balls(x), "c")) for x in inputs)
    for unused in ("casting", "order", "subok"):
        options.pop(unused, None)
    out = options.pop("out", None)
    if name in ("divmod", "modf"):
        return _pair(name, *inputs)
    if name in ("matmul", "vecdot", "matvec", "vecmat"):
        result = _PRODUCTS[name](*inputs)
    elif method == "__call__":
        result = _elementwise(name, ufunc.nin, inputs, options.pop("where", True), out)
    elif method == "at":
        return _at(name, ufunc.nin, *inputs)
    else:
        result = _method(name, ufunc.nin, method, inputs, options)
    return _put(result, out)


def _put(result: Any, out: Any) -> Any:
    if out is None or (isinstance(out, tuple) and out[0] is None):
        return result
    target = out[0] if isinstance(out, tuple) else out
    if issubclass(type(target), Enclosed):
        target[...] = result
    elif isinstance(target, np.ndarray) and not issubclass(type(result), Enclosed):
        np.asarray(target)[...] = result
    else:
        raise leave("writes balls into an array of floats (out=)")
    return target


def _elementwise(name: str, count: int, inputs: Any, where: Any, out: Any) -> Any:
    given = [as_balls(x) for x in inputs]
    function = loop(name, count, any(map(is_complex, given)))
    spend(max((x.size for x in given), default=1))
    with np.errstate(all="ignore"):
        found = function(*given)
    if name in TESTS:
        return known(found, name)
    if where is not True:
        mask = np.asarray(where)
        shape = np.broadcast_shapes(np.shape(found), mask.shape)
        before = as_balls(out[0]) if out else np.full((), s.INDETERMINATE)  # what NumPy leaves unset
        found = np.where(mask, found, np.broadcast_to(before, shape))
    return boxed(found)


def _method(name: str, count: int, method: str, inputs: Any, options: dict[str, Any]) -> Any:
    data = [as_balls(x) for x in (inputs if method == "outer" else inputs[:1])]
    function = loop(name, count, any(map(is_complex, data)))
    spend(sum(x.size for x in data))
    if method in ("reduce", "accumulate"):
        names = ("axis", "dtype", "out", "keepdims") if method == "reduce" else ("axis", "dtype", "out")
        options |= {n: v for n, v in zip(names, inputs[1:], strict=False) if n == "axis"}
    if method == "reduce":
        initial = options.pop("initial", None)
        if initial is not None or name in _START:
            options["initial"] = _START[name] if initial is None else as_balls(initial)[()]
        if options.get("where", True) is not True:
            options["where"] = np.asarray(options["where"])
    with np.errstate(all="ignore"):
        found = getattr(function, method)(*data, *(inputs[1:] if method == "reduceat" else ()), **options)
    return known(found, name) if name in TESTS else boxed(found)


def _at(name: str, count: int, target: Any, places: Any, *values: Any) -> None:
    if not issubclass(type(target), Enclosed):
        raise leave(f"writes balls into an array of floats ({name}.at)")
    loop(name, count).at(target.data, np.asarray(places), *(as_balls(value) for value in values))


def _pair(name: str, x: Any, *others: Any) -> Any:
    if name == "divmod":
        return np.floor_divide(x, *others), np.remainder(x, *others)
    whole = np.trunc(x)
    return x - whole, whole


def matmul(x: Any, y: Any) -> Any:
    """Products of matrices; a vector counts as a row on the left and as a column on the right."""
    first, second = as_balls(x), as_balls(y)
    if not first.ndim or not second.ndim:
        raise ValueError("matmul: Input operand does not have enough dimensions")
    left = first[None, :] if first.ndim == 1 else first
    right = second[:, None] if second.ndim == 1 else second
    if left.shape[-1] != right.shape[-2]:
        raise ValueError(
            f"matmul: Input operand 1 has a mismatch in its core dimension ({x.shape}, {y.shape})"
        )
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    out = np.empty((*batch, left.shape[-2], right.shape[-1]), dtype=object)
    left, right = (np.broadcast_to(m, (*batch, *m.shape[-2:])) for m in (left, right))
    of_complex = is_complex(left) or is_complex(right)
    spend(out.size * left.shape[-1] // 4)
    for i in np.ndindex(batch):
        out[i] = _all_balls(np.matmul(left[i], right[i])) if of_complex else _product(left[i], right[i])
    out = out[..., 0, :] if first.ndim == 1 else out
    return boxed(out[..., 0] if second.ndim == 1 else out)


def _all_balls(data: Any) -> Any:
    return each(lambda x: x if isinstance(x, arb | acb) else s.lift(x), np.asarray(data, dtype=object))


_PRODUCTS: dict[str, Callable[..., Any]] = {
    "matmul": matmul,
    "vecdot": lambda x, y: np.sum(np.conjugate(x) * y, axis=-1),
    "matvec": lambda x, y: matmul(x, enclosed(y)[..., None])[..., 0],
    "vecmat": lambda x, y: matmul(np.conjugate(enclosed(x))[..., None, :], y)[..., 0, :],
}


def plain(value: Any) -> Any:
    """Without the class of integers, nested lists too."""
    if isinstance(value, Integers):
        return np.asarray(value)
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    return int(value) if type(value) is Whole else value.dtype if type(value) is Format else value


@ANSWERS
def ufunc_of_integers(ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """A ufunc on arrays of integers: of integers as NumPy has it, of floats on balls."""
    targets = options.get("out") or ()
    if any(issubclass(type(x), Enclosed) for x in (*inputs, *targets)):
        return array_ufunc(ufunc, method, *inputs, **options)
    stripped = {key: plain(value) for key, value in options.items()}
    with np.errstate(all="ignore"):
        result = getattr(ufunc, method)(*map(plain, inputs), **stripped)
    return array_ufunc(ufunc, method, *inputs, **options) if is_float(result) else integers(result)


def is_float(value: Any) -> bool:
    """Whether there are floats in a result."""
    if isinstance(value, tuple | list):
        return any(map(is_float, value))
    return isinstance(value, float) or (
        isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fc"
    )


def integers(value: Any) -> Any:
    """Results of NumPy with its arrays of integers and truth values as Integers."""
    if type(value) is np.ndarray and value.dtype.kind in "iub":
        return value.view(Integers)
    if isinstance(value, np.integer):
        return Whole(value)
    return type(value)(map(integers, value)) if type(value) in (list, tuple) else value
