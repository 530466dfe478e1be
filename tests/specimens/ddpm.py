"""One call of every function of refimpl.ddpm on arrays, its size growing with n."""

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl import ddpm
from refimpl.backends import Setting
from refimpl.ddpm import AffineGenerator, Schedule

Specimen = tuple[Callable[..., Any], tuple[Any, ...]]
STEPS, DIMS = 10, 8


def _betas(on: Setting, steps: int = STEPS) -> Any:
    return on.array(np.linspace(0.01, 0.2, steps))


def _rows(on: Setting, n: int, seed: int) -> Any:
    return on.array(np.random.default_rng(seed).standard_normal((n, DIMS)))


def _create(function: Any) -> Callable[[Setting, int], Specimen]:
    def build(on: Setting, n: int) -> Specimen:
        return lambda: function(n, **on.like), ()

    return build


def _of_schedule(function: Any, *, each_step: bool = False) -> Callable[[Setting, int], Specimen]:
    def build(on: Setting, n: int) -> Specimen:
        arrays = (_betas(on, n), _betas(on, n)) if each_step else (_betas(on, n),)
        return lambda betas, *others: function(Schedule(betas), *others), arrays

    return build


def _of_arrays(function: Any) -> Callable[[Setting, int], Specimen]:
    return lambda on, n: (function, (_betas(on, n),))


def _steps(on: Setting, n: int) -> Any:
    return on.array(np.arange(n) % STEPS + 1)


def _pairs(function: Any) -> Callable[[Setting, int], Specimen]:
    def build(on: Setting, n: int) -> Specimen:
        arrays = _rows(on, n, 0), _rows(on, n, 1), _betas(on), _steps(on, n)
        return lambda x, y, betas, t: function(x, y, Schedule(betas), t), arrays

    return build


def _halves(on: Setting, n: int) -> Any:
    return on.array((np.arange(n) % STEPS + 1) // 2)


def _posterior_between(on: Setting, n: int) -> Specimen:
    arrays = _rows(on, n, 0), _rows(on, n, 1), _betas(on), _steps(on, n), _halves(on, n)
    return lambda x, y, betas, t, s: ddpm.posterior_between(x, y, Schedule(betas), t, s), arrays


def _ddim(on: Setting, n: int) -> Specimen:
    arrays = _rows(on, n, 0), _rows(on, n, 1), _betas(on), _steps(on, n), _halves(on, n)
    return lambda x, y, betas, t, s: ddpm.ddim_step(x, y, y, Schedule(betas), t, s, eta=0.5), arrays


def _learned(on: Setting, n: int) -> Specimen:
    arrays = _rows(on, n, 0), _betas(on), _steps(on, n), _halves(on, n)
    return lambda v, betas, t, s: ddpm.learned_variance(v, Schedule(betas), t, s), arrays


def _ends(function: Any) -> Callable[[Setting, int], Specimen]:
    def build(on: Setting, n: int) -> Specimen:
        return lambda: function(n, 0.01, 0.2, **on.like), ()

    return build


def _from_config(on: Setting, n: int) -> Specimen:
    mapping = {"num_train_timesteps": n + 2, "beta_schedule": "scaled_linear", "rescale_betas_zero_snr": True}
    return lambda: ddpm.from_config(mapping, **on.like).beta_squared, ()


def _check_steps(on: Setting, n: int) -> Specimen:
    return lambda betas, t: ddpm.check_steps(Schedule(betas), t), (_betas(on), _steps(on, n))


def _ancestral_step(on: Setting, n: int) -> Specimen:
    rows = [_rows(on, n, seed) for seed in range(3)]

    def step(x: Any, eps: Any, noise: Any, betas: Any, sigma: Any, t: Any) -> Any:
        return ddpm.ancestral_step(x, eps, noise, Schedule(betas), sigma, t)

    return step, (*rows, _betas(on), _betas(on), _steps(on, n))


def _sample(on: Setting, n: int) -> Specimen:
    noises = on.array(np.random.default_rng(1).standard_normal((STEPS, n, DIMS)))

    def sample(x: Any, noises: Any, betas: Any, sigma: Any) -> Any:
        return ddpm.sample(lambda a, t: a / (t + 1), x, noises, Schedule(betas), sigma)

    return sample, (_rows(on, n, 0), noises, _betas(on), _betas(on))


def _gaussian(on: Setting) -> tuple[Any, Any]:
    root = np.random.default_rng(2).standard_normal((DIMS, DIMS))
    return on.array(np.ones(DIMS)), on.array(np.eye(DIMS) + root @ root.T / DIMS)


def _generator(on: Setting, steps: int) -> tuple[Any, Any, Any]:
    eye = np.broadcast_to(np.eye(DIMS), (steps, DIMS, DIMS))
    return on.array(0.9 * eye), on.array(np.full((steps, DIMS), 0.1)), on.array(0.2 * eye)


def _exact_generator(on: Setting, n: int) -> Specimen:
    arrays = (*_gaussian(on), _betas(on, n))
    return lambda mean, covariance, betas: ddpm.exact_generator(mean, covariance, Schedule(betas)), arrays


def _marginals(on: Setting, n: int) -> Specimen:
    steps = min(n, 50)  # a loop over the steps, unrolled when compiled
    return lambda *parts: ddpm.marginals(AffineGenerator(*parts)), _generator(on, steps)


def _elbo_terms(on: Setting, n: int) -> Specimen:
    def terms(x0: Any, betas: Any, *parts: Any) -> Any:
        return ddpm.elbo_terms(x0, AffineGenerator(*parts), Schedule(betas))

    return terms, (_rows(on, n, 0), _betas(on), *_generator(on, STEPS))


def _joint_kl(on: Setting, n: int) -> Specimen:
    def divergence(mean: Any, covariance: Any, betas: Any, *parts: Any) -> Any:
        return ddpm.joint_kl(mean, covariance, AffineGenerator(*parts), Schedule(betas))

    return divergence, (*_gaussian(on), _betas(on, n), *_generator(on, n))


SPECIMENS: dict[str, Callable[[Setting, int], Specimen]] = {
    "ddpm.ancestral_step": _ancestral_step,
    "ddpm.check_schedule": _of_schedule(ddpm.check_schedule),
    "ddpm.check_signal": _of_schedule(ddpm.check_signal),
    "ddpm.check_steps": _check_steps,
    "ddpm.cosine_schedule": _create(ddpm.cosine_schedule),
    "ddpm.cumulative": _of_schedule(ddpm.cumulative),
    "ddpm.denoise_mean": _pairs(ddpm.denoise_mean),
    "ddpm.diffuse": _pairs(ddpm.diffuse),
    "ddpm.diffuse_step": _pairs(ddpm.diffuse_step),
    "ddpm.elbo_terms": _elbo_terms,
    "ddpm.exact_generator": _exact_generator,
    "ddpm.from_alpha": _of_arrays(ddpm.from_alpha),
    "ddpm.from_config": _from_config,
    "ddpm.from_ho": _of_arrays(ddpm.from_ho),
    "ddpm.ho_schedule": _create(ddpm.ho_schedule),
    "ddpm.joint_kl": _joint_kl,
    "ddpm.linear_schedule": _create(ddpm.linear_schedule),
    "ddpm.log_snr": _of_schedule(ddpm.log_snr),
    "ddpm.loss_weight": _of_schedule(ddpm.loss_weight, each_step=True),
    "ddpm.marginals": _marginals,
    "ddpm.optimal_std": _of_schedule(ddpm.optimal_std, each_step=True),
    "ddpm.posterior": _pairs(ddpm.posterior),
    "ddpm.predict_noise": _pairs(ddpm.predict_noise),
    "ddpm.predict_score": _pairs(ddpm.predict_score),
    "ddpm.predict_v": _pairs(ddpm.predict_v),
    "ddpm.predict_x0": _pairs(ddpm.predict_x0),
    "ddpm.ddim_step": _ddim,
    "ddpm.learned_variance": _learned,
    "ddpm.min_snr_weight": _of_schedule(ddpm.min_snr_weight),
    "ddpm.posterior_between": _posterior_between,
    "ddpm.rescale_zero_snr": _of_schedule(ddpm.rescale_zero_snr),
    "ddpm.scaled_linear_schedule": _ends(ddpm.scaled_linear_schedule),
    "ddpm.sigmoid_schedule": _ends(ddpm.sigmoid_schedule),
    "ddpm.sample": _sample,
    "ddpm.sampling_std": _of_schedule(ddpm.sampling_std),
    "ddpm.snr": _of_schedule(ddpm.snr),
    "ddpm.to_ho": _of_schedule(ddpm.to_ho),
    "ddpm.velocity": _pairs(ddpm.velocity),
}

TAKES = {
    "ddpm.ancestral_step": "ml ml ml - - ml",
    "ddpm.check_schedule": "os",
    "ddpm.check_signal": "os",
    "ddpm.check_steps": "s mlse",
    "ddpm.cumulative": "os",
    "ddpm.ddim_step": "ml ml s ml ml",
    "ddpm.denoise_mean": "ml ml s ml",
    "ddpm.diffuse": "ml ml s ml",
    "ddpm.diffuse_step": "ml ml s ml",
    "ddpm.elbo_terms": "mlr - - - -",
    "ddpm.exact_generator": "- - s",
    "ddpm.from_alpha": "os",
    "ddpm.from_ho": "os",
    "ddpm.learned_variance": "mlse s ml ml",
    "ddpm.log_snr": "os",
    "ddpm.min_snr_weight": "os",
    "ddpm.posterior": "ml ml s ml",
    "ddpm.posterior_between": "ml ml s ml ml",
    "ddpm.predict_noise": "ml ml s ml",
    "ddpm.predict_score": "ml ml s ml",
    "ddpm.predict_v": "ml ml s ml",
    "ddpm.predict_x0": "ml ml s ml",
    "ddpm.rescale_zero_snr": "os",
    "ddpm.sampling_std": "os",
    "ddpm.snr": "os",
    "ddpm.to_ho": "os",
    "ddpm.velocity": "ml ml s ml",
}
