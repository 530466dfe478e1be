"""Laws of the Fréchet distance of statistics and of features."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from ...._xp import numbers
from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import closed, inputs, inputs_of_features
from .gaussian import root_error

_ROOTS = Rounding({"eigenvalues, roots and polar factors of d ≤ 3 a side, 4d": 2 * 12, "a square": 1})


@law(
    "transport.frechet_distance-definition",
    "frechet_distance is ‖m₁−m₂‖² + tr(S₁+S₂−2(S₁S₂)^{1/2}), a square, also for singular covariances",
    source="transport P1",
    about=("transport.frechet_distance",),
    inputs=inputs.gaussians,
    tolerance=_ROOTS,
    refutes=(
        "transport.frechet_distance/rooted",
        "transport.frechet_distance/product-of-roots",
        "transport.frechet_distance/trace-without-root",
        "transport.frechet_distance/mean-dropped",
        "transport.frechet_distance/mean-not-squared",
        "transport.frechet_distance/jitter",
        "transport.frechet_distance/factor-two-missing",
        "transport.frechet_distance/one-triangle",
        "transport.frechet_distance/elementwise",
        "transport.frechet_distance/signed-means",
        "transport.frechet_distance/mean-over-coordinates",
    ),
)
def frechet_definition(impl: Impl, on: Setting, case: inputs.Gaussians) -> Iterator[Record]:
    """For S₂ = M S₁ M it is exact; against the eigenvalues of S₁S₂ for unrelated covariances."""
    F, unit = impl["transport.frechet_distance"], case.unit
    m1, S1, m2, S2 = (on.host(v) for v in (case.m1, case.S1, case.m2, case.S2))
    expected = on.host(case.square)
    given = on.host(F(case.m1, case.S1, case.m2, case.S2)) / unit**2
    scale = _scale(expected, S1 / unit**2, S2 / unit**2, on)
    yield Gap("distance", given, expected, scale)
    first = (v[0, ...] for v in (case.m1, case.S1, case.m2, case.S2))
    yield Gap("of one pair", on.host(F(*first)) / unit**2, expected[0], scale[0])
    # The next pair of the batch has nothing to do with this one.
    other, unrelated = np.roll(m2, 1, 0), np.roll(S2, 1, 0)
    if case.full:
        square, terms = closed.gaussian_square(m1 / unit, S1 / unit**2, other / unit, unrelated / unit**2)
        given = on.host(F(case.m1, case.S1, on.array(other), on.array(unrelated))) / unit**2
        yield Gap("unrelated", given, square, _scale(terms, S1 / unit**2, unrelated / unit**2, on))


def _scale(
    square: inputs.FloatArray, S1: inputs.FloatArray, S2: inputs.FloatArray, on: Setting
) -> inputs.FloatArray:
    """Of W² or more. Roots of covariances that are off move W by `root_error`, and W² by 2W times that
    and its square; the traces are rounded, too."""
    root = root_error(on.u, S1, S2)
    traces = np.trace(S1 + S2, axis1=-2, axis2=-1)
    result: inputs.FloatArray = square + traces + 2 * root * np.sqrt(square) + 24 * on.u * root**2
    return result


@law(
    "transport.frechet_feature_distance-definition",
    "frechet_feature_distance is W₂² of the Gaussians with the means and covariances of the features, and "
    "keeps its digits where those are singular",
    source="transport P2",
    about=("transport.frechet_feature_distance",),
    inputs=inputs_of_features.features,
    tolerance=Rounding({"means of up to 10 rows": 10, "factors and polar factors, 4d": 16, "a square": 2}),
    refutes=(
        "transport.frechet_feature_distance/rooted",
        "transport.frechet_feature_distance/divided-by-n",
        "transport.frechet_feature_distance/unbiased-always",
        "transport.frechet_feature_distance/uncentred",
        "transport.frechet_feature_distance/rows-as-features",
        "transport.frechet_feature_distance/jitter",
        "transport.frechet_feature_distance/correlations",
        "transport.frechet_feature_distance/mean-dropped",
        "transport.frechet_feature_distance/paired",
        "transport.frechet_feature_distance/from-covariances",
    ),
)
def feature_definition(impl: Impl, on: Setting, case: inputs_of_features.Features) -> Iterator[Record]:
    """y has the covariance f·M S₁ M: ‖x̄ − ȳ‖² + ‖A(f^{1/2}M − I)‖², f = (cn/n)(n − ddof)/(cn − ddof)."""
    F = impl["transport.frechet_feature_distance"]
    x, y, M = on.host(case.x), on.host(case.y), on.host(case.map)
    n, m, ddof = x.shape[-2], y.shape[-2], case.ddof
    unit = case.unit
    x, y = x / unit, y / unit
    factor = on.number(Fraction(m * (n - ddof), n * (m - ddof)))
    A = (x - x.mean(-2, keepdims=True)) / numbers(x).sqrt(n - ddof)
    spread = np.sum((A @ (numbers(factor).sqrt(factor) * M - np.eye(x.shape[-1]))) ** 2, (-2, -1))
    expected = np.sum((x.mean(-2) - y.mean(-2)) ** 2, -1) + spread
    scale = (np.linalg.norm(x, axis=(-2, -1)) + np.linalg.norm(y, axis=(-2, -1))) ** 2 / (n - ddof)
    for label, first, second in (("distance", case.x, case.y), ("symmetry", case.y, case.x)):
        yield Gap(label, on.host(F(first, second, ddof=ddof)) / unit**2, expected, scale)
    if ddof == 1:
        yield Gap("default", on.host(F(case.x, case.y)) / unit**2, expected, scale)
