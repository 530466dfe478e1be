"""What every public function owes, said once: no warning leaks, and no error that is not documented."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

import array_api_compat
import numpy as np

from ._capabilities import NEEDS
from ._errors import DomainError, message

P = ParamSpec("P")
R = TypeVar("R")


def public(function: Callable[P, R]) -> Callable[P, R]:
    """A function without NumPy's warnings, and with refimpl's errors for those of linear algebra.

    Infinities and NaN are documented results, so a warning of them would only say it again. Under torch's
    compiler nothing of NumPy's runs, so its state is left alone there.
    """
    call = f"{function.__module__.split('.')[1]}.{function.__name__}"
    creates = "xp" in signature(function).parameters
    eager = "eager" in NEEDS.get(call, ())

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            here = eager or (creates and kwargs.get("xp") is None)
            if not (here or _numpy(args) or _numpy(tuple(kwargs.values()))):
                return function(*args, **kwargs)
            with np.errstate(all="ignore"):
                return function(*args, **kwargs)
        except Exception as error:
            if type(error).__name__ not in ("LinAlgError", "_LinAlgError"):
                raise
            expected = "finite matrices that are regular, and positive definite where that is asked"
            raise DomainError(message(call, "matrices", str(error), expected)) from error

    return called


def _numpy(values: tuple[Any, ...] | list[Any]) -> bool:
    """Whether NumPy's arrays are among the values, also in tuples and lists. Compilers of other libraries
    trace this, and know nothing of NumPy's state."""
    for value in values:
        if isinstance(value, (tuple, list)):  # torch's compiler knows no unions here
            if _numpy(value):
                return True
        elif array_api_compat.is_numpy_array(value):
            return True
    return False
