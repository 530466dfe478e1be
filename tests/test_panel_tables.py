"""The tables of public functions are those of the recorded expectations; this needs none of the libraries."""

from pathlib import Path

import pytest
from panel import table
from panel.expected import EXPECTED, seen

from refimpl.proofs import survey
from refimpl.proofs.engine import catalogue


@pytest.mark.parametrize(
    ("file", "lines"), [(table.FULL, table.full()), (table.BRIEF, table.brief()), (table.LINE, table.line())]
)
def test_tables_are_the_expectations(file: Path, lines: list[str]) -> None:
    assert table.shown(file) == lines, "run python tests/panel/table.py"


def test_expectations_name_what_there_is() -> None:
    bindings = survey.bindings()
    for audit in EXPECTED:
        function = bindings[audit.binding].function
        assert audit.package in seen()
        assert set(audit.fails) <= {law.id for law in catalogue.laws().values() if function in law.about}
        assert set(audit.fails.values()) <= {"ordinary", "cancellation", "extreme"}
        assert bool(audit.fails) is bool(audit.short)
        assert not audit.lost or audit.fails
        assert {edge.partition("=")[0] for edge in audit.edges} <= {
            edge.name for edge in catalogue.edges_of(function)
        }
        assert not audit.fails or audit.finding


def test_every_binding_has_one_verdict() -> None:
    assert sorted(audit.binding for audit in EXPECTED) == sorted(survey.bindings())
