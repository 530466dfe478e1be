"""What accumulates along a schedule, and the predicates, as people type them."""

import numpy as np

from refimpl.ddpm import Cumulative, HoSchedule

from ._ordinary import Ordinary, Slip, typo


def ho_variables(schedule):
    betas = schedule.beta_squared
    alphas = 1 - betas
    return HoSchedule(betas, alphas, np.cumprod(alphas))


def ho_variables_loop(schedule):
    betas, product, products = schedule.beta_squared, 1.0, []
    for beta in betas:
        product *= 1 - beta
        products.append(product)
    return HoSchedule(betas, 1 - betas, np.asarray(products, dtype=betas.dtype))


def ho_variables_deviations(schedule):
    betas = np.sqrt(schedule.beta_squared)
    return HoSchedule(betas, 1 - schedule.beta_squared, np.cumprod(1 - schedule.beta_squared))


def ho_variables_roots(schedule):
    alphas = np.sqrt(1 - schedule.beta_squared)
    return HoSchedule(schedule.beta_squared, alphas, np.cumprod(alphas))


def ho_variables_before(schedule):
    alphas = 1 - schedule.beta_squared
    return HoSchedule(schedule.beta_squared, alphas, np.append(1.0, np.cumprod(alphas)[:-1]))


def ho_variables_sums(schedule):
    alphas = 1 - schedule.beta_squared
    return HoSchedule(schedule.beta_squared, alphas, 1 - np.cumsum(schedule.beta_squared))


def schedule_is_valid(schedule):
    betas = schedule.beta_squared
    return np.all((betas > 0) & (betas <= 1)) and np.all(betas[:-1] < 1)


def schedule_is_valid_by_loop(schedule):
    *before, last = schedule.beta_squared
    for beta in before:
        if not 0 < beta < 1:
            return np.asarray(False)
    return np.asarray(0 < last <= 1)


def steps_are_valid(schedule, t):
    return np.all((t >= 1) & (t <= len(schedule.beta_squared)))


def signal_survives(schedule):
    return np.prod(np.sqrt(1 - schedule.beta_squared)) > 0


def square_roots(betas):
    alphas_cumprod = np.cumprod(1.0 - betas, axis=0)
    return np.sqrt(alphas_cumprod), np.sqrt(1.0 - alphas_cumprod)


def square_roots_by_logs(betas):
    log = np.cumsum(np.log(1 - betas))
    return np.exp(0.5 * log), np.sqrt(1 - np.exp(log))


def square_roots_of_alphas(betas):
    alphas = 1.0 - betas
    return np.sqrt(alphas), np.sqrt(1.0 - alphas)


def no_root_of_noise(betas):
    alphas_cumprod = np.cumprod(1.0 - betas)
    return np.sqrt(alphas_cumprod), 1.0 - alphas_cumprod


def no_roots(betas):
    alphas_cumprod = np.cumprod(1.0 - betas)
    return alphas_cumprod, 1.0 - alphas_cumprod


def one_minus_root(betas):
    signal = np.sqrt(np.cumprod(1.0 - betas))
    return signal, 1.0 - signal


def product_of_betas(betas):
    return np.sqrt(np.cumprod(1.0 - betas)), np.sqrt(np.cumprod(betas))


def sums_of_betas(betas):
    return np.sqrt(1.0 - np.minimum(np.cumsum(betas), 1)), np.sqrt(np.minimum(np.cumsum(betas), 1))


def with_step_zero(schedule):
    alpha = np.sqrt(1 - schedule.beta_squared)
    alpha_bar = np.cumprod(np.concatenate([np.ones_like(alpha[:1]), alpha]))
    return Cumulative(alpha_bar, np.sqrt(1 - alpha_bar**2))


def with_step_zero_left_out(schedule):
    alpha_bar = np.cumprod(np.sqrt(1 - schedule.beta_squared))
    return Cumulative(alpha_bar, np.sqrt(1 - alpha_bar**2))


def snr_of(betas):
    alphas_cumprod = np.cumprod(1.0 - betas)
    return alphas_cumprod / (1.0 - alphas_cumprod)


def snr_from_amplitudes(betas):
    alphas_cumprod = np.cumprod(1.0 - betas)
    alpha, sigma = alphas_cumprod**0.5, (1.0 - alphas_cumprod) ** 0.5
    return (alpha / sigma) ** 2


def snr_of_single_steps(betas):
    alphas = 1.0 - betas
    return alphas / (1.0 - alphas)


def log_snr_of(betas):
    alphas_cumprod = np.cumprod(1 - betas)
    return np.log(alphas_cumprod / (1 - alphas_cumprod))


def log_snr_difference(betas):
    log = np.cumsum(np.log1p(-betas))
    return log - np.log(1 - np.exp(log))


ORDINARY = [
    Ordinary(
        target="ddpm.to_ho",
        textbook=ho_variables,
        slips=(
            Slip(ho_variables_deviations, "standard-deviations"),
            Slip(ho_variables_roots, "roots|not squared|amplitudes"),
            Slip(ho_variables_before, "previous|one (step )?(too )?(early|small)"),
        ),
    ),
    Ordinary(
        target="ddpm.to_ho",
        textbook=ho_variables_loop,
        slips=(Slip(ho_variables_sums, "sum"),),
    ),
    Ordinary(
        target="ddpm.check_schedule",
        textbook=schedule_is_valid,
        slips=(
            Slip(lambda s: np.all((s.beta_squared >= 0) & (s.beta_squared <= 1)), "closed-interval"),
            Slip(lambda s: np.all((s.beta_squared > 0) & (s.beta_squared < 1)), "open-interval"),
            Slip(lambda s: np.any((s.beta_squared > 0) & (s.beta_squared < 1)), "any|some"),
            Slip(lambda s: np.all((s.beta_squared > 0) | (s.beta_squared < 1)), r"\bor\b"),
        ),
    ),
    Ordinary(
        target="ddpm.check_schedule",
        textbook=schedule_is_valid_by_loop,
        slips=(
            Slip(lambda s: np.all(s.beta_squared < 1), "upper-bound|lower bound|above"),
            Slip(lambda s: np.all(s.beta_squared > 0), "lower-bound|upper bound|below"),
        ),
    ),
    Ordinary(
        target="ddpm.check_steps",
        textbook=steps_are_valid,
        slips=(
            Slip(lambda s, t: np.all((t >= 0) & (t < len(s.beta_squared))), "zero-based"),
            Slip(lambda s, t: np.all((t >= 0) & (t <= len(s.beta_squared))), "step-zero|0 too|admits 0"),
            Slip(lambda s, t: np.all((t >= 1) & (t < len(s.beta_squared))), "last-left-out|last step"),
            Slip(lambda s, t: np.any((t >= 1) & (t <= len(s.beta_squared))), "any|some"),
        ),
    ),
    Ordinary(
        target="ddpm.check_signal",
        textbook=signal_survives,
        slips=(
            Slip(lambda s: np.prod(1 - s.beta_squared) > 0, "of-square"),
            Slip(lambda s: s.beta_squared[-1] < 1, "last-step-only"),
            Slip(lambda s: np.all(s.beta_squared < 1), "underflow"),
            Slip(lambda s: np.prod(np.sqrt(1 - s.beta_squared)) > 1e-4, "threshold"),
        ),
    ),
    Ordinary(
        target="ddpm.cumulative",
        adapter="ho",
        textbook=square_roots,
        slips=(
            Slip(square_roots_of_alphas, "alpha-for-alpha-bar|alphas-for-products|product"),
            Slip(no_root_of_noise, "variance"),
            Slip(no_roots, "squares|not-rooted"),
            typo(
                "cumprod(1.0 - betas, axis=0)",
                "append(1.0, np.cumprod(1.0 - betas)[:-1])",
                "previous|one (step )?(too )?(early|small)",
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.cumulative",
        adapter="ho",
        textbook=square_roots_by_logs,
        slips=(
            Slip(one_minus_root, "sum-to-one"),
            Slip(product_of_betas, "product-of-betas|product of (the )?β"),
            Slip(sums_of_betas, r"\bsum"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.cumulative",
        textbook=with_step_zero,
        slips=(
            Slip(with_step_zero_left_out, "without-step-zero"),
            typo("np.sqrt(1 - schedule.beta_squared)", "1 - schedule.beta_squared", "squares|not-rooted|α²"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.snr",
        adapter="ho",
        textbook=snr_of,
        slips=(
            typo("/ (1.0 - alphas_cumprod)", "**0.5 / (1.0 - alphas_cumprod) ** 0.5", "not-squared"),
            Slip(lambda b: (1 - np.cumprod(1 - b)) / np.cumprod(1 - b), "inverted"),
            Slip(snr_of_single_steps, "alpha-for-alpha-bar|product"),
            Slip(lambda b: 1 / (1 - np.cumprod(1 - b)), r"plus 1\b|without-signal"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.snr",
        adapter="ho",
        textbook=snr_from_amplitudes,
        slips=(
            Slip(lambda b: np.cumprod(1 - b) ** 2 / (1 - np.cumprod(1 - b)), "signal-squared-twice"),
            Slip(lambda b: np.cumprod(1 - b) / (1 - np.cumprod(1 - b)) ** 2, "noise-squared-twice|variance"),
            Slip(
                lambda b: np.minimum(np.cumprod(1 - b) / (1 - np.cumprod(1 - b)), 5.0), "min|clip|at most|cap"
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.log_snr",
        adapter="ho",
        textbook=log_snr_of,
        slips=(
            Slip(lambda b: 0.5 * np.log(np.cumprod(1 - b) / (1 - np.cumprod(1 - b))), "of-amplitudes"),
            Slip(
                lambda b: np.log10(np.cumprod(1 - b) / (1 - np.cumprod(1 - b))),
                "log10|base 10|decimal|decibel",
            ),
            Slip(
                lambda b: np.log((1 - np.cumprod(1 - b)) / np.cumprod(1 - b)),
                "opposite|negative|sign|−1 times",
            ),
            Slip(lambda b: np.log((1 - b) / b), "alpha-for-alpha-bar|product"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.log_snr",
        adapter="ho",
        textbook=log_snr_difference,
        slips=(
            Slip(lambda b: np.cumsum(np.log1p(-b)), "signal-alone|without (the )?noise|log of the signal"),
            Slip(lambda b: np.log2(np.cumprod(1 - b) / (1 - np.cumprod(1 - b))), "log2|base 2|1/ln 2"),
            Slip(
                lambda b: np.cumsum(np.log1p(-b)) - 0.5 * np.log(-np.expm1(np.cumsum(np.log1p(-b)))),
                "noise-halved|half of",
            ),
        ),
        answer="imprecise",
    ),
]
