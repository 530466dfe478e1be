"""Namespace resolution, static checks, and the few formulas that every document shares."""

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


def check_integer(call: str, name: str, value: Any, least: int) -> int:
    """Require a Python integer (or NumPy integer) of at least `least`."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or getattr(value, "shape", None):
        raise DTypeError(message(call, name, f"{value!r}", f"an integer ≥ {least}"))
    number = value.__index__()
    if number < least:
        raise DomainError(message(call, name, number, f"an integer ≥ {least}"))
    return int(number)


def check_number(
    call: str, name: str, value: Any, low: float, high: float = float("inf"), *, closed: bool = False
) -> float:
    """Require a finite Python number in (low, high), or in [low, high] if closed."""
    if isinstance(value, bool) or not hasattr(value, "__float__") or getattr(value, "shape", None):
        raise DTypeError(message(call, name, f"{value!r}", "a real number"))
    number = float(value)
    inside = low <= number <= high if closed else low < number < high
    if not (inside and abs(number) < float("inf")):
        left, right = "[" if closed else "(", "]" if closed and high < float("inf") else ")"
        raise DomainError(message(call, name, number, f"a finite number in {left}{low}, {high}{right}"))
    return number


def rounds(xp: Namespace) -> bool:
    """Whether the namespace rounds to its dtypes, so that series that save cancelled digits are worth it."""
    return not hasattr(xp, "__math__")


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
    return shift, xp.where(none, xp.full_like(rest, -xp.inf), xp.log1p(xp.where(none, xp.zeros_like(rest), rest)))
