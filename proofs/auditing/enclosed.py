"""The exact mathematics of somebody's NumPy code: the code runs on balls (see rebound), with more and more
digits, until every number of its result is known to well below the unit roundoff, and is rounded once."""

import copy
import functools
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..._errors import UndecidedError
from ...backends import Setting
from ...backends._ball._numbers import LeftBallsError
from ...backends._ball._precision import WorkingPrecision
from ...backends._ball._spectra import NEARBY, EigenvectorsError
from ...backends._enclosed._formats import FORMAT, REASONS, WORK, NotEnclosedError
from ..language.law import Implementation
from ..language.packing import mapped
from .made import is_data, made
from .rebound import Rebinding
from .rounded import Rounding, leaves

PRECISIONS = (128, 320, 2048)
"""Bits, one after the other, until all numbers are known."""
LARGEST = 20_000
"""Numbers in the arguments of a call: more would take too long."""
OPERATIONS = 1_000_000
"""Operations of one run: about a second of them."""
_KEPT = 2.0**-10
"""Of the largest number of a result, how far from it the function itself may be."""


def on_balls(function: Implementation, prec: int, dtype: str = "float64") -> Implementation:
    """The function on balls of so many bits: it takes NumPy's arrays and numbers, and gives what it makes of
    balls (arrays `Enclosed`, numbers `Number`), whatever they contain."""

    def run(*args: Any, **kwargs: Any) -> Any:
        _check_size((args, kwargs))
        with _ready(prec, dtype) as reasons:
            rebind = Rebinding()
            own = rebind(function)
            arguments = [rebind(value) for value in args]
            options = {name: rebind(value) for name, value in kwargs.items()}
            result = own(*arguments, **options)
            if reasons:  # the code caught it and went on
                raise reasons[0]
            return result

    return run


@contextmanager
def _ready(prec: int, dtype: str) -> Any:
    """Set what balls need, and say what went wrong: what the code left balls for, before what came of it."""
    reasons: list[Exception] = []
    tokens = FORMAT.set(dtype), REASONS.set(reasons), WORK.set([OPERATIONS])
    try:
        with WorkingPrecision(prec), np.errstate(all="ignore"):
            yield reasons
    except (NotEnclosedError, UndecidedError):
        raise
    except LeftBallsError as error:
        raise NotEnclosedError(str(error)) from error
    except Exception as error:  # foreign code may raise anything
        if reasons:
            raise reasons[0] from error
        raise
    finally:
        FORMAT.reset(tokens[0])
        REASONS.reset(tokens[1])
        WORK.reset(tokens[2])


def nearby(function: Implementation, on: Setting) -> Implementation:
    """As `exact`, for code that needs the eigenvectors of equal eigenvalues, which no precision decides: they
    are those of a matrix nearby. NotEnclosedError where the function itself gives something else, beyond the
    loss of half of its digits: what it makes of the matrix is then not continuous, or another formula."""

    @functools.wraps(function, updated=())
    def enclosed(*args: Any, **kwargs: Any) -> Any:
        token = NEARBY.set(True)
        try:
            found = exact(function, on, PRECISIONS[-1:])(*args, **kwargs)
        finally:
            NEARBY.reset(token)
        raw, _ = _raw(function, args, kwargs)
        if not _like(found, raw):
            raise NotEnclosedError("gives something else at a matrix nearby")
        return found

    return enclosed


def _like(found: Any, raw: Any) -> bool:
    pairs = list(zip(leaves(found), leaves(raw), strict=True))
    return all(
        np.shape(a) == np.shape(b)
        and np.all(np.abs(np.asarray(a) - b) <= _KEPT * np.max(np.abs(b), initial=0.0))
        for a, b in pairs
    )


def exact(function: Implementation, on: Setting, precisions: Sequence[int] = PRECISIONS) -> Implementation:
    """The function's exact mathematics, rounded once to the setting's dtype.

    A number counts as known if its ball is 2^GUARD times narrower than a unit roundoff u of it, or if all of
    its ball is rounded to one number. One that may be 0 with the most bits too, and whose ball is no wider
    than u⁴ of the largest number beside it, or than u¹⁶, counts as 0. NotEnclosedError where the code leaves
    balls, or no precision decides it.
    """
    dtype = on.precision.name

    @functools.wraps(function, updated=())
    def enclosed(*args: Any, **kwargs: Any) -> Any:
        if dtype not in ("float64", "float32"):
            raise NotEnclosedError(f"the format {dtype} is not NumPy's")
        raw, error = _raw(function, args, kwargs)
        if not is_data(raw):
            return made(functools.partial(function, *args, **kwargs), raw, functools.partial(exact, on=on))
        why: UndecidedError | None = None
        for prec in precisions:
            try:
                found = on_balls(function, prec, dtype)(*args, **kwargs)
                rounded = Rounding(on, last=prec == precisions[-1]).form(found, raw)
            except UndecidedError as undecided:
                why = undecided
                continue
            except NotEnclosedError:
                raise
            except Exception as own:  # foreign code may raise anything
                _same_error(own, error)
            if error is not None and not _finite(rounded):
                raise error
            return rounded
        raise NotEnclosedError(f"undecided with {precisions[-1]} bits: {_sentence(why)}") from why

    return enclosed


def for_want_of_eigenvectors(error: Exception) -> bool:
    """Whether code was not enclosed for eigenvectors that no precision decides, and for nothing else."""
    return isinstance(error.__cause__, EigenvectorsError)


def _sentence(error: Exception | None) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _raw(function: Implementation, args: Any, kwargs: Any) -> tuple[Any, Exception | None]:
    """What the function gives in its own format, of which the form counts, or what it raises."""
    try:
        with np.errstate(all="ignore"):
            args, kwargs = _copied(args), _copied(kwargs)
            return function(*args, **kwargs), None
    except Exception as error:  # foreign code may raise anything
        return None, error


_OWN = (np.ndarray, np.random.Generator)


def _copied(value: Any) -> Any:
    """The same with arrays of its own; what else there is, such as functions, is shared."""
    return mapped(value, lambda part: copy.deepcopy(part) if isinstance(part, _OWN) else part)


def _same_error(own: Exception, raw: Exception | None) -> None:
    """An error that the code raises in floats too is its answer; another one is that of balls."""
    if raw is not None and type(own) is type(raw):
        raise raw from own
    raise NotEnclosedError(f"raises {type(own).__name__} on balls: {_sentence(own)}") from own


def _finite(value: Any) -> bool:
    return all(np.all(np.isfinite(leaf)) for leaf in leaves(value) if np.asarray(leaf).dtype.kind in "fc")


def _check_size(value: Any) -> None:
    count = sum(int(np.size(leaf)) for leaf in leaves(value))
    if count > LARGEST:
        raise NotEnclosedError(f"{count} numbers, more than the {LARGEST} that are enclosed")


__all__ = ["NotEnclosedError", "exact", "for_want_of_eigenvectors", "nearby", "on_balls"]
