"""Arrays of balls for code that was written for NumPy: they stand where arrays of float64 would.

`Enclosed` is such an array, which may be written to, and `Number` its scalar. Code that asks for floats
leaves balls. All of it computes with the working precision that is set around it.
"""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flint import acb, arb

from .._ball import _functions as f
from .._ball import _scalars as s
from ._answers import ANSWERS
from ._formats import Format, dtype_of, leave, nominal
from ._integers import Integers, Whole, whole

_STRANGE: Any = str | bytes | type | dict | None
"""What no number is equal to."""


class Enclosed(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of balls that stands for NumPy's: `data` has objects, real (arb) or complex (acb)."""

    __slots__ = ("data",)
    __hash__ = None  # type: ignore[assignment]

    @property
    def __class__(self) -> Any:
        # isinstance(x, np.ndarray) holds, as code that was written for NumPy expects.
        return np.ndarray

    @__class__.setter
    def __class__(self, value: Any) -> None:
        raise TypeError("the class of an array of balls is fixed")

    def __init__(self, data: Any) -> None:
        self.data = data

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return ANSWERS.array_ufunc(ufunc, method, *inputs, **options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return ANSWERS.array_function(function, args, kwargs)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise leave("an array of balls is asked for its floats (by compiled code, or by a library)")

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        return ANSWERS.numpy_module(np)

    # What it is

    @property
    def shape(self) -> Any:
        """Lengths of the axes."""
        return whole(self.data.shape)

    @shape.setter
    def shape(self, lengths: Any) -> None:
        self.data = self.data.reshape(lengths)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return Whole(self.data.ndim)

    @property
    def size(self) -> int:
        """Number of elements."""
        return Whole(self.data.size)

    @property
    def dtype(self) -> Any:
        """That of the format, or its complex one."""
        return Format(np.result_type(nominal(), np.complex64) if is_complex(self.data) else nominal())

    @property
    def itemsize(self) -> int:
        """Bytes of an element of the format."""
        return int(self.dtype.itemsize)

    @property
    def nbytes(self) -> int:
        """Bytes of all elements in the format."""
        return int(self.size * self.itemsize)

    @property
    def flat(self) -> Iterator[Any]:
        """All elements."""
        return iter(self.ravel())

    @property
    def T(self) -> "Enclosed":  # noqa: N802
        """All axes reversed."""
        return Enclosed(self.data.T)

    @property
    def mT(self) -> "Enclosed":  # noqa: N802
        """The transposed matrices."""
        return Enclosed(np.swapaxes(self.data, -1, -2))

    @property
    def real(self) -> Any:
        """The real parts."""
        return boxed(each(lambda x: s.normal(x.real) if isinstance(x, acb) else x, self.data))

    @property
    def imag(self) -> Any:
        """The imaginary parts."""
        return boxed(each(lambda x: s.normal(x.imag) if isinstance(x, acb) else s.ZERO, self.data))

    def __repr__(self) -> str:
        return f"enclosed({each(_text, self.data).tolist()})" if self.ndim else _text(self.data[()])

    def __eq__(self, other: object) -> Any:
        return False if isinstance(other, _STRANGE) else np.equal(self, other)  # type: ignore[call-overload]

    def __ne__(self, other: object) -> Any:
        return True if isinstance(other, _STRANGE) else np.not_equal(self, other)  # type: ignore[call-overload]

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Any]:
        return (boxed(part) for part in self.data)

    def __getitem__(self, key: Any) -> Any:
        return boxed(self.data[index_of(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        data = of_kind(as_balls(value), "c" if is_complex(self.data) else "")
        self.data[index_of(key)] = data if data.ndim else data[()]

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(self == value))

    # One element as a number

    def __bool__(self) -> bool:
        return bool((self != 0).item())

    def __float__(self) -> float:
        raise leave("float() of a ball: the code leaves NumPy")

    def __complex__(self) -> complex:
        raise leave("complex() of a ball: the code leaves NumPy")

    def __int__(self) -> int:
        return s.truncate("int", self._single())

    def __trunc__(self) -> int:
        return Whole(int(self))

    def __floor__(self) -> int:
        return Whole(s.truncate("floor", f.floor(self._single())))

    def __ceil__(self) -> int:
        return Whole(s.truncate("ceil", f.ceil(self._single())))

    def __round__(self, digits: int | None = None) -> Any:
        return Whole(s.truncate("round", f.round_(self._single()))) if digits is None else self.round(digits)

    def __format__(self, form: str) -> str:
        return format(s.nearest(self._single()), form) if not self.ndim else repr(self)

    def _single(self) -> Any:
        if self.data.size != 1:
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        return self.data.reshape(-1)[0]

    def item(self, *place: Any) -> Any:
        """One element."""
        return Number.of(self.data[place[0] if isinstance(place[0], tuple) else place]
                         if len(place) > 1 or (place and isinstance(place[0], tuple))
                         else self.data.reshape(-1)[place[0]] if place else self._single())  # fmt: skip

    def tolist(self) -> Any:
        """Nested lists of numbers."""
        return [part.tolist() for part in self] if self.ndim else Number.of(self.data[()])

    # Methods of NumPy's arrays that are not functions of the same name

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """Floats are what the elements are; integers and truth values must be decided."""
        wanted = dtype_of(dtype)
        assert wanted is not None
        if wanted.kind == "b":
            return self != 0
        if wanted.kind in "iu":
            found = each(lambda x: s.truncate("astype", x), self.data)
            return np.asarray(found).astype(wanted).view(Integers)
        return type(self)(of_kind(self.data, wanted.kind))

    def view(self, *args: Any, **kwargs: Any) -> Any:
        """Itself, for the dtype that it has."""
        if all(arg in (np.ndarray, None) or np.dtype(arg) == self.dtype for arg in args) and not kwargs:
            return self
        raise leave("reads the bits of floats (view)")

    def copy(self, order: str = "C") -> Any:
        """A copy."""
        return type(self)(self.data.copy())

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def __reduce__(self) -> Any:
        raise leave("pickles an array of balls")

    def reshape(self, *shape: Any, **options: Any) -> Any:
        """As NumPy's."""
        return Enclosed(self.data.reshape(*shape, **options))

    def transpose(self, *axes: Any) -> Any:
        """As NumPy's."""
        return Enclosed(self.data.transpose(*axes))

    def flatten(self, order: str = "C") -> Any:
        """As NumPy's."""
        return Enclosed(self.data.flatten())

    def fill(self, value: Any) -> None:
        """As NumPy's."""
        self[...] = value

    def sort(self, axis: int = -1, **options: Any) -> None:
        """As NumPy's, in place."""
        self.data[...] = np.sort(self, axis=axis).data

    def conj(self) -> Any:
        """The conjugate."""
        return np.conjugate(self)

    conjugate = conj

    def __getattr__(self, name: str) -> Any:
        if name in _METHODS:
            function = getattr(np, name)
            return lambda *args, **kwargs: function(self, *args, **kwargs)
        raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")


_METHODS = frozenset(
    [
        "all",
        "any",
        "argmax",
        "argmin",
        "argsort",
        "choose",
        "clip",
        "cumprod",
        "cumsum",
        "diagonal",
        "dot",
        "max",
        "mean",
        "min",
        "nonzero",
        "prod",
        "ptp",
        "put",
        "ravel",
        "repeat",
        "round",
        "searchsorted",
        "squeeze",
        "std",
        "sum",
        "swapaxes",
        "take",
        "trace",
        "var",
        "compress",
        "argpartition",
    ]
)
"""Methods that are NumPy's functions of the same name."""


class Number(Enclosed):
    """A scalar of balls, which stands for NumPy's or for Python's float; it never changes."""

    __slots__ = ()

    @property
    def __class__(self) -> Any:
        return np.complex128 if is_complex(self.data) else np.float64

    @__class__.setter
    def __class__(self, value: Any) -> None:
        raise TypeError("the class of a ball is fixed")

    @staticmethod
    def of(ball: Any) -> "Number":
        """The scalar of one ball."""
        box = np.empty((), dtype=object)
        box[()] = ball
        return Number(box)

    def is_integer(self) -> bool:
        """Whether it is certainly an integer, or certainly none."""
        return bool(self == np.floor(self))

    def as_integer_ratio(self) -> tuple[int, int]:
        """The rational that an exact ball is."""
        raise leave("asks a ball for its ratio of integers")

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError("'numpy.float64' object does not support item assignment")


def _not_in_place(name: str) -> Callable[..., Any]:
    operation = getattr(operator, name)

    def method(self: Any, other: Any) -> Any:
        return operation(self, other)

    return method


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    setattr(Number, f"__i{_name}__", _not_in_place(_name))


# Between balls and other numbers


def is_complex(data: Any) -> bool:
    """Whether there are complex numbers in an array of balls."""
    return any(type(x) is acb for x in data.flat)


def of_kind(data: Any, kind: str) -> Any:
    """A copy of an array of balls, all of them complex for "c" and real for "f"."""
    if kind == "c":
        return each(acb, data)
    return each(lambda x: s.normal(x.real) if type(x) is acb else x, data) if kind == "f" else data.copy()


def each(function: Callable[[Any], Any], data: Any) -> Any:
    """A function of all elements, as an array of objects."""
    out = np.empty(data.shape, dtype=object)
    out.reshape(-1)[:] = [function(x) for x in data.reshape(-1)] if data.size else []
    return out


def ball(value: Any) -> Any:
    """One number as a ball, real or complex."""
    if type(value) is arb or type(value) is acb:
        return value
    if issubclass(type(value), Enclosed):
        return value.data.reshape(-1)[0]
    if isinstance(value, complex | np.complexfloating):
        return acb(s.lift(value.real), s.lift(value.imag))
    return s.lift(value)


def as_balls(value: Any) -> Any:
    """Numbers, nested lists and arrays of them as an array of objects that are balls."""
    if issubclass(type(value), Enclosed):
        return value.data
    if isinstance(value, list | tuple):
        parts = [as_balls(part) for part in value]
        if len({part.shape for part in parts}) > 1:
            raise ValueError("setting an array element with a sequence of different lengths")
        return np.stack(parts) if parts else np.empty((0,), dtype=object)
    given = np.asarray(value)
    if given.dtype.kind not in "biufcO":
        raise leave(f"mixes balls with {given.dtype.name}")
    items = np.asarray(given)
    return each(ball, items if items.dtype.kind == "O" else items.astype(object) if items.dtype.kind in "biuc"
                else items)  # fmt: skip


@ANSWERS
def is_enclosed(value: Any) -> bool:
    """Whether it is an array of balls or a number from one, which `isinstance` does not see."""
    return issubclass(type(value), Enclosed)


@ANSWERS
def enclosed(value: Any) -> Any:
    """The same as an array of its own."""
    data = as_balls(value)
    return Enclosed(data.copy() if issubclass(type(value), Enclosed) else data)


@ANSWERS
def number(value: Any) -> Number:
    """A number as a scalar."""
    return Number.of(ball(value))


def python_number(value: Any) -> Any:
    """A scalar that is a float, or an integer, as Python has it; other things as they are."""
    if type(value) is Whole:
        return int(value)
    if type(value) is not Number or is_complex(value.data):
        return value
    found = value._single()
    if s.is_indeterminate(found) or not found.is_exact():
        return value
    near = float(found)
    return near if not found.is_finite() or s.lift(near) == found else value


def boxed(data: Any) -> Any:
    """Results of operations on arrays of balls: scalars for bare elements, as NumPy has them."""
    return Enclosed(data) if isinstance(data, np.ndarray) else Number.of(data)


@ANSWERS
def index_of(key: Any) -> Any:
    if issubclass(type(key), Enclosed):
        raise IndexError("arrays used as indices must be of integer (or boolean) type")
    if isinstance(key, tuple):
        return tuple(map(index_of, key))
    return np.asarray(key) if isinstance(key, Integers) else key


def _text(x: Any) -> str:
    return s.text(x) if type(x) is arb else str(x)


def known(truths: Any, call: str) -> Any:
    """Truth values of NumPy from those of balls, all of which must be decided."""
    array = np.asarray(truths)
    if array.dtype == object:
        array = array.astype(np.int8)
    if np.any(array == s.UNDECIDED):
        raise s.undecided(call, "numbers whose balls overlap")
    found = array == s.TRUE
    return found.view(Integers) if isinstance(found, np.ndarray) and found.ndim else np.bool_(found)
