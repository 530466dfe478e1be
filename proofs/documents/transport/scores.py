"""Laws of score matching, direct and conditional."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import closed, inputs
from .inputs import FloatArray


@law(
    "transport.score_matching-definition",
    "score_matching is the mean of ‖s − ∇log p‖², or the weighted sum: not its root, not its half",
    source="transport D7",
    about=("transport.score_matching",),
    inputs=inputs.scores,
    tolerance=Rounding(
        {"squared difference": 3, "sums of 3 and 5": 6, "weight": 1, "expectation, in exact sums": 6}
    ),
    refutes=(
        "transport.score_matching/rooted",
        "transport.score_matching/halved",
        "transport.score_matching/mean-over-coordinates",
        "transport.score_matching/weights-ignored",
        "transport.score_matching/every-weight",
        "transport.score_matching/weighted-mean",
        "transport.score_matching/sum",
        "transport.score_matching/not-squared",
    ),
)
def score_matching_definition(impl: Impl, on: Setting, case: inputs.Scores) -> Iterator[Record]:
    """Compares with sums that math.fsum rounds once."""
    model, target, weights = (on.host(v) for v in (case.model, case.target, case.weights))
    squares = [[on.math.fsum((row - goal) ** 2) for row, goal in zip(b, target, strict=True)] for b in model]
    mean = np.asarray([on.math.fsum(row) / len(row) for row in squares])
    yield Gap("mean", impl["transport.score_matching"](case.model, case.target), mean, mean)
    weighted = np.asarray([on.math.fsum(w * s for w, s in zip(weights, row, strict=True)) for row in squares])
    given = impl["transport.score_matching"](case.model, case.target, weights=case.weights)
    yield Gap("weighted", given, weighted, weighted)


@law(
    "transport.conditional_score_matching-definition",
    "conditional_score_matching is the mean of ‖s + ε/β̄‖²",
    source="transport D7",
    about=("transport.conditional_score_matching",),
    inputs=inputs.scores,
    tolerance=Rounding(
        {"quotient and sum, squared": 5, "sums of 3 and 5": 6, "mean": 1, "expectation, alike": 12}
    ),
    refutes=(
        "transport.conditional_score_matching/noise-target",
        "transport.conditional_score_matching/wrong-sign",
        "transport.conditional_score_matching/variance-for-deviation",
        "transport.conditional_score_matching/rooted",
        "transport.conditional_score_matching/weighted",
        "transport.conditional_score_matching/times-deviation",
        "transport.conditional_score_matching/halved",
        "transport.conditional_score_matching/mean-over-coordinates",
        "transport.conditional_score_matching/absolute",
    ),
)
def conditional_definition(impl: Impl, on: Setting, case: inputs.Scores) -> Iterator[Record]:
    """The noise is the same in every batch; β̄ is not."""
    model, noise, beta = (on.host(v) for v in (case.model, case.target, case.beta))
    ratio = noise / beta[:, None, None]
    expected = np.mean(np.sum((model + ratio) ** 2, -1), -1)
    scale = np.mean(np.sum((np.abs(model) + np.abs(ratio)) ** 2, -1), -1)
    yield Gap(
        "mean",
        impl["transport.conditional_score_matching"](case.model, case.target, case.beta),
        expected,
        scale,
    )


def _data(case: inputs.AffineScores) -> tuple[Any, ...]:
    return case.weights, case.means, case.covariances, case.alpha, case.beta


def _gaussian(case: inputs.AffineScores) -> tuple[Any, ...]:
    return case.means[0, :], case.covariances[0, :, :], case.alpha, case.beta


def _joint(case: inputs.AffineScores, on: Setting) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Points x_t, ∇log p(x_t|x_0) there, and weights, exact for quadratic functions of x_0 and ε."""
    weights, means, S, alpha, beta = (on.host(v) for v in _data(case))
    d = means.shape[-1]
    points, targets, masses = [], [], []
    for weight, m, covariance in zip(weights, means, S, strict=True):
        block = np.zeros((2 * d, 2 * d), like=m)
        block[:d, :d], block[d:, d:] = covariance, np.eye(d)
        both = closed.cubature(block)
        x0, noise = m + both[:, :d], both[:, d:]
        points.append(alpha * x0 + beta * noise)
        targets.append(-noise / beta)
        masses.append(np.full(len(both), weight / len(both)))
    return np.concatenate(points), np.concatenate(targets), np.concatenate(masses)


@law(
    "transport.mixture_conditional_score_matching-definition",
    "mixture_conditional_score_matching is E‖Ax_t + c − ∇log p(x_t|x_0)‖² for mixtures of Gaussians",
    source="transport D7",
    about=("transport.mixture_conditional_score_matching",),
    inputs=inputs.affine_scores,
    tolerance=Rounding(
        {"products and sums of d ≤ 3, squared, a side": 2 * 11, "sums and weights a side": 2 * 9}
    ),
    refutes=(
        "transport.mixture_conditional_score_matching/covariances-dropped",
        "transport.mixture_conditional_score_matching/variance-for-deviation",
        "transport.mixture_conditional_score_matching/independent-noise",
        "transport.mixture_conditional_score_matching/wrong-sign",
        "transport.mixture_conditional_score_matching/alpha-once",
        "transport.mixture_conditional_score_matching/equal-weights",
    ),
)
def mixture_conditional_definition(impl: Impl, on: Setting, case: inputs.AffineScores) -> Iterator[Record]:
    """By cubature over x_0 and ε."""
    x, target, masses = _joint(case, on)
    A, c = on.host(case.A1), on.host(case.c1)
    expected = masses @ np.sum((x @ A.T + c - target) ** 2, -1)
    scale = masses @ np.sum((np.abs(x) @ np.abs(A).T + np.abs(c) + np.abs(target)) ** 2, -1)
    given = impl["transport.mixture_conditional_score_matching"](case.A1, case.c1, *_data(case))
    yield Gap("expectation", given, expected, scale)


@law(
    "transport.gaussian_score_matching-definition",
    "gaussian_score_matching is E‖Ax + c − ∇log p_t(x)‖² for x ∼ p_t = N(ᾱm, ᾱ²S + β̄²I)",
    source="transport D7",
    about=("transport.gaussian_score_matching",),
    inputs=inputs.gaussian_scores,
    tolerance=Rounding(
        {"P, its root and inverse root": 3 * 10, "products of d ≤ 3, squares and sums a side": 2 * 15}
    ),
    refutes=(
        "transport.gaussian_score_matching/rooted",
        "transport.gaussian_score_matching/undiffused-data",
        "transport.gaussian_score_matching/bias-ignored",
        "transport.gaussian_score_matching/deviation-for-variance",
        "transport.gaussian_score_matching/mean-not-scaled",
        "transport.gaussian_score_matching/alpha-once",
        "transport.gaussian_score_matching/wrong-sign",
    ),
)
def gaussian_score_definition(impl: Impl, on: Setting, case: inputs.AffineScores) -> Iterator[Record]:
    """By cubature over x, with a solution in place of the factor; two near-equal scores cancel."""
    m, S, alpha, beta = (on.host(v) for v in _gaussian(case))
    A, c = on.host(case.A1), on.host(case.c1)
    P = alpha**2 * S + beta**2 * np.eye(len(m))
    offset = closed.cubature(P)
    score = -np.linalg.solve(P, offset.T).T
    x = alpha * m + offset
    expected = np.mean(np.sum((x @ A.T + c - score) ** 2, -1))
    terms = np.abs(x) @ np.abs(A).T + np.abs(c) + np.linalg.cond(P) * np.abs(score)
    # A square is off by twice its root times the error of the terms, and by that error squared.
    scale = np.sqrt(expected * np.mean(np.sum(terms**2, -1))) + on.u * np.mean(np.sum(terms**2, -1))
    yield Gap(
        "expectation",
        impl["transport.gaussian_score_matching"](case.A1, case.c1, *_gaussian(case)),
        expected,
        scale,
    )


@law(
    "transport.conditional-excess",
    "CSM − SM is the same for every model and ≥ 0: for one Gaussian it is d/β̄² − tr P⁻¹",
    source="transport C7",
    stands="the excess in closed form, for one Gaussian",
    about=("transport.mixture_conditional_score_matching", "transport.gaussian_score_matching"),
    inputs=inputs.gaussian_scores,
    tolerance=Rounding(
        {"mixture_conditional_score_matching-definition": 40, "gaussian_score_matching-definition": 60}
    ),
    refutes=(
        "transport.mixture_conditional_score_matching/covariances-dropped",
        "transport.mixture_conditional_score_matching/variance-for-deviation",
        "transport.gaussian_score_matching/rooted",
        "transport.gaussian_score_matching/undiffused-data",
    ),
)
def conditional_excess(impl: Impl, on: Setting, case: inputs.AffineScores) -> Iterator[Record]:
    """E‖∇log p(x_t|x_0)‖² = d/β̄², E‖∇log p_t‖² = tr P⁻¹; cross terms agree by the law of total score."""
    m, S, alpha, beta = (on.host(v) for v in _gaussian(case))
    P = alpha**2 * S + beta**2 * np.eye(len(m))
    excess = len(m) / beta**2 - np.trace(np.linalg.inv(P))
    for name, A, c in (("first", case.A1, case.c1), ("second", case.A2, case.c2)):
        conditional = on.host(impl["transport.mixture_conditional_score_matching"](A, c, *_data(case)))
        direct = on.host(impl["transport.gaussian_score_matching"](A, c, *_gaussian(case)))
        x = np.sqrt(np.sum((alpha * m) ** 2) + np.trace(P))
        norms = np.linalg.norm(on.host(A)) * x + np.linalg.norm(on.host(c))
        scale = (norms + np.linalg.cond(P) * on.math.sqrt(len(m)) / beta) ** 2
        yield Gap(f"excess of the {name}", conditional - direct, excess, scale)
        yield AtMost(f"CSM is not below SM, {name}", direct, conditional, scale)


def _model(case: inputs.Mixtures, on: Setting, index: int) -> Any:
    """s(x) = a + bx + c·tanh x."""
    a, b, c = case.coefficients[index]
    return lambda x: a + b * x + c * on.xp.tanh(x)


def _mixture(case: inputs.Mixtures) -> tuple[Any, ...]:
    return case.weights, case.means, case.variances, case.alpha, case.beta


def _grid(case: inputs.Mixtures, on: Setting) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Points, p_t·dx and ∇log p_t on a grid that reaches ±10 deviations: sums converge geometrically."""
    weights, means, variances, alpha, beta = (on.host(v) for v in _mixture(case))
    centres, spreads = alpha * means, alpha**2 * variances + beta**2
    reach = 10 * np.sqrt(np.max(spreads)) + np.max(np.abs(centres))
    x = np.linspace(-reach, reach, 801)
    parts = (
        weights * np.exp(-((x[:, None] - centres) ** 2) / (2 * spreads)) / np.sqrt(2 * on.math.pi * spreads)
    )
    density = parts.sum(-1)
    slope = np.sum(parts * (centres - x[:, None]) / spreads, -1)
    return x, density * (2 * reach / 800), slope / density


_PANELS = Rounding(
    {"score, density and square": 12, "sum of 16 nodes": 16, "panels": 12}, calls=("exp", "log", "tanh")
)


@law(
    "transport.mixture_score_matching-definition",
    "mixture_score_matching is ∫ p_t (s − ∇log p_t)², within its error",
    source="transport D7",
    about=("transport.mixture_score_matching",),
    inputs=inputs.mixtures,
    tolerance=_PANELS,
    refutes=(
        "transport.mixture_score_matching/conditional",
        "transport.mixture_score_matching/rooted",
        "transport.mixture_score_matching/undiffused-data",
        "transport.mixture_score_matching/deviation-for-variance",
        "transport.mixture_score_matching/mean-not-scaled",
        "transport.mixture_score_matching/halved",
    ),
    needs={"approximation": "integrals are sums over nodes, on both sides"},
)
def mixture_score_definition(impl: Impl, on: Setting, case: inputs.Mixtures) -> Iterator[Record]:
    """Against the trapezoidal rule, which needs no nodes of the components."""
    x, masses, score = _grid(case, on)
    a, b, c = case.coefficients[0]
    model = a + b * x + c * np.tanh(x)
    expected = masses @ (model - score) ** 2
    scale = masses @ (np.abs(model) + np.abs(score)) ** 2
    value, error = impl["transport.mixture_score_matching"](_model(case, on, 0), *_mixture(case))
    yield AtMost("within the error", np.abs(on.host(value) - expected), error, scale)
    yield AtMost("error", error, 1e-3 * scale, scale)


@law(
    "transport.mixture-excess",
    "for mixtures too CSM − SM is the same for every affine model: the Fisher information that noise has "
    "beyond p_t",
    source="transport C7",
    stands="that the excess is the same for every model of a mixture",
    about=("transport.mixture_score_matching", "transport.mixture_conditional_score_matching"),
    inputs=inputs.mixtures,
    tolerance=_PANELS,
    refutes=(
        "transport.mixture_score_matching/conditional",
        "transport.mixture_score_matching/rooted",
        "transport.mixture_conditional_score_matching/covariances-dropped",
    ),
    needs={"approximation": "integrals are sums over nodes, on both sides"},
)
def mixture_excess(impl: Impl, on: Setting, case: inputs.Mixtures) -> Iterator[Record]:
    """1/β̄² − ∫ p_t (∇log p_t)², for two affine scores."""
    x, masses, score = _grid(case, on)
    beta = on.number(on.host(case.beta))
    excess = 1 / beta**2 - masses @ score**2
    for a, b, _ in case.coefficients:
        A, c = on.array(np.asarray([[b]])), on.array(np.asarray([a]))
        conditional = impl["transport.mixture_conditional_score_matching"](
            A, c, case.weights, case.means[:, None], case.variances[:, None, None], case.alpha, case.beta
        )
        value, error = impl["transport.mixture_score_matching"](
            lambda y, a=a, b=b: a + b * y, *_mixture(case)
        )
        scale = masses @ (np.abs(a + b * x) + np.abs(score)) ** 2 + 1 / beta**2
        away = np.abs(on.host(conditional) - on.host(value) - excess)
        yield AtMost("excess", away, error, scale)
        yield AtMost("CSM is not below SM", value, on.host(conditional) + on.host(error), scale)


@law(
    "transport.total-score",
    "∇log p_t(x) = E[∇log p(x_t|x_0) | x_t = x]: that model has score matching 0, beside it by c, c²",
    source="transport C7",
    stands="which model attains zero",
    about=("transport.mixture_score_matching",),
    inputs=inputs.mixtures,
    tolerance=_PANELS,
    refutes=(
        "transport.mixture_score_matching/conditional",
        "transport.mixture_score_matching/undiffused-data",
    ),
    needs={"approximation": "integrals are sums over nodes"},
)
def total_score(impl: Impl, on: Setting, case: inputs.Mixtures) -> Iterator[Record]:
    """(ᾱE[x_0|x_t] − x_t)/β̄² with the posterior mean of every component; its root, as 0 is squared."""
    weights, means, variances, alpha, beta = (on.host(v) for v in _mixture(case))
    spreads = alpha**2 * variances + beta**2

    def model(x: Any) -> Any:
        at = on.host(x)[..., None]
        share = weights * np.exp(-((at - alpha * means) ** 2) / (2 * spreads)) / np.sqrt(spreads)
        posterior = means + alpha * variances / spreads * (at - alpha * means)
        mean = np.sum(share * posterior, -1) / np.sum(share, -1)
        return on.array((alpha * mean - at[..., 0]) / beta**2)

    x, masses, score = _grid(case, on)
    matching = impl["transport.mixture_score_matching"]
    # Nodes round by u|x|, which changes the logarithm of the density by u|x| times the score.
    beside = matching(lambda y: 1.0 + model(y), *_mixture(case)).value
    scale = 1 + np.sqrt(masses @ ((1 + np.abs(x)) * score) ** 2)
    yield Gap("score matching of a score beside it by 1", np.sqrt(on.host(beside)), 1.0, scale)
    value = matching(model, *_mixture(case)).value
    yield Gap("score matching", np.sqrt(on.host(value)), 0.0, 1 + np.sqrt(masses @ score**2))
