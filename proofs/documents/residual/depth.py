"""Laws of growth with depth: norms, and the sizes of gradients."""

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from ...._xp import rounds
from ....backends import Setting
from ...language.law import FALSE_ALARM, AtMost, Gap, Impl, Record, Rounding, Sampling, law
from . import ensembles, inputs
from .ensembles import Real
from .scales import relu_stacks

_ORTHOGONAL = Rounding(
    {
        "8 products, sum, and a rounded matrix at 2 in 32 layers, squared": 2 * 32 * (8 + 2),
        "squares, their sums": 95,
    }
)


@law(
    "residual.growth-definition",
    "growth is (1+ε)^N or (1+ε²)^{N/2}, for tiny ε and huge N too",
    source="residual D5",
    about=("residual.growth",),
    inputs=inputs.growths,
    tolerance=Rounding(
        {"a unit of the scale": 1},
        "Python floats: the scale counts 4 + 3 |log growth| roundings, and 4 + |log growth| of the "
        "expectation",
    ),
    refutes=(
        "residual.growth/aligned-for-zero-mean",
        "residual.growth/mean-square",
        "residual.growth/rounded-sum",
        "residual.growth/exponential",
        "residual.growth/linear",
        "residual.growth/one-block-less",
    ),
)
def growth_definition(impl: Impl, on: Setting, case: inputs.Growth) -> Iterator[Record]:
    """Exact powers of fractions; for tiny e, exp of N(e − e²/2 + e³/3) summed exactly."""
    epsilon = on.fraction(case.eps)
    increment = epsilon if case.kind == "aligned" else epsilon**2
    steps = Fraction(case.depth) if case.kind == "aligned" else Fraction(case.depth, 2)
    if not rounds(on.number(1)):
        expected = on.math.exp(steps * on.math.log1p(increment))
    elif case.depth <= 64:
        power = on.number((1 + increment) ** case.depth)
        expected = power if case.kind == "aligned" else on.math.sqrt(power)
    else:
        expected = on.math.exp(on.number(steps * (increment - increment**2 / 2 + increment**3 / 3)))
    got = impl["residual.growth"](case.eps, case.depth, kind=case.kind)
    yield Gap("growth", got, expected, expected * (8 + 4 * on.math.log(expected)) * on.double)


@law(
    "residual.growth-limits",
    "(1+1/N)^N increases to e and stays below; (1+1/√N)^N exceeds e^{√N − 1/2}; (1+1/N)^{N/2} < √e",
    source="residual C5",
    about=("residual.growth",),
    inputs=inputs.depths,
    tolerance=Rounding(
        {"a unit of the scale": 1},
        "Python floats: the scale counts 4 + 3 |log growth| roundings a growth, and 1 of the bound",
    ),
    refutes=(
        "residual.growth/aligned-for-zero-mean",
        "residual.growth/mean-square",
        "residual.growth/exponential",
    ),
)
def growth_limits(impl: Impl, on: Setting, case: inputs.Depth) -> Iterator[Record]:
    """N log(1+1/N) lies between 1 − 1/2N and 1 − 1/2N + 1/3N², which gives the rate of convergence."""
    growth, N, e = impl["residual.growth"], case.depth, on.math.e
    here, after = growth(1 / on.number(N), N), growth(1 / on.number(N + 1), N + 1)
    few = 20 * e * on.double
    yield AtMost("increases", here, after, few)
    yield AtMost("stays below e", after, e, few)
    yield AtMost("tends to e", e * on.math.exp(-1 / on.number(2 * N)), here, few)
    yield AtMost("at this rate", here, e * on.math.exp(on.number(Fraction(2 - 3 * N, 6 * N**2))), few)
    if N <= 10**5:  # beyond it leaves the range of float64
        bound = on.math.exp(on.math.sqrt(N) - 0.5)
        yield AtMost(
            "without bound", bound, growth(1 / on.math.sqrt(N), N), bound * 5 * on.math.sqrt(N) * on.double
        )
    root = growth(1 / on.math.sqrt(N), N, kind="zero_mean")
    yield Gap("zero mean is the root", root, on.math.sqrt(here), few)
    yield AtMost("below √e", root, on.math.sqrt(e), few)


def _family(ensemble: str, n: int, on: Setting) -> Real:
    """Matrices J of zero mean with E[JJᵀ] = E[JᵀJ] = I."""
    if ensemble == "signs":
        return ensembles.sign_matrices(n, n) / on.math.sqrt(n)
    return ensembles.signed_permutations(n)


def _linear_stacks(case: inputs.LinearBlock, on: Setting) -> list[tuple[list[tuple[Any, None]], int]]:
    """Every choice of J a layer in parts of some members, block-diagonal, each with their number."""
    family = _family(case.ensemble, case.n, on)
    return [
        ([(on.array(ensembles.block_diagonal(family[layer])), None) for layer in part], part.shape[1])
        for part in ensembles.parts(ensembles.paths(len(family), case.depth))
    ]


_ENSEMBLE = Rounding({"product, sum, ε, skip and a rounded weight in 6 blocks, squared": 2 * 6 * 5})


@law(
    "residual.zero-mean-growth",
    "E‖v(I + εJ)‖² = (1+ε²)‖v‖² a layer, for zero-mean J with E[JJᵀ] = I and for orthogonal J alike",
    source="residual C6",
    stands="the mean over random J, which no single stack shows",
    about=("residual.residual_stack", "residual.growth"),
    inputs=inputs.linear_blocks,
    tolerance=_ENSEMBLE,
    refutes=(
        "residual.residual_stack/scale-ignored",
        "residual.residual_stack/half-power-scale",
        "residual.residual_stack/normalised-sum",
        "residual.growth/aligned-for-zero-mean",
        "residual.growth/mean-square",
    ),
)
def zero_mean_growth(impl: Impl, on: Setting, case: inputs.LinearBlock) -> Iterator[Record]:
    """All sign matrices over √n; all signed permutations, which have the Haar measure's second moments."""
    stacks = _linear_stacks(case, on)
    x, total = on.host(case.x), on.number(0)
    for weights, count in stacks:
        y = impl["residual.residual_stack"](on.array(np.tile(x, count)), weights, scale=case.scale)[0]
        total = total + ensembles.square(on.host(y))
    start = on.number(np.sum(x * x))
    growth = impl["residual.growth"](case.scale, case.depth, kind="zero_mean")
    # ‖J‖ ≤ √n for either family.
    scale = start * (1 + case.scale * on.math.sqrt(case.n)) ** (2 * case.depth)
    members = sum(count for _, count in stacks)
    yield Gap("E‖y‖²", total / members, growth**2 * start, scale)


@law(
    "residual.growth-concentrates",
    "for one Gaussian J, ‖v(I + εJ)‖²/‖v‖² is within O(ε/√n) of 1+ε²",
    source="residual C6",
    stands="one draw: a mean of 1 + ε² allows rare draws that grow without bound",
    about=("residual.residual_stack",),
    inputs=inputs.concentrating,
    kinds=("ordinary",),
    tolerance=Sampling(
        {"256 products, sum, ε, weight, skip, squared": 2 * 259, "squares, sums of both norms": 2 * 257},
        "the ratio is 1 + 2εg/√n + ε²χ²ₙ/n with g normal: |g| ≤ √2t and Laurent–Massart's bound on "
        "χ², each side failing with probability e^{−t}; one size, as the law is homogeneous in v",
    ),
    refutes=("residual.residual_stack/scale-ignored",),
)
def growth_concentrates(impl: Impl, on: Setting, case: inputs.Concentrating) -> Iterator[Record]:
    """J has variance 1/n, so vJ has n independent entries of variance ‖v‖²/n."""
    x, epsilon, n = on.host(case.x), case.scale, case.n
    y = on.host(impl["residual.residual_stack"](case.x, [(case.J, None)], scale=epsilon)[0])
    ratio = on.number(np.sum(y * y) / np.sum(x * x))
    t = on.math.log(4 / FALSE_ALARM)
    reach = 2 * epsilon * on.math.sqrt(2 * t / n) + epsilon**2 * 2 * (on.math.sqrt(t / n) + t / n)
    yield AtMost("distance from 1+ε²", abs(ratio - 1 - epsilon**2), reach, 4.0)


def _orthogonal(matrices: Real) -> Real:
    """Orthogonal matrices of ones that were rounded: as good as the numbers of the check can be."""
    return np.linalg.qr(matrices)[0]


@law(
    "residual.orthogonal-stack-increment",
    "in a plain stack of N orthogonal layers Σ‖∇‖² = N‖x‖²‖δ‖²: the increment grows in proportion to depth",
    source="residual C3",
    stands="the growth without skips, with which C3 compares",
    about=("residual.plain_gradients", "residual.sgd_increment"),
    inputs=inputs.orthogonal,
    tolerance=_ORTHOGONAL,
    refutes=(
        "residual.sgd_increment/plus-sign",
        "residual.sgd_increment/norm-not-squared",
        "residual.sgd_increment/mean-of-squares",
    ),
)
def orthogonal_stack_increment(impl: Impl, on: Setting, case: inputs.Orthogonal) -> Iterator[Record]:
    """Every ∇Wᵢ = xᵢᵀδᵢ₊₁ has the norm ‖x‖‖δ‖."""
    weights = [on.array(Q) for Q in _orthogonal(on.host(case.matrices))]
    gradients = impl["residual.plain_gradients"](case.x, weights, None, case.cotangent)[1]
    each = on.number(np.sum(on.host(case.x) ** 2) * np.sum(on.host(case.cotangent) ** 2))
    increment = impl["residual.sgd_increment"](list(gradients), learning_rate=1.0)
    yield Gap("increment", increment, -len(weights) * each, len(weights) * each)
    sizes = np.sum(on.host(on.xp.stack(list(gradients))) ** 2, axis=(-2, -1))
    yield Gap("each gradient", sizes, each, each)


@law(
    "residual.no-variance-shrinks-gradients",
    "layers cᵢQᵢ whose scales multiply to 1 have Σ‖∇‖² = ‖x‖²‖δ‖² Σcᵢ⁻² ≥ N‖x‖²‖δ‖², by AM–GM: no variance "
    "per layer makes the parameter gradient shrink with depth",
    source="residual C7",
    about=("residual.plain_gradients", "residual.sgd_increment"),
    inputs=inputs.orthogonal,
    tolerance=_ORTHOGONAL,
    refutes=(
        "residual.sgd_increment/plus-sign",
        "residual.sgd_increment/mean-of-squares",
    ),
)
def no_variance_shrinks_gradients(impl: Impl, on: Setting, case: inputs.Orthogonal) -> Iterator[Record]:
    """The scales are powers of two, ½ to 2, so they round nothing."""
    matrices = _orthogonal(on.host(case.matrices))
    scales = 2.0 ** np.asarray(case.exponents)
    weights = [on.array(c * Q) for c, Q in zip(scales, matrices, strict=True)]
    gradients = impl["residual.plain_gradients"](case.x, weights, None, case.cotangent)[1]
    increment = impl["residual.sgd_increment"](list(gradients), learning_rate=1.0)
    total = -on.number(on.host(increment))
    each = on.number(np.sum(on.host(case.x) ** 2) * np.sum(on.host(case.cotangent) ** 2))
    expected = each * on.number(np.sum(scales**-2.0))
    yield Gap("Σ‖∇‖²", total, expected, expected)
    yield AtMost("at least N", len(scales) * each, total, expected)


@law(
    "residual.zero-mean-increment",
    "in a zero-mean linear residual stack with ε = 1/√N, E Σ‖∇‖² = (1+1/N)^{N−1}‖x‖²‖δ‖² < e‖x‖²‖δ‖²",
    source="residual C3",
    stands="the bound e in closed form, for linear blocks",
    about=("residual.residual_gradients", "residual.growth"),
    inputs=inputs.linear_blocks,
    tolerance=Rounding(
        {"product, ε, weight, skip in 6 blocks, and xᵀδ, squared": 2 * (6 * 4 + 1), "sum over blocks": 6}
    ),
    refutes=(
        "residual.residual_gradients/unscaled",
        "residual.residual_gradients/skip-missing",
        "residual.growth/aligned-for-zero-mean",
    ),
)
def zero_mean_increment(impl: Impl, on: Setting, case: inputs.LinearBlock) -> Iterator[Record]:
    """All choices of J, many at once: a member's gradient is its diagonal block."""
    stacks = _linear_stacks(case, on)
    N, epsilon, total = case.depth, 1 / on.math.sqrt(case.depth), on.number(0)
    for weights, count in stacks:
        x, cotangent = (on.array(np.tile(on.host(v), count)) for v in (case.x, case.cotangent))
        gradients = impl["residual.residual_gradients"](x, weights, cotangent, scale=epsilon)[1]
        own = [ensembles.blocks(on.host(first), count) for first, _ in gradients]
        total = total + sum(map(ensembles.square, own))
    total = total / sum(count for _, count in stacks)
    start = on.number(np.sum(on.host(case.x) ** 2) * np.sum(on.host(case.cotangent) ** 2))
    growth = impl["residual.growth"](epsilon, N - 1, kind="zero_mean")
    scale = start * (1 + epsilon * on.math.sqrt(case.n)) ** (2 * N)
    yield Gap("E Σ‖∇‖²", total, growth**2 * start, scale)
    yield AtMost("below e", total, on.math.e * start, scale)


@law(
    "residual.relu-block-increment",
    "for N blocks x + ε relu(xW₁)W₂ with variances 1/n and 2/hidden, "
    "E Σ‖∇‖² = Nε²(1 + hidden/2n)(1+ε²)^{N−1}‖x‖²‖δ‖²: bounded in N for ε ∝ 1/√N",
    source="residual C3",
    stands="the bound in closed form, for blocks of two projections",
    about=("residual.init_variance", "residual.residual_gradients", "residual.growth"),
    inputs=inputs.blocks,
    tolerance=Rounding(
        {"3 blocks of zero-mean-branch and xᵀδ, squared": 2 * (3 * 9 + 1), "sum of gradients": 4}
    ),
    refutes=(
        "residual.init_variance/no-relu-factor",
        "residual.residual_gradients/unscaled",
        "residual.residual_gradients/skip-missing",
        "residual.residual_gradients/mask-missing",
    ),
)
def relu_block_increment(impl: Impl, on: Setting, case: inputs.Block) -> Iterator[Record]:
    """All signs of all weights. No unit may be at its kink: ε = ¾/√N keeps every state off 0, and where n > 1
    (one block) the inputs differ so much in size that no signed sum of them vanishes."""
    n, hidden = case.n, case.hidden
    N = case.depth
    epsilon, stacks = 0.75 / on.math.sqrt(N), relu_stacks(impl, on, n, hidden, N)
    x = on.host(case.x) * 2.0 ** np.arange(0, 4 * n, 4)
    cotangent, total = on.host(case.cotangent), on.number(0)
    for weights, count in stacks:
        gradients = impl["residual.residual_gradients"](
            on.array(np.tile(x, count)),
            weights,
            on.array(np.tile(cotangent, count)),
            scale=epsilon,
            activation="relu",
        )[1]
        own = [ensembles.blocks(on.host(part), count) for pair in gradients for part in pair]
        total = total + sum(map(ensembles.square, own))
    total = total / sum(count for _, count in stacks)
    start = on.number(np.sum(x * x) * np.sum(cotangent * cotangent))
    growth = impl["residual.growth"](epsilon, N - 1, kind="zero_mean")
    scale = start * (1 + hidden) * n * (1 + epsilon * on.math.sqrt(2 * n * hidden)) ** (2 * N)
    yield Gap("E Σ‖∇‖²", total, 0.75**2 * (1 + on.number(Fraction(hidden, 2 * n))) * growth**2 * start, scale)


def _chi_square_moment(p: int, n: int) -> float:
    """log E[(χ²_K)^p] for K binomial(n, ½): the squared norm of relu of n normal units."""
    terms = [
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2)
        + p * math.log(2) + math.lgamma(p + k / 2) - math.lgamma(k / 2)
        for k in range(1, n + 1)
    ]  # fmt: skip
    return float(np.logaddexp.reduce(terms))


def _block_moment(p: int, n: int, epsilon: float) -> float:
    """log E[(‖y‖²/‖x‖²)^p] for one relu block of width n. Given S = χ²_K, the branch is normal in all
    directions with variance ‖x‖²·2S/n² an entry, and y's norm is noncentral χ²."""
    terms = []
    for k in range(p + 1):
        q = p - k
        spread = 0.0 if q == 0 else q * math.log(4 * epsilon**2 / n**2) + _chi_square_moment(q, n)
        choose = math.lgamma(p + 1) - math.lgamma(k + 1) - math.lgamma(q + 1)
        terms.append(choose + spread + math.lgamma(p + n / 2) - math.lgamma(k + n / 2))
    return float(np.logaddexp.reduce(terms))


@cache
def _increment_threshold(n: int, N: int) -> float:
    """t with P(Σ‖∇‖² > t ‖x‖²‖δ‖²) ≤ FALSE_ALARM: the least of Markov's bounds on p-th powers. Both norms
    multiply by independent factors a block, the same forward and backward, so by Minkowski's inequality
    ‖Σ‖∇‖²‖_p ≤ ‖block‖_p^{N−1}(‖S/n‖_p + ‖2S/n‖_p)‖x‖²‖δ‖² for ε² = 1/N."""
    bounds = [
        math.exp(
            (
                _chi_square_moment(p, n)
                + (N - 1) * _block_moment(p, n, 1 / math.sqrt(N))
                - math.log(FALSE_ALARM)
            )
            / p
        )
        * 3
        / n
        for p in (4, 6, 8, 12, 16, 24)
    ]
    return min(bounds)


@law(
    "residual.deep-relu-increment",
    "with ε = 1/√N the increment of a Gaussian relu residual stack stays bounded from N = 4 to 256",
    source="residual C3",
    stands="the bound at depths that no closed form of the other laws reaches",
    about=("residual.init_variance", "residual.residual_gradients", "residual.sgd_increment"),
    inputs=inputs.deep,
    kinds=("ordinary",),
    tolerance=Sampling(
        {"256 blocks of 35 roundings": 256 * 35},
        "the threshold is a moment bound that fails with probability FALSE_ALARM an example; one "
        "size, as the law is homogeneous in x and δ",
    ),
    refutes=("residual.residual_gradients/unscaled", "residual.init_variance/standard-deviation"),
)
def deep_relu_increment(impl: Impl, on: Setting, case: inputs.Deep) -> Iterator[Record]:
    """One draw of all weights."""
    first, second = on.host(case.first), on.host(case.second)
    N, n = first.shape[:2]
    variance = impl["residual.init_variance"]
    sizes = on.math.sqrt(variance(n, n)), on.math.sqrt(variance(n, n, activation="relu"))
    weights = [
        (on.array(sizes[0] * W1), on.array(sizes[1] * W2)) for W1, W2 in zip(first, second, strict=True)
    ]
    gradients = impl["residual.residual_gradients"](
        case.x, weights, case.cotangent, scale=1 / on.math.sqrt(N), activation="relu"
    )[1]
    total = -on.number(on.host(impl["residual.sgd_increment"](list(gradients), learning_rate=1.0)))
    start = on.number(np.sum(on.host(case.x) ** 2) * np.sum(on.host(case.cotangent) ** 2))
    yield AtMost("positive", 0.0, total, 0.0)
    yield AtMost("Σ‖∇‖²", total / start, _increment_threshold(n, N), 1.0)
