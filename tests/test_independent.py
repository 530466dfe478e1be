"""No law refutes correct implementations that share no algorithm with refimpl."""

import importlib
import pkgutil
from typing import Any

import independent
import pytest
from conventions import CONVENTIONS
from ordinary import ORDINARY

from refimpl import proofs
from refimpl.proofs.engine import catalogue

OWN: dict[str, Any] = {}
for found in pkgutil.iter_modules(independent.__path__):
    OWN |= importlib.import_module(f"independent.{found.name}").FUNCTIONS
CONVENTIONAL: dict[str, Any] = {}
"""The first convention of each function on which all its laws hold in every dtype, in refimpl's form."""
for name, adapter in catalogue.adapters().items():
    if not adapter.beyond and len(CONVENTIONS[name].dtypes) == 2:
        CONVENTIONAL.setdefault(adapter.function, adapter.wrap(CONVENTIONS[name].right))
TEXTBOOK = {it.target: it.textbook for it in ORDINARY if not it.adapter and it.backend == "numpy"}
"""Ordinary code, for functions that have nothing better; where that loses digits, laws will refute it."""
FUNCTIONS = TEXTBOOK | CONVENTIONAL | OWN


def _failures(patterns: list[str], impl: dict[str, Any], dtype: str, examples: int) -> list[proofs.Outcome]:
    outcomes = proofs.prove(*patterns, impl=impl, dtype=dtype, examples=examples)
    return [outcome for outcome in outcomes if outcome.verdict != "held"]


def test_there_is_one_of_every_function() -> None:
    assert set(FUNCTIONS) == set(catalogue.functions())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("document", catalogue.names())
def test_whole_documents_hold(document: str, dtype: str) -> None:
    impl = {name: function for name, function in FUNCTIONS.items() if name.startswith(f"{document}.")}
    # General laws are about one function at a time: with a whole document replaced they would mix faults.
    laws = [law.id for law in catalogue.laws().values() if law.document == document and not law.general]
    assert not _failures(laws, impl, dtype, examples=1)


@pytest.mark.long
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_is_held_by_all_its_laws(name: str, dtype: str) -> None:
    laws = [law.id for law in catalogue.laws().values() if name in law.about and law.id != f"{name}-nan"]
    assert not _failures(laws, {name: FUNCTIONS[name]}, dtype, examples=60)


ENDLESS = {"transport.wasserstein_discrete"}
"""Functions whose search among plans goes on for ever at costs that are NaN."""


@pytest.mark.long
@pytest.mark.parametrize(
    "name", [n for n in FUNCTIONS if f"{n}-nan" in catalogue.laws() and n not in ENDLESS]
)
def test_each_is_right_but_perhaps_for_nan(name: str) -> None:
    """Of NaN other code may say something else than refimpl: that is an edge, never wrong."""
    report = proofs.audit(
        {name: FUNCTIONS[name]}, laws=[f"{name}-nan"], examples=9, diagnosis=False, isolated=False
    )
    assert report.verdict in ("held", "edge"), str(report)
    assert report.edges_of(name) in ([], [f"{name}/nan-argument=numbers"], [f"{name}/nan=omit"])
