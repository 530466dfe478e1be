"""The audits of public libraries come out as expected.py has it."""

import importlib
import importlib.metadata
from collections.abc import Iterable

import pytest

from panel.expected import EXPECTED, Expected, pins
from refimpl import proofs
from refimpl.backends.jax import enable_x64
from refimpl.proofs.auditing import Report

pytestmark = [pytest.mark.panel, pytest.mark.filterwarnings("default")]

CASES = [(audit, dtype) for audit in EXPECTED if audit.diagnosed for dtype in audit.dtypes]


def _name(audit: Expected, dtype: str) -> str:
    return f"{audit.package}-{audit.target.rpartition(':')[2]}-{audit.function}-{dtype}"


def _report(audit: Expected, dtype: str) -> Report:
    """In this process: to import these libraries anew for each audit would take longer than the audits."""
    return proofs.audit(
        {audit.function: audit.target}, adapter=[audit.adapter] if audit.adapter else (),
        backend=audit.backend, dtype=dtype, laws=audit.laws, examples=audit.examples, isolated=False,
    )  # fmt: skip


def _outcomes(audit: Expected) -> list[proofs.Outcome]:
    """The laws alone."""
    module, _, name = audit.target.partition(":")
    wrap = proofs.adapters()[f"{audit.function}/{audit.adapter}"].wrap
    function = wrap(getattr(importlib.import_module(module), name))
    return proofs.prove(
        *audit.laws, impl={audit.function: function},
        backend=audit.backend, dtype=audit.dtypes, examples=audit.examples,
    )  # fmt: skip


def _fails(outcomes: Iterable[proofs.Outcome]) -> dict[str, str]:
    return {
        outcome.law: outcome.counterexample.kind if outcome.counterexample else outcome.reason
        for outcome in outcomes
        if outcome.verdict not in ("held", "skipped", "edge")
    }


@pytest.mark.parametrize(("audit", "dtype"), CASES, ids=[_name(*case) for case in CASES])
def test_audit(audit: Expected, dtype: str) -> None:
    importlib.import_module(audit.target.partition(":")[0])
    if audit.backend == "jax":
        enable_x64()
    report = _report(audit, dtype)
    assert _fails(report.outcomes) == dict(audit.fails), str(report)
    assert report.verdict == audit.verdict, str(report)
    told = {edge.partition("/")[2] for edge in report.edges_of(audit.function)}
    assert told == set(audit.edges), str(report)
    lost = report.diagnoses[0].digits if report.diagnoses else None
    assert (lost is not None) is bool(audit.lost), str(report)
    if lost is not None and dtype == audit.dtypes[0]:
        assert set(lost.kinds) == set(audit.lost)
        for kind, expected in audit.lost.items():  # the last digit depends on the processor
            assert lost.kinds[kind][:2] == pytest.approx(expected, abs=1.5), lost.table


@pytest.mark.parametrize("audit", [it for it in EXPECTED if not it.diagnosed], ids=lambda it: it.target)
def test_laws(audit: Expected) -> None:
    if audit.backend == "jax":
        enable_x64()
    outcomes = _outcomes(audit)
    assert _fails(outcomes) == dict(audit.fails), [f"{o.law}: {o.verdict}: {o.reason}" for o in outcomes]
    assert any(outcome.verdict == "held" for outcome in outcomes) or audit.fails


@pytest.mark.parametrize("package", sorted({audit.package for audit in EXPECTED}))
def test_installed_versions_are_the_pinned_ones(package: str) -> None:
    assert importlib.metadata.version(package).partition("+")[0] == pins()[package]
