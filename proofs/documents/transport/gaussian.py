"""Laws of Gaussians: the Bures distance, its map, and linear couplings."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from ...._xp import numbers
from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import closed, inputs
from .inputs import FloatArray

_MOVED = 24
"""By so many u‖S‖ covariances may be off, roots of which are compared."""


def root_error(u: float, *covariances: FloatArray) -> FloatArray:
    """How far, in units of u, roots of covariances move that are off by u‖S‖: ‖√A − √B‖ is at most
    ‖A − B‖/(√λ + √λ'), λ and λ' their least eigenvalues, and at most √‖A − B‖."""
    values = [np.linalg.eigvalsh(S) for S in covariances]
    size = np.sqrt(sum(v[..., -1] for v in values))
    condition = np.max(np.stack([v[..., -1] / np.maximum(v[..., 0], u * v[..., -1]) for v in values]), 0)
    both = 1 + np.sqrt(np.maximum(1 - _MOVED * u * condition, 0))
    result: FloatArray = size * np.minimum(np.sqrt(condition) / both, numbers(*covariances).sqrt(1 / u))
    return result


_ROOTS = Rounding({"eigenvalues, roots and polar factors of d ≤ 3 a side, 4d": 2 * 12})


@law(
    "transport.wasserstein_gaussian-definition",
    "wasserstein_gaussian is ‖m₁−m₂‖² + tr(S₁+S₂−2(S₁^{1/2}S₂S₁^{1/2})^{1/2}) under a root, also for "
    "singular S₁",
    source="transport D2",
    about=("transport.wasserstein_gaussian",),
    inputs=inputs.gaussians,
    tolerance=_ROOTS,
    refutes=(
        "transport.wasserstein_gaussian/squared",
        "transport.wasserstein_gaussian/product-of-roots",
        "transport.wasserstein_gaussian/trace-without-root",
        "transport.wasserstein_gaussian/mean-dropped",
        "transport.wasserstein_gaussian/mean-not-squared",
        "transport.wasserstein_gaussian/jitter",
        "transport.wasserstein_gaussian/factor-two-missing",
        "transport.wasserstein_gaussian/covariances-themselves",
        "transport.wasserstein_gaussian/diagonal-only",
        "transport.wasserstein_gaussian/mean-over-coordinates",
        "transport.wasserstein_gaussian/cross-added",
        "transport.wasserstein_gaussian/one-triangle",
        "transport.wasserstein_gaussian/half-product",
        "transport.wasserstein_gaussian/elementwise",
    ),
)
def gaussian_definition(impl: Impl, on: Setting, case: inputs.Gaussians) -> Iterator[Record]:
    """For S₂ = M S₁ M the distance is exact; squares against the eigenvalues of S₁S₂ for unrelated ones."""
    W = impl["transport.wasserstein_gaussian"]
    m1, S1, m2, S2 = (on.host(v) for v in (case.m1, case.S1, case.m2, case.S2))
    expected = case.unit * np.sqrt(on.host(case.square))
    scale = root_error(on.u, S1, S2) + expected
    yield Gap("distance", W(case.m1, case.S1, case.m2, case.S2), expected, scale)
    # The next pair of the batch has nothing to do with this one.
    other, unrelated = np.roll(m2, 1, 0), np.roll(S2, 1, 0)
    unit = case.unit
    if case.full:
        square, terms = closed.gaussian_square(m1 / unit, S1 / unit**2, other / unit, unrelated / unit**2)
        given = on.host(W(case.m1, case.S1, on.array(other), on.array(unrelated))) / unit
        root = root_error(on.u, S1 / unit**2, unrelated / unit**2)
        yield Gap("unrelated", given**2, square, terms + 2 * root * np.sqrt(terms))


@law(
    "transport.gaussian_map-definition",
    "gaussian_map is the symmetric M > 0 with M S₁ M = S₂, and takes m₁ to m₂",
    source="transport D2",
    about=("transport.gaussian_map",),
    inputs=inputs.regular_gaussians,
    tolerance=Rounding({"roots and inverse roots of d ≤ 3 a side, 4d": 2 * 12}),
    refutes=(
        "transport.gaussian_map/inverse",
        "transport.gaussian_map/cholesky",
        "transport.gaussian_map/offset-forgets-map",
        "transport.gaussian_map/product-of-roots",
        "transport.gaussian_map/without-middle-root",
        "transport.gaussian_map/offset-added",
    ),
)
def gaussian_map_definition(impl: Impl, on: Setting, case: inputs.Gaussians) -> Iterator[Record]:
    """S₂ was made from M."""
    M, S1, m1, m2 = (on.host(v) for v in (case.map, case.S1, case.m1, case.m2))
    found = impl["transport.gaussian_map"](case.m1, case.S1, case.m2, case.S2)
    scale = np.linalg.cond(S1) * np.linalg.norm(M, axis=(-2, -1))
    yield Gap("matrix", found.matrix, M, scale[:, None, None])
    offset = m2 - np.squeeze(M @ m1[..., None], -1)
    size = scale * np.linalg.norm(m1, axis=-1) + np.linalg.norm(m2, axis=-1)
    yield Gap("offset", found.offset, offset, size[:, None])


@law(
    "transport.gaussian-metric",
    "W₂ of Gaussians is a metric, W(p, p+v) = ‖v‖, W²(p, q+v) = W²(p, q) + 2v·(m_q − m_p) + ‖v‖², "
    "W(cp, cq) = |c|W(p, q)",
    source="transport C1",
    stands="the metric among Gaussians, whose function is another",
    about=("transport.wasserstein_gaussian",),
    inputs=inputs.gaussian_triples,
    tolerance=Rounding({"two distances at 24": 2 * 24}),
    refutes=(
        "transport.wasserstein_gaussian/squared",
        "transport.wasserstein_gaussian/mean-not-squared",
        "transport.wasserstein_gaussian/trace-without-root",
        "transport.wasserstein_gaussian/factor-two-missing",
    ),
)
def gaussian_metric(impl: Impl, on: Setting, case: inputs.GaussianTriples) -> Iterator[Record]:
    """Broadcasts the third Gaussian and the shift against the batch."""
    W = impl["transport.wasserstein_gaussian"]
    p, q, r = (case.m1, case.S1), (case.m2, case.S2), (case.m3, case.S3)
    v, unit = on.host(case.shift), case.unit
    xy, xz, yz = (on.host(W(*a, *b)) for a, b in ((p, q), (p, r), (q, r)))
    size = root_error(
        on.u, on.host(case.S1), on.host(case.S2), np.broadcast_to(on.host(case.S3), case.S1.shape)
    )
    moved = [on.array(on.host(m) + v) for m in (case.m1, case.m2)]
    length = np.linalg.norm(v)
    yield Gap("symmetry", W(*q, *p), xy, size + xy)
    yield Gap("W(p, p)", W(*p, *p), 0.0, size)
    yield AtMost("triangle", xz, xy + yz, size + xy + yz)
    yield Gap("shift", W(*p, moved[0], case.S1), np.full(xy.shape, length), size + length)
    given = on.host(W(*p, moved[1], case.S2)) / unit
    step = (on.host(case.m2) - on.host(case.m1)) @ v
    expected = (xy / unit) ** 2 + 2 * step / unit**2 + (length / unit) ** 2
    largest = (xy + length) / unit
    yield Gap("shifted square", given**2, expected, largest * (largest + 2 * size / unit))
    c = case.factor
    scaled = (on.array(c * on.host(m)) for m in (case.m1, case.m2))
    spread = (on.array(c * c * on.host(S)) for S in (case.S1, case.S2))
    pairs = list(zip(scaled, spread, strict=True))
    yield Gap("scaling", W(*pairs[0], *pairs[1]), c * xy, c * (size + xy))


def _rational(values: FloatArray) -> Any:
    n, m = values.shape
    return flint.fmpq_mat(n, m, [flint.fmpq(*v.as_integer_ratio()) for v in values.reshape(-1)])


def _trace(matrix: Any, on: Setting) -> Any:
    total: Any = sum((matrix[i, i] for i in range(matrix.nrows())), flint.fmpq(0))
    return on.number(Fraction(int(total.p), int(total.q)))


@law(
    "transport.coupling_monotonicity-definition",
    "coupling_monotonicity is E[(x−y)·(∇log p(x) − ∇log q(y))] for y = Mx, p = N(0, P)",
    source="transport D10",
    about=("transport.coupling_monotonicity",),
    inputs=inputs.linear_couplings,
    tolerance=Rounding({"a solution of d ≤ 3 equations, 6d": 18, "product and trace": 6}),
    refutes=(
        "transport.coupling_monotonicity/trace-only",
        "transport.coupling_monotonicity/depends-on-covariance",
        "transport.coupling_monotonicity/same-score",
        "transport.coupling_monotonicity/dimension-once",
        "transport.coupling_monotonicity/transposed",
    ),
)
def monotonicity_definition(impl: Impl, on: Setting, case: inputs.LinearCoupling) -> Iterator[Record]:
    """In rationals: ∇log p = −P⁻¹x, ∇log q = −(MPMᵀ)⁻¹y, and E[xᵀBx] = tr(BP)."""
    host_M = on.host(case.M)
    M, P = _rational(host_M), _rational(on.host(case.P))
    unit = _rational(np.eye(M.nrows()))
    score_gap = (M * P * M.transpose()).inv() * M - P.inv()
    expected = _trace((unit - M).transpose() * score_gap * P, on)
    E = host_M - np.eye(len(host_M))
    scale = np.linalg.norm(E) * np.linalg.norm(np.linalg.solve(host_M, E)) * np.linalg.cond(host_M)
    yield Gap("expectation", impl["transport.coupling_monotonicity"](case.M, case.P), expected, scale)


@law(
    "transport.monotone-couplings",
    "the expectation is ≥ 0 for the optimal coupling, and for y = Mx if all eigenvalues of M are positive",
    source="transport C10",
    stands="the expectation of C10 for Gaussians, in closed form",
    about=("transport.coupling_monotonicity", "transport.gaussian_map"),
    inputs=inputs.regular_gaussians,
    tolerance=Rounding({"M, times κ(S₁)": 24, "expectation": 24}),
    refutes=(
        "transport.coupling_monotonicity/trace-only",
        "transport.coupling_monotonicity/same-score",
        "transport.gaussian_map/cholesky-transposed",
    ),
)
def monotone_couplings(impl: Impl, on: Setting, case: inputs.Gaussians) -> Iterator[Record]:
    """For the optimal M it is Σ(λ − 1)²/λ over eigenvalues; a triangular M with the same diagonal too."""
    expected_M, S1 = on.host(case.map), on.host(case.S1)
    M = impl["transport.gaussian_map"](case.m1, case.S1, case.m2, case.S2).matrix
    given = impl["transport.coupling_monotonicity"](M, case.S1)
    values = np.linalg.eigvalsh(expected_M)
    expected = np.sum((values - 1) ** 2 / values, -1)
    away = np.max(np.abs(values - 1), -1)
    # M is off by u·κ(S₁)‖M‖, which tr M + tr M⁻¹ takes up with the factor of its derivative I − M⁻².
    error = np.linalg.cond(S1) * values[..., -1] / values[..., 0]
    slope = (away + on.u * error) * (1 + 1 / values[..., 0] ** 2) * values.shape[-1]
    yield Gap("optimal", given, expected, error * slope)
    yield AtMost("optimal is monotone", 0.0, given, error * slope)
    shear = np.tril(np.ones_like(expected_M), -1) + expected_M * np.eye(expected_M.shape[-1])
    diagonal = np.diagonal(expected_M, axis1=-2, axis2=-1)
    sheared = impl["transport.coupling_monotonicity"](on.array(shear), case.S1)
    condition = np.linalg.cond(shear) * np.linalg.norm(shear - np.eye(shear.shape[-1]), axis=(-2, -1)) ** 2
    scale = condition * np.linalg.norm(np.linalg.inv(shear), axis=(-2, -1))
    yield Gap("sheared", sheared, np.sum((diagonal - 1) ** 2 / diagonal, -1), scale)
    yield AtMost("sheared is monotone", 0.0, sheared, scale)
