"""Laws of the Fokker–Planck equation."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import closed, inputs
from .mixtures import build

_BEYOND = {"float16": "squared scores times the diffusion are beyond its range"}
_POINTWISE = Rounding(
    {"offset or variance": 10, "f and g²": 6, "terms and their sum": 8}, calls=("exp", "expm1")
)
_CLOSED_FORMS = (
    "flow.fokker_planck_residual",
    "flow.drift_coefficient",
    "flow.diffusion_squared",
    "flow.mixture_score",
    "flow.mixture_score_divergence",
    "flow.mixture_time_derivative",
)


@law(
    "flow.fokker_planck_residual-definition",
    "the residual is ∂ₜlog p + ∇·f + f·s − ½D(∇·s + ‖s‖²), beside the sum of its terms' magnitudes",
    source="flow D4",
    about=("flow.fokker_planck_residual",),
    inputs=inputs.pointwise,
    tolerance=Rounding({"longest path through three coordinates, a side": 2 * 5}),
    refutes=(
        "flow.fokker_planck_residual/missing-half",
        "flow.fokker_planck_residual/log-laplacian",
        "flow.fokker_planck_residual/plus-diffusion",
        "flow.fokker_planck_residual/minus-flux",
        "flow.fokker_planck_residual/without-compression",
        "flow.fokker_planck_residual/without-transport",
    ),
)
def residual_definition(impl: Impl, on: Setting, case: inputs.Terms) -> Iterator[Record]:
    """Compares with the terms regrouped: s·(f − ½Ds) first."""
    terms = case.rate, case.drift, case.drift_divergence, case.diffusion, case.score, case.score_divergence
    residual = impl["flow.fokker_planck_residual"](*terms)
    rate, drift, spread, diffusion, score, curvature = map(on.host, terms)
    half = 0.5 * diffusion
    inner = np.sum(score * (drift - half[:, None] * score), axis=-1)
    size = np.sum(np.abs(score) * (np.abs(drift) + np.abs(half)[:, None] * np.abs(score)), axis=-1)
    size = size + np.abs(rate) + np.abs(spread) + np.abs(half * curvature)
    yield Gap("value", residual[0], rate + inner + spread - half * curvature, size)
    yield Gap("magnitude", residual[1], size, size)


def _member(impl: Impl, on: Setting, case: closed.Mixture, name: str, ratio: float) -> Iterator[Record]:
    """The Fokker–Planck equation of one member of the family with σ² = ratio·g²: "flow.forward_drift"
    in time, "flow.reverse_drift" against it, "" for the original SDE."""
    mixture, schedule, data, errors = build(impl, on, case)
    at = (mixture, schedule, case.t, case.x)
    f, g2 = impl["flow.drift_coefficient"](schedule, case.t), impl["flow.diffusion_squared"](schedule, case.t)
    score, curvature = impl["flow.mixture_score"](*at), impl["flow.mixture_score_divergence"](*at)
    drift, spread, diffusion = f[:, None] * case.x, f * case.x.shape[1], g2
    if name:
        sigma2 = ratio * g2
        # The divergence of a member's drift is the same combination of the two divergences.
        spread = impl[name](spread, g2, sigma2, curvature)
        drift = impl[name](drift, g2[:, None], sigma2[:, None], score)
        diffusion = sigma2 if name == "flow.forward_drift" else -sigma2
    rate = impl["flow.mixture_time_derivative"](*at)
    residual = impl["flow.fokker_planck_residual"](rate, drift, spread, diffusion, score, curvature)
    f_host, _ = closed.drift_and_diffusion(data.marginals, data.t)
    growth = np.abs(closed.derivative(data.marginals.variance, data.t))
    g_size = growth + 2 * np.abs(f_host) * data.marginals.variance(data.t)
    size, moved = np.abs(data.score), np.abs(f_host[:, None] * data.x)
    terms = np.sum(moved * (size + errors.score), axis=-1) + np.abs(f_host) * case.x.shape[1]
    heat = errors.divergence + np.sum(size**2 + 2 * size * errors.score, axis=-1)
    scale = errors.rate + data.marginals.condition(data.t) * (terms + (0.5 + ratio) * g_size * heat)
    yield Gap(f"{name or 'original'} σ² = {ratio} g²", residual[0], 0.0, scale)


@law(
    "flow.fokker-planck",
    "∂ₜp = −∇·(f p) + ½g²Δp holds at every point for the marginals of mixture data",
    source="flow C1",
    stands="the equation itself, point by point",
    about=_CLOSED_FORMS,
    inputs=inputs.mixtures,
    tolerance=_POINTWISE,
    not_in=_BEYOND,
    refutes=(
        "flow.diffusion_squared/growth-of-variance-only",
        "flow.diffusion_squared/without-alpha",
        "flow.drift_coefficient/missing-half",
        "flow.mixture_time_derivative/only-noise-grows",
        "flow.fokker_planck_residual/missing-half",
    ),
)
def fokker_planck(impl: Impl, on: Setting, case: closed.Mixture) -> Iterator[Record]:
    """Everything from the functions under test."""
    yield from _member(impl, on, case, "", 1.0)


@law(
    "flow.family-shares-marginals",
    "every σ² ≥ 0, also above g², gives the same right-hand side: all these SDEs share p_t",
    source="flow C2",
    about=("flow.forward_drift", *_CLOSED_FORMS),
    inputs=inputs.noisy_mixtures,
    tolerance=_POINTWISE,
    not_in=_BEYOND,
    refutes=(
        "flow.forward_drift/plus-score",
        "flow.forward_drift/missing-half",
        "flow.forward_drift/clipped-noise",
    ),
)
def family_shares_marginals(impl: Impl, on: Setting, case: inputs.NoisyMixture) -> Iterator[Record]:
    """The residual of the forward equation, for the drawn σ²/g² and for 0 and 4."""
    for ratio in (case.ratio, 0.0, 4.0):
        yield from _member(impl, on, case, "flow.forward_drift", ratio)


@law(
    "flow.reversal-shares-marginals",
    "the reverse SDEs of every σ² ≥ 0, run from T to 0, have the marginals p_t",
    source="flow C9",
    about=("flow.reverse_drift", *_CLOSED_FORMS),
    inputs=inputs.noisy_mixtures,
    tolerance=_POINTWISE,
    not_in=_BEYOND,
    refutes=(
        "flow.reverse_drift/forward-sign",
        "flow.reverse_drift/noise-subtracted",
        "flow.reverse_drift/half-of-g-only",
    ),
)
def reversal_shares_marginals(impl: Impl, on: Setting, case: inputs.NoisyMixture) -> Iterator[Record]:
    """With τ = −t, ∂_τ p = ∇·(b p) + ½σ²Δp, so ∂ₜp = −∇·(b p) − ½σ²Δp."""
    for ratio in (case.ratio, 0.0, 4.0):
        yield from _member(impl, on, case, "flow.reverse_drift", ratio)


def _phases(numbers: tuple[int, ...], sizes: tuple[int, ...], on: Setting) -> Any:
    """(n_1, ..., n_d) k·x of grid points; whole turns are dropped exactly, in integers."""
    counts = [on.reals(np.arange(size) * number % size) for number, size in zip(numbers, sizes, strict=True)]
    turns = [count / size for count, size in zip(counts, sizes, strict=True)]
    return 2 * on.math.pi * sum(np.meshgrid(*turns, indexing="ij"))


@law(
    "flow.fokker_planck_rhs_grid-spectral-definition",
    "the spectral right-hand side is exact for waves that the grid resolves, with a drift that varies",
    source="flow D4",
    stands="the definition of one of the two methods",
    about=("flow.fokker_planck_rhs_grid",),
    inputs=inputs.waves,
    tolerance=Rounding(
        {"an entry of the matrix": 5, "flux": 2, "sum of 17 terms, pairwise and by size": 5},
        "the row sums of the differentiation matrix are in the scale",
        calls=("tan", "sin"),
    ),
    refutes=(
        "flow.fokker_planck_rhs_grid/advective-form",
        "flow.fokker_planck_rhs_grid/missing-half",
        "flow.fokker_planck_rhs_grid/plus-flux",
    ),
)
def grid_spectral_definition(impl: Impl, on: Setting, case: inputs.Waves) -> Iterator[Record]:
    """Compares with −f·∇p − p∇·f + ½DΔp of p = 2 + cos(phase + k·x), f_a = c_a + e_a sin(m·x)."""
    angle = case.phase + _phases(case.waves, case.sizes, on)
    swirl = _phases(case.swirls, case.sizes, on)
    p = on.host(on.array(2 + np.cos(angle)))
    drift = np.stack([c + e * np.sin(swirl) for c, e in zip(case.push, case.twist, strict=True)])
    diffusion = on.number(on.host(case.diffusion))
    expected, scale = np.zeros_like(p), 0.0
    for axis, (size, step) in enumerate(zip(case.sizes, case.spacing, strict=True)):
        k, m = (2 * on.math.pi * number[axis] / (size * step) for number in (case.waves, case.swirls))
        expected -= drift[axis] * -k * np.sin(angle) + p * case.twist[axis] * m * np.cos(swirl)
        expected -= 0.5 * diffusion * k**2 * np.cos(angle)
        # Σ_j |D_0j| ≤ (π/(n h)) Σ 1/|sin(π j/n)|
        rows = on.math.pi / (size * step) * np.sum(1 / np.sin(on.math.pi * np.arange(1, size) / size))
        scale += rows * 3 * np.max(np.abs(drift[axis])) + rows**2 * 3 * diffusion / 2
    result = impl["flow.fokker_planck_rhs_grid"](
        on.array(p), on.array(drift), case.diffusion, spacing=case.spacing, method="spectral"
    )
    yield Gap("right-hand side", result, expected, scale)


@law(
    "flow.fokker_planck_rhs_grid-differences-definition",
    "central differences act on waves by their symbols: c sin(φ)/h and D(cos φ − 1)/h²; mass is kept",
    source="flow D4",
    stands="the definition of the other method, and that mass is kept",
    about=("flow.fokker_planck_rhs_grid",),
    inputs=inputs.waves,
    tolerance=Rounding({"p": 1, "difference": 3, "flux": 1, "sum over the axes": 2, "expectation": 1}),
    refutes=(
        "flow.fokker_planck_rhs_grid/missing-half",
        "flow.fokker_planck_rhs_grid/one-sided",
        "flow.fokker_planck_rhs_grid/plus-flux",
        "flow.fokker_planck_rhs_grid/rolled-the-other-way",
        "flow.fokker_planck_rhs_grid/central-over-one-step",
        "flow.fokker_planck_rhs_grid/step-not-squared",
    ),
)
def grid_differences_definition(impl: Impl, on: Setting, case: inputs.Waves) -> Iterator[Record]:
    """A constant drift on p = 2 + cos(phase + k·x); and Σ right-hand side = 0 for a varying one."""
    angle = case.phase + _phases(case.waves, case.sizes, on)
    drift = np.stack([c + 0 * angle for c in case.push])
    twisted = np.stack([e * np.sin(_phases(case.swirls, case.sizes, on)) for e in case.twist])
    diffusion = on.number(on.host(case.diffusion))
    expected, scale = 0 * angle, 0.0
    for axis, (size, step) in enumerate(zip(case.sizes, case.spacing, strict=True)):
        turn = 2 * on.math.pi * case.waves[axis] / on.number(size)
        expected += case.push[axis] * np.sin(turn) / step * np.sin(angle)
        expected += diffusion * (np.cos(turn) - 1) / step**2 * np.cos(angle)
        scale += 3 * (abs(case.push[axis]) + abs(case.twist[axis])) / step + 6 * diffusion / step**2
    p, run = on.array(2 + np.cos(angle)), impl["flow.fokker_planck_rhs_grid"]
    yield Gap("symbol", run(p, on.array(drift), case.diffusion, spacing=case.spacing), expected, scale)
    total = np.sum(on.host(run(p, on.array(twisted), case.diffusion, spacing=case.spacing)))
    yield Gap("mass", total, 0.0, scale * angle.size)


@law(
    "flow.fokker_planck_rhs_grid-varying-diffusion",
    "with g² that varies from point to point the diffusion is ½Δ(g²p), not ½g²Δp",
    source="flow D4",
    about=("flow.fokker_planck_rhs_grid",),
    inputs=inputs.waves,
    tolerance=Rounding(
        {"p, g² and their product": 3, "an entry of the matrix": 5, "sum of 17 terms or fewer": 5},
        "the row sums of the differentiation matrix are in the scale; or 3 roundings a difference",
        calls=("tan", "sin"),
    ),
    refutes=("flow.fokker_planck_rhs_grid/diffusion-outside",),
)
def grid_varying_diffusion(impl: Impl, on: Setting, case: inputs.Waves) -> Iterator[Record]:
    """g² = D (2 + sin(m·x)) on p = 2 + cos(phase + k·x): the product is a sum of waves of numbers up to 6,
    on each of which a second derivative acts by its symbol."""
    k, m, diffusion = np.asarray(case.waves), np.asarray(case.swirls), on.number(on.host(case.diffusion))
    angle, swirl = case.phase + _phases(case.waves, case.sizes, on), _phases(case.swirls, case.sizes, on)
    p, g2 = on.array(2 + np.cos(angle)), on.array(diffusion * (2 + np.sin(swirl)))
    still = on.array(np.zeros((len(case.sizes), *case.sizes)))
    parts = (
        (2 * np.cos(angle), k),
        (2 * np.sin(swirl), m),
        (np.sin(swirl + angle) / 2, m + k),
        (np.sin(swirl - angle) / 2, m - k),
    )
    for method in ("differences", "spectral"):
        expected, scale = 0 * angle, 0.0
        for axis, (size, step) in enumerate(zip(case.sizes, case.spacing, strict=True)):
            for wave, number in parts:
                turn = 2 * on.math.pi * number[axis] / size
                symbol = 2 * np.cos(turn) - 2 if method == "differences" else -(turn**2)
                expected = expected + diffusion / 2 * symbol / step**2 * wave
            # Σ_j |D_0j| ≤ (π/(n h)) Σ 1/|sin(π j/n)|, which exceeds the 2/h of a difference
            rows = on.math.pi / (size * step) * np.sum(1 / np.sin(on.math.pi * np.arange(1, size) / size))
            scale += rows**2 * 9 * diffusion / 2
        options = {"spacing": case.spacing, "method": method}
        result = impl["flow.fokker_planck_rhs_grid"](p, still, g2, **options)
        yield Gap(method, result, expected, scale)


@law(
    "flow.fokker_planck_rhs_grid-differences-order",
    "the error of central differences falls by 2² ± 0.2 in the exponent when the spacing is halved",
    source="flow D4",
    stands="the order of the other method",
    about=("flow.fokker_planck_rhs_grid",),
    inputs=inputs.waves,
    tolerance=Rounding({"8 on the finer grid, 2^2.2 < 4.6 times": 4.6 * 8, "half on the coarser": 4}),
    refutes=("flow.fokker_planck_rhs_grid/one-sided",),
)
def grid_differences_order(impl: Impl, on: Setting, case: inputs.Waves) -> Iterator[Record]:
    """p = exp(cos x) with drift sin x and the drawn diffusion, at 32 and 64 points of a period."""
    diffusion = on.number(on.host(case.diffusion))
    errors = []
    for size in (32, 64):
        step = 2 * on.math.pi / size
        x = np.arange(size) * step
        p, sine = np.exp(np.cos(x)), np.sin(x)
        exact = p * (sine**2 - np.cos(x) + 0.5 * diffusion * (sine**2 - np.cos(x)))
        result = impl["flow.fokker_planck_rhs_grid"](
            on.array(p), on.array(sine[None]), case.diffusion, spacing=(step,)
        )
        errors.append(np.max(np.abs(on.host(result) - exact)))
    scale = 3 / step + 6 * diffusion / step**2
    yield AtMost("at least order 1.8", on.math.pow(2, 1.8) * errors[1], errors[0], scale)
    yield AtMost("at most order 2.2", errors[0], on.math.pow(2, 2.2) * errors[1], scale)


@law(
    "flow.fokker_planck_rhs_grid-agrees-with-mixture",
    "on a wide grid the right-hand side is p ∂ₜlog p of mixture data",
    source="flow C1",
    stands="the equation on a grid, which knows no formula of the mixture",
    about=(
        "flow.fokker_planck_rhs_grid",
        "flow.mixture_log_density",
        "flow.mixture_time_derivative",
        "flow.drift_coefficient",
        "flow.diffusion_squared",
    ),
    inputs=inputs.lines,
    tolerance=Rounding(
        {"a term of a product with the differentiation matrix": 160},
        "each rounds p to at most its own size; the grid resolves and contains p (width ≥ 0.44, 40 "
        "wide) to below 1e-16",
        calls=("exp", "expm1", "tan"),
    ),
    refutes=(
        "flow.fokker_planck_rhs_grid/advective-form",
        "flow.diffusion_squared/growth-of-variance-only",
        "flow.mixture_time_derivative/only-noise-grows",
    ),
    needs={"approximation": "the grid resolves the density only to 1e-16"},
)
def grid_agrees_with_mixture(impl: Impl, on: Setting, case: closed.Mixture) -> Iterator[Record]:
    """One-dimensional data at t = ½ on 160 points."""
    mixture, schedule, data, _ = build(impl, on, case)
    size, step = 160, 0.25
    grid = on.array((np.arange(size) - size // 2) * step)
    t = on.array(np.asarray(0.5))
    at = (mixture, schedule, t, grid[:, None])
    p = on.xp.exp(impl["flow.mixture_log_density"](*at))
    drift = (impl["flow.drift_coefficient"](schedule, t) * grid)[None, :]
    diffusion = impl["flow.diffusion_squared"](schedule, t)
    result = impl["flow.fokker_planck_rhs_grid"](p, drift, diffusion, spacing=(step,), method="spectral")
    expected = on.host(p) * on.host(impl["flow.mixture_time_derivative"](*at))
    half = np.asarray([0.5])
    f, g2 = closed.drift_and_diffusion(data.marginals, half)
    # |D_jk| ≤ (π/(n h)) / |sin(π (j − k)/n)|
    lag = np.subtract.outer(np.arange(size), np.arange(size)) + np.diag(np.full(size, np.inf))
    matrix = (
        on.math.pi / (size * step) / np.abs(np.sin(on.math.pi * np.where(np.isinf(lag), 0.5, lag) / size))
    )
    matrix = np.where(np.isinf(lag), 0.0, matrix)
    points = on.host(grid)
    density = np.exp(data.log_density_at(np.full(size, 0.5), points[:, None]))
    scale = matrix @ (np.abs(f * points) * density) + matrix @ (matrix @ (g2 / 2 * density))
    yield Gap("right-hand side", result, expected, scale)
