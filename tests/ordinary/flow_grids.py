"""Grids of levels, the shift of times, EDM's preconditioning and rectified flow, as people type them."""

import math

import numpy as np

from refimpl.flow import EDMScalings

from ._ordinary import Ordinary, Slip, torch, typo


def get_sigmas_karras(n, sigma_min, sigma_max, rho=7.0):
    ramp = torch.linspace(0, 1, n)
    min_inv_rho = sigma_min ** (1 / rho)
    max_inv_rho = sigma_max ** (1 / rho)
    sigmas = (max_inv_rho + ramp * (min_inv_rho - max_inv_rho)) ** rho
    return torch.cat([sigmas, sigmas.new_zeros([1])])


def edm_steps(num_steps, sigma_min, sigma_max, *, rho=7, xp=np, dtype=None, device=None):
    step_indices = np.arange(num_steps, dtype=np.float64)
    t_steps = (
        sigma_max ** (1 / rho)
        + step_indices / (num_steps - 1) * (sigma_min ** (1 / rho) - sigma_max ** (1 / rho))
    ) ** rho
    return np.concatenate([t_steps, np.zeros_like(t_steps[:1])]).astype(dtype)


def convert_to_karras(num_inference_steps, sigma_min, sigma_max, rho=7.0):
    ramp = np.linspace(0, 1, num_inference_steps)
    min_inv_rho = sigma_min ** (1 / rho)
    max_inv_rho = sigma_max ** (1 / rho)
    return (max_inv_rho + ramp * (min_inv_rho - max_inv_rho)) ** rho


def get_sigmas_exponential(n, sigma_min, sigma_max):
    sigmas = torch.linspace(math.log(sigma_max), math.log(sigma_min), n).exp()
    return torch.cat([sigmas, sigmas.new_zeros([1])])


def log_linear(n, sigma_min, sigma_max):
    return np.append(np.exp(np.linspace(np.log(sigma_max), np.log(sigma_min), n)), 0)


def convert_to_exponential(n, sigma_min, sigma_max):
    return sigma_max * (sigma_min / sigma_max) ** (np.arange(n) / (n - 1))


def shift_sigmas(sigmas, *, shift):
    return shift * sigmas / (1 + (shift - 1) * sigmas)


def shift_before_and_after(sigmas, *, shift):
    return shift_sigmas(shift_sigmas(sigmas, shift=shift), shift=shift)


def time_shift(mu, sigma, t):
    return np.exp(mu) / (np.exp(mu) + (1 / t - 1) ** sigma)


def get_scalings(sigma, sigma_data):
    c_skip = sigma_data**2 / (sigma**2 + sigma_data**2)
    c_out = sigma * sigma_data / (sigma**2 + sigma_data**2) ** 0.5
    c_in = 1 / (sigma**2 + sigma_data**2) ** 0.5
    return c_skip, c_out, c_in


def edm_scaling(sigma, *, sigma_data=0.5):
    c_skip = sigma_data**2 / (sigma**2 + sigma_data**2)
    c_out = sigma * sigma_data / (sigma**2 + sigma_data**2).sqrt()
    c_in = 1 / (sigma_data**2 + sigma**2).sqrt()
    c_noise = sigma.log() / 4
    return EDMScalings(c_skip, c_out, c_in, c_noise)


def precond(model, x, sigma, sigma_data):
    c_skip = sigma_data**2 / (sigma**2 + sigma_data**2)
    c_out = sigma * sigma_data / np.sqrt(sigma**2 + sigma_data**2)
    c_in = 1 / np.sqrt(sigma_data**2 + sigma**2)
    c_noise = np.log(sigma) / 4
    F_x = model(c_in * x, c_noise)
    return c_skip * x + c_out * F_x


def precondition_outputs(sample, model_output, sigma, *, sigma_data=0.5):
    c_skip = sigma_data**2 / (sigma**2 + sigma_data**2)
    c_out = sigma * sigma_data / (sigma**2 + sigma_data**2) ** 0.5
    return c_skip * sample + c_out * model_output


def training_target(noised_input, target, sigma, *, sigma_data=0.5):
    c_skip = sigma_data**2 / (sigma**2 + sigma_data**2)
    c_out = sigma * sigma_data / (sigma**2 + sigma_data**2) ** 0.5
    return (target - c_skip * noised_input) / c_out


def target_by_hypot(noised, clean, sigma, *, sigma_data=0.5):
    weight = np.hypot(sigma, sigma_data)
    return ((clean - noised) / sigma * sigma_data + clean / sigma_data * sigma) / weight


def velocity_of(x, prediction, t, *, given="noise"):
    if given == "x0":
        return (x - prediction) / t
    eps = prediction if given == "noise" else -t * prediction
    return (eps - x) / (1 - t)


def velocity_from_noise_at_zero(x, prediction, t, *, given="noise"):
    if given == "x0":
        return (prediction - x) / (1 - t)
    if given == "score":
        prediction = -(1 - t) * prediction
    return (x - prediction) / t


def x0_of(x_t, v, t):
    return x_t - t * v


def x0_from_noise_at_zero(x_t, v, t):
    return x_t + (1 - t) * v


def noise_of(x_t, v, t):
    return x_t + (1 - t) * v


def noise_from_noise_at_zero(x_t, v, t):
    return x_t - t * v


def score_of(x, v, t):
    eps = x + (1 - t) * v
    return -eps / t


def score_by_data(x, v, t):
    pred_x0 = x - t * v
    return -(x - (1 - t) * pred_x0) / t**2


def score_from_noise_at_zero(x, v, t):
    return (t * v - x) / (1 - t)


_LEVELS = (
    typo("** rho", "** (1 / rho)", "not-raised|inverse-rho|power"),
    typo(
        "ramp * (min_inv_rho - max_inv_rho)", "(1 - ramp) * (min_inv_rho - max_inv_rho)", "exchanged|revers"
    ),
)

ORDINARY = [
    Ordinary(
        "flow.karras_sigmas",
        get_sigmas_karras,
        (
            typo(
                "torch.cat([sigmas, sigmas.new_zeros([1])])",
                "sigmas",
                "without-zero|shape|one less|without 0",
            ),
            typo("torch.linspace(0, 1, n)", "torch.arange(n) / n", "endpoint-left-out|never reaches"),
            typo("sigmas.new_zeros([1])", "sigmas[-1:]", "last-level-twice"),
            typo("1 / rho)", "1 / 7)", "rho"),
        ),
        adapter="levels",
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "flow.karras_sigmas",
        edm_steps,
        (
            typo("(num_steps - 1)", "num_steps", "endpoint-left-out|never reaches"),
            typo("rho=7,", "rho=5,", "other-rho|default"),
            typo(
                "np.concatenate([t_steps, np.zeros_like(t_steps[:1])])",
                "np.append(t_steps[1:], [0, 0])",
                "revers|shift|next|index|place|moved|off by one|earlier|later",
            ),
        ),
    ),
    Ordinary("flow.karras_sigmas", convert_to_karras, _LEVELS, adapter="without-zero"),
    Ordinary(
        "flow.exponential_sigmas",
        get_sigmas_exponential,
        (
            typo(".exp()", "", "not-raised|log"),
            typo("sigmas.new_zeros([1])", "sigmas[-1:]", "0|zero|last"),
        ),
        adapter="levels",
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "flow.exponential_sigmas",
        log_linear,
        (
            typo(
                "np.exp(np.linspace(np.log(sigma_max), np.log(sigma_min), n))",
                "np.linspace(sigma_max, sigma_min, n)",
                "even",
            ),
            typo(
                "np.log(sigma_max), np.log(sigma_min)",
                "np.log(sigma_min), np.log(sigma_max)",
                "exchanged|revers",
            ),
        ),
        adapter="levels",
    ),
    Ordinary(
        "flow.exponential_sigmas",
        convert_to_exponential,
        (typo("(n - 1)", "n", "endpoint-left-out|never reaches"),),
        adapter="without-zero",
    ),
    Ordinary(
        "flow.shift_time",
        shift_sigmas,
        (
            Slip(shift_before_and_after, "applied-twice|shift²|square"),
            typo("(1 + (shift - 1) * sigmas)", "(1 + shift * sigmas)", "without-minus-one"),
            typo(
                "shift * sigmas / (1 + (shift - 1) * sigmas)",
                "sigmas / (shift + (1 - shift) * sigmas)",
                "inverse|reciprocal|1/s",
            ),
            typo(
                "shift * sigmas / (1 + (shift - 1) * sigmas)", "np.minimum(shift * sigmas, 1)", "not-divided"
            ),
        ),
    ),
    Ordinary(
        "flow.shift_time",
        time_shift,
        (
            typo("(1 / t - 1)", "(1 / (1 - t) - 1)", "signal|1 − t"),
            typo(
                "np.exp(mu) / (np.exp(mu) + (1 / t - 1) ** sigma)",
                "np.exp(2 * mu) / (np.exp(2 * mu) + (1 / t - 1) ** sigma)",
                "applied-twice|square",
            ),
        ),
        adapter="mu",
    ),
    Ordinary(
        "flow.edm_scalings",
        get_scalings,
        (
            typo(
                "c_in = 1 / (sigma**2 + sigma_data**2) ** 0.5",
                "c_in = 1 / (sigma**2 + 1) ** 0.5",
                "in-of-noise-alone",
            ),
            typo(
                "c_in = 1 / (sigma**2 + sigma_data**2) ** 0.5",
                "c_in = 1 / (sigma**2 + sigma_data**2)",
                "in-not-rooted|root|square",
            ),
            typo("c_out = sigma * sigma_data", "c_out = -sigma * sigma_data", "negative-out|sign|negated"),
            typo(
                "c_skip = sigma_data**2 / (sigma**2 + sigma_data**2)",
                "c_skip = sigma_data / (sigma**2 + sigma_data**2) ** 0.5",
                "skip-rooted|root",
            ),
        ),
        adapter="three",
    ),
    Ordinary(
        "flow.edm_scalings",
        edm_scaling,
        (
            typo("sigma.log() / 4", "sigma.log()", "noise-without-quarter|4 times"),
            typo("sigma.log() / 4", "sigma", "noise-is-sigma"),
            typo("c_out = sigma * sigma_data /", "c_out = sigma /", "out-without-data"),
            typo("sigma_data=0.5):", "sigma_data=1.0):", "default"),
        ),
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "flow.edm_denoised",
        precond,
        (
            typo("c_skip * x +", "c_skip * (c_in * x) +", "skip-of-the-input"),
            typo("c_skip * x + c_out * F_x", "x - sigma * F_x", "noise-predicted"),
            typo("+ c_out", "- c_out", "negative-out|sign"),
        ),
        adapter="network",
    ),
    Ordinary(
        "flow.edm_denoised",
        precondition_outputs,
        (
            typo("c_skip * sample + ", "", "without-skip"),
            typo(
                "sigma_data=0.5):\n",
                "sigma_data=0.5):\n    sigma_data = 0.5\n",
                "sigma-data-ignored|sigma_data",
            ),
            typo("c_skip * sample + c_out * model_output", "model_output", "output-is-the-data"),
        ),
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "flow.edm_output",
        training_target,
        (
            typo("(target - c_skip * noised_input)", "target", "without-skip"),
            typo(
                "(target - c_skip * noised_input) / c_out",
                "(c_skip * noised_input - target) / c_out",
                "negative|sign|−1",
            ),
            typo("/ c_out", "/ c_out**2", "by-variance"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "flow.edm_output",
        target_by_hypot,
        (
            typo(
                "((clean - noised) / sigma * sigma_data + clean / sigma_data * sigma) / weight",
                "(noised - clean) / sigma",
                "noise",
            ),
            typo("sigma_data=0.5):\n", "sigma_data=0.5):\n    sigma_data = 1.0\n", "unit-data|sigma_data"),
        ),
    ),
    Ordinary(
        "flow.rectified_velocity",
        velocity_of,
        (
            typo("(x - prediction) / t", "x - prediction", "not-divided|1 in place of t"),
            typo("-t * prediction", "-prediction", "score-for-noise"),
            typo("-t * prediction", "t * prediction", "score-positive"),
            typo("(eps - x) / (1 - t)", "(x - eps) / (1 - t)", "data-minus-noise|exchanged"),
        ),
    ),
    Ordinary(
        "flow.rectified_velocity",
        velocity_from_noise_at_zero,
        (
            typo("(x - prediction) / t", "(x - prediction) / np.maximum(t, 0.05)", "clamped|0.05"),
            typo("-(1 - t) * prediction", "-prediction", "score-for-noise"),
        ),
        adapter="data-at-one",
    ),
    Ordinary(
        "flow.rectified_x0",
        x0_of,
        (
            typo("x_t - t * v", "x_t + t * v", "plus|sign"),
            typo("t * v", "(1 - t) * v", "time-reversed"),
            typo("t * v", "v", "whole-step"),
        ),
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "flow.rectified_x0",
        x0_from_noise_at_zero,
        (typo("+ (1 - t) * v", "- t * v", "noise"),),
        adapter="data-at-one",
    ),
    Ordinary(
        "flow.rectified_noise",
        noise_of,
        (
            typo("x_t + (1 - t)", "x_t - (1 - t)", "minus|sign"),
            typo("(1 - t) * v", "t * v", "time-reversed"),
            typo("(1 - t) * v", "v", "whole-step"),
        ),
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "flow.rectified_noise",
        noise_from_noise_at_zero,
        (typo("- t * v", "+ (1 - t) * v", "data"),),
        adapter="data-at-one",
    ),
    Ordinary(
        "flow.rectified_score",
        score_of,
        (
            typo("-eps / t", "eps / t", "positive|sign|negat"),
            typo("-eps / t", "-eps", "not-divided"),
            typo("-eps / t", "-eps / t**2", "by-variance"),
            typo("-eps / t", "v", "velocity-itself"),
        ),
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "flow.rectified_score",
        score_by_data,
        (typo("(1 - t) * pred_x0", "pred_x0", "signal-forgotten"),),
        answer="imprecise",
    ),
    Ordinary(
        "flow.rectified_score",
        score_from_noise_at_zero,
        (typo("(t * v - x) / (1 - t)", "-(x + (1 - t) * v) / (1 - t)", "of-data"),),
        adapter="data-at-one",
    ),
]
