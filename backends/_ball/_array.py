"""The array of balls, truth values or integers. It never changes; every operation makes a new one."""

from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np
from flint import arb

from ..._arithmetic import is_wider
from ..._errors import DTypeError, NamespaceError, told
from ..._typing import Namespace
from . import _scalars
from ._dtypes import DType, of

Storage = np.ndarray[Any, np.dtype[Any]]
DEVICE = "cpu"


def _forward(name: str) -> Callable[["BallArray", Any], "BallArray"]:
    def operation(self: "BallArray", other: Any) -> "BallArray":
        return getattr(self.xp, name)(self, other) if _operand(self, other) else NotImplemented

    return operation


def _reverse(name: str) -> Callable[["BallArray", Any], "BallArray"]:
    def operation(self: "BallArray", other: Any) -> "BallArray":
        return getattr(self.xp, name)(other, self) if _operand(self, other) else NotImplemented

    return operation


def _own(name: str) -> Callable[["BallArray"], "BallArray"]:
    def operation(self: "BallArray") -> "BallArray":
        function: Callable[..., BallArray] = getattr(self.xp, name)
        return function(self)

    return operation


class BallArray:
    """An array of the `ball` backend: see the functions of its namespace.

    `data` is NumPy's: objects of type arb for reals (see _scalars), int8 FALSE, UNDECIDED or TRUE for
    booleans, and integers of the dtype's own name.
    """

    __array_ufunc__ = None  # so that NumPy leaves `numpy scalar + ball array` to this class
    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("_finite", "data", "dtype", "xp")

    def __init__(self, data: Storage, dtype: DType, xp: Namespace, finite: bool | None = None) -> None:
        self.data, self.dtype, self.xp, self._finite = data, dtype, xp, finite

    @property
    def finite(self) -> bool:
        """Of reals: whether all balls are finite; it is looked up once."""
        if self._finite is None:
            self._finite = all(map(arb.is_finite, self.data.flat))
        return self._finite

    def __array_namespace__(self, *, api_version: str | None = None) -> Namespace:
        return self.xp

    def like(self, data: Any) -> "BallArray":
        """Other data of the same dtype; NumPy gives elements of 0-d results bare."""
        return BallArray(boxed(data, self.dtype), self.dtype, self.xp)

    def moved(self, data: Any) -> "BallArray":
        """Some of the same elements, in another order or shape."""
        made = self.like(data)
        made._finite = self._finite or None  # what is left of an array that is not finite may be
        return made

    # What it is

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return tuple(self.data.shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.data.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.data.size

    @property
    def device(self) -> str:
        """Always "cpu"."""
        return DEVICE

    @property
    def T(self) -> "BallArray":  # noqa: N802
        """The transposed matrix."""
        return self.like(_matrices(self.data, 2, 2).T)

    @property
    def mT(self) -> "BallArray":  # noqa: N802
        """The transposed matrices."""
        return self.like(np.swapaxes(_matrices(self.data, 2), -1, -2))

    def to_device(self, device: object, /, *, stream: object = None) -> Self:
        """Itself: there is one device."""
        if device != DEVICE:
            raise ValueError(told("to_device", "device", device, DEVICE))
        return self

    def __repr__(self) -> str:
        texts = np.empty(self.shape, dtype=object)
        for index in np.ndindex(self.shape):
            texts[index] = element_text(self.data[index], self.dtype)
        return f"ball({texts.tolist()}, dtype={self.dtype}, prec={self.xp.prec})"

    # Operators

    __add__, __radd__ = _forward("add"), _reverse("add")
    __sub__, __rsub__ = _forward("subtract"), _reverse("subtract")
    __mul__, __rmul__ = _forward("multiply"), _reverse("multiply")
    __truediv__, __rtruediv__ = _forward("divide"), _reverse("divide")
    __floordiv__, __rfloordiv__ = _forward("floor_divide"), _reverse("floor_divide")
    __mod__, __rmod__ = _forward("remainder"), _reverse("remainder")
    __pow__, __rpow__ = _forward("pow"), _reverse("pow")
    __matmul__, __rmatmul__ = _forward("matmul"), _reverse("matmul")
    __and__, __rand__ = _forward("bitwise_and"), _reverse("bitwise_and")
    __or__, __ror__ = _forward("bitwise_or"), _reverse("bitwise_or")
    __xor__, __rxor__ = _forward("bitwise_xor"), _reverse("bitwise_xor")
    __lshift__, __rlshift__ = _forward("bitwise_left_shift"), _reverse("bitwise_left_shift")
    __rshift__, __rrshift__ = _forward("bitwise_right_shift"), _reverse("bitwise_right_shift")
    __lt__ = _forward("less")
    __le__ = _forward("less_equal")
    __gt__ = _forward("greater")
    __ge__ = _forward("greater_equal")
    __eq__ = _forward("equal")  # type: ignore[assignment]
    __ne__ = _forward("not_equal")  # type: ignore[assignment]
    __neg__ = _own("negative")
    __pos__ = _own("positive")
    __abs__ = _own("abs")
    __invert__ = _own("bitwise_invert")

    # Its elements

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a 0-d array")
        return self.shape[0]

    def __iter__(self) -> Iterator["BallArray"]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any, /) -> "BallArray":
        parts = key if isinstance(key, tuple) else (key,)
        return self.moved(self.data[tuple(_index(part) for part in parts)])

    def __setitem__(self, key: object, value: object) -> None:
        raise TypeError(told("ball", "x[...] = value", "an assignment", "none: ball arrays never change"))

    def __bool__(self) -> bool:
        return bool(decided("bool", self._single("bool"), self.dtype))

    def __float__(self) -> float:
        item = self._single("float")
        return _scalars.exact("float", item) if self.dtype.real else float(decided("float", item, self.dtype))

    def __int__(self) -> int:
        item = self._single("int")
        return _scalars.truncate("int", item) if self.dtype.real else int(decided("int", item, self.dtype))

    def __index__(self) -> int:
        if self.dtype.real or self.dtype.boolean:
            raise TypeError(told("ball", "index", f"an array of {self.dtype}", "an integer"))
        return int(self._single("index"))

    def __complex__(self) -> complex:
        return complex(float(self))

    def _single(self, call: str) -> Any:
        if self.ndim:
            raise TypeError(told(call, "array", f"shape {self.shape}", "shape ()"))
        return self.data[()]

    def refimpl_exact(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The float64 numbers that the balls are; an error unless all of them are."""
        exact = [_scalars.exact("numpy.asarray", x) for x in self.data.flat]
        return np.asarray(exact, dtype=np.float64).reshape(self.shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Storage:
        if self.dtype.real:
            raise DTypeError(
                told(
                    "numpy.asarray",
                    "array",
                    "balls",
                    "integers or truth values",
                    "Functions that compute in float64 (host functions) prove nothing of balls: give them "
                    "NumPy arrays, or take midpoints yourself with refimpl.backends.ball.midpoints",
                )
            )
        values = decided("numpy.asarray", self.data, self.dtype)
        return np.array(values, dtype=dtype)


def boxed(data: Any, dtype: DType) -> Storage:
    """The data as an array, also where NumPy handed out a bare element."""
    if isinstance(data, np.ndarray):
        return data
    box = np.empty((), dtype=dtype.storage)
    box[()] = data
    return box


def decided(call: str, data: Any, dtype: DType) -> Any:
    """The data for Python or NumPy: booleans as such, if all of them are decided."""
    if dtype.real:
        return decided(call, 2 - _scalars.equal(data, _scalars.ZERO), of(np.bool_))
    if not dtype.boolean:
        return data
    if np.any(data == _scalars.UNDECIDED):
        raise _scalars.undecided(call, "a comparison of balls that overlap")
    return data == _scalars.TRUE


def element_text(item: Any, dtype: DType) -> str:
    """One element as it is printed."""
    if dtype.real:
        return _scalars.text(item)
    return ("False", "undecided", "True")[item] if dtype.boolean else str(item)


def _index(part: Any) -> Any:
    if not isinstance(part, BallArray):
        return part
    if part.dtype.real:
        raise IndexError(told("ball", "index", f"an array of {part.dtype}", "integers or booleans"))
    return decided("index", part.data, part.dtype)


def _matrices(data: Storage, least: int, most: int | None = None) -> Storage:
    if data.ndim < least or (most is not None and data.ndim > most):
        raise ValueError(told("ball", "transpose", f"{data.ndim} axes", "a matrix"))
    return data


def _operand(array: BallArray, other: Any) -> bool:
    """Whether an operator takes the other operand: an array of the same namespace, or a number."""
    if isinstance(other, BallArray) and other.xp is not array.xp:
        got = f"{array.xp.__name__} and {other.xp.__name__}"
        advice = "Convert one of them with asarray of the other namespace"
        raise NamespaceError(told("ball", "arrays", got, "arrays of one precision", advice))
    numbers = bool | int | float | np.integer | np.floating | np.bool_
    return isinstance(other, BallArray | numbers) or is_wider(other)
