"""Generators that the documents share: Hypothesis draws shapes, patterns and a seed; NumPy fills
whole batches from it, because drawing floats one by one is slow (about 1 ms each).

Patterns are listed simplest first, since Hypothesis shrinks towards the first.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from zlib import crc32

import hypothesis.strategies as st
import numpy as np
from hypothesis.strategies import SearchStrategy

from ... import _typing
from ...backends import Precision
from ...backends._backend import FORMATS
from .law import Kind
from .packing import mapped_arrays

Draw = Any
Array = _typing.Array
"""An array of a case: NumPy's where it is drawn, the backend's where it is checked."""
P = ParamSpec("P")
R = TypeVar("R")


class Composite(SearchStrategy[R]):
    """What a function draws: a strategy of Hypothesis', which others can draw from without it."""

    def __init__(self, function: Callable[..., R], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        super().__init__()
        self.function, self.args, self.kwargs = function, args, kwargs

    def do_draw(self, data: Any) -> R:
        return self.function(data.draw, *self.args, **self.kwargs)

    def calc_label(self) -> int:
        return crc32(f"{self.function.__module__}.{self.function.__qualname__}".encode())

    def __repr__(self) -> str:
        return f"{self.function.__name__}(…)"


def composite(function: Callable[Concatenate[Draw, P], R]) -> Callable[P, SearchStrategy[R]]:
    """Hypothesis' `composite`, without what that reads in the function's source."""

    @wraps(function)
    def strategy(*args: P.args, **kwargs: P.kwargs) -> SearchStrategy[R]:
        return Composite(function, args, kwargs)

    return strategy


def extended(kind: type[R], case: Any, **more: Any) -> R:
    """A case with more fields, of a class that has those of the case, too."""
    return kind(**{f.name: getattr(case, f.name) for f in fields(case)} | more)


def generator(draw: Draw) -> np.random.Generator:
    """A NumPy generator from a drawn seed."""
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1)))


def batch(draw: Draw) -> int:
    """A small batch length. Few distinct shapes: backends that compile do so once a shape."""
    return int(draw(st.sampled_from([1, 3, 16])))


def rounded(values: Any, p: Precision) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Float64 values rounded to a format, so that every dtype sees the same bits: infinite beyond its range.

    >>> rounded([1.00390625, 3e38, 4e38], Precision("bfloat16")).tolist()
    [1.0, 3.00405527047391e+38, inf]
    """
    host = np.asarray(values, dtype=np.float64)
    steps = np.maximum(np.frexp(host)[1] - 1, FORMATS[p.name][1]) - p.bits + 1
    with np.errstate(over="ignore", invalid="ignore"):
        found = np.ldexp(np.rint(np.ldexp(host, -steps)), steps)
        return np.where(np.abs(found) > p.largest, np.copysign(np.inf, host), found)


def decades(p: Precision, most: float, *, power: int = 1) -> float:
    """How many powers of ten magnitudes may go up and down: fewer than `most` where their `power`-th powers,
    a hundred of them together, would leave the normal numbers of the format."""
    return min(most, (min(np.log10(p.largest), -np.log10(p.smallest)) - 2) / power)


def in_format(case: R, p: Precision) -> R:
    """A case of which every array of reals is exact in the format."""
    return mapped_arrays(case, lambda array: rounded(array, p) if array.dtype.kind == "f" else array)


def values(
    draw: Draw, shape: tuple[int, ...], p: Precision, kind: Kind, *, power: int = 2
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Real values of one kind; their `power`-th powers, and sums of 2**10 of those, stay in range.

    ordinary: one-hot, small integers, normal; cancellation: equal up to a few units in the last
    place, with random signs; extreme: magnitudes across the range, zeros among them.
    """
    rng = generator(draw)
    if kind == "cancellation":
        base = float(draw(st.sampled_from([1.0, 3.0, 0.1])))
        steps = rng.integers(-4, 5, shape)
        return rounded(base * rng.choice([-1.0, 1.0], shape) * (1 + 2 * p.u * steps), p)
    if kind == "extreme":
        high = (np.log10(p.largest) - 3.5) / power
        low = np.log10(p.smallest) / power
        common = draw(st.sampled_from([0.0, 1.0, -1.0])) * rng.uniform(0, 1)
        exponents = rng.uniform(low, high, shape) if common == 0 else np.full(shape, common * min(high, -low))
        signed = rng.choice([-1.0, 1.0], shape) * 10.0**exponents
        return rounded(np.where(rng.random(shape) < 0.1, 0.0, signed), p)
    pattern = draw(st.sampled_from(["one-hot", "integers", "normal"]))
    if pattern == "one-hot":
        result = np.zeros(shape)
        if shape and result.size:
            hot = rng.integers(0, shape[-1], shape[:-1])
            np.put_along_axis(result, np.asarray(hot)[..., None], 1.0, axis=-1)
        return result
    if pattern == "integers":
        return rng.integers(-3, 4, shape).astype(np.float64)
    return rounded(rng.standard_normal(shape), p)
