"""What every public function owes, said once: no warning leaks, and no error that is not documented."""

from collections.abc import Callable
from functools import wraps
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
    eager = "eager" in NEEDS.get(call, ())

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        given = _leaves([*args, *kwargs.values()])
        try:
            if not eager and any(map(array_api_compat.is_torch_array, given)):
                return function(*args, **kwargs)
            with np.errstate(all="ignore"):
                return function(*args, **kwargs)
        except Exception as error:
            if type(error).__name__ not in ("LinAlgError", "_LinAlgError"):
                raise
            expected = "finite matrices that are regular, and positive definite where that is asked"
            raise DomainError(message(call, "matrices", str(error), expected)) from error

    return called


def _leaves(values: Any) -> list[Any]:
    """What is in tuples and lists, and in those in them."""
    found = []
    for value in values:
        if isinstance(value, tuple | list):
            found += _leaves(value)
        else:
            found.append(value)
    return found
