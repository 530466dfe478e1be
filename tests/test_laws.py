"""Every written law holds on NumPy, and every written mistake is refuted by the laws that name it."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

import numpy as np
import pytest

from refimpl import backends
from refimpl.backends import Setting
from refimpl.proofs import Law, Mistake
from refimpl.proofs.engine import catalogue, runner, selftest
from refimpl.proofs.engine.cases import converted, each_case
from refimpl.proofs.engine.planning import DTYPES, Task
from refimpl.proofs.engine.runner import run_law
from refimpl.proofs.language.law import AtMost, sides
from refimpl.proofs.language.packing import key, mapped


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", catalogue.written_laws())
def test_law(name: str, dtype: str) -> None:
    on = Setting.of(backends.get("numpy"), dtype)
    outcome = run_law(catalogue.laws()[name], on, examples=12, seed=0)
    assert outcome.verdict == "held", outcome


@pytest.mark.parametrize("document", catalogue.names())
def test_every_mistake_is_refuted(document: str) -> None:
    written = catalogue.written_mistakes()
    tasks = [task for task in selftest.plan([document]) if task.mistake in written]
    verdict = selftest.conclude([task.run() for task in tasks])
    assert verdict.passed, verdict


def test_a_mistake_of_one_dtype_is_not_looked_for_in_another() -> None:
    name = "rope.log_n_scale/float32-by-default"  # right in float32
    planned = {dtype: [task.mistake for task in selftest.plan(["rope"], dtype=dtype)] for dtype in DTYPES}
    assert name in planned["float64"]
    assert name not in planned["float32"]


def nudged(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose real results are all a thousandth larger and no 0, and whole ones larger by one."""

    @wraps(function)
    def changed(*args: Any, **kwargs: Any) -> Any:
        def change(value: Any) -> Any:
            real = isinstance(value, float) or getattr(value, "dtype", None) == np.float64
            return value * 1.001 + 1e-9 if real else value + 1 if type(value) is int else value

        return mapped(function(*args, **kwargs), change)

    return changed


@pytest.mark.parametrize("name", catalogue.written_laws())
def test_what_is_tested_stands_on_the_left(name: str) -> None:
    """Otherwise reports would say "got" of an expectation."""
    on, law = Setting.of(backends.get("numpy")), catalogue.laws()[name]
    changed = dict(catalogue.reference())
    for function in law.about:
        changed[function] = nudged(catalogue.reference()[function])
    moved: dict[str, set[int]] = {}

    def look(case: Any) -> None:
        with np.errstate(all="ignore"), suppress(Exception):  # the law's own code meets wrong results
            right = list(law.check(catalogue.reference(), on, converted(case, on)))
            for wanted, found in zip(right, law.check(changed, on, converted(case, on)), strict=False):
                if not isinstance(found, AtMost) and found.label == wanted.label:
                    pairs = enumerate(zip(sides(wanted), sides(found), strict=True))
                    moved.setdefault(found.label, set()).update(
                        i for i, (a, b) in pairs if key(a, on) != key(b, on)
                    )

    each_case(law, on, law.kinds[0], look, examples=6, seed=0)
    assert {1} not in moved.values(), moved


@pytest.mark.long
@pytest.mark.parametrize("document", catalogue.names())
def test_every_law_says_what_no_other_does(document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It refutes a mistake that no other law refutes, or alone states a claim or compares a function with its
    definition, or says why it stands. Measured: each law is run on every mistake in its functions."""
    monkeypatch.setattr(runner, "SHRINK_SECONDS", 0.0)  # no counterexample is shown
    laws = {name: law for name, law in catalogue.written_laws().items() if law.document == document}
    alone = set()
    for name, wrong in catalogue.written_mistakes().items():
        about = [law for law in laws if wrong.function in laws[law].about]
        teeth = {law for law in about if name in laws[law].refutes or _refutes(law, wrong)}
        alone |= teeth if len(teeth) == 1 else set()
    for name in laws.keys() - alone:
        alone |= {name} if _only_one(name, laws) else set()
    assert {name for name, law in laws.items() if law.stands} == laws.keys() - alone


def _refutes(law: str, wrong: Mistake) -> bool:
    return Task(law, "numpy", wrong.only or "float64", None, 12, 0, wrong.id).run().verdict == "refuted"


def _only_one(name: str, laws: dict[str, Law]) -> bool:
    """Whether it is the definition of a function, or alone states a claim; if it states none, whether alone
    of such laws it is about a function."""

    def claims(law: str) -> set[str]:
        return {entry.citation for entry in catalogue.entries(laws[law].source) if not entry.defines}

    others = [law for law in laws if law != name]
    if name.removesuffix("-definition") in laws[name].about:
        return True
    if claims(name):
        return bool(claims(name).difference(*map(claims, others)))
    return bool(set(laws[name].about).difference(*(laws[law].about for law in others if not claims(law))))
