"""A function on balls: enclosures of its exact values, with precision doubled until all are narrow."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from ...._errors import RefimplError, UndecidedError
from ....backends import Setting
from ....backends._ball import _scalars
from ....backends._ball._array import BallArray
from ....backends._ball._precision import WorkingPrecision
from ....backends.ball import ball
from ...language.exact import Exact, UnprovenError
from ...language.packing import mapped_arrays, parts
from ..exactly import exact_numbers
from . import ulps
from .ulps import Format

PRECISIONS = (128, 384, 1280, 3072)
SECONDS = 5.0
"""After so long at one precision, the next is not tried."""

Leaf: TypeAlias = Any
"""A flat list of balls, or a NumPy array of integers or booleans, or a Python value."""


class Plain(list[Any]):
    """The one ball of a Python float, which has the format float64 in every setting."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What a function is called with: NumPy arrays (reals in float64) and Python values."""

    call: Callable[..., Any]
    """Of the function to measure and the arguments: by default it just calls it."""
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    source: str
    """Where the arguments come from."""
    limits: tuple[Any, ...] = ()
    """For sweeps: the domain of each argument."""

    def on(self, function: Callable[..., Any], on: Setting) -> Any:
        """The result in a setting."""
        args, kwargs = self.moved(on.array, on.like)
        return self.call(function, *args, **kwargs)

    def exact(self, function: Callable[..., Any], dtype: str, bits: int) -> Any:
        """The result on balls."""
        with exact_numbers():
            return self.on_balls(function, dtype, ball(prec=bits))

    def on_balls(self, function: Callable[..., Any], dtype: str, xp: Any) -> Any:
        """The result in a namespace of balls."""
        real = getattr(xp, dtype)

        def lifted(host: Any) -> Any:
            return xp.asarray(host, dtype=real) if host.dtype.kind == "f" else xp.asarray(host)

        args, kwargs = self.moved(lifted, {"xp": xp, "dtype": real, "device": "cpu"})
        return self.call(function, *args, **kwargs)

    def moved(
        self, array: Callable[[Any], Any], like: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments for another namespace."""
        kwargs = {name: like.get(name, value) for name, value in self.kwargs.items() if value is not None}
        return mapped_arrays(self.args, array), mapped_arrays(kwargs, array)


def leaves(result: Any) -> Iterator[Any]:
    """Everything in a result that is no container and can be compared."""
    return (part for _, part in parts(result) if part is not None and not callable(part))


def balls(leaf: Any) -> Leaf:
    """A leaf of an exact result: reals as a flat list of balls."""
    if isinstance(leaf, BallArray):
        return list(leaf.data.reshape(-1)) if leaf.dtype.real else np.asarray(leaf)
    if isinstance(leaf, Exact):
        return Plain([leaf.exact()])
    return Plain([_scalars.lift(leaf)]) if isinstance(leaf, float) else leaf


def enclosures(
    case: Case, function: Callable[..., Any], dtype: str, *, most: int = PRECISIONS[-1]
) -> list[Leaf]:
    """The leaves of the exact result; wide where no precision was enough.

    Raises
    ------
    UnprovenError
        if there is no enclosure at any precision, with the reason.
    """
    fmt = Format.of(dtype)
    found: list[Leaf] | None = None
    reason = ""
    for bits in PRECISIONS:
        if bits > most:
            break
        started = time.process_time()
        try:
            fresh = _at(case, function, dtype, bits)
        except (UndecidedError, ZeroDivisionError) as error:
            reason = f"undecided: {error}"
        else:
            found = (
                fresh if found is None else [_better(old, new) for old, new in zip(found, fresh, strict=True)]
            )
            if all(map(partial(_narrow, fmt=fmt), found)):
                return found
        if time.process_time() - started > SECONDS:
            break
    if found is None:
        raise UnprovenError(reason)
    return found


def _at(case: Case, function: Callable[..., Any], dtype: str, bits: int) -> list[Leaf]:
    try:
        result = case.exact(function, dtype, bits)
    except (UnprovenError, UndecidedError, ZeroDivisionError):
        raise
    except (RefimplError, TypeError, AttributeError, ValueError) as error:
        raise UnprovenError(f"{type(error).__name__}: {error}") from error
    with WorkingPrecision(bits):
        return [balls(leaf) for leaf in leaves(result)]


def _narrow(leaf: Leaf, *, fmt: Format) -> bool:
    if not isinstance(leaf, list):
        return True
    own = Format.of("float64") if isinstance(leaf, Plain) else fmt
    with WorkingPrecision(ulps.BITS):
        return all(ulps.narrow(y, own) for y in leaf)


def _better(old: Leaf, new: Leaf) -> Leaf:
    """The narrower of two enclosures, element by element."""
    if not isinstance(old, list):
        return new
    return type(old)(x if _radius(x) <= _radius(y) else y for x, y in zip(old, new, strict=True))


def _radius(x: Any) -> Any:
    if x.is_finite():
        return x.rad()
    return _scalars.INF if _scalars.is_indeterminate(x) else _scalars.ZERO
