"""What every public function owes, said once: no warning leaks, and no error that is not documented."""

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import isroutine, signature
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

import array_api_compat
import numpy as np

from . import _given, _libraries, _stored
from ._arguments import (
    Argument,
    AxisOf,
    Choice,
    DTypeOf,
    Flag,
    FunctionOf,
    Integer,
    Integers,
    Labels,
    Made,
    Nested,
    Number,
    Own,
    Reals,
    RealsOrIntegers,
    Record,
    Several,
    Truths,
)
from ._axes import EVEN
from ._declared import RAISES, STAYS, Broadcast, Declaration, Raises
from ._errors import DomainError, DTypeError, RefimplError, ShapeError, message, put_name

__all__ = [
    "EVEN",
    "RAISES",
    "STAYS",
    "AxisOf",
    "Choice",
    "DTypeOf",
    "Flag",
    "FunctionOf",
    "Integer",
    "Integers",
    "Labels",
    "Made",
    "Nested",
    "Number",
    "Own",
    "Raises",
    "Reals",
    "RealsOrIntegers",
    "Record",
    "Several",
    "Truths",
    "naming",
    "public",
]


def _of_stored() -> Any:
    """The namespace of arrays in formats that NumPy stores alone, which few have."""
    from . import _short  # noqa: PLC0415

    return _short.namespace()


_libraries.tell_stored(_of_stored)

P = ParamSpec("P")
R = TypeVar("R")


def public(
    arguments: Mapping[str, Argument],
    gives: Argument | tuple[Argument, ...],
    *,
    needs: str = "",
    nan: str = "",
    broadcast: Broadcast = False,
    empty: bool = False,
    raises: Raises = MappingProxyType({}),
    widens: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function with what it takes, gives and needs of its backend, without NumPy's warnings, and with
    refimpl's errors for those of libraries.

    Arguments are checked before the function sees them, and its docstring says what is declared here.
    Infinities and NaN are documented results, so a warning of them would only say it again. Under torch's
    compiler nothing of NumPy's runs, so its state is left alone there. What solves equations, or `widens`,
    computes half precision in float32.
    """

    def made(function: Callable[P, R]) -> Callable[P, R]:
        of_it = frozenset(needs.split())
        facts = {"nan": nan, "broadcast": broadcast, "empty": empty, "raises": raises}
        wide = widens or "linalg" in of_it
        declared = Declaration.of(function, arguments, gives, needs=of_it, widens=wide, **facts)

        def checking(*args: P.args, **kwargs: P.kwargs) -> R:
            return _stored.call(computed, args, kwargs, halves=wide)

        def computed(*args: P.args, **kwargs: P.kwargs) -> R:
            args, kwargs = declared.checked(args, kwargs)  # type: ignore[assignment]
            return function(*args, **kwargs)

        called = _owing(function, checking, of_it)
        called.declared = declared  # type: ignore[attr-defined]
        called.__doc__ = declared.written(function.__doc__)
        return called

    return made


def naming(call: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The name for the errors of what is no function of `__all__`, such as a method."""

    def made(function: Callable[P, R]) -> Callable[P, R]:
        # Any: torch's compiler, inside which schedules are made, can't guard the annotation P.args.
        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            try:
                return _stored.call(function, args, kwargs)
            except RefimplError as error:
                put_name(call, error)
                raise

        return called

    return made


def _owing(function: Callable[P, R], inner: Callable[P, R], needs: frozenset[str]) -> Callable[P, R]:
    call = f"{function.__module__.removeprefix('refimpl.').partition('.')[0]}.{function.__name__}"
    creates = "xp" in signature(function).parameters
    eager, host = "eager" in needs, "host" in needs
    on_host: Callable[..., R] = inner

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            torch_made = creates and "torch" in getattr(kwargs.get("xp"), "__name__", "")
            given = (*args, *kwargs.values())
            if not eager and (torch_made or (_of(_torch, given) and not _of(_numpy, given))):
                return inner(*args, **kwargs)
            if not (creates or eager) and _plain(given):  # torch's compiler traces those, too
                return inner(*args, **kwargs)
            with np.errstate(all="ignore"), _libraries.where(*given):
                if host:
                    return on_host(*map(_detached, args), **{k: _detached(v) for k, v in kwargs.items()})
                return inner(*args, **kwargs)
        except Exception as error:
            if _given.raised(error):
                raise
            if isinstance(error, RefimplError):
                put_name(call, error)
                raise
            documented = _documented(error)
            if documented is None:
                raise
            put_name(call, documented)
            raise documented from error

    called.needs = needs  # type: ignore[attr-defined]
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


def _documented(error: Exception) -> RefimplError | None:
    """The error of refimpl that says what a library's own says, if it is one of these kinds."""
    text, kind = str(error).strip().partition("\n")[0], type(error).__name__
    if kind in ("LinAlgError", "_LinAlgError"):
        expected = "finite matrices that are regular, and positive definite where that is asked"
        return DomainError(message("matrices", text, expected))
    if isinstance(error, MemoryError) or kind == "OutOfMemoryError" or "not enough memory" in text:
        expected = "shapes whose results fit into memory"
        return ShapeError(message("arrays", text or "no memory", expected, "Compute it in parts"))
    if isinstance(error, NotImplementedError) or any(words in text for words in _DTYPES):
        expected = "dtypes with which the library can compute"
        advice = "Convert them first, for example to float64 or int64"
        return DTypeError(message("arrays", text, expected, advice))
    return None
