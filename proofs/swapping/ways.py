"""Ways to run a function: library, device, dtype, compiled or not, TF32 or not, threads."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from ... import backends
from ..._errors import DomainError, DTypeError, UnknownNameError, told
from ..._xp import check_integer
from ...backends import Backend, BackendUnavailableError
from ...backends._backend import FORMATS, identity, load
from ...public import naming
from ..engine.accuracy.plan import PROVER
from ..engine.planning import no_dtype

TF32 = ("torch", "jax")
"""Libraries with a switch that lets tensor cores round the factors of float32 matrix products."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run; small and picklable."""

    backend: str
    dtype: str
    device: str = ""
    """Empty for the backend's first, or where the backend is unavailable."""
    compiled: bool = False
    tf32: bool = False
    threads: int = 0
    """0 for as many as the library takes by itself."""

    def __str__(self) -> str:
        words = [
            self.backend,
            self.device if self.device not in ("", "cpu", "CPU_DEVICE") else "",
            self.dtype,
        ]
        words += ["compiled" * self.compiled, "TF32" * self.tf32]
        words.append(f"{self.threads} thread{'s' * (self.threads > 1)}" if self.threads else "")
        return " ".join(word for word in words if word)


def planned(
    names: Sequence[str],
    dtypes: Sequence[str],
    *,
    devices: Sequence[str] = (),
    compiled: bool = False,
    tf32: bool = False,
    threads: Sequence[int] = (),
) -> list[Way]:
    """Every combination that makes sense: compiled beside eager where the library has a compiler, with TF32
    beside without where it has a switch, each device on the libraries that have it.

    Raises
    ------
    UnknownNameError, DTypeError, DomainError
        for a name that does not exist, what no chosen library has, or a single way.
    """
    for name in names:
        if name == PROVER:
            others = ", ".join(backends.libraries())
            raise UnknownNameError(told("swap", "backend", name, f"one of {others}", "It has the truth"))
    for dtype in dtypes:
        if dtype not in FORMATS:
            raise DTypeError(told("swap", "dtype", dtype, f"one of {', '.join(FORMATS)}", no_dtype(dtype)))
    for number in threads:
        naming("swap")(check_integer)("threads", number, 1)
    chosen = list(dict.fromkeys(names))
    found = {name: _available(name) for name in chosen}
    _check_devices(found, devices)
    ways = [
        Way(name, dtype, device, *how, number)
        for name in chosen
        for device in _devices(found[name], devices)
        for dtype in dict.fromkeys(dtypes)
        for how in _hows(found[name], dtype, compiled, tf32)
        for number in (threads or (0,))
    ]
    if compiled and not any(way.compiled for way in ways):
        expected = "a library that compiles, such as torch or jax"
        raise DomainError(told("swap", "compiled", ", ".join(chosen), expected))
    if tf32 and not any(way.tf32 for way in ways):
        got = f"{', '.join(chosen)} in {', '.join(dtypes)}"
        raise DomainError(told("swap", "TF32", got, f"float32 on {' or '.join(TF32)}"))
    if len(ways) < 2:
        advice = "Name another backend, dtype or device: swap compares at least two"
        raise DomainError(told("swap", "ways to run", ", ".join(map(str, ways)), "two or more", advice))
    return ways


def _available(name: str) -> Backend | None:
    try:
        return backends.get(name)
    except BackendUnavailableError:  # the way says why when it runs
        return None


def _check_devices(found: dict[str, Backend | None], devices: Sequence[str]) -> None:
    there = dict.fromkeys(itertools.chain.from_iterable(b.devices for b in found.values() if b is not None))
    for device in devices:
        if device not in there:
            raise UnknownNameError(told("swap", "device", device, f"one of {', '.join(there)}"))


def _devices(backend: Backend | None, devices: Sequence[str]) -> list[str]:
    if backend is None:
        return [""]
    return [device for device in devices if device in backend.devices] or [next(iter(backend.devices))]


def _hows(backend: Backend | None, dtype: str, compiled: bool, tf32: bool) -> Iterator[tuple[bool, bool]]:
    compiles = compiled and backend is not None and backend.compile is not identity
    switches = tf32 and backend is not None and backend.name in TF32 and dtype == "float32"
    yield from itertools.product((False, True)[: 1 + compiles], (False, True)[: 1 + switches])


@contextmanager
def arranged(way: Way) -> Iterator[None]:
    """The state of its library in which a way runs; what was set before comes back."""
    with ExitStack() as stack:
        if way.backend == "torch":
            torch: Any = load("torch", "torch", "")
            stack.callback(torch.set_float32_matmul_precision, torch.get_float32_matmul_precision())
            torch.set_float32_matmul_precision("high" if way.tf32 else "highest")
        if way.backend == "jax":
            jax: Any = load("jax", "jax", "")
            stack.enter_context(jax.default_matmul_precision("tensorfloat32" if way.tf32 else "highest"))
        if way.threads:
            _set_threads(way, stack)
        yield


def _set_threads(way: Way, stack: ExitStack) -> None:
    if way.backend == "torch":
        torch: Any = load("torch", "torch", "")
        stack.callback(torch.set_num_threads, torch.get_num_threads())
        torch.set_num_threads(way.threads)
    elif way.backend in ("numpy", "strict"):
        pools: Any = load(way.backend, "threadpoolctl", "pip install threadpoolctl")
        stack.enter_context(pools.threadpool_limits(way.threads))
    else:
        advice = "Set XLA_FLAGS or OMP_NUM_THREADS before the command" if way.backend == "jax" else ""
        expected = "torch or numpy, whose threads can be set while they run"
        raise DomainError(told("swap", "threads", way.backend, expected, advice))
