"""Adding noise, taking it away again and sampling, as people type them: rows, and steps from 0 (`ho`)."""

import numpy as np

from ._ordinary import Ordinary, Slip, changed, typo


def extract(table, t):
    """What the tables hold at the steps of rows."""
    return np.asarray(table)[t][:, None]


def step_forward(x, noise, betas, t):
    beta = betas[t][:, None]
    return np.sqrt(1 - beta) * x + np.sqrt(beta) * noise


def step_forward_loop(x, noise, betas, t):
    out = np.empty_like(x)
    for i in range(len(x)):
        b = betas[t[i]]
        out[i] = x[i] * (1 - b) ** 0.5 + noise[i] * b**0.5
    return out


def step_forward_unscaled(x, noise, betas, t):
    return x + np.sqrt(betas[t][:, None]) * noise


def step_forward_all(x, noise, betas, t):
    product = np.cumprod(1 - betas)[t][:, None]
    return np.sqrt(product) * x + np.sqrt(1 - product) * noise


def q_sample(x0, noise, betas, t):
    alphas_cumprod = np.cumprod(1.0 - betas, axis=0)
    return extract(np.sqrt(alphas_cumprod), t) * x0 + extract(np.sqrt(1.0 - alphas_cumprod), t) * noise


def q_sample_loop(x0, noise, betas, t):
    rows = []
    for x, e, step in zip(x0, noise, t, strict=True):
        a = 1.0
        for b in betas[: step + 1]:
            a *= 1 - b
        rows.append(a**0.5 * x + (1 - a) ** 0.5 * e)
    return np.array(rows)


def q_sample_alphas(x0, noise, betas, t):
    alpha = (1.0 - betas)[t][:, None]
    return np.sqrt(alpha) * x0 + np.sqrt(1.0 - alpha) * noise


def q_sample_previous(x0, noise, betas, t):
    alphas_cumprod = np.append(1.0, np.cumprod(1.0 - betas))
    a = alphas_cumprod[t][:, None]
    return np.sqrt(a) * x0 + np.sqrt(1.0 - a) * noise


def q_sample_variance(x0, noise, betas, t):
    a = np.cumprod(1.0 - betas)[t][:, None]
    return np.sqrt(a) * x0 + (1.0 - a) * noise


def q_sample_no_root(x0, noise, betas, t):
    a = np.cumprod(1.0 - betas)[t][:, None]
    return a * x0 + np.sqrt(1.0 - a) * noise


def q_sample_exchanged(x0, noise, betas, t):
    a = np.cumprod(1.0 - betas)[t][:, None]
    return np.sqrt(1.0 - a) * x0 + np.sqrt(a) * noise


def q_sample_sum_to_one(x0, noise, betas, t):
    a = np.sqrt(np.cumprod(1.0 - betas))[t][:, None]
    return a * x0 + (1.0 - a) * noise


def q_sample_half_table(x0, noise, betas, t):
    alphas_cumprod = np.cumprod(1.0 - betas).astype(np.float16).astype(x0.dtype)
    a = alphas_cumprod[t][:, None]
    return np.sqrt(a) * x0 + np.sqrt(1.0 - a) * noise


def add_noise(x0, noise, alphas_cumprod, t):
    a = alphas_cumprod[t].reshape(-1, *[1] * (x0.ndim - 1))
    return a**0.5 * x0 + (1 - a) ** 0.5 * noise


class Scheduler:
    """Tables made once."""

    def __init__(self, betas):
        self.alphas_cumprod = np.cumprod(1.0 - betas)

    def add_noise(self, x0, noise, t):
        a = self.alphas_cumprod[t][:, None]
        return np.sqrt(a) * x0 + np.sqrt(1 - a) * noise


class SchedulerLate(Scheduler):
    """The same, one step late."""

    def add_noise(self, x0, noise, t):
        return super().add_noise(x0, noise, np.minimum(t + 1, len(self.alphas_cumprod) - 1))


class SchedulerSigma(Scheduler):
    """The same with the noise of an exploding process."""

    def add_noise(self, x0, noise, t):
        a = self.alphas_cumprod[t][:, None]
        return x0 + np.sqrt((1 - a) / a) * noise


def q_posterior(x0, x_t, betas, t):
    alphas_cumprod = np.cumprod(1.0 - betas)
    previous = np.append(1.0, alphas_cumprod[:-1])
    coef1 = betas * np.sqrt(previous) / (1.0 - alphas_cumprod)
    coef2 = (1.0 - previous) * np.sqrt(1.0 - betas) / (1.0 - alphas_cumprod)
    variance = betas * (1.0 - previous) / (1.0 - alphas_cumprod)
    return extract(coef1, t) * x0 + extract(coef2, t) * x_t, extract(variance, t)


def q_posterior_no_root(x0, x_t, betas, t):
    alphas_cumprod = np.cumprod(1.0 - betas)
    previous = np.append(1.0, alphas_cumprod[:-1])
    coef1 = betas * previous / (1.0 - alphas_cumprod)
    coef2 = (1.0 - previous) * (1.0 - betas) / (1.0 - alphas_cumprod)
    variance = betas * (1.0 - previous) / (1.0 - alphas_cumprod)
    return extract(coef1, t) * x0 + extract(coef2, t) * x_t, extract(variance, t)


def q_posterior_fixed_large(x0, x_t, betas, t):
    mean, _ = q_posterior(x0, x_t, betas, t)
    return mean, extract(betas, t)


def q_posterior_deviation(x0, x_t, betas, t):
    mean, variance = q_posterior(x0, x_t, betas, t)
    return mean, np.sqrt(variance)


def q_posterior_clipped(x0, x_t, betas, t):
    mean, _ = q_posterior(x0, x_t, betas, t)
    alphas_cumprod = np.cumprod(1.0 - betas)
    previous = np.append(1.0, alphas_cumprod[:-1])
    variance = betas * (1.0 - previous) / (1.0 - alphas_cumprod)
    clipped = np.append(variance[1] if len(variance) > 1 else betas[0], variance[1:])
    return mean, extract(clipped, t)


def posterior_by_precision(x0, x_t, betas, t):
    """Of two Gaussians, by adding precisions; at the first step the mean is x_0."""
    means, variances = np.array(x0, copy=True), np.zeros_like(x0)
    for i, step in enumerate(t):
        if step == 0:
            continue
        beta, before = betas[step], np.prod(1 - betas[:step])
        precision = (1 - beta) / beta + 1 / (1 - before)
        means[i] = (np.sqrt(1 - beta) / beta * x_t[i] + np.sqrt(before) / (1 - before) * x0[i]) / precision
        variances[i] = 1 / precision
    return means, variances[:, :1]


def p_mean(x_t, eps, betas, t):
    beta = extract(betas, t)
    alpha_bar = extract(np.cumprod(1 - betas), t)
    return (x_t - beta / np.sqrt(1 - alpha_bar) * eps) / np.sqrt(1 - beta)


def p_mean_through_x0(x_t, eps, betas, t):
    alpha_bar = extract(np.cumprod(1 - betas), t)
    x0 = (x_t - np.sqrt(1 - alpha_bar) * eps) / np.sqrt(alpha_bar)
    return q_posterior(x0, x_t, betas, t)[0]


def p_mean_of(coefficient, scale, sign=-1):
    """The mean with other coefficients of the noise and of the whole."""

    def mean(x_t, eps, betas, t):
        beta, alpha_bar = extract(betas, t), extract(np.cumprod(1 - betas), t)
        return (x_t + sign * coefficient(beta, alpha_bar) * eps) / scale(beta, alpha_bar)

    return mean


def right_coefficient(beta, alpha_bar):
    return beta / np.sqrt(1 - alpha_bar)


def right_scale(beta, alpha_bar):
    return np.sqrt(1 - beta)


class Stepper(Scheduler):
    """A scheduler whose step gives the mean."""

    def __init__(self, betas):
        super().__init__(betas)
        self.betas = betas

    def step(self, eps, t, x_t):
        beta, alpha_bar = self.betas[t], self.alphas_cumprod[t]
        return (x_t - beta / (1 - alpha_bar) ** 0.5 * eps) / (1 - beta) ** 0.5


class StepperPrevious(Stepper):
    """The same with the noise level of the step before."""

    def step(self, eps, t, x_t):
        beta, alpha_bar = self.betas[t], self.alphas_cumprod[t - 1] if t > 0 else 0.0
        return (x_t - beta / (1 - alpha_bar) ** 0.5 * eps) / (1 - beta) ** 0.5


ORDINARY = [
    Ordinary(
        target="ddpm.diffuse_step",
        adapter="ho",
        textbook=step_forward,
        slips=(
            typo("np.sqrt(beta)", "beta", "variance-as-deviation"),
            typo("return np.sqrt", "return", "alpha-squared|signal-not-rooted|α_t²"),
            Slip(step_forward_unscaled, "unscaled|signal kept|without α"),
        ),
    ),
    Ordinary(
        target="ddpm.diffuse_step",
        adapter="ho",
        textbook=step_forward_loop,
        slips=(
            Slip(step_forward_all, r"alpha-bar-for-alpha|all steps|equals? .*ddpm\.diffuse\b"),
            Slip(
                changed(step_forward, "betas[t]", "betas[np.minimum(t + 1, len(betas) - 1)]"),
                "next-step|one (step )?(too )?(late|large)",
            ),
        ),
    ),
    Ordinary(
        target="ddpm.diffuse",
        adapter="ho",
        textbook=q_sample,
        slips=(
            Slip(q_sample_alphas, "alpha-for-alpha-bar"),
            Slip(q_sample_previous, "previous-step|one (step )?(too )?(early|small)"),
            Slip(q_sample_variance, "variance-as-deviation"),
            Slip(q_sample_no_root, "signal-not-rooted|alpha-bar-squared|ᾱ_t²"),
            Slip(q_sample_exchanged, "exchang|swapped"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.diffuse",
        adapter="ho",
        textbook=q_sample_loop,
        slips=(
            Slip(q_sample_sum_to_one, "sum-to-one"),
            Slip(q_sample_half_table, "float16|half"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.diffuse",
        adapter="alphas-cumprod",
        dtype="float32",
        textbook=add_noise,
        slips=(
            Slip(
                lambda x, e, a, t: a[t][:, None] ** 0.5 * x + (1 - a[t][:, None]) * e, "variance-as-deviation"
            ),
            Slip(lambda x, e, a, t: a[t][:, None] * x + (1 - a[t][:, None]) * e, "squares|not-rooted|both"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.diffuse",
        adapter="scheduler",
        textbook=Scheduler,
        slips=(
            Slip(SchedulerLate, "next-step|one (step )?(too )?(late|large)"),
            Slip(SchedulerSigma, "exploding|not scaled|divided by ᾱ"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.posterior",
        adapter="ho",
        textbook=q_posterior,
        slips=(
            typo(
                "(coef1, t) * x0 + extract(coef2, t)",
                "(coef2, t) * x0 + extract(coef1, t)",
                "swapped|exchang",
            ),
            typo("betas * np.sqrt(previous)", "betas", "without-alpha-bar"),
            Slip(q_posterior_no_root, "not-rooted|α²|squares"),
            Slip(q_posterior_fixed_large, "fixed-large|β_t²"),
            Slip(q_posterior_deviation, "deviation"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.posterior",
        adapter="ho",
        textbook=posterior_by_precision,
        slips=(
            Slip(q_posterior_clipped, "clipped"),
            Slip(changed(q_posterior, "1.0,", "0.0,"), "padded-with-zero|0 (for|in place of|instead of) 1"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.denoise_mean",
        adapter="ho",
        textbook=p_mean,
        slips=(
            Slip(p_mean_of(lambda b, a: np.sqrt(b) / np.sqrt(1 - a), right_scale), "deviation-for-variance"),
            Slip(p_mean_of(right_coefficient, lambda b, a: 1), "without-division"),
            Slip(p_mean_of(right_coefficient, lambda b, a: np.sqrt(a)), "alpha-bar-for-alpha"),
            Slip(p_mean_of(lambda b, a: b / (1 - a), right_scale), "noise-variance|β̄_t²|noise-not-rooted"),
            Slip(p_mean_of(right_coefficient, lambda b, a: 1 - b), "alpha-squared|α_t²|divides by"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.denoise_mean",
        adapter="ho",
        textbook=p_mean_through_x0,
        slips=(
            Slip(p_mean_of(right_coefficient, right_scale, +1), "adds-noise|sign"),
            Slip(
                p_mean_of(lambda b, a: (1 - b) / np.sqrt(1 - a), right_scale), "alpha-for-beta|α_t²/β̄|exchang"
            ),
            typo("x0, x_t", "np.clip(x0, -1, 1), x_t", "clip|cut to"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.denoise_mean",
        adapter="scheduler",
        textbook=Stepper,
        slips=(Slip(StepperPrevious, "previous-noise-level"),),
        answer="imprecise",
    ),
]
