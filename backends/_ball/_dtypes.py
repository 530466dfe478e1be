"""Names of dtypes. Reals are balls whatever their name: a floating dtype says which format is meant, for
`finfo` and promotion, and rounds nothing."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..._errors import DTypeError, told
from .._backend import FORMATS

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
REALS = ("float16", "bfloat16", "float32", "float64")


@dataclass(frozen=True, slots=True, eq=False)
class DType:
    """A dtype; there is one object of each name."""

    name: str

    @property
    def real(self) -> bool:
        """Whether elements are balls."""
        return self.name in REALS

    @property
    def boolean(self) -> bool:
        """Whether elements are truth values."""
        return self.name == "bool"

    @property
    def storage(self) -> "np.dtype[Any]":
        """The dtype of the NumPy array inside."""
        return np.dtype(object if self.real else np.int8 if self.boolean else self.name)

    def __repr__(self) -> str:
        return f"ball.{self.name}"

    def __str__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Any, ...]:
        return named, (self.name,)


DTYPES = {name: DType(name) for name in ("bool", *INTEGERS, *REALS)}


def named(name: str) -> DType:
    """The dtype of that name."""
    return DTYPES[name]


def of(given: Any) -> DType:
    """A dtype from one, or from NumPy's of the same name."""
    if isinstance(given, DType):
        return given
    name = np.dtype(given).name
    if name not in DTYPES:
        raise DTypeError(told("ball", "dtype", name, f"one of {', '.join(DTYPES)}"))
    return DTYPES[name]


def isdtype(dtype: DType, kind: Any) -> bool:
    """Whether a dtype is of a kind, as the standard names kinds."""
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)
    if isinstance(kind, DType):
        return dtype is kind
    groups = {
        "bool": dtype.boolean,
        "signed integer": dtype.name in INTEGERS[:4],
        "unsigned integer": dtype.name in INTEGERS[4:],
        "integral": dtype.name in INTEGERS,
        "real floating": dtype.real,
        "complex floating": False,
        "numeric": not dtype.boolean,
    }
    if kind not in groups:
        raise DTypeError(told("isdtype", "kind", repr(kind), f"a dtype, or one of {', '.join(groups)}"))
    return groups[kind]


def promote(first: DType, second: DType) -> DType:
    """The dtype that holds both; as the standard, none for two kinds."""
    if first is second:
        return first
    kinds = [dtype.real or 2 * dtype.boolean for dtype in (first, second)]
    one, other = (np.dtype(_like(dtype)) for dtype in (first, second))
    result = np.promote_types(one, other)
    if kinds[0] != kinds[1] or result.name not in DTYPES or (kinds[0] == 0 and result.kind == "f"):
        advice = "Convert one of them first with astype"
        raise DTypeError(told("ball", "dtypes", f"{first} and {second}", "dtypes of one kind", advice))
    return DTYPES[result.name]


def _like(dtype: DType) -> str:
    """NumPy's name of a dtype that is promoted as this one: with bfloat16, that of no other 16 bits."""
    return "float32" if dtype.name == "bfloat16" else dtype.name


class FInfo(NamedTuple):
    """What a format has, as Python numbers."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: DType


class IInfo(NamedTuple):
    """The range of an integer dtype."""

    bits: int
    max: int
    min: int
    dtype: DType


def finfo(given: Any, /) -> FInfo:
    """Of the format that the dtype names."""
    dtype = of(getattr(given, "dtype", given))
    if not dtype.real:
        raise DTypeError(told("finfo", "dtype", dtype, "a real floating dtype"))
    bits, low, high = FORMATS[dtype.name]
    largest = (2.0 - 2.0 ** (1 - bits)) * 2.0**high
    size = {"float64": 64, "float32": 32}.get(dtype.name, 16)
    return FInfo(size, 2.0 ** (1 - bits), largest, -largest, 2.0**low, dtype)


def iinfo(given: Any, /) -> IInfo:
    """Of an integer dtype."""
    dtype = of(getattr(given, "dtype", given))
    if not isdtype(dtype, "integral"):
        raise DTypeError(told("iinfo", "dtype", dtype, "an integer dtype"))
    info = np.iinfo(dtype.name)
    return IInfo(info.bits, int(info.max), int(info.min), dtype)


def can_cast(given: Any, to: DType, /) -> bool:
    """Whether promotion leads from one dtype to the other."""
    try:
        return promote(of(getattr(given, "dtype", given)), to) is to
    except DTypeError:
        return False
