"""The printed formulas of the diagnosis: each is the reference's function, so only its slips are wrong."""

import numpy as np
import pytest

from refimpl.backends import Setting, get
from refimpl.proofs.auditing.gathered import gathered
from refimpl.proofs.auditing.observed import Observed, apply
from refimpl.proofs.auditing.slips import slips
from refimpl.proofs.engine import catalogue

FORMS = catalogue.textbooks()
FIRST = {name.partition(".")[0]: name for name in reversed(FORMS)}.values()
"""The first form of every document, which the default tests look at."""


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in FIRST else pytest.mark.long) for n in FORMS]
)
def test_a_printed_formula_agrees_with_the_reference_at_ordinary_calls(name):
    function = name.rpartition("/")[0]
    on = Setting.of(get("numpy"), "float64")
    calls = [c for c in gathered(function, on, 0) if c.kind == "ordinary"][:24]
    references = [apply(catalogue.reference()[function], call) for call in calls]
    with np.errstate(all="ignore"):
        seen = Observed.of(FORMS[name].form, calls, references, on)
    agreeing = [i for i in seen.compared if not seen.deviates(i, 1e-6)]
    assert len(calls) >= 4
    assert len(agreeing) >= 0.8 * len(calls), [seen.results[i] for i in range(len(calls))][:3]


@pytest.mark.parametrize("function", sorted({name.rpartition("/")[0] for name in FORMS}))
def test_slips_of_printed_formulas_are_told_as_such(function):
    assert sum(slip.sentence.endswith("(in the printed formula)") for slip in slips(function)) >= 8
