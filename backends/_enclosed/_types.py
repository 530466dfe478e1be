"""Python's and NumPy's types of numbers, and Python's functions of numbers, as they are on balls."""

import builtins
import itertools
import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from ._answers import ANSWERS
from ._arrays import Enclosed, Number, number
from ._conversion import Function
from ._creation import converted, new_array
from ._formats import dtype_of
from ._integers import Whole
from ._ufuncs import plain


class Kind(type):
    """The class of types that make balls, or exact integers, where the type of the same name makes floats."""

    plain: type

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls.plain)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.plain)

    def __eq__(cls, other: object) -> bool:
        return other is cls.plain or (isinstance(other, Kind) and other.plain is cls.plain)

    def __hash__(cls) -> int:
        return hash(cls.plain)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls.make(*args, **kwargs)  # type: ignore[attr-defined]


def _kind_of(plain_type: Any, make: Function) -> Any:
    """A type that calls `make`, and is NumPy's or Python's type in every other respect."""
    body = {"plain": plain_type, "make": staticmethod(make), "__doc__": plain_type.__doc__}
    for name in ("fromhex", "from_bytes", "nan", "inf"):
        if hasattr(plain_type, name):
            body[name] = getattr(plain_type, name)
    if plain_type not in (float, int, complex):
        body["dtype"] = np.dtype(plain_type)
    else:
        body["dtype"] = np.dtype({float: np.float64, int: np.int64, complex: np.complex128}[plain_type])
    return Kind(plain_type.__name__, (), body)


def _float(value: Any = 0.0) -> Any:
    if issubclass(type(value), Enclosed):
        return Number.of(value._single())
    return number(float(plain(value)) if isinstance(value, str) else plain_number(value))


def plain_number(value: Any) -> Any:
    """A number of a kind that becomes a ball as it is."""
    if isinstance(value, np.ndarray):
        return value.reshape(-1)[0] if value.size == 1 else float(value)
    return value if isinstance(value, int | float | np.number | np.bool_) else float(value)


def _int(value: Any = 0, *args: Any) -> Any:
    return Whole(int(value, *args))


def _complex(real: Any = 0, imag: Any = 0) -> Any:
    return number(real) + number(imag) * number(1j)


def _scalar(kind: Any) -> Function:
    dtype = np.dtype(kind)

    def make(value: Any = 0) -> Any:
        if dtype.kind in "fc":
            dtype_of(dtype)
            made = converted(value, dtype, True)
            return number(made) if not made.ndim else made
        if dtype.kind == "b":
            return np.bool_(bool(value)) if not np.ndim(value) else new_array(value, bool)
        if np.ndim(value):
            return new_array(value, dtype)
        whole = int(value)
        limits = np.iinfo(dtype)
        if not limits.min <= whole <= limits.max:
            raise OverflowError(f"Python integer {whole} out of bounds for {dtype}")
        return Whole(whole)

    return make


_SCALARS = [
    "float16",
    "float32",
    "float64",
    "longdouble",
    "half",
    "single",
    "double",
    "complex64",
    "complex128",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "intp",
    "int_",
]
TYPES: dict[Any, Any] = {getattr(np, name): _kind_of(getattr(np, name), _scalar(getattr(np, name)))
                         for name in _SCALARS}  # fmt: skip


# Python's functions of numbers


def _range(*bounds: Any) -> list[Any]:
    return [Whole(i) for i in range(*(operator.index(bound) for bound in bounds))]


def _enumerate(values: Iterable[Any], start: int = 0) -> Any:
    return zip(map(Whole, itertools.count(start)), values)  # noqa: B905  (one of them has no end)


def _sum(values: Iterable[Any], start: Any = 0) -> Any:
    return builtins.sum(values, Whole(start) if type(start) is int else start)


BUILTINS: dict[str, Any] = {
    "float": _kind_of(float, _float),
    "int": _kind_of(int, _int),
    "complex": _kind_of(complex, _complex),
    "range": _range,
    "len": lambda x: Whole(len(x)),
    "enumerate": _enumerate,
    "sum": _sum,
    "pow": lambda x, y, modulus=None: x**y if modulus is None else pow(x, y, modulus),
}
"""Only these: abs, round, min, max and isinstance do on balls what they should."""


@ANSWERS
def type_of(dtype: Any) -> Any:
    """What makes a scalar of a dtype."""
    return TYPES[dtype.type]
