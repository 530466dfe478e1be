"""Known values, documented errors and special values of refimpl.density."""

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from itertools import combinations
from typing import Any

import array_api_strict
import numpy as np
import pytest
from specimens.density import SPECIMENS

from refimpl import backends, density
from refimpl._errors import NamespaceError
from refimpl.backends import Backend, Setting
from refimpl.density import _subsets
from refimpl.proofs.documents.density import exact

INF = math.inf
A = np.asarray


def _averages(log_w: list[float], m: int) -> float:
    """D4 by enumeration in 50 digits."""
    with localcontext(prec=50):
        w = [Decimal(v).exp() for v in log_w]
        bounds = [(sum(subset, Decimal(0)) / m).ln() for subset in combinations(w, m)]
        return float(sum(bounds, Decimal(0)) / len(bounds))


# Weights -----------------------------------------------------------------------------------------


def test_log_weights_broadcast() -> None:
    result = density.log_weights(np.ones((3, 2)), np.asarray([1.0, 2.0]), np.full((3, 1), 0.5))
    assert np.array_equal(result, np.tile([1.5, 2.5], (3, 1)))


def test_bounds_by_hand() -> None:
    log_w = np.log([1.0, 2.0, 5.0])
    assert density.elbo(log_w) == pytest.approx(math.log(10) / 3, rel=1e-15)
    assert density.importance_bound(log_w) == pytest.approx(math.log(8 / 3), rel=1e-15)
    pairs = (math.log(1.5) + math.log(3.0) + math.log(3.5)) / 3
    assert density.importance_bounds(log_w, sizes=[2])[0] == pytest.approx(pairs, rel=1e-15)


def test_bounds_along_another_axis() -> None:
    log_w = np.log([[1.0, 4.0], [3.0, 4.0]])
    assert density.importance_bound(log_w, axis=0) == pytest.approx([math.log(2), math.log(4)])
    assert density.elbo(log_w, axis=0) == pytest.approx([math.log(3) / 2, math.log(4)])
    assert density.normalized_weights(log_w, axis=0) == pytest.approx(np.asarray([[0.25, 0.5], [0.75, 0.5]]))
    assert density.effective_sample_size(log_w, axis=0) == pytest.approx([1.6, 2.0])


@pytest.mark.parametrize("M", range(2, 9))
@pytest.mark.parametrize("spread", [0.1, 3.0, 100.0, 1e4])
def test_importance_bounds_against_enumeration(M: int, spread: float) -> None:
    log_w = np.random.default_rng(M).uniform(-spread, spread, M)
    expected = [_averages(log_w.tolist(), m) for m in range(1, M + 1)]
    given = density.importance_bounds(log_w, sizes=range(1, M + 1))
    assert given == pytest.approx(expected, rel=1e-13, abs=2e-14 * max(spread, 1))


def test_importance_bounds_of_gaps_near_the_cut() -> None:
    log_w = [0.0, -39.9, -80.1, -80.2, -120.0]
    expected = [_averages(log_w, m) for m in (2, 3, 4)]
    assert density.importance_bounds(np.asarray(log_w), sizes=(2, 3, 4)) == pytest.approx(expected, rel=1e-14)


def test_importance_bounds_of_a_hundred_samples_increase_between_their_ends() -> None:
    log_w = 3 * np.random.default_rng(0).standard_normal(100)
    bounds = density.importance_bounds(log_w, sizes=range(1, 101))
    assert (np.diff(bounds) > 0).all()
    assert bounds[0] == density.elbo(log_w)
    assert bounds[-1] == density.importance_bound(log_w)
    # 99 of 100: each subset leaves one weight out.
    rest = [density.importance_bound(np.delete(log_w, i)) for i in range(100)]
    assert bounds[98] == pytest.approx(np.mean(rest), rel=1e-14)


@pytest.mark.parametrize("M", [100, 300])
def test_importance_bounds_of_equal_weights_are_their_logarithm(M: int) -> None:
    bounds = density.importance_bounds(np.full(M, 0.25), sizes=(2, M - 1))
    # One rounding of a number below 1 for each of the M weights.
    assert bounds == pytest.approx([0.25] * 2, rel=0, abs=M * 2.0**-53)


@pytest.mark.parametrize("spread", [0.1, 3.0, 100.0])
def test_importance_bounds_of_many_samples_are_those_of_one_after_the_other(
    backend: Backend, spread: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Distributions of hits by Fourier transforms, in several parts of unequal length, and one by one."""
    on = Setting.of(backend)
    if "sort" in backend.lacks or "eager" in backend.lacks:
        pytest.skip(f"{backend.name} lacks sort or eager evaluation")
    few, M = (
        (8, 20) if backend.name == "dask" else (_subsets.FEW, 150)
    )  # dask takes minutes to order such a graph
    log_w = on.array(spread * np.random.default_rng(0).standard_normal(M))
    sizes = (1, 2, 3, 9, M // 2, M - 2, M - 1, M)
    monkeypatch.setattr(_subsets, "FEW", few)
    together = on.host(density.importance_bounds(log_w, sizes=sizes))
    monkeypatch.setattr(_subsets, "FEW", M)
    alone = on.host(density.importance_bounds(log_w, sizes=sizes))
    # Each of 150 probabilities rounds 2·log₂ 256 times in transform and inverse; a tail is the sum of up
    # to 150 of them, and those of all t are summed over a width of log t of 50 + 10·spread.
    assert together == pytest.approx(alone, rel=0, abs=16 * 150 * 2.0**-53 * (50 + 10 * spread))


@pytest.mark.parametrize("M", [65, 200])
def test_places_of_the_largest_in_subsets(M: int) -> None:
    """Products of quotients against binomials of Python integers, for every size and place."""
    for sizes, length in _subsets._groups(M, range(2, M), 41.0):
        table = _subsets._top(M, sizes, length)
        for column, m in enumerate(sizes):
            exact = [math.comb(M - 1 - j, m - 1) / math.comb(M, m) for j in range(M)]
            # Two roundings for each factor, of which there are less than M.
            assert table[:, column] == pytest.approx(exact[:length], rel=2 * M * 2.0**-53, abs=1e-300)
            assert sum(exact[length:]) < math.exp(-40)


def test_importance_bounds_with_weights_of_zero() -> None:
    log_w = np.asarray([0.3, -INF, 1.2, -INF])
    with np.errstate(divide="ignore"):  # NumPy warns of log 0
        bounds = density.importance_bounds(log_w, sizes=(1, 2, 3, 4))
        none = density.importance_bounds(np.full(4, -INF), sizes=(1, 2, 3, 4))
    assert np.array_equal(bounds[:2], [-INF, -INF])
    assert bounds[2] == pytest.approx(
        (math.log(math.exp(0.3) + math.exp(1.2)) * 2 + 0.3 + 1.2) / 4 - math.log(3)
    )
    assert bounds[3] == density.importance_bound(log_w)
    assert np.array_equal(none, np.full(4, -INF))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_weights_of_any_size(dtype: Any) -> None:
    for offset in (1e4, -1e4):
        log_w = np.asarray([offset, offset, -INF], dtype=dtype)
        # Some roundings of float32, each 6e-8 of the offset.
        assert density.importance_bound(log_w) == pytest.approx(offset + math.log(2 / 3), rel=1e-6)
        assert np.array_equal(density.normalized_weights(log_w), np.asarray([0.5, 0.5, 0.0], dtype=dtype))
        assert density.effective_sample_size(log_w) == 2
        assert density.elbo(log_w) == -INF


def test_no_weight_at_all() -> None:
    log_w = np.full((2, 3), -INF)
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.array_equal(density.importance_bound(log_w), [-INF, -INF])
        assert np.array_equal(density.elbo(log_w), [-INF, -INF])
        assert np.isnan(density.normalized_weights(log_w)).all()
        assert np.isnan(density.effective_sample_size(log_w)).all()


def test_importance_bound_of_weights_near_one_has_all_digits() -> None:
    """Of each row by itself: a row of larger weights does not spoil one whose bound is near 0."""
    log_w = np.asarray([[1e-12, 3e-12], [0.5, 0.5], [-1e-15, 4e-15]])
    expected = [2e-12 + 1e-24 / 2, 0.5, 1.5e-15 + 6.25e-30 / 2]  # mean, and half the variance
    for axis, rows in ((-1, log_w), (0, log_w.T)):
        assert density.importance_bound(rows, axis=axis) == pytest.approx(expected, rel=1e-15, abs=0)


@pytest.mark.parametrize("M", [5_000, 7_777, 10_001])
def test_importance_bound_of_one_weight_among_zeros_is_minus_log_count(M: int) -> None:
    log_w = np.full(M, -INF)
    log_w[M // 2] = 0.0
    assert density.importance_bound(log_w) == pytest.approx(-math.log(M), rel=1e-15, abs=0)


def test_importance_bounds_of_an_empty_batch() -> None:
    assert density.importance_bounds(np.zeros((0, 3)), sizes=(2, 3)).shape == (0, 2)


# Normal densities --------------------------------------------------------------------------------


def test_normal_densities_by_hand() -> None:
    x, mean, variance = np.asarray([1.0, 2.0]), np.asarray([0.0, 4.0]), np.asarray([1.0, 4.0])
    expected = -0.5 * (1 + 1 + math.log(4) + 2 * math.log(2 * math.pi))
    assert density.normal_log_density(x, mean, variance) == pytest.approx(expected, rel=1e-15)
    assert density.normal_log_density_full(x, mean, np.diag(variance)) == pytest.approx(expected, rel=1e-15)
    with np.errstate(invalid="ignore"):
        assert np.isnan(density.normal_log_density(x, mean, -variance))


def test_normal_kl_by_hand() -> None:
    one, two = np.asarray([1.0]), np.asarray([2.0])
    expected = 0.5 * (0.5 - 1 + math.log(2) + 0.5)
    assert density.normal_kl(one, one, two, two) == pytest.approx(expected, rel=1e-15)
    full = density.normal_kl_full(one, one[:, None], two, two[:, None])
    assert full == pytest.approx(expected, rel=1e-15)
    assert density.normal_kl(two, one, two, one) == 0


@pytest.mark.parametrize("step", [1e-12, 1e-6, 0.1, 0.49, 0.51, -1e-9, -0.49, -0.51, -0.999])
def test_normal_kl_keeps_relative_accuracy(step: float) -> None:
    zero, one = np.zeros(1), np.ones(1)
    variance = one + step
    with localcontext(prec=50):
        r = Decimal(float(variance[0]))
        expected = float((r - 1 - r.ln()) / 2)
    assert density.normal_kl(zero, variance, zero, one) == pytest.approx(expected, rel=5e-15)


def test_normal_kl_between_extreme_variances() -> None:
    zero = np.zeros(1)
    given = density.normal_kl(zero, np.asarray([1e-300]), zero, np.asarray([1e300]))
    assert given == pytest.approx((600 * math.log(10) - 1) / 2, rel=1e-15)


def test_full_covariances_broadcast() -> None:
    rng = np.random.default_rng(0)
    root = rng.standard_normal((5, 1, 3, 3))
    covariance = root @ root.mT + np.eye(3)
    x, mean = rng.standard_normal((4, 3)), rng.standard_normal((5, 1, 3))
    given = density.normal_log_density_full(x, mean, covariance)
    assert given.shape == (5, 4)
    single = density.normal_log_density_full(x[2], mean[3, 0], covariance[3, 0])
    assert given[3, 2] == pytest.approx(single, rel=1e-14)
    stack = density.normal_log_density_full(x[2], mean[3, 0], covariance)
    assert stack.shape == (5, 1)
    assert stack[3, 0] == pytest.approx(single, rel=1e-14)
    kl = density.normal_kl_full(x, covariance, mean, covariance[0])
    assert kl.shape == (5, 4)
    assert kl[3, 2] == pytest.approx(
        density.normal_kl_full(x[2], covariance[3, 0], mean[3, 0], covariance[0, 0]), rel=1e-14
    )


def test_components_of_very_different_units() -> None:
    # Pivoting that compares the units would lose ten digits in the first component.
    units = np.asarray([1e-6, 1e6])
    correlation = np.asarray([[1.0, 1e-10], [1e-10, 1.0]])
    x, mean = np.asarray([1.0, 2.0]), np.asarray([0.5, -1.0])
    expected = density.normal_log_density_full(x, mean, correlation) - np.log(units).sum()
    covariance = correlation * np.outer(units, units)
    given = density.normal_log_density_full(x * units, mean * units, covariance)
    assert given == pytest.approx(expected, rel=1e-14)
    other = np.diag(units**2)
    expected = density.normal_kl_full(x, np.eye(2), mean, correlation)
    given = density.normal_kl_full(x * units, other, mean * units, covariance)
    assert given == pytest.approx(expected, rel=1e-14)


# The linear Gaussian VAE -------------------------------------------------------------------------


@pytest.mark.parametrize(("d", "k", "s2"), [(4, 2, 0.5), (4, 2, 1e-14), (3, 3, 1e-14), (3, 5, 1e-6)])
@pytest.mark.parametrize("on_range", [True, False])
def test_linear_model_against_rationals(d: int, k: int, s2: float, on_range: bool) -> None:
    on, rng = backends.Setting.of(backends.get("numpy")), np.random.default_rng(0)
    W, b = rng.standard_normal((d, k)), rng.standard_normal(d)
    x = W @ rng.standard_normal(k) + b if on_range else rng.standard_normal(d)
    matrix, noise = exact.matrix(W), exact.matrix([[s2]])[0, 0]
    r = exact.matrix(x[None]) - exact.matrix(b[None])
    covariance = matrix * matrix.transpose() + noise * exact.matrix(np.eye(d))
    square = exact.quadratic(r, covariance, on)[0]
    evidence = -(square + exact.log(covariance.det(), on) + d * math.log(2 * math.pi)) / 2
    inverse = (matrix.transpose() * matrix + noise * exact.matrix(np.eye(k))).inv()
    mean, posterior = exact.numbers(r * matrix * inverse, on)[0], exact.numbers(noise * inverse, on)
    assert density.linear_evidence(x, W, b, np.asarray(s2)) == pytest.approx(evidence, rel=1e-12)
    given, spread = density.linear_posterior(x, W, b, np.asarray(s2))
    # Rounding errors times the condition of [W; s], below 1e6 here.
    assert given == pytest.approx(mean, rel=1e-9)
    assert spread == pytest.approx(posterior, rel=1e-9, abs=1e-13 * float(posterior.max()))


def test_linear_model_of_a_singular_decoder() -> None:
    W, b = np.ones((3, 2)), np.zeros(3)
    evidence = density.linear_evidence(np.ones(3), W, b, np.asarray(1e-14))
    # Eigenvalue 6 along (1, 1, 1), on which x lies, and s² twice.
    expected = -0.5 * (3 / 6 + math.log(6) + 2 * math.log(1e-14) + 3 * math.log(2 * math.pi))
    assert evidence == pytest.approx(expected, rel=1e-13)
    mean, covariance = density.linear_posterior(np.ones((4, 3)), W, b, np.asarray(1e-14))
    # The condition of [W; s] is √6e14 = 2.4e7, so that rounding may change 3e-9.
    assert mean == pytest.approx(np.full((4, 2), 0.5), rel=1e-7)
    assert covariance == pytest.approx(np.asarray([[0.5, -0.5], [-0.5, 0.5]]), rel=1e-7)


# Mixtures and code lengths -----------------------------------------------------------------------


def test_mixture_by_hand() -> None:
    log_pi = np.asarray([math.log(0.25), math.log(0.75), -INF])
    components = np.asarray([[math.log(4.0), math.log(2.0), 5.0], [1e4, 1e4, 0.0]])
    given = density.mixture_log_density(log_pi, components)
    assert given == pytest.approx([math.log(2.5), 1e4], rel=1e-15)


def test_bits_per_dim_by_hand() -> None:
    log_density = np.asarray([0.0, -2 * math.log(2)])
    assert density.bits_per_dim(log_density, dims=2) == pytest.approx([8.0, 9.0])
    assert density.bits_per_dim(log_density, dims=2, width=2.0) == pytest.approx([7.0, 8.0])
    assert density.bits_per_dim(log_density, dims=1, levels=2) == pytest.approx([1.0, 3.0])


# Errors, dtypes, devices -------------------------------------------------------------------------

FLOAT = np.zeros(3)
MATRIX = np.eye(3)


BAD: tuple[tuple[str, Callable[[], Any]], ...] = (
    (
        "DomainError: levels",
        lambda: density.discretized_gaussian_log_probability(A([0.0]), A([0.0]), A([0.0]), levels=1),
    ),
    (
        "ShapeError: shapes",
        lambda: density.discretized_gaussian_log_probability(A([0.0, 1.0]), A([0.0] * 3), A([0.0])),
    ),
    ("NamespaceError: log_likelihood", lambda: density.log_weights([1.0], FLOAT, FLOAT)),
    ("ShapeError: shapes", lambda: density.log_weights(FLOAT, FLOAT[:2], FLOAT)),
    ("ShapeError: log_w", lambda: density.elbo(np.asarray(1.0))),
    ("ShapeError: log_w", lambda: density.elbo(FLOAT[:0])),
    ("DomainError: sizes", lambda: density.importance_bounds(FLOAT, sizes=(4,))),
    ("DomainError: sizes", lambda: density.importance_bounds(FLOAT, sizes=())),
    ("DomainError: sizes", lambda: density.importance_bounds(FLOAT, sizes=(0,))),
    ("ShapeError: log_w", lambda: density.effective_sample_size(FLOAT[:0])),
    ("ShapeError: shapes", lambda: density.normal_log_density(FLOAT, FLOAT[:2], FLOAT)),
    ("ShapeError: covariance", lambda: density.normal_log_density_full(FLOAT, FLOAT, FLOAT)),
    (
        "ShapeError: shapes",
        lambda: density.normal_log_density_full(np.zeros((2, 3)), FLOAT, np.zeros((4, 3, 3))),
    ),
    ("ShapeError: c2", lambda: density.normal_kl_full(FLOAT, MATRIX, FLOAT, np.eye(2))),
    ("NamespaceError: s2", lambda: density.linear_evidence(FLOAT, MATRIX, FLOAT, 1.0)),
    ("ShapeError: shapes", lambda: density.mixture_log_density(FLOAT, FLOAT[:2])),
    ("DomainError: dims", lambda: density.bits_per_dim(FLOAT, dims=0)),
    ("DomainError: levels", lambda: density.bits_per_dim(FLOAT, dims=1, levels=0)),
    ("DomainError: width", lambda: density.bits_per_dim(FLOAT, dims=1, width=0.0)),
)


def test_two_libraries() -> None:
    with pytest.raises(NamespaceError, match="arrays of one library"):
        density.normal_log_density_full(FLOAT, FLOAT, array_api_strict.eye(3))


@pytest.mark.parametrize("name", ["normal_log_density_full", "linear_evidence"])
def test_mixed_dtypes_give_the_common_one(name: str) -> None:
    on = backends.Setting.of(backends.get("numpy"), "float64")
    function, (x, *rest) = SPECIMENS[f"density.{name}"](on, 4)
    assert function(x.astype(np.float32), *rest).dtype == np.float64


# What a VAE's loss is made of, likelihoods of levels, smoothed weights


def test_divergence_of_an_encoder() -> None:
    """½(4 + e − 2) + ½·0, and 1e-8 from the prior s²/4."""
    assert density.vae_kl(A([2.0, 0.0]), A([1.0, 0.0])) == pytest.approx((2 + math.e) / 2, rel=1e-15)
    assert density.vae_kl(A([0.0]), A([1e-8])) == pytest.approx(2.5e-17, rel=1e-7)
    given, one = A([0.5, -1.0]), np.ones(2)
    assert density.vae_kl(given, 0 * one) == pytest.approx(
        density.normal_kl(given, one, 0 * one, one), rel=1e-15
    )
    assert density.prior_log_density(given) == pytest.approx(
        density.normal_log_density(given, 0 * one, one), rel=1e-15
    )


def test_masks_leave_out() -> None:
    """The mean of 1 and 3, with NaN and infinity beside them."""
    log_w = np.log(A([1.0, 3.0, 1.0, 1.0]))
    log_w[2:] = np.nan, np.inf
    assert density.masked_importance_bound(log_w, A([1, 1, 0, 0])) == pytest.approx(math.log(2), rel=1e-15)
    assert np.isnan(density.masked_importance_bound(log_w[:2], A([False, False])))
    assert density.masked_importance_bound(A([-np.inf, 0.0]), A([True, False])) == -np.inf


def test_levels_have_probability_one() -> None:
    """All 256 of them, also far in a tail, where the difference of sigmoids is 0."""
    x = 2 * np.arange(256) / 255 - 1
    for mean, log_scale in ((0.1, -3.0), (5.0, -2.0), (0.0, 2.0)):
        found = density.discretized_logistic_log_probability(x, A(mean), A(log_scale))
        assert np.exp(found).sum() == pytest.approx(1, rel=1e-13)
    far = density.discretized_logistic_log_probability(A([0.0]), A([20.0]), A([-4.0]))
    expected = -20 * math.exp(4) + math.log(math.exp(math.exp(4) / 255) - math.exp(-math.exp(4) / 255))
    assert far[0] == pytest.approx(expected, rel=1e-14)


def test_levels_of_a_normal_distribution_have_probability_one() -> None:
    """All 256 of them, with bins far narrower and far wider than the distribution."""
    x = 2 * np.arange(256) / 255 - 1
    for mean, log_scale in ((0.1, -3.0), (0.0, -7.0), (5.0, 0.0), (0.0, 2.0)):
        found = density.discretized_gaussian_log_probability(x, A(mean), A(log_scale))
        assert np.exp(found).sum() == pytest.approx(1, rel=1e-13)


@pytest.mark.parametrize("sign", [1, -1])
def test_bins_of_a_normal_distribution(sign: int) -> None:
    """log(Φ(b) − Φ(a)) to 30 digits by mpmath, in tails, of narrow bins, and of one that has nearly all."""
    mpmath = pytest.importorskip("mpmath")
    cases = [
        (0.0, 12.0, -1.0, 3),
        (0.0, 0.5, 5.0, 256),
        (0.0, 0.25, -4.0, 3),
        (-1.0, 3.0, -2.0, 256),
        (0.5, -6.0, -3.0, 5),
    ]
    for x, mean, log_scale, levels in cases:
        sigma, half = mpmath.exp(log_scale), mpmath.mpf(1) / (levels - 1)
        low, high = (x - mean - half) / sigma, (x - mean + half) / sigma
        low, high = (-high, -low) if low > 0 else (low, high)
        low = -mpmath.inf if x == -1 else low
        expected = float(mpmath.log(mpmath.ncdf(high) - mpmath.ncdf(low)))
        found = density.discretized_gaussian_log_probability(
            A([sign * x]), A([sign * mean]), A([log_scale]), levels=levels
        )
        assert found[0] == pytest.approx(expected, rel=4e-15)


def test_shape_of_a_tail_that_is_pareto() -> None:
    """Quantiles of a Pareto distribution with k = 1, pulled to ½ by the prior; a k of arviz-stats."""
    log_ratios = -np.log(1 - (np.arange(1000) + 0.5) / 1000)
    found = density.pareto_smoothed_weights(log_ratios)
    assert 0.85 < found.k < 1.0
    assert np.exp(found.log_weights).sum() == pytest.approx(1, rel=1e-14)
    few = density.pareto_smoothed_weights(log_ratios[:12])
    assert few.k == np.inf
    normal = np.random.default_rng(44).normal(size=100)
    assert density.pareto_smoothed_weights(normal).k == pytest.approx(0.22662114718471557, rel=1e-12)
