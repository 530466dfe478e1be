"""The cases of a law in a setting: whether there are any, the same everywhere, and as its check gets them."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import fields, replace
from typing import Any
from unittest import SkipTest

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase
from hypothesis.database import ExampleDatabase, choices_to_bytes
from hypothesis.errors import Flaky, HypothesisException
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import SearchStrategy

from ..._errors import DomainError, kind, told
from ...backends import Setting
from ..language.law import Case, Kind, Law, Rounding
from . import drawing, registry

VACUOUS = 0.5
"""Roundings may amount to this share of a law's scale; beyond it holding says nothing."""


def missing(law: Law, on: Setting) -> str:
    """Why the law cannot run in the setting; empty if it can."""
    if reason := law.not_in.get(on.precision.name):
        return f"not in {on.precision.name}: {reason}"
    if isinstance(law.tolerance, Rounding) and (share := law.tolerance.roundings(on) * on.u) > VACUOUS:
        return f"its roundings may be {share:.0%} of its scale in {on.precision.name}, which says nothing"
    needs = dict(law.needs)
    for name in law.about:
        for capability in registry.functions()[name].needs:
            needs.setdefault(capability, f"{name} uses it")
    for capability, why in sorted(needs.items()):
        if capability in on.backend.lacks:
            return f"{on.backend.name} lacks {capability} ({on.backend.lacks[capability]}); {why}"
    return ""


def seed_of(seed: int, law: str, kind: str) -> int:
    """The same inputs for a law on every backend and in every order of running."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{law}:{kind}".encode()).digest()[:8])


def each_case(
    law: Law,
    on: Setting,
    kind: Kind,
    do: Callable[[Any], None],
    *,
    examples: int,
    seed: int,
    shrink: bool = False,
    ours: bool = True,
) -> None:
    """Do something with the cases of one kind of generator; the same cases for a law on every backend.

    They are drawn from the seed; where that is beyond us, or not `ours`, by Hypothesis. With `shrink`, a case
    for which an exception is raised is made smaller, and what is raised is what the smallest raises.
    """
    strategy, done = law.inputs(on.precision, kind), 0
    number = seed_of(seed, law.drawn_as or law.id, kind)
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    if not ours:
        return _by_hypothesis(strategy, do, number, max_examples=examples, phases=phases)
    drawn = drawing.cases(strategy, examples + (not law.simplest), number)
    if not law.simplest:
        drawn = _without_first(drawn)
    while True:
        try:
            case, choices = next(drawn, (None, None))
        except (drawing.BeyondError, HypothesisException):
            return _by_hypothesis(strategy, do, number, max_examples=examples - done, phases=phases)
        if choices is None:
            return None
        try:
            do(case)
        except Exception as error:
            if shrink and choices:
                _make_smaller(strategy, do, number, choices, error)
            raise
        done += 1


def _without_first(drawn: Iterator[Any]) -> Iterator[Any]:
    """All cases but the simplest, or that one if there is no other."""
    simplest = next(drawn, None)
    second = next(drawn, simplest)
    if second is not None:
        yield second
    yield from drawn


def _make_smaller(
    strategy: SearchStrategy[Any],
    do: Callable[[Any], None],
    seed: int,
    choices: drawing.Choices,
    error: Exception,
) -> None:
    """Let Hypothesis begin at a case that failed, as if it had kept it, and raise what the smallest does."""
    again: list[None] = []

    def counted(case: Any) -> None:
        again.append(None)
        do(case)

    kept, phases = _Kept(choices_to_bytes(choices)), (Phase.reuse, Phase.shrink)
    with suppress(SkipTest):  # a version that keeps cases in another way tries none
        _by_hypothesis(strategy, counted, seed, max_examples=2, phases=phases, database=kept)
    if again:
        raise Flaky("the same input does not always fail") from error


class _Kept(ExampleDatabase):
    """One case that was seen to fail and is not the smallest."""

    def __init__(self, case: bytes) -> None:
        super().__init__()
        self._case = case

    def fetch(self, key: bytes) -> Iterable[bytes]:
        return [self._case] if key.endswith(b".secondary") else []

    def save(self, key: bytes, value: bytes) -> None:
        pass

    def delete(self, key: bytes, value: bytes) -> None:
        pass


def _by_hypothesis(
    strategy: SearchStrategy[Any],
    do: Callable[[Any], None],
    seed: int,
    *,
    max_examples: int,
    phases: tuple[Phase, ...],
    database: ExampleDatabase | None = None,
) -> None:
    @hypothesis.settings(
        max_examples=max_examples,
        phases=phases,
        database=database,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        # Cases are large arrays drawn from a seed; slow backends are slow. Excess filtering still fails.
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
    @hypothesis.seed(seed)  # below the settings, of which it would drop the database
    @hypothesis.given(strategy)
    def run(case: Any) -> None:
        do(case)

    with by_seed_alone():
        run()


def items(case: Any) -> dict[str, Any]:
    """The fields of a case by name."""
    if not getattr(getattr(case, "__dataclass_params__", None), "frozen", False):
        advice = "Write @dataclass(frozen=True, slots=True) class Rows: x: inputs.Array, and return Rows(x=x)"
        raise DomainError(told("a law's inputs", "case", kind(case), "a frozen dataclass", advice))
    return {field.name: getattr(case, field.name) for field in fields(case)}


def converted(case: Case, on: Setting) -> Case:
    """A case as a check gets it: NumPy arrays, also in tuples, as new arrays of the setting, other values as
    that has them."""
    return replace(case, **{name: _converted(value, on) for name, value in items(case).items()})


def _converted(value: Any, on: Setting) -> Any:
    if isinstance(value, np.ndarray):
        return on.array(value)
    return tuple(_converted(part, on) for part in value) if type(value) is tuple else on.lifted(value)


_lock = threading.Lock()
_inside: list[None] = []
_undo = ExitStack()


@contextmanager
def by_seed_alone() -> Iterator[None]:
    """Leaves the constants of loaded modules out; several threads may be inside, the last one restores.

    Hypothesis draws some numbers from the constants of whatever local modules are loaded, and keeps them by
    the kind of draw. There is no public switch; so while a law draws, and only then, there are no such
    constants and what is kept is kept apart. A test of the user's, before or after, finds all as it was.
    """
    with _lock:
        if not _inside:
            _leave_out()
        _inside.append(None)
    try:
        yield
    finally:
        with _lock:
            _inside.pop()
            if not _inside:
                _undo.close()


def _leave_out() -> None:
    if not hasattr(providers, "_get_local_constants"):  # versions that do not look into modules
        return
    from hypothesis.internal.cache import LRUCache  # noqa: PLC0415
    from hypothesis.internal.constants_ast import Constants  # noqa: PLC0415

    _put("_get_local_constants", Constants)
    _put("CONSTANTS_CACHE", LRUCache(1024))


def _put(name: str, value: Any) -> None:
    _undo.callback(setattr, providers, name, getattr(providers, name))
    setattr(providers, name, value)
