"""Noise schedules and what accumulates along them, as people type them."""

import math

import numpy as np

from refimpl.ddpm import Schedule

from ._ordinary import Ordinary, Slip, typo


def linear_betas(T):
    return 0.02 * np.arange(1, T + 1) / T


def linear_from_alphas(T):
    alphas = [math.sqrt(1 - 0.02 * t / T) for t in range(1, T + 1)]
    return [1 - a**2 for a in alphas]


def ho_linspace(T, beta_start=1e-4, beta_end=0.02):
    return np.linspace(beta_start, beta_end, T)


def ho_loop(T, first=1e-4, last=0.02):
    betas = []
    for i in range(T):
        fraction = i / (T - 1) if T > 1 else 0.0
        betas.append(first + (last - first) * fraction)
    return betas


def cosine_loop(T, s=0.008, max_beta=0.999):
    def alpha_bar(u):
        return math.cos((u + s) / (1 + s) * math.pi / 2) ** 2

    return [min(1 - alpha_bar((i + 1) / T) / alpha_bar(i / T), max_beta) for i in range(T)]


def cosine_unclipped(T, s=0.008):
    def alpha_bar(u):
        return math.cos((u + s) / (1 + s) * math.pi / 2) ** 2

    return [1 - alpha_bar((i + 1) / T) / alpha_bar(i / T) for i in range(T)]


def cosine_table(T, s=0.008):
    x = np.linspace(0, T, T + 1)
    alphas_cumprod = np.cos((x / T + s) / (1 + s) * np.pi * 0.5) ** 2
    alphas_cumprod = alphas_cumprod / alphas_cumprod[0]
    betas = 1 - alphas_cumprod[1:] / alphas_cumprod[:-1]
    return np.clip(betas, 0, 0.999)


def cosine_table_of_points(T, s=0.008):
    """The spacing of linspace(0, T + 1, T + 1) is (T + 1)/T, so that the angles are the right ones."""
    steps = T + 1
    x = np.linspace(0, steps, steps)
    alphas_cumprod = np.cos((x / steps + s) / (1 + s) * np.pi * 0.5) ** 2
    alphas_cumprod = alphas_cumprod / alphas_cumprod[0]
    betas = 1 - alphas_cumprod[1:] / alphas_cumprod[:-1]
    return np.clip(betas, 0, 0.999)


def cosine_table_divided_by_points(T, s=0.008):
    x = np.linspace(0, T, T + 1)
    alphas_cumprod = np.cos((x / (T + 1) + s) / (1 + s) * np.pi * 0.5) ** 2
    betas = 1 - alphas_cumprod[1:] / alphas_cumprod[:-1]
    return np.clip(betas, 0, 0.999)


def cosine_table_without_division(T, s=0.008):
    x = np.linspace(0, T, T + 1)
    alphas_cumprod = np.cos((x / T + s) * np.pi * 0.5) ** 2
    betas = 1 - alphas_cumprod[1:] / alphas_cumprod[:-1]
    return np.clip(betas, 0, 0.999)


def cosine_table_low_clip(T, s=0.008):
    x = np.linspace(0, T, T + 1)
    alphas_cumprod = np.cos((x / T + s) / (1 + s) * np.pi * 0.5) ** 2
    betas = 1 - alphas_cumprod[1:] / alphas_cumprod[:-1]
    return np.clip(betas, 0.0001, 0.9999)


def from_betas(betas):
    return Schedule(betas)


def from_alphas(alphas):
    return Schedule(1 - alphas**2)


def from_alphas_factored(alphas):
    beta = np.sqrt((1 - alphas) * (1 + alphas))
    return Schedule(beta * beta)


ORDINARY = [
    Ordinary(
        target="ddpm.linear_schedule",
        adapter="ho",
        textbook=linear_betas,
        slips=(
            Slip(lambda T: 0.02 * np.arange(T) / T, "zero-based|from 0"),
            Slip(lambda T: np.linspace(0, 0.02, T), "linspace|from 0 to 0.02|starts at 0"),
            Slip(lambda T: 1 - (1 - 0.02 * np.arange(1, T + 1) / T) ** 2, "alpha-squared-twice"),
            Slip(lambda T: np.sqrt(0.02 * np.arange(1, T + 1) / T), "deviations|square root"),
        ),
    ),
    Ordinary(
        target="ddpm.linear_schedule",
        adapter="ho",
        textbook=linear_from_alphas,
        slips=(
            Slip(lambda T: [1 - math.sqrt(1 - 0.02 * t / T) for t in range(1, T + 1)], "alpha-not-squared"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.ho_schedule",
        adapter="ho",
        textbook=ho_linspace,
        slips=(
            typo(
                "(beta_start, beta_end, T)", "(beta_start**0.5, beta_end**0.5, T) ** 2", "evenly-spaced-roots"
            ),
            typo("beta_end, T", "beta_end, T, endpoint=False", "endpoint-left-out"),
            typo(
                "linspace(beta_start, beta_end, T)",
                "exp(np.linspace(np.log(beta_start), np.log(beta_end), T))",
                "logarithms",
            ),
        ),
    ),
    Ordinary(
        target="ddpm.ho_schedule",
        adapter="ho",
        textbook=ho_loop,
        slips=(
            Slip(lambda T, first, last: np.linspace(last, first, T), "descending|revers|exchang"),
            Slip(lambda T, first, last: np.linspace(first, last, T) ** 2, "square"),
            Slip(
                lambda T, first, last: [first + (last - first) * (i + 1) / T for i in range(T)],
                "first-left-out|(leaves out|without) the first",
            ),
        ),
    ),
    Ordinary(
        target="ddpm.cosine_schedule",
        adapter="ho",
        textbook=cosine_loop,
        slips=(
            Slip(cosine_unclipped, "unclipped"),
            typo("** 2", "", "cosine-not-squared"),
            typo("pi / 2", "pi", "half-turn|π/2|whole"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.cosine_schedule",
        adapter="ho",
        textbook=cosine_table,
        slips=(
            Slip(cosine_table_divided_by_points, r"divided-by-points|T ?\+ ?1"),
            Slip(cosine_table_without_division, r"offset-not-normalised|1 \+ offset"),
            Slip(cosine_table_low_clip, "0.9999|clip"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.cosine_schedule",
        adapter="ho",
        textbook=cosine_table_of_points,
        slips=(Slip(lambda T: cosine_table(T, 0.0), "without-offset"),),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.from_ho",
        textbook=from_betas,
        slips=(
            Slip(lambda betas: Schedule(betas**2), "from_ho/squares"),
            Slip(lambda betas: Schedule(np.sqrt(betas)), "deviations|square root"),
            Slip(lambda betas: Schedule(1 - betas), "one minus|alphas|1 − betas"),
        ),
    ),
    Ordinary(
        target="ddpm.from_alpha",
        textbook=from_alphas,
        slips=(
            Slip(lambda alphas: Schedule(1 - alphas), "not-squared"),
            Slip(lambda alphas: Schedule(np.sqrt(1 - alphas**2)), "deviations|square root"),
            Slip(lambda alphas: Schedule((1 - alphas) ** 2), "squares-difference|square of the difference"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.from_alpha",
        textbook=from_alphas_factored,
        slips=(Slip(lambda alphas: Schedule(alphas**2), "alpha-squared|one minus|α²"),),
    ),
]
