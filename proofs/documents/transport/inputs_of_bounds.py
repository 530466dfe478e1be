"""Inputs of the laws of divergences, growth and bounds."""

import math
from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision
from ...language import inputs
from ...language.law import Kind
from .inputs import gaussians


@dataclass(frozen=True, slots=True)
class Jacobians:
    """Parts of Jacobians Q diag(λ) Qᵀ + S − Sᵀ: the rounded Q and S (n, d, d), and λ (n, d), the eigenvalues
    of the symmetric part.

    cancellation: equal eigenvalues up to ulps; extreme: sizes across the range, the skew part as large.
    """

    Q: Array
    skew: Array
    values: list[list[float]]
    points: Array


@inputs.composite
def jacobians(draw: inputs.Draw, p: Precision, kind: Kind) -> Jacobians:
    n, d, rng = inputs.batch(draw), draw(st.sampled_from([1, 2, 4])), inputs.generator(draw)
    values = rng.integers(-3, 4, (n, d)).astype(float) if kind == "ordinary" else rng.standard_normal((n, d))
    if kind == "cancellation":
        values = 3 * (1 + p.u * values)
    low = math.log10(p.smallest)
    unit = 10.0 ** rng.uniform(low + min(10.0, -low / 2), math.log10(p.largest) - 4)
    unit = unit if kind == "extreme" else 1.0
    Q, _ = np.linalg.qr(rng.standard_normal((n, d, d)))
    skew = rng.standard_normal((n, d, d)) * draw(st.sampled_from([1.0, 0.0, 3.0]))
    points = rng.standard_normal((2, n, d))
    return inputs.in_format(Jacobians(Q, skew=unit * skew, values=(unit * values).tolist(), points=points), p)


@dataclass(frozen=True, slots=True)
class CubicPoints:
    """Pairs of points on the line, within ±reach."""

    x: Array
    y: Array


@inputs.composite
def cubic_points(draw: inputs.Draw, p: Precision, kind: Kind) -> CubicPoints:
    rng = inputs.generator(draw)
    reach = {"ordinary": 4.0, "cancellation": 1.0, "extreme": 10.0 ** inputs.decades(p, 6.0, power=3)}[kind]
    x = inputs.rounded(rng.uniform(-reach, reach, 16), p)
    near = x * (1 + 1e-3 * rng.standard_normal(16))
    y = near if kind == "cancellation" else rng.uniform(-reach, reach, 16)
    return CubicPoints(x, y=inputs.rounded(y, p))


@dataclass(frozen=True, slots=True)
class Rates:
    """Times (n,) from 0, piecewise linear L (n,), and a smooth L = a + bt + ct³ + e·cos ωt.

    cancellation: L of alternating sign, so that the integral returns; extreme: |∫L| up to 60.
    """

    times: Array
    L: Array
    coefficients: list[float]
    omega: float


@inputs.composite
def rates(draw: inputs.Draw, p: Precision, kind: Kind) -> Rates:
    n, rng = draw(st.sampled_from([1, 2, 6, 9])), inputs.generator(draw)
    times = inputs.rounded(np.concatenate([[0.0], np.cumsum(rng.uniform(0.1, 1.0, n - 1))]), p)
    reach = min(6.0, math.log(p.largest) / 14) if kind == "extreme" else 1.0  # for exp ∫ L
    values = rng.integers(-3, 4, n) if draw(st.booleans()) is False else rng.uniform(-1, 1, n)
    L = reach * (values if kind != "cancellation" else (-1.0) ** np.arange(n))
    coefficients = reach * rng.uniform(-1, 1, 4) / np.asarray([1.0, 9.0, 729.0, 1.0])
    return Rates(
        times=times,
        L=inputs.rounded(L, p),
        coefficients=inputs.rounded(coefficients, p).tolist(),
        omega=float(rng.choice([0.5, 1.0, 2.0])),
    )


@dataclass(frozen=True, slots=True)
class ExponentialGaps:
    """T, L = λ, gap = (α + βt)e^{μt} and a terminal distance.

    cancellation: λ + μ ≈ 0; extreme: gap and terminal of sizes 10^±6, or a terminal of 0.
    """

    times: Array
    L: float
    decay: float
    alpha: float
    beta: float
    terminal: Array
    sigma: float


@inputs.composite
def exponential_gaps(draw: inputs.Draw, p: Precision, kind: Kind) -> ExponentialGaps:
    rng = inputs.generator(draw)
    T = draw(st.sampled_from([1.0, 0.5, 2.0]))
    slope, decay = rng.uniform(-1, 1, 2)
    if kind == "cancellation":
        decay = -slope * (1 + 1e-6)
    size = 10.0 ** (rng.choice([-1, 1]) * inputs.decades(p, 6.0, power=2)) if kind == "extreme" else 1.0
    alpha, beta = size * rng.uniform(0, 2, 2)
    terminal = draw(st.sampled_from([0.0, 1.0, 1e-3 * size]))
    return ExponentialGaps(
        times=inputs.rounded(np.linspace(0, T, draw(st.sampled_from([9, 16, 33]))), p),
        L=float(inputs.rounded(slope, p)),
        decay=float(inputs.rounded(decay, p)),
        alpha=float(inputs.rounded(alpha, p)),
        beta=float(inputs.rounded(beta, p)),
        terminal=inputs.rounded(terminal, p),
        sigma=draw(st.sampled_from([0.0, 1.0, 0.25, 3.0])),
    )


@dataclass(frozen=True, slots=True)
class BendingRates:
    """L = λω cos ωt on even nodes of [0, T], gap α/I_t and a terminal distance.

    cancellation: L and its integral nearly vanish; extreme: large λ, gap and terminal of unlike sizes.
    """

    times: Array
    rate: float
    omega: float
    alpha: float
    terminal: Array


@inputs.composite
def bending_rates(draw: inputs.Draw, p: Precision, kind: Kind) -> BendingRates:
    rng = inputs.generator(draw)
    reach = {"ordinary": 1.0, "cancellation": 1e-2, "extreme": 3.0}[kind]
    far = inputs.decades(p, 4.0, power=2)
    sizes = 10.0 ** rng.uniform(-far, far, 2) if kind == "extreme" else rng.uniform(0.5, 2.0, 2)
    T = draw(st.sampled_from([1.0, 0.5, 2.0]))
    return BendingRates(
        times=inputs.rounded(np.linspace(0, T, draw(st.sampled_from([9, 16, 33]))), p),
        rate=float(reach * rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.0)),
        omega=draw(st.sampled_from([1.0, 2.0])) / T,
        alpha=float(sizes[0]),
        terminal=inputs.rounded(sizes[1], p),
    )


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Panels of one length and a wave of 23.5 to 24.5 radians in half of it.

    cancellation: several panels, over which most of the wave cancels; extreme: short or long panels.
    """

    times: Array
    omega: float
    phase: float
    size: float


@inputs.composite
def unresolved(draw: inputs.Draw, p: Precision, kind: Kind) -> Unresolved:
    rng = inputs.generator(draw)
    length = float(2.0 ** rng.integers(-6, 7)) if kind == "extreme" else 1.0
    panels = int(rng.integers(2, 5)) if kind == "cancellation" else 1
    return Unresolved(
        times=length * np.arange(panels + 1.0),
        omega=2 * float(rng.uniform(23.5, 24.5)) / length,
        phase=float(rng.uniform(0, 6)),
        size=float(rng.uniform(0.2, 1.0)) / length,
    )


@dataclass(frozen=True, slots=True)
class LinearPairs:
    """Two affine drifts with Gaussian terminals, F (d, d), e (d,), m (d,) and P (d, d) each, and T.

    cancellation: nearly equal drifts and equal terminals; extreme: sizes 10^±3 of space.
    """

    f: tuple[Array, ...]
    g: tuple[Array, ...]
    times: Array
    T: float


@inputs.composite
def linear_pairs(draw: inputs.Draw, p: Precision, kind: Kind) -> LinearPairs:
    d, rng = draw(st.sampled_from([1, 2, 3])), inputs.generator(draw)
    F, G = rng.uniform(-1, 1, (2, d, d)) * draw(st.sampled_from([0.0, 0.5, 1.0]))
    e, h, m1, m2 = rng.integers(-2, 3, (4, d)).astype(float)
    roots = rng.integers(-2, 3, (2, d, d))
    P1, P2 = roots @ roots.mT + np.eye(d)
    if kind == "cancellation":
        G, h, m2, P2 = F + 1e-3 * G, e + 1e-3 * h, m1, P1
    size = 10.0 ** (rng.choice([-1, 1]) * inputs.decades(p, 3.0, power=2)) if kind == "extreme" else 1.0
    T = draw(st.sampled_from([1.0, 0.25]))
    return LinearPairs(
        f=tuple(inputs.rounded(part, p) for part in (F, size * e, size * m1, size**2 * P1)),
        g=tuple(inputs.rounded(part, p) for part in (G, size * h, size * m2, size**2 * P2)),
        times=inputs.rounded(np.linspace(0, T, draw(st.sampled_from([9, 16]))), p),
        T=T,
    )


@dataclass(frozen=True, slots=True)
class Homotheties:
    """Rates a(t) = a₀ + a₁t and b(t) with a − b of one sign, a vector v (d,), two Gaussians and T.

    cancellation: a ≈ b; extreme: sizes 10^±3 of space.
    """

    m1: Array
    m2: Array
    S1: Array
    S2: Array
    v: Array
    rate: list[float]
    other: list[float]
    tilt: float
    T: float


@inputs.composite
def homotheties(draw: inputs.Draw, p: Precision, kind: Kind) -> Homotheties:
    case = draw(gaussians(p, "ordinary", regular=True))
    rng = inputs.generator(draw)
    short = p.largest < 1e6  # covariances, below 2⁹ and times e^{2A_T}, stay in range
    far = min(10, int((math.log2(p.largest) - 9 - (3 if short else 24)) / 2))
    size = 2.0 ** rng.choice([-far, far]) if kind == "extreme" else 1.0
    d, slow = case.m1.shape[-1], 0.25 if short else 1.0
    rate = slow * rng.uniform(-1, 1, 2)
    excess = slow * rng.uniform(0.1, 1, 2) * rng.choice([-1, 1]) * (1e-2 if kind == "cancellation" else 1.0)
    return Homotheties(
        m1=inputs.rounded(size * case.m1[0], p),
        m2=inputs.rounded(size * case.m2[0], p),
        S1=inputs.rounded(size**2 * case.S1[0], p),
        S2=inputs.rounded(size**2 * case.S2[0], p),
        v=inputs.rounded(size * rng.integers(-2, 3, d), p),
        rate=inputs.rounded(rate, p).tolist(),
        other=inputs.rounded(rate + excess, p).tolist(),
        tilt=draw(st.sampled_from([0.0, 1.0, 2.5])),
        T=draw(st.sampled_from([1.0, 0.5, 1.0 if short else 2.0])),
    )


@dataclass(frozen=True, slots=True)
class Saddles:
    """g = diag(λ, −λ)x and f − g = a·e₁ until T; λ = a = T = 1 first."""

    rate: float
    push: float
    T: float
    mean: Array


@inputs.composite
def saddles(draw: inputs.Draw, p: Precision, kind: Kind) -> Saddles:
    rng = inputs.generator(draw)
    if draw(st.booleans()) is False and kind == "ordinary":
        return Saddles(rate=1.0, push=1.0, T=1.0, mean=np.zeros(2))
    reach = {"ordinary": 1.0, "cancellation": 1e-2, "extreme": 4.0}[kind]
    return Saddles(
        rate=float(inputs.rounded(reach * rng.uniform(0.5, 1), p)),
        push=float(inputs.rounded(rng.uniform(0.5, 2), p)),
        T=draw(st.sampled_from([1.0, 0.5])),
        mean=inputs.rounded(rng.standard_normal(2), p),
    )


@dataclass(frozen=True, slots=True)
class CurvedPairs:
    """Names and rates of two drifts on the line, ranges of two uniform terminals, and T.

    cancellation: the same drift with rates that differ by 1 %; extreme: rates up to 3.
    """

    names: tuple[str, str]
    rates: tuple[float, ...]
    ranges: list[list[float]]
    T: float


@inputs.composite
def curved_pairs(draw: inputs.Draw, p: Precision, kind: Kind) -> CurvedPairs:
    names = st.sampled_from(["tanh", "linear", "cubic"])
    f, g = draw(names), draw(names)
    rng = inputs.generator(draw)
    c1, c2 = rng.uniform(-1, 1, 2) * (3.0 if kind == "extreme" else 1.0)
    if kind == "cancellation":
        g, c2 = f, c1 * 1.01
    starts, widths = rng.integers(-1, 2, 2).astype(float), rng.uniform(0.5, 1.5, 2)
    if draw(st.booleans()):
        starts[1], widths[1] = starts[0], widths[0]
    ranges = inputs.rounded(np.stack([starts, widths]), p).tolist()
    # x' = cx³ runs backward for ever only if c ≥ 0.
    rate = {"f": abs(c1) if f == "cubic" else c1, "g": abs(c2) if g == "cubic" else c2}
    return CurvedPairs(
        names=(f, g), rates=tuple(float(inputs.rounded(rate[k], p)) for k in "fg"), ranges=ranges, T=0.5
    )
