"""Namespace resolution, static checks, and the few formulas that every document shares."""

import math
from typing import Any

import array_api_compat
from array_api_compat import numpy

from ._errors import DomainError, DTypeError, NamespaceError, ShapeError, message
from ._typing import Array, Device, DType, Namespace


def namespace(call: str, **arrays: Array) -> Namespace:
    """The one Array API namespace of all the arrays, which must be arrays of one library."""
    for name, array in arrays.items():
        if not array_api_compat.is_array_api_obj(array):
            raise NamespaceError(
                message(
                    call,
                    name,
                    f"a {type(array).__name__}",
                    "an array of NumPy, torch, JAX, CuPy, Dask or another Array API library",
                    "Convert it first, for example with numpy.asarray(...)",
                )
            )
    try:
        return array_api_compat.array_namespace(*arrays.values())
    except TypeError as error:
        libraries = {name: type(array).__module__.partition(".")[0] for name, array in arrays.items()}
        kinds = ", ".join(f"{name} of {library}" for name, library in libraries.items())
        raise NamespaceError(
            message(call, "arrays", kinds, "arrays of one library", "Convert them to one library first")
        ) from error


def floating(call: str, xp: Namespace, **arrays: Array) -> None:
    """Require real floating-point dtypes."""
    for name, array in arrays.items():
        if not xp.isdtype(array.dtype, "real floating"):
            raise DTypeError(
                message(
                    call,
                    name,
                    f"dtype {array.dtype}",
                    "a real floating-point dtype",
                    f"Convert it first, for example xp.astype({name}, xp.float64)",
                )
            )


def integral(call: str, xp: Namespace, **arrays: Array) -> None:
    """Require integer dtypes."""
    for name, array in arrays.items():
        if not xp.isdtype(array.dtype, "integral"):
            raise DTypeError(
                message(
                    call, name, f"dtype {array.dtype}", "an integer dtype", "Floats lose digits; use int64"
                )
            )


def real(call: str, xp: Namespace, **arrays: Array) -> None:
    """Require integer or real floating-point dtypes."""
    for name, array in arrays.items():
        if not xp.isdtype(array.dtype, ("integral", "real floating")):
            raise DTypeError(message(call, name, f"dtype {array.dtype}", "an integer or real floating dtype"))


def create(
    call: str, xp: Namespace | None, dtype: DType | None, device: Device | None
) -> tuple[Namespace, DType]:
    """The namespace and dtype for a function that has no array argument: NumPy float64 unless told."""
    given: Namespace = numpy if xp is None else xp
    dtype = given.float64 if dtype is None else dtype
    try:
        probe = given.empty((0,), dtype=dtype, device=device)
    except TypeError as error:  # a dtype of another library
        raise DTypeError(message(call, "dtype", repr(dtype), "a real floating-point dtype of xp")) from error
    resolved = array_api_compat.array_namespace(probe)
    if probe.dtype != dtype:
        raise DTypeError(
            message(
                call,
                "dtype",
                f"{probe.dtype} from the backend",
                f"{dtype}",
                'JAX needs jax.config.update("jax_enable_x64", True) for 64-bit types',
            )
        )
    floating(call, resolved, dtype=probe)
    return resolved, dtype


def numbers(*given: Any) -> Any:
    """The functions and constants of numbers (log, sqrt, pi, …) that go with a namespace or with numbers:
    the module math, unless what is given has functions of its own, so that constants are as exact as it."""
    for one in given:
        if hasattr(one, "__math__"):
            return one.__math__
    return math


def number(value: Any, *given: Any) -> Any:
    """A number (also a fraction) in the arithmetic that goes with a namespace or with numbers: a float,
    unless what is given has an arithmetic of its own."""
    m = numbers(*given, value)
    return float(value) if m is math else m.number(value)


def rounds(given: Any) -> bool:
    """Whether a namespace, or a number, rounds to a dtype, so that saving cancelled digits is worth it."""
    return bool(getattr(given, "__rounds__", not hasattr(given, "__math__")))


def check_axes(call: str, name: str, array: Array, least: int) -> None:
    """Require at least so many axes."""
    if array.ndim < least:
        axes = "one axis" if least == 1 else f"{least} axes"
        raise ShapeError(message(call, name, f"shape {tuple(array.shape)}", f"at least {axes}"))


def check_last_axis(call: str, name: str, array: Array, length: int, meaning: str) -> None:
    """Require the last axis to have the length that the other arguments fix."""
    check_axes(call, name, array, 1)
    if array.shape[-1] != length:
        raise ShapeError(
            message(call, name, f"shape {tuple(array.shape)}", f"last axis {length} ({meaning})")
        )


def check_broadcast(call: str, **arrays: Array) -> tuple[int, ...]:
    """The common shape of the arrays, which must broadcast against each other."""
    return check_shapes(call, {name: tuple(array.shape) for name, array in arrays.items()})


def check_shapes(call: str, shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The common shape, which must exist."""
    ndim = max(len(shape) for shape in shapes.values())
    result = []
    for axis in range(-ndim, 0):
        lengths = {shape[axis] for shape in shapes.values() if len(shape) >= -axis} - {1}
        if len(lengths) > 1:
            got = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            raise ShapeError(message(call, "shapes", got, "shapes that broadcast against each other"))
        result.append(lengths.pop() if lengths else 1)
    return tuple(result)


def check_axis(call: str, axis: int, *arrays: Array) -> None:
    """Require an axis that all the arrays have, and that means the same in all of them."""
    least = min(array.ndim for array in arrays)
    same = all(array.ndim == least for array in arrays)
    if check_integer(call, "axis", axis, -least) >= (least if same else 0):
        shapes = " and ".join(str(tuple(array.shape)) for array in arrays)
        expected = f"an axis of shape {shapes}" + ("" if same else ", counted from the end")
        raise DomainError(message(call, "axis", axis, expected))


def check_integer(call: str, name: str, value: Any, least: int) -> int:
    """Require a Python integer (or NumPy integer) of at least `least`."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or getattr(value, "shape", None):
        raise DTypeError(message(call, name, f"{value!r}", f"an integer ≥ {least}"))
    number = value.__index__()
    if number < least:
        raise DomainError(message(call, name, number, f"an integer ≥ {least}"))
    return int(number)


def check_count(call: str, name: str, value: Any, least: int) -> Any:
    """As check_integer, but a whole number that brings functions of its own (see `numbers`) stays what it is,
    so that its quotients and roots are as exact as it."""
    if not hasattr(value, "__math__"):
        return check_integer(call, name, value, least)
    if value < least or value != value.__math__.floor(value):
        raise DomainError(message(call, name, value, f"an integer ≥ {least}"))
    return value


def check_number(
    call: str, name: str, value: Any, low: float, high: float = float("inf"), *, closed: bool = False
) -> float:
    """Require a finite Python number in (low, high), or in [low, high) if closed; one that brings functions
    of its own (see `numbers`) stays what it is."""
    if isinstance(value, bool) or not hasattr(value, "__float__") or getattr(value, "shape", None):
        raise DTypeError(message(call, name, f"{value!r}", "a real number"))
    number = value if hasattr(value, "__math__") else float(value)
    if not ((low <= number if closed else low < number) and number < high):
        expected = f"a finite number in {'[' if closed else '('}{low}, {high})"
        raise DomainError(message(call, name, number, expected))
    return number


def logsumexp(x: Array, *, axis: int, xp: Namespace) -> Array:
    """log Σ exp x along an axis, for values of any size; all −inf gives −inf, any +inf gives +inf."""
    shift, log = log_sum(x, axis=axis, xp=xp)
    return xp.squeeze(shift, axis=axis) + log


def log_sum(x: Array, *, axis: int, xp: Namespace) -> tuple[Array, Array]:
    """The finite peak of x (0 if it is not), the axis kept, and log Σ exp(x − peak), the axis removed."""
    peak = xp.max(x, axis=axis, keepdims=True)
    shift = xp.where(xp.isfinite(peak), peak, xp.zeros_like(peak))
    parts = xp.exp(x - shift)
    if rounds(xp):  # without the peak's own 1, small parts beside it keep their digits
        top = x == shift
        ties = xp.sum(xp.where(top, xp.ones_like(parts), xp.zeros_like(parts)), axis=axis)
        rest = xp.sum(xp.where(top, xp.zeros_like(parts), parts), axis=axis) + (ties - 1)
    else:
        rest = xp.sum(parts, axis=axis) - 1
    # log 0 is −inf, but some libraries warn of it.
    none = rest == -1
    return shift, xp.where(
        none, xp.full_like(rest, -xp.inf), xp.log1p(xp.where(none, xp.zeros_like(rest), rest))
    )
