"""Conventions of samplers, of log-densities of steps and of traces that differ from this document's."""

import math
from typing import Any

from .... import flow
from ...._libraries import array_namespace, device
from ...language.adapter import adapter
from ...language.law import Implementation, NotApplicableError


@adapter(
    "flow.ancestral_split",
    "scalars",
    "mine(sigma_from, sigma_to, eta) → (σ_down, σ_up), of single numbers, one call for each.",
    reference="get_ancestral_step in k-diffusion",
)
def ancestral_split_scalars(mine: Implementation) -> Implementation:
    def ancestral_split(sigma_from: Any, sigma_to: Any, /, *, eta: float = 1.0) -> Any:
        xp = array_namespace(sigma_from, sigma_to)
        first, second = xp.broadcast_arrays(sigma_from, sigma_to)
        if not math.prod(first.shape):
            return flow.ancestral_split(sigma_from, sigma_to, eta=eta)
        flat = xp.reshape(first, (-1,)), xp.reshape(second, (-1,))
        pairs = [mine(flat[0][i], flat[1][i], eta) for i in range(flat[0].shape[0])]
        like = {"dtype": first.dtype, "device": device(first)}
        parts = (xp.stack([xp.asarray(pair[k], **like) for pair in pairs]) for k in (0, 1))
        return flow.AncestralStep(*(xp.reshape(part, first.shape) for part in parts))

    return ancestral_split


@adapter(
    "flow.edm_sampler",
    "k-diffusion",
    "mine(model, x, sigmas, randn_like, s_churn, s_tmin, s_tmax, s_noise, method) → the last state: the "
    'model as D(x, σ), randn_like(x) for the noises in turn, method "heun" or "euler". It is called for each '
    "state, with the levels up to it and s_churn in proportion.",
    reference="sample_heun and sample_euler in k-diffusion, edm_sampler of Karras et al.",
)
def edm_sampler_k_diffusion(mine: Implementation) -> Implementation:
    def edm_sampler(
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
        most, n, states = math.inf if high is None else high, sigmas.shape[0] - 1, [x]
        for last in range(1, n + 1):
            drawn = iter(range(last))

            def next_noise(like: Any, drawn: Any = drawn) -> Any:
                return noises[next(drawn), ...]

            given = sigmas[: last + 1], next_noise, churn * last / n, low, most, noise_scale, method
            states.append(mine(lambda place, sigma: denoise(sigma, place), x, *given))
        return array_namespace(x).stack(states)

    return edm_sampler


@adapter(
    "flow.exponential_step",
    "karras",
    "mine(x, denoised, sigma, sigma_next): x divided by ᾱ, before and after, and σ = β̄/ᾱ.",
    reference="Euler's method in k-diffusion",
)
def exponential_step_karras(mine: Implementation) -> Implementation:
    def exponential_step(x: Any, data: Any, source: Any, target: Any, /) -> Any:
        (alpha, beta), (alpha_next, beta_next) = source, target
        _need_signal(alpha, alpha_next)
        return alpha_next * mine(x / alpha, data, beta / alpha, beta_next / alpha_next)

    return exponential_step


@adapter(
    "flow.dpm_solver_2m_step",
    "karras",
    "mine(x, denoised, old_denoised, sigma_before, sigma, sigma_next): x divided by ᾱ, before and after, and "
    "σ = β̄/ᾱ.",
    reference="sample_dpmpp_2m in k-diffusion",
)
def dpm_solver_2m_step_karras(mine: Implementation) -> Implementation:
    def dpm_solver_2m_step(
        x: Any, data: Any, earlier_data: Any, earlier: Any, source: Any, target: Any, /
    ) -> Any:
        (alpha, _), (alpha_next, _) = source, target
        _need_signal(earlier[0], alpha, alpha_next)
        sigmas = (level[1] / level[0] for level in (earlier, source, target))
        return alpha_next * mine(x / alpha, data, earlier_data, *sigmas)

    return dpm_solver_2m_step


@adapter(
    "flow.dpm_solver_2m_step",
    "log-sigmas",
    "mine(x, denoised, old_denoised, t, t_next, t_before): x divided by ᾱ, before and after, and times "
    "t = −ln(β̄/ᾱ). A step to β̄ = 0, at t = ∞, is the reference's.",
)
def dpm_solver_2m_step_log_sigmas(mine: Implementation) -> Implementation:
    def dpm_solver_2m_step(
        x: Any, data: Any, earlier_data: Any, earlier: Any, source: Any, target: Any, /
    ) -> Any:
        (alpha, _), (alpha_next, beta_next) = source, target
        _need_signal(earlier[0], alpha, alpha_next)
        xp = array_namespace(beta_next)
        if bool(xp.any(beta_next == 0)):
            return flow.dpm_solver_2m_step(x, data, earlier_data, earlier, source, target)
        times = (xp.log(level[0] / level[1]) for level in (source, target, earlier))
        return alpha_next * mine(x / alpha, data, earlier_data, *times)

    return dpm_solver_2m_step


def _need_signal(*alphas: Any) -> None:
    if not all(bool(array_namespace(alpha).all(alpha > 0)) for alpha in alphas):
        raise NotApplicableError("ᾱ = 0, where σ is infinite")


def _mean_and_deviation(x: Any, drift: Any, sigma2: Any, step: Any) -> tuple[Any, Any]:
    xp = array_namespace(x, sigma2)
    deviation = xp.sqrt(sigma2) * xp.sqrt(xp.abs(step))
    return x + drift * step[..., None], deviation[..., None]


@adapter(
    "flow.step_log_density",
    "mean-deviation",
    "mine(following, mean, deviation) → summed over the features: the step's mean and standard deviation.",
    reference="torch.distributions.Normal",
)
def step_log_density_mean_deviation(mine: Implementation) -> Implementation:
    return lambda x, following, drift, sigma2, step, /: mine(
        following, *_mean_and_deviation(x, drift, sigma2, step)
    )


@adapter(
    "flow.step_log_density",
    "mean-of-features",
    "mine(following, mean, deviation) → the mean over the features instead of their sum, which is 1/d of it.",
    reference="ddpo-pytorch, flow_grpo",
)
def step_log_density_mean_of_features(mine: Implementation) -> Implementation:
    return lambda x, following, drift, sigma2, step, /: (
        x.shape[-1] * mine(following, *_mean_and_deviation(x, drift, sigma2, step))
    )


@adapter(
    "flow.hutchinson_trace",
    "field",
    "mine(field, x, z) → zᵀJz of one probe, J the derivative of field at x, which is 0.",
    reference="divergence_approx in FFJORD",
)
def hutchinson_trace_field(mine: Implementation) -> Implementation:
    def hutchinson_trace(product: Any, probes: Any, /) -> Any:
        xp, zero = array_namespace(probes), probes[0, ...] * 0
        found = [mine(product, zero, probes[i, ...]) for i in range(probes.shape[0])]
        return xp.mean(xp.stack(found), axis=0)

    return hutchinson_trace
