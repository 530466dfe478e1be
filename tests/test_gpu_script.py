"""What tests/gpu/run.sh calls wrong, so that no result of a GPU looks like a pass."""

from typing import Any

import pytest
from gpu import single


def result(**parts: Any) -> dict[str, Any]:
    return {"settings": {"cupy:cuda float32": parts}}


def test_right_results_are_not_wrong() -> None:
    fine = result(
        audits={"rotate": {"verdict": "held", "wanted": "held"}},
        errors={"exp": {"measured": 1.0, "table": 2.0}},
        laws={"verdicts": {"held": 3}, "failed": {}, "skipped": {}},
    )
    assert single.wrong(fine) == []


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"audits": {"backwards": {"verdict": "held", "wanted": "refuted"}}}, "audit of backwards is held"),
        ({"errors": {"exp": {"measured": 2.1, "table": 2.0}}}, "exp is off by 2.1 ulp"),
        ({"errors": {"exp": {"measured": float("nan"), "table": 2.0}}}, "exp is off by nan ulp"),
        ({"laws": {"failed": {"rope.rotate-pure": "refuted: why"}}}, "rope.rotate-pure refuted: why"),
        ({"audits": single.guarded(lambda: 1 / 0)}, "audits raised ZeroDivisionError"),
    ],
)
def test_what_is_wrong_is_said(parts: dict[str, Any], text: str) -> None:
    [line] = single.wrong(result(**parts))
    assert text in line


def test_a_part_that_did_not_end_is_wrong() -> None:
    unfinished = single.merged(result(), {"unfinished": {"tried-cupy-cuda": "exit status -11"}})
    assert single.wrong(unfinished) == ["tried-cupy-cuda is not finished: exit status -11"]
