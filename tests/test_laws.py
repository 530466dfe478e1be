"""Every written law holds on NumPy, and every written mistake is refuted by the laws that name it."""

import pytest

from refimpl import backends
from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue, selftest
from refimpl.proofs.engine.planning import DTYPES
from refimpl.proofs.engine.runner import run_law


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", catalogue.written_laws())
def test_law(name: str, dtype: str) -> None:
    on = Setting.of(backends.get("numpy"), dtype)
    outcome = run_law(catalogue.laws()[name], on, examples=12, seed=0)
    assert outcome.verdict == "held", outcome


@pytest.mark.parametrize("document", catalogue.names())
def test_every_mistake_is_refuted(document: str) -> None:
    written = catalogue.written_mistakes()
    tasks = [task for task in selftest.plan([document]) if task.mistake in written]
    verdict = selftest.conclude([task.run() for task in tasks])
    assert verdict.passed, verdict


def test_a_mistake_of_one_dtype_is_not_looked_for_in_another() -> None:
    name = "rope.log_n_scale/float32-by-default"  # right in float32
    planned = {dtype: [task.mistake for task in selftest.plan(["rope"], dtype=dtype)] for dtype in DTYPES}
    assert name in planned["float64"]
    assert name not in planned["float32"]
