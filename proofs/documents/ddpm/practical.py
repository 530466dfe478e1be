"""Laws of schedules and loss weights in use beside the article's."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._xp import rounds
from ....backends import Precision, Setting
from ....ddpm import Schedule
from ...language import inputs as common
from ...language.law import Gap, Impl, Kind, Record, Rounding, Same, law
from . import inputs
from .inputs import Host
from .schedules import NO_DATA


@law(
    "ddpm.scaled_linear_schedule-definition",
    "scaled_linear_schedule(T, first, last) spaces β_t evenly from √first to √last, both included",
    source="ddpm P1",
    about=("ddpm.scaled_linear_schedule",),
    inputs=inputs.lengths,
    tolerance=Rounding(
        {"two ends and their roots": 4, "two weights": 2, "two products and a sum": 3, "expectation": 4},
        "a relative error of the deviation counts twice in its square; or first + i·step, which may cancel",
    ),
    refutes=(
        "ddpm.scaled_linear_schedule/variances",
        "ddpm.scaled_linear_schedule/roots-left-out",
        "ddpm.scaled_linear_schedule/not-squared",
        "ddpm.scaled_linear_schedule/endpoint-left-out",
        "ddpm.scaled_linear_schedule/ends-exchanged",
    ),
    kinds=NO_DATA,
)
def scaled_linear_schedule_definition(impl: Impl, on: Setting, case: inputs.Lengths) -> Iterator[Record]:
    """Compares with rational weights of the two roots."""
    low, high = (on.math.sqrt(on.number(end)) for end in (case.first, case.last))
    gaps = max(case.steps - 1, 1)
    weights = [on.number(Fraction(i, gaps)) for i in range(case.steps)]
    root = on.reals([low * (1 - w) + high * w for w in weights])
    got = impl["ddpm.scaled_linear_schedule"](case.steps, case.first, case.last, **on.like)
    yield Gap("β²", got.beta_squared, root**2, 2 * root * (root + np.abs(root - low)))


@law(
    "ddpm.sigmoid_schedule-definition",
    "sigmoid_schedule(T, first, last) has β_t² = first + (last − first)/(1 + e^−z), z evenly from −6 to 6",
    source="ddpm P1",
    about=("ddpm.sigmoid_schedule",),
    inputs=inputs.lengths,
    tolerance=Rounding(
        {"two sums and quotients": 4, "difference, product and sum": 3, "expectation": 1},
        "the scale has what z costs, which is off by two roundings of 6: 12 times the slope of the curve",
        calls=("exp",),
    ),
    refutes=(
        "ddpm.sigmoid_schedule/half-the-span",
        "ddpm.sigmoid_schedule/endpoint-left-out",
        "ddpm.sigmoid_schedule/last-for-difference",
        "ddpm.sigmoid_schedule/without-first",
        "ddpm.sigmoid_schedule/of-the-signal",
        "ddpm.sigmoid_schedule/scaled-to-the-ends",
    ),
    kinds=NO_DATA,
)
def sigmoid_schedule_definition(impl: Impl, on: Setting, case: inputs.Lengths) -> Iterator[Record]:
    """1/(1 + exp(−z)) = (1 + tanh(z/2))/2, with rational z/2."""
    first, last, gaps = on.number(case.first), on.number(case.last), max(case.steps - 1, 1)
    halves = [on.number(Fraction(6 * i, gaps) - 3) for i in range(case.steps)]
    tanh = [on.math.tanh(z) for z in halves]
    expected = on.reals([(first * (1 - w) + last * (1 + w)) / 2 for w in tanh])
    got = impl["ddpm.sigmoid_schedule"](case.steps, case.first, case.last, **on.like)
    slopes = on.reals([abs(last - first) * (1 - w * w) / 4 for w in tanh])
    yield Gap("β²", got.beta_squared, expected, expected + np.abs(expected - first) + 12 * slopes)


_BITS = 600


def rescaled_variances(beta_squared: Any) -> Any:
    """β'² as printed, on roots of products of integers; of what does not round, as it stands."""
    if not rounds(beta_squared):
        root = np.sqrt(np.cumprod(1 - beta_squared))
    else:
        root, signal = np.empty(len(beta_squared), dtype=object), 1 << _BITS
        for i, value in enumerate(beta_squared):
            signal = signal * ((1 << _BITS) - int(Fraction(float(value)) * (1 << _BITS))) >> _BITS
            root[i] = Fraction(math.isqrt(signal << _BITS), 1 << _BITS)
    kept = (root - root[-1]) * root[0] / (root[0] - root[-1])
    ratios = kept[1:] / kept[:-1]
    return np.append(
        beta_squared[:1], (1 - ratios**2).astype(float) if rounds(beta_squared) else 1 - ratios**2
    )


@common.composite
def rescaled(draw: common.Draw, p: Precision, kind: Kind) -> inputs.Scheduled:
    """At least two steps; in some the last β² is 1 already, and nothing changes."""
    beta_squared = inputs.variances(draw, p, kind)
    if len(beta_squared) == 1:
        beta_squared = np.repeat(beta_squared, 3)
    if draw(st.sampled_from([False, False, True])):
        beta_squared[-1] = 1.0
    return inputs.Scheduled(beta_squared)


@law(
    "ddpm.rescale_zero_snr-definition",
    "rescale_zero_snr shifts ᾱ_t by ᾱ_T and scales it so that ᾱ_1 stays: β'_T² = 1, and no digit is lost",
    source="ddpm P2",
    about=("ddpm.rescale_zero_snr",),
    inputs=rescaled,
    tolerance=Rounding(
        {
            "partial sums": 6,
            "1 + √(1 − β²)": 2.5,
            "two quotients": 2,
            "difference and product": 2,
            "expectation": 1,
        },
        "q and 2 − q have relative errors of those of q at most",
        calls=("log1p", "expm1"),
    ),
    refutes=(
        "ddpm.rescale_zero_snr/of-the-square",
        "ddpm.rescale_zero_snr/of-the-variances",
        "ddpm.rescale_zero_snr/not-rooted",
        "ddpm.rescale_zero_snr/not-scaled",
        "ddpm.rescale_zero_snr/scaled-to-one",
        "ddpm.rescale_zero_snr/last-alone",
        "ddpm.rescale_zero_snr/clipped",
        "ddpm.rescale_zero_snr/ratio-not-squared",
        "ddpm.rescale_zero_snr/as-printed",
    ),
)
def rescale_zero_snr_definition(impl: Impl, on: Setting, case: inputs.Scheduled) -> Iterator[Record]:
    """Algorithm 1 of Lin et al. in integers of 600 bits."""
    betas = on.host(case.beta_squared)
    got = impl["ddpm.rescale_zero_snr"](Schedule(case.beta_squared)).beta_squared
    expected = rescaled_variances(betas)
    yield Same("the last β²", on.number(on.host(got)[-1]), 1.0)
    yield Same("the first β²", on.number(on.host(got)[0]), on.number(betas[0]))
    yield Gap("β²", got, expected, expected)


@law(
    "ddpm.rescale_zero_snr-signal",
    "the rescaled signal is an affine function of the former one: 0 at T, and unchanged at the first step",
    source="ddpm P2",
    stands="the rescaling of what people look at, ᾱ_t, also of those who return it",
    about=("ddpm.rescale_zero_snr", "ddpm.cumulative"),
    inputs=rescaled,
    tolerance=Rounding(
        {"variances": 14, "partial sums": 2 * 6, "differences of the expectation": 4},
        "the scale has the signals that are subtracted, and 1/α'², by which errors of β'² count",
        calls=("log1p", "exp", "expm1", "log1p", "exp"),
    ),
    refutes=(
        "ddpm.rescale_zero_snr/of-the-square",
        "ddpm.rescale_zero_snr/not-scaled",
        "ddpm.rescale_zero_snr/scaled-to-one",
    ),
    kinds=("ordinary",),  # a variance next to 1 has lost the signal, and signals next to 1 their difference
)
def rescale_zero_snr_signal(impl: Impl, on: Setting, case: inputs.Scheduled) -> Iterator[Record]:
    """Exact signals of the former schedule; those of the new one through `cumulative`."""
    signal = np.sqrt(inputs.products(on.host(case.beta_squared))[0][1:])
    factor = signal[0] / (signal[0] - signal[-1])
    rescaled = impl["ddpm.rescale_zero_snr"](Schedule(case.beta_squared))
    got = on.host(impl["ddpm.cumulative"](rescaled).alpha_bar)[1:]
    expected = (signal - signal[-1]) * factor
    ratios = np.append(1.0, expected[:-1] / np.where(expected[1:] > 0, expected[1:], 1.0)) ** 2
    scale = factor * (signal + signal[-1] + 2 * expected) + expected * np.cumsum(ratios)
    yield Gap("ᾱ", got, expected, scale)


@dataclass(frozen=True, slots=True)
class Weighed(inputs.Scheduled):
    """A schedule and a largest signal-to-noise ratio."""

    gamma: float


@common.composite
def weighed(draw: common.Draw, p: Precision, kind: Kind) -> Weighed:
    """In some schedules the last β² is 1; γ on both sides of the ratios."""
    beta_squared = inputs.variances(draw, p, kind)
    if draw(st.sampled_from([False, True])):
        beta_squared[-1] = 1.0
    return Weighed(beta_squared, gamma=draw(st.sampled_from([5.0, 1.0, 20.0, 0.25])))


@law(
    "ddpm.min_snr_weight-definition",
    "weights are min(SNR, γ) of data, divided by SNR of noise (1 where SNR is 0), and by SNR + 1 of v",
    source="ddpm P3",
    about=("ddpm.min_snr_weight",),
    inputs=weighed,
    tolerance=Rounding(
        {"partial sums": 6, "quotient and product": 2, "expectation": 4}, calls=("log1p", "exp", "expm1")
    ),
    refutes=(
        "ddpm.min_snr_weight/v-without-one",
        "ddpm.min_snr_weight/noise-as-data",
        "ddpm.min_snr_weight/v-as-noise",
        "ddpm.min_snr_weight/larger-of-both",
        "ddpm.min_snr_weight/without-limit",
        "ddpm.min_snr_weight/ratio-of-amplitudes",
        "ddpm.min_snr_weight/nothing-over-nothing",
        "ddpm.min_snr_weight/soft",
        "ddpm.min_snr_weight/one-under-the-limit",
        "ddpm.min_snr_weight/v-of-gamma",
    ),
)
def min_snr_weight_definition(impl: Impl, on: Setting, case: Weighed) -> Iterator[Record]:
    """The smaller of two numbers, each by exact products; ᾱ² has the condition of its logarithm."""
    signal, noise = (part[1:] for part in inputs.products(on.host(case.beta_squared)))
    gamma, schedule = on.number(case.gamma), Schedule(case.beta_squared)
    with np.errstate(divide="ignore"):
        snr, most = signal / noise, gamma * noise / signal
        logs = np.where(signal > 0, -np.log(signal), 0.0)
    weights: dict[str, Host] = {
        "x0": np.where(snr < gamma, snr, gamma + 0 * snr),
        "noise": np.where(snr < gamma, 1 + 0 * snr, most),
        "v": np.where(snr < gamma, signal, gamma * noise),
    }
    for given, expected in weights.items():
        got = impl["ddpm.min_snr_weight"](schedule, gamma=case.gamma, given=given)
        yield Gap(given, got, expected, expected * (1 + logs))
