"""What comes back from an audited process: cases as they were drawn, and no object of another kind."""

import pickle
from typing import Any

import numpy as np
import pytest

from refimpl.proofs.auditing.messages import Tried, read, write
from refimpl.proofs.documents.rope.inputs import Rotations, configured
from refimpl.proofs.engine.general.sources import Drawn
from refimpl.proofs.engine.runner import Counterexample, Outcome


def _sent(case: Any) -> Any:
    """The case that an answer has at the other end."""
    failure = Counterexample("ordinary", case, None)
    outcome = Outcome("rope.norm-kept", "refuted", "numpy", "cpu", "float64", 0, counterexample=failure)
    answer = read(write(Tried("rope.rotate", outcome)))
    return answer.outcome.counterexample.case


def test_cases_travel_with_their_classes() -> None:
    case = Rotations(np.ones((1, 2)), np.ones((1, 1)), np.ones((1, 1)), "half")
    sent = _sent(case)
    assert (type(sent), sent.layout, sent.x.tolist()) == (Rotations, "half", [[1.0, 1.0]])
    sent = _sent(Drawn("rope.norm-kept", [case], 1))
    assert (type(sent), sent.turn, type(sent.cases[0])) == (Drawn, 1, Rotations)


def test_what_cannot_travel_goes_as_text() -> None:
    sent = _sent(Rotations(object(), np.ones((1, 1)), np.ones((1, 1)), "half"))
    assert sent.x.startswith("<object object")


@pytest.mark.parametrize("alien", [print, Exception(), configured])
def test_objects_of_other_kinds_are_refused(alien: Any) -> None:
    with pytest.raises(pickle.UnpicklingError, match="in an answer"):
        read(pickle.dumps(alien))
