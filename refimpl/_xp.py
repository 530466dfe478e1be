"""Namespace resolution, static checks, and the few formulas that every document shares."""

import math
import warnings
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, Literal

import array_api_compat
import numpy as np
from array_api_compat import numpy

from . import _libraries
from ._arithmetic import is_wider
from ._errors import DomainError, DTypeError, NamespaceError, ShapeError, kind, message, shown
from ._libraries import is_array
from ._typing import Array, Device, DType, Namespace

MOST_ENTRIES = 2**20
"""Of a table that is made from a number of them: ten times what anyone needs, and not a day's work."""


MOST_AXES = 24
"""Libraries stop at 32 or 64 axes, some functions earlier, and kernels add a few."""


def namespace(**arrays: Array) -> Namespace:
    """The one Array API namespace of all the arrays, which must be arrays of one library."""
    if arrays and all(type(a) is np.ndarray and a.ndim <= MOST_AXES for a in arrays.values()):
        return numpy  # what the rest would find, by far sooner
    for name, array in arrays.items():
        if not is_array(array):
            raise NamespaceError(
                message(
                    name,
                    kind(array),
                    "an array of NumPy, torch, JAX, CuPy, Dask or another Array API library",
                    "Convert it first, for example with numpy.asarray(...)",
                )
            )
        _check_plain(name, array)
    try:
        return _libraries.array_namespace(*arrays.values())
    except TypeError as error:
        libraries = {name: type(array).__module__.partition(".")[0] for name, array in arrays.items()}
        kinds = ", ".join(f"{name} of {library}" for name, library in libraries.items())
        raise NamespaceError(
            message("arrays", kinds, "arrays of one library", "Convert them to one library first")
        ) from error


def of(*arrays: Array | None) -> Namespace:
    """The namespace of arrays that `@public` has checked; None is none of them."""
    given = [array for array in arrays if array is not None]
    return numpy if type(given[0]) is np.ndarray else _libraries.array_namespace(*given)


def _check_plain(name: str, array: Array) -> None:
    """Refuse what libraries would read wrongly, or could not compute with."""
    if isinstance(array, np.ma.MaskedArray):
        advice = "What is masked would be read as data; fill it, or leave it out, first"
        raise NamespaceError(message(name, "a masked array", "a plain array", advice))
    if array.ndim > MOST_AXES:
        got = f"an array of {array.ndim} axes"
        raise ShapeError(message(name, got, f"at most {MOST_AXES} axes, with which every library counts"))


_KINDS = {"bool": "b", "integral": "iu", "real floating": "f"}


def is_kind(dtype: DType, kinds: str | tuple[str, ...], xp: Namespace) -> bool:
    """Whether a dtype is of some kinds; dtypes of other libraries, and those of texts, are of none."""
    if xp is numpy and isinstance(dtype, np.dtype):  # what the rest would find, by far sooner
        if isinstance(kinds, str):
            return dtype.kind in _KINDS[kinds]
        return any(dtype.kind in _KINDS[kind] for kind in kinds)
    if isinstance(dtype, ModuleType) or is_array(dtype):  # which have attributes of torch's dtypes
        return False
    try:
        return bool(xp.isdtype(dtype, kinds))
    except (AttributeError, TypeError):
        return False


def floating(xp: Namespace, *, solves: bool = False, **arrays: Array) -> None:
    """Require real floating-point dtypes; for functions that solve equations, those of linear algebra."""
    for name, array in arrays.items():
        if not is_kind(array.dtype, "real floating", xp):
            expected = "a real floating-point dtype"
        elif solves and rounds(xp) and xp.finfo(array.dtype).bits not in (32, 64):
            expected = "float64 or less, in which libraries solve equations"
        else:
            continue
        advice = f"Convert it first, for example xp.astype({name}, xp.float64)"
        raise DTypeError(message(name, f"dtype {array.dtype}", expected, advice))


def integral(xp: Namespace, **arrays: Array) -> None:
    """Require integer dtypes."""
    for name, array in arrays.items():
        if not is_kind(array.dtype, "integral", xp):
            floats = is_kind(array.dtype, "real floating", xp)
            advice = "Floats lose digits; use int64" if floats else "Convert it first, for example to int64"
            raise DTypeError(message(name, f"dtype {array.dtype}", "an integer dtype", advice))


def real(xp: Namespace, **arrays: Array) -> None:
    """Require integer or real floating-point dtypes."""
    for name, array in arrays.items():
        if not is_kind(array.dtype, ("integral", "real floating"), xp):
            raise DTypeError(message(name, f"dtype {array.dtype}", "an integer or real floating dtype"))


def create(xp: Namespace | None, dtype: DType | None, device: Device | None) -> tuple[Namespace, DType]:
    """The namespace and dtype for a function that has no array argument: NumPy float64 unless told."""
    given: Namespace = numpy if xp is None else xp
    if not all(hasattr(given, name) for name in ("empty", "float64")):
        expected = "a namespace of arrays, such as numpy, torch or jax.numpy"
        raise NamespaceError(message("xp", shown(xp), expected))
    if isinstance(dtype, str):
        dtype = _named(dtype)
    try:
        probe = given.empty((0,), dtype=given.float64 if dtype is None else dtype, device=None)
    except Exception as error:  # a dtype of another library, or none: what is raised depends on the library
        _check_creates(given)
        raise DTypeError(message("dtype", shown(dtype), "a real floating-point dtype of xp")) from error
    if not is_kind(probe.dtype, "real floating", _libraries.array_namespace(probe)):
        raise DTypeError(message("dtype", shown(dtype), "a real floating-point dtype of xp"))
    try:
        if is_array(device):
            raise TypeError  # NumPy compares whatever it is with "cpu"
        probe = given.empty((0,), dtype=given.float64 if dtype is None else dtype, device=device)
    except Exception as error:  # likewise
        raise DomainError(message("device", shown(device), "a device of xp that is here")) from error
    dtype = given.float64 if dtype is None else dtype
    resolved = _libraries.array_namespace(probe)
    if probe.dtype != dtype:
        raise DTypeError(
            message(
                "dtype",
                f"{probe.dtype} from the backend",
                f"{dtype}",
                'JAX needs jax.config.update("jax_enable_x64", True) for 64-bit types',
            )
        )
    if isinstance(probe, np.ndarray):  # numbers are made in the machine's own byte order
        return resolved, probe.dtype.newbyteorder("=")
    return resolved, probe.dtype


def _check_creates(xp: Namespace) -> None:
    """Require a namespace that creates arrays as the standard says: then a dtype is at fault, else it is."""
    try:
        xp.empty((0,), dtype=None, device=None)
    except Exception as error:
        got = f"{shown(xp)}, whose empty(shape, dtype=, device=) raises {shown(error)}"
        advice = "A backend can bring the namespace that its library lacks"
        expected = "a namespace of the Array API standard"
        raise NamespaceError(message("xp", got, expected, advice)) from error


def _named(name: str) -> DType:
    """NumPy's dtype of a name, of which some are on their way out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.dtype(name)
    except Exception as error:  # TypeError, or what it meets on the way: a name is read like code
        raise DTypeError(message("dtype", shown(name), "a real floating-point dtype of xp")) from error


def numbers(*given: Any) -> Any:
    """The functions and constants of numbers (log, sqrt, pi, …) that go with a namespace or with numbers:
    the module math, unless what is given has functions of its own, so that constants are as exact as it."""
    for one in given:
        if is_wider(one):
            return one.refimpl_math
    return math


def number(value: Any, *given: Any) -> Any:
    """A number (also a fraction) in the arithmetic that goes with a namespace or with numbers: a float,
    unless what is given has an arithmetic of its own."""
    m = numbers(*given, value)
    return float(value) if m is math else m.number(value)


def rounds(given: Any) -> bool:
    """Whether a namespace, or a number, rounds to a dtype, so that saving cancelled digits is worth it."""
    return bool(getattr(given, "refimpl_rounds", not is_wider(given)))


def check_axes(name: str, array: Array, least: int) -> None:
    """Require at least so many axes."""
    if array.ndim < least:
        axes = "one axis" if least == 1 else f"{least} axes"
        raise ShapeError(message(name, f"shape {tuple(array.shape)}", f"at least {axes}"))


def check_last_axis(name: str, array: Array, length: int, meaning: str) -> None:
    """Require the last axis to have the length that the other arguments fix."""
    check_axes(name, array, 1)
    if array.shape[-1] != length:
        raise ShapeError(message(name, f"shape {tuple(array.shape)}", f"last axis {length} ({meaning})"))


def check_broadcast(**arrays: Array) -> tuple[int, ...]:
    """The common shape of the arrays, which must broadcast against each other."""
    return check_shapes({name: tuple(array.shape) for name, array in arrays.items()})


def check_shapes(shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The common shape, which must exist."""
    ndim = max(len(shape) for shape in shapes.values())
    result = []
    for axis in range(-ndim, 0):
        lengths = {shape[axis] for shape in shapes.values() if len(shape) >= -axis} - {1}
        if len(lengths) > 1:
            got = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            raise ShapeError(message("shapes", got, "shapes that broadcast against each other"))
        result.append(lengths.pop() if lengths else 1)
    return tuple(result)


def check_axis(axis: int, *arrays: Array) -> int:
    """Require an axis that all the arrays have, and that means the same in all of them."""
    least = min(array.ndim for array in arrays)
    same = all(array.ndim == least for array in arrays)
    number = check_integer("axis", axis, -(2**63))
    if not -least <= number < (least if same else 0):
        shapes = " and ".join(str(tuple(array.shape)) for array in arrays)
        expected = f"an axis of shape {shapes}" + ("" if same else ", counted from the end")
        raise DomainError(message("axis", axis, expected))
    return number


def check_integer(name: str, value: Any, least: int, most: int = 2**63 - 1) -> int:
    """Require a Python integer (or NumPy integer) from `least` to `most`."""
    wanted = "an integer" if least == -(2**63) else f"an integer ≥ {least}"
    if not is_number(value, "__index__"):
        raise DTypeError(message(name, shown(value), wanted))
    try:
        number = int(value.__index__())
    except TypeError as error:  # an array of reals
        raise DTypeError(message(name, shown(value), wanted)) from error
    if number < least:
        raise DomainError(message(name, shown(number), wanted))
    if number > most:
        power = most.bit_length()
        expected = f"an integer ≤ {most}"
        if most in (2**power - 1, 2 ** (power - 1)):
            expected = f"an integer below 2^{power}" if most & 1 else f"an integer ≤ 2^{power - 1}"
        raise DomainError(message(name, shown(number), expected))
    return number


def check_count(name: str, value: Any, least: int) -> Any:
    """As check_integer, but a whole number that brings functions of its own (see `numbers`) stays what it is,
    so that its quotients and roots are as exact as it."""
    if not is_wider(value):
        return check_integer(name, value, least, 2**1023 - 1)  # a float can be made of it
    if value < least or value != value.refimpl_math.floor(value):
        raise DomainError(message(name, value, f"an integer ≥ {least}"))
    return value


def check_number(
    name: str, value: Any, low: float, high: float = float("inf"), *, closed: bool = False
) -> float:
    """Require a finite Python number in (low, high), or in [low, high) if closed; one that brings functions
    of its own (see `numbers`) stays what it is."""
    if not is_number(value, "__float__"):
        raise DTypeError(message(name, shown(value), "a real number"))
    if array_api_compat.is_torch_array(value):
        value = value.detach()  # an option is no variable
    try:
        number = value if is_wider(value) else float(value)
    except OverflowError:
        number = math.inf if value > 0 else -math.inf
    except (TypeError, ValueError) as error:  # not while a function is traced; a signalling NaN
        raise DTypeError(message(name, shown(value), "a real number")) from error
    if not ((low <= number if closed else low < number) and number < high):
        expected = f"a finite number in {'[' if closed else '('}{low}, {high})"
        raise DomainError(message(name, number, expected))
    return number


def check_choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """Require one of some words."""
    words = tuple(choices)
    if not isinstance(value, str) or value not in words:
        several = "one of " + ", ".join(map(repr, words))
        expected = several if len(words) > 2 else " or ".join(map(repr, words))
        raise DomainError(message(name, shown(value), expected))
    return value


def check_flag(name: str, value: Any) -> bool:
    """Require True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise DTypeError(message(name, shown(value), "True or False"))
    return bool(value)


def check_sequence(name: str, value: Any, of: str, length: int | None = None) -> tuple[Any, ...]:
    """Require several things in order: a tuple, a list, or what else can be gone through, but no text."""
    expected = f"a sequence of {of}"
    if isinstance(value, (str, bytes, dict, set)) or not hasattr(value, "__iter__"):
        raise DTypeError(message(name, shown(value), expected))
    try:
        parts = tuple(value)
    except TypeError as error:  # an array without axes, a class
        raise DTypeError(message(name, shown(value), expected)) from error
    if length is not None and len(parts) != length:
        raise ShapeError(message(name, f"{len(parts)} of them", expected))
    return parts


def is_number(value: Any, method: str) -> bool:
    """Whether it is one number that converts by a method: no truth value, text, time or complex number, which
    NumPy would convert too."""
    if isinstance(value, (bool, str, bytes)) or not hasattr(value, method) or getattr(value, "shape", None):
        return False
    if isinstance(value, np.ma.MaskedArray):
        return False
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "iuf"
    if is_array(value):
        xp = _libraries.array_namespace(value)
        return is_kind(value.dtype, ("integral", "real floating"), xp)
    return not isinstance(value, type)


def eigh(matrix: Array, *, xp: Namespace) -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors of symmetric matrices, NaN for one with an entry that is not finite: from
    those, libraries make an error for the whole batch, or numbers."""
    safe, known = _known(matrix, xp.isfinite, xp=xp)
    values, vectors = xp.linalg.eigh(safe)
    return _where(known, values, matrices=False, xp=xp), _where(known, vectors, xp=xp)


def eigvalsh(matrix: Array, *, xp: Namespace) -> Array:
    """The eigenvalues alone, which need no eigenvectors: balls decide those only of matrices with a gap."""
    safe, known = _known(matrix, xp.isfinite, xp=xp)
    return _where(known, xp.linalg.eigvalsh(safe), matrices=False, xp=xp)


def svd(matrix: Array, *, xp: Namespace) -> tuple[Array, Array, Array]:
    """Singular values and vectors, NaN for a matrix with an entry that is not finite."""
    safe, known = _known(matrix, xp.isfinite, xp=xp)
    U, values, Vh = xp.linalg.svd(safe)
    return (
        _where(known, U, xp=xp),
        _where(known, values, matrices=False, xp=xp),
        _where(known, Vh, xp=xp),
    )


def qr(matrix: Array, *, xp: Namespace) -> tuple[Array, Array]:
    """Q and R, NaN for a matrix with NaN: some libraries make numbers of a single column with it."""
    safe, known = _known(matrix, _is_number, xp=xp)
    Q, R = xp.linalg.qr(safe)
    return _where(known, Q, xp=xp), _where(known, R, xp=xp)


def cholesky(matrix: Array, *, xp: Namespace) -> Array:
    """L of matrices LLᵀ, NaN for one with NaN, also above the diagonal, where libraries do not look. For a
    matrix that is not definite libraries raise, or give NaN; where one such as CuPy leaves the numbers at
    which it stopped, which show as a pivot that is not positive or as another product, it is NaN, too."""
    safe, known = _known(matrix, _is_number, xp=xp)
    root = xp.linalg.cholesky(safe)
    if not (is_wider(xp) or _libraries.reports(xp)):
        root = _factor(root, safe, xp=xp)
    return _where(known, root, xp=xp)


def _factor(root: Array, matrix: Array, *, xp: Namespace) -> Array:
    """A Cholesky factor L, NaN if it is none: whatever the order of the sums, LLᵀ is off by no more than
    (n + 1)·u·√(a_ii a_jj) of the factorisation and n·u·√(a_ii a_jj) of the product, taken doubly."""
    n, roundoff = matrix.shape[-1], xp.finfo(matrix.dtype)
    pivots = xp.linalg.diagonal(root)
    diagonal = xp.sqrt(xp.abs(xp.linalg.diagonal(matrix)))
    scale = diagonal[..., :, None] * diagonal[..., None, :]
    apart = xp.abs(xp.tril(xp.matmul(root, xp.matrix_transpose(root)) - matrix))
    near = apart <= (2 * n + 1) * float(roundoff.eps) * scale + float(roundoff.smallest_normal)
    held = xp.all(pivots > 0, axis=-1)[..., None, None] & xp.all(near, axis=(-2, -1), keepdims=True)
    return xp.where(held, root, xp.full_like(root, xp.nan))


def solve(matrix: Array, columns: Array, *, xp: Namespace) -> Array:
    """matrix⁻¹ columns, NaN for a matrix with NaN: what pivots go round, libraries leave out. Leading axes
    broadcast, which the standard does not promise."""
    safe, known = _known(matrix, _is_number, xp=xp)
    batch = check_shapes({"matrix": tuple(matrix.shape[:-2]), "columns": tuple(columns.shape[:-2])})
    alike = [xp.broadcast_to(part, (*batch, *part.shape[-2:])) for part in (safe, columns)]
    return _where(known, xp.linalg.solve(*alike), xp=xp)


def _is_number(array: Array) -> Array:
    return array == array  # noqa: PLR0124  (false for NaN alone, in every library)


def _known(matrix: Array, test: Callable[[Array], Array], *, xp: Namespace) -> tuple[Array, Array | None]:
    """Matrices with the identity for those of which an entry fails a test, and which pass, with two axes of
    length 1; None in an arithmetic in which every number is known."""
    if not rounds(xp):
        return matrix, None
    known = xp.all(test(matrix), axis=(-2, -1), keepdims=True)
    unit = xp.eye(*matrix.shape[-2:], dtype=matrix.dtype, device=_libraries.device(matrix))
    return xp.where(known, matrix, unit), known


def _where(known: Array | None, found: Array, *, matrices: bool = True, xp: Namespace) -> Array:
    """What was found of known matrices, as matrices or vectors, and NaN of others."""
    if known is None:
        return found
    return xp.where(known if matrices else known[..., 0], found, xp.full_like(found, xp.nan))


def unless_nan(result: Array, *arrays: Array, xp: Namespace) -> Array:
    """The result, or NaN where an array that it does not depend on otherwise has NaN in its last two axes."""
    for array in arrays if rounds(xp) else ():
        nowhere = xp.any(xp.isnan(array), axis=(-2, -1))
        result = xp.where(nowhere, xp.full_like(result, xp.nan), result)
    return result


def places(ordered: Array, *, side: Literal["left", "right"], xp: Namespace) -> Array:
    """How many of the values of a sorted vector lie below each ("left"), or do not lie above it ("right")."""
    if type(ordered) is not np.ndarray:
        return xp.searchsorted(ordered, ordered, side=side)
    # NumPy carries the start, or the end, of equal values along, which is far sooner than to search for it.
    n = len(ordered)
    changes = ordered[1:] != ordered[:-1]
    here = np.arange(n + 1, dtype=np.int32 if n < 2**31 - 1 else np.int64)
    if side == "left":
        np.multiply(here[1:-1], changes, out=here[1:-1])
        return np.maximum.accumulate(here[:-1], out=here[:-1])
    np.copyto(here[1:-1], n, where=~changes)
    return np.minimum.accumulate(here[:0:-1], out=here[:0:-1])[::-1]


def restored(ordered: Array, order: Array, *, xp: Namespace) -> Array:
    """The vector of which `ordered` is the one that was taken in some order: result[order] = ordered."""
    if type(ordered) is not np.ndarray:
        return xp.take(ordered, xp.argsort(order, stable=False), axis=0)
    result = np.empty_like(ordered)  # NumPy writes to places, which is far sooner than to sort them
    result[order] = ordered
    return result


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
