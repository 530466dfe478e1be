"""An array library with the restrictions that CuPy documents; it computes with NumPy.

- Nothing becomes a NumPy array unless `get()` is asked, and NumPy arrays enter through `asarray` alone.
- Arrays lie on one of two devices. An operation works on arrays of the current device, which is 0 outside of
  `with Device(1):`, as between GPUs that cannot reach each other's memory.
- `solve` wants equal leading axes, and there is no `.mT`, as before CuPy 14.
- Where a factorisation fails, nothing is said: `cholesky` leaves what it had computed, `solve` infinities.
"""

from collections.abc import Callable
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import numpy as np
from array_api_compat import numpy as host

from refimpl.backends import Backend

_current: ContextVar[int] = ContextVar("current", default=0)


class Device:
    """A device, and the context in which it is the current one."""

    def __init__(self, number: int) -> None:
        self.id, self._before = number, [0] * 0

    def __enter__(self) -> "Device":
        self._before.append(_current.get())
        _current.set(self.id)
        return self

    def __exit__(self, *_: object) -> None:
        _current.set(self._before.pop())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and other.id == self.id

    def __hash__(self) -> int:
        return self.id

    def __repr__(self) -> str:
        return f"<Device {self.id}>"


class Array:
    """An array on a device."""

    __array_ufunc__ = None

    def __init__(self, data: Any, number: int) -> None:
        self.data, self.number = np.asarray(data), number

    @property
    def T(self) -> "Array":  # noqa: N802  (the standard's name)
        return type(self)(self.data.T, self.number)

    def __dlpack_device__(self) -> tuple[int, int]:
        return 2, self.number

    def get(self) -> np.ndarray[Any, Any]:
        return self.data.copy()

    def __array__(self, *_: object, **__: object) -> None:
        raise TypeError("Implicit conversion to a NumPy array is not allowed; use .get()")

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        return xp

    dtype = property(lambda self: self.data.dtype)
    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)
    device = property(lambda self: Device(self.number))

    def to_device(self, device: Device, /, *, stream: object = None) -> "Array":
        return type(self)(self.data.copy(), device.id)

    def __getitem__(self, key: Any) -> "Array":
        return type(self)(self.data[_opened(key)], self.number)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.data[_opened(key)] = _opened(value)

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"grudging{self.data!r}"


def _opened(value: Any) -> Any:
    """What NumPy computes with: arrays of the current device, and Python's values."""
    if isinstance(value, Array):
        if value.number != _current.get():
            raise ValueError(f"array device {value.number} while current is {_current.get()}")
        return value.data
    if isinstance(value, np.ndarray):
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    if isinstance(value, tuple | list):
        parts = [_opened(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value


def _closed(value: Any, kind: type[Array]) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return kind(value, _current.get())
    if isinstance(value, tuple | list):
        parts = [_closed(part, kind) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value


def _wrapped(function: Callable[..., Any], kind: type[Array]) -> Callable[..., Any]:
    def call(*args: Any, device: Device | None = None, **kwargs: Any) -> Any:
        with Device(_current.get()) if device is None else device, np.errstate(all="ignore"):
            found = function(*_opened(args), **{key: _opened(part) for key, part in kwargs.items()})
            return _closed(found, kind)

    return call


def _operator(name: str) -> Callable[..., Any]:
    def operate(self: Array, *args: Any) -> Any:
        if not all(isinstance(part, Array | bool | int | float | complex) for part in args):
            return NotImplemented
        return _wrapped(lambda data, *rest: getattr(data, name)(*rest), type(self))(self, *args)

    return operate


_BINARY = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul",
    "and", "or", "xor", "lshift", "rshift",
)  # fmt: skip
_OTHERS = ("eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert")
for _name in (*_BINARY, *(f"r{name}" for name in _BINARY), *_OTHERS):
    setattr(Array, f"__{_name}__", _operator(f"__{_name}__"))
Array.__hash__ = None  # type: ignore[assignment]
for _name in ("bool", "int", "float", "index", "complex"):
    setattr(Array, f"__{_name}__", lambda self, _name=_name: getattr(self.data, f"__{_name}__")())


def _asarray(kind: type[Array]) -> Callable[..., Any]:
    """The one way in for NumPy arrays; arrays of another device come over."""

    def asarray(value: Any, /, *, dtype: Any = None, device: Device | None = None, copy: Any = None) -> Array:
        with Device(_current.get()) if device is None else device:
            data = value.data if isinstance(value, Array) else value
            data = data if isinstance(data, np.ndarray) else _opened(data)
            return kind(np.array(data, dtype=dtype), _current.get())

    return asarray


def _solve(a: Any, b: Any) -> Any:
    if not (a.ndim - b.ndim in (0, 1) and a.shape[:-1] == b.shape[: a.ndim - 1]):
        raise ValueError("a must have (..., M, M) shape and b must have (..., M) or (..., M, K)")
    singular = np.linalg.det(a) == 0
    found = np.linalg.solve(np.where(singular[..., None, None], np.eye(a.shape[-1]), a), b)
    gaps = singular.reshape(*singular.shape, *(1,) * (found.ndim - singular.ndim))
    return np.where(gaps, np.inf, found).astype(a.dtype)


def _cholesky(a: Any, *, upper: bool = False) -> Any:
    """Column by column; the first pivot that is not positive stays, and what follows is as it was."""
    result = np.tril(a)
    for root in result.reshape(-1, *a.shape[-2:]):
        for j in range(a.shape[-1]):
            root[j:, j] -= root[j:, :j] @ root[j, :j]
            if not root[j, j] > 0:
                break
            root[j:, j] /= np.sqrt(root[j, j])
    return np.swapaxes(result, -1, -2) if upper else result


class _Info:
    """What the namespace says of itself."""

    def dtypes(self, *, device: Device | None = None, kind: Any = None) -> dict[str, Any]:
        return dict(host.__array_namespace_info__().dtypes(kind=kind))

    def default_dtypes(self, *, device: Device | None = None) -> dict[str, Any]:
        return dict(host.__array_namespace_info__().default_dtypes())

    def default_device(self) -> Device:
        return Device(0)

    def devices(self) -> list[Device]:
        return [Device(0), Device(1)]


def namespace(kind: type[Array], name: str) -> Any:
    """The functions of a library with arrays of that kind."""
    own = {"solve": _solve, "cholesky": _cholesky}
    algebra = {it: _wrapped(own.get(it, getattr(host.linalg, it)), kind) for it in host.linalg.__all__}
    made = SimpleNamespace(
        __name__=name,
        linalg=SimpleNamespace(**algebra),
        asarray=_asarray(kind),
        __array_namespace_info__=_Info,
    )
    for it in set(host.__all__) - {"linalg", "fft", *vars(made)}:
        value = getattr(host, it)
        plain = (
            isinstance(value, type | np.dtype) or not callable(value) or it in ("finfo", "iinfo", "isdtype")
        )
        setattr(made, it, value if plain else _wrapped(value, kind))
    return made


xp = namespace(Array, "grudging")


def make() -> Backend:
    """The backend of this library."""
    return Backend(
        name="grudging",
        version="1",
        xp=xp,
        devices={"0": Device(0), "1": Device(1)},
        to_numpy=Array.get,
    )
