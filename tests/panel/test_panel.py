"""The audits of public libraries come out as `expected` has it."""

import importlib
import importlib.metadata
from collections.abc import Iterable

import pytest

from panel.expected import EXPECTED, Expected, pins, seen
from refimpl import proofs
from refimpl.backends.jax import enable_x64
from refimpl.proofs import survey
from refimpl.proofs.auditing import Report
from refimpl.proofs.survey import Binding

pytestmark = [pytest.mark.panel, pytest.mark.filterwarnings("default")]


def _here(package: str) -> str:
    """The version that is installed; empty if none is."""
    try:
        return importlib.metadata.version(package).partition("+")[0]
    except importlib.metadata.PackageNotFoundError:
        return ""


def _asked(package: str) -> bool:
    """Whether its audits are made here: those of CI always, those by hand where there is the same version."""
    return package in pins() or _here(package) == seen()[package].version


BINDINGS = survey.bindings()
ASKED = [(it, BINDINGS[it.binding]) for it in EXPECTED if _asked(it.package)]
CASES = [(it, bound, dtype) for it, bound in ASKED if bound.diagnosed for dtype in bound.dtypes]
BRIEF = [(it, bound) for it, bound in ASKED if not bound.diagnosed]


def _name(expected: Expected, bound: Binding, dtype: str) -> str:
    return f"{expected.package}-{bound.target.rpartition(':')[2]}-{bound.function}-{dtype}"


def _report(bound: Binding, dtype: str) -> Report:
    """In this process: to import these libraries anew for each audit would take longer than the audits."""
    return proofs.audit(
        {bound.function: bound.target}, adapter=[bound.adapter] if bound.adapter else (),
        options=bound.options, backend=bound.backend, dtype=dtype, laws=bound.laws,
        examples=bound.examples, isolated=False,
    )  # fmt: skip


def _outcomes(bound: Binding) -> list[proofs.Outcome]:
    """The laws alone."""
    module, _, name = bound.target.partition(":")
    function = getattr(importlib.import_module(module), name)
    if bound.adapter:
        function = proofs.adapters()[f"{bound.function}/{bound.adapter}"].wrap(function)
    return proofs.prove(
        *bound.laws, impl={bound.function: function},
        backend=bound.backend, dtype=bound.dtypes, examples=bound.examples,
    )  # fmt: skip


def _fails(outcomes: Iterable[proofs.Outcome]) -> dict[str, str]:
    return {
        outcome.law: outcome.counterexample.kind if outcome.counterexample else outcome.reason
        for outcome in outcomes
        if outcome.verdict not in ("held", "skipped", "edge")
    }


@pytest.mark.parametrize(("expected", "bound", "dtype"), CASES, ids=[_name(*case) for case in CASES])
def test_audit(expected: Expected, bound: Binding, dtype: str) -> None:
    importlib.import_module(bound.target.partition(":")[0])
    if bound.backend == "jax":
        enable_x64()
    report = _report(bound, dtype)
    assert _fails(report.outcomes) == dict(expected.fails), str(report)
    assert report.verdict == expected.verdict, str(report)
    told = {edge.partition("/")[2] for edge in report.edges_of(bound.function)}
    assert told == set(expected.edges), str(report)
    lost = report.diagnoses[0].digits if report.diagnoses else None
    assert (lost is not None) is bool(expected.lost), str(report)
    if lost is not None and dtype == bound.dtypes[0]:
        assert set(lost.kinds) == set(expected.lost)
        for kind, digits in expected.lost.items():  # the last digit depends on the processor
            assert lost.kinds[kind][:2] == pytest.approx(digits, abs=1.5), lost.table


@pytest.mark.parametrize(("expected", "bound"), BRIEF, ids=[it.binding for it, _ in BRIEF])
def test_laws(expected: Expected, bound: Binding) -> None:
    if bound.backend == "jax":
        enable_x64()
    outcomes = _outcomes(bound)
    assert _fails(outcomes) == dict(expected.fails), [f"{o.law}: {o.verdict}: {o.reason}" for o in outcomes]
    assert any(outcome.verdict == "held" for outcome in outcomes) or expected.fails


@pytest.mark.parametrize("package", sorted({it.package for it in EXPECTED} & pins().keys()))
def test_installed_versions_are_the_pinned_ones(package: str) -> None:
    assert _here(package) == pins()[package]
