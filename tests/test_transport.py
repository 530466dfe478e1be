"""Known values, documented errors and special values of refimpl.transport."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import array_api_strict
import numpy as np
import ot
import pytest
from scipy import optimize, special, stats

from refimpl import transport
from refimpl._errors import DomainError, ShapeError
from refimpl.transport import _apart

A = np.asarray
INF, NAN = math.inf, math.nan
ONE, ZERO = A(1.0), A(0.0)


def _zero(t: Any) -> Any:
    return 0 * t


def _constant(value: float) -> Callable[[Any], Any]:
    return lambda t: 0 * t + value


# Samples on the line -----------------------------------------------------------------------------


def test_samples_by_hand() -> None:
    x, y = A([0.0, 1.0, 3.0]), A([5.0, 6.0, 8.0])
    assert transport.wasserstein_1d(x, y) == 5.0
    assert transport.wasserstein_1d(A([0.0, 3.0]), A([2.0, 0.0]), order=1) == 0.5
    assert transport.wasserstein_1d(A([0.0, 3.0]), A([2.0, 0.0])) == pytest.approx(math.sqrt(0.5))


@pytest.mark.parametrize("n", [1, 2, 7])
def test_samples_against_scipy(n: int) -> None:
    rng = np.random.default_rng(n)
    x, y, a, b = rng.normal(size=n), rng.normal(size=n + 2), rng.random(n), rng.random(n + 2)
    given = transport.wasserstein_1d(x, y, order=1, x_weights=a, y_weights=b)
    assert given == pytest.approx(stats.wasserstein_distance(x, y, a, b), rel=1e-13)


def test_weighted_samples_in_fractions() -> None:
    """Levels 1/3, 1/2, 1 of masses (1, 2) and (3, 3): gaps 4, 3, 5."""
    given = transport.wasserstein_1d(
        A([1.0, 0.0]), A([4.0, 6.0]), order=2, x_weights=A([2.0, 1.0]), y_weights=A([3.0, 3.0])
    )
    square = Fraction(1, 3) * 16 + Fraction(1, 6) * 9 + Fraction(1, 2) * 25
    assert given == pytest.approx(math.sqrt(square), rel=1e-15)


def test_samples_in_batches_and_of_any_size() -> None:
    x = A([[1.0, 0.0], [0.0, 0.0]])
    np.testing.assert_array_equal(transport.wasserstein_1d(x, A([2.0, 1.0])), [1.0, math.sqrt(2.5)])
    huge = transport.wasserstein_1d(A([1e300, 0.0]), A([0.0, 0.0]))
    assert huge == pytest.approx(1e300 / math.sqrt(2), rel=1e-15)
    tiny = transport.wasserstein_1d(A([1e-300, 0.0]), A([0.0, 0.0]))
    assert tiny == pytest.approx(1e-300 / math.sqrt(2), rel=1e-15)
    # Thirds against halves: 1/6 of the mass goes from 0 to 1.
    assert transport.wasserstein_1d(A([0.0, 1.0]), A([0.0, 1.0, 1.0]), order=1) == pytest.approx(1 / 6)


@pytest.mark.parametrize("weights", [{}, {"x_weights": A([1.0, 3.0])}])
def test_infinite_samples(weights: dict[str, Any]) -> None:
    with np.errstate(invalid="ignore"):
        assert transport.wasserstein_1d(A([INF, 0.0]), A([1.0, 0.0]), **weights) == INF
        assert np.isnan(transport.wasserstein_1d(A([INF, 0.0]), A([INF, 0.0]), **weights))
        assert np.isnan(transport.wasserstein_1d(A([NAN, 0.0]), A([1.0, 0.0]), **weights))


def test_masses_without_meaning() -> None:
    for weights in ([0.0, 0.0], [NAN, 1.0]):
        with np.errstate(invalid="ignore"):
            assert np.isnan(transport.wasserstein_1d(A([1.0, 2.0]), A([0.0, 1.0]), x_weights=A(weights)))
    ignored = transport.wasserstein_1d(A([1.0, INF]), A([0.0]), x_weights=A([1.0, 0.0]))
    assert ignored == 1.0


def test_one_draw_can_fall_below_the_distance() -> None:
    """Only the mean over draws is bounded: ±1 and {1, −3} are √2 apart, draws of 1 and 1 are not."""
    assert transport.wasserstein_1d(A([1.0, -1.0]), A([1.0, -3.0])) == pytest.approx(math.sqrt(2))
    assert transport.wasserstein_1d(A([1.0, 1.0]), A([1.0, 1.0])) == 0.0


def test_quantile_functions_by_hand() -> None:
    value, error = transport.wasserstein_quantile(lambda u: u, lambda u: 3 * u)
    assert value == pytest.approx(2 / math.sqrt(3), rel=1e-14)
    assert error < 1e-14


@pytest.mark.parametrize("order", [1, 2, 4])
def test_quantiles_of_normals(order: float) -> None:
    """N(0, 1) and N(2, 1): 2; N(0, 1) and N(0, 4): (E|z|^p)^{1/p}."""
    shifted, error = transport.wasserstein_quantile(
        special.ndtri, lambda u: 2 + special.ndtri(u), order=order
    )
    assert abs(shifted - 2) <= error + 1e-14
    wide, error = transport.wasserstein_quantile(special.ndtri, lambda u: 2 * special.ndtri(u), order=order)
    moment = 2 ** (order / 2) * math.gamma((order + 1) / 2) / math.sqrt(math.pi)
    assert abs(wide - moment ** (1 / order)) <= error + 1e-13
    assert error < 1e-11


def test_quantiles_in_float32_stay_finite() -> None:
    value, _ = transport.wasserstein_quantile(special.ndtri, lambda u: 2 * special.ndtri(u), dtype=np.float32)
    assert value.dtype == np.float32
    # Roundings of float32; infinite quantiles at the ends would leave NaN.
    assert value == pytest.approx(1, abs=1e-5)


# Clouds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [3, 6])
def test_clouds_against_the_assignment_solver(n: int) -> None:
    rng = np.random.default_rng(n)
    x, y = rng.normal(size=(2, n, 3))
    costs = np.sum((x[:, None] - y) ** 2, -1)
    found = transport.wasserstein_discrete(x, y)
    rows, columns = optimize.linear_sum_assignment(costs)
    assert found.distance == pytest.approx(math.sqrt(costs[rows, columns].mean()), rel=1e-13)
    np.testing.assert_array_equal(found.plan[rows, columns], np.full(n, 1 / n))


def test_weighted_clouds_against_a_linear_program() -> None:
    rng = np.random.default_rng(0)
    x, y, a, b = rng.normal(size=(4, 2)), rng.normal(size=(3, 2)), rng.random(4), rng.random(3)
    a, b = a / a.sum(), b / b.sum()
    costs = np.linalg.norm(x[:, None] - y, axis=-1)
    marginals = np.concatenate([np.kron(np.eye(4), np.ones(3)), np.kron(np.ones(4), np.eye(3))])
    found = transport.wasserstein_discrete(x, y, 5 * a, 2 * b, order=1)
    program = optimize.linprog(costs.ravel(), A_eq=marginals, b_eq=np.concatenate([a, b]))
    # HiGHS stops at residuals of 1e-7, and a vertex of so few points leaves far less.
    assert found.distance == pytest.approx(program.fun, rel=1e-9)
    assert abs(found.gap) < 1e-14
    assert np.all(found.x_potential[:, None] + found.y_potential <= costs + 1e-14)


def test_close_points_far_from_the_origin() -> None:
    """Scaling the points before subtracting them loses this plan."""
    x, y = A([[0.0], [2.0**-10]]), A([[2.0**-10], [3 * 2.0**-10]])
    found = transport.wasserstein_discrete(2.0**30 + x, 2.0**30 + y)
    assert found.distance == pytest.approx(2.0**-10 * math.sqrt(2.5), rel=1e-15)
    np.testing.assert_array_equal(found.plan, [[0.5, 0.0], [0.0, 0.5]])


def test_points_without_mass_do_not_matter() -> None:
    x, y = A([[0.0], [1.0], [50.0]]), A([[0.0], [-90.0], [7.0], [3.0]])
    a, b = A([0.5, 0.5, 0.0]), A([0.25, 0.0, 0.5, 0.25])
    found = transport.wasserstein_discrete(x, y, a, b)
    # 0 goes to 0 and 3, 1 to 7.
    assert found.distance == pytest.approx(math.sqrt(0.25 * 9 + 0.5 * 36), rel=1e-15)
    assert abs(found.gap) < 1e-11
    assert np.all(found.x_potential[:, None] + found.y_potential <= (x - y[:, 0]) ** 2 + 1e-10)


def test_clouds_of_any_size() -> None:
    x, y = A([[1e200], [0.0]]), A([[0.0], [-1e200]])
    with np.errstate(over="ignore"):
        found = transport.wasserstein_discrete(x, y)
    assert found.distance == pytest.approx(1e200, rel=1e-15)
    assert transport.wasserstein_discrete(x * 0, y * 0).distance == 0.0
    assert transport.wasserstein_discrete(x[1:], A([[1e-200]])).distance == 1e-200


def test_coupling_costs_by_hand() -> None:
    x, y = A([[0.0, 0.0], [3.0, 4.0]]), A([[3.0, 4.0], [0.0, 0.0]])
    assert transport.coupling_cost(x, y, np.eye(2) / 2) == 5.0
    plans = np.stack([np.eye(2)[::-1] / 2, np.full((2, 2), 0.25)])
    np.testing.assert_array_equal(transport.coupling_cost(x, y, plans, order=1), [0.0, 2.5])
    assert transport.coupling_cost(x, y, plans[:0]).shape == (0,)


def test_every_permutation_costs_at_least_the_distance() -> None:
    x, y = np.random.default_rng(5).normal(size=(2, 4, 2))
    plans = np.stack([np.eye(4)[list(p)] / 4 for p in permutations(range(4))])
    costs = transport.coupling_cost(x, y, plans)
    assert transport.wasserstein_discrete(x, y).distance == pytest.approx(costs.min(), rel=1e-14)


# Gaussians ---------------------------------------------------------------------------------------


def test_gaussians_by_hand() -> None:
    m, unit = np.zeros(2), np.eye(2)
    W = transport.wasserstein_gaussian
    assert W(m, unit, A([3.0, 4.0]), unit) == pytest.approx(5, rel=1e-15)
    assert W(m, np.diag([1.0, 4.0]), m, np.diag([9.0, 16.0])) == pytest.approx(math.sqrt(8), rel=1e-14)
    # Unit vectors at right angles: tr 1 + tr 1 − 0.
    assert W(m, np.diag([1.0, 0.0]), m, np.diag([0.0, 1.0])) == pytest.approx(math.sqrt(2), rel=1e-15)
    assert W(m, 0 * unit, m, unit) == pytest.approx(math.sqrt(2), rel=1e-15)
    # For 2×2 matrices tr (S₁^{1/2}S₂S₁^{1/2})^{1/2} = (tr S₁S₂ + 2(det S₁S₂)^{1/2})^{1/2}.
    S1, S2 = A([[2.0, 1.0], [1.0, 2.0]]), A([[1.0, -0.5], [-0.5, 3.0]])
    cross = math.sqrt(np.trace(S1 @ S2) + 2 * math.sqrt(3 * 2.75))
    assert W(m, S1, m, S2) == pytest.approx(math.sqrt(8 - 2 * cross), rel=1e-14)


def test_near_gaussians_keep_their_digits() -> None:
    """The trace formula would give 0 or noise of 10⁻⁸."""
    m, unit = np.zeros(1), np.eye(1)
    step = 2.0**-40
    given = transport.wasserstein_gaussian(m, unit, m, (1 + step) * unit)
    assert given == pytest.approx(step / 2, rel=1e-3)


def test_gaussians_of_any_size() -> None:
    m, unit = np.zeros(2), np.eye(2)
    for size in (1e-150, 1e150):
        given = transport.wasserstein_gaussian(m, size**2 * unit, m, 4 * size**2 * unit)
        assert given == pytest.approx(math.sqrt(2) * size, rel=1e-14)
    assert transport.wasserstein_gaussian(m, 0 * unit, A([3e-200, 4e-200]), 0 * unit) == pytest.approx(5e-200)
    S1, S2 = A([[1.0, 0.75], [0.75, 1.0]]), A([[1.0, -0.5], [-0.5, 3.0]])
    given = transport.wasserstein_gaussian(m, S1, m, S2)
    for size in (2.0**-500, 2.0**510):
        scaled = transport.wasserstein_gaussian(m, size * size * S1, m, size * size * S2)
        assert scaled == pytest.approx(size * given, rel=1e-14)


def test_maps_by_hand() -> None:
    found = transport.gaussian_map(A([1.0, 1.0]), np.diag([1.0, 4.0]), A([0.0, 5.0]), np.diag([9.0, 1.0]))
    np.testing.assert_allclose(found.matrix, np.diag([3.0, 0.5]), rtol=1e-15)
    np.testing.assert_allclose(found.offset, [-3.0, 4.5], rtol=1e-15)


def test_map_to_a_singular_gaussian() -> None:
    found = transport.gaussian_map(np.zeros(2), np.eye(2), np.zeros(2), np.diag([4.0, 0.0]))
    np.testing.assert_allclose(found.matrix, np.diag([2.0, 0.0]), atol=1e-15)


@pytest.mark.parametrize(("angle", "expected"), [(math.pi / 3, -2), (math.pi / 2, -4), (math.pi, -8), (0, 0)])
def test_turns_are_not_monotone(angle: float, expected: float) -> None:
    c, s = math.cos(angle), math.sin(angle)
    given = transport.coupling_monotonicity(A([[c, -s], [s, c]]), A([[2.0, 1.0], [1.0, 5.0]]))
    assert given == pytest.approx(expected, abs=1e-14)


def test_scalings_are_monotone() -> None:
    """λ + 1/λ − 2 in batches, and without cancellation."""
    M = A([2.0, 0.5, 1 + 2.0**-30])[:, None, None]
    given = transport.coupling_monotonicity(M, np.eye(1))
    np.testing.assert_allclose(given, [0.5, 0.5, 2.0**-60], rtol=1e-8)
    for one, other in ((M.astype(np.float32), np.eye(1)), (M, np.eye(1, dtype=np.float32))):
        assert transport.coupling_monotonicity(one, other).dtype == np.float64


# Bounds ------------------------------------------------------------------------------------------


def test_one_sided_constants_by_hand() -> None:
    turn = A([[0.0, 7.0], [-7.0, 0.0]])
    found = transport.one_sided_lipschitz(np.stack([turn, turn + np.diag([3.0, -1.0])]))
    np.testing.assert_allclose(found, [-1.0, 3.0], atol=1e-14)


def test_growth_by_hand() -> None:
    times = A([0.0, 1.0, 3.0])
    exact = transport.growth_factor(A([0.0, 1.0, -1.0]), times)
    np.testing.assert_allclose(exact.factor, np.exp([0.0, 0.5, 0.5]), rtol=1e-15)
    np.testing.assert_array_equal(exact.error, np.zeros(3))
    smooth = transport.growth_factor(np.cos, times)
    np.testing.assert_allclose(smooth.factor, np.exp(np.sin(times)), rtol=1e-14)
    # 16 nodes a panel cannot follow this; the error says so.
    wild = transport.growth_factor(lambda t: 10 * np.cos(40 * t), times)
    assert np.all(np.abs(wild.factor / np.exp(np.sin(40 * times) / 4) - 1) <= wild.error)
    assert wild.error[-1] > 0.1


def test_bounds_by_hand() -> None:
    times = A([0.0, 0.5, 1.0])
    grown = transport.wasserstein_bound(times, _constant(2.0), _constant(1.0), A(3.0))
    assert grown.value == pytest.approx(2 * (math.e - 1) + 3 * math.e, rel=1e-14)
    coarse = transport.wasserstein_bound(times, A([2.0, 2.0, 2.0]), A([1.0, 1.0, 1.0]), A(3.0))
    assert coarse.integral == pytest.approx(0.5 + math.exp(0.5) + math.e / 2, rel=1e-14)
    assert abs(coarse.integral - 2 * (math.e - 1)) < coarse.error
    assert coarse.value == pytest.approx(coarse.integral + coarse.terminal + coarse.error, rel=1e-15)


def test_trapezoids_alone_fall_below_the_distance() -> None:
    """f − g = v(1 − t²), g = 0: W₂ = 2/3, and a concave integrand is underestimated."""
    times = np.linspace(0.0, 1.0, 1001)
    bound = transport.wasserstein_bound(times, 1 - times**2, 0 * times, ZERO)
    assert 2 / 3 - 3e-7 < bound.integral + bound.terminal < 2 / 3 < bound.value < 2 / 3 + 1e-6


def test_uneven_nodes_do_not_hide_the_error() -> None:
    """The long last panel is not compared with short ones."""
    times = A([0.0, 0.01, 0.02, 1.0])
    bound = transport.wasserstein_bound(times, 1 - times**2, 0 * times, ZERO)
    assert bound.integral < 0.52
    assert bound.value >= 2 / 3
    assert bound.error == pytest.approx((0.98**3 + 2e-6) / 2, rel=1e-10)
    # Slopes 1, −½ and 4 over steps 1, 2 and 1: second derivatives 1 and 3, the larger one beside each step.
    times = A([0.0, 1.0, 3.0, 4.0])
    bound = transport.wasserstein_bound(times, A([0.0, 1.0, 0.0, 4.0]), 0 * times, ZERO)
    assert bound.error == (1 + 8 * 3 + 3) / 4


def test_error_of_the_growth_enters_the_bound() -> None:
    """∫|t − 0.3| = 0.29, with a kink inside the only panel."""
    bound = transport.wasserstein_bound(A([0.0, 1.0]), _zero, lambda t: np.abs(t - 0.3), ONE)
    assert 0 < abs(bound.terminal - math.exp(0.29)) < bound.error < 0.01


def test_bound_of_scores_and_the_printed_one() -> None:
    times = A([0.0, 1.0])
    args = times, _constant(2.0), _constant(4.0), _constant(3.0), _constant(0.0), ONE
    assert transport.score_matching_bound(*args).value == pytest.approx(0.5 * (2 + 4) * 3 + 1, rel=1e-14)
    printed = transport.printed_score_matching_bound(
        times, _constant(2.0), _constant(3.0), _constant(1.0), _constant(-0.5), ONE
    )
    assert printed.value == pytest.approx(2 * 3 + 1, rel=1e-14)


def test_linear_pair_by_hand() -> None:
    """x' = x and y' = −x from N(0, 1) at T = 1: N(0, e^{−2}) and N(0, e²)."""
    p = transport.Affine(np.eye(1), np.zeros(1), np.zeros(1), np.eye(1))
    pair = transport.linear_flow_pair(p, p._replace(matrix=-np.eye(1)), A([0.0, 1.0]), end=1.0)
    assert pair.distance == pytest.approx(math.e - 1 / math.e, rel=1e-14)
    assert pair.terminal == 0.0
    np.testing.assert_allclose(pair.gap, [2 / math.e, 2.0], rtol=1e-14)
    assert pair.lipschitz == 1.0


def test_linear_pair_keeps_cancelled_and_large_offsets() -> None:
    """Drifts e and h alone: the gap is |e − h|, and the mean moves by eT however large."""
    still = transport.Affine(np.zeros((1, 1)), A([1e6]), A([0.0]), np.eye(1))
    pair = transport.linear_flow_pair(still, still._replace(offset=A([1e6 + 2.0**-20])), A([0.5]), end=1.0)
    np.testing.assert_array_equal(pair.gap, [2.0**-20])
    assert pair.distance == 2.0**-20


def test_saddle_is_not_tight() -> None:
    saddle = transport.Affine(np.diag([1.0, -1.0]), np.zeros(2), np.zeros(2), np.eye(2))
    times = A([0.0, 1.0])
    pair = transport.linear_flow_pair(saddle._replace(offset=A([1.0, 0.0])), saddle, times, end=1.0)
    bound = transport.wasserstein_bound(times, _constant(1.0), _constant(1.0), pair.terminal)
    assert pair.distance / bound.value == pytest.approx(1 / math.e, rel=1e-12)


# Score matching ----------------------------------------------------------------------------------


def test_mixture_score_matching_far_from_all_components() -> None:
    """Densities underflow between the two, which meet nowhere: each has E‖score‖² = 1."""
    value, _ = transport.mixture_score_matching(
        _zero, A([0.5, 0.5]), A([-200.0, 200.0]), A([1.0, 1.0]), A(0.6), A(0.8)
    )
    assert value == pytest.approx(1.0, rel=1e-12)


def test_a_solver_that_stops_early_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ot, "emd", lambda a, b, cost, **_: (cost, {"warning": "stopped early"}))
    text = "^transport.wasserstein_discrete: solver: got stopped early; expected an optimal plan from POT$"
    with pytest.raises(DomainError, match=text):
        transport.wasserstein_discrete(A([[0.0]]), A([[1.0]]))


def test_potentials_of_far_points_may_overflow() -> None:
    found = transport.wasserstein_discrete(A([[0.0], [1e200]]), A([[2e200], [4e200]]))
    assert found.distance == pytest.approx(math.sqrt((4 + 9) / 2) * 1e200)


def test_gaussians_of_every_size_in_one_batch() -> None:
    scales = A([1e-280, 1e-3, 1.0, 1e280])
    S1, S2 = A([[2.0, 1.0], [1.0, 3.0]]), A([[1.0, -0.5], [-0.5, 4.0]])
    zero, unit = np.zeros(2), transport.wasserstein_gaussian(np.zeros(2), S1, np.zeros(2), S2)
    batch = scales[:, None, None]
    given = transport.wasserstein_gaussian(zero, batch * S1, zero, batch * S2)
    assert given == pytest.approx(unit * np.sqrt(scales), rel=1e-13, abs=0)
    for size in (1e-250, 1e250):  # squares of these are no float64 numbers
        shift = transport.wasserstein_gaussian(A([3.0, 4.0]) * size, 0 * S1, zero, 0 * S2)
        assert shift == pytest.approx(5 * size, rel=1e-15, abs=0)


def test_score_matching_by_hand() -> None:
    s, score = A([[1.0, 2.0], [0.0, 0.0]]), A([[0.0, 0.0], [3.0, 4.0]])
    assert transport.score_matching(s, score) == 15.0
    assert transport.score_matching(s, score, weights=A([0.75, 0.25])) == 10.0
    # Targets −ε/β̄ = −2, 4.
    given = transport.conditional_score_matching(A([[1.0], [1.0]]), A([[1.0], [-2.0]]), A(0.5))
    assert given == 9.0


def test_closed_forms_by_hand() -> None:
    """Data N(1, 2), ᾱ = 0.6, β̄ = 0.8: p_t = N(0.6, 1.36); s = −x + 1."""
    A1, c, m, S = A([[-1.0]]), A([1.0]), A([1.0]), A([[2.0]])
    noise = A(0.6), A(0.8)
    direct = 0.4**2 + (-1 + 1 / 1.36) ** 2 * 1.36
    assert transport.gaussian_score_matching(A1, c, m, S, *noise) == pytest.approx(direct, rel=1e-14)
    conditional = 0.4**2 + 0.36 * 2 + (-0.8 + 1.25) ** 2
    given = transport.mixture_conditional_score_matching(A1, c, A([1.0]), m[None], S[None], *noise)
    assert given == pytest.approx(conditional, rel=1e-14)
    assert conditional - direct == pytest.approx(1 / 0.64 - 1 / 1.36, rel=1e-13)


def test_mixture_by_scipy() -> None:
    from scipy.integrate import quad  # noqa: PLC0415

    weights, means, variances = A([0.3, 0.7]), A([-2.0, 1.0]), A([0.04, 1.0])
    alpha, beta = 0.8, 0.6
    centres, spreads = alpha * means, alpha**2 * variances + beta**2

    def integrand(x: float) -> float:
        parts = weights * np.exp(-((x - centres) ** 2) / (2 * spreads)) / np.sqrt(2 * np.pi * spreads)
        score = float(np.sum(parts * (centres - x) / spreads) / np.sum(parts))
        return float(np.sum(parts)) * (math.sin(x) - score) ** 2

    expected, _ = quad(integrand, -12, 12, limit=400, epsabs=1e-13)
    value, error = transport.mixture_score_matching(np.sin, weights, means, variances, A(alpha), A(beta))
    assert value == pytest.approx(expected, rel=1e-12)
    assert error < 1e-10


def test_narrow_component_inside_a_wide_one() -> None:
    """½N(0, 1) + ½N(0.3, 10⁻⁶), zero model: the Fisher information, by quadrature near the narrow one."""
    args = A([0.5, 0.5]), A([0.0, 0.3]), A([1.0, 1e-6]), A(1.0), A(0.0)
    value, error = transport.mixture_score_matching(_zero, *args)
    x = 0.3 + 1e-3 * np.linspace(-12, 12, 4001)
    wide = 0.5 * stats.norm.pdf(x)
    narrow = 0.5 * stats.norm.pdf(x, 0.3, 1e-3)
    near = np.sum((wide * x + narrow * (x - 0.3) / 1e-6) ** 2 / (wide + narrow)) * 6e-6
    # Elsewhere the wide one's x² alone.
    rest = 0.5 * (1 - np.sum(stats.norm.pdf(x) * x**2) * 6e-6)
    assert value == pytest.approx(near + rest, rel=1e-12)
    assert error < 1e-6


# Errors ------------------------------------------------------------------------------------------

_M, _S = np.zeros(2), np.eye(2)
_AFFINE = transport.Affine(np.eye(1), np.zeros(1), np.zeros(1), np.eye(1))
_T3 = A([0.0, 0.5, 1.0])

BAD: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("ShapeError: x", lambda: transport.wasserstein_1d(A([]), A([1.0]))),
    ("ShapeError: y", lambda: transport.wasserstein_1d(A([1.0]), ONE)),
    ("ShapeError: x", lambda: transport.wasserstein_1d(A([1.0, 2.0]), A([1.0]), x_weights=np.ones(3))),
    ("ShapeError: x", lambda: transport.wasserstein_1d(np.ones((2, 3)), np.ones(2))),
    ("ShapeError: shapes", lambda: transport.wasserstein_1d(np.ones((2, 3)), np.ones((3, 3)))),
    ("DomainError: order", lambda: transport.wasserstein_1d(A([1.0]), A([1.0]), order=0.5)),
    ("NamespaceError: x", lambda: transport.wasserstein_1d([1.0], A([1.0]))),
    ("DTypeError: dtype", lambda: transport.wasserstein_quantile(_zero, _zero, dtype=np.int64)),
    ("ShapeError: x_weights", lambda: transport.wasserstein_discrete(_S[:1], _S, A([1.0, 2.0]))),
    ("DomainError: x_weights", lambda: transport.wasserstein_discrete(_S, _S, A([-1.0, 2.0]))),
    ("DomainError: y_weights", lambda: transport.wasserstein_discrete(_S, _S, None, A([0.0, 0.0]))),
    ("DomainError: x", lambda: transport.wasserstein_discrete(A([[0.0, INF]]), _S)),
    ("ShapeError: shapes", lambda: transport.coupling_cost(_S, _S, np.ones((2, 3)))),
    ("ShapeError: shapes", lambda: transport.coupling_cost(_S[:0], _S, np.ones((0, 2)))),
    (
        "ShapeError: shapes",
        lambda: transport.coupling_cost(np.ones((2, 1, 1)), _S[:1, :1], np.ones((3, 1, 1))),
    ),
    ("ShapeError: shapes", lambda: transport.wasserstein_gaussian(_M, _S, np.zeros(1), np.eye(1))),
    ("ShapeError: shapes", lambda: transport.gaussian_map(_M, _S, _M, np.eye(3))),
    ("ShapeError: shapes", lambda: transport.frechet_distance(_M, _S, np.zeros(1), np.eye(1))),
    ("ShapeError: x", lambda: transport.frechet_feature_distance(_S[:1], _S)),
    ("ShapeError: shapes", lambda: transport.frechet_feature_distance(_S, np.ones((3, 1)))),
    ("ShapeError: y", lambda: transport.sliced_wasserstein(_S, _S[:0], _S)),
    ("ShapeError: shapes", lambda: transport.sliced_wasserstein(_S, _S, np.ones((2, 1)))),
    (
        "ShapeError: shapes",
        lambda: transport.wasserstein_gaussian(np.zeros((2, 2)), _S, np.zeros((3, 2)), _S),
    ),
    ("ShapeError: covariance", lambda: transport.coupling_monotonicity(_S, np.eye(3))),
    ("ShapeError: jacobians", lambda: transport.one_sided_lipschitz(np.ones((0, 2, 2)))),
    ("NamespaceError: lipschitz", lambda: transport.growth_factor(1.0, _T3)),
    ("ShapeError: times", lambda: transport.wasserstein_bound(_T3[:2], _T3[:2], _T3[:2], ONE)),
    ("ShapeError: times", lambda: transport.wasserstein_bound(_T3[:1], _zero, _zero, ONE)),
    ("NamespaceError: gap, lipschitz", lambda: transport.wasserstein_bound(_T3, _T3, _zero, ONE)),
    ("DomainError: end", lambda: transport.linear_flow_pair(_AFFINE, _AFFINE, _T3, end=0.0)),
    (
        "ShapeError: q.offset",
        lambda: transport.linear_flow_pair(_AFFINE, _AFFINE._replace(offset=_M), _T3, end=1.0),
    ),
    (
        "DomainError: p.mean",
        lambda: transport.linear_flow_pair(_AFFINE._replace(mean=A([NAN])), _AFFINE, _T3, end=1.0),
    ),
    ("ShapeError: points", lambda: transport.score_matching(np.ones((0, 2)), np.ones((0, 2)))),
    ("ShapeError: weights", lambda: transport.score_matching(_S, _S, weights=np.ones(3))),
    (
        "ShapeError: shapes",
        lambda: transport.score_matching(np.ones((2, 4, 1)), np.ones((2, 4, 1)), weights=np.ones((3, 4))),
    ),
    ("ShapeError: noise", lambda: transport.conditional_score_matching(_S, _M, ONE)),
    ("ShapeError: shapes", lambda: transport.conditional_score_matching(_S, np.ones((3, 2, 2)), np.ones(2))),
    ("ShapeError: x", lambda: transport.wasserstein_discrete(_S[:0], _S)),
    ("ShapeError: y", lambda: transport.wasserstein_discrete(_S, _S[:0])),
    ("ShapeError: shapes", lambda: transport.coupling_cost(_S[:, :0], _S[:, :0], _S)),
    ("NamespaceError: arrays", lambda: transport.score_matching(_S, _S, weights=array_api_strict.ones(2))),
    ("DTypeError: weights", lambda: transport.score_matching(_S, _S, weights=A([1, 1]))),
)


# Places ------------------------------------------------------------------------------------------


OF_COVARIANCE = {
    "wasserstein_gaussian": lambda S: transport.wasserstein_gaussian(np.zeros(2), np.eye(2), np.zeros(2), S),
    "gaussian_map": lambda S: transport.gaussian_map(np.zeros(2), np.eye(2), np.zeros(2), S).matrix,
    "one_sided_lipschitz": lambda S: transport.one_sided_lipschitz(S).lowest,
    "coupling_monotonicity": lambda S: transport.coupling_monotonicity(2 * np.eye(2), S),
}


@pytest.mark.parametrize("name", OF_COVARIANCE)
@pytest.mark.parametrize("place", [(0, 0), (0, 1)])
def test_no_number_is_made_of_nan(name: str, place: tuple[int, int]) -> None:
    """On the diagonal and beside it; of a batch only the one matrix."""
    S = np.eye(2)
    S[place] = math.nan
    assert np.isnan(OF_COVARIANCE[name](S)).all()
    if name != "one_sided_lipschitz":
        batch = OF_COVARIANCE[name](np.stack([np.eye(2), S]))
        assert np.isnan(batch[1]).all()
        assert np.isfinite(batch[0]).all()


def test_a_negative_mass_gives_nan() -> None:
    weights = np.asarray([-1.0, 2.0])
    assert np.isnan(transport.wasserstein_1d(np.ones(2), np.zeros(2), x_weights=weights))


# POT ---------------------------------------------------------------------------------------------

_POT = """
import os, sys
import numpy as np
from refimpl import transport

before = dict(os.environ)
x = np.asarray([[0.0], [1.0], [3.0]])
assert transport.wasserstein_discrete(x, x + 1.0).distance == 1.0
assert not {"ot", "torch", "jax"} & set(sys.modules), "POT, or what it imports, is seen by others"
assert dict(os.environ) == before

import ot, torch

masses = torch.full((3,), 1 / 3, dtype=torch.float64)
assert torch.is_tensor(ot.emd(masses, masses, torch.ones((3, 3), dtype=torch.float64)))
assert transport.wasserstein_discrete(x, x + 2.0).distance == 2.0
"""


def test_users_of_pot_get_all_of_it() -> None:
    """That we use POT without torch changes nothing for who imports it in the same process."""
    pytest.importorskip("torch")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", _POT]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


# The Fréchet distance, of statistics and of features; slices -------------------------------------


def test_frechet_distance_of_commuting_covariances() -> None:
    """‖m₁ − m₂‖² + Σ (√a − √b)² = 25 + 1 + 4."""
    S1, S2 = np.diag([1.0, 9.0]), np.diag([4.0, 25.0])
    assert transport.frechet_distance(np.zeros(2), S1, A([3.0, 4.0]), S2) == pytest.approx(30, rel=1e-15)
    assert transport.frechet_distance(np.zeros(2), S1, np.zeros(2), S1) == pytest.approx(0, abs=1e-30)


def test_features_keep_the_digits_that_covariances_lose() -> None:
    """Of 5 images and 64 features: two subspaces, in which the distance is tr S₁ + tr S₂."""
    rng = np.random.default_rng(0)
    x, y = np.zeros((2, 5, 64))
    x[:, :8], y[:, 8:16] = rng.standard_normal((2, 5, 8))
    turn, _ = np.linalg.qr(rng.standard_normal((64, 64)))
    x, y = x - x.mean(0), y - y.mean(0)
    expected = (np.sum(x**2) + np.sum(y**2)) / 4
    found = transport.frechet_feature_distance(x @ turn, y @ turn)
    assert found == pytest.approx(expected, rel=1e-14)
    S1, S2 = (turn.T @ v.T @ v @ turn / 4 for v in (x, y))
    values = np.linalg.eigvals(S1 @ S2).astype(complex)
    usual = np.trace(S1 + S2) - 2 * np.sum(np.sqrt(values)).real
    assert 1e-9 < abs(usual / expected - 1) < 1e-5


def test_large_frechet_distances_need_no_singular_vectors() -> None:
    """The definition, whose way is another."""
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((2, 300, 48)) * np.linspace(0.1, 3, 48)
    S1, S2 = np.cov(x.T), np.cov(y.T)
    assert _apart.square(S1, S2) is not None
    found = transport.frechet_distance(x.mean(0), S1, y.mean(0), S2)
    W = transport.wasserstein_gaussian(x.mean(0), S1, y.mean(0), S2)
    assert found == pytest.approx(W**2, rel=1e-12)
    assert found == pytest.approx(transport.frechet_feature_distance(x, y), rel=1e-12)


def test_slices_of_two_points() -> None:
    """Along (1, 0) the points 0 and 2 meet 1 and 1, along (0, 3) all are 0: W₁ is 1 and 0."""
    x, y = A([[0.0, 0.0], [2.0, 0.0]]), A([[1.0, 0.0]])
    directions = A([[1.0, 0.0], [0.0, 3.0]])
    assert transport.sliced_wasserstein(x, y, directions, order=1) == 0.5
    assert transport.sliced_wasserstein(x, y, directions) == pytest.approx(0.5**0.5, rel=1e-15)
    assert np.isnan(transport.sliced_wasserstein(x, y, np.zeros((1, 2))))


def test_statistics_are_read_and_nothing_is_unpickled(tmp_path: Path) -> None:
    mean, covariance = np.arange(3.0), np.eye(3)
    np.savez(tmp_path / "fid.npz", mu=mean, sigma=covariance)
    found = transport.Statistics.read(tmp_path / "fid.npz")
    assert np.array_equal(found.mean, mean)
    assert np.array_equal(found.covariance, covariance)
    assert transport.frechet_distance(*found, *found) == pytest.approx(0, abs=1e-15)
    np.savez(tmp_path / "row.npz", mu=mean[None, :], sigma=covariance)
    assert transport.Statistics.read(str(tmp_path / "row.npz")).mean.shape == (3,)
    np.savez(tmp_path / "other.npz", arr_0=mean)
    with pytest.raises(DomainError, match="arrays arr_0"):
        transport.Statistics.read(tmp_path / "other.npz")
    np.save(tmp_path / "one.npy", mean)
    with pytest.raises(DomainError, match="one array without a name"):
        transport.Statistics.read(tmp_path / "one.npy")
    np.savez(tmp_path / "square.npz", mu=mean, sigma=mean)
    with pytest.raises(ShapeError, match=r"mu \(3,\), sigma \(3,\)"):
        transport.Statistics.read(tmp_path / "square.npz")
    objects: Any = {"mu": np.asarray([{}], dtype=object), "sigma": covariance}
    np.savez(tmp_path / "object.npz", **objects)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        transport.Statistics.read(tmp_path / "object.npz")
