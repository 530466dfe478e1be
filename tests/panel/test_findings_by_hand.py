"""Findings of libraries that CI does not install, by plain code, where the version that was seen is there.

Those that surprise stand in findings/ as programs that install it."""

import importlib.metadata
import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from panel.expected import seen
from refimpl.backends.jax import enable_x64

pytestmark = [pytest.mark.panel, pytest.mark.filterwarnings("default")]


def _module(package: str, name: str) -> Any:
    """A module of a library in the version that was seen."""
    _need(package, seen()[package].version)
    return importlib.import_module(name)


def _need(package: str, version: str) -> None:
    """A skip that says what to install, unless there is this version."""
    try:
        there = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        there = "none"
    if there != version:
        pytest.skip(f"needs {package} {version}, there is {there}")


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


def _of_mlx() -> Any:
    core = _module("mlx", "mlx.core")
    return lambda x: core.fast.layer_norm(core.array(x), None, None, eps=1e-5)


def _of_haiku() -> Any:
    haiku = _module("dm-haiku", "haiku")
    layer = haiku.without_apply_rng(
        haiku.transform(lambda x: haiku.LayerNorm(-1, create_scale=False, create_offset=False)(x))  # noqa: PLW0108
    )
    return lambda x: layer.apply({}, x)


def _of_equinox() -> Any:
    nn = _module("equinox", "equinox").nn
    return lambda x: nn.LayerNorm(x.shape[-1], use_weight=False, use_bias=False)(x)


def _keras() -> Any:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return _module("keras", "keras")


def _of_keras() -> Any:
    layer = _keras().layers.LayerNormalization(epsilon=1e-5)
    return lambda x: layer(x[None])[0].detach()


def _of_tinygrad() -> Any:
    os.environ.setdefault("DEV", "PYTHON")
    tensor = _module("tinygrad", "tinygrad").Tensor
    return lambda x: tensor(x).layernorm(eps=1e-5).numpy()


@pytest.mark.parametrize("made", [_of_mlx, _of_haiku, _of_equinox, _of_keras, _of_tinygrad])
def test_layer_norms_take_the_rounded_mean(made: Callable[[], Any]) -> None:
    norm, step = made(), 2.0**-23
    found = np.asarray(norm(np.asarray([1.0, 1 + step], np.float32)))
    exact = step / 2 / math.sqrt(step**2 / 4 + 1e-5)  # and its negative, of the mean 1 + step/2
    assert np.max(np.abs(found / [-exact, exact] - 1)) > 0.4


@pytest.mark.parametrize("made", [_of_mlx, _of_equinox, _of_keras])
def test_layer_norms_of_large_rows_are_zero(made: Callable[[], Any]) -> None:
    found = np.asarray(made()(np.asarray([2e27, -2e27], np.float32)))  # it is (1, -1)
    assert not np.any(np.nan_to_num(found))


def test_rms_norms_of_a_large_row_are_zero() -> None:
    large = np.full(4, 1e20, np.float32)
    nn = _module("equinox", "equinox").nn
    assert not np.any(nn.RMSNorm(4, use_weight=False, use_bias=False)(large))
    os.environ.setdefault("DEV", "PYTHON")
    tinygrad = _module("tinygrad", "tinygrad")
    norm = importlib.import_module("tinygrad.nn").RMSNorm(4, elementwise_affine=False)
    assert not np.any(norm(tinygrad.Tensor(large)).numpy())
    torch = importlib.import_module("torch")
    norms = _module("litgpt", "litgpt.model").RMSNorm(4), _keras().layers.RMSNormalization()
    for norm in norms:
        assert not torch.any(norm(torch.asarray(large)[None]))


def test_rotary_embedding_of_two_features_divides_by_zero() -> None:
    rotary = _module("x-transformers", "x_transformers.x_transformers").RotaryEmbedding
    with pytest.raises(ZeroDivisionError):
        rotary(2)
    assert rotary(4).inv_freq.shape == (2,)


def test_distance_of_singular_gaussians_has_half_of_the_digits() -> None:
    distance = _module("monai", "monai.metrics.fid").compute_frechet_distance
    torch = importlib.import_module("torch")
    zero, errors = torch.zeros(2, dtype=torch.float64), []
    for a, b in np.random.default_rng(0).normal(size=(50, 2, 2)):
        first, second = (torch.tensor(np.outer(it, it)) for it in (a, b))
        exact = a @ a + b @ b - 2 * abs(a @ b)
        errors.append(abs(float(distance(zero, first, zero, second)) - exact) / (a @ a + b @ b))
    assert 1e-9 < max(errors) < 1e-7
    tiny = 1e-200 * torch.eye(2, dtype=torch.float64)
    assert float(distance(zero, tiny, zero, 4 * tiny)) == pytest.approx(10e-200)  # it is 2e-200


def test_cosine_schedule_is_a_quotient_in_float32() -> None:
    scheduler = _module("monai", "monai.networks.schedulers").DDPMScheduler(100, schedule="cosine", s=0.5)
    steps = np.arange(101)
    signal = np.cos((steps / 100 + 0.5) / 1.5 * np.pi / 2) ** 2
    exact = np.minimum(1 - signal[1:] / signal[:-1], 0.999)
    error = np.max(np.abs(scheduler.betas.double().numpy() / exact - 1))
    assert 1e-5 < error < 1e-4  # float32 allows 6e-8


def test_divergence_of_nearly_equal_normals_may_be_negative() -> None:
    _need("jax", "0.4.38")  # newer ones do not load it
    distributions = _module("tensorflow-probability", "tensorflow_probability.substrates.jax.distributions")
    enable_x64()
    below = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        lower, mean = np.tril(rng.normal(size=(4, 4))), rng.normal(size=4)
        np.fill_diagonal(lower, np.abs(np.diag(lower)) + 0.5)
        pair = [distributions.MultivariateNormalTriL(mean, lower * scale) for scale in (1, 1 + 1e-9)]
        below += float(distributions.kl_divergence(*pair)) < 0
    assert below


def test_cost_of_equal_gaussians_is_negative() -> None:
    costs = _module("ott-jax", "ott.geometry.costs")
    enable_x64()
    usual, thin = np.asarray([[2.0, 0.3], [0.3, 1.0]]), np.diag([1.0, 1e-8])

    def cost(first: float, second: float, covariance: Any = usual) -> float:
        points = (np.concatenate([np.zeros(2), scale * covariance.ravel()]) for scale in (first, second))
        return float(costs.Bures(2)(*points))

    assert -1e-14 < cost(1, 1) < 0
    near = 3 * (math.sqrt(1 + 1e-6) - 1) ** 2
    assert 1e-4 < abs(cost(1, 1 + 1e-6) / near - 1) < 1e-2
    assert 1e-8 < abs(cost(1, 4, thin) / (1 + 1e-8) - 1) < 1e-7
    assert math.isnan(cost(1e-200, 4e-200))


def test_integrator_gives_nan_for_decreasing_times() -> None:
    ode = _module("jax", "jax.experimental.ode")
    enable_x64()
    one = np.ones(1)
    assert np.isnan(ode.odeint(lambda y, t: -y, one, np.asarray([1.0, 0.0]))[-1])
    assert np.allclose(ode.odeint(lambda y, t: -y, one, np.asarray([0.0, 1.0]))[-1], math.exp(-1))


def test_standardize_of_a_large_mean_has_no_digit() -> None:
    standardize = _module("jax", "jax.nn").standardize
    x = np.asarray([[10001.0, 9999.0, 10000.5, 9999.5]], np.float32)
    exact = (x - 1e4) / math.sqrt(0.625 + 1e-5)
    assert np.max(np.abs(np.asarray(standardize(x, epsilon=1e-5)) / exact - 1)) > 0.5
