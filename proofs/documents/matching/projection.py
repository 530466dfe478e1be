"""Laws of random projections and of the dimension that a ranking needs."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from functools import cache

import numpy as np
import scipy  # its parts load on first use

from ...._xp import rounds
from ....backends import Setting
from ...language.law import FALSE_ALARM, AtMost, Exact, Gap, Impl, Record, Rounding, Same, Sampling, law
from . import inputs

TRIALS = 40
"""Projections a case of the sampled law."""


@law(
    "matching.jl_project-definition",
    "jl_project(x, R)_i = ⟨R_i, x⟩",
    source="matching D9",
    about=("matching.jl_project",),
    inputs=inputs.projections,
    tolerance=Rounding({"products and sums": 1, "expectation": 1}, "the scale counts the d terms"),
    refutes=(
        "matching.jl_project/scaled-again",
        "matching.jl_project/unit-directions",
        "matching.jl_project/signs",
        "matching.jl_project/divided-by-m",
        "matching.jl_project/centred",
    ),
)
def jl_project_definition(impl: Impl, on: Setting, case: inputs.Projection) -> Iterator[Record]:
    """Adds one component after the other."""
    vectors, directions = on.host(case.vectors), on.host(case.directions)
    terms = vectors[:, None, :] * directions[None, :, :]
    expected = np.asarray([[on.math.fsum(row) for row in block] for block in terms])
    scale = terms.shape[-1] * np.sum(np.abs(terms), axis=-1)
    yield Gap("projections", impl["matching.jl_project"](case.vectors, case.directions), expected, scale)
    one = impl["matching.jl_project"](case.vectors[0, :], case.directions)
    yield Gap("one vector", one, expected[0], scale[0])


@law(
    "matching.jl-error",
    "with jl_dimension(n, ε, δ) directions from N(0, 1/m), the probability that some inner product of n unit "
    "vectors errs by ε or more is at most δ",
    source="matching C8",
    about=("matching.jl_project", "matching.jl_dimension"),
    inputs=inputs.unit_vectors,
    tolerance=Sampling({}, "failures among 40 projections are binomial with probability ≤ δ"),
    refutes=("matching.jl_project/scaled-again", "matching.jl_project/unscaled"),
)
def jl_error(impl: Impl, on: Setting, case: inputs.UnitVectors) -> Iterator[Record]:
    """Projects afresh forty times; the number of failures stays below its FALSE_ALARM quantile."""
    vectors = on.host(case.vectors)
    n, d = vectors.shape
    m = impl["matching.jl_dimension"](n, case.error, case.failure)
    rng = np.random.default_rng(case.seed)
    directions = on.array(rng.standard_normal((TRIALS * m, d)) / on.math.sqrt(m))
    projected = on.host(impl["matching.jl_project"](case.vectors, directions)).reshape(n, TRIALS, m)
    errors = np.abs(np.einsum("itm,jtm->tij", projected, projected) - vectors @ vectors.T)
    # Errors between different vectors; rounding, far below the factor, must not make a failure.
    failed = np.any(np.triu(errors, 1) >= case.error * (1 + 1e-2 * (on.u > 1e-5) + 64 * on.u), axis=(1, 2))
    yield AtMost(
        "failures",
        int(np.sum(failed)),
        on.number(scipy.stats.binom.isf(FALSE_ALARM, TRIALS, case.failure)),
        0.0,
    )


@law(
    "matching.jl_dimension-definition",
    "jl_dimension is the least m with n(n−1)·exp(−m(ε − ln(1+ε))/2) ≤ δ",
    source="matching D9",
    about=("matching.jl_dimension",),
    inputs=inputs.dimensions,
    tolerance=Exact("decided in decimals with three times as many digits as cancel"),
    refutes=(
        "matching.jl_dimension/log-n",
        "matching.jl_dimension/rounded-down",
        "matching.jl_dimension/quadratic",
        "matching.jl_dimension/floats",
        "matching.jl_dimension/of-distances",
        "matching.jl_dimension/half",
        "matching.jl_dimension/n-squared",
        "matching.jl_dimension/rounded",
        "matching.jl_dimension/binary-logarithm",
    ),
)
def jl_dimension_definition(impl: Impl, on: Setting, case: inputs.Dimensions) -> Iterator[Record]:
    """Evaluates the bound at m and at m − 1."""
    error, failure = (float(on.fraction(value)) for value in (case.error, case.failure))
    m = impl["matching.jl_dimension"](case.n, error, failure)
    yield Same("sufficient", _fails(m, case.n, error, failure, on), False)
    yield Same("least", _fails(m - 1, case.n, error, failure, on), True)


def _fails(m: int, n: int, error: float, failure: float, on: Setting) -> bool:
    """Whether n(n−1)·exp(−m(ε − ln(1+ε))/2) > δ."""
    if not rounds(on.number(1)):
        rate = (on.number(error) - on.math.log1p(on.number(error))) / 2
        return bool(n * (n - 1) * on.math.exp(-m * rate) > on.number(failure))
    with localcontext() as context:
        context.prec = 220
        epsilon = Decimal(error)
        return n * (n - 1) * (-m * (epsilon - (1 + epsilon).ln()) / 2).exp() > Decimal(failure)


@law(
    "matching.rule_of_thumb_dimension-definition",
    "rule_of_thumb_dimension(n) = 8·ln n",
    source="matching D9",
    about=("matching.rule_of_thumb_dimension",),
    inputs=inputs.counts,
    kinds=("ordinary",),  # Integers: nothing to cancel, and n up to 10⁶ is the range of use
    tolerance=Rounding({"logarithm, within 2u": 2, "product": 1, "expectation": 1}),
    refutes=(
        "matching.rule_of_thumb_dimension/binary-logarithm",
        "matching.rule_of_thumb_dimension/decimal-logarithm",
        "matching.rule_of_thumb_dimension/rounded-up",
        "matching.rule_of_thumb_dimension/one-more",
    ),
)
def rule_of_thumb(impl: Impl, on: Setting, case: inputs.Counts) -> Iterator[Record]:
    """Logarithms in 28 decimal digits; Python floats, whatever the dtype under test."""
    for n in (case.few, case.many, 1):
        expected = on.number(8 * Decimal(n).ln()) if rounds(on.number(1)) else 8 * on.math.log(n)
        found = on.number(impl["matching.rule_of_thumb_dimension"](on.whole(n)))
        yield Gap("8·ln n", found, expected, expected * on.double)


@law(
    "matching.ranking_dimension-below-rule-of-thumb",
    "below ranking_dimension(n), Warren's bound on sign patterns is less than the number of rankings; so "
    "8·ln n dimensions cannot realise every ranking",
    source="matching C9",
    about=("matching.ranking_dimension", "matching.rule_of_thumb_dimension"),
    inputs=inputs.counts,
    kinds=("ordinary",),  # Integers: nothing to cancel
    tolerance=Exact(
        "decimals of 40 digits for N! and (8eP/V)^V or their logarithms, which differ by far more"
    ),
    refutes=(
        "matching.ranking_dimension/items",
        "matching.ranking_dimension/no-base",
        "matching.ranking_dimension/degree-one",
        "matching.ranking_dimension/without-e",
        "matching.ranking_dimension/pairs-for-comparisons",
    ),
)
def ranking_dimension(impl: Impl, on: Setting, case: inputs.Counts) -> Iterator[Record]:
    """Counts rankings and patterns as numbers, not as logarithms, for few vectors, and in logarithms by
    Stirling's series for many; compares those with a third of n and with the rule of thumb too; and
    recomputes the case of 1000."""
    # At 7, 14 and 50 one more pair or comparison would change the result.
    for n in (case.few, 7, 14, 50):
        found = impl["matching.ranking_dimension"](n)
        yield Same("enough patterns", _impossible(n, found, on), False)
        yield Same("the least", found == 1 or _impossible(n, found - 1, on), True)
    many = impl["matching.ranking_dimension"](case.many)
    yield Same("enough for many", _lacking(case.many, many, on), False)
    yield Same("the least for many", _lacking(case.many, many - 1, on), True)
    yield AtMost("linear growth", on.number(case.many) / 3, many, 0.0)
    yield AtMost("n − 1 dimensions suffice", many, case.many - 1, 0.0)
    rule = impl["matching.rule_of_thumb_dimension"](on.whole(case.many))
    yield AtMost("more than the rule", rule, many, 0.0)
    thousand = impl["matching.ranking_dimension"](1000)
    at = _impossible(1000, 383, on), _impossible(1000, 384, on)
    yield Same("a thousand", (thousand, *at), (384, True, False))


def _fewer(coordinates: int, pairs: int, inner: int, on: Setting) -> bool:
    """Whether V·(1 + ln(8P/V)) < ln N!, on balls, which know both sides."""
    patterns = coordinates * (1 + on.math.log(8 * on.number(pairs) / coordinates))
    return bool(patterns < on.math.lgamma(inner + 1))


def _impossible(n: int, d: int, on: Setting) -> bool:
    """Whether (8eP/V)^V < N!, for N = n(n−1)/2 inner products, P pairs of them, V = nd ≤ P."""
    inner = n * (n - 1) // 2
    pairs, coordinates = inner * (inner - 1) // 2, n * d
    if not rounds(on.number(1)):
        return coordinates <= pairs and _fewer(coordinates, pairs, inner, on)
    with localcontext() as context:
        context.prec, context.Emax = 40, 10**9
        patterns = (8 * Decimal(1).exp() * pairs / coordinates) ** coordinates
        return coordinates <= pairs and patterns < _factorial(inner)


def _lacking(n: int, d: int, on: Setting) -> bool:
    """The same by logarithms, for n so large that the next term of Stirling's series, N⁻³/360, is nothing."""
    inner = n * (n - 1) // 2
    pairs, coordinates = inner * (inner - 1) // 2, n * d
    if d < 1:
        return True
    if not rounds(on.number(1)):
        return coordinates <= pairs and _fewer(coordinates, pairs, inner, on)
    with localcontext() as context:
        context.prec = 40
        N = Decimal(inner)
        tau = Decimal("6.283185307179586476925286766559005768394")
        orders = N * (N.ln() - 1) + (tau * N).ln() / 2 + 1 / (12 * N)
        patterns = coordinates * ((8 * Decimal(pairs) / coordinates).ln() + 1)
        return coordinates <= pairs and patterns < orders


@cache
def _factorial(n: int) -> Decimal:
    """n! to 40 digits less the roundings of the product."""
    with localcontext() as context:
        context.prec, context.Emax = 40, 10**9
        product = Decimal(1)
        for k in range(2, n + 1):
            product *= k
        return product
