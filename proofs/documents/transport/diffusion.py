"""Laws of the bound by score matching, on variance-preserving diffusions of isotropic Gaussians."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....backends import Setting
from ....flow import diffusion_squared, drift_coefficient, variance_preserving
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import closed, inputs, inputs_of_bounds
from .bounds import BOUND
from .inputs import FloatArray


@dataclass(frozen=True)
class Pair:
    """Data N(m₁, v₁I) with its exact score, a model whose score is exact for N(m₂, v₂I), and σ² = r·g².

    The model starts from N(start, spread·I) at T = 1.
    """

    betas: tuple[float, float]
    ratio: float
    m1: FloatArray
    v1: float
    m2: FloatArray
    v2: float
    start: FloatArray
    spread: float

    @property
    def total(self) -> float:
        """∫₀¹ β."""
        return (self.betas[0] + self.betas[1]) / 2

    def alpha(self) -> float:
        """ᾱ_1."""
        return np.exp(-self.total / 2)

    def variance(self, v: float) -> float:
        """ᾱ²v + β̄² at T = 1."""
        return 1 - np.exp(-self.total) * (1 - v)

    def from_data(self) -> "Pair":
        """The same with q_T = p_T."""
        return replace(self, start=self.alpha() * self.m1, spread=self.variance(self.v1))

    def end(self) -> tuple[FloatArray, float]:
        """Mean and variance of the model at t = 0: with κ = kβ, k = (1+r)/2, deviations from N(m₂, v₂I)
        with B = ∫β shrink by φ = e^{B/2}(v₂e^{−B}/V₂)^k towards 0, and the excess of variance by φ²."""
        k, V2 = (1 + self.ratio) / 2, self.variance(self.v2)
        phi = np.exp(self.total / 2 + k * (np.log(self.v2 / V2) - self.total))
        mean = self.m2 + phi * (self.start - self.alpha() * self.m2)
        return mean, self.v2 + phi**2 * (self.spread - V2)

    def distance(self) -> float:
        """W₂(p₀, q₀)."""
        mean, spread = self.end()
        width = np.sqrt(len(mean)) * (np.sqrt(self.v1) - np.sqrt(spread))
        return np.hypot(np.linalg.norm(self.m1 - mean), width)

    def terminal(self) -> float:
        """W₂(p_T, q_T)."""
        width = np.sqrt(len(self.m1)) * (np.sqrt(self.variance(self.v1)) - np.sqrt(self.spread))
        return np.hypot(np.linalg.norm(self.alpha() * self.m1 - self.start), width)

    def bound(self, impl: Impl, on: Setting, panels: int) -> Any:
        """The bound by score matching, from flow's schedule."""
        schedule = variance_preserving(beta_min=self.betas[0], beta_max=self.betas[1])
        apart, d = on.number(np.linalg.norm(self.m1 - self.m2)), len(self.m1)

        def variances(t: Any) -> tuple[Any, Any, Any]:
            alpha, noise = schedule.alpha(t), schedule.variance(t)
            return alpha, alpha**2 * self.v1 + noise, alpha**2 * self.v2 + noise

        def root(t: Any) -> Any:
            alpha, V1, V2 = variances(t)
            excess = alpha**2 * (self.v2 - self.v1) / V2
            return on.xp.sqrt((alpha * apart / V2) ** 2 + d * excess**2 / V1)

        def lipschitz(t: Any) -> Any:
            kappa = (1 + self.ratio) / 2 * diffusion_squared(schedule, t)
            return -drift_coefficient(schedule, t) - kappa / variances(t)[2]

        times = on.array(np.linspace(0.0, 1.0, panels + 1))
        return impl["transport.score_matching_bound"](
            times,
            lambda t: diffusion_squared(schedule, t),
            lambda t: self.ratio * diffusion_squared(schedule, t),
            root,
            lipschitz,
            on.array(np.asarray(self.terminal())),
        )

    def exponent(self) -> float:
        """At least ∫|L|, which amplifies roundings of I_t."""
        k = (1 + self.ratio) / 2
        return self.total / 2 + k * (self.total + np.log(self.variance(self.v2) / self.v2))


def _pair(case: inputs.Diffusions) -> Pair:
    (m1, m2), (v1, v2) = (np.asarray(m) for m in case.means), case.variances
    mean, spread = case.start
    if case.same_width:
        return Pair(case.betas, case.ratio, m1, v1, m2, v1, m1, 1.0).from_data()
    return Pair(case.betas, case.ratio, m1, v1, m2, v2, np.asarray(mean), spread)


_EXPONENTS = Rounding({"a value of L": 8, "sum of 16 nodes": 16, "32 panels": 32}, calls=("exp", "exp"))


@law(
    "transport.score_matching_bound-holds",
    "W₂(p₀, q₀) ≤ ∫ κI√SM + I_T W₂(p_T, q_T) with κ = ½(g² + σ²) for every σ; attained where only means "
    "differ",
    source="transport C6, C8",
    about=("transport.score_matching_bound",),
    inputs=inputs.diffusions,
    tolerance=_EXPONENTS,
    refutes=(
        "transport.score_matching_bound/full-diffusion",
        "transport.score_matching_bound/sigma-ignored",
        "transport.score_matching_bound/score-matching-not-rooted",
        "transport.score_matching_bound/terminal-ignored",
    ),
    needs={"approximation": "integrals are sums over Gauss–Legendre nodes"},
)
def score_matching_bounds(impl: Impl, on: Setting, case: inputs.Diffusions) -> Iterator[Record]:
    """σ = 0 is the ODE, σ = g the SDE. With equal widths and equal terminals the model only shifts."""
    pair = _pair(case)
    bound, distance = pair.bound(impl, on, 32), pair.distance()
    parts = on.host(bound.integral) + on.host(bound.terminal)
    scale = (distance + parts) * (1 + pair.exponent())
    yield AtMost("bound", distance, bound.value, scale)
    if case.same_width:
        yield Gap("attained", bound.value, distance, scale)
    yield AtMost("converged", bound.error, 1e-9 * parts, scale)


@law(
    "transport.bound-of-scores-definition",
    "score_matching_bound is ∫ ½(g²+σ²)I√SM + I_T W_T; the printed one has g² and L_f + g²L_s",
    source="transport D8, E2",
    about=("transport.score_matching_bound", "transport.printed_score_matching_bound"),
    inputs=inputs_of_bounds.exponential_gaps,
    tolerance=BOUND,
    refutes=(
        "transport.score_matching_bound/full-diffusion",
        "transport.score_matching_bound/sigma-ignored",
        "transport.score_matching_bound/terminal-ignored",
        "transport.printed_score_matching_bound/half",
        "transport.printed_score_matching_bound/unscaled-score-constant",
        "transport.score_matching_bound/always-sde",
        "transport.score_matching_bound/diffusion-rooted",
        "transport.printed_score_matching_bound/half-both",
        "transport.printed_score_matching_bound/drift-ignored",
    ),
    needs={"approximation": "integrals are sums over Gauss–Legendre nodes"},
)
def bound_of_scores_definition(
    impl: Impl, on: Setting, case: inputs_of_bounds.ExponentialGaps
) -> Iterator[Record]:
    """g² = α, σ² a multiple of it, √SM = e^{μt}; constants, so that the integrals are series."""
    T, xp = on.number(on.host(case.times)[-1]), on.xp
    alpha, sigma = case.alpha, case.sigma * case.alpha
    terminal = on.number(on.host(case.terminal))

    def constant(value: float) -> Any:
        return lambda t: 0 * t + value

    def expected(kappa: float, L: float) -> float:
        moment = closed.exponential_moment(L + case.decay, T, 0)
        return kappa * moment + on.math.exp(L * T) * terminal

    def root(t: Any) -> Any:
        return xp.exp(case.decay * t)

    scale = on.math.exp(abs(case.L) * T) * ((alpha + sigma) * on.math.exp(abs(case.decay) * T) * T + terminal)
    bound = impl["transport.score_matching_bound"](
        case.times, constant(alpha), constant(sigma), root, constant(case.L), case.terminal
    )
    yield Gap("bound", bound.value, expected((alpha + sigma) / 2, case.L), scale)
    # L_s = λ/(2g²), so that L_f + g²L_s = λ/2 + λ/2.
    score = case.L / 2 / alpha
    bound = impl["transport.printed_score_matching_bound"](
        case.times, constant(alpha), root, constant(case.L / 2), constant(score), case.terminal
    )
    yield Gap("printed", bound.value, expected(alpha, case.L), scale)


@law(
    "transport.flow-drift-gap",
    "with the drifts of the probability flow, E‖f − g‖² = (½g²)² SM",
    source="transport C6",
    stands="what the drifts of flows have to do with score matching",
    about=("transport.gaussian_score_matching",),
    inputs=inputs.gaussian_scores,
    tolerance=Rounding({"gaussian_score_matching-definition": 60, "expectation, alike": 60}),
    refutes=(
        "transport.gaussian_score_matching/rooted",
        "transport.gaussian_score_matching/undiffused-data",
        "transport.gaussian_score_matching/bias-ignored",
    ),
)
def flow_drift_gap(impl: Impl, on: Setting, case: inputs.AffineScores) -> Iterator[Record]:
    """f = f_t x − ½g²∇log p_t, g = f_t x − ½g²s, averaged over points with the moments of p_t."""
    A, c, m, S = (on.host(v) for v in (case.A1, case.c1, case.means[0, :], case.covariances[0, :, :]))
    alpha, beta = on.number(on.host(case.alpha)), on.number(on.host(case.beta))
    schedule = variance_preserving()
    t = np.asarray(0.5)
    rate, half = on.number(drift_coefficient(schedule, t)), on.number(diffusion_squared(schedule, t)) / 2
    P = alpha**2 * S + beta**2 * np.eye(len(m))
    x = alpha * m + closed.cubature(P)
    f = rate * x + half * np.linalg.solve(P, (x - alpha * m).T).T
    g = rate * x - half * (x @ A.T + c)
    matching = on.host(
        impl["transport.gaussian_score_matching"](
            case.A1, case.c1, case.means[0, :], case.covariances[0, :, :], case.alpha, case.beta
        )
    )
    size = np.mean(np.sum((np.abs(x) @ np.abs(A).T + np.abs(c)) ** 2, -1)) + np.trace(np.linalg.inv(P))
    scale = half**2 * size * np.linalg.cond(P)
    yield Gap("gap", half**2 * matching, np.mean(np.sum((f - g) ** 2, -1)), scale)


_CASES = (
    ("ODE, shift", 0.0, (1.0, 0.25), (0.0, 0.25), 0.996714153539, 1.0),
    ("ODE, scale", 0.0, (0.0, 1.0), (0.0, 0.25), 0.499991902475, 1.0),
    ("ODE, N(1, 1) and N(0, ¼)", 0.0, (1.0, 1.0), (0.0, 0.25), 1.115092375728, 0.98475),
    ("ODE, N(1, ¼) and N(0, 1)", 0.0, (1.0, 0.25), (0.0, 1.0), 1.112152785473, 0.96136),
    ("SDE, shift", 1.0, (1.0, 0.25), (0.0, 0.25), 0.999989203213, 1.0),
    ("SDE, scale 1 to ½", 1.0, (0.0, 1.0), (0.0, 0.25), 0.499999999913, 0.80668),
    ("SDE, scale ½ to 1", 1.0, (0.0, 0.25), (0.0, 1.0), 0.499999999301, 0.70502),
)
"""Name, σ²/g², data and model (mean, variance), W₂ and W₂/bound as printed to 12 and 5 digits."""


@law(
    "transport.reference-values",
    "W₂ and W₂/bound of seven pairs of Gaussians under β(t) = 0.1 + 19.9t, q_T = p_T, as printed",
    source="transport C9",
    about=("transport.score_matching_bound", "transport.wasserstein_gaussian"),
    inputs=inputs.reference_cases,
    tolerance=_EXPONENTS,
    refutes=(
        "transport.score_matching_bound/full-diffusion",
        "transport.score_matching_bound/sigma-ignored",
        "transport.score_matching_bound/score-matching-not-rooted",
        "transport.wasserstein_gaussian/squared",
    ),
    kinds=("ordinary",),  # seven given cases
    needs={"approximation": "compares with printed digits"},
)
def reference_values(impl: Impl, on: Setting, case: inputs.ReferenceCase) -> Iterator[Record]:
    """W₂ in closed form; half of the last printed digit is allowed on top of rounding."""
    name, ratio, (m1, v1), (m2, v2), distance, share = _CASES[case.index]
    centre, other = np.asarray([m1]), np.asarray([m2])
    pair = Pair((0.1, 20.0), ratio, centre, v1, other, v2, centre, 1.0).from_data()
    factor = _EXPONENTS.factor(on) * on.u
    mean, spread = pair.end()
    moments = (on.array(np.asarray(v)) for v in (centre, [[v1]], mean, [[spread]]))
    given = impl["transport.wasserstein_gaussian"](*moments)
    yield Gap(f"W₂, {name}", given, distance, 1 + 0.5e-12 / factor)
    bound = pair.bound(impl, on, case.panels)
    amplified = 1 + pair.exponent()
    digits = 1e-12 if share == 1.0 else 0.5e-5
    yield Gap(f"W₂/bound, {name}", distance / on.host(bound.value), share, amplified + digits / factor)
    yield AtMost(f"bound, {name}", pair.distance(), bound.value, amplified)
