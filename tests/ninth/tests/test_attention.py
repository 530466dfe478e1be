"""The laws hold, each mistake is refuted and named, and the adapter fits a function of its convention."""

import doctest
from typing import Any

import numpy as np
import pytest
from refimpl import proofs

import attention as document

DOCUMENT = "attention."
LAWS = [name for name in proofs.laws() if name.startswith(DOCUMENT)]
MISTAKES = [
    name
    for name, wrong in proofs.mistakes().items()
    if name.startswith(DOCUMENT) and not wrong.general  # the general ones are refimpl's
]


@pytest.mark.parametrize("law", LAWS)
def test_law_holds(law: str) -> None:
    [outcome] = proofs.prove(law, examples=20)
    assert outcome.verdict == "held", outcome.reason


@pytest.mark.parametrize("name", MISTAKES)
def test_audit_names_the_mistake(name: str) -> None:
    wrong = proofs.mistakes()[name]
    report = proofs.audit({wrong.function: wrong.fresh()}, examples=20, isolated=False)
    assert report.verdict in ("refuted", "imprecise")  # the right formula, but it overflows or loses digits
    assert report.verdict == "imprecise" or name in report.diagnoses[0].mistakes, str(report)


def test_adapter() -> None:
    def theirs(q: Any, k: Any, v: Any, scale: float) -> Any:
        scores = scale * q @ np.swapaxes(k, -1, -2)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        return (weights / weights.sum(-1, keepdims=True)) @ v

    name = DOCUMENT + "attend"
    mine = proofs.adapters()[name + "/scale"].wrap(theirs)
    for outcome in proofs.prove(DOCUMENT + "attend-definition", impl={name: mine}, examples=20):
        assert outcome.verdict == "held", outcome.reason


def test_examples() -> None:
    result = doctest.testmod(document)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("shape", [(), (3, 0)])
def test_empty_rows_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="x: got shape "):
        document.softmax(np.ones(shape))


def test_unlike_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"k: got shape \(4, 2\); expected .* with d = 3"):
        document.attend(np.ones((2, 3)), np.ones((4, 2)), np.ones((4, 1)))
