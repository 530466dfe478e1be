"""diffusers' inference steps, DDIM steps and zero terminal SNR under refimpl's signatures, in float32."""

from typing import Any

import torch
from diffusers import DDIMScheduler, DDPMScheduler
from diffusers.schedulers.scheduling_ddim import rescale_zero_terminal_snr

from panel.diffusers_ddpm import _rows
from refimpl import ddpm
from refimpl.proofs.language.law import NotApplicableError

_PREDICTIONS = {"noise": "epsilon", "x0": "sample", "v": "v_prediction"}


def _made(kind: str, steps: int, first: float, last: float, place: dict[str, Any]) -> Any:
    scheduler = DDPMScheduler(num_train_timesteps=steps, beta_start=first, beta_end=last, beta_schedule=kind)
    return ddpm.Schedule(scheduler.betas.to(dtype=place.get("dtype") or torch.float32))


def scaled_linear_schedule(steps: int, first: float, last: float, /, **place: Any) -> Any:
    return _made("scaled_linear", steps, first, last, place)


def sigmoid_schedule(steps: int, first: float, last: float, /, **place: Any) -> Any:
    return _made("sigmoid", steps, first, last, place)


def rescale_zero_snr(schedule: Any, /) -> Any:
    return ddpm.Schedule(rescale_zero_terminal_snr(schedule.beta_squared))


def inference_steps(train_steps: int, steps: int, /, *, spacing: str, offset: int = 0) -> Any:
    """set_timesteps, which counts from 0."""
    scheduler = DDIMScheduler(num_train_timesteps=train_steps, timestep_spacing=spacing, steps_offset=offset)
    scheduler.set_timesteps(steps)
    return tuple(int(t) + 1 for t in scheduler.timesteps)


def ddim_step(
    x_t: Any, prediction: Any, noise: Any, schedule: Any, t: Any, s: Any, /, *, eta: float = 0.0,
    given: str = "noise",
) -> Any:  # fmt: skip
    """DDIMScheduler.step, whose gap is ⌊T/n⌋ for n steps: other gaps do not apply."""
    if given == "score":
        raise NotApplicableError("given='score'")
    last = schedule.beta_squared.shape[0]
    scheduler = DDIMScheduler(
        num_train_timesteps=last, trained_betas=schedule.beta_squared.tolist(), clip_sample=False,
        prediction_type=_PREDICTIONS[given],
    )  # fmt: skip
    shape = torch.broadcast_shapes(x_t.shape, prediction.shape, noise.shape)
    gaps = (torch.as_tensor(t) - torch.as_tensor(s)).broadcast_to(shape[:-1]).reshape(-1)

    def step(index: int, gap: int, x: Any, p: Any, z: Any) -> Any:
        if gap < 1:
            raise NotApplicableError("a step from t to t")
        counts = [n for n in range(1, last + 1) if last // n == gap]
        if not counts and index + 1 - gap > 0:
            raise NotApplicableError(f"a gap of {gap} in {last} steps")
        scheduler.num_inference_steps = counts[0] if counts else 1
        return scheduler.step(p, index, x, eta=eta, variance_noise=z).prev_sample

    flat = [array.broadcast_to(shape).reshape(-1, shape[-1]) for array in (x_t, prediction, noise)]
    result = torch.empty_like(flat[0])
    for gap in gaps.unique():
        chosen = gaps == gap
        steps = torch.as_tensor(t).broadcast_to(shape[:-1]).reshape(-1)[chosen]
        of_gap = [array[chosen] for array in flat]
        result[chosen] = _rows(lambda i, *rows, g=int(gap): step(i, g, *rows), steps, *of_gap)
    return result.reshape(shape)


FUNCTIONS = {
    "ddpm.scaled_linear_schedule": scaled_linear_schedule,
    "ddpm.sigmoid_schedule": sigmoid_schedule,
    "ddpm.rescale_zero_snr": rescale_zero_snr,
    "ddpm.inference_steps": inference_steps,
    "ddpm.ddim_step": ddim_step,
}
