"""diffusers' samplers under refimpl's signatures. Their levels σ are float32, and so are the samples."""

from typing import Any
from unittest.mock import patch

import torch
from diffusers import DPMSolverMultistepScheduler, EDMEulerScheduler, EulerAncestralDiscreteScheduler
from diffusers.schedulers import scheduling_edm_euler, scheduling_euler_ancestral_discrete

from refimpl import flow
from refimpl.proofs.language.law import NotApplicableError


def _ancestral(levels: torch.Tensor, noise: float, slope: float) -> torch.Tensor:
    """Where a step from 0 ends, with the noise and the derivative dx/dσ, for pairs of levels at once."""
    scheduler = EulerAncestralDiscreteScheduler()
    scheduler.sigmas, scheduler.is_scale_input_called, scheduler._step_index = levels, True, 0
    zero = torch.zeros_like(levels[0])
    module = scheduling_euler_ancestral_discrete
    with patch.object(module, "randn_tensor", lambda *_, **__: zero + noise):
        return scheduler.step(zero + slope, torch.tensor(0.0), zero).prev_sample


def ancestral_split(sigma_from: Any, sigma_to: Any, /, *, eta: float = 1.0) -> Any:
    """σ_up of the noise alone; σ_down of dx/dσ = −1, which goes from 0 to σ − σ_down."""
    if eta != 1:
        raise NotApplicableError(f"eta={eta}")
    levels = torch.stack(torch.broadcast_tensors(sigma_from, sigma_to))
    return flow.AncestralStep(levels[0] - _ancestral(levels, 0.0, -1.0), _ancestral(levels, 1.0, 0.0))


def edm_euler(
    denoise: Any,
    x: Any,
    sigmas: Any,
    noises: Any,
    /,
    *,
    method: str = "heun",
    churn: float = 0.0,
    low: float = 0.0,
    high: float | None = None,
    noise_scale: float = 1.0,
) -> Any:
    """The model is asked as pipelines do: about the sample and the level that are there before `step`."""
    if method != "euler":
        raise NotApplicableError(f"method={method}")
    scheduler = EDMEulerScheduler()
    scheduler.sigmas, scheduler.is_scale_input_called, scheduler._step_index = sigmas, True, 0
    scheduler.timesteps = sigmas[:-1]
    states, most = [x], float("inf") if high is None else high
    n = sigmas.shape[0] - 1
    for i in range(n):
        data = denoise(sigmas[i], states[-1])
        with patch.object(scheduling_edm_euler, "randn_tensor", lambda shape, i=i, **_: noises[i]):
            step = scheduler.step(
                data, torch.tensor(0.0), states[-1], s_churn=churn, s_tmin=low, s_tmax=most,
                s_noise=noise_scale, pred_original_sample=data,
            )  # fmt: skip
        states.append(step.prev_sample)
    return torch.stack(states)


def _solver(levels: list[Any], index: int) -> DPMSolverMultistepScheduler:
    """At step `index` of levels (ᾱ, β̄), which its own function of σ would bring to another scale."""
    scheduler = DPMSolverMultistepScheduler(solver_order=2)
    scheduler.sigmas = list(range(len(levels)))
    scheduler._sigma_to_alpha_sigma_t = lambda place: levels[place]
    scheduler._step_index = index
    return scheduler


def first_order(x: Any, data: Any, source: Any, target: Any, /) -> Any:
    return _solver([source, target], 0).dpm_solver_first_order_update(data, sample=x)


def second_order(x: Any, data: Any, earlier_data: Any, earlier: Any, source: Any, target: Any, /) -> Any:
    """`step` takes the update of order 1 where the last level is 0."""
    solver = _solver([earlier, source, target], 1)
    both = solver.multistep_dpm_solver_second_order_update([earlier_data, data], sample=x)
    return torch.where(target[1] == 0, first_order(x, data, source, target), both)
