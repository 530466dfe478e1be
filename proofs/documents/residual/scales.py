"""Laws of initial weights: second moments through one layer, and through residual blocks."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import ensembles, inputs


@law(
    "residual.init_variance-definition",
    "init_variance is 1/n, 1/m or 2/(n+m), doubled for relu",
    source="residual D1",
    about=("residual.init_variance",),
    inputs=inputs.fans,
    tolerance=Rounding(
        {"gain, root and quotient, twice in the square": 2 * 3, "square": 1, "expectation": 1},
        "as of libraries that give the deviation",
    ),
    refutes=(
        "residual.init_variance/fans-swapped",
        "residual.init_variance/no-relu-factor",
        "residual.init_variance/xavier-sum",
        "residual.init_variance/standard-deviation",
        "residual.init_variance/gain-not-squared",
        "residual.init_variance/gain-of-two",
        "residual.init_variance/uniform-bound",
        "residual.init_variance/xavier-three",
        "residual.init_variance/relu-halves",
        "residual.init_variance/geometric-mean",
        "residual.init_variance/parenthesis-lost",
    ),
)
def init_variance_definition(impl: Impl, on: Setting, case: inputs.Fans) -> Iterator[Record]:
    """Compares with exact fractions."""
    n, m = on.whole(case.n), on.whole(case.m)
    for mode, exact in (
        ("forward", Fraction(1, case.n)),
        ("backward", Fraction(1, case.m)),
        ("xavier", Fraction(2, case.n + case.m)),
    ):
        for activation, gain in (("linear", 1), ("relu", 2)):
            got = impl["residual.init_variance"](n, m, mode=mode, activation=activation)
            expected = on.number(gain * exact)
            yield Gap(f"{mode}, {activation}", got, expected, expected * on.double)


@law(
    "residual.forward-moment",
    "variance 1/n keeps E‖y‖²/m = ‖x‖²/n through a linear layer; through relu it takes 2/n",
    source="residual C1",
    stands="the signal through one layer, forward",
    about=("residual.init_variance", "residual.plain_stack"),
    inputs=inputs.layers,
    tolerance=Rounding({"5 products, sum, weight, squared": 2 * (5 + 2), "square, mean of 2⁵ by pairs": 6}),
    refutes=(
        "residual.init_variance/fans-swapped",
        "residual.init_variance/no-relu-factor",
        "residual.init_variance/standard-deviation",
    ),
)
def forward_moment(impl: Impl, on: Setting, case: inputs.Layer) -> Iterator[Record]:
    """The 2ⁿ columns of one matrix are all sign vectors, the whole distribution of a unit's weights."""
    columns = ensembles.signs(case.n).T
    x = on.host(case.x)
    for activation in ("linear", "relu"):
        variance = impl["residual.init_variance"](on.whole(case.n), on.whole(case.m), activation=activation)
        weights = on.array(on.math.sqrt(variance) * columns)
        y = on.host(impl["residual.plain_stack"](case.x, [weights], None, activation=activation)[0])
        expected = on.number(np.sum(x * x)) / case.n
        scale = 2 * on.number(np.sum(np.abs(x))) ** 2 / case.n
        yield Gap(activation, on.number(np.mean(y * y)), expected, scale)


@law(
    "residual.backward-moment",
    "with variance v a linear layer multiplies the second moment by v n forward and by v m backward: "
    "1 and m/n for 1/n, n/m and 1 for 1/m, and 2n/(n+m), 2m/(n+m) for xavier",
    source="residual C1",
    stands="the gradient through one linear layer, and the trade-off of the three modes",
    about=("residual.init_variance", "residual.plain_gradients"),
    inputs=inputs.layers,
    tolerance=Rounding(
        {"6 products, sum, weight, squared": 2 * (6 + 2), "square, mean of 2⁶ by pairs": 7, "expectation": 1}
    ),
    refutes=(
        "residual.init_variance/fans-swapped",
        "residual.init_variance/xavier-sum",
        "residual.init_variance/standard-deviation",
    ),
)
def backward_moment(impl: Impl, on: Setting, case: inputs.Layer) -> Iterator[Record]:
    """The 2ᵐ rows of one matrix are all sign vectors, the whole distribution of an input's weights."""
    n, m = on.whole(case.n), on.whole(case.m)
    rows = ensembles.signs(case.m)
    cotangent = on.host(case.cotangent)
    old = on.number(np.sum(cotangent * cotangent)) / m
    x = on.array(np.ones(len(rows)))
    for mode, factor in (("forward", m / n), ("backward", 1.0), ("xavier", 2 * m / (n + m))):
        weights = on.array(on.math.sqrt(impl["residual.init_variance"](n, m, mode=mode)) * rows)
        back = on.host(impl["residual.plain_gradients"](x, [weights], None, case.cotangent)[0])
        scale = factor / m * on.number(np.sum(np.abs(cotangent))) ** 2
        yield Gap(mode, on.number(np.mean(back * back)), factor * old, scale)


@law(
    "residual.relu-backward-moment",
    "through relu with variance 2/n the cotangent's second moment is multiplied by m/n if its signs are "
    "independent; a fixed cotangent g adds (1/πn)((Σg)² − ‖g‖²) for Gaussian weights",
    source="residual C1",
    stands="the gradient through relu, whose signs must be independent",
    about=("residual.init_variance", "residual.plain_gradients"),
    inputs=inputs.cotangents,
    tolerance=Rounding(
        {"2 products, sum, weight at 4, squared": 2 * (2 + 4), "square, mean of 2¹¹ by pairs": 12}
    ),
    refutes=("residual.init_variance/no-relu-factor", "residual.plain_gradients/mask-missing"),
)
def relu_backward_moment(impl: Impl, on: Setting, case: inputs.Vectors) -> Iterator[Record]:
    """Two units see x = c e₁, as every x after a rotation. Their first weights take ±a, ±b with E w² = 1
    and E|w| = √(2/π), the only moments of the Gaussian that enter; the others are signs."""
    n, root = case.n, on.math.sqrt(2 / on.math.pi)
    spread = on.math.sqrt(1 - 2 / on.math.pi)
    first = [sign * (root + shift) for sign in (1, -1) for shift in (spread, -spread)]
    column = on.reals([[w, *rest] for w in first for rest in ensembles.signs(n - 1)])
    pairs = ensembles.paths(len(column), 2)
    members = np.stack([column[pairs[0]], column[pairs[1]]], axis=-1)
    variance = impl["residual.init_variance"](on.whole(n), 2, activation="relu")
    weights = on.array(on.math.sqrt(variance) * ensembles.block_diagonal(members))
    x = on.host(case.x)[0] * np.eye(n)[0]
    patterns = ensembles.signs(2)
    g = np.concatenate([on.host(case.cotangent)[None, :], np.abs(on.host(case.cotangent)) * patterns])
    back = on.host(
        impl["residual.plain_gradients"](
            on.array(np.tile(x, (len(g), len(members)))),
            [weights],
            None,
            on.array(np.tile(g, len(members))),
            activation="relu",
        )[0]
    )
    moments = [ensembles.mean_square(row, len(members)) for row in back]
    old = on.number(np.sum(g[0] ** 2))
    scale = 4 * on.number(np.sum(np.abs(g[0]))) ** 2
    extra = (on.number(np.sum(g[0])) ** 2 - old) / (on.math.pi * n)
    yield Gap("fixed cotangent", moments[0], old + extra, scale)
    yield Gap("independent signs", on.number(np.mean(moments[1:])), old, scale)


def _stack_of(on: Setting, choices: Any, size: float) -> list[Any]:
    """One block-diagonal matrix a layer, for (depth, members) choices out of a family."""
    return [on.array(ensembles.block_diagonal(size * chosen)) for chosen in choices]


def relu_stacks(
    impl: Impl, on: Setting, n: int, hidden: int, depth: int
) -> list[tuple[list[tuple[Any, Any]], int]]:
    """Every sign of every weight of blocks xW₁, relu, W₂ with variances 1/n and 2/hidden: in parts of some
    members, as blocks of block-diagonal matrices, each with their number."""
    first, second = ensembles.sign_matrices(n, hidden), ensembles.sign_matrices(hidden, n)
    variance, fans = impl["residual.init_variance"], (on.whole(n), on.whole(hidden))
    sizes = on.math.sqrt(variance(*fans)), on.math.sqrt(variance(*fans[::-1], activation="relu"))
    stacks = []
    for part in ensembles.parts(ensembles.paths(len(first) * len(second), depth)):
        forward = _stack_of(on, first[part // len(second)], sizes[0])
        backward = _stack_of(on, second[part % len(second)], sizes[1])
        stacks.append((list(zip(forward, backward, strict=True)), part.shape[1]))
    return stacks


@law(
    "residual.zero-mean-branch",
    "blocks x + ε relu(xW₁)W₂ with variances 1/n and 2/hidden grow as (1+ε²)^N in the mean square",
    source="residual C1",
    stands="that blocks with two projections grow as C6 says",
    about=("residual.init_variance", "residual.residual_stack", "residual.growth"),
    inputs=inputs.blocks,
    tolerance=Rounding(
        {"two products with sums, weights, ε, skip in 3 blocks, squared": 2 * 3 * (4 + 3 + 1 + 1)}
    ),
    refutes=(
        "residual.init_variance/no-relu-factor",
        "residual.init_variance/standard-deviation",
        "residual.residual_stack/scale-ignored",
        "residual.residual_stack/second-activation",
        "residual.growth/mean-square",
        "residual.growth/aligned-for-zero-mean",
    ),
)
def zero_mean_branch(impl: Impl, on: Setting, case: inputs.Block) -> Iterator[Record]:
    """Every sign of every weight of the stack."""
    n, hidden, depth = case.n, case.hidden, case.depth
    stacks = relu_stacks(impl, on, n, hidden, depth)
    x, epsilon, total = on.host(case.x), 1 / on.math.sqrt(depth), on.number(0)
    for weights, count in stacks:
        y = impl["residual.residual_stack"](
            on.array(np.tile(x, count)), weights, scale=epsilon, activation="relu"
        )[0]
        total = total + ensembles.square(on.host(y))
    members = sum(count for _, count in stacks)
    growth = impl["residual.growth"](epsilon, depth, kind="zero_mean")
    start = on.number(np.sum(x * x))
    # A block multiplies the largest entry by at most 1 + ε·n·hidden·√(1/n)·√(2/hidden).
    scale = start * n * (1 + epsilon * on.math.sqrt(2 * n * hidden)) ** (2 * depth)
    yield Gap("E‖y‖²", total / members, growth**2 * start, scale)


@law(
    "residual.bare-relu-accumulates",
    "blocks x + ε relu(xW) do not follow (1+ε²)^N: in one dimension E y² = (1 + √2ε + ε²)^N x² for x > 0, "
    "and a zero-sum x grows by 1+ε² in the first block only",
    source="residual C1",
    stands="that blocks with one projection do not grow so: why the second one is there",
    about=("residual.init_variance", "residual.residual_stack", "residual.growth"),
    inputs=inputs.accumulating,
    tolerance=Rounding(
        {"product, weight, ε and sum in each of 7 blocks, squared": 2 * 7 * 4, "square and mean": 4}
    ),
    refutes=(
        "residual.init_variance/no-relu-factor",
        "residual.residual_stack/scale-ignored",
        "residual.growth/aligned-for-zero-mean",
    ),
)
def bare_relu_accumulates(impl: Impl, on: Setting, case: inputs.Accumulating) -> Iterator[Record]:
    """All signs again; W₂ = I makes the branch bare. relu returns a positive mean, which adds up."""
    x, depth = on.number(on.host(case.x)[0]), case.depth
    epsilon = 1 / on.math.sqrt(depth)
    size = on.math.sqrt(impl["residual.init_variance"](1, 1, activation="relu"))
    up, down, members = on.number(0), on.number(0), 2**depth
    for part in ensembles.parts(ensembles.paths(2, depth)):
        count = part.shape[1]
        identity = on.array(np.eye(count))
        y = impl["residual.residual_stack"](
            on.array(np.stack([np.full(count, x), np.full(count, -x)])),
            [(W, identity) for W in _stack_of(on, ensembles.sign_matrices(1, 1)[part], size)],
            scale=epsilon,
            activation="relu",
        )[0]
        squares = [ensembles.square(row) for row in on.host(y)]
        up, down = up + squares[0] / members, down + squares[1] / members
    scale = x * x * (1 + on.math.sqrt(2) * epsilon) ** (2 * depth)
    yield Gap("from x", up, x * x * (1 + on.math.sqrt(2) * epsilon + epsilon**2) ** depth, scale)
    yield Gap("from −x", down, x * x * (1 - on.math.sqrt(2) * epsilon + epsilon**2) ** depth, scale)
    zero_mean = x * x * impl["residual.growth"](epsilon, depth, kind="zero_mean") ** 2
    # The rows x and −x together sum to 0: equal at N = 1, a factor above 7 at N = 7.
    factor = {1: 1.0, 2: 1.4, 4: 3.0, 7: 7.3}[depth]
    yield AtMost("zero-sum rows grow faster", factor * zero_mean, (up + down) / 2, scale)
    if depth == 1:
        yield from _zero_sum_pair(impl, on, x)


def _zero_sum_pair(impl: Impl, on: Setting, x: float) -> Iterator[Record]:
    """x₀ = (x, −x) with ε = 1: E‖y₁‖² = 2‖x₀‖² exactly; E‖y₂‖² has 2E[(Σy₁)·E relu] beyond the factor 2."""
    family = on.math.sqrt(impl["residual.init_variance"](2, 2, activation="relu")) * ensembles.sign_matrices(
        2, 2
    )
    moments = [on.number(0)] * 3
    for part in ensembles.parts(ensembles.paths(len(family), 2)):
        count = part.shape[1]
        identity = on.array(np.eye(2 * count))
        blocks = [(on.array(ensembles.block_diagonal(family[chosen])), identity) for chosen in part]
        start = on.array(np.tile([x, -x], count))
        _, states, _, _ = impl["residual.residual_stack"](start, blocks, scale=1.0, activation="relu")
        squares = [ensembles.square(on.host(state)) for state in states]
        moments = [m + square / len(family) ** 2 for m, square in zip(moments, squares, strict=True)]
    scale = 50 * x * x
    yield Gap("zero-sum pair, first block", moments[1], 2 * moments[0], scale)
    # relu(±a ± b) has the mean max(|a|, |b|)/2; from (x, −x) each unit adds 2x or, three times in four, 0.
    y1 = [(x + r, -x + s) for r in (2 * x, 0, 0, 0) for s in (2 * x, 0, 0, 0)]
    extra = on.number(np.mean([(a + b) * max(abs(a), abs(b)) for a, b in y1]))
    yield Gap("zero-sum pair, second block", moments[2], 2 * moments[1] + extra, scale)
