"""Plans which laws run where, and runs them in this process or in a pool of processes."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from ... import backends
from ..._errors import DTypeError, UnknownNameError, told
from ..._xp import check_integer
from ...backends import HALVES, BackendUnavailableError, Setting
from ...public import naming
from ..language.law import Implementation
from . import catalogue, exits
from .runner import Bounds, Outcome, Verdict, run_law

if TYPE_CHECKING:
    from . import pool

Result = TypeVar("Result")
DTYPES = ("float64", "float32", *HALVES)
EXAMPLES = 60
"""Examples per law by default, shared among its kinds of generator."""


@dataclass(frozen=True, slots=True)
class Task:
    """One law in one setting, on the reference or on one of the mistakes; small and picklable."""

    law: str
    backend: str
    dtype: str
    device: str | None
    examples: int
    seed: int
    mistake: str = ""
    bounds: Bounds = "written"

    def run(self, replaced: Mapping[str, Implementation] | None = None) -> Outcome:
        """Run it; a backend that cannot be used gives a skip with the reason."""
        unavailable = Outcome(self.law, "skipped", self.backend, self.device or "", self.dtype, self.seed)
        try:
            on = Setting.of(backends.get(self.backend), self.dtype, self.device)
        except (BackendUnavailableError, DTypeError, UnknownNameError) as error:
            return replace(unavailable, reason=str(error))
        if self.mistake:
            wrong = catalogue.mistakes()[self.mistake]
            replaced = {wrong.function: catalogue.made(wrong)}
        outcome = run_law(
            catalogue.laws()[self.law],
            on,
            examples=self.examples,
            seed=self.seed,
            replaced=replaced,
            shrink=not self.mistake,
            bounds=self.bounds,
        )
        return replace(outcome, mistake=self.mistake)

    def lost(self, why: str) -> Outcome:
        """What is said if its process dies."""
        reason = f"{why}; run this law alone with --jobs 1"
        return Outcome(
            self.law, "crashed", self.backend, self.device or "", self.dtype, self.seed,
            reason=reason, mistake=self.mistake,
        )  # fmt: skip


def plan(
    patterns: Sequence[str] = (),
    *,
    backend: str | Sequence[str] = "numpy",
    dtype: str | Sequence[str] = "float64",
    device: str | None = None,
    examples: int = EXAMPLES,
    seed: int = 0,
    bounds: Bounds = "written",
) -> list[Task]:
    """The tasks that prove all laws that match the patterns (or are about functions of those names)."""
    used = (backend,) if isinstance(backend, str) else tuple(dict.fromkeys(backend))
    formats = (dtype,) if isinstance(dtype, str) else tuple(dict.fromkeys(dtype))
    naming("prove")(check_integer)("examples", examples, 1)
    for name in used:
        backends.check_name(name)
    for name in formats:
        if name not in DTYPES:
            raise DTypeError(told("prove", "dtype", name, f"one of {', '.join(DTYPES)}", no_dtype(name)))
    laws = chosen(patterns)
    return [
        Task(law, name, format_, device, examples, seed, bounds=bounds)
        for name in used
        for format_ in formats
        for law in laws
    ]


def chosen(patterns: Sequence[str]) -> list[str]:
    """The laws that match the patterns, or are about functions of those names."""
    laws, functions = catalogue.laws(), catalogue.functions()
    if patterns and all(pattern in laws for pattern in patterns):  # their modules alone are loaded
        return list(dict.fromkeys(patterns))
    from ..._names import ending  # noqa: PLC0415

    wanted: list[str] = []
    for pattern in patterns:
        meant = [pattern] if pattern in functions else ending(pattern, functions)
        about = [law.id for law in laws.values() if len(meant) == 1 and meant[0] in law.about]
        wanted += about or [pattern]
    return catalogue.select(wanted, laws, "law")


def prepare(x64: bool) -> None:
    """Switch on JAX's 64-bit types in this process, if they are wanted."""
    if x64:
        # Without JAX there is nothing to enable; its tasks then say that it is missing.
        from ...backends.jax import enable_x64  # noqa: PLC0415

        with suppress(BackendUnavailableError):
            enable_x64()


def run(
    tasks: "Sequence[pool.Task[Result]]", jobs: int = 1, *, x64: bool = False
) -> "Generator[Result, None, None]":
    """Outcomes as they come, in no fixed order; closing the iterator stops the work.

    With `x64`, JAX's 64-bit types are switched on in the processes that do the work.
    """
    if jobs == 1 or len(tasks) < 4:
        prepare(x64)
        yield from (task.run() for task in tasks)
        return
    from . import pool  # noqa: PLC0415

    yield from pool.run(tasks, jobs, partial(prepare, x64))


@dataclass(frozen=True, slots=True)
class Numbered(Generic[Result]):
    """A task with its place among others, by which results come into order again."""

    place: int
    task: "pool.Task[Result]"

    def run(self) -> tuple[int, Result]:
        """Do it."""
        return self.place, self.task.run()

    def lost(self, why: str) -> tuple[int, Result]:
        """What is said if its process dies."""
        return self.place, self.task.lost(why)


class Judged(Protocol):
    """Anything that has a verdict."""

    @property
    def verdict(self) -> Verdict: ...


def exit_code(outcomes: Sequence[Judged], *, incomplete: bool = False) -> int:
    """What the verdicts say, as in `exits`."""
    verdicts = {outcome.verdict for outcome in outcomes}
    if verdicts & {"refuted", "crashed", "timed out", "stale"}:
        return exits.FAILED
    if incomplete or "inconclusive" in verdicts or not verdicts & {"held", "imprecise", "edge", "expected"}:
        return exits.INCOMPLETE
    return exits.IMPRECISE if verdicts & {"imprecise", "edge"} else exits.HELD


SHORT = {"fp64": "float64", "f64": "float64", "double": "float64", "fp32": "float32", "f32": "float32",
         "float": "float32", "single": "float32", "fp16": "float16", "f16": "float16", "half": "float16",
         "bf16": "bfloat16"}  # fmt: skip
"""How people write dtypes that have another name in the Array API."""


def no_dtype(dtype: str) -> str:
    """Why there are no laws in a dtype, and what to do, where something can be said: one that is only stored,
    or is written otherwise; else empty."""
    if full := SHORT.get(dtype.lower().removeprefix("torch.").removeprefix("jnp.").removeprefix("np.")):
        return f"{dtype} is written {full} here"
    if not dtype.startswith("float8"):
        return ""
    return (
        f"{dtype} is only stored: with its 3 or 4 significant bits no law decides anything. Try the function "
        "in bfloat16 or float16, and compare what it makes of float8 arrays with refimpl's function, which "
        "takes them: it computes in float32 and rounds once"
    )
