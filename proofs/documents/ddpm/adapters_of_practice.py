"""Conventions of what is used beside the article: betas are our β_t², steps count from 0; −1 is the data."""

from dataclasses import replace
from typing import Any

import numpy as np

from .... import ddpm
from ...._libraries import array_namespace
from ....ddpm import Schedule
from ...language.adapter import adapter
from ...language.law import Implementation
from .adapters import Rows, made_schedule

scaled_linear_schedule_ho = adapter(
    "ddpm.scaled_linear_schedule", "ho", "mine(T, first, last) → betas (T,), an array or a list."
)(made_schedule)

sigmoid_schedule_ho = adapter(
    "ddpm.sigmoid_schedule", "ho", "mine(T, first, last) → betas (T,), an array or a list."
)(made_schedule)


@adapter(
    "ddpm.rescale_zero_snr",
    "ho",
    "mine(betas) → betas.",
    reference="rescale_zero_terminal_snr of diffusers",
)
def rescale_zero_snr_ho(mine: Implementation) -> Implementation:
    return lambda schedule, /: Schedule(mine(schedule.beta_squared))


@adapter(
    "ddpm.rescale_zero_snr",
    "alphas-cumprod",
    "mine(betas) → the rescaled alphas_cumprod, whose quotients have lost the digits of small variances.",
    beyond=("ddpm.rescale_zero_snr-definition",),
)
def rescale_zero_snr_alphas_cumprod(mine: Implementation) -> Implementation:
    def rescale(schedule: Schedule, /) -> Schedule:
        signal = mine(schedule.beta_squared)
        xp = array_namespace(signal)
        return Schedule(xp.concat([1 - signal[:1], 1 - signal[1:] / signal[:-1]]))

    return rescale


@adapter(
    "ddpm.min_snr_weight",
    "ho",
    'mine(betas, gamma=, given="noise", "x0" or "v") → weights (T,).',
)
def min_snr_weight_ho(mine: Implementation) -> Implementation:
    def weight(schedule: Schedule, /, *, gamma: float = 5.0, given: Any = "noise") -> Any:
        return mine(schedule.beta_squared, gamma=gamma, given=given)

    return weight


@adapter(
    "ddpm.min_snr_weight",
    "snr",
    'mine(snr, gamma=, given="noise", "x0" or "v") → weights (T,), of the signal-to-noise ratios (T,).',
    reference="Min-SNR-Diffusion-Training",
)
def min_snr_weight_snr(mine: Implementation) -> Implementation:
    def weight(schedule: Schedule, /, *, gamma: float = 5.0, given: Any = "noise") -> Any:
        return mine(ddpm.snr(schedule)[1:], gamma=gamma, given=given)

    return weight


@adapter(
    "ddpm.inference_steps",
    "zero-based",
    'mine(T, n, spacing="leading", "linspace" or "trailing", offset=) → steps from 0 on, an array or a list.',
    reference="set_timesteps of diffusers",
)
def inference_steps_zero_based(mine: Implementation) -> Implementation:
    def steps(train_steps: int, count: int, /, *, spacing: Any, offset: int = 0) -> tuple[int, ...]:
        return tuple(int(t) + 1 for t in mine(train_steps, count, spacing=spacing, offset=offset))

    return steps


def _rows(t: Any, s: Any, *arrays: Any) -> tuple[Rows, Any]:
    """Rows, steps t (n,) from 0 among them, and steps s (n,) from −1."""
    xp, first = array_namespace(*arrays), arrays[0]
    for step in (t, s):
        if hasattr(step, "ndim"):
            first = first + xp.zeros((*step.shape, 1), dtype=first.dtype)
    arrays = first, *arrays[1:]
    return Rows(t, *arrays), Rows(s, *arrays).t


def _of_steps(values: Any, rows: Rows, t: Any, s: Any) -> Any:
    """What depends on t and s alone, (n,) or (n, d), with their axes and one of length 1."""
    xp = array_namespace(values)
    axes = np.broadcast_shapes(*(tuple(getattr(step, "shape", ())) for step in (t, s)))
    found = xp.reshape(values[:, :1] if values.ndim > 1 else values, (*rows.shape[:-1], 1))
    while found.ndim > len(axes) + 1:
        found = found[0, ...]
    for axis, length in enumerate(axes):
        if length == 1 and found.shape[axis] != 1:
            found = xp.take(found, xp.zeros((1,), dtype=xp.int64), axis=axis)
    return found


@adapter(
    "ddpm.posterior_between",
    "ho",
    "mine(x0, x_t, betas, t, s) → (mean, variance): betas are variances, t from 0, s < t from −1, rows.",
)
def posterior_between_ho(mine: Implementation) -> Implementation:
    def posterior(x0: Any, x_t: Any, schedule: Schedule, t: Any, s: Any, /) -> Any:
        rows, earlier = _rows(t, s, x0, x_t)
        if not rows.t.shape[0]:
            return ddpm.posterior_between(x0, x_t, schedule, t, s)
        mean, variance = mine(*rows.arrays, schedule.beta_squared, rows.t, earlier)
        return rows.back(mean), _of_steps(variance, rows, t, s)

    return posterior


@adapter(
    "ddpm.ddim_step",
    "ho",
    "mine(x_t, eps, noise, betas, t, s, eta=) → x_s, of a noise alone: betas are variances, t from 0, s < t "
    "from −1, rows; data, v and score go to the reference.",
)
def ddim_step_ho(mine: Implementation) -> Implementation:
    def step(
        x_t: Any, prediction: Any, noise: Any, schedule: Schedule, t: Any, s: Any, /, *, eta: Any = 0.0,
        given: Any = "noise",
    ) -> Any:  # fmt: skip
        rows, earlier = _rows(t, s, x_t, prediction, noise)
        if given != "noise" or not rows.t.shape[0]:
            return ddpm.ddim_step(x_t, prediction, noise, schedule, t, s, eta=eta, given=given)
        return rows.back(mine(*rows.arrays, schedule.beta_squared, rows.t, earlier, eta=eta))

    return step


@adapter(
    "ddpm.learned_variance",
    "ho",
    "mine(output, betas, t) → logarithm of the variance of the step from t to t − 1, output from −1 to 1: "
    "betas are variances, t from 0, rows. Other steps go to the reference, also t = 0, where the least is 0.",
    reference="p_mean_variance of improved-diffusion",
)
def learned_variance_ho(mine: Implementation) -> Implementation:
    def variance(fraction: Any, schedule: Schedule, t: Any, s: Any, /) -> Any:
        found = ddpm.learned_variance(fraction, schedule, t, s)
        rows, earlier = _rows(t, s, fraction)
        xp = array_namespace(found)
        if not rows.t.shape[0]:
            return found
        logs = mine(2 * rows.arrays[0] - 1, schedule.beta_squared, rows.t)
        adjacent = ((earlier == rows.t - 1) & (rows.t > 0))[:, None]
        reference = xp.reshape(xp.broadcast_to(found, rows.shape), logs.shape)
        return rows.back(xp.where(adjacent, xp.exp(logs), reference))

    return variance


@adapter(
    "ddpm.from_config",
    "betas",
    "mine(config) → betas (T,), an array or a list, of the whole mapping; all else is the reference's.",
)
def from_config_betas(mine: Implementation) -> Implementation:
    def from_config(
        mapping: Any, /, *, xp: Any = None, dtype: Any = None, device: Any = None, **options: Any
    ) -> ddpm.Configured:
        rest = ddpm.from_config(mapping, xp=xp, dtype=dtype, device=device, **options)
        betas = made_schedule(mine)(mapping, xp=xp, dtype=dtype, device=device).beta_squared
        return replace(rest, beta_squared=betas)

    return from_config
