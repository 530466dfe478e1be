"""Laws of inference with fewer steps than there are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ....ddpm import Schedule
from ...language import inputs as common
from ...language.law import Exact, Gap, Impl, Kind, Record, Rounding, Same, law
from . import inputs
from .inputs import Host
from .process import COEFFICIENTS


@dataclass(frozen=True, slots=True)
class Counts:
    """Training steps, and how many of them are to do."""

    train_steps: int
    steps: int
    offset: int


_COUNTS = [
    (4, 2),
    (10, 3),
    (1000, 50),
    (5, 5),
    (1000, 20),
    (100, 7),
    (1000, 61),
    (1000, 206),
    (11, 4),
    (3, 1),
]
"""T and n; of 1000/61 and 1000/206 floats are such that `arange` has a step too many."""


@common.composite
def counts(draw: common.Draw, p: Precision, kind: Kind) -> Counts:
    train_steps, steps = draw(st.sampled_from(_COUNTS))
    offset = draw(st.sampled_from([0, 1, 2])) if train_steps % steps > 1 else 0
    return Counts(train_steps, steps, offset)


@law(
    "ddpm.inference_steps-definition",
    "leading has 1 + offset + i⌊T/n⌋, linspace the integers next to 1 + i(T−1)/(n−1), trailing those next to "
    "(i+1)T/n, from the last to the first",
    source="ddpm P4",
    about=("ddpm.inference_steps",),
    inputs=counts,
    tolerance=Exact("integers; of two that are next, either"),
    refutes=(
        "ddpm.inference_steps/without-offset",
        "ddpm.inference_steps/counted-from-zero",
        "ddpm.inference_steps/ascending",
        "ddpm.inference_steps/ends-at-zero",
        "ddpm.inference_steps/leading-to-the-end",
        "ddpm.inference_steps/leading-rounded",
        "ddpm.inference_steps/linspace-without-end",
        "ddpm.inference_steps/trailing-by-whole-gaps",
        "ddpm.inference_steps/trailing-one-more",
        "ddpm.inference_steps/trailing-from-one",
        "ddpm.inference_steps/trailing-cut",
    ),
    kinds=("ordinary",),  # a few integers
)
def inference_steps_definition(impl: Impl, on: Setting, case: Counts) -> Iterator[Record]:
    """Where a number lies between two integers, either is next: how halves are rounded is no convention."""
    T, n, call = case.train_steps, case.steps, impl["ddpm.inference_steps"]
    gap = T // n
    leading = [1 + case.offset + i * gap for i in range(n - 1, -1, -1)]
    yield Same("leading", list(call(T, n, spacing="leading", offset=case.offset)), leading)
    exact = {"trailing": [Fraction((i + 1) * T, n) for i in range(n - 1, -1, -1)]}
    if case.offset:
        yield Same(
            "leading without offset", list(call(T, n, spacing="leading")), [t - case.offset for t in leading]
        )
    if n > 1:
        exact["linspace"] = [1 + Fraction(i * (T - 1), n - 1) for i in range(n - 1, -1, -1)]
    for spacing, wanted in exact.items():
        found = list(call(T, n, spacing=spacing))
        near = [
            step if abs(step - place) <= Fraction(1, 2) else round(place)
            for step, place in zip(found, wanted, strict=False)
        ]
        yield Same(f"how many of {spacing}", len(found), n)
        yield Same(spacing, found, near)


@dataclass(frozen=True, slots=True)
class Between(inputs.Batches):
    """Also a step s ≤ t for each t, a step and one before it."""

    s: Array
    step: int
    before: int


@common.composite
def pairs(draw: common.Draw, p: Precision, kind: Kind) -> Between:
    """Steps t and s < t, 0 among the s."""
    case = draw(inputs.steps(p, kind))
    rng = common.generator(draw)
    s = (case.t * rng.uniform(0, 1, case.t.shape)).astype(np.int64)
    return Between(
        case.beta_squared, case.t, case.x, case.y, case.z, s=s, step=int(case.t[0]), before=int(s[0])
    )


def _between(beta_squared: Host, t: Any, s: Any) -> tuple[Host, Host]:
    """ᾱ_t²/ᾱ_s² and 1 less it, by the products of s + 1, ..., t, with a feature axis."""
    found = [[part[-1] for part in inputs.products(beta_squared[b:a])] for a, b in zip(t, s, strict=True)]
    ratio, rest = (np.asarray(part)[:, None] for part in zip(*found, strict=True))
    return ratio, rest


@dataclass(frozen=True, slots=True)
class Exactly:
    """Coefficients of t and s by exact products, each (n, 1)."""

    alpha_squared: Host
    beta_squared: Host
    before_signal: Host
    before_noise: Host
    signal: Host
    noise: Host
    condition: Host

    @classmethod
    def of(cls, beta_squared: Host, t: Any, s: Any) -> "Exactly":
        signal, noise = inputs.products(beta_squared)
        tables = (part[np.asarray(at)][:, None] for at in (s, t) for part in (signal, noise))
        before_signal, before_noise, now, rest = tables
        ratio, gap = _between(beta_squared, t, s)
        with np.errstate(divide="ignore"):
            condition = 1 - np.where(now > 0, np.log(now), 0.0)
        return cls(ratio, gap, before_signal, before_noise, now, rest, condition)


def _each(case: Between, on: Setting) -> Iterator[tuple[str, Any, Any, Exactly]]:
    """Steps as arrays, as Python integers, and one of each, with their exact coefficients."""
    betas = on.host(case.beta_squared)
    t, s = (np.asarray([int(v) for v in on.host(steps)]) for steps in (case.t, case.s))
    yield "arrays t, s", case.t, case.s, Exactly.of(betas, t, s)
    one = np.full(t.shape, case.step), np.full(t.shape, case.before)
    yield "int t, s", case.step, case.before, Exactly.of(betas, *one)
    yield "array t, s = 0", case.t, 0, Exactly.of(betas, t, 0 * t)


@law(
    "ddpm.posterior_between-definition",
    "p(x_s|x_t, x_0) is the normalised product of N(ᾱ_s x_0, β̄_s²) and the likelihood of all steps to t",
    source="ddpm P5",
    about=("ddpm.posterior_between",),
    inputs=pairs,
    tolerance=Rounding(
        {"three coefficients of partial sums and a quotient": 3 * 7, "two products and a sum": 3},
        calls=COEFFICIENTS * 2,
    ),
    refutes=(
        "ddpm.posterior_between/adjacent-variance",
        "ddpm.posterior_between/adjacent-step",
        "ddpm.posterior_between/alpha-of-one-step",
        "ddpm.posterior_between/signal-of-step-minus-one",
        "ddpm.posterior_between/signal-of-the-first-step",
        "ddpm.posterior_between/one-step-too-far",
        "ddpm.posterior_between/deviation-as-variance",
        "ddpm.posterior_between/fixed-large",
    ),
)
def posterior_between_definition(impl: Impl, on: Setting, case: Between) -> Iterator[Record]:
    """Precisions add up, as for one step; a point mass at s = 0."""
    x0, x_t, schedule = on.host(case.x), on.host(case.y), Schedule(case.beta_squared)
    for label, t, s, at in _each(case, on):
        first = at.before_noise == 0
        prior = np.where(first, 1.0, at.before_noise)
        precision = 1 / prior + at.alpha_squared / at.beta_squared
        variance = np.where(first, 0.0, 1 / precision)
        from_prior = np.where(first, 1.0, np.sqrt(at.before_signal) / prior / precision) * x0
        from_steps = variance * np.sqrt(at.alpha_squared) / at.beta_squared * x_t
        mean, spread = impl["ddpm.posterior_between"](case.x, case.y, schedule, t, s)
        scale = (np.abs(from_prior) + np.abs(from_steps)) * at.condition
        yield Gap(f"mean, {label}", mean, from_prior + from_steps, scale)
        yield Gap(f"variance, {label}", on.host(spread) + 0 * variance, variance, variance)


@law(
    "ddpm.posterior-composes",
    "the posterior of x_s is that of x_r, s < r < t, continued: means compose, variances add up",
    source="ddpm P5",
    stands="that skipped steps are steps",
    about=("ddpm.posterior_between", "ddpm.posterior"),
    inputs=inputs.steps,
    tolerance=Rounding(
        {"posteriors of partial sums, quotients, products and sums": 3 * 30, "expectation": 8},
        calls=COEFFICIENTS * 4,
    ),
    refutes=(
        "ddpm.posterior_between/adjacent-variance",
        "ddpm.posterior_between/one-step-too-far",
        "ddpm.posterior_between/fixed-large",
    ),
)
def posterior_composes(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """From t by `posterior` to t − 1 and on to s, against s at once; the slope is the response to 1."""
    schedule, call = Schedule(case.beta_squared), impl["ddpm.posterior_between"]
    last = len(on.host(case.beta_squared))
    zero, one = 0 * case.x, 0 * case.x + 1
    for s in range(last):
        near, spread = impl["ddpm.posterior"](case.x, case.y, schedule, last)
        mean, rest = (case.x, on.array(np.zeros(1))) if last == 1 else (near, spread)
        if s < last - 1:
            mean, rest = call(case.x, near, schedule, last - 1, s)
            slope = on.host(call(zero, one, schedule, last - 1, s)[0])[0, 0]
            rest = on.host(rest) + slope**2 * on.host(spread)
        got, variance = call(case.x, case.y, schedule, last, s)
        parts = (on.host(call(*pair, schedule, last, s)[0]) for pair in ((case.x, zero), (zero, case.y)))
        scale = sum(np.abs(part) for part in parts) * _condition(on, case)
        yield Gap(f"mean, s = {s}", got, on.host(mean), scale)
        total = on.host(rest) if s == last - 1 else rest
        yield Gap(f"variance, s = {s}", on.host(variance), total, np.abs(total))


def _condition(on: Setting, case: inputs.Scheduled) -> Any:
    return 1 - np.log(inputs.products(on.host(case.beta_squared))[0][-1])


@dataclass(frozen=True, slots=True)
class Stepped(Between):
    """Also how much noise is added."""

    eta: float


@common.composite
def stepped(draw: common.Draw, p: Precision, kind: Kind) -> Stepped:
    return common.extended(Stepped, draw(pairs(p, kind)), eta=draw(st.sampled_from([0.0, 1.0, 0.5, 0.25])))


Terms = tuple[Host, Host]

_STEP = Rounding(
    {"partial sums": 12, "σ, D and κ of them": 24, "three products and sums": 6, "expectation": 12},
    calls=COEFFICIENTS * 3,
)


@law(
    "ddpm.ddim_step-definition",
    "x_s = ᾱ_s x_0 + √(β̄_s² − σ²) ε + σ·noise, σ = η (β̄_s/β̄_t)√(1 − ᾱ_t²/ᾱ_s²)",
    source="ddpm P6",
    about=("ddpm.ddim_step",),
    inputs=stepped,
    tolerance=_STEP,
    refutes=(
        "ddpm.ddim_step/eta-not-squared",
        "ddpm.ddim_step/eta-ignored",
        "ddpm.ddim_step/direction-not-shortened",
        "ddpm.ddim_step/variance-for-deviation",
        "ddpm.ddim_step/adjacent-sigma",
        "ddpm.ddim_step/sigma-of-all-noise",
        "ddpm.ddim_step/sigma-of-the-step",
        "ddpm.ddim_step/data-clipped",
        "ddpm.ddim_step/signal-of-the-first-step",
        "ddpm.ddim_step/signal-of-step-minus-one",
        "ddpm.ddim_step/whole-gaps",
        "ddpm.ddim_step/given-noise-for-v",
    ),
)
def ddim_step_definition(impl: Impl, on: Setting, case: Stepped) -> Iterator[Record]:
    """The printed formula; its scale has both x_0 and ε, which cancel where the prediction is the noise."""
    x_t, prediction, noise = on.host(case.x), on.host(case.y), on.host(case.z)
    schedule, eta = Schedule(case.beta_squared), on.number(case.eta)
    for label, t, s, at in _each(case, on):
        kept = at.before_noise / at.noise
        sigma = eta * np.sqrt(kept * at.beta_squared)
        left = at.before_noise * (1 - eta**2 + eta**2 * at.alpha_squared * kept)
        direction, signal, rest = np.sqrt(left), np.sqrt(at.signal), np.sqrt(at.noise)
        lost = eta**2 * at.before_noise / np.where(direction > 0, direction, 1.0)  # where β̄_s² − σ² cancels
        for given, (data, eps) in _predicted(x_t, prediction, signal, rest).items():
            size, noisy = np.sqrt(at.before_signal), direction + lost
            expected = size * sum(data) + direction * sum(eps) + sigma * noise
            scale = size * sum(map(np.abs, data)) + noisy * sum(map(np.abs, eps)) + sigma * np.abs(noise)
            got = impl["ddpm.ddim_step"](case.x, case.y, case.z, schedule, t, s, eta=case.eta, given=given)
            yield Gap(f"{given}, {label}", got, expected, scale * at.condition)


def _predicted(x: Host, p: Host, signal: Host, rest: Host) -> dict[str, tuple[Terms, Terms]]:
    """The two terms of x_0, and those of ε, by what is predicted."""
    zero = 0 * p
    return {
        "noise": ((x / signal, -rest * p / signal), (p, zero)),
        "x0": ((p, zero), (x / rest, -signal * p / rest)),
        "v": ((signal * x, -rest * p), (rest * x, signal * p)),
        "score": ((x / signal, rest**2 * p / signal), (-rest * p, zero)),
    }


@law(
    "ddpm.ddim-keeps-marginals",
    "with the true ε, x_s has mean ᾱ_s x_0 and variance β̄_s², whatever η and the steps between are",
    source="ddpm P6",
    stands="what makes the family one: the same marginals for every η",
    about=("ddpm.ddim_step", "ddpm.diffuse"),
    inputs=stepped,
    tolerance=Rounding(
        {"partial sums": 12, "coefficients, squared": 2 * 12, "expectation": 6}, calls=COEFFICIENTS * 4
    ),
    refutes=("ddpm.ddim_step/direction-not-shortened", "ddpm.ddim_step/variance-for-deviation"),
)
def ddim_keeps_marginals(impl: Impl, on: Setting, case: Stepped) -> Iterator[Record]:
    """Unit vectors for x_0, ε and the noise give mean and variance without sampling."""
    schedule, t, s = Schedule(case.beta_squared), case.step, case.before
    at = Exactly.of(on.host(case.beta_squared), [t], [s])
    data, eps, fresh = (on.array(np.eye(3)[:, i : i + 1]) for i in range(3))
    x_t = impl["ddpm.diffuse"](data, eps, schedule, t)
    for given, prediction in (("noise", eps), ("x0", data)):
        found = on.host(
            impl["ddpm.ddim_step"](x_t, prediction, fresh, schedule, t, s, eta=case.eta, given=given)
        )[:, 0]
        signal, grown = np.sqrt(at.before_signal[0, 0]), 1 / np.sqrt(at.alpha_squared[0, 0])
        condition = at.condition[0, 0] * grown**2
        yield Gap(f"mean, {given}", found[0], signal, signal * condition)
        variance = at.before_noise[0, 0]
        scale = (variance + at.noise[0, 0] * grown**2 + variance * grown) * condition
        yield Gap(f"variance, {given}", found[1] ** 2 + found[2] ** 2, variance, scale)


@law(
    "ddpm.ddim-is-ancestral",
    'with η = 1 and s = t − 1 the step is the ancestral one with "dirac" σ, and its mean the posterior\'s',
    source="ddpm P6",
    stands="that DDPM is one of the family",
    about=("ddpm.ddim_step", "ddpm.ancestral_step", "ddpm.posterior_between", "ddpm.sampling_std"),
    inputs=inputs.steps,
    tolerance=Rounding(
        {"partial sums, products and sums of both": 2 * 40, "expectation": 8}, calls=COEFFICIENTS * 5
    ),
    refutes=("ddpm.ddim_step/eta-ignored", "ddpm.ddim_step/sigma-of-the-step"),
)
def ddim_is_ancestral(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """All three on the same numbers."""
    schedule, t = Schedule(case.beta_squared), case.t
    sigma = impl["ddpm.sampling_std"](schedule, kind="dirac")
    at = inputs.exact(on.host(case.beta_squared)).at(on.host(t))
    step, x, y, z = impl["ddpm.ddim_step"], case.x, case.y, case.z
    got = step(x, y, z, schedule, t, t - 1, eta=1.0)
    expected = on.host(impl["ddpm.ancestral_step"](x, y, z, schedule, sigma, t))
    alpha, size = (
        np.sqrt(at.alpha_squared),
        np.abs(on.host(x)) + np.abs(on.host(y)) * np.sqrt(at.beta_bar_squared),
    )
    scale = size / alpha + np.abs(on.host(z)) * np.sqrt(at.beta_squared)
    yield Gap("ancestral", got, expected, scale)
    mean, _ = impl["ddpm.posterior_between"](y, x, schedule, t, t - 1)
    got = step(x, y, 0 * z, schedule, t, t - 1, eta=1.0, given="x0")
    size = np.sqrt(at.previous_alpha_bar_squared) * np.abs(on.host(y)) + np.abs(on.host(x))
    yield Gap("posterior's mean", got, on.host(mean), size * at.condition)


@dataclass(frozen=True, slots=True)
class Learned(Between):
    """Also fractions v (n, d) of the way from one variance to the other."""

    fraction: Array


@common.composite
def learned(draw: common.Draw, p: Precision, kind: Kind) -> Learned:
    """v in [0, 1], its ends among them."""
    case = draw(pairs(p, kind))
    rng = common.generator(draw)
    fraction = rng.choice([0.0, 1.0, 0.5, 0.25, 0.875], case.x.shape)
    return common.extended(Learned, case, fraction=fraction)


@law(
    "ddpm.learned_variance-definition",
    "the variance is β^{2v} β̃^{2(1−v)} of those of the posterior, β̃², and of the steps, β²",
    source="ddpm P7",
    about=("ddpm.learned_variance",),
    inputs=learned,
    tolerance=Rounding(
        {"two quotients of partial sums": 16, "power, product": 4, "expectation": 8},
        "the scale has the logarithm of the quotient, by whose error powers grow",
        calls=(*COEFFICIENTS * 2, "pow"),
    ),
    refutes=(
        "ddpm.learned_variance/evenly",
        "ddpm.learned_variance/ends-exchanged",
        "ddpm.learned_variance/from-minus-one",
        "ddpm.learned_variance/output-for-fraction",
        "ddpm.learned_variance/deviation",
        "ddpm.learned_variance/adjacent-step",
        "ddpm.learned_variance/clamped",
        "ddpm.learned_variance/logarithm",
    ),
)
def learned_variance_definition(impl: Impl, on: Setting, case: Learned) -> Iterator[Record]:
    """The logarithms of both ends, added up; where the lower end is 0, so is all below the upper."""
    v, schedule = on.host(case.fraction), Schedule(case.beta_squared)
    later = np.minimum(np.maximum(on.host(case.t), 2), case.beta_squared.shape[0])
    before = [int(t) - 1 for t in later]
    near = (
        "s = t − 1",
        on.array(later),
        on.array(later) - 1,
        Exactly.of(on.host(case.beta_squared), [int(t) for t in later], before),
    )
    for label, t, s, at in (near, *_each(case, on)):
        first = at.before_noise == 0
        share = np.log(np.where(first, 1.0, at.before_noise) / at.noise)
        expected = np.exp(np.log(at.beta_squared) + (1 - v) * share)
        expected = np.where(first & (v < 1), 0.0, np.where(v == 1, at.beta_squared + 0 * v, expected))
        got = impl["ddpm.learned_variance"](case.fraction, schedule, t, s)
        yield Gap(label, got, expected, expected * (1 + np.abs(share) + np.abs(np.log(at.beta_squared))))


@common.composite
def ending(draw: common.Draw, p: Precision, kind: Kind) -> Stepped:
    """A schedule whose last β² is 1, and steps before the last."""
    case: Stepped = draw(stepped(p, kind))
    last = case.beta_squared.shape[0]
    case.beta_squared[-1] = 1.0
    return replace(case, step=last, before=min(case.before, last - 1))


@law(
    "ddpm.steps-without-signal",
    "where β_T² = 1, steps from T give ᾱ_s x_0 + √(1 − η²) β̄_s x_T + η β̄_s noise, x_0 = −v, and x_T if s = T",
    source="ddpm P2, P6",
    about=("ddpm.ddim_step", "ddpm.posterior_between", "ddpm.learned_variance"),
    inputs=ending,
    tolerance=_STEP,
    refutes=("ddpm.ddim_step/through-noise", "ddpm.ddim_step/rounded-below-zero"),
)
def steps_without_signal(impl: Impl, on: Setting, case: Stepped) -> Iterator[Record]:
    """α = 0, β = 1 and β̄_T = 1 leave of each formula what has no other factor."""
    schedule, T, s, eta = Schedule(case.beta_squared), case.step, case.before, on.number(case.eta)
    x, y, z = on.host(case.x), on.host(case.y), on.host(case.z)
    signal, noise = (np.sqrt(part[s]) for part in inputs.products(on.host(case.beta_squared)))
    condition = 1 - 2 * np.log(signal)
    parts = noise * on.math.sqrt(1 - eta**2) * x, eta * noise * z
    size = signal * np.abs(y) * condition + sum(map(np.abs, parts))
    given = case.x, case.y, case.z, schedule
    for word, sign in (("x0", 1.0), ("v", -1.0)):
        got = impl["ddpm.ddim_step"](*given, T, s, eta=case.eta, given=word)
        yield Gap(word, got, sign * signal * y + sum(parts), size)
    for word in ("x0", "v"):
        got = impl["ddpm.ddim_step"](*given, T, T, eta=case.eta, given=word)
        yield Gap(f"s = T, {word}", got, x, np.abs(x))
    mean, variance = impl["ddpm.posterior_between"](case.y, case.x, schedule, T, s)
    yield Gap("posterior's mean", mean, signal * y, signal * np.abs(y) * condition)
    yield Gap("posterior's variance", variance, np.full((1,), noise**2), noise**2)
    got = impl["ddpm.learned_variance"](0 * case.x, schedule, T, s)
    yield Gap("least variance", got, noise**2 + 0 * x, noise**2)
