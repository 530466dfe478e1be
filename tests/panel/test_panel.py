"""Laws against functions of public libraries, and the findings by plain code. README.md has the table."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("transformers", reason="pip install 'refimpl[panel]'")
pytest.importorskip("diffusers", reason="pip install 'refimpl[panel]'")

import torch
import transformers
from diffusers import DDPMScheduler

from panel import diffusers_ddpm, transformers_rope
from refimpl import proofs

pytestmark = [pytest.mark.panel, pytest.mark.filterwarnings("default")]
transformers.logging.set_verbosity_error()

# function, implementation, dtype, patterns, and the laws that it violates
PANEL: list[tuple[str, Callable[..., Any], str, tuple[str, ...], set[str]]] = [
    ("rope.rotate", transformers_rope.rotate, "float64", ("rope",), set()),
    ("rope.rotate", transformers_rope.rotate, "float32", ("rope",), set()),
    ("rope.frequencies", transformers_rope.frequencies, "float32", ("rope",), set()),
    ("rope.dynamic_ntk", transformers_rope.dynamic_ntk, "float32", ("rope",), set()),
    (
        "rope.dynamic_ntk",
        transformers_rope.dynamic_ntk_of_module,
        "float32",
        ("rope.dynamic-ntk-rests",),
        {"rope.dynamic-ntk-rests"},
    ),
    # The common code's ramp, which is not the paper's.
    (
        "rope.yarn",
        transformers_rope.yarn,
        "float32",
        ("rope",),
        {"rope.yarn-paper-definition", "rope.llama3-is-yarn", "rope.yarn-ends"},
    ),
    ("rope.llama3", transformers_rope.llama3, "float32", ("rope",), set()),
]


@pytest.mark.parametrize(
    ("function", "implementation", "dtype", "patterns", "violated"),
    PANEL,
    ids=[f"{entry[1].__module__}.{entry[1].__name__}-{entry[2]}" for entry in PANEL],
)
def test_rotary_functions_of_transformers(
    function: str,
    implementation: Callable[..., Any],
    dtype: str,
    patterns: tuple[str, ...],
    violated: set[str],
) -> None:
    outcomes = proofs.prove(
        *patterns, impl={function: implementation}, names=("torch",), dtypes=(dtype,), examples=30
    )
    assert outcomes
    # Skipped: all the law's training lengths were fractions, which transformers refuses.
    assert {outcome.verdict for outcome in outcomes} <= {"held", "refuted", "skipped"}
    assert any(outcome.verdict != "skipped" for outcome in outcomes)
    assert {outcome.law for outcome in outcomes if outcome.verdict == "refuted"} == violated


@pytest.mark.parametrize("function", diffusers_ddpm.FUNCTIONS)
def test_scheduler_of_diffusers(function: str) -> None:
    """It subtracts ᾱ² from 1 in float32, so every function is refuted where β² is small."""
    outcomes = proofs.prove(
        "ddpm", impl={function: diffusers_ddpm.FUNCTIONS[function]},
        names=("torch",), dtypes=("float32",), examples=30,
    )  # fmt: skip
    assert {outcome.verdict for outcome in outcomes} <= {"held", "refuted"}
    assert any(outcome.verdict == "refuted" for outcome in outcomes)


def test_finding_dynamic_rope_keeps_stale_frequencies_at_the_training_length() -> None:
    module = transformers_rope._module(8, 64, 2.0, 10000.0)
    fresh = transformers_rope.dynamic_ntk(64, dim=8, train_length=64, factor=2.0)
    module(torch.zeros(1), torch.arange(128)[None])  # one long sequence
    module(torch.zeros(1), torch.arange(64)[None])  # then one of exactly the training length
    assert not torch.allclose(module.inv_freq, fresh, rtol=0.01)
    module(torch.zeros(1), torch.arange(63)[None])  # one token less resets it
    assert torch.equal(module.inv_freq, fresh)


def test_finding_scheduler_loses_digits_of_small_noise() -> None:
    scheduler = DDPMScheduler()
    exact = -np.expm1(np.cumsum(np.log1p(-scheduler.betas.double().numpy())))
    error = np.abs((1 - scheduler.alphas_cumprod).double().numpy() / exact - 1)
    assert 1e-4 < error.max() < 2e-4  # of 1 − ᾱ; float32 itself allows 6e-8
    assert int(error.argmax()) < 5  # where t is small


def test_finding_first_variance_is_clamped() -> None:
    assert float(DDPMScheduler()._get_variance(0)) == pytest.approx(1e-20, rel=1e-6)  # exactly 0 in theory
