"""The tables of public functions are those of the recorded expectations; this needs none of the libraries."""

from pathlib import Path

import pytest
from panel import table
from panel.expected import EXPECTED, pins

from refimpl.proofs.engine import catalogue


@pytest.mark.parametrize(("file", "lines"), [(table.FULL, table.full()), (table.BRIEF, table.brief())])
def test_tables_are_the_expectations(file: Path, lines: list[str]) -> None:
    assert table.shown(file) == lines, "run python tests/panel/table.py"


def test_expectations_name_what_there_is() -> None:
    for audit in EXPECTED:
        assert audit.package in pins()
        assert audit.function in catalogue.functions()
        assert set(audit.fails) <= {
            law.id for law in catalogue.laws().values() if audit.function in law.about
        }
        assert set(audit.fails.values()) <= {"ordinary", "cancellation", "extreme"}
        assert bool(audit.fails) is bool(audit.short)
        assert not audit.lost or audit.fails
        assert {edge.partition("=")[0] for edge in audit.edges} <= {
            edge.name for edge in catalogue.edges_of(audit.function)
        }
        assert not audit.fails or audit.finding
        assert not audit.adapter or f"{audit.function}/{audit.adapter}" in catalogue.adapters()
