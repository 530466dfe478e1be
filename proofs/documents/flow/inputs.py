"""Inputs of the flow laws."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision
from ...language import inputs
from ...language.law import Kind
from . import closed

_SCHEDULES = [closed.Preserving(1.0, 1.0), closed.Preserving(0.5, 3.0), closed.Exploding(1.0, 2.0)]


def schedule(draw: inputs.Draw) -> closed.Marginals:
    """One of the schedules with drawn parameters, all of them for t in [0, 1]."""
    kind = draw(st.sampled_from(["preserving", "exploding", "sub", "cosine"]))
    if kind == "exploding":
        return closed.Exploding(draw(st.sampled_from([1.0, 0.1, 0.01])), draw(st.sampled_from([2.0, 50.0])))
    if kind == "cosine":
        return closed.Cosine(draw(st.sampled_from([1.0, 1.25])))
    rates = draw(st.sampled_from([(1.0, 1.0), (0.1, 20.0), (0.5, 3.0), (4.0, 1.0)]))
    return closed.Preserving(*rates) if kind == "preserving" else closed.SubPreserving(*rates)


@dataclass(frozen=True, slots=True)
class Times:
    """A schedule and times."""

    schedule: closed.Marginals
    t: Array


@inputs.composite
def times(draw: inputs.Draw, p: Precision, kind: Kind) -> Times:
    """A schedule and times: ordinary, so small that 1 − ᾱ² cancels, or both ends and tiny times."""
    n = inputs.batch(draw)
    rng = inputs.generator(draw)
    least = 10 * np.sqrt(2 * p.smallest)  # (β_min t)² is a normal number
    values = {
        "ordinary": rng.uniform(0.01, 1.0, n),
        "cancellation": 10.0 ** rng.uniform(max(-7.0, np.log10(least)), max(-2.0, np.log10(2 * least)), n),
        "extreme": rng.choice([1.0, 0.0, max(2.0**-20, 2 * least), max(1e-10, least)], n),
    }[kind]
    return Times(schedule=schedule(draw), t=inputs.rounded(values, p))


def _short(p: Precision) -> bool:
    """Whether squares of the usual sizes, or over the smallest variances, may be beyond the range."""
    return p.largest < 1e6


def _points(draw: inputs.Draw, p: Precision, kind: Kind, full: bool, *, start: bool = True) -> closed.Mixture:
    n, k, d = inputs.batch(draw), draw(st.sampled_from([1, 2, 3])), draw(st.sampled_from([1, 2, 3]))
    rng = inputs.generator(draw)
    chosen = schedule(draw)
    short = _short(p)
    means, weights = rng.normal(size=(k, d)), rng.normal(size=k)
    variances = 10.0 ** rng.uniform(-1.5, 0.5, (k, d))
    if kind == "cancellation":  # components that all but coincide
        means = means[:1] * (1 + 2 * p.u * rng.integers(-4, 5, (k, d)))
        variances = np.broadcast_to(variances[:1], (k, d))
    if kind == "extreme":  # far points, point masses beside wide components, weights that vanish or are 0
        weights = rng.choice([0.0, -30.0, -200.0, -np.inf], k)
        weights[rng.integers(k) or -1] = 0.0  # the first may be off
        variances = rng.choice([0.0, 0.25, 4.0] if short else [0.0, 0.01, 30.0], (k, d))
    early, late = (0.5, 0.8) if short and kind == "extreme" else (0.05, 1.0)
    t = inputs.rounded(rng.uniform(early, late, n), p)
    if start and kind != "extreme":  # where there are no point masses
        t[rng.random(n) < 0.2] = 0.0
    alpha, variance = chosen.alpha(t), chosen.variance(t)
    faint = short and kind == "extreme" and np.min(variance) < 2.0**-6
    if faint:  # scores of point masses, squared, would be beyond the range
        variances = np.maximum(variances, 0.25)
    pick = rng.integers(0, k, n)
    width = np.sqrt(alpha[:, None] ** 2 * variances[pick] + variance[:, None])
    reach = (1.25 if short else 8.0) if kind == "extreme" else 1.0  # σ goes up to 50
    x = alpha[:, None] * means[pick] + reach * width * rng.normal(size=(n, d))
    spread: Any = variances
    if full:
        axes = np.linalg.qr(rng.normal(size=(k, d, d)))[0]
        least = max(0.01, 32 * p.u * np.max(variances))  # rounding makes nothing negative
        spread = np.einsum("kij,kj,klj->kil", axes, np.maximum(variances, least), axes)
        spread = inputs.rounded(spread, p)
        spread = np.tril(spread) + np.swapaxes(np.tril(spread, -1), -1, -2)
        if kind == "ordinary" and draw(
            st.booleans()
        ):  # far out along the longest axis, which all coordinates see
            longest = np.take_along_axis(axes, np.argmax(variances, -1)[:, None, None], -1)[pick, :, 0]
            x = alpha[:, None] * means[pick] + 4 * np.max(width, -1, keepdims=True) * longest
        if kind == "extreme" and not faint:  # what is singular, exactly
            spread = np.where(rng.random((k, 1, 1)) < 0.3, 0.0, spread)
    elif draw(st.booleans()):
        spread = variances[:, 0]
    return closed.Mixture(
        schedule=chosen,
        log_weights=inputs.rounded(weights, p),
        means=inputs.rounded(means, p),
        spread=inputs.rounded(spread, p),
        t=t,
        x=inputs.rounded(x, p),
    )


@inputs.composite
def mixtures(draw: inputs.Draw, p: Precision, kind: Kind) -> closed.Mixture:
    """Isotropic or diagonal data, times from 0 on."""
    return _points(draw, p, kind, full=False)


@inputs.composite
def noised_mixtures(draw: inputs.Draw, p: Precision, kind: Kind) -> closed.Mixture:
    """The same at times t > 0, where β̄ has a derivative."""
    return _points(draw, p, kind, full=False, start=False)


@inputs.composite
def full_mixtures(draw: inputs.Draw, p: Precision, kind: Kind) -> closed.Mixture:
    """The same with full covariances."""
    return _points(draw, p, kind, full=True)


@dataclass(frozen=True, slots=True)
class NoisyMixture(closed.Mixture):
    """With a noise σ² = ratio·g²."""

    ratio: float


@inputs.composite
def noisy_mixtures(draw: inputs.Draw, p: Precision, kind: Kind) -> NoisyMixture:
    """Diagonal mixtures with a noise σ² = ratio·g², ratios above 1 among them."""
    ratio = draw(st.sampled_from([0.0, 0.5, 1.0, 4.0, 100.0]))
    return inputs.extended(NoisyMixture, _points(draw, p, kind, full=False), ratio=ratio)


@dataclass(frozen=True, slots=True)
class Drifts:
    """Drift vectors, scores and squares g², σ² of any size."""

    f: Array
    score: Array
    g2: Array
    sigma2: Array


@inputs.composite
def drifts(draw: inputs.Draw, p: Precision, kind: Kind) -> Drifts:
    n, d = inputs.batch(draw), draw(st.sampled_from([1, 3]))
    return Drifts(
        f=inputs.values(draw, (n, d), p, kind),
        score=inputs.values(draw, (n, d), p, kind),
        g2=np.abs(inputs.values(draw, (n, 1), p, kind)),
        sigma2=np.abs(inputs.values(draw, (n, 1), p, kind)),
    )


@dataclass(frozen=True, slots=True)
class Noises:
    """Noise vectors and standard deviations, in ranges that leave their ratio finite."""

    eps: Array
    width: Array


@inputs.composite
def noises(draw: inputs.Draw, p: Precision, kind: Kind) -> Noises:
    n, d = inputs.batch(draw), draw(st.sampled_from([1, 3]))
    widths = np.abs(inputs.values(draw, (n, 1), p, kind))
    return Noises(eps=inputs.values(draw, (n, d), p, kind), width=np.where(widths == 0, 1.0, widths))


@dataclass(frozen=True, slots=True)
class Jumps:
    """Data points, noises, and two times: any, neighbouring, or the two ends, β̄ = 0 among them."""

    schedule: closed.Marginals
    source: Array
    target: Array
    data: Array
    eps: Array


@inputs.composite
def jumps(draw: inputs.Draw, p: Precision, kind: Kind) -> Jumps:
    n, d = inputs.batch(draw), draw(st.sampled_from([1, 3]))
    rng = inputs.generator(draw)
    source = rng.uniform(0.05, 1.0, n)
    target = rng.uniform(0.05, 1.0, n)
    if kind == "cancellation":
        target = source * (1 + 2 * p.u * rng.integers(-4, 5, n))
    if kind == "extreme":
        least = max(1e-6, 32 * p.smallest)
        source, target = np.where(rng.random(n) < 0.5, [[1.0], [least]], [[least], [1.0]])
        target = np.where((target < 1) & (rng.random(n) < 0.5), 0.0, target)
    return Jumps(
        schedule=schedule(draw),
        source=inputs.rounded(source, p),
        target=inputs.rounded(target, p),
        data=inputs.rounded(rng.normal(size=(d,)), p),
        eps=inputs.rounded(rng.normal(size=(n, d)), p),
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """The six terms of the Fokker–Planck equation as free arrays."""

    rate: Array
    drift_divergence: Array
    diffusion: Array
    score_divergence: Array
    drift: Array
    score: Array


@inputs.composite
def pointwise(draw: inputs.Draw, p: Precision, kind: Kind) -> Terms:
    n, d = inputs.batch(draw), draw(st.sampled_from([1, 3]))
    shapes = [(n,)] * 4 + [(n, d)] * 2
    return Terms(*(inputs.values(draw, shape, p, kind, power=3) for shape in shapes))


@dataclass(frozen=True, slots=True)
class Waves:
    """Waves 2 + cos(phase + k·x) and drifts c + e sin(m·x) on periodic grids of even and odd size;
    cancellation: steep drifts against strong diffusion; extreme: very fine or coarse spacing."""

    sizes: tuple[int, ...]
    spacing: tuple[float, ...]
    waves: tuple[int, ...]
    swirls: tuple[int, ...]
    phase: float
    push: tuple[float, ...]
    twist: tuple[float, ...]
    diffusion: Array


@inputs.composite
def waves(draw: inputs.Draw, p: Precision, kind: Kind) -> Waves:
    sizes = draw(st.sampled_from([(16,), (17,), (16, 17)]))
    rng = inputs.generator(draw)
    d = len(sizes)
    far = 10.0 ** inputs.decades(p, 3.0, power=2)
    spacing = {"ordinary": 0.25, "cancellation": 1.0, "extreme": draw(st.sampled_from([1 / far, far]))}[kind]
    strength = 100.0 if kind == "cancellation" else 1.0
    return Waves(
        sizes=sizes,
        spacing=tuple(spacing * (1 + axis) for axis in range(d)),
        waves=tuple(int(k) for k in rng.integers(0, 4, d)),
        swirls=tuple(int(m) for m in rng.integers(0, 4, d)),
        phase=float(rng.uniform(0, 6)),
        push=tuple(float(c) for c in strength * rng.normal(size=d)),
        twist=tuple(float(e) for e in strength * rng.normal(size=d)),
        diffusion=np.asarray(inputs.rounded(strength * rng.uniform(0, 2), p)),
    )


@dataclass(frozen=True, slots=True)
class Linear:
    """x' = λx with rates and steps, backward and uneven ones among them; cancellation: step factors
    near zero (λh near −1 and −2.8); extreme: |λh| up to 20."""

    method: str
    rate: Array
    x: Array
    times: Array


@inputs.composite
def linear(draw: inputs.Draw, p: Precision, kind: Kind) -> Linear:
    n, steps = inputs.batch(draw), draw(st.sampled_from([1, 2] if _short(p) else [1, 2, 4]))
    rng = inputs.generator(draw)
    sign = draw(st.sampled_from([1.0, -1.0]))
    rate = rng.uniform(-2, 2, (n, 3))
    widths = rng.uniform(0.1, 1, steps)
    if kind == "cancellation":
        widths, rate = np.ones(steps), -sign * rng.choice([1.0, 2.0, 2.785], (n, 3))
    if kind == "extreme" and not _short(p):
        rate = rate * 10
    times = rng.uniform(-1, 1) + sign * np.concatenate([[0.0], np.cumsum(widths)])
    return Linear(
        method=draw(st.sampled_from(["euler", "heun", "rk4"])),
        rate=inputs.rounded(rate, p),
        x=inputs.rounded(rng.normal(size=(n, 3)), p),
        times=inputs.rounded(times, p),
    )


@inputs.composite
def lines(draw: inputs.Draw, p: Precision, kind: Kind) -> closed.Mixture:
    """One-dimensional mixtures with points at t = 0; cancellation: components that all but coincide;
    extreme: a far, light component, whose mass the flow must carry through a thin region."""
    n, k = 16, draw(st.sampled_from([1, 2, 3]))
    rng = inputs.generator(draw)
    means, weights = rng.normal(size=(k, 1)), rng.normal(size=k)
    variances = rng.uniform(0.2, 1.0, (k, 1))
    if kind == "cancellation":
        means, variances = means[:1] * (1 + 2 * p.u * rng.integers(-4, 5, (k, 1))), variances[:1] + 0 * means
    if kind == "extreme":
        means[0], weights[0] = 4.0, -4.0
    pick = rng.integers(0, k, n)
    x = means[pick] + np.sqrt(variances[pick]) * rng.uniform(-2, 2, (n, 1))
    return closed.Mixture(
        schedule=draw(st.sampled_from(_SCHEDULES)),
        log_weights=inputs.rounded(weights, p),
        means=inputs.rounded(means, p),
        spread=inputs.rounded(variances, p),
        t=np.zeros(n),
        x=inputs.rounded(x, p),
    )


@inputs.composite
def gaussians(draw: inputs.Draw, p: Precision, kind: Kind) -> NoisyMixture:
    """One Gaussian of full covariance with points at t = 0, and a noise ratio σ²/g²; cancellation:
    nearly isotropic; extreme: standard deviations that differ by 5."""
    n, d = inputs.batch(draw), draw(st.sampled_from([1, 2, 3]))
    rng = inputs.generator(draw)
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
    low = {"ordinary": 0.2, "cancellation": 1 - 1e-6, "extreme": 0.04}[kind]
    spectrum = np.concatenate([[1.0], np.full(d - 1, low)]) if d > 1 else np.full(1, low)
    covariance = inputs.rounded((axes * spectrum) @ axes.T, p)
    mean = rng.normal(size=d)
    return NoisyMixture(
        schedule=draw(st.sampled_from(_SCHEDULES)),
        log_weights=np.zeros(1),
        means=inputs.rounded(mean[None], p),
        spread=(np.tril(covariance) + np.tril(covariance, -1).T)[None],
        t=np.zeros(n),
        x=inputs.rounded(mean + rng.normal(size=(n, d)) @ (axes * np.sqrt(spectrum)).T, p),
        ratio=draw(st.sampled_from([0.0, 0.5, 1.0, 4.0])),
    )


@dataclass(frozen=True, slots=True)
class Scalars:
    """One-dimensional Gaussian data, a noise ratio σ²/g², and uneven times in either direction;
    cancellation: times that nearly touch; extreme: narrow data and strong noise."""

    schedule: closed.Marginals
    mean: Array
    variance: Array
    ratio: float
    times: Array


@inputs.composite
def scalars(draw: inputs.Draw, p: Precision, kind: Kind) -> Scalars:
    steps = draw(st.sampled_from([1, 3, 6]))
    rng = inputs.generator(draw)
    widths = rng.uniform(0.5, 1, steps) * (1e-3 if kind == "cancellation" else 0.9 / steps)
    times = 0.05 + np.concatenate([[0.0], np.cumsum(widths)])
    return Scalars(
        schedule=schedule(draw),
        mean=inputs.rounded(rng.normal(size=(1, 1)), p),
        variance=inputs.rounded(np.asarray([0.01 if kind == "extreme" else rng.uniform(0.3, 1.0)]), p),
        ratio=draw(st.sampled_from([1.0, 0.0, 0.5, 100.0 if kind == "extreme" and not _short(p) else 4.0])),
        times=inputs.rounded(times[:: draw(st.sampled_from([1, -1]))], p),
    )


@dataclass(frozen=True, slots=True)
class Narrow:
    """Points at the noise end of narrow Gaussian data: standard deviations 0.3, 0.1 and 0.01."""

    mean: Array
    variance_of_data: float


@inputs.composite
def narrow(draw: inputs.Draw, p: Precision, kind: Kind) -> Narrow:
    rng = inputs.generator(draw)
    width = {"ordinary": 0.3, "cancellation": 0.1, "extreme": 0.01}[kind]
    mean = inputs.rounded(rng.normal(size=(inputs.batch(draw), 1)), p)
    return Narrow(mean, variance_of_data=width**2)
