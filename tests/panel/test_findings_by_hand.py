"""Findings of libraries that CI does not install, by plain code, where the version that was seen is there.

Those that surprise stand in findings/ as programs that install it."""

import importlib.metadata
import math
from typing import Any

import numpy as np
import pytest

from panel.expected import seen
from refimpl.backends.jax import enable_x64

pytestmark = [pytest.mark.panel, pytest.mark.filterwarnings("default")]


def _module(package: str, name: str) -> Any:
    """A module of a library in the version that was seen, or a skip that says what to install."""
    version = seen()[package].version
    try:
        there = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        there = "none"
    if there != version:
        pytest.skip(f"needs {package} {version}, there is {there}")
    return importlib.import_module(name)


def test_sample_sizes_of_low_log_weights_lose_digits() -> None:
    ess = _module("blackjax", "blackjax.smc.ess").ess
    enable_x64()
    for level, error in ((-1e3, 1e-12), (-1e6, 1e-9)):
        found = float(ess(np.full(8, level)))  # of equal weights it is their number
        assert error < abs(found - 8) < 10 * error


def test_tail_of_pareto_smoothing_is_rounded_down() -> None:
    weights = _module("blackjax", "blackjax.diagnostics").psis_weights
    jax = importlib.import_module("jax")
    enable_x64()
    draws = np.log(np.random.default_rng(0).pareto(1.0, size=1000) + 1)
    tail = math.floor(3 * math.sqrt(1000))  # 94; ArviZ and loo take 95
    moved = np.asarray(weights(jax.numpy.asarray(draws))[0]) - draws
    order = np.argsort(draws)
    assert np.ptp(moved[order[:-tail]]) < 1e-12  # the others are shifted by one number
    assert abs(moved[order[-tail]] - moved[order[0]]) > 1e-6


def test_cosines_of_short_and_long_vectors_have_no_digit() -> None:
    cosine = _module("optax", "optax").losses.cosine_similarity
    long, short = np.full(3, 1e30, np.float32), np.full(3, 1e-30, np.float32)
    assert float(cosine(long, long)) == 0
    assert math.isinf(float(cosine(short, short)))
    rows = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
    assert 1 < float(np.max(cosine(rows, rows))) < 1 + 5e-7
