"""What every public function owes, said once: no warning leaks, and no error that is not documented."""

from collections.abc import Callable
from functools import wraps
from inspect import isroutine, signature
from typing import Any, ParamSpec, TypeVar

import array_api_compat
import numpy as np

from . import _given, _libraries
from ._capabilities import NEEDS
from ._errors import DomainError, DTypeError, RefimplError, ShapeError, message

P = ParamSpec("P")
R = TypeVar("R")


def public(needs: str = "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function with what it needs of its backend, without NumPy's warnings, and with refimpl's errors for
    those of libraries.

    Infinities and NaN are documented results, so a warning of them would only say it again. Under torch's
    compiler nothing of NumPy's runs, so its state is left alone there.
    """

    def made(function: Callable[P, R]) -> Callable[P, R]:
        return _owing(function, frozenset(needs.split()))

    return made


def _owing(function: Callable[P, R], needs: frozenset[str]) -> Callable[P, R]:
    call = f"{function.__module__.split('.')[1]}.{function.__name__}"
    creates = "xp" in signature(function).parameters
    eager, host = "eager" in needs, "host" in needs
    on_host: Callable[..., R] = function

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            torch_made = creates and "torch" in getattr(kwargs.get("xp"), "__name__", "")
            given = (*args, *kwargs.values())
            if not eager and (torch_made or (_of(_torch, given) and not _of(_numpy, given))):
                return function(*args, **kwargs)
            if not (creates or eager) and _plain(given):  # torch's compiler traces those, too
                return function(*args, **kwargs)
            with np.errstate(all="ignore"), _libraries.where(*given):
                if host:
                    return on_host(*map(_detached, args), **{k: _detached(v) for k, v in kwargs.items()})
                return function(*args, **kwargs)
        except Exception as error:
            documented = _documented(call, error)
            if documented is None or _given.raised(error):
                raise
            raise documented from error

    NEEDS[call] = called.needs = needs  # type: ignore[attr-defined]
    return called


def _of(library: Callable[[Any], bool], values: tuple[Any, ...] | list[Any]) -> bool:
    """Whether a library's arrays are among the values, also in tuples and lists. Compilers trace this."""
    for value in values:
        if isinstance(value, (tuple, list)):  # torch's compiler knows no unions here
            if _of(library, value):
                return True
        elif library(value):
            return True
    return False


_torch, _numpy = array_api_compat.is_torch_array, array_api_compat.is_numpy_array


def _plain(values: tuple[Any, ...] | list[Any]) -> bool:
    """Whether there are only numbers and texts of Python, and functions: nothing of NumPy comes of it."""
    for value in values:
        if isinstance(value, (tuple, list)):
            if not _plain(value):
                return False
        elif not (value is None or type(value) in (bool, int, float, str) or isroutine(value)):
            return False
    return True


def _detached(value: Any) -> Any:
    """An array for a function that computes on the host, which torch's derivatives do not follow."""
    return value.detach() if array_api_compat.is_torch_array(value) else value


_DTYPES = ("not implemented for", "to have the same dtype")
"""Of torch's errors of dtypes."""


def _documented(call: str, error: Exception) -> RefimplError | None:
    """The error of refimpl that says what a library's own says, if it is one of these kinds."""
    text, kind = str(error).strip().partition("\n")[0], type(error).__name__
    if kind in ("LinAlgError", "_LinAlgError"):
        expected = "finite matrices that are regular, and positive definite where that is asked"
        return DomainError(message(call, "matrices", text, expected))
    if isinstance(error, MemoryError) or kind == "OutOfMemoryError" or "not enough memory" in text:
        expected = "shapes whose results fit into memory"
        return ShapeError(message(call, "arrays", text or "no memory", expected, "Compute it in parts"))
    if isinstance(error, NotImplementedError) or any(words in text for words in _DTYPES):
        expected = "dtypes with which the library can compute"
        advice = "Convert them first, for example to float64 or int64"
        return DTypeError(message(call, "arrays", text, expected, advice))
    return None
