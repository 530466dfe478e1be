"""Fast forms serve large inputs; here they are made to serve all, and give what their definitions give."""

from typing import Any

import numpy as np
import pytest

from refimpl import backends, rope
from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.runner import run_law
from refimpl.rope import _blocks

FORMS: dict[str, tuple[Any, str, str]] = {
    "rope.rotate": (_blocks, "LEAST", "rotate"),
}
"""Of a function: the module of its fast form, the size from which on that serves, and its name."""


def served(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """Make a fast form serve every size; its results are noted."""
    module, least, form = FORMS[name]
    results: list[Any] = []
    fast = getattr(module, form)

    def noting(*args: Any, **kwargs: Any) -> Any:
        results.append(fast(*args, **kwargs))
        return results[-1]

    monkeypatch.setattr(module, least, 0)
    monkeypatch.setattr(module, form, noting)
    return results


def about(name: str) -> list[str]:
    """The laws about a function."""
    return [law for law in catalogue.written_laws() if name in catalogue.laws()[law].about]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", FORMS)
def test_laws_hold(name: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    results = served(monkeypatch, name)
    on = Setting.of(backends.get("numpy"), dtype)
    assert about(name)
    for law in about(name):
        outcome = run_law(catalogue.laws()[law], on, examples=12, seed=0)
        assert outcome.verdict == "held", outcome
    assert any(result is not None for result in results)


@pytest.mark.parametrize("dtype", ["float16", "float32", ">f8"])
@pytest.mark.parametrize("layout", ["interleaved", "half"])
@pytest.mark.parametrize(
    ("shape", "angles"),
    [
        ((3, 40, 7, 10), (7, 5)),
        ((7, 10), (5, 1, 5)),
        ((10,), (600, 5)),
        ((4096, 1, 20), (10,)),
        ((4096,), (2048,)),
    ],
)
def test_rotation_in_blocks_has_the_bits_of_the_definition(
    shape: tuple[int, ...], angles: tuple[int, ...], layout: Any, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    x, by = rng.normal(size=shape).astype(dtype), rng.normal(size=angles)
    x[..., 0], by[..., -1] = np.inf, np.nan
    expected = rope.rotate(x, by, layout=layout)
    monkeypatch.setattr(_blocks, "BLOCK", 300)
    results = served(monkeypatch, "rope.rotate")
    given = rope.rotate(x, by, layout=layout)
    assert given is results[0]
    assert (given.shape, given.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(given, expected)
    finite = np.isfinite(expected)
    assert given[finite].tobytes() == expected[finite].tobytes()
