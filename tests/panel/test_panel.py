"""The audits of public libraries come out as expected.py has it."""

import importlib
import importlib.metadata

import pytest

from panel.expected import EXPECTED, Expected, pins
from refimpl import proofs
from refimpl.backends.jax import enable_x64

pytestmark = [pytest.mark.panel, pytest.mark.filterwarnings("default")]

CASES = [(audit, dtype) for audit in EXPECTED for dtype in audit.dtypes]


def _name(audit: Expected, dtype: str) -> str:
    return f"{audit.package}-{audit.target.rpartition(':')[2]}-{audit.function}-{dtype}"


def _outcomes(audit: Expected, dtype: str) -> list[proofs.Outcome]:
    """In this process: to import these libraries anew for each audit would take longer than the audits."""
    if audit.diagnosed:
        return proofs.audit(
            {audit.function: audit.target}, adapter=[audit.adapter] if audit.adapter else (),
            backend=audit.backend, dtype=dtype, laws=audit.laws, examples=audit.examples, isolated=False,
        ).outcomes  # fmt: skip
    module, _, name = audit.target.partition(":")
    wrap = proofs.adapters()[f"{audit.function}/{audit.adapter}"].wrap
    function = wrap(getattr(importlib.import_module(module), name))
    return proofs.prove(
        *audit.laws, impl={audit.function: function},
        names=(audit.backend,), dtypes=(dtype,), examples=audit.examples,
    )  # fmt: skip


@pytest.mark.parametrize(("audit", "dtype"), CASES, ids=[_name(*case) for case in CASES])
def test_audit(audit: Expected, dtype: str) -> None:
    importlib.import_module(audit.target.partition(":")[0])
    if audit.backend == "jax":
        enable_x64()
    outcomes = _outcomes(audit, dtype)
    fails = {
        outcome.law: outcome.counterexample.kind if outcome.counterexample else outcome.reason
        for outcome in outcomes
        if outcome.verdict not in ("held", "skipped")
    }
    assert fails == dict(audit.fails), [f"{o.law}: {o.verdict}: {o.reason}" for o in outcomes]
    assert any(outcome.verdict == "held" for outcome in outcomes) or audit.fails


@pytest.mark.parametrize("package", sorted({audit.package for audit in EXPECTED}))
def test_installed_versions_are_the_pinned_ones(package: str) -> None:
    assert importlib.metadata.version(package).partition("+")[0] == pins()[package]
