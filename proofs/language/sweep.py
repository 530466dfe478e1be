"""Functions of few numbers, and the domains of those: what dense samples and searches run over.

In a sweep every array argument is an axis of samples, and so is the first axis of every result. Where a
function takes no such axis (a schedule has one axis of steps that belong together), each sample is a call
of its own, with arrays of one element. Options have their defaults; the calls of laws vary them. A document
has its `SWEEPS` in the module `sweeps`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ... import _libraries
from .domains import Domain, Reals

UNIT = Reals(0.0, 1.0)
TIME = Reals(0.0, 1.0, closed=True, reach=500)
"""Of schedules, whose functions hold t²."""
POSITIVE = Reals(0.0)
ANY = Reals()
MILD = Reals(reach=24)
SCALE = Reals(0.0, reach=24)
WEAK = Reals(-16.0, 16.0, reach=5)


@dataclass(frozen=True, slots=True)
class Sweep:
    """`call(f, *arguments)` measures function f on samples of its arguments."""

    function: str
    domains: tuple[Domain, ...]
    call: Callable[..., Any]
    each: bool = False
    """One call a sample."""
    python: bool = False
    """The arguments are Python numbers; then also one call a sample."""
    tables: bool = False
    """Every result is a table of many numbers, so that few calls are enough."""

    @property
    def single(self) -> bool:
        """Whether each sample is a call of its own."""
        return self.each or self.python


def plain(f: Any, *arguments: Any, **options: Any) -> Any:
    return f(*arguments, **options)


def join(*arrays: Any) -> Any:
    return _libraries.array_namespace(*arrays).concat(list(arrays))


def rows(*arrays: Any) -> Any:
    """Samples of vectors, from samples of components."""
    return _libraries.array_namespace(*arrays).stack(list(arrays), axis=-1)


def matrices(array: Any) -> Any:
    return array[:, None, None]


def table(name: str, *domains: Domain, call: Callable[..., Any] = plain, **options: bool) -> Sweep:
    return Sweep(name, domains, call, **options)


def each(name: str, *domains: Domain, call: Callable[..., Any] = plain) -> Sweep:
    return Sweep(name, domains, call, each=True)


def numbers(name: str, *domains: Domain, call: Callable[..., Any] = plain, tables: bool = False) -> Sweep:
    return Sweep(name, domains, call, python=True, tables=tables)
