"""Proofs as Python asks for them."""

import time
from collections.abc import Mapping, Sequence

from .._errors import DTypeError, UnknownNameError, told
from .._names import find
from .engine import catalogue, report
from .engine.planning import EXAMPLES, Task, plan
from .engine.runner import Outcome
from .language.law import Implementation
from .pages.notebook import Listed


def prove(
    *patterns: str,
    impl: Mapping[str, Implementation] | None = None,
    backend: str | Sequence[str] = "numpy",
    dtype: str | Sequence[str] = "float64",
    device: str | None = None,
    examples: int = EXAMPLES,
    seed: int = 0,
) -> Listed[Outcome]:
    """Prove laws in this process, on the reference or on implementations of your own.

    Patterns are ids of laws, functions or documents, with shell wildcards; of a name the last part is enough
    where it is the only one. `backend` and `dtype` are one name or several; a backend may be any Array API
    module, as "package.module" or "package.module:attribute".

    With `impl`, {"rope.rotate": mine}, only the laws about those functions run, with every
    other function taken from the reference. JAX needs refimpl.backends.jax.enable_x64() first. The list of
    outcomes shows itself as a page in notebooks.

    Raises
    ------
    UnknownNameError, DTypeError
        for a pattern or function that matches nothing, or a dtype that no law is made for.

    Examples
    --------
    >>> [outcome] = prove("rope.rotate-definition", examples=3)
    >>> outcome.verdict
    'held'
    """
    tasks = plan(patterns, backend=backend, dtype=dtype, device=device, examples=examples, seed=seed)
    if impl:
        known = catalogue.functions()
        impl = {find(name, known, "function", call="prove: impl"): it for name, it in impl.items()}
        tasks = [task for task in tasks if set(impl) & set(catalogue.laws()[task.law].about)]
        _check_implementations(impl, tasks)
    started = time.perf_counter()
    outcomes = [task.run(impl) for task in tasks]
    settings = {
        "patterns": patterns, "impl": sorted(impl or ()), "backend": backend, "dtype": dtype,
        "device": device, "examples": examples, "seed": seed,
    }  # fmt: skip
    return Listed(outcomes, "prove", settings, report.ran_on(outcomes), time.perf_counter() - started)


def _check_implementations(impl: Mapping[str, Implementation], tasks: Sequence[Task]) -> None:
    """Require known names, callables, and a chosen law about each of them."""
    tested = {name for task in tasks for name in catalogue.laws()[task.law].about}
    for name, function in impl.items():
        if not callable(function):
            raise DTypeError(told("prove", f"impl[{name!r}]", f"{function!r}", "a function"))
        if name not in tested:
            raise UnknownNameError(f"prove: impl: no law that was chosen is about {name}")
