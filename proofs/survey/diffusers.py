"""diffusers' schedulers, samplers and embeddings under refimpl's signatures.

Their tables and levels are float32 whatever the input, and so are their samples."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from ... import ddpm, flow
from ..language.law import NotApplicableError
from ._binding import Library, lazy

LIBRARY = Library("diffusers", backend="torch", dtypes=("float32",))
_SCHEDULERS = "diffusers.schedulers"
torch, diffusers = lazy("torch"), lazy("diffusers")
scheduling_ddpm, scheduling_ddim = (
    lazy(f"{_SCHEDULERS}.scheduling_ddpm"),
    lazy(f"{_SCHEDULERS}.scheduling_ddim"),
)
embeddings, training_utils = lazy("diffusers.models.embeddings"), lazy("diffusers.training_utils")
flux = lazy("diffusers.models.transformers.transformer_flux")
_PREDICTIONS = {"noise": "epsilon", "x0": "sample", "v": "v_prediction"}


def _scheduler(schedule: Any, prediction: str = "epsilon") -> Any:
    return diffusers.DDPMScheduler(
        num_train_timesteps=schedule.beta_squared.shape[0],
        trained_betas=schedule.beta_squared.tolist(),
        clip_sample=False,
        prediction_type=prediction,
    )


def _rows(function: Callable[..., Any], t: Any, *arrays: Any) -> Any:
    """Call a function of (batch, d) tensors and one step for every distinct step."""
    shape = torch.broadcast_shapes(*(array.shape for array in arrays))
    flat = [array.broadcast_to(shape).reshape(-1, shape[-1]) for array in arrays]
    steps = torch.as_tensor(t).broadcast_to(shape[:-1]).reshape(-1)
    result = torch.empty_like(flat[0])
    for step in steps.unique():
        chosen = steps == step
        result[chosen] = function(int(step) - 1, *(array[chosen] for array in flat))
    return result.reshape(shape)


def _mean(scheduler: Any, index: int, output: Any, x_t: Any) -> Any:
    """The mean of the reverse step: the scheduler draws noise itself, so that is set to zero."""
    with patch(f"{_SCHEDULERS}.scheduling_ddpm.randn_tensor", lambda shape, **_: torch.zeros(shape)):
        return scheduler.step(output, index, x_t).prev_sample


@LIBRARY.bound(
    "DDPMScheduler.add_noise", "ddpm.diffuse", laws=("ddpm.diffusion-definition", "ddpm.diffusion-composes")
)
def diffuse(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    scheduler = _scheduler(schedule)
    return _rows(lambda i, x, n: scheduler.add_noise(x, n, torch.full(x.shape[:1], i)), t, x0, noise)


@LIBRARY.bound("DDPMScheduler.get_velocity", "ddpm.velocity", laws=("ddpm.velocity-definition",))
def velocity(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    scheduler = _scheduler(schedule)
    return _rows(lambda i, x, n: scheduler.get_velocity(x, n, torch.full(x.shape[:1], i)), t, x0, noise)


@LIBRARY.bound(
    "DDPMScheduler.step",
    "ddpm.denoise_mean",
    laws=("ddpm.denoise_mean-definition", "ddpm.denoise-is-posterior-mean"),
)
def denoise_mean(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    scheduler = _scheduler(schedule)
    return _rows(lambda i, x, e: _mean(scheduler, i, e, x), t, x_t, eps)


@LIBRARY.bound(
    "DDPMScheduler._get_variance", "ddpm.posterior", laws=("ddpm.posterior-definition", "ddpm.ho-convention")
)
def posterior(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    scheduler = _scheduler(schedule, "sample")
    mean = _rows(lambda i, x, start: _mean(scheduler, i, start, x), t, x_t, x0)
    steps = torch.as_tensor(t)
    table = torch.stack([scheduler._get_variance(i) for i in range(schedule.beta_squared.shape[0])])
    variance = table[steps - 1]
    return mean, variance[..., None]


def _made(kind: str, steps: int, first: float, last: float, place: dict[str, Any]) -> Any:
    scheduler = diffusers.DDPMScheduler(
        num_train_timesteps=steps, beta_start=first, beta_end=last, beta_schedule=kind
    )
    return ddpm.Schedule(scheduler.betas.to(dtype=place.get("dtype") or torch.float32))


@LIBRARY.bound("DDPMScheduler (beta_schedule scaled_linear)", "ddpm.scaled_linear_schedule")
def scaled_linear_schedule(steps: int, first: float, last: float, /, **place: Any) -> Any:
    return _made("scaled_linear", steps, first, last, place)


@LIBRARY.bound("DDPMScheduler (beta_schedule sigmoid)", "ddpm.sigmoid_schedule")
def sigmoid_schedule(steps: int, first: float, last: float, /, **place: Any) -> Any:
    return _made("sigmoid", steps, first, last, place)


@LIBRARY.bound("rescale_zero_terminal_snr", "ddpm.rescale_zero_snr")
def rescale_zero_snr(schedule: Any, /) -> Any:
    return ddpm.Schedule(scheduling_ddim.rescale_zero_terminal_snr(schedule.beta_squared))


@LIBRARY.bound("DDIMScheduler.set_timesteps", "ddpm.inference_steps")
def inference_steps(train_steps: int, steps: int, /, *, spacing: str, offset: int = 0) -> Any:
    """set_timesteps, which counts from 0."""
    scheduler = diffusers.DDIMScheduler(
        num_train_timesteps=train_steps, timestep_spacing=spacing, steps_offset=offset
    )
    scheduler.set_timesteps(steps)
    return tuple(int(t) + 1 for t in scheduler.timesteps)


@LIBRARY.bound("DDIMScheduler.step", "ddpm.ddim_step")
def ddim_step(
    x_t: Any, prediction: Any, noise: Any, schedule: Any, t: Any, s: Any, /, *, eta: float = 0.0,
    given: str = "noise",
) -> Any:  # fmt: skip
    """DDIMScheduler.step, whose gap is ⌊T/n⌋ for n steps: other gaps do not apply."""
    if given == "score":
        raise NotApplicableError("given='score'")
    last = schedule.beta_squared.shape[0]
    scheduler = diffusers.DDIMScheduler(
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


@LIBRARY.bound(
    "embeddings.get_timestep_embedding (downscale_freq_shift=0)", "rope.sinusoidal", adapter="sin-cos-halves"
)
def timestep_embedding(positions: Any, dim: int, base: float, /, **shift: float) -> Any:
    """All sines, then all cosines."""
    flat = torch.as_tensor(positions).reshape(-1)
    table = embeddings.get_timestep_embedding(
        flat, dim, max_period=base, **({"downscale_freq_shift": 0} | shift)
    )
    return table.reshape(*torch.as_tensor(positions).shape, dim)


@LIBRARY.bound("embeddings.get_timestep_embedding", "rope.sinusoidal", adapter="sin-cos-halves")
def timestep_embedding_by_default(positions: Any, dim: int, base: float, /) -> Any:
    """With the default of the shift, under which the last frequency is 1/base: exponents i/(d/2 - 1)."""
    if dim == 2:
        raise NotApplicableError("dim=2, where it divides by 0")
    return timestep_embedding(positions, dim, base, downscale_freq_shift=1)


@LIBRARY.bound("training_utils.compute_snr", "ddpm.snr")
def snr(schedule: Any, /) -> Any:
    """compute_snr at every step of a scheduler with these variances, and infinity before the first."""
    betas = torch.tensor(schedule.beta_squared.tolist(), dtype=torch.float32)
    scheduler = SimpleNamespace(alphas_cumprod=torch.cumprod(1 - betas, dim=0))
    found = training_utils.compute_snr(scheduler, torch.arange(betas.shape[0]))
    return torch.cat([torch.full((1,), torch.inf, dtype=found.dtype), found])


@LIBRARY.bound("schedulers.scheduling_ddpm.betas_for_alpha_bar", "ddpm.cosine_schedule")
def cosine_schedule(
    steps: int, offset: float = 0.008, /, *, xp: Any = None, dtype: Any = None, device: Any = None
) -> Any:
    """betas_for_alpha_bar, which has the usual offset and clips variances at 0.999."""
    if offset != 0.008:
        raise NotApplicableError(f"offset={offset}")
    return ddpm.Schedule(scheduling_ddpm.betas_for_alpha_bar(steps))


def _ancestral(levels: Any, noise: float, slope: float) -> Any:
    """Where a step from 0 ends, with the noise and the derivative dx/dσ, for pairs of levels at once."""
    scheduler = diffusers.EulerAncestralDiscreteScheduler()
    scheduler.sigmas, scheduler.is_scale_input_called, scheduler._step_index = levels, True, 0
    zero = torch.zeros_like(levels[0])
    with patch(
        f"{_SCHEDULERS}.scheduling_euler_ancestral_discrete.randn_tensor", lambda *_, **__: zero + noise
    ):
        return scheduler.step(zero + slope, torch.tensor(0.0), zero).prev_sample


@LIBRARY.bound("EulerAncestralDiscreteScheduler.step", "flow.ancestral_split")
def ancestral_split(sigma_from: Any, sigma_to: Any, /, *, eta: float = 1.0) -> Any:
    """σ_up of the noise alone; σ_down of dx/dσ = −1, which goes from 0 to σ − σ_down."""
    if eta != 1:
        raise NotApplicableError(f"eta={eta}")
    levels = torch.stack(torch.broadcast_tensors(sigma_from, sigma_to))
    return flow.AncestralStep(levels[0] - _ancestral(levels, 0.0, -1.0), _ancestral(levels, 1.0, 0.0))


@LIBRARY.bound("EDMEulerScheduler.step", "flow.edm_sampler")
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
    scheduler = diffusers.EDMEulerScheduler()
    scheduler.sigmas, scheduler.is_scale_input_called, scheduler._step_index = sigmas, True, 0
    scheduler.timesteps = sigmas[:-1]
    states, most = [x], float("inf") if high is None else high
    n = sigmas.shape[0] - 1
    for i in range(n):
        data = denoise(sigmas[i], states[-1])
        with patch(f"{_SCHEDULERS}.scheduling_edm_euler.randn_tensor", lambda shape, i=i, **_: noises[i]):
            step = scheduler.step(
                data, torch.tensor(0.0), states[-1], s_churn=churn, s_tmin=low, s_tmax=most,
                s_noise=noise_scale, pred_original_sample=data,
            )  # fmt: skip
        states.append(step.prev_sample)
    return torch.stack(states)


def _solver(levels: list[Any], index: int) -> Any:
    """At step `index` of levels (ᾱ, β̄), which its own function of σ would bring to another scale."""
    scheduler = diffusers.DPMSolverMultistepScheduler(solver_order=2)
    scheduler.sigmas = list(range(len(levels)))
    scheduler._sigma_to_alpha_sigma_t = lambda place: levels[place]
    scheduler._step_index = index
    return scheduler


@LIBRARY.bound("DPMSolverMultistepScheduler.dpm_solver_first_order_update", "flow.exponential_step")
def first_order(x: Any, data: Any, source: Any, target: Any, /) -> Any:
    return _solver([source, target], 0).dpm_solver_first_order_update(data, sample=x)


@LIBRARY.bound(
    "DPMSolverMultistepScheduler.multistep_dpm_solver_second_order_update", "flow.dpm_solver_2m_step"
)
def second_order(x: Any, data: Any, earlier_data: Any, earlier: Any, source: Any, target: Any, /) -> Any:
    """`step` takes the update of order 1 where the last level is 0."""
    solver = _solver([earlier, source, target], 1)
    both = solver.multistep_dpm_solver_second_order_update([earlier_data, data], sample=x)
    return torch.where(target[1] == 0, first_order(x, data, source, target), both)


@LIBRARY.bound("transformer_flux.FluxPosEmbed", "rope.axial_frequencies", adapter="inv-freq")
def axial_frequencies(dims: Any, base: float, /) -> Any:
    """Of the angles at position 1 on all axes, from sines and cosines, which stand side by side twice."""
    cos, sin = flux.FluxPosEmbed(base, list(dims))(torch.ones((1, len(dims))))
    return torch.atan2(sin, cos)[0, ::2]
