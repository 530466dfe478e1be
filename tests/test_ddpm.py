"""Known values, documented errors and special values of refimpl.ddpm."""

import math
from collections.abc import Callable
from typing import Any

import array_api_strict
import numpy as np
import pytest

from refimpl import ddpm
from refimpl.ddpm import AffineGenerator, Schedule

HALVES = Schedule(np.asarray([0.5, 0.5]))
X, EPS = np.asarray([[1.0, 2.0], [3.0, -1.0]]), np.asarray([[0.5, 0.0], [1.0, 1.0]])


def test_linear_schedule_at_a_thousand_steps() -> None:
    # The source says that ᾱ_T is nearly 0; it is 0.00648203.
    alpha_bar = ddpm.cumulative(ddpm.linear_schedule(1000)).alpha_bar[-1]
    assert 2 * math.log(alpha_bar) == pytest.approx(-10.07744283, abs=5e-9)
    assert alpha_bar == pytest.approx(0.00648203, abs=5e-9)


def test_ho_schedule_at_a_thousand_steps() -> None:
    betas = [1e-4 + (0.02 - 1e-4) * i / 999 for i in range(1000)]
    expected = math.exp(math.fsum(math.log1p(-beta) for beta in betas))  # 4.0358e-5, as in the paper's code
    assert ddpm.to_ho(ddpm.ho_schedule(1000)).alphas_cumprod[-1] == pytest.approx(expected, rel=1e-12)
    assert expected == pytest.approx(4.0358e-5, rel=1e-4)
    assert ddpm.ho_schedule(1, 0.3, 0.6).beta_squared.tolist() == [0.3]
    assert ddpm.ho_schedule(2, 0.3, 0.6).beta_squared.tolist() == [0.3, 0.6]


def test_cosine_schedule_is_clipped() -> None:
    schedule = ddpm.cosine_schedule(1000)
    assert schedule.beta_squared[-1] == 0.999
    assert math.cos(math.pi / 2) ** 2 < 4e-33  # all that an unclipped ᾱ_T² would be
    assert ddpm.cumulative(schedule).alpha_bar[-1] ** 2 > 1e-9
    angles = [(t / 1000 + 0.008) / 1.008 * math.pi / 2 for t in range(3)]
    ratio = 1 - (math.cos(angles[2]) / math.cos(angles[1])) ** 2
    assert schedule.beta_squared[1] == pytest.approx(ratio, rel=1e-10)


def test_variance_survives_low_precision() -> None:
    low = ddpm.ho_schedule(1000, dtype=np.float16)
    # Four roundings of float16, in which 1 − ᾱ would leave no digit.
    assert float(low.beta_squared[0]) == pytest.approx(1e-4, rel=2**-9)
    alphas = np.sqrt(1 - ddpm.ho_schedule(1000).beta_squared)
    assert ddpm.from_alpha(alphas.astype(np.float16)).beta_squared[0] == 0  # α_1 rounds to 1
    first = ddpm.from_alpha(alphas.astype(np.float32)).beta_squared[0]
    assert 1e-5 < abs(first / 1e-4 - 1) < 1e-3


def test_cumulative_and_snr_by_hand() -> None:
    alpha_bar, beta_bar = ddpm.cumulative(HALVES)
    np.testing.assert_allclose(alpha_bar**2, [1, 0.5, 0.25], rtol=1e-15)
    np.testing.assert_allclose(beta_bar**2, [0, 0.5, 0.75], rtol=1e-15)
    np.testing.assert_allclose(ddpm.snr(HALVES), [math.inf, 1, 1 / 3], rtol=1e-15)
    np.testing.assert_allclose(ddpm.log_snr(HALVES), [math.inf, 0, -math.log(3)], atol=1e-15)


def test_log_snr_where_the_signal_underflows() -> None:
    vanishing = Schedule(np.full(400, 0.999))
    assert ddpm.snr(vanishing)[-1] == 0
    assert ddpm.log_snr(vanishing)[-1] == pytest.approx(400 * math.log(0.001), rel=1e-13)
    assert not ddpm.check_signal(Schedule(np.full(800, 0.999)))


def test_posterior_by_hand() -> None:
    mean, variance = ddpm.posterior(X, EPS, HALVES, 2)
    np.testing.assert_allclose(mean, math.sqrt(2) / 3 * (X + EPS), rtol=1e-15)
    np.testing.assert_allclose(variance, [1 / 3], rtol=1e-15)
    mean, variance = ddpm.posterior(X, EPS, HALVES, np.asarray([1, 2]))
    np.testing.assert_allclose(variance, [[0], [1 / 3]], rtol=1e-15)
    np.testing.assert_array_equal(mean[0], X[0])


def test_against_the_usual_code_in_ho_convention() -> None:
    betas = np.linspace(1e-4, 0.02, 50)
    cumprod = np.cumprod(1 - betas)
    before = np.append(1.0, cumprod[:-1])
    schedule, t = ddpm.from_ho(betas), 17
    i = t - 1
    np.testing.assert_allclose(
        ddpm.diffuse(X, EPS, schedule, t), np.sqrt(cumprod[i]) * X + np.sqrt(1 - cumprod[i]) * EPS, rtol=1e-12
    )
    x0 = np.sqrt(1 / cumprod[i]) * X - np.sqrt(1 / cumprod[i] - 1) * EPS
    np.testing.assert_allclose(ddpm.predict_x0(X, EPS, schedule, t), x0, rtol=1e-11)
    first = betas[i] * np.sqrt(before[i]) / (1 - cumprod[i])
    second = (1 - before[i]) * np.sqrt(1 - betas[i]) / (1 - cumprod[i])
    np.testing.assert_allclose(ddpm.denoise_mean(X, EPS, schedule, t), first * x0 + second * X, rtol=1e-11)
    variance = betas * (1 - before) / (1 - cumprod)
    np.testing.assert_allclose(ddpm.sampling_std(schedule) ** 2, variance, rtol=1e-11, atol=1e-30)
    weight = betas**2 / (2 * betas * (1 - betas) * (1 - cumprod))
    sigma = ddpm.sampling_std(schedule, kind="normal")
    np.testing.assert_allclose(ddpm.loss_weight(schedule, sigma, half=True), weight, rtol=1e-11)


def test_infinite_weight_where_nothing_is_sampled() -> None:
    weight = ddpm.loss_weight(HALVES, ddpm.sampling_std(HALVES))
    assert weight[0] == math.inf
    assert weight[1] == pytest.approx(0.25 / (0.75 * 0.5 / 3), rel=1e-14)


def test_v_by_hand() -> None:
    # ᾱ = 0.8, β̄ = 0.6: x_0 = 1 and ε = 2 make x_t = 2 and v = 1.
    schedule, x_t = Schedule(np.asarray([0.36])), np.asarray([2.0])
    for function, given, prediction, expected in [
        (ddpm.predict_v, "noise", 2.0, 1.0),
        (ddpm.predict_v, "x0", 1.0, 1.0),
        (ddpm.predict_v, "score", -2 / 0.6, 1.0),
        (ddpm.predict_x0, "v", 1.0, 1.0),
        (ddpm.predict_x0, "score", -2 / 0.6, 1.0),
        (ddpm.predict_noise, "v", 1.0, 2.0),
        (ddpm.predict_noise, "score", -2 / 0.6, 2.0),
        (ddpm.predict_score, "noise", 2.0, -2 / 0.6),
        (ddpm.predict_score, "x0", 1.0, -2 / 0.6),
        (ddpm.predict_score, "v", 1.0, -2 / 0.6),
    ]:
        got = function(x_t, np.asarray([prediction]), schedule, 1, given=given)  # type: ignore[operator]
        np.testing.assert_allclose(got, [expected], rtol=1e-14)


def test_no_signal_left() -> None:
    terminal = Schedule(np.asarray([0.5, 1.0]))
    with np.errstate(all="ignore"):
        assert not ddpm.check_signal(terminal)
        assert ddpm.check_schedule(terminal)
        for impossible in ([0.5, 2.0], [1.0, 0.5], [0.0, 1.0]):
            assert not ddpm.check_schedule(Schedule(np.asarray(impossible)))
        assert not np.isfinite(ddpm.predict_x0(X, EPS, terminal, 2)).any()
        np.testing.assert_array_equal(ddpm.predict_x0(X, EPS, terminal, 2, given="v"), -EPS)


STEPS = Schedule(np.asarray([0.5, 0.2, 0.375]))  # ᾱ² = 1/2, 2/5, 1/4


def test_scaled_linear_of_stable_diffusion() -> None:
    roots = [math.sqrt(0.00085) * (1 - i / 999) + math.sqrt(0.012) * (i / 999) for i in range(1000)]
    expected = math.exp(
        math.fsum(math.log1p(-root * root) for root in roots)
    )  # √ᾱ_T² = 0.0683, as Lin et al.
    cumprod = ddpm.to_ho(ddpm.scaled_linear_schedule(1000, 0.00085, 0.012)).alphas_cumprod
    assert cumprod[0] == pytest.approx(0.99915, rel=1e-14)
    assert cumprod[-1] == pytest.approx(expected, rel=1e-12)
    assert math.sqrt(expected) == pytest.approx(0.068265, abs=5e-7)
    assert ddpm.scaled_linear_schedule(1, 0.25, 0.5).beta_squared.tolist() == [0.25]


def test_sigmoid_by_hand() -> None:
    low = 1 / (1 + math.exp(6))
    got = ddpm.sigmoid_schedule(3, 0.25, 0.5).beta_squared
    np.testing.assert_allclose(got, [0.25 + low / 4, 0.375, 0.5 - low / 4], rtol=1e-15)
    assert ddpm.sigmoid_schedule(1, 0.25, 0.5).beta_squared[0] == got[0]


def test_zero_terminal_snr_by_hand() -> None:
    # ᾱ = 4/5, 3/5, 1/5: shifted by 1/5, scaled by (4/5)/(3/5), they are 4/5, 8/15, 0.
    alpha_bar = np.asarray([4, 3, 1]) / 5
    betas = 1 - (alpha_bar / np.append(1, alpha_bar[:-1])) ** 2
    rescaled = ddpm.rescale_zero_snr(Schedule(betas))
    np.testing.assert_allclose(rescaled.beta_squared, [9 / 25, 5 / 9, 1], rtol=1e-14)
    np.testing.assert_array_equal(ddpm.rescale_zero_snr(rescaled).beta_squared[2:], [1])
    assert ddpm.check_schedule(rescaled)
    assert not ddpm.check_signal(rescaled)
    with pytest.raises(ValueError, match="schedule"):
        ddpm.rescale_zero_snr(Schedule(betas[:1]))


def test_min_snr_by_hand() -> None:
    schedule = Schedule(np.asarray([0.125, 6 / 7, 1.0]))  # ᾱ² = 7/8, 1/8, 0: SNR 7, 1/7, 0
    for given, expected in {"x0": [5, 1 / 7, 0], "noise": [5 / 7, 1, 1], "v": [5 / 8, 1 / 8, 0]}.items():
        np.testing.assert_allclose(
            ddpm.min_snr_weight(schedule, given=given),  # type: ignore[arg-type]
            expected,
            rtol=1e-14,
        )


def test_inference_steps_of_the_paper() -> None:
    # Lin et al., table 2, for T = 1000 and 10 steps.
    leading = ddpm.inference_steps(1000, 10, spacing="leading")
    linspace = ddpm.inference_steps(1000, 10, spacing="linspace")
    trailing = ddpm.inference_steps(1000, 10, spacing="trailing")
    assert leading == (901, 801, 701, 601, 501, 401, 301, 201, 101, 1)
    assert linspace == (1000, 889, 778, 667, 556, 445, 334, 223, 112, 1)
    assert trailing == (1000, 900, 800, 700, 600, 500, 400, 300, 200, 100)
    assert ddpm.inference_steps(1000, 10, spacing="leading", offset=1)[-1] == 2
    assert [len(ddpm.inference_steps(1000, n, spacing="trailing")) for n in (61, 206)] == [61, 206]


def test_posterior_between_by_hand() -> None:
    # ᾱ_1² = 1/2, ᾱ_3² = 1/4: α² = β² = 1/2, β̄_1² = 1/2, β̄_3² = 3/4.
    mean, variance = ddpm.posterior_between(X, EPS, STEPS, 3, 1)
    np.testing.assert_allclose(mean, math.sqrt(2) / 3 * (EPS + X), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(variance, [1 / 3], rtol=1e-14)
    for s, (centre, rest) in {0: (X, 0), 3: (EPS, 0)}.items():
        mean, variance = ddpm.posterior_between(X, EPS, STEPS, 3, s)
        np.testing.assert_allclose(mean, centre, rtol=1e-14, atol=1e-15)
        np.testing.assert_allclose(variance, [rest], atol=0)
    late = ddpm.posterior_between(X, EPS, STEPS, np.asarray([2, 1]), np.asarray([1, 2]))
    assert np.isnan(late[0]).any(axis=1).tolist() == [False, True]
    assert late[1].shape == (2, 1)


def test_ddim_step_by_hand() -> None:
    # From ᾱ_3 = 1/2 to ᾱ_1 = √½ with x_0 = 1, ε = −1, noise = 2.
    x = np.asarray([0.5 - math.sqrt(3) / 2])
    for eta in (0.0, 0.5, 1.0):
        sigma = eta * math.sqrt(1 / 3)
        expected = math.sqrt(0.5) - math.sqrt(0.5 - sigma**2) + 2 * sigma
        for given, prediction in {"noise": -1.0, "x0": 1.0, "v": -0.5 - math.sqrt(3) / 2}.items():
            got = ddpm.ddim_step(
                x, np.asarray([prediction]), 0 * x + 2, STEPS, 3, 1, eta=eta,
                given=given,  # type: ignore[arg-type]
            )  # fmt: skip
            np.testing.assert_allclose(got, [expected], rtol=1e-13, atol=1e-15)
    assert np.isnan(ddpm.ddim_step(x, x, x, STEPS, 3, 1, eta=2.0)).all()  # σ² = 4/3 is above β̄_1²


def test_learned_variance_by_hand() -> None:
    # β² = 1/2 and β̄_1²/β̄_3² = 2/3.
    got = ddpm.learned_variance(np.asarray([0.0, 0.5, 1.0]), STEPS, 3, 1)
    np.testing.assert_allclose(got, [1 / 3, math.sqrt(2 / 3) / 2, 1 / 2], rtol=1e-14)
    np.testing.assert_array_equal(ddpm.learned_variance(np.asarray([0.5, 1.0]), HALVES, 1, 0), [0, 0.5])


STABLE = {
    "_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_schedule": "scaled_linear",
    "beta_start": 0.00085, "beta_end": 0.012, "trained_betas": None, "clip_sample": False,
    "prediction_type": "v_prediction", "set_alpha_to_one": False, "steps_offset": 1,
}  # fmt: skip
"""Of stable-diffusion-2-1."""


def _keys(complaints: Any) -> list[str]:
    return [text.partition(":")[0] for text in complaints]


def test_the_configuration_of_stable_diffusion() -> None:
    found = ddpm.from_config(STABLE, steps=50)
    expected = ddpm.scaled_linear_schedule(1000, 0.00085, 0.012).beta_squared
    np.testing.assert_array_equal(found.beta_squared, expected)
    assert (found.steps[0], found.steps[-1]) == (982, 2)  # 981, …, 1 counted from 0
    assert (found.final, found.prediction, found.complaints) == (1, "v", ())


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"rescale_betas_zero_snr": True}, ["timestep_spacing"]),
        ({"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}, ["steps_offset"]),
        ({"steps_offset": 0}, ["set_alpha_to_one"]),
        ({"skip_prk_steps": True}, ["skip_prk_steps"]),
        ({"beta_schedul": "linear"}, ["beta_schedul"]),
        ({"beta_schedule": None}, ["beta_schedule"]),
        ({"_class_name": "EulerDiscreteScheduler"}, ["clip_sample", "set_alpha_to_one", "steps_offset"]),
    ],
)
def test_complaints_of_configurations(changes: dict[str, Any], keys: list[str]) -> None:
    assert sorted(_keys(ddpm.from_config(STABLE | changes).complaints)) == keys


def test_another_configuration_in_training() -> None:
    sampling = {
        "num_train_timesteps": 1000,
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "linear",
    }
    told = ddpm.from_config(sampling, trained=STABLE).complaints
    assert _keys(told) == ["beta_schedule", "prediction_type"]
    assert told[0] == "beta_schedule: 'linear', but the model was trained with 'scaled_linear'"


def test_configurations_that_mean_nothing() -> None:
    for mapping, error in (
        ({"_class_name": "FlowMatchEulerDiscreteScheduler"}, "EulerDiscreteScheduler"),
        ({"beta_schedule": "sigmoid"}, "as DDPMScheduler"),
        ({"prediction_type": "epsilo"}, "epsilon"),
        ({"beta_end": 2.0}, "beta_end"),
        ({"rescale_betas_zero_snr": 1}, "true or false"),
        ({"trained_betas": "none"}, "trained_betas"),
    ):
        with pytest.raises((ValueError, TypeError, LookupError), match=error):
            ddpm.from_config(mapping)
    with pytest.raises(ValueError, match="EulerDiscreteScheduler"):
        ddpm.from_config({"_class_name": "EulerDiscreteScheduler"}, steps=10)


def test_steps_outside_the_schedule_give_nan() -> None:
    t = np.asarray([0, 2])
    got = ddpm.diffuse(X, EPS, HALVES, t)
    assert np.isnan(got[0]).all()
    np.testing.assert_array_equal(got[1], ddpm.diffuse(X, EPS, HALVES, 2)[1])
    assert np.isnan(ddpm.diffuse(X, EPS, HALVES, np.asarray([3, -1]))).all()
    assert not ddpm.check_steps(HALVES, t)


def test_nan_and_empty_arrays_pass_through() -> None:
    assert np.isnan(ddpm.diffuse(X * math.nan, EPS, HALVES, 1)).all()
    assert np.isnan(ddpm.cumulative(Schedule(np.asarray([0.5, math.nan])))[0][-1])
    assert not ddpm.check_schedule(Schedule(np.asarray([math.nan])))
    assert ddpm.diffuse(X[:0], EPS[:0], HALVES, np.asarray([], dtype=np.int64)).shape == (0, 2)
    assert ddpm.denoise_mean(X[:, :0], EPS[:, :0], HALVES, 1).shape == (2, 0)


def test_steps_broadcast_against_leading_axes() -> None:
    t = np.asarray([[1], [2]])
    got = ddpm.diffuse(X, EPS, HALVES, t)
    assert got.shape == (2, 2, 2)
    np.testing.assert_array_equal(got[1], ddpm.diffuse(X, EPS, HALVES, 2))
    np.testing.assert_array_equal(got[0], ddpm.diffuse(X, EPS, HALVES, np.int64(1)))
    assert ddpm.predict_noise(X, EPS[:1], HALVES, 1, given="score").shape == (2, 2)


def test_sampling_adds_noise_at_the_last_step() -> None:
    sigma, noises = np.asarray([0.5, 0.25]), np.ones((2, 2, 2))
    asked = []

    def model(x: Any, t: int) -> Any:
        asked.append(t)
        return 0 * x

    got = ddpm.sample(model, X, noises, HALVES, sigma)
    np.testing.assert_allclose(got, (X * math.sqrt(2) + 0.25) * math.sqrt(2) + 0.5, rtol=1e-14)
    assert asked == [2, 1]


def test_exact_generator_of_a_single_point_and_of_standard_noise() -> None:
    point = np.asarray([1.0, -1.0])
    weight, _, covariance = ddpm.exact_generator(point, np.zeros((2, 2)), HALVES)
    np.testing.assert_allclose(covariance[1], np.eye(2) / 3, rtol=1e-14)  # the posterior's variance
    np.testing.assert_array_equal(weight[0], np.zeros((2, 2)))
    reached = ddpm.marginals(ddpm.exact_generator(point, np.zeros((2, 2)), HALVES))
    np.testing.assert_allclose(reached.mean[0], point, rtol=1e-14)
    exact = ddpm.exact_generator(np.zeros(2), np.eye(2), HALVES)
    assert ddpm.joint_kl(np.zeros(2), np.eye(2), exact, HALVES) == pytest.approx(0, abs=1e-15)


def test_one_variance_is_not_enough_for_anisotropic_data() -> None:
    schedule, covariance = Schedule(np.asarray([0.5])), np.diag([0.5, 2.0])
    exact = ddpm.exact_generator(np.zeros(2), covariance, schedule)
    # Cov(x_0|x_1) = λ/(λ + 1): 1/3 and 2/3, with mean 1/2.
    scalar = exact._replace(covariance=np.eye(2)[None] / 2)
    joint = [ddpm.joint_kl(np.zeros(2), covariance, model, schedule) for model in (exact, scalar)]
    assert joint[1] - joint[0] == pytest.approx(math.log(9 / 8) / 2, rel=1e-12)


def test_elbo_terms_by_hand() -> None:
    # q(x_0|x_1) = N(0, 1), x_0 = 1, β² = ½: L_0 = ½(log 2π + 1), L_1 = ½(½ + ½ − 1 − log ½).
    generator = AffineGenerator(np.zeros((1, 1, 1)), np.zeros((1, 1)), np.ones((1, 1, 1)))
    got = ddpm.elbo_terms(np.asarray([1.0]), generator, Schedule(np.asarray([0.5])))
    np.testing.assert_allclose(got, [(math.log(2 * math.pi) + 1) / 2, math.log(2) / 2], rtol=1e-14)


GENERATOR = ddpm.exact_generator(np.zeros(2), np.eye(2), HALVES)
SIGMA = np.asarray([0.5, 0.5])
MIXED = array_api_strict.asarray([[1.0, 2.0]])

BAD: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("DomainError: steps", lambda: ddpm.from_config({"_class_name": "EulerDiscreteScheduler"}, steps=9)),
    ("DomainError: steps", lambda: ddpm.from_config({"_class_name": "DDIMScheduler"}, steps=2**11)),
    ("DomainError: steps", lambda: ddpm.linear_schedule(0)),
    ("DTypeError: dtype", lambda: ddpm.linear_schedule(2, dtype=np.int64)),
    ("DomainError: first", lambda: ddpm.ho_schedule(2, 0.0, 0.5)),
    ("DomainError: last", lambda: ddpm.ho_schedule(2, 0.1, 1.0)),
    ("DomainError: offset", lambda: ddpm.cosine_schedule(2, -0.1)),
    ("NamespaceError: betas", lambda: ddpm.from_ho([0.1, 0.2])),
    ("DomainError: t", lambda: ddpm.diffuse(X, EPS, HALVES, 0)),
    ("DomainError: t", lambda: ddpm.diffuse(X, EPS, HALVES, 3)),
    ("DTypeError: t", lambda: ddpm.diffuse(X, EPS, HALVES, 1.0)),
    ("DTypeError: t", lambda: ddpm.diffuse(X, EPS, HALVES, True)),
    ("DomainError: s", lambda: ddpm.posterior_between(X, EPS, HALVES, 1, -1)),
    ("DomainError: s", lambda: ddpm.posterior_between(X, EPS, HALVES, 1, 2)),
    ("DomainError: s", lambda: ddpm.ddim_step(X, EPS, X, HALVES, np.asarray([1, 2]), 3)),
    ("DTypeError: s", lambda: ddpm.learned_variance(X, HALVES, 1, 0.5)),
    ("DomainError: eta", lambda: ddpm.ddim_step(X, EPS, X, HALVES, 1, 0, eta=-1.0)),
    ("DomainError: steps", lambda: ddpm.inference_steps(10, 11, spacing="leading")),
    ("DomainError: steps", lambda: ddpm.inference_steps(10, 1, spacing="linspace")),
    ("DomainError: offset", lambda: ddpm.inference_steps(10, 10, spacing="leading", offset=1)),
    ("DomainError: offset", lambda: ddpm.inference_steps(10, 5, spacing="trailing", offset=1)),
    ("DomainError: gamma", lambda: ddpm.min_snr_weight(HALVES, gamma=0.0)),
    ("DomainError: last", lambda: ddpm.scaled_linear_schedule(2, 0.1, 1.0)),
    ("ShapeError: shapes", lambda: ddpm.diffuse(X, np.zeros((2, 3)), HALVES, 1)),
    ("NamespaceError: arrays", lambda: ddpm.diffuse(X, MIXED, HALVES, 1)),
    ("DomainError: kind", lambda: ddpm.sampling_std(HALVES, kind="small")),
    ("DomainError: given", lambda: ddpm.predict_x0(X, EPS, HALVES, 1, given="x0")),
    ("DomainError: given", lambda: ddpm.predict_score(X, EPS, HALVES, 1, given="eps")),
    ("DomainError: given", lambda: ddpm.predict_noise(X, EPS, HALVES, 1, given="noise")),
    ("DomainError: given", lambda: ddpm.predict_v(X, EPS, HALVES, 1, given="v")),
    (
        "ShapeError: schedule.beta_squared",
        lambda: ddpm.sample(lambda x, t: x, X, np.zeros((1, 2, 2)), HALVES, SIGMA),
    ),
    (
        "ShapeError: eps_model(x, t)",
        lambda: ddpm.sample(lambda x, t: x[:1], X, np.zeros((2, 2, 2)), HALVES, SIGMA),
    ),
    ("NamespaceError: x0", lambda: ddpm.elbo_terms(X.tolist(), GENERATOR, HALVES)),
    (
        "NamespaceError: arrays",
        lambda: ddpm.elbo_terms(array_api_strict.asarray([[1.0, 2.0]]), GENERATOR, HALVES),
    ),
)


def test_mixed_precision_promotes() -> None:
    single = Schedule(np.asarray([0.5, 0.5], dtype=np.float32))
    assert ddpm.diffuse(X, EPS, single, 1).dtype == np.float64
    assert ddpm.diffuse(X.astype(np.float32), EPS.astype(np.float32), HALVES, 1).dtype == np.float64
    exact = ddpm.exact_generator(np.zeros(2, dtype=np.float32), np.eye(2), single)
    assert exact.bias.dtype == exact.weight.dtype == np.float64


@pytest.mark.parametrize("place", [(0, 0), (1, 1)])
def test_exact_generator_of_an_unknown_covariance_is_unknown(place: tuple[int, int]) -> None:
    """Pivoting goes round a NaN in the first row, and would leave a number in the last entry."""
    covariance = np.asarray([[1.0, 0.25], [0.25, 2.0]])
    covariance[place] = np.nan
    generator = ddpm.exact_generator(np.zeros(2), covariance, ddpm.from_ho(np.asarray([0.36])))
    assert np.isnan(generator.weight).all()
