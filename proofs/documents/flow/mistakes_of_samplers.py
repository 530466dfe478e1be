"""How people get the steps of samplers wrong."""

from collections.abc import Callable
from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.law import Implementation
from ...language.mistake import MistakesOf

of_ancestral_split = MistakesOf("flow.ancestral_split")
of_edm_sampler = MistakesOf("flow.edm_sampler")
of_exponential_step = MistakesOf("flow.exponential_step")
of_dpm_solver_2m_step = MistakesOf("flow.dpm_solver_2m_step")


def _split(up: Callable[..., Any], down: Callable[..., Any] | None = None, clipped: bool = True) -> Any:
    """Another split by up(σ, σ', η) and down(σ, σ', up)."""

    def split(sigma_from: Any, sigma_to: Any, /, *, eta: float = 1.0) -> Any:
        xp = _xp(sigma_from)
        fresh = up(sigma_from, sigma_to, eta)
        if clipped:
            fresh = xp.where(fresh > sigma_to, sigma_to, fresh)
        rest = down(sigma_from, sigma_to, fresh) if down else xp.sqrt(sigma_to**2 - fresh**2)
        return flow.AncestralStep(rest, fresh)

    return split


def _fresh(sigma: Any, target: Any, eta: Any = 1.0) -> Any:
    """η √(σ'²(σ² − σ'²)/σ²)."""
    return eta * target * _xp(sigma).sqrt((sigma - target) * (sigma + target)) / sigma


split_eta_squared = of_ancestral_split(
    "eta-squared", "Multiplies the deviation by η², as if it were a variance."
)(_split(lambda sigma, target, eta: _fresh(sigma, target, eta**2)))

split_eta_ignored = of_ancestral_split(
    "eta-ignored", "Adds all of the noise whatever η is.", reference="k-diffusion before eta, webui#1199"
)(_split(lambda sigma, target, eta: _fresh(sigma, target)))

split_not_clipped = of_ancestral_split(
    "not-clipped", "Lets σ_up grow past σ' for η above 1, so that nothing is left for σ_down: NaN."
)(_split(_fresh, clipped=False))

split_difference = of_ancestral_split(
    "up-is-the-difference", "Adds √(σ² − σ'²), the noise between the levels, which the step has to take away."
)(_split(lambda sigma, target, eta: eta * _xp(sigma).sqrt((sigma - target) * (sigma + target))))

split_down_target = of_ancestral_split(
    "down-is-the-target", "Steps down to σ' and adds σ_up on top: too much noise after every step."
)(_split(_fresh, lambda sigma, target, up: target + 0 * sigma))

split_down_difference = of_ancestral_split(
    "down-by-difference", "Subtracts deviations, σ' − σ_up, where variances add."
)(_split(_fresh, lambda sigma, target, up: target - up))

split_exchanged = of_ancestral_split("exchanged", "Gives σ_up first and σ_down second.")(
    lambda sigma_from, sigma_to, /, *, eta=1.0: flow.AncestralStep(
        *reversed(flow.ancestral_split(sigma_from, sigma_to, eta=eta))
    )
)

split_variances = of_ancestral_split("variances", "Gives σ_down² and σ_up², without the roots.")(
    lambda sigma_from, sigma_to, /, *, eta=1.0: flow.AncestralStep(
        *(part**2 for part in flow.ancestral_split(sigma_from, sigma_to, eta=eta))
    )
)

split_source = of_ancestral_split(
    "source-for-target",
    "Divides by σ'² instead of σ² under the root: √(σ² − σ'²)·σ'/σ' with the levels exchanged.",
)(_split(lambda sigma, target, eta: _fresh(sigma, target, eta) * sigma / (target + (target == 0) * sigma)))

split_no_noise = of_ancestral_split(
    "no-noise-by-default", "Has η = 0 by default, as DDIM has.", reference="webui#1217"
)(lambda sigma_from, sigma_to, /, *, eta=0.0: flow.ancestral_split(sigma_from, sigma_to, eta=eta))


_CAP = 2**0.5 - 1


def _sampler(
    gamma: Callable[..., Any] = lambda churn, n: min(churn / n, _CAP),
    kick: Callable[..., Any] = lambda sigma, raised, xp: xp.sqrt(raised * raised - sigma * sigma),
    scaled: bool = True,
    seen: Callable[..., Any] = lambda x, raised_x, sigma, raised: (raised, raised_x),
    begin: Callable[..., Any] = lambda sigma, raised: raised,
    second: Callable[..., Any] = lambda x, euler: x,
    again: Callable[..., Any] = lambda raised, target: target,
    ends: bool = True,
    method: Callable[[str], str] = lambda method: method,
    window: Callable[..., Any] = lambda sigma, low, high: low <= sigma <= high,
    noise: Callable[[int], int] = lambda i: i,
    by_default: str = "heun",
) -> Implementation:
    """Algorithm 2 with one of its parts changed."""

    def sample(
        denoise: Any, x: Any, sigmas: Any, noises: Any, /, *, churn: float = 0.0, low: float = 0.0,
        high: float | None = None, noise_scale: float = 1.0, **options: str,
    ) -> Any:  # fmt: skip
        xp, states, n = _xp(x), [x], sigmas.shape[0] - 1
        order = method(options.get("method", by_default))
        for i in range(n):
            sigma, target, before = sigmas[i], sigmas[i + 1], states[-1]
            inside = window(float(sigma), low, float("inf") if high is None else high)
            raised = sigma * (1 + (gamma(churn, n) if inside else 0.0))
            scale = noise_scale if scaled else 1.0
            raised_x = before + scale * kick(sigma, raised, xp) * noises[noise(i), ...]
            velocity = (raised_x - denoise(*seen(before, raised_x, sigma, raised))) / raised
            step = target - begin(sigma, raised)
            euler = raised_x + step * velocity
            if order == "heun" and (not ends or float(target) > 0):
                after = (euler - denoise(again(raised, target), euler)) / target
                euler = second(raised_x, euler) + step * (velocity + after) / 2
            states.append(euler)
        return xp.stack(states)

    return sample


edm_not_capped = of_edm_sampler("not-capped", "Lets γ grow past √2 − 1, where churn/n is large.")(
    _sampler(gamma=lambda churn, n: churn / n)
)
edm_cap_for_churn = of_edm_sampler(
    "cap-for-churn",
    "Takes the larger of churn/n and √2 − 1, so that noise is added without churn, too.",
    reference="ComfyUI#13820",
)(_sampler(gamma=lambda churn, n: max(churn / n, _CAP)))
edm_churn_at_every_step = of_edm_sampler(
    "churn-at-every-step", "Takes all of the churn at every step, without 1/n."
)(_sampler(gamma=lambda churn, n: min(churn, _CAP)))
edm_without_noise_scale = of_edm_sampler("without-noise-scale", "Forgets noise_scale, S_noise.")(
    _sampler(scaled=False)
)
edm_noise_by_difference = of_edm_sampler(
    "noise-by-difference", "Adds (σ̂ − σ)z where variances add: √(σ̂² − σ²) z."
)(_sampler(kick=lambda sigma, raised, xp: raised - sigma))
edm_noise_of_variance = of_edm_sampler("noise-of-variance", "Adds (σ̂² − σ²)z, a variance, without the root.")(
    _sampler(kick=lambda sigma, raised, xp: raised * raised - sigma * sigma)
)
edm_model_at_the_old_level = of_edm_sampler(
    "model-at-the-old-level", "Tells the model σ, the level before the noise was raised."
)(_sampler(seen=lambda x, raised_x, sigma, raised: (sigma, raised_x)))
edm_model_before_the_noise = of_edm_sampler(
    "model-before-the-noise",
    "Asks the model about x at σ, raises the noise, and steps from there with the old prediction, as an "
    "interface does that takes the model's output.",
    reference="diffusers#4481",
)(_sampler(seen=lambda x, raised_x, sigma, raised: (sigma, x)))
edm_step_from_the_old_level = of_edm_sampler(
    "step-from-the-old-level", "Takes the step σ' − σ, which ends above σ' after noise was added."
)(_sampler(begin=lambda sigma, raised: sigma))
edm_second_velocity_at_zero = of_edm_sampler(
    "second-velocity-at-zero", "Corrects the step to σ' = 0, too, where the velocity is divided by 0."
)(_sampler(ends=False))
edm_first_order = of_edm_sampler(
    "first-order", "Leaves out the correction of second order.", reference="diffusers#1481"
)(_sampler(method=lambda method: "euler"))
edm_always_heun = of_edm_sampler("always-heun", "Corrects whatever method is asked for.")(
    _sampler(method=lambda method: "heun")
)
edm_second_velocity_at_the_old_level = of_edm_sampler(
    "second-velocity-at-the-old-level", "Asks the model about the end of Euler's step at σ̂ instead of σ'."
)(_sampler(again=lambda raised, target: raised))
edm_from_the_euler_point = of_edm_sampler(
    "from-the-euler-point", "Corrects from where Euler's step ended instead of x̂: one step and a half."
)(_sampler(second=lambda x, euler: euler))
edm_window_ignored = of_edm_sampler(
    "window-ignored", "Raises the noise at every level, without S_tmin and S_tmax.", reference="k-diffusion#6"
)(_sampler(window=lambda sigma, low, high: True))
edm_window_open = of_edm_sampler("window-open", "Leaves out the levels low and high themselves.")(
    _sampler(window=lambda sigma, low, high: low < sigma < high)
)
edm_one_noise = of_edm_sampler("one-noise", "Adds the same noise at every step.")(_sampler(noise=lambda i: 0))
edm_euler_by_default = of_edm_sampler("euler-by-default", "Takes Euler's steps by default.")(
    _sampler(by_default="euler")
)


def _log_step(source: Any, target: Any) -> Any:
    xp = _xp(source[0])
    return xp.log(target[0] / target[1]) - xp.log(source[0] / source[1])


def _first(
    scale: Callable[..., Any] = lambda a, b, a2, b2: b2 / b,
    gain: Callable[..., Any] = lambda a, b, a2, b2: a2 - b2 * a / b,
) -> Implementation:
    """The step of order 1 with other coefficients of (ᾱ, β̄, ᾱ', β̄')."""

    def step(x: Any, data: Any, source: Any, target: Any, /) -> Any:
        given = (*source, *target)
        return scale(*given) * x + gain(*given) * data

    return step


def _noise_gain(a: Any, b: Any, a2: Any, b2: Any) -> Any:
    """−β̄'(e^h − 1)."""
    return b2 - a2 * b / a


exponential_noise_coefficients = of_exponential_step(
    "noise-coefficients",
    "Takes the coefficients for predicted noise, ᾱ'/ᾱ and −β̄'(e^h − 1), with predicted data.",
)(_first(lambda a, b, a2, b2: a2 / a, _noise_gain))
exponential_forward = of_exponential_step("forward", "Takes e^h for e^{−h}: the sign of λ' − λ.")(
    _first(gain=lambda a, b, a2, b2: a2 - a2 * a2 * b / (b2 * a))
)
exponential_signal_for_noise = of_exponential_step(
    "signal-for-noise", "Multiplies x by ᾱ'/ᾱ instead of β̄'/β̄."
)(_first(lambda a, b, a2, b2: a2 / a))
exponential_step_doubled = of_exponential_step(
    "step-doubled", "Takes λ = log(ᾱ²/β̄²), the log SNR, which is twice as large: e^{−2h}."
)(_first(gain=lambda a, b, a2, b2: a2 * (1 - (b2 * a / (b * a2)) ** 2)))
exponential_plus = of_exponential_step("plus", "Adds ᾱ'(e^{−h} − 1) x_0 instead of subtracting it.")(
    _first(gain=lambda a, b, a2, b2: b2 * a / b - a2)
)
exponential_alpha_of_the_source = of_exponential_step(
    "alpha-of-the-source", "Takes ᾱ of the source instead of ᾱ' of the target."
)(_first(gain=lambda a, b, a2, b2: a * (1 - b2 * a / (b * a2))))
exponential_without_alpha = of_exponential_step(
    "without-alpha", "Takes λ = −log β̄, which is right for ᾱ = 1 alone, and no factor ᾱ'."
)(_first(gain=lambda a, b, a2, b2: 1 - b2 / b))
exponential_no_scaling = of_exponential_step("no-scaling", "Leaves x as it is, without β̄'/β̄.")(
    _first(lambda a, b, a2, b2: 1 + 0 * a2)
)


def _second(
    weight: Callable[..., Any] = lambda h, before: h / (2 * before),
    moved: Callable[..., Any] = lambda data, old, w: data + w * (data - old),
    first: Implementation = flow.exponential_step,
    lowered: bool = True,
    step: Callable[..., Any] = _log_step,
) -> Implementation:
    """DPM-Solver++(2M) with another 1/(2r) of (h, h⁻), other data, or another step of order 1."""

    def stepped(x: Any, data: Any, old: Any, earlier: Any, source: Any, target: Any, /) -> Any:
        w = weight(step(source, target), step(earlier, source))
        last = (target[1] == 0) & lowered
        w = _xp(w).where(last, _xp(w).zeros_like(w), w)
        return first(x, moved(data, old, w), source, target)

    return stepped


multistep_steps_exchanged = of_dpm_solver_2m_step("steps-exchanged", "Takes r = h/h⁻ instead of h⁻/h.")(
    _second(lambda h, before: before / (2 * h))
)
multistep_without_half = of_dpm_solver_2m_step(
    "without-half", "Takes 1/r instead of 1/(2r), the weights of the difference itself."
)(_second(lambda h, before: h / before))
multistep_data_exchanged = of_dpm_solver_2m_step(
    "data-exchanged", "Exchanges the data predicted now and one step ago."
)(_second(moved=lambda data, old, w: old + w * (old - data)))
multistep_first_order = of_dpm_solver_2m_step(
    "first-order", "Takes the data predicted now alone: a step of order 1."
)(lambda x, data, old, earlier, source, target, /: flow.exponential_step(x, data, source, target))
multistep_second_order_at_the_end = of_dpm_solver_2m_step(
    "second-order-at-the-end",
    "Takes the step of order 2 to β̄' = 0, too, where h is infinite.",
    reference="diffusers#9007",
)(_second(lowered=False))


def _exact(h: Any, before: Any) -> Any:
    """The weight of the slope in the integral of e^λ times a line, over that of e^λ."""
    xp = _xp(h)
    return (xp.expm1(-h) / h + 1) / -xp.expm1(-h) * h / before


multistep_exact_weights = of_dpm_solver_2m_step(
    "exact-weights",
    "Integrates the slope exactly instead of at the middle: another method of order 2 (solver_type heun).",
)(_second(_exact))
multistep_noise_coefficients = of_dpm_solver_2m_step(
    "noise-coefficients",
    "Takes the coefficients for predicted noise, ᾱ'/ᾱ and −β̄'(e^h − 1), with predicted data.",
)(_second(first=_first(lambda a, b, a2, b2: a2 / a, _noise_gain)))
multistep_ratio_of_levels = of_dpm_solver_2m_step(
    "ratio-of-levels", "Takes r from steps of β̄/ᾱ instead of its logarithm."
)(_second(step=lambda source, target: source[1] / source[0] - target[1] / target[0]))
multistep_forward = of_dpm_solver_2m_step("forward", "Takes e^h for e^{−h}: the sign of λ' − λ.")(
    _second(first=_first(gain=lambda a, b, a2, b2: a2 - a2 * a2 * b / (b2 * a)))
)
multistep_sum_of_data = of_dpm_solver_2m_step(
    "sum-of-data", "Adds x_0⁻/(2r) instead of subtracting it, so that the weights sum to more than 1."
)(_second(moved=lambda data, old, w: data + w * (data + old)))
