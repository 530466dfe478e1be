"""No law refutes a correct implementation that shares no algorithm with refimpl."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from refimpl import proofs
from refimpl.proofs import catalogue

FUNCTIONS: dict[str, Any] = {}
for document in catalogue.DOCUMENTS:
    FUNCTIONS |= importlib.import_module(f"independent.{document}").FUNCTIONS


def _failures(name: str, dtype: str, examples: int) -> Iterator[proofs.Outcome]:
    laws = [law.id for law in catalogue.laws().values() if name in law.about]
    for outcome in proofs.prove(*laws, impl={name: FUNCTIONS[name]}, dtypes=dtype, examples=examples):
        if outcome.verdict != "held":
            yield outcome


def test_there_is_one_of_every_function() -> None:
    assert set(FUNCTIONS) == set(catalogue.functions())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_held_by_all_its_laws(name: str, dtype: str) -> None:
    assert not list(_failures(name, dtype, examples=2))


@pytest.mark.long
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_held_by_all_its_laws_at_length(name: str, dtype: str) -> None:
    assert not list(_failures(name, dtype, examples=60))
