"""The formula of somebody's function: its own code, on balls or in another format."""

import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ... import _libraries
from ...backends import Precision, Setting
from ..engine.calls import Given
from ..language.law import Implementation, NotApplicableError
from ..language.packing import mapped, mapped_arrays
from .widened import narrowed, widened, widens

FORMATS = ("float64", "float32")
"""In which NumPy's code runs on balls."""


class Formula:
    """A function's own code on wider numbers than those of the setting, rounded once."""

    def __init__(self, raw: Implementation, on: Setting) -> None:
        self._raw, self._ways = raw, _ways(raw, on)
        self.__wrapped__ = raw  # whose signature says how it is called
        self.used: Counter[str] = Counter()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        nearby = False
        for name, way in self._ways:
            if name == NEARBY and not nearby:
                continue
            try:
                with np.errstate(all="ignore"):
                    result = way(*args, **kwargs)
            except NotApplicableError:
                raise
            except Exception as error:  # this way is closed for this call; the next may be open
                nearby = name == BALLS and _wants_eigenvectors(error)
                continue
            self.used[name] += 1
            return result
        result = self._raw(*args, **kwargs)
        self.used[ITSELF] += 1
        return result

    @property
    def exact(self) -> bool:
        """Whether all calls were enclosed, so that no digit of the results is in doubt."""
        return set(self.used) == {BALLS}


BALLS, NEARBY = "on balls", "on balls with eigenvectors of a matrix nearby"
WIDER, ITSELF = "in a wider format", "as it is"


def formula(raw: Implementation, on: Setting) -> Formula:
    """The formula of a function of raw arrays, that is, before adapters."""
    return Formula(raw, on)


def _ways(raw: Implementation, on: Setting) -> list[tuple[str, Implementation]]:
    ways: list[tuple[str, Implementation]] = []
    if on.backend.name == "numpy":
        from .enclosed import exact, nearby  # noqa: PLC0415  (python-flint: right functions need none)

        for name, way in ((BALLS, exact), (NEARBY, nearby)):
            if on.precision.name in FORMATS:
                ways.append((name, way(raw, on)))
            else:  # float32 holds what half precision does
                single = replace(on, precision=Precision("float32"))
                ways.append((name, computed_in(way(raw, single), np.float32, on)))
    if (wide := _wider(on)) is not None:
        ways.append((WIDER, computed_in(raw, wide, on)))
    return ways


def _wants_eigenvectors(error: Exception) -> bool:
    from .enclosed import for_want_of_eigenvectors  # noqa: PLC0415  (as above)

    return for_want_of_eigenvectors(error)


def _wider(on: Setting) -> Any:
    """A wider dtype of the library, or None."""
    if on.precision.name != "float64":
        return on.xp.float64 if "float64" in on.backend.dtypes else None
    long = np.longdouble
    return long if on.backend.name == "numpy" and np.finfo(long).nmant > np.finfo(np.float64).nmant else None


class _NothingToWidenError(Exception):
    """There is no real array among the arguments."""


def computed_in(function: Implementation, dtype: Any, on: Setting) -> Implementation:
    """The function with real arrays of the setting's dtype given in another one, and its results rounded."""
    return _computed(function, dtype, on, widened, needs_arrays=not widens(on))


def computed_within(function: Implementation, dtype: Any, on: Setting) -> Implementation:
    """The function computed in a narrower dtype, whatever its code names."""
    return _computed(function, dtype, on, narrowed, needs_arrays=False)


def _computed(
    function: Implementation, dtype: Any, on: Setting, inside: Callable[[Setting], Any], *, needs_arrays: bool
) -> Implementation:
    @functools.wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        given = all_cast((args, kwargs), on.dtype, dtype)
        if needs_arrays and given[0] is args and given[1] is kwargs:
            raise _NothingToWidenError
        with inside(on):
            result = function(*given[0], **given[1])
        return _rounded(result, on)

    return call


def all_cast(given: Given, source: Any, target: Any) -> Given:
    """A call with its real arrays, and the dtype that it may ask for, in another one."""
    args, kwargs = cast(given, source, target)
    return args, {**kwargs, "dtype": target} if kwargs.get("dtype") is source else kwargs


def cast(value: Any, source: Any, target: Any) -> Any:
    """Real arrays of one dtype in another; functions among the values take and give what they take."""

    def change(array: Any) -> Any:
        if array.dtype != source:
            return array
        return _libraries.array_namespace(array).astype(array, target)

    return mapped_arrays(value, change)


def _array_rounded(array: Any, on: Setting, xp: Any) -> Any:
    """The array in the setting's dtype. The ends of its own format, which code puts in the place of ±∞,
    become those of the setting's: rounded, they would be infinite after all."""
    rounded = xp.astype(array, on.dtype)
    largest = xp.full_like(rounded, on.precision.largest)
    ends = xp.abs(array) == xp.finfo(array.dtype).max
    return xp.where(ends, xp.copysign(largest, rounded), rounded)


def _rounded(value: Any, on: Setting) -> Any:
    """A result with every real array in the setting's dtype, and NumPy's wide numbers as Python's."""

    def change(part: Any) -> Any:
        if isinstance(part, np.generic) and part.dtype.kind == "f":
            return np.dtype(on.dtype).type(part) if on.backend.name == "numpy" else float(part)
        if _libraries.is_array(part):
            xp = _libraries.array_namespace(part)
            real = xp.isdtype(part.dtype, "real floating") or part.dtype == np.longdouble
            return _array_rounded(part, on, xp) if real and part.dtype != on.dtype else part
        return part

    return mapped(value, change)
