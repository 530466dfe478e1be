"""Diffusion models as the first papers and common code write them."""

from types import SimpleNamespace

import numpy as np
from ordinary.ddpm_practice import betas_of_config

from ._convention import Convention


class Tables:
    """Coefficients as common code tabulates them, but through logarithms, so that 1 − Π keeps its digits."""

    def __init__(self, betas):
        logs = np.cumsum(np.log1p(-betas))
        self.betas, self.alphas = betas, 1 - betas
        self.signal, self.noise = np.exp(logs / 2), np.sqrt(-np.expm1(logs))
        self.before_signal = np.append(np.ones_like(betas[:1]), self.signal[:-1])
        self.before_noise = np.append(np.zeros_like(betas[:1]), self.noise[:-1])
        shrink = self.before_noise / self.noise
        self.variance = shrink**2 * betas
        self.x0_weight = self.before_signal * (betas / self.noise / self.noise)
        self.xt_weight = np.sqrt(self.alphas) * shrink**2


def at(table, t):
    return table[t][:, None]


def add(x0, noise, betas, t, sign=1):
    table = Tables(betas)
    return at(table.signal, t) * x0 + sign * at(table.noise, t) * noise


def velocity(x0, noise, betas, t, sign=1):
    table = Tables(betas)
    return sign * (at(table.signal, t) * noise - at(table.noise, t) * x0)


def mean(x_t, eps, betas, t, sign=1):
    table = Tables(betas)
    return (x_t - sign * at(betas, t) / at(table.noise, t) * eps) / np.sqrt(at(table.alphas, t))


def posterior(x0, x_t, betas, t, factor=1.0):
    table = Tables(betas)
    centre = at(table.x0_weight, t) * x0 + at(table.xt_weight, t) * x_t
    with np.errstate(divide="ignore"):
        return centre, factor * at(table.variance, t), np.log(at(table.variance, t))


def posterior_std(x0, x_t, betas, t, power=0.5):
    centre, variance, _ = posterior(x0, x_t, betas, t)
    return centre, variance**power


def mean_of_x0(x_t, x0, betas, t, factor=1.0):
    return factor * posterior(x0, x_t, betas, t)[0]


def mean_of_v(x_t, v, betas, t, sign=1):
    table = Tables(betas)
    return mean_of_x0(x_t, at(table.signal, t) * x_t - sign * at(table.noise, t) * v, betas, t)


def mean_of_score(x_t, score, betas, t, sign=1):
    return (x_t + sign * at(betas, t) * score) / np.sqrt(at(1 - betas, t))


def x0_of(x_t, prediction, betas, t, given="noise", sign=1):
    a, b = at(Tables(betas).signal, t), sign * at(Tables(betas).noise, t)
    if given == "v":
        return a * x_t - b * prediction
    return (x_t - b * prediction) / a if given == "noise" else x_t / a + b * b / a * prediction * sign


def noise_of(x_t, prediction, betas, t, given="x0", sign=1):
    a, b = at(Tables(betas).signal, t), at(Tables(betas).noise, t)
    if given == "v":
        return sign * a * prediction + b * x_t
    return (x_t - sign * a * prediction) / b if given == "x0" else -sign * b * prediction


def v_of(x_t, prediction, betas, t, given="noise", sign=1):
    a, b = at(Tables(betas).signal, t), at(Tables(betas).noise, t)
    if given == "x0":
        return sign * (a * x_t - prediction) / b
    return sign * ((prediction - b * x_t) / a if given == "noise" else -(b * x_t + b * prediction) / a)


def score_of(x_t, prediction, betas, t, given="noise", sign=1):
    a, b = at(Tables(betas).signal, t), at(Tables(betas).noise, t)
    if given == "noise":
        return 0 * x_t - sign * prediction / b
    return (a * prediction - x_t) / b / b if given == "x0" else -x_t - sign * a / b * prediction


def p_sample(x_t, eps, noise, betas, variances, t, root=np.sqrt):
    nonzero = (t != 0)[:, None]
    return mean(x_t, eps, betas, t) + nonzero * at(root(variances), t) * noise


def p_sample_loop(model, x, noises, betas, variances, mean=mean, sign=1):
    for t, noise in zip(reversed(range(len(betas))), noises, strict=True):
        batch = np.full(len(x), t)
        x = mean(x, model(x, batch), betas, batch) + (t > 0) * sign * np.sqrt(variances[t]) * noise
    return x


class Scheduler:
    """An object as a library of pipelines has it."""

    sign = 1

    def __init__(self, betas):
        self.betas = betas

    def add_noise(self, x0, noise, t):
        return add(x0, noise, self.betas, t, self.sign)

    def get_velocity(self, sample, noise, t):
        return velocity(sample, noise, self.betas, t, self.sign)

    def step(self, model_output, t, sample):
        steps = np.full(len(sample), t)
        return SimpleNamespace(prev_sample=mean(sample, model_output, self.betas, steps, self.sign))


class WrongScheduler(Scheduler):
    sign = -1


def add_of_cumprod(x0, noise, alphas_cumprod, t, sign=1):
    return np.sqrt(at(alphas_cumprod, t)) * x0 + sign * np.sqrt(1 - at(alphas_cumprod, t)) * noise


def velocity_of_cumprod(x0, noise, alphas_cumprod, t, sign=1):
    return np.sqrt(at(alphas_cumprod, t)) * noise - sign * np.sqrt(1 - at(alphas_cumprod, t)) * x0


def fixed(betas, kind, first=0.0):
    small = Tables(betas).variance
    return betas if kind == "normal" else np.append(small[:1] + betas.dtype.type(first), small[1:])


def best_variance(betas, conditional, power=2):
    table = Tables(betas)
    return table.variance + table.x0_weight**power * conditional


def loss_weight(betas, variances, factor=0.5):
    with np.errstate(divide="ignore"):
        share = betas / Tables(betas).noise / np.sqrt(1 - betas) / np.sqrt(variances)
    return factor * share**2


def snr(betas, power=2):
    table = Tables(betas)
    return (table.signal / table.noise) ** power


def log_snr(betas, factor=2):
    logs = np.cumsum(np.log1p(-betas))
    return factor / 2 * (logs - np.log(-np.expm1(logs)))


def roots(betas, shift=0):
    table = Tables(betas)
    return (table.signal, table.noise) if not shift else (table.before_signal, table.before_noise)


def cosine(steps, offset=0.008, largest=0.999):
    """1 − cos²b/cos²a by products: (cos a − cos b)(cos a + cos b) = 4 sin·sin·cos·cos of half sums."""
    unit = np.pi / 2 / (1 + offset)
    n = np.arange(1, steps + 1)
    gap = unit / (2 * steps)
    rise, rest = unit * ((n - 0.5) / steps + offset), (2 * steps + 1 - 2 * n) * gap  # together π/2
    whole = 4 * np.sin(rise) * np.sin(gap) * np.sin(rest) * np.cos(gap)
    return np.minimum(whole / np.sin(unit * (steps + 1 - n) / steps) ** 2, largest)


def rescaled(betas, factor=1.0):
    """ᾱ_t − ᾱ_T by the sum of what the steps between take away; 1 − r² by (1 − r)(1 + r)."""
    signal = Tables(betas).signal
    before = np.append(np.ones_like(betas[:1]), signal[:-1])
    taken = before * betas / (1 + np.sqrt(1 - betas))
    left = np.cumsum(taken[::-1])[::-1]
    share = taken[1:] / left[1:]
    middle = factor * share * (2 - share)
    return np.concatenate([betas[:1], middle[:-1], np.ones_like(betas[:1])])


def min_snr(betas, gamma, given, shift=1):
    logs = np.cumsum(np.log1p(-betas))
    signal, noise = np.exp(logs), -np.expm1(logs)
    with np.errstate(divide="ignore"):
        data = np.minimum(signal / noise, gamma)
        return {
            "x0": data,
            "noise": np.minimum(1, gamma * noise / signal),
            "v": data / (shift + signal / noise),
        }[given]


def between(betas, t, s):
    """α², β², ᾱ_s, β̄_s², ᾱ_t and β̄_t² as columns."""
    logs = np.append(np.zeros_like(betas[:1]), np.cumsum(np.log1p(-betas)))
    gap = np.asarray(
        [np.sum(np.log1p(-betas[b + 1 : a + 1])) for a, b in zip(t, s, strict=True)], betas.dtype
    )
    before, now = logs[s + 1], logs[t + 1]
    found = (
        np.exp(gap),
        -np.expm1(gap),
        np.exp(before / 2),
        -np.expm1(before),
        np.exp(now / 2),
        -np.expm1(now),
    )
    return [part[:, None] for part in found]


def posterior_of_steps(x0, x_t, betas, t, s, factor=1.0):
    ratio, beta, signal, noise, _, rest = between(betas, t, s)
    kept = noise / rest
    return np.sqrt(ratio) * kept * x_t + signal * (beta / rest) * x0, factor * kept * beta


def ddim(x_t, eps, noise, betas, t, s, eta, sign=1):
    ratio, beta, _, before, _, rest = between(betas, t, s)
    sigma2 = eta * eta * before / rest * beta
    turned = np.sqrt(np.maximum(before - sigma2, 0))
    return (
        x_t / np.sqrt(ratio)
        + (turned - np.sqrt(rest) / np.sqrt(ratio)) * eps
        + sign * np.sqrt(sigma2) * noise
    )


def log_learned(output, betas, t, sign=1):
    _, beta, _, before, _, rest = between(betas, t, t - 1)
    share = np.log(np.where(before > 0, before, 1) / rest)
    return np.log(beta) + (1 - sign * output) / 2 * share


def of_config(config):
    """Ordinary code, but for the rescaling, which loses digits there."""
    betas = betas_of_config({**config, "rescale_betas_zero_snr": False})
    return rescaled(betas) if config.get("rescale_betas_zero_snr") else betas


def _signed(function):
    return Convention(function, lambda *a, **o: function(*a, **o, sign=-1))


CONVENTIONS = {
    "ddpm.diffuse/ho": _signed(add),
    "ddpm.velocity/ho": _signed(velocity),
    "ddpm.denoise_mean/ho": _signed(mean),
    "ddpm.predict_x0/ho": _signed(x0_of),
    "ddpm.predict_noise/ho": _signed(noise_of),
    "ddpm.predict_v/ho": _signed(v_of),
    "ddpm.predict_score/ho": _signed(score_of),
    "ddpm.predict_x0/noise-model": _signed(x0_of),
    "ddpm.predict_noise/x0-model": _signed(noise_of),
    "ddpm.posterior/ho": Convention(posterior, lambda *a: posterior(*a, factor=2.0)),
    "ddpm.posterior/std": Convention(posterior_std, lambda *a: posterior_std(*a, power=1)),
    "ddpm.ancestral_step/ho": Convention(p_sample, lambda *a: p_sample(*a, root=np.abs)),
    "ddpm.sample/ho": _signed(p_sample_loop),
    "ddpm.sample/x0-model": Convention(
        lambda *a: p_sample_loop(*a, mean=mean_of_x0),
        lambda *a: p_sample_loop(*a, mean=lambda *b: mean_of_x0(*b, factor=2.0)),
    ),
    "ddpm.sample/v-model": Convention(
        lambda *a: p_sample_loop(*a, mean=mean_of_v),
        lambda *a: p_sample_loop(*a, mean=lambda *b: mean_of_v(*b, sign=-1)),
    ),
    "ddpm.denoise_mean/x0-model": Convention(mean_of_x0, lambda *a: mean_of_x0(*a, factor=2.0)),
    "ddpm.denoise_mean/v-model": _signed(mean_of_v),
    "ddpm.denoise_mean/score-model": _signed(mean_of_score),
    "ddpm.diffuse/scheduler": Convention(Scheduler, WrongScheduler),
    "ddpm.velocity/scheduler": Convention(Scheduler, WrongScheduler),
    "ddpm.denoise_mean/scheduler": Convention(Scheduler, WrongScheduler),
    "ddpm.diffuse/alphas-cumprod": Convention(
        add_of_cumprod, lambda *a: add_of_cumprod(*a, sign=-1), dtypes=("float32",)
    ),
    "ddpm.velocity/alphas-cumprod": Convention(
        velocity_of_cumprod, lambda *a: velocity_of_cumprod(*a, sign=-1), dtypes=("float32",)
    ),
    "ddpm.sampling_std/ho": Convention(fixed, lambda *a, **o: fixed(*a, **o, first=1e-20)),
    "ddpm.optimal_std/ho": Convention(best_variance, lambda *a: best_variance(*a, power=1)),
    "ddpm.loss_weight/ho": Convention(loss_weight, lambda *a: loss_weight(*a, factor=1.0)),
    "ddpm.snr/ho": Convention(snr, lambda *a: snr(*a, power=1)),
    "ddpm.log_snr/ho": Convention(log_snr, lambda *a: log_snr(*a, factor=1)),
    "ddpm.cumulative/ho": Convention(roots, lambda *a: roots(*a, shift=1)),
    "ddpm.rescale_zero_snr/ho": Convention(rescaled, lambda b: rescaled(b, factor=0.5)),
    "ddpm.from_config/betas": Convention(of_config, lambda config: 2 * of_config(config)),
    "ddpm.min_snr_weight/ho": Convention(min_snr, lambda b, **o: min_snr(b, **o, shift=0)),
    "ddpm.posterior_between/ho": Convention(
        posterior_of_steps, lambda *a: posterior_of_steps(*a, factor=2.0)
    ),
    "ddpm.ddim_step/ho": _signed(ddim),
    "ddpm.learned_variance/ho": _signed(log_learned),
    "ddpm.cosine_schedule/ho": Convention(cosine, lambda *a: cosine(*a, largest=1.0)),
}
