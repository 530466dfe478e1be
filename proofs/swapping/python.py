"""The experiment as Python asks for it."""

import time
from collections.abc import Mapping, Sequence

from ... import backends
from ..._errors import DomainError, told
from ..engine.accuracy.measure import Effort
from ..language.law import Implementation
from ..pages.notebook import Listed
from .data import result
from .experiment import CALLS, Swapped, plan
from .ways import planned


def swap(
    *functions: str,
    impl: Mapping[str, str | Implementation] | None = None,
    adapters: Mapping[str, str] | None = None,
    backend: str | Sequence[str] = ("numpy", "torch"),
    dtype: str | Sequence[str] = "float32",
    device: str | Sequence[str] = (),
    compiled: bool = False,
    tf32: bool = False,
    threads: int | Sequence[int] = (),
    calls: int = CALLS,
    seed: int = 0,
) -> Listed[Swapped]:
    """Run functions with the same inputs in several ways, in this process: what moves?

    Functions of refimpl by name; with `impl`, {"rope.rotate": mine} or {"rope.rotate": "file.py:mine"}, your
    own, under adapters if they have another convention. JAX's float64 needs refimpl.backends.jax.enable_x64()
    first. After Ctrl-C there is what came to an end. The list shows itself as a page in notebooks.

    Raises
    ------
    UnknownNameError, DTypeError, DomainError
        for a function, backend, dtype or device that does not exist, or a single way to run.

    Examples
    --------
    >>> [found] = swap("rope.rotate", backend="numpy", dtype=["float64", "float32"], calls=3)
    >>> found.pairs[0].verdict
    'within'
    """
    if not functions and not impl:
        raise DomainError(told("swap", "functions", "none", "names such as 'rope.rotate', or impl={…}"))
    ways = planned(
        _several(backend), _several(dtype), devices=_several(device), compiled=compiled, tf32=tf32,
        threads=(threads,) if isinstance(threads, int) else threads,
    )  # fmt: skip
    tasks = plan(
        functions, ways, Effort(calls=calls, seed=seed), impl=impl, adapters=adapters, isolated=False
    )
    found, started = [], time.perf_counter()
    for task in tasks:
        found.append(task.run())
        if found[-1].interrupted:
            break
    settings = {
        "functions": functions,
        "impl": sorted(impl or ()),
        "adapters": adapters or {},
        "calls": calls,
        "seed": seed,
    }
    used, seconds = {way.backend for way in ways} & {*backends.available()}, time.perf_counter() - started
    return Listed(
        found, "swap", settings, used, seconds,
        interrupted=any(it.interrupted for it in found), told=result,
    )  # fmt: skip


def _several(given: str | Sequence[str]) -> Sequence[str]:
    return (given,) if isinstance(given, str) else given
