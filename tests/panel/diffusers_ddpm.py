"""diffusers' DDPMScheduler under refimpl's signatures. Its tables are float32 whatever the input."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import torch
from diffusers import DDPMScheduler
from diffusers.schedulers import scheduling_ddpm


def _scheduler(schedule: Any, prediction: str = "epsilon") -> DDPMScheduler:
    return DDPMScheduler(
        num_train_timesteps=schedule.beta_squared.shape[0],
        trained_betas=schedule.beta_squared.tolist(),
        clip_sample=False,
        prediction_type=prediction,
    )


def _rows(function: Callable[..., torch.Tensor], t: Any, *arrays: torch.Tensor) -> torch.Tensor:
    """Call a function of (batch, d) tensors and one step for every distinct step."""
    shape = torch.broadcast_shapes(*(array.shape for array in arrays))
    flat = [array.broadcast_to(shape).reshape(-1, shape[-1]) for array in arrays]
    steps = torch.as_tensor(t).broadcast_to(shape[:-1]).reshape(-1)
    result = torch.empty_like(flat[0])
    for step in steps.unique():
        chosen = steps == step
        result[chosen] = function(int(step) - 1, *(array[chosen] for array in flat))
    return result.reshape(shape)


def _mean(scheduler: DDPMScheduler, index: int, output: torch.Tensor, x_t: torch.Tensor) -> torch.Tensor:
    """The mean of the reverse step: the scheduler draws noise itself, so that is set to zero."""
    with patch.object(scheduling_ddpm, "randn_tensor", lambda shape, **_: torch.zeros(shape)):
        return scheduler.step(output, index, x_t).prev_sample


def diffuse(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    scheduler = _scheduler(schedule)
    return _rows(lambda i, x, n: scheduler.add_noise(x, n, torch.full(x.shape[:1], i)), t, x0, noise)


def velocity(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    scheduler = _scheduler(schedule)
    return _rows(lambda i, x, n: scheduler.get_velocity(x, n, torch.full(x.shape[:1], i)), t, x0, noise)


def denoise_mean(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    scheduler = _scheduler(schedule)
    return _rows(lambda i, x, e: _mean(scheduler, i, e, x), t, x_t, eps)


def posterior(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    scheduler = _scheduler(schedule, "sample")
    mean = _rows(lambda i, x, start: _mean(scheduler, i, start, x), t, x_t, x0)
    steps = torch.as_tensor(t)
    table = torch.stack([scheduler._get_variance(i) for i in range(schedule.beta_squared.shape[0])])
    variance = table[steps - 1]
    return mean, variance[..., None]


def predict_x0(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: str = "noise") -> Any:
    if given == "score":  # DDPMScheduler has no score models; the score is −ε/β̄
        beta_bar = torch.sqrt(1 - _scheduler(schedule).alphas_cumprod[torch.as_tensor(t) - 1])
        prediction, given = -prediction * beta_bar[..., None], "noise"
    scheduler = _scheduler(schedule, {"noise": "epsilon", "v": "v_prediction"}[given])
    return _rows(lambda i, x, p: scheduler.step(p, i, x).pred_original_sample, t, x_t, prediction)


FUNCTIONS = {
    "ddpm.diffuse": diffuse,
    "ddpm.velocity": velocity,
    "ddpm.denoise_mean": denoise_mean,
    "ddpm.posterior": posterior,
    "ddpm.predict_x0": predict_x0,
}
