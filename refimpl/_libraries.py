"""Whose arrays they are: their namespace, device and way to NumPy. Most of it array_api_compat knows; of
libraries that it does not know, backends tell."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import array_api_compat
import numpy as np
from array_api_compat import numpy

from ._errors import NamespaceError, RefimplError, kind
from ._typing import Array, Device, Namespace

ToNumpy = Callable[[Array], np.ndarray[Any, Any]]


class _Told(NamedTuple):
    """What a backend says of a class of arrays."""

    namespace: Namespace
    to_numpy: ToNumpy


_told: dict[type, _Told] = {}


def _of_stored() -> Namespace:
    raise NamespaceError("no namespace of stored formats has been told")


def tell_stored(namespace: Callable[[], Namespace]) -> None:
    """From now on arrays of NumPy in a stored format have this namespace."""
    global _of_stored  # noqa: PLW0603
    _of_stored = namespace


_KNOWN = (
    array_api_compat.is_numpy_array,
    array_api_compat.is_torch_array,
    array_api_compat.is_jax_array,
    array_api_compat.is_cupy_array,
    array_api_compat.is_dask_array,
)


_SHORT = ("bfloat16", "float8_", "float6_", "float4_")


def is_stored(dtype: Any) -> bool:
    """Whether it is a real dtype of ml_dtypes, which NumPy stores and hardly computes with."""
    # By kind they are "V", but for float8_e5m2, which is "f".
    short = isinstance(dtype, np.dtype) and (dtype.kind == "V" or dtype.itemsize == 1)
    return short and dtype.name.startswith(_SHORT)


def tell(array: Array, namespace: Namespace, to_numpy: ToNumpy) -> None:
    """From now on arrays of this one's class have a namespace, whatever they say, and a way to NumPy; what is
    known of large libraries stays."""
    if not any(known(array) for known in _KNOWN):
        _told[type(array)] = _Told(namespace, to_numpy)


NO_ARRAYS = frozenset({float, int, bool, str, type(None)})
"""Of which nobody need be asked whether they are arrays."""


def is_usual(value: Any) -> bool:
    """Whether it is an array of NumPy in one of its own formats that are wide enough for all."""
    return type(value) is np.ndarray and value.dtype.char in "dfilq?"


def is_array(value: Any) -> bool:
    """Whether it is an array, and no class of arrays, as NumPy's dtypes are."""
    if type(value) is np.ndarray or type(value) in NO_ARRAYS:  # what the rest would find, by far sooner
        return type(value) is np.ndarray
    known = type(value) in _told or array_api_compat.is_array_api_obj(value)
    return known and not isinstance(value, type)


def array_namespace(*arrays: Array) -> Namespace:
    """The one namespace of all the arrays; TypeError if they have several."""
    if _told:  # an empty table is nothing that compilers must trace
        told = {type(array): _told[type(array)].namespace for array in arrays if type(array) in _told}
        if told:
            found = next(iter(told.values()))
            strange = [array for array in arrays if type(array) not in told and is_array(array)]
            if strange or any(namespace is not found for namespace in told.values()):
                raise TypeError("arrays of several libraries")
            return found
    if len(arrays) == 1 and is_usual(arrays[0]):
        return numpy  # what the rest would find, by far sooner
    # Torch's compiler knows no unions here.
    if any(isinstance(array, (np.ndarray, np.generic)) and is_stored(array.dtype) for array in arrays):
        return _of_stored()
    return array_api_compat.array_namespace(*arrays)


def device(array: Array) -> Device:
    """The device on which an array lies, None if its library has no word for it."""
    if _told and type(array) in _told:
        return getattr(array, "device", None)
    return array_api_compat.device(array)


def to_numpy(array: Array) -> np.ndarray[Any, Any]:
    """A NumPy array of the same bits; formats that NumPy lacks (bfloat16) become float32.

    Raises
    ------
    NamespaceError
        for arrays of a library that does not give them away unasked, and of which no backend has told.
    """
    told = _told.get(type(array))
    values = _to_numpy(array) if told is None or told.to_numpy is to_numpy else told.to_numpy(array)
    return values.astype(np.float32) if values.dtype.name == "bfloat16" else values


def _to_numpy(array: Array) -> np.ndarray[Any, Any]:
    values: Any
    if isinstance(array, np.ndarray | np.generic):
        return np.asarray(array)
    if array_api_compat.is_torch_array(array):
        here = array.detach().cpu().resolve_conj().resolve_neg()
        values = (here if str(here.dtype) != "torch.bfloat16" else here.float()).numpy()
        return values  # type: ignore[no-any-return]
    for asked in ("get", "asnumpy"):  # CuPy, dpnp
        if callable(give := getattr(array, asked, None)):
            values = give()
            return values  # type: ignore[no-any-return]
    if _library(xp := array_namespace(array)) == "array_api_strict":
        array = array_api_compat.to_device(array, xp.__array_namespace_info__().default_device())
    try:
        values = np.asarray(array)
    except RefimplError:  # of balls, which say what to do
        raise
    except (TypeError, ValueError, RuntimeError) as error:
        try:
            values = np.from_dlpack(array)
        except Exception:
            raise _kept(array) from error
    if values.dtype == object:
        raise _kept(array)
    return values  # type: ignore[no-any-return]


def _kept(array: Array) -> NamespaceError:
    return NamespaceError(
        f"got {kind(array)}, whose numbers its library does not give to NumPy unasked. "
        "Make its backend first: refimpl.backends.get(name) tells how they are read"
    )


def constant(array: Array) -> Array:
    """The array as a number that derivatives do not go through: a scale or a shift that cancels, whose own
    slopes would add nothing but overflow, ties and roundings."""
    if array_api_compat.is_jax_array(array):
        return sys.modules["jax"].lax.stop_gradient(array)
    detach = getattr(array, "detach", None)  # torch, and balls that note their operations
    return array if detach is None else detach()


def compiling(array: Array) -> bool:
    """Whether a compiler of its library, torch's or JAX's, looks at what is computed with it."""
    if array_api_compat.is_torch_array(array):
        return bool(sys.modules["torch"].compiler.is_compiling())
    return array_api_compat.is_jax_array(array) and isinstance(array, sys.modules["jax"].core.Tracer)


_REPORTING = {"numpy", "torch", "jax", "array_api_strict"}


def reports(xp: Namespace) -> bool:
    """Whether the library is known to say, by an error or NaN, where a factorisation fails; CuPy does not."""
    return _library(xp) in _REPORTING


def _library(xp: Namespace) -> str:
    """The name of the library of a namespace."""
    return str(getattr(xp, "__name__", "")).removeprefix("array_api_compat.").partition(".")[0]


def current(device: Device) -> AbstractContextManager[Any]:
    """The context in which a library works on a device, for libraries such as CuPy, whose operations go to
    the current device. Those of others go by the arrays; torch's devices are contexts of creation alone."""
    if hasattr(device, "__enter__") and not type(device).__module__.startswith("torch"):
        return device  # type: ignore[no-any-return]
    return nullcontext()


def where(*given: Any) -> AbstractContextManager[Any]:
    """The context in which a function's operations stay on the device of the first array that it is given,
    or on the one on which it is told to create."""
    for value in given:
        if type(value) is np.ndarray:
            break
        if type(value) in NO_ARRAYS:
            continue
        if isinstance(value, tuple | list):
            found = where(*value)
        elif is_dataclass(value) and not isinstance(value, type):
            found = where(*(getattr(value, field.name) for field in fields(value)))
        else:
            found = current(getattr(value, "device", None) if is_array(value) else value)
        if not isinstance(found, nullcontext):
            return found
    return nullcontext()
