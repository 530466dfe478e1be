"""Every finding of `expected` by plain code: no law of refimpl, no tolerance of its own."""

import importlib.util
import math
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

if importlib.util.find_spec("sentence_transformers") is None:
    pytest.skip("pip install 'refimpl[panel]'", allow_module_level=True)

with warnings.catch_warnings():  # theirs, on import
    warnings.simplefilter("ignore")
    import numpyro.distributions
    import ot
    import torch
    from diffusers import (
        DDIMScheduler,
        DDPMScheduler,
        DPMSolverMultistepScheduler,
        EDMEulerScheduler,
        EulerAncestralDiscreteScheduler,
    )
    from diffusers.models.embeddings import get_timestep_embedding
    from diffusers.schedulers.scheduling_ddim import rescale_zero_terminal_snr
    from rotary_embedding_torch import RotaryEmbedding
    from scipy import stats
    from scipy.spatial.distance import cosine
    from sentence_transformers.sentence_transformer.evaluation import BinaryClassificationEvaluator
    from sentence_transformers.sentence_transformer.losses import CoSENTLoss
    from sentence_transformers.util import cos_sim
    from sklearn.metrics.pairwise import cosine_similarity
    from torch.distributions import Normal, kl_divergence
    from torch.nn import functional
    from torchdiffeq import odeint
    from torchmetrics.functional.retrieval import retrieval_normalized_dcg, retrieval_recall
    from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLTextRotaryEmbedding

    from refimpl.proofs.survey import transformers as bound

pytestmark = [pytest.mark.panel, pytest.mark.filterwarnings("default")]


def test_dynamic_rope_keeps_stale_frequencies_at_the_training_length() -> None:
    module = bound._module(8, 64, 2.0, 10000.0)
    fresh = bound.dynamic_ntk(64, dim=8, train_length=64, factor=2.0)
    module(torch.zeros(1), torch.arange(128)[None])  # one long sequence
    module(torch.zeros(1), torch.arange(64)[None])  # then one of exactly the training length
    assert not torch.allclose(module.inv_freq, fresh, rtol=0.01)
    module(torch.zeros(1), torch.arange(63)[None])  # one token less resets it
    assert torch.equal(module.inv_freq, fresh)


def test_ramp_of_yarn_is_not_the_one_of_the_paper() -> None:
    found = bound.yarn(128, train_length=4096, factor=16.0, ramp="code").double().numpy()
    plain = 10000.0 ** (-np.arange(0, 128, 2) / 128)
    kept = np.clip((4096 * plain / (2 * np.pi) - 1) / (32 - 1), 0, 1)  # linear in the number of turns
    paper = (1 - kept) * plain / 16 + kept * plain
    assert np.max(np.abs(found / paper - 1)) > 0.1


def test_scheduler_loses_digits_of_small_noise() -> None:
    scheduler = DDPMScheduler()
    exact = -np.expm1(np.cumsum(np.log1p(-scheduler.betas.double().numpy())))
    error = np.abs((1 - scheduler.alphas_cumprod).double().numpy() / exact - 1)
    assert 1e-4 < error.max() < 2e-4  # of 1 − ᾱ; float32 itself allows 6e-8
    assert int(error.argmax()) < 5  # where t is small


def test_timestep_embedding_ends_at_the_base_by_default() -> None:
    one = torch.ones(1)
    ends = [get_timestep_embedding(one, 8, downscale_freq_shift=shift)[0, 3] for shift in (0, 1)]
    assert float(ends[0]) == pytest.approx(math.sin(10000 ** (-3 / 4)))  # exponents i/(d/2), as in the paper
    assert float(ends[1]) == pytest.approx(math.sin(10000 ** (-3 / 3)))  # i/(d/2 − 1), as in tensor2tensor


def test_first_variance_of_the_scheduler_is_clamped() -> None:
    assert float(DDPMScheduler()._get_variance(0)) == pytest.approx(1e-20, rel=1e-6)  # exactly 0 in theory


def test_trailing_timesteps_are_one_too_many() -> None:
    scheduler, more = DDIMScheduler(timestep_spacing="trailing"), []
    for steps in range(1, 1001):
        scheduler.set_timesteps(steps)
        if len(scheduler.timesteps) != steps:
            more.append(steps)
            assert len(scheduler.timesteps) == steps + 1
            assert int(scheduler.timesteps[-1]) == -1
    assert more[:2] == [61, 103]
    assert 206 in more
    assert len(more) == 62


def test_rescaling_loses_digits_of_small_noise() -> None:
    betas = torch.full((3,), 1e-4)
    root = torch.sqrt(torch.cumprod(1 - betas.double(), 0))
    exact = 1 - float((root[1] - root[2]) / (root[0] - root[2])) ** 2
    # Printed to seven digits.
    assert exact == pytest.approx(0.7500125, abs=1e-8)
    # Which digits are there instead is up to the processor: 0.75 and 0.7503 were seen. An ulp is 6e-8.
    assert abs(float(rescale_zero_terminal_snr(betas)[1]) - exact) > 1e-6


def test_ddim_step_from_no_signal_may_be_nan() -> None:
    found = []
    for steps in (5, 10, 25):
        scheduler = DDIMScheduler(
            50, 0.00085, 0.2, "scaled_linear", clip_sample=False, prediction_type="sample",
            rescale_betas_zero_snr=True, timestep_spacing="trailing",
        )  # fmt: skip
        scheduler.set_timesteps(steps)
        one = torch.ones(1)
        found.append(float(scheduler.step(one, 49, one, eta=1.0, variance_noise=one).prev_sample))
    assert any(map(math.isnan, found))  # ᾱ_s x_0 + β̄_s noise, a number above 0, is right


def test_ancestral_levels_that_are_near_lose_digits() -> None:
    scheduler = EulerAncestralDiscreteScheduler()
    scheduler.scale_model_input(torch.zeros(1), scheduler.timesteps[0])
    sigma, target = 3.530585527420044, 3.5305845737457275
    scheduler.sigmas, scheduler._step_index = torch.tensor([sigma, target]), 0  # both are float32
    up = target * math.sqrt((sigma - target) * (sigma + target)) / sigma
    z = torch.randn(1, generator=torch.Generator().manual_seed(0))
    again = torch.Generator().manual_seed(0)
    found = scheduler.step(torch.zeros(1), torch.tensor(0.0), torch.zeros(1), generator=again).prev_sample
    assert abs(float(found / z) / up - 1) > 1e-3


def test_churn_of_the_edm_scheduler_comes_after_the_model() -> None:
    """Data of deviation 1, whose exact denoiser is known, and one step with all the noise that is allowed."""
    levels, ends = torch.tensor([2.0, 1.0]), []
    for raised in (False, True):
        scheduler = EDMEulerScheduler()
        scheduler.sigmas, scheduler._step_index, scheduler.is_scale_input_called = levels, 0, True
        x, hat = torch.full((1,), 2.0), 2 * math.sqrt(2)
        z = torch.randn(1, generator=torch.Generator().manual_seed(0))
        seen, sigma = (x + 2 * z, hat) if raised else (x, 2.0)  # √(σ̂² − σ²) = 2
        data = seen / (1 + sigma**2)
        step = scheduler.step(
            data, torch.tensor(0.0), x, s_churn=9.0, generator=torch.Generator().manual_seed(0),
            pred_original_sample=data,
        )  # fmt: skip
        ends.append(float(step.prev_sample))
    exact = float(seen + (1 - hat) * (seen - data) / hat)
    assert ends[1] == pytest.approx(exact, rel=1e-5)  # if the model could have seen x̂ and σ̂
    assert ends[0] != pytest.approx(exact, rel=1e-2)  # what pipelines hand over


def test_second_order_to_no_noise_is_infinite() -> None:
    scheduler = DPMSolverMultistepScheduler(solver_order=2)
    scheduler.sigmas, scheduler._step_index = torch.tensor([2.0, 1.0, 0.0]), 1
    ones = [torch.ones(1), torch.zeros(1)]
    found = scheduler.multistep_dpm_solver_second_order_update(ones, sample=torch.ones(1))
    assert not torch.isfinite(found).any()


def _cosent(scores: torch.Tensor, labels: torch.Tensor, scale: float) -> float:
    loss = CoSENTLoss(model=None, scale=scale, similarity_fct=lambda u, v: u[:, 0] * v[:, 0])
    return float(
        loss.compute_loss_from_embeddings([scores[:, None], torch.ones_like(scores)[:, None]], labels)
    )


def test_small_cosent_losses_lose_their_digits() -> None:
    scores, labels = torch.tensor([0.25, -0.5, -1.0]), torch.tensor([2, 1, 1])
    exact = math.log1p(math.exp(-15.0) + math.exp(-25.0))  # 3.06e-7
    assert _cosent(scores, labels, 20.0) == pytest.approx(exact, abs=1e-7)
    assert abs(_cosent(scores, labels, 20.0) / exact - 1) > 0.1
    assert abs(_cosent(scores.double(), labels, 20.0) / exact - 1) > 1e-11


def test_cosent_loss_is_right_to_the_unit_roundoff_of_one() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        scores, labels = rng.uniform(-1, 1, 9), rng.integers(0, 4, 9)
        gaps = [20 * (b - a) for a, y in zip(scores, labels, strict=True)
                for b, z in zip(scores, labels, strict=True) if y > z]  # fmt: skip
        exact = math.log1p(math.fsum(map(math.exp, gaps)))
        found = _cosent(torch.tensor(scores), torch.tensor(labels), 20.0)
        assert found == pytest.approx(exact, rel=1e-13, abs=1e-15)


def test_cosines_of_parallel_vectors_pass_one_by_a_rounding_error() -> None:
    rows = np.random.default_rng(0).normal(size=(200, 4))
    tensor = torch.tensor(rows)
    for cosines in (
        np.diagonal(cosine_similarity(rows, rows)),
        np.diagonal(cos_sim(rows, rows).numpy()),
        functional.cosine_similarity(tensor, tensor).numpy(),
    ):
        assert 1 < cosines.max() < 1 + 1e-15


def test_cosines_of_short_vectors_are_not_one() -> None:
    short = np.asarray([[3e-13, 4e-13]])
    assert float(cos_sim(short, short)) == pytest.approx(0.25)  # lengths below 1e-12 count as 1e-12
    assert cosine_similarity(short, short)[0, 0] == pytest.approx(1.0)
    assert cosine_similarity(1e-170 * short, 1e-170 * short)[0, 0] != pytest.approx(1.0)  # squares underflow
    tensor = torch.tensor(short)
    assert float(functional.cosine_similarity(tensor, tensor)) < 0.01  # eps=1e-8, as documented
    assert float(functional.cosine_similarity(tensor, tensor, eps=0)) == pytest.approx(1.0)
    assert float(functional.cosine_similarity(1e-170 * tensor, 1e-170 * tensor, eps=0)) != pytest.approx(1.0)


def test_cosine_distance_loses_squares_that_underflow() -> None:
    short = np.asarray([3e-170, 4e-170])
    assert 1 - cosine(short, short) != pytest.approx(1.0)


def test_best_threshold_keeps_the_highest_of_equal_cuts() -> None:
    scores, labels = np.asarray([3.0, 2.0, 1.0]), np.asarray([0, 1, 0])
    accuracy, cut = BinaryClassificationEvaluator.find_best_acc_and_threshold(scores, labels, True)
    assert accuracy == pytest.approx(2 / 3)
    assert cut > 3  # nothing is positive; 1.5 would be as good


def test_distance_of_a_gaussian_from_itself_is_not_zero() -> None:
    mean, covariance = np.zeros(2), np.asarray([[2.0, 0.3], [0.3, 1.0]])
    scales = np.linspace(0.5, 2, 50)
    distance = ot.gaussian.bures_wasserstein_distance
    assert 1e-9 < max(float(distance(mean, mean, s * covariance, s * covariance)) for s in scales) < 1e-7
    far = [
        float(distance(mean, mean, s * covariance, s * (1 + 1e-6) * covariance))
        / (math.sqrt(s * np.trace(covariance)) * (math.sqrt(1 + 1e-6) - 1))
        for s in scales
    ]
    assert max(abs(x - 1) for x in far) > 1e-4  # covariances a millionth apart: four digits are right


def test_gaussian_map_overflows_with_squares_of_covariances() -> None:
    mean, covariance = np.zeros(1), np.asarray([[1e200]])
    matrix, _ = ot.gaussian.bures_wasserstein_mapping(mean, mean, covariance, covariance)
    assert matrix[0, 0] != pytest.approx(1.0)


def test_order_8_between_its_steps_misses_the_tolerance() -> None:
    one, times = torch.ones(1, dtype=torch.float64), torch.tensor([0.0, 0.5], dtype=torch.float64)
    call = {"rtol": 1e-11, "atol": 1e-11, "method": "dopri8"}
    exact = math.exp(-0.5)
    between = float(odeint(lambda t, y: -y, one, times, **call)[-1])
    at_steps = float(odeint(lambda t, y: -y, one, times, options={"step_t": times}, **call)[-1])
    assert abs(between - exact) > 1000 * 1e-11
    assert abs(at_steps - exact) < 1e-11


def test_kl_of_normals_with_near_means_is_zero() -> None:
    mean = torch.tensor(1e-9, dtype=torch.float64)
    unit = torch.ones((), dtype=torch.float64)
    assert float(kl_divergence(Normal(mean, unit), Normal(0 * mean, unit))) == 0  # it is 5e-19
    near = numpyro.distributions
    assert float(near.kl_divergence(near.Normal(np.float32(1e-4), 1.0), near.Normal(0.0, 1.0))) == 0  # 5e-9


def test_logpdf_refuses_ill_conditioned_covariances() -> None:
    stats.multivariate_normal.logpdf([0.0, 0.0], [0.0, 0.0], np.diag([1.0, 1e-9]))
    with pytest.raises(np.linalg.LinAlgError):
        stats.multivariate_normal.logpdf([0.0, 0.0], [0.0, 0.0], np.diag([1.0, 1e-10]))


def test_rotary_embedding_of_two_features_divides_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        RotaryEmbedding(2)
    assert RotaryEmbedding(4).freqs.shape == (2,)


def test_layer_norm_squares_overflow_and_the_mean_is_rounded() -> None:
    assert torch.isnan(functional.layer_norm(torch.full((2,), 1e20), (2,))).all()  # float32 holds 1e20
    step = 2.0**-23
    found = functional.layer_norm(torch.tensor([1.0, 1 + step]), (2,))
    exact = step / 2 / math.sqrt(step**2 / 4 + 1e-5)  # and its negative, of the mean 1 + step/2
    assert float((found / torch.tensor([-exact, exact]) - 1).abs().max()) > 0.4


def test_interleaved_sections_that_do_not_fit_are_cut() -> None:
    """The angles of an axis are its number, so that the result tells the axis of every pair."""
    angles = torch.arange(3.0)[:, None, None, None].expand(3, 1, 1, 64).clone()
    found = bound.interleaved(angles, [16, 24, 24])[0, 0, :64]
    assert [int((found == axis).sum()) for axis in range(3)] == [22, 21, 21]
    own = SimpleNamespace(mrope_section=[24, 20, 20])
    Qwen3VLTextRotaryEmbedding.recomposition_frequencies(own, angles)
    assert angles[0].unique().tolist() == [0.0, 1.0, 2.0]  # it writes into its argument


def test_rms_norms_of_large_rows_are_zero() -> None:
    large, one = torch.full((1, 4), 1e20), torch.ones(4)
    assert not functional.rms_norm(large, (4,)).any()
    assert not bound.rms_norm_llama(large, one, 1e-6).any()
    assert not bound.rms_norm_gemma(large, one, 1e-6).any()


def test_recall_leaves_out_scores_that_are_not_positive() -> None:
    relevant = torch.tensor([True, False, True])
    cosines = torch.tensor([-0.1, -0.5, -0.9])
    assert (
        float(retrieval_recall(cosines, relevant, 2)),
        float(retrieval_recall(cosines + 1, relevant, 2)),
    ) == (0, 0.5)
    tied = torch.tensor([1.0, 1.0])
    found = [
        float(retrieval_recall(tied, torch.tensor(labels), 1)) for labels in ([True, False], [False, True])
    ]
    assert found == [1, 0]


def test_gains_of_ties_are_averaged_and_infinite_scores_have_places() -> None:
    tied = torch.tensor([1.0, 1.0])
    assert float(retrieval_normalized_dcg(tied, torch.tensor([0, 1]))) == pytest.approx(
        (1 + 1 / math.log2(3)) / 2
    )
    short = torch.tensor([1.0, -math.inf])
    assert float(retrieval_normalized_dcg(short, torch.tensor([0, 1]))) == pytest.approx(1 / math.log2(3))
