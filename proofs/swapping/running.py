"""One call in one way: twice, so that it is seen whether it repeats to the bit, and how long it takes."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ... import backends
from ..._libraries import is_array
from ...backends import Backend, Setting
from ...backends._backend import load
from ..engine import catalogue
from ..engine.accuracy.enclose import Case, leaves
from ..language.law import Implementation
from ..language.packing import mapped
from .ways import Way, arranged


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One array or number of a result, in NumPy: reals in float64, each exactly."""

    values: np.ndarray[Any, Any]
    dtype: str
    """By its own name; that of Python's class for what is no array."""

    @property
    def real(self) -> bool:
        return self.values.dtype.kind == "f"


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """What one call has given."""

    leaves: list[Any]
    """As the library gives them."""
    parts: list[Part]
    repeated: bool
    """The second call has given the same bits."""
    seconds: float
    """Of the second call: the first may compile."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A way that is ready to run."""

    way: Way
    on: Setting
    stored: Any = None
    """A dtype of NumPy's that is only stored: the function computes in float32, and results are rounded."""

    @classmethod
    def of(cls, way: Way) -> "Stage":
        """Set it up; an error says why it cannot be."""
        backend = backends.get(way.backend)
        if way.backend == "numpy" and way.dtype == "bfloat16" and way.dtype not in backend.dtypes:
            stored: Any = np.dtype(load("numpy", "ml_dtypes", "pip install ml_dtypes").bfloat16)
            return cls(way, Setting.of(_widening(backend), "float32", way.device or None), stored)
        return cls(way, Setting.of(backend, way.dtype, way.device or None))

    def run(self, case: Case, function: Implementation) -> Ran:
        """Call the function twice; it may raise anything. What libraries warn of is not what is asked."""
        with arranged(self.way), self.on.current(), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call = (self._compiled if self.way.compiled else self._eager)(case, function)
            first = self._parts(call())
            begun = time.perf_counter()
            given = call()
            second = self._parts(given)  # which waits for the device
            seconds = time.perf_counter() - begun
        same = len(first) == len(second) and all(map(same_bits, first, second))
        return Ran(given, second, same, seconds)

    def _eager(self, case: Case, function: Implementation) -> Callable[[], list[Any]]:
        def call() -> list[Any]:
            found = list(leaves(case.on(function, self.on)))
            return [self._rounded(leaf) for leaf in found] if self.stored is not None else found

        return call

    def _rounded(self, leaf: Any) -> Any:
        return leaf.astype(self.stored) if is_array(leaf) and leaf.dtype.kind == "f" else leaf

    def _compiled(self, case: Case, function: Implementation) -> Callable[[], list[Any]]:
        """The whole call compiled as a function of its arrays; what else there is stays as it is, and what
        it gives beside arrays is that of an eager call, for compilers make arrays of numbers."""
        if self.way.backend == "torch":
            load("torch", "torch._dynamo", "").reset()
        args, kwargs = case.moved(self.on.array, self.on.like)
        arrays: list[Any] = []
        args, kwargs = _taken(args, arrays), _taken(kwargs, arrays)

        def whole(*given: Any) -> list[Any]:
            found = leaves(case.call(function, *_put(args, given), **_put(kwargs, given)))
            return [leaf for leaf in found if is_array(leaf)]

        eagerly = list(leaves(case.on(function, self.on)))
        run = self.on.backend.compile(whole)

        def call() -> list[Any]:
            made = iter(run(*arrays))
            return [next(made) if is_array(leaf) else leaf for leaf in eagerly]

        return call

    def _parts(self, found: list[Any]) -> list[Part]:
        return [self._part(leaf) for leaf in found]

    def _part(self, leaf: Any) -> Part:
        if is_array(leaf):
            return Part(np.asarray(self.on.host(leaf)), str(leaf.dtype).rpartition(".")[2])
        return Part(np.asarray(leaf), type(leaf).__name__)


def _widening(backend: Backend) -> Backend:
    """NumPy whose arrays of ml_dtypes' formats become float32 where they are looked at."""

    def to_numpy(array: Any) -> np.ndarray[Any, Any]:
        host = np.asarray(array)
        return host.astype(np.float32) if host.dtype.kind == "V" else host

    return replace(backend, to_numpy=to_numpy)


class _Hole:
    """Where an array was taken out. (No data class: those are packages of values.)"""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


def _taken(value: Any, arrays: list[Any]) -> Any:
    def take(part: Any) -> Any:
        if not is_array(part):
            return part
        arrays.append(part)
        return _Hole(len(arrays) - 1)

    return mapped(value, take)


def _put(value: Any, arrays: tuple[Any, ...]) -> Any:
    """Compilers trace this, so what holds no package is seen to in the plainest way."""
    if isinstance(value, _Hole):
        return arrays[value.number]
    if type(value) is tuple:
        return tuple([_put(part, arrays) for part in value])
    if type(value) is dict:
        return {name: _put(part, arrays) for name, part in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return mapped(value, lambda part: arrays[part.number] if isinstance(part, _Hole) else part)


def same(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Where two arrays of one shape have the same numbers: NaN equals NaN, and 0 is not −0."""
    equal = np.asarray(first == second)
    if first.dtype.kind == second.dtype.kind == "f":
        return (equal & (np.signbit(first) == np.signbit(second))) | (np.isnan(first) & np.isnan(second))
    return equal


def same_bits(first: Part, second: Part) -> bool:
    """Whether two parts are the same to the bit."""
    alike = first.dtype == second.dtype and first.values.shape == second.values.shape
    return alike and bool(np.all(same(first.values, second.values)))


def eager(function: str) -> str:
    """Why a function cannot be compiled; empty if it can."""
    if "eager" in catalogue.functions()[function].needs:
        return "it decides by values, so that no compiler takes it (it needs eager arrays)"
    return ""
