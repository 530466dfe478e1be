"""Conventions of diffusion models that differ from this document's.

"Rows" means that the batch has one axis: x (n, d) and t (n,), an integer array counted from 0, so that
betas[t] belongs to a row. The names of the first papers: betas are our β_t², alphas_cumprod our ᾱ_t².
"""

import math
from collections.abc import Callable
from typing import Any

from .... import ddpm
from ...._libraries import array_namespace, device
from ...._xp import create
from ....ddpm import Schedule
from ....public import naming
from ...language.adapter import adapter
from ...language.law import Implementation


class Rows:
    """Arrays (..., d) that broadcast as rows (n, d), their steps as (n,) from 0, and the way back."""

    def __init__(self, t: Any, *arrays: Any) -> None:
        xp = array_namespace(*arrays)
        steps = t if hasattr(t, "ndim") else xp.asarray(t, dtype=xp.int64, device=device(arrays[0]))
        shape = xp.broadcast_arrays(*arrays, steps[..., None])[0].shape
        self.shape, self.axes = tuple(shape), 0 if steps is not t else t.ndim
        n = math.prod(shape[:-1])
        self.arrays = [xp.reshape(xp.broadcast_to(array, shape), (n, shape[-1])) for array in arrays]
        self.t = xp.reshape(xp.broadcast_to(steps, shape[:-1]), (n,)) - 1

    def back(self, rows: Any) -> Any:
        """Rows (n, d) in the shape of the arrays."""
        return array_namespace(rows).reshape(rows, self.shape)

    def of_steps(self, rows: Any) -> Any:
        """What depends on t alone, (n,) or (n, d), with the axes of t and one of length 1."""
        xp = array_namespace(rows)
        first = rows[:, :1] if rows.ndim > 1 else rows
        values = xp.reshape(first, (*self.shape[:-1], 1))
        for _ in range(len(self.shape) - 1 - self.axes):
            values = values[0, ...]
        return values


def _two_arrays(mine: Implementation) -> Implementation:
    def call(first: Any, second: Any, schedule: Schedule, t: Any, /, **options: Any) -> Any:
        rows = Rows(t, first, second)
        return rows.back(mine(*rows.arrays, schedule.beta_squared, rows.t, **options))

    return call


diffuse_step_ho = adapter(
    "ddpm.diffuse_step", "ho", "mine(x_prev, noise, betas, t) → x_t: betas are variances, t from 0, rows."
)(_two_arrays)

diffuse_ho = adapter(
    "ddpm.diffuse",
    "ho",
    "mine(x0, noise, betas, t) → x_t: betas are variances, t from 0, rows.",
    reference="q_sample of improved-diffusion",
)(_two_arrays)

velocity_ho = adapter(
    "ddpm.velocity", "ho", "mine(x0, noise, betas, t) → v: betas are variances, t from 0, rows."
)(_two_arrays)

denoise_mean_ho = adapter(
    "ddpm.denoise_mean", "ho", "mine(x_t, eps, betas, t) → mean: betas are variances, t from 0, rows."
)(_two_arrays)


def _prediction(given: str) -> Callable[[Implementation], Implementation]:
    def wrap(mine: Implementation) -> Implementation:
        return lambda *arguments, **options: _two_arrays(mine)(*arguments, **({"given": given} | options))

    return wrap


predict_x0_ho = adapter(
    "ddpm.predict_x0",
    "ho",
    'mine(x_t, prediction, betas, t, given="noise", "v" or "score"): betas are variances, t from 0, rows.',
)(_prediction("noise"))

predict_noise_ho = adapter(
    "ddpm.predict_noise",
    "ho",
    'mine(x_t, prediction, betas, t, given="x0", "v" or "score"): betas are variances, t from 0, rows.',
)(_prediction("x0"))

predict_v_ho = adapter(
    "ddpm.predict_v",
    "ho",
    'mine(x_t, prediction, betas, t, given="noise", "x0" or "score"): betas are variances, t from 0, rows.',
)(_prediction("noise"))

predict_score_ho = adapter(
    "ddpm.predict_score",
    "ho",
    'mine(x_t, prediction, betas, t, given="noise", "x0" or "v"): betas are variances, t from 0, rows.',
)(_prediction("noise"))


@adapter(
    "ddpm.predict_x0",
    "noise-model",
    'mine(x_t, eps, betas, t) → x_0, as "ho", of a noise alone; v and score go to the reference.',
    reference="predict_start_from_noise of improved-diffusion",
)
def predict_x0_noise_model(mine: Implementation) -> Implementation:
    def predict_x0(x_t: Any, prediction: Any, schedule: Schedule, t: Any, /, *, given: Any = "noise") -> Any:
        if given != "noise":
            return ddpm.predict_x0(x_t, prediction, schedule, t, given=given)
        return _two_arrays(mine)(x_t, prediction, schedule, t)

    return predict_x0


@adapter(
    "ddpm.predict_noise",
    "x0-model",
    'mine(x_t, x0, betas, t) → ε, as "ho", of data alone; v and score go to the reference.',
    reference="predict_eps_from_xstart of improved-diffusion",
)
def predict_noise_x0_model(mine: Implementation) -> Implementation:
    def predict_noise(x_t: Any, prediction: Any, schedule: Schedule, t: Any, /, *, given: Any = "x0") -> Any:
        if given != "x0":
            return ddpm.predict_noise(x_t, prediction, schedule, t, given=given)
        return _two_arrays(mine)(x_t, prediction, schedule, t)

    return predict_noise


@adapter(
    "ddpm.posterior",
    "ho",
    "mine(x0, x_t, betas, t) → (mean, variance, ...): betas are variances, t from 0, rows; what follows "
    "the variance is left aside.",
    reference="q_posterior_mean_variance of improved-diffusion",
)
def posterior_ho(mine: Implementation) -> Implementation:
    def posterior(x0: Any, x_t: Any, schedule: Schedule, t: Any, /) -> Any:
        rows = Rows(t, x0, x_t)
        if not rows.t.shape[0]:
            return ddpm.posterior(x0, x_t, schedule, t)
        mean, variance, *_ = mine(*rows.arrays, schedule.beta_squared, rows.t)
        return rows.back(mean), rows.of_steps(variance)

    return posterior


@adapter(
    "ddpm.posterior",
    "std",
    'mine(x0, x_t, betas, t) → (mean, standard deviation), else as "ho".',
)
def posterior_std(mine: Implementation) -> Implementation:
    def posterior(x0: Any, x_t: Any, schedule: Schedule, t: Any, /) -> Any:
        rows = Rows(t, x0, x_t)
        if not rows.t.shape[0]:
            return ddpm.posterior(x0, x_t, schedule, t)
        mean, deviation = mine(*rows.arrays, schedule.beta_squared, rows.t)
        return rows.back(mean), rows.of_steps(deviation) ** 2

    return posterior


@adapter(
    "ddpm.ancestral_step",
    "ho",
    "mine(x_t, eps, noise, betas, variances, t) → x_{t−1}: t from 0, rows, and no noise where t is 0 "
    "(the adapter adds it, as this document does).",
    reference="p_sample of improved-diffusion",
)
def ancestral_step_ho(mine: Implementation) -> Implementation:
    def step(x_t: Any, eps: Any, noise: Any, schedule: Schedule, sigma: Any, t: Any, /) -> Any:
        rows = Rows(t, x_t, eps, noise)
        result = mine(*rows.arrays, schedule.beta_squared, sigma * sigma, rows.t)
        xp = array_namespace(result)
        last = sigma[0] * rows.arrays[2]
        return rows.back(result + xp.where((rows.t == 0)[:, None], last, xp.zeros_like(last)))

    return step


def _model(model: Any, shape: tuple[int, ...], convert: Any) -> Any:
    """A model of rows (n, d) and t, a Python integer or equal integers (n,) counted from 0."""

    def called(rows: Any, t: Any) -> Any:
        xp, step = array_namespace(rows), 1 + int(t[0] if getattr(t, "ndim", 0) else t)
        x = xp.reshape(rows, shape)
        eps = model(x, step)
        return xp.reshape(convert(x, eps, step) if convert else eps, rows.shape)

    return called


def _sampler(convert: Any = None) -> Any:
    def wrap(mine: Implementation) -> Implementation:
        def sample(model: Any, x_T: Any, noises: Any, schedule: Schedule, sigma: Any, /) -> Any:
            other = (lambda x, eps, t: convert(x, eps, schedule, t)) if convert else None
            xp, shape = array_namespace(x_T), tuple(x_T.shape)
            if not math.prod(shape):
                return x_T
            n = math.prod(shape[:-1])
            used = xp.flip(xp.reshape(noises, (noises.shape[0], n, shape[-1])), axis=0)
            rows, betas = xp.reshape(x_T, (n, shape[-1])), schedule.beta_squared
            start = mine(_model(model, shape, other), rows, used, betas, sigma * sigma)
            return xp.reshape(start, shape) + sigma[0] * noises[0, ...]

        return sample

    return wrap


sample_ho = adapter(
    "ddpm.sample",
    "ho",
    "mine(model, x_T, noises, betas, variances): rows, model(x, t) with t from T − 1 to 0, noises in the "
    "order of use, and none added at t = 0 (the adapter adds it, as this document does).",
    reference="p_sample_loop of improved-diffusion",
)(_sampler())

sample_x0_model = adapter(
    "ddpm.sample", "x0-model", 'mine(model, x_T, noises, betas, variances), as "ho", of a model of x_0.'
)(_sampler(ddpm.predict_x0))

sample_v_model = adapter(
    "ddpm.sample", "v-model", 'mine(model, x_T, noises, betas, variances), as "ho", of a model of v.'
)(_sampler(ddpm.predict_v))


def _mean_of(convert: Any) -> Any:
    def wrap(mine: Implementation) -> Implementation:
        def mean(x_t: Any, eps: Any, schedule: Schedule, t: Any, /) -> Any:
            return _two_arrays(mine)(x_t, convert(x_t, eps, schedule, t), schedule, t)

        return mean

    return wrap


denoise_mean_x0_model = adapter(
    "ddpm.denoise_mean", "x0-model", 'mine(x_t, x0, betas, t) → mean, as "ho", from a prediction of x_0.'
)(_mean_of(ddpm.predict_x0))

denoise_mean_v_model = adapter(
    "ddpm.denoise_mean", "v-model", 'mine(x_t, v, betas, t) → mean, as "ho", from a prediction of v.'
)(_mean_of(ddpm.predict_v))

denoise_mean_score_model = adapter(
    "ddpm.denoise_mean", "score-model", 'mine(x_t, score, betas, t) → mean, as "ho", from a score.'
)(_mean_of(ddpm.predict_score))


@adapter(
    "ddpm.diffuse",
    "scheduler",
    "mine(betas) makes an object with add_noise(x0, noise, t) → x_t; t from 0, rows.",
    reference="diffusers",
)
def diffuse_scheduler(mine: Implementation) -> Implementation:
    return _two_arrays(lambda x0, noise, betas, t: mine(betas).add_noise(x0, noise, t))


@adapter(
    "ddpm.velocity",
    "scheduler",
    "mine(betas) makes an object with get_velocity(x0, noise, t) → v; t from 0, rows.",
    reference="diffusers",
)
def velocity_scheduler(mine: Implementation) -> Implementation:
    return _two_arrays(lambda x0, noise, betas, t: mine(betas).get_velocity(x0, noise, t))


@adapter(
    "ddpm.denoise_mean",
    "scheduler",
    "mine(betas) makes an object with step(eps, t, x_t) → mean (or an object that has it as prev_sample); "
    "t a Python integer from 0, and no noise added.",
    reference="diffusers",
)
def denoise_mean_scheduler(mine: Implementation) -> Implementation:
    def mean(x_t: Any, eps: Any, betas: Any, t: Any) -> Any:
        xp, scheduler, result = array_namespace(x_t), mine(betas), x_t
        for step in range(betas.shape[0]):
            if bool(xp.any(t == step)):
                after = scheduler.step(eps, step, x_t)
                after = getattr(after, "prev_sample", after)
                result = xp.where((t == step)[:, None], after, result)
        return result

    return _two_arrays(mean)


def _of_cumprod(mine: Implementation) -> Implementation:
    def call(first: Any, second: Any, betas: Any, t: Any) -> Any:
        xp = array_namespace(first)
        table = xp.exp(xp.cumulative_sum(xp.log1p(-xp.astype(betas, xp.float64))))
        return xp.astype(mine(first, second, table, t), first.dtype, copy=False)

    return _two_arrays(call)


diffuse_alphas_cumprod = adapter(
    "ddpm.diffuse",
    "alphas-cumprod",
    "mine(x0, noise, alphas_cumprod, t) → x_t: alphas_cumprod is Π(1 − β²) in float64, t from 0, rows. "
    "Where it is near 1 it has lost the digits of 1 − Π, so in float64 laws with little noise refute "
    "whatever is made of it: audit in float32, where only those of the least noise do.",
    reference="diffusers",
    beyond=("ddpm.diffusion-definition", "ddpm.ho-convention"),
)(_of_cumprod)

velocity_alphas_cumprod = adapter(
    "ddpm.velocity",
    "alphas-cumprod",
    "mine(x0, noise, alphas_cumprod, t) → v: alphas_cumprod is Π(1 − β²) in float64, t from 0, rows. "
    "It has lost the digits of 1 − Π where that is small: audit in float32.",
    reference="diffusers",
)(_of_cumprod)


@adapter(
    "ddpm.sampling_std",
    "ho",
    'mine(betas, kind="dirac" or "normal") → variances (T,): "fixed small" or "fixed large".',
)
def sampling_std_ho(mine: Implementation) -> Implementation:
    def sampling_std(schedule: Schedule, /, *, kind: Any = "dirac") -> Any:
        variances = mine(schedule.beta_squared, kind=kind)
        return array_namespace(variances).sqrt(variances)

    return sampling_std


@adapter("ddpm.optimal_std", "ho", "mine(betas, conditional_variance) → variances (T,).")
def optimal_std_ho(mine: Implementation) -> Implementation:
    def optimal_std(schedule: Schedule, conditional_variance: Any, /) -> Any:
        variances = mine(schedule.beta_squared, conditional_variance)
        return array_namespace(variances).sqrt(variances)

    return optimal_std


@adapter(
    "ddpm.loss_weight",
    "ho",
    "mine(betas, variances) → weights of ‖ε − ε_θ‖² in the negative log-likelihood, the ½ included.",
)
def loss_weight_ho(mine: Implementation) -> Implementation:
    def loss_weight(schedule: Schedule, sigma: Any, /, *, half: bool = False) -> Any:
        return mine(schedule.beta_squared, sigma * sigma) * (1 if half else 2)

    return loss_weight


def _without_start(mine: Implementation) -> Implementation:
    def call(schedule: Schedule, /) -> Any:
        values = mine(schedule.beta_squared)
        xp = array_namespace(values)
        return xp.concat([xp.full_like(values[:1], xp.inf), values])

    return call


snr_ho = adapter("ddpm.snr", "ho", "mine(betas) → ratios (T,), without the infinite one of step 0.")(
    _without_start
)

log_snr_ho = adapter(
    "ddpm.log_snr", "ho", "mine(betas) → logarithms (T,), without the infinite one of step 0."
)(_without_start)


@adapter(
    "ddpm.cumulative",
    "ho",
    "mine(betas) → (√ᾱ, √(1 − ᾱ)) in the first papers' ᾱ, each (T,), without step 0.",
)
def cumulative_ho(mine: Implementation) -> Implementation:
    def cumulative(schedule: Schedule, /) -> Any:
        signal, noise = mine(schedule.beta_squared)
        xp = array_namespace(signal)
        return ddpm.Cumulative(
            xp.concat([xp.ones_like(signal[:1]), signal]), xp.concat([xp.zeros_like(noise[:1]), noise])
        )

    return cumulative


def made_schedule(mine: Implementation) -> Implementation:
    def schedule(*arguments: Any, xp: Any = None, dtype: Any = None, device: Any = None) -> Schedule:
        space, dtype = naming("adapter ho")(create)(xp, dtype, device)
        return Schedule(space.asarray(mine(*arguments), dtype=dtype, device=device))

    return schedule


linear_schedule_ho = adapter("ddpm.linear_schedule", "ho", "mine(T) → betas (T,), an array or a list.")(
    made_schedule
)

ho_schedule_ho = adapter(
    "ddpm.ho_schedule", "ho", "mine(T, first, last) → betas (T,), an array or a list; or mine(T) by default."
)(made_schedule)

cosine_schedule_ho = adapter(
    "ddpm.cosine_schedule", "ho", "mine(T, offset) → betas (T,), an array or a list; or mine(T) by default."
)(made_schedule)
