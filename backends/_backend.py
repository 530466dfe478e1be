"""What a backend is, and one setting (backend, dtype, device) in which a law runs."""

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np

from .._errors import DTypeError, RefimplError, UnknownNameError, told
from .._libraries import current, to_numpy
from .._typing import Array, Device, DType, Namespace

HALVES = ("float16", "bfloat16")
"""The formats of half precision."""
Function = Callable[..., Any]
Ulps: TypeAlias = Mapping[str, Mapping[str, float]]
"""Worst errors by dtype and function (see `_ulps`)."""

# Significand bits and exponent range, by IEEE 754 (bfloat16 by its usual definition).
FORMATS = {
    "float64": (53, -1022, 1023),
    "float32": (24, -126, 127),
    "float16": (11, -14, 15),
    "bfloat16": (8, -126, 127),
}


class BackendUnavailableError(RefimplError, RuntimeError):
    """A backend cannot be used here: why, and the command that would change it."""

    def __init__(self, name: str, reason: str, install: str) -> None:
        self.name, self.reason, self.install = name, reason, install
        super().__init__(f"backend {name} is unavailable: {reason}. To get it: {install}")


def load(name: str, module: str, install: str) -> ModuleType:
    """Import the library of a backend; whatever keeps it from loading is the reason."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        root = module.partition(".")[0]
        reason = f"{root} is not installed" if error.name == root else f"{root} fails to load: {error}"
        raise BackendUnavailableError(name, reason, install) from error
    except Exception as error:  # a broken installation can raise anything
        reason = f"{module} fails to load: {type(error).__name__}: {error}"
        raise BackendUnavailableError(name, reason, install) from error


def identity(function: Function) -> Function:
    """The compiler of a backend that has none."""
    return function


@dataclass(frozen=True, slots=True)
class Backend:
    """An array library as refimpl uses it."""

    name: str
    version: str
    xp: Namespace
    devices: Mapping[str, Device]
    """Device names (the first is the default) to what the library's functions take as `device`."""
    to_numpy: Callable[[Array], np.ndarray[Any, Any]] = to_numpy
    """A NumPy array of the same bits; formats that NumPy lacks (bfloat16) become float32."""
    lacks: Mapping[str, str] = field(default_factory=dict)
    """Capabilities that are missing, with the reason that a skipped law reports."""
    ulps: Ulps = field(default_factory=lambda: {dtype: {"default": 4.0} for dtype in FORMATS})
    """Worst measured errors of elementary functions in ulps, by dtype and function, each with a "default"."""
    dtypes: tuple[str, ...] = ("float64", "float32")
    """Floating dtypes, by the names of Precision."""
    compile: Callable[[Function], Function] = identity
    from_numpy: Callable[[np.ndarray[Any, Any], DType, Device], Array] | None = None
    vjp: Callable[[Function, Sequence[Array], Sequence[Array]], Sequence[Array]] | None = None
    """The vector-Jacobian product, if the library differentiates: of a function of arrays that gives a
    list of them, at the arguments, for one cotangent to each result; one gradient for each argument."""
    jvp: Callable[[Function, Sequence[Array], Sequence[Array]], Sequence[Array]] | None = None
    """The Jacobian-vector product likewise, for one tangent to each argument."""
    namespaces: Mapping[str, Callable[[], Namespace]] = field(default_factory=dict)
    """By dtype, where another one than `xp` computes with it."""
    notes: tuple[str, ...] = ()
    """What a user should know, printed by `refimpl doctor`."""

    def ulp(self, function: str, dtype: str) -> float:
        """Worst measured error of one elementary function in ulps."""
        table = self.ulps[dtype]
        return table.get(function, table["default"])


@dataclass(frozen=True, slots=True)
class Precision:
    """A floating-point format, as far as inputs and tolerances depend on it."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in FORMATS:
            raise UnknownNameError(f"no floating-point format {self.name!r}; known: {', '.join(FORMATS)}")

    @property
    def u(self) -> float:
        """Unit roundoff: the largest relative error of rounding to nearest."""
        return 2.0 ** -FORMATS[self.name][0]

    @property
    def bits(self) -> int:
        """Significand bits, the hidden one included: integers up to 2**bits are exact."""
        return FORMATS[self.name][0]

    @property
    def smallest(self) -> float:
        """Smallest positive normal number."""
        return 2.0 ** FORMATS[self.name][1]

    @property
    def largest(self) -> float:
        """Largest finite number."""
        return (2.0 - 2.0 ** (1 - self.bits)) * 2.0 ** FORMATS[self.name][2]


@dataclass(frozen=True, slots=True)
class Setting:
    """A backend with a dtype and a device chosen: where a law runs."""

    backend: Backend
    precision: Precision
    device_name: str

    @classmethod
    def of(cls, backend: Backend, dtype: str = "float64", device: str | None = None) -> "Setting":
        """The setting of those names; unknown names are errors that list the known ones."""
        if dtype not in backend.dtypes:
            advice = "; ".join(note for note in backend.notes if dtype in note)
            known = ", ".join(backend.dtypes)
            raise DTypeError(told(backend.name, "dtype", dtype, f"one of {known}", advice))
        name = next(iter(backend.devices)) if device is None else device
        if name not in backend.devices:
            raise UnknownNameError(told(backend.name, "device", name, f"one of {', '.join(backend.devices)}"))
        return cls(backend, Precision(dtype), name)

    @property
    def xp(self) -> Namespace:
        """The Array API namespace."""
        own = self.backend.namespaces.get(self.precision.name)
        return self.backend.xp if own is None else own()

    @property
    def dtype(self) -> DType:
        """The floating dtype, as the namespace names it."""
        return getattr(self.xp, self.precision.name)

    @property
    def device(self) -> Device:
        """The device, as the namespace's functions take it."""
        return self.backend.devices[self.device_name]

    def current(self) -> AbstractContextManager[Any]:
        """The context in which the library works on the device, where it has a current one."""
        return current(self.device)

    @property
    def on_host(self) -> bool:
        """Whether arrays lie in memory that the process asks of the system, by DLPack's word (1 is a CPU);
        libraries that do not know are taken to have nothing else."""
        try:
            with self.current():
                return int(self.array(np.zeros(1)).__dlpack_device__()[0]) == 1
        except Exception:  # which one depends on the library
            return True

    @property
    def u(self) -> float:
        """Unit roundoff of the dtype."""
        return self.precision.u

    @property
    def double(self) -> float:
        """The unit roundoff of float64 over that of the dtype: for numbers of Python, and for steps that are
        taken in float64 whatever the dtype under test."""
        return 2.0**-53 / self.u

    @property
    def wide(self) -> float:
        """The unit roundoff over that of the dtype of the format in which angles and tables are formed before
        anything is rounded to the dtype: float64, and in half precision float32, as its kernels do."""
        return self.double if self.precision.name not in HALVES else 2.0**-24 / self.u

    @property
    def stores(self) -> bool:
        """Whether the library only stores the dtype, and computes with another."""
        return self.precision.name in self.backend.namespaces

    @property
    def like(self) -> dict[str, Any]:
        """Keyword arguments for functions that create arrays."""
        return {"xp": self.xp, "dtype": self.dtype, "device": self.device}

    @property
    def math(self) -> Any:
        """The functions of numbers in which a check computes, with the names of the module math."""
        return math

    def number(self, value: Any) -> Any:
        """A number (also a fraction, or an array of one element) for such computations: a float."""
        return float(value)

    def whole(self, value: int) -> Any:
        """An integer for functions of Python numbers, which compute with it as they do with `number`s."""
        return value

    def fraction(self, value: Any) -> Fraction:
        """An exact number as a fraction."""
        return Fraction(*value.as_integer_ratio())

    def reals(self, values: Any) -> np.ndarray[Any, Any]:
        """Numbers, or nested lists of them, as an array for such computations: float64."""
        return np.asarray(values, dtype=np.float64)

    def array(self, values: Any) -> Array:
        """Values as a new array of this backend: integers as int64, booleans as such, reals in the dtype."""
        given = np.asarray(values)
        if np.issubdtype(given.dtype, np.floating):
            dtype = self.dtype
        else:
            dtype = self.xp.bool if given.dtype == np.bool_ else self.xp.int64
        if self.backend.from_numpy is not None:
            return self.backend.from_numpy(given, dtype, self.device)
        return self.xp.asarray(given, dtype=dtype, device=self.device, copy=True)

    def lifted(self, value: Any) -> Any:
        """An input that is no array, as a check gets it."""
        return value

    def host(self, array: Array) -> np.ndarray[Any, Any]:
        """An array of this backend in NumPy: reals exactly in float64, integers and booleans as such."""
        values = self.backend.to_numpy(array)
        return values.astype(np.float64) if np.issubdtype(values.dtype, np.floating) else values
