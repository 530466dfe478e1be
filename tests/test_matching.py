"""Known values of matching, its special values, and its errors."""

import itertools
import math
import tracemalloc
from collections.abc import Callable
from typing import Any

import array_api_strict as strict
import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from refimpl import matching
from refimpl._errors import DomainError
from refimpl.backends import Backend, Setting

# Cosines and features


def test_cosine_known_values() -> None:
    u = np.asarray([[1.0, 0.0], [1.0, 1.0], [3.0, 4.0], [1.0, 0.0]])
    v = np.asarray([[0.0, 2.0], [1.0, 0.0], [4.0, 3.0], [-5.0, 0.0]])
    np.testing.assert_allclose(
        matching.cosine_similarity(u, v), [0.0, math.sqrt(0.5), 0.96, -1.0], rtol=4e-16
    )


def test_cosine_broadcasts_and_takes_an_axis() -> None:
    u = np.asarray([[1.0, 0.0], [0.0, 1.0]])
    assert matching.cosine_similarity(u[:, None, :], u[None, :, :]).tolist() == [[1, 0], [0, 1]]
    assert matching.cosine_similarity(u, 2 * u, axis=0).tolist() == [1, 1]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_cosine_at_the_ends_of_the_range(dtype: Any) -> None:
    for size in (np.finfo(dtype).max, np.finfo(dtype).smallest_normal):
        x = np.asarray([size, size, -size], dtype=dtype)
        cosine = matching.cosine_similarity(x, np.asarray([1, 1, -1], dtype=dtype))
        assert cosine.dtype == dtype
        assert cosine == pytest.approx(1.0, abs=8 * float(np.finfo(dtype).eps))


def test_cosine_stays_within_one() -> None:
    x = np.random.default_rng(0).standard_normal((1000, 7))
    assert np.max(np.abs(matching.cosine_similarity(x, -3 * x))) <= 1


def test_zero_vectors() -> None:
    x = np.asarray([[0.0, 0.0], [1.0, -1.0], [0.0, np.nan], [np.inf, 1.0]])
    assert matching.check_nonzero(x).tolist() == [False, True, False, False]
    assert np.isnan(matching.cosine_similarity(x[:3], np.ones((3, 2)))).tolist() == [True, False, True]


def test_features_known_values() -> None:
    features = matching.sbert_features(np.asarray([[1.0, -2.0]]), np.asarray([0.5, 1.0]))
    assert features.tolist() == [[1.0, -2.0, 0.5, 1.0, 0.5, 3.0]]


# CoSENT


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("grades", [5, 60, 0])
@pytest.mark.parametrize("scale", [20.0, 1000.0])
def test_cosent_by_every_way(backend: Backend, dtype: str, grades: int, scale: float) -> None:
    """Few groups of equal labels, many, and none; one shift for all, and exponents too far apart for it; sums
    in a tree and in a row: all give what the definition gives, as do the derivatives."""
    if "sort" in backend.lacks:
        pytest.skip(f"{backend.name} lacks sort")
    on = Setting.of(backend, dtype)
    rng, n = np.random.default_rng(3), 150
    cosines = on.array(rng.uniform(-1, 1, n))
    labels = on.array(rng.integers(0, grades, n) if grades else rng.permutation(n))
    c, y = on.host(cosines), on.host(labels)
    gaps = np.where(y[:, None] > y, scale * (c - c[:, None]), -np.inf)
    peak = max(0.0, np.max(gaps))
    terms = np.exp(gaps - peak)
    total = np.exp(-peak) + np.sum(terms)
    exact = peak + np.log(total)
    u = float(np.finfo(dtype).eps) / 2
    # Exponents of up to 2·scale in size, each of four roundings, and the logarithm of a sum of n².
    assert on.host(matching.cosent_loss(cosines, labels, scale=scale)) == pytest.approx(
        exact, rel=0, abs=u * (8 * scale + 100)
    )
    slopes = scale * (np.sum(terms, axis=0) - np.sum(terms, axis=1)) / total
    sizes = scale * (np.sum(terms, axis=0) + np.sum(terms, axis=1)) / total
    gradient = on.host(matching.cosent_gradient(cosines, labels, scale=scale))
    assert np.all(np.abs(gradient - slopes) <= u * (32 * scale + 400) * (sizes + scale * u))


def test_loss_known_values() -> None:
    # Pairs (1,0), (2,0), (2,1) with gaps −¼, ½, ¾: log(1 + e^−1 + e^2 + e^3) at scale 4.
    c, y = np.asarray([0.75, 1.0, 0.25]), np.asarray([-7, 0, 3])
    expected = math.log(1 + math.exp(-1) + math.exp(2) + math.exp(3))
    for form in (matching.cosent_loss, matching.cosent_loss_pairwise):
        assert float(form(c, y, scale=4.0)) == pytest.approx(expected, rel=1e-15)


def test_default_scale_is_20() -> None:
    c, y = np.asarray([0.25, 0.5]), np.asarray([1, 0])
    assert float(matching.cosent_loss(c, y)) == pytest.approx(5 + math.log1p(math.exp(-5)), rel=1e-15)


@pytest.mark.parametrize("form", [matching.cosent_loss, matching.cosent_loss_pairwise])
def test_one_shift_would_underflow(form: Any) -> None:
    assert float(form(np.asarray([-0.5, -0.9, 1.0]), np.asarray([0, 1, 2]), scale=1000.0)) == 400


def test_tiny_losses_keep_their_digits() -> None:
    loss = matching.cosent_loss(np.asarray([0.0, 1.0]), np.asarray([0, 1]), scale=600.0)
    assert float(loss) == pytest.approx(math.exp(-600), rel=1e-13, abs=0)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_no_ordered_pairs(n: int) -> None:
    c, y = np.linspace(-1, 1, n), np.full(n, 3)
    assert float(matching.cosent_loss(c, y)) == float(matching.cosent_loss_pairwise(c, y)) == 0
    assert matching.cosent_gradient(c, y).tolist() == [0] * n


def test_sorted_equals_pairwise_for_every_length() -> None:
    rng = np.random.default_rng(0)
    for n in [*range(40), 500]:
        c, y = rng.integers(-8, 9, n) / 8, rng.integers(0, 5, n)
        for scale in (1.0, 1e4):
            expected = float(matching.cosent_loss_pairwise(c, y, scale=scale))
            assert float(matching.cosent_loss(c, y, scale=scale)) == pytest.approx(expected, rel=1e-14)


def test_gradient_known_values() -> None:
    # One pair: d log(1 + e^{s(c₀ − c₁)})/dc₀ = s·σ(s(c₀ − c₁)) = 2σ(1).
    gradient = matching.cosent_gradient(np.asarray([0.75, 0.25]), np.asarray([0.0, 1.0]), scale=2.0)
    expected = 2 / (1 + math.exp(-1))
    np.testing.assert_allclose(gradient, [expected, -expected], rtol=1e-15)


def test_labels_that_are_not_numbers() -> None:
    c, y = np.asarray([0.5, 0.25, 0.0]), np.asarray([0.0, np.nan, 1.0])
    assert np.isnan(matching.cosent_loss(c, y))
    assert np.isnan(matching.cosent_loss_pairwise(c, y))
    assert np.isnan(matching.cosent_gradient(c, y)).all()


def test_a_million_pairs_take_linear_memory() -> None:
    n = 10**6
    rng = np.random.default_rng(0)
    c, y = rng.uniform(-1, 1, n), rng.integers(0, 6, n)
    tracemalloc.start()
    loss = float(matching.cosent_loss(c, y))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * n  # bytes; the pairs alone would take 8·10¹²
    # The same sum over groups: Σ_{y_i > y_j} = Σ over pairs of labels of products of sums.
    up = [math.fsum(np.exp(20 * (c[y == k] - 1))) for k in range(6)]
    down = [math.fsum(np.exp(-20 * (c[y == k] + 1))) for k in range(6)]
    total = math.fsum(up[low] * down[high] for high in range(6) for low in range(high))
    assert loss == pytest.approx(40 + math.log(total), rel=1e-14)


# Ranks


def test_rank_known_values() -> None:
    assert matching.rank(np.asarray([30, 10, 20, 10])).tolist() == [4, 1.5, 3, 1.5]
    assert matching.rank(np.asarray([-0.0, np.inf, 0.0, -np.inf])).tolist() == [2.5, 4, 2.5, 1]
    assert np.isnan(matching.rank(np.asarray([1.0, np.nan]))).all()
    assert matching.rank(np.asarray([])).tolist() == []


def test_spearman_known_values() -> None:
    # Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: 4.5/√(4.5·5).
    value = matching.spearman(np.asarray([1, 2, 2, 5]), np.asarray([0.1, 0.3, 0.2, 0.4]))
    assert float(value) == pytest.approx(4.5 / math.sqrt(22.5), rel=1e-15)


def test_spearman_agrees_with_scipy() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 9, 200), rng.standard_normal(200)
    assert float(matching.spearman(x, y)) == pytest.approx(stats.spearmanr(x, y).statistic, rel=1e-13)


def test_spearman_of_a_constant_is_nan() -> None:
    varied = np.asarray([1.0, 2.0])
    assert np.isnan(matching.spearman(np.ones(2), varied))
    assert np.isnan(matching.spearman(varied, np.ones(2)))
    assert np.isnan(matching.spearman(varied[:1], varied[:1]))
    assert np.isnan(matching.spearman(np.asarray([np.nan, 1.0]), varied))


def test_spearman_stays_within_one() -> None:
    """Two neighbours swapped among 2000 leave less than float32 can tell from ±1."""
    x = np.arange(2000, dtype=np.float32)
    for k in range(0, 300, 7):
        y = x.copy()
        y[k], y[k + 1] = x[k + 1], x[k]
        assert matching.spearman(x, y) <= 1
        assert matching.spearman(x, -y) >= -1


@pytest.mark.parametrize("swapped", [False, True])
def test_spearman_of_two_precisions_has_the_wider(swapped: bool) -> None:
    pair = np.asarray([1, 3, 2], dtype=np.float32), np.asarray([1.0, 2.0, 3.0])
    assert matching.spearman(*(pair[::-1] if swapped else pair)).dtype == np.float64


def test_spearman_of_a_million() -> None:
    x = (np.random.default_rng(0).permutation(10**6) % 2000).astype(np.float32)
    reversed_order = matching.spearman(x, -x)
    assert reversed_order.dtype == np.float32
    assert float(reversed_order) == -1


def test_binary_labels_reach_1_where_scores_tie() -> None:
    # The cap √(3pq) is one for scores without ties: here it is .89.
    both = np.asarray([0, 0, 1, 1])
    assert float(matching.spearman(both, both)) == 1
    assert float(matching.spearman(np.asarray([0, 1, 2, 3]), both)) == pytest.approx(
        math.sqrt(0.8), rel=1e-15
    )


# Thresholds


def test_threshold_known_values() -> None:
    scores, labels = np.asarray([0.1, 0.4, 0.35, 0.8]), np.asarray([0, 0, 1, 1])
    assert matching.best_threshold(scores, labels) == ((0.1 + 0.35) / 2, 0.75)
    assert matching.best_threshold(scores, labels, metric="f1") == ((0.1 + 0.35) / 2, 0.8)


def test_threshold_ends() -> None:
    scores = np.asarray([0.25, 0.5])
    assert matching.best_threshold(scores, np.asarray([1, 1])) == (-math.inf, 1.0)
    assert matching.best_threshold(scores, np.asarray([0, 0])) == (math.inf, 1.0)
    assert matching.best_threshold(scores, np.asarray([0, 0]), metric="f1") == (-math.inf, 0.0)
    assert matching.best_threshold(scores, np.asarray([True, False])) == (-math.inf, 0.5)


def test_threshold_never_parts_equal_scores() -> None:
    assert matching.best_threshold(np.full(4, 0.5), np.asarray([0, 0, 1, 0])) == (math.inf, 0.75)


def test_threshold_of_neighbouring_numbers_is_the_lower() -> None:
    for low in (1.0, -1.0, np.nextafter(1.0, 2.0), 5e-324):
        scores = np.asarray([low, np.nextafter(low, np.inf)])
        assert matching.best_threshold(scores, np.asarray([0, 1])) == (low, 1.0)


def test_threshold_of_extreme_scores() -> None:
    largest = np.finfo(np.float64).max
    labels = np.asarray([0, 1])
    assert matching.best_threshold(np.asarray([largest / 2, largest]), labels).threshold == largest * 0.75
    assert matching.best_threshold(np.asarray([-np.inf, np.inf]), labels) == (-math.inf, 1.0)
    assert matching.best_threshold(np.asarray([3.0, np.inf]), labels) == (3.0, 1.0)
    # Nothing is below −inf, so such scores cannot be positive.
    assert matching.best_threshold(np.asarray([-np.inf, 0.0]), np.asarray([1, 1])) == (-math.inf, 0.5)


def test_threshold_of_a_given_metric() -> None:
    scores, labels = np.asarray([1.0, 2.0, 3.0, 4.0]), np.asarray([0, 1, 0, 1])
    found = matching.best_threshold(scores, labels, metric=lambda tp, fp, fn, tn: -10 * fp - fn)
    assert found == (3.5, -1.0)


# Class weights


def test_weights_known_values() -> None:
    p = np.asarray([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])
    weights, accuracy, proven = matching.best_class_weights(p, np.asarray([0, 1, 1]))
    # t₁/t₀ between .8/.2 and .9/.1: the geometric mean.
    assert (accuracy, proven) == (1.0, "optimal")
    assert float(weights[1] / weights[0]) == pytest.approx(6.0, rel=1e-14)


def test_ties_count_as_wrong() -> None:
    p = np.asarray([[0.5, 0.5], [0.5, 0.5]])
    found = matching.best_class_weights(p, np.asarray([0, 1]))
    assert found.accuracy == 0.5


def test_rows_that_cannot_be_right() -> None:
    p = np.asarray([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    assert matching.best_class_weights(p, np.asarray([1, 0, 2]))[1:] == (1 / 3, "optimal")
    assert matching.best_class_weights(np.zeros((2, 1)), np.asarray([0, 0]))[1:] == (1, "optimal")
    assert matching.best_class_weights(np.eye(2), np.asarray([1, 1]))[1:] == (0.5, "optimal")


def test_weights_that_differ_by_nearly_all_of_the_range() -> None:
    p = np.asarray([[1e-300, 1.0]])
    for label in (0, 1):
        assert matching.best_class_weights(p[:, :: 1 - 2 * label], np.asarray([label]))[1:] == (1, "optimal")
    # Each class must beat the one before it by 10³⁰⁰, which no float64 weights do.
    chain = np.eye(4)[:3] + 1e-300 * np.eye(4, k=1)[:3]
    found = matching.best_class_weights(chain, np.asarray([1, 2, 3]))
    assert np.isfinite(found.weights).all()
    assert (found.weights > 0).all()
    assert found.accuracy >= 1 / 3


def test_nothing_is_claimed_that_the_weights_do_not_reach() -> None:
    """Only a quotient between two neighbouring numbers would get both rows right."""
    p = np.asarray([[np.nextafter(0.5, 1.0), 0.5], [0.5, 0.5]])
    assert matching.best_class_weights(p, np.asarray([0, 1]))[1:] == (0.5, "coordinatewise")


def test_narrow_intervals_are_left_aside() -> None:
    p = np.asarray([[np.nextafter(0.5, 1.0), 0.5], [0.5, 0.5], [0.6, 0.3]])
    p = np.concatenate([p, np.zeros((3, 2))], axis=1)
    found = matching.best_class_weights(p, np.asarray([0, 1, 1]))
    assert found.accuracy == pytest.approx(2 / 3)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_every_order_of_three_weights_is_found(order: tuple[int, ...]) -> None:
    """Rows that are right where t₀ > 4t₁, t₀ > 4t₂ and t₁ > 4t₂: a cell on one side of all its edges."""
    p = np.asarray([[0.2, 0.8, 0.0], [0.2, 0.0, 0.8], [0.0, 0.2, 0.8]])[:, order]
    labels = np.argsort(order)[[0, 0, 1]]
    assert matching.best_class_weights(p, labels)[1:] == (1, "optimal")


@pytest.mark.parametrize("labels", list(itertools.product((0, 1), repeat=3)))
def test_two_classes_against_every_cut(labels: tuple[int, ...]) -> None:
    """Rows that tie at t₁/t₀ = 3, 1 and 1/3, in all ways, cuts above and below all of them included."""
    cuts = np.asarray([6.0, 2.0, 0.5, 0.1])
    for own in itertools.product((0.25, 0.5, 0.75), repeat=3):
        p = np.stack([1 - np.asarray(own), own], axis=1)
        right = (p[:, 1] * cuts[:, None] > p[:, 0]) == np.asarray(labels)
        found = matching.best_class_weights(p, np.asarray(labels))
        assert found[1:] == (np.max(np.sum(right, axis=1)) / 3, "optimal")


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(range(3), 2)))
def test_two_classes_among_three(first: int, second: int) -> None:
    """The third has no probability, so that all edges are between the two; with one row as with many."""
    p = np.zeros((3, 3))
    p[:, first], p[:, second] = [0.9, 0.8, 0.7], [0.1, 0.2, 0.3]
    labels = np.asarray([first, second, second])
    for rows in (slice(0, 3), slice(1, 2)):
        assert matching.best_class_weights(p[rows], labels[rows])[1:] == (1, "optimal")


def test_exact_rows_is_the_last_number_of_rows_solved_exactly() -> None:
    p, labels = np.full((1001, 3), 0.25), np.zeros(1001, dtype=np.int64)
    for rows, options in ((3, {"exact_rows": 3}), (1000, {})):
        assert matching.best_class_weights(p[:rows], labels[:rows], **options).proven == "optimal"
        more = matching.best_class_weights(p[: rows + 1], labels[: rows + 1], **options)
        assert more.proven == "coordinatewise"


@pytest.mark.parametrize(
    ("rows", "seed", "right"),
    [
        pytest.param(4, 3, 3, id="from the reciprocals of the means"),
        pytest.param(4, 32, 3, id="from the reciprocals, not from the means"),
        pytest.param(4, 15, 3, id="the better of both starts"),
        pytest.param(4, 124, 3, id="in more than one round"),
        pytest.param(5, 69, 3, id="ties that the other classes spoil"),
    ],
)
def test_single_weights_find_what_half_of_the_search_does_not(rows: int, seed: int, right: int) -> None:
    rng = np.random.default_rng(seed)
    p, labels = rng.multinomial(8, np.full(4, 0.25), rows) / 8, rng.integers(0, 4, rows)
    assert matching.best_class_weights(p, labels).accuracy == right / rows


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_weights_stay_within_half_of_the_range(dtype: Any) -> None:
    tiny = 4 * np.finfo(dtype).smallest_normal
    p = np.asarray([[1, tiny, 0], [0, 1, tiny]], dtype=dtype)
    for columns in ([0, 1, 2], [2, 1, 0]):
        weights = matching.best_class_weights(p[:, columns], np.asarray(columns)[[1, 2]]).weights
        # The exponential of a logarithm near ±½ log max is off by as many roundings as that is large.
        reach = np.sqrt(np.finfo(dtype).max) * (1 + 1000 * np.finfo(dtype).eps)
        assert np.max(weights) <= reach
        assert np.min(weights) >= 1 / reach


def test_three_classes_where_single_weights_are_stuck() -> None:
    rng = np.random.default_rng(0)
    gains = 0
    for _ in range(40):
        p, labels = rng.dirichlet(np.ones(3), 12), rng.integers(0, 3, 12)
        exact = matching.best_class_weights(p, labels)
        stuck = matching.best_class_weights(p, labels, exact_rows=0)
        assert (exact.proven, stuck.proven) == ("optimal", "coordinatewise")
        assert exact.accuracy >= stuck.accuracy
        gains += exact.accuracy > stuck.accuracy
    assert gains > 0


def test_more_classes_beside_powell(record_property: Any) -> None:
    """No order is claimed between the two; how often each wins is recorded."""
    rng = np.random.default_rng(0)
    ours, powells = 0, 0
    for _ in range(20):
        p, labels = rng.dirichlet(np.ones(4), 30), rng.integers(0, 4, 30)

        def wrong(logs: Any, p: Any = p, labels: Any = labels) -> float:
            return float(np.mean(np.argmax(p * np.exp(logs), axis=1) != labels))

        powell = 1 - minimize(wrong, np.zeros(4), method="Powell", options={"maxfev": 400}).fun
        accuracy = matching.best_class_weights(p, labels).accuracy
        assert accuracy >= 1 - wrong(np.zeros(4))
        ours, powells = ours + (accuracy > powell + 1e-9), powells + (powell > accuracy + 1e-9)
    record_property("wins of coordinate search and of Powell", (ours, powells))
    assert ours > powells


# Similarity


CHAIN = np.asarray([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])


def test_factor_known_values() -> None:
    # Eigenvalues 3 and 1 with eigenvectors (1, 1)/√2 and (1, −1)/√2.
    factor = matching.factor_similarity(np.asarray([[2.0, 1.0], [1.0, 2.0]]))
    np.testing.assert_allclose(np.abs(factor), [[0.5**0.5, 1.5**0.5]] * 2, rtol=1e-15)
    assert matching.factor_similarity(np.zeros((3, 3))).shape == (3, 0)
    assert matching.factor_similarity(np.ones((5, 5))).shape == (5, 1)


def test_nearest_known_values() -> None:
    # diag(1, 2) in the basis (1, 1), (1, −1), with 2 replaced by −2.
    turn = np.asarray([[1.0, 1.0], [1.0, -1.0]]) / math.sqrt(2)
    nearest = matching.nearest_semidefinite(turn @ np.diag([1.0, -2.0]) @ turn)
    np.testing.assert_allclose(nearest, [[0.5, 0.5], [0.5, 0.5]], atol=1e-15)
    assert np.linalg.norm(CHAIN - matching.nearest_semidefinite(CHAIN)) == pytest.approx(
        math.sqrt(2) - 1, rel=1e-14
    )


# Projection


def test_project_known_values() -> None:
    directions = np.asarray([[1.0, 2.0], [0.0, -1.0], [3.0, 0.0]])
    vectors = np.asarray([[[1.0, 1.0]], [[2.0, 0.0]]])
    assert matching.jl_project(vectors, directions).tolist() == [[[3, -1, 3]], [[2, 0, 6]]]


def test_dimensions_known_values() -> None:
    # 2·ln(10⁶(10⁶ − 1)/½)/(½ − ln 1.5) = 2·28.32416/0.0945349 = 599.2.
    assert matching.jl_dimension(10**6, 0.5, 0.5) == 600
    # ε = 1.38 is what 110 dimensions guarantee, up to the digits given.
    assert matching.jl_dimension(10**6, 1.38, 0.5) == 111
    assert matching.jl_dimension(10**6, 1.39, 0.5) <= 110
    assert matching.jl_dimension(2, 1e-8, 0.5) == pytest.approx(4 * math.log(4) * 1e16, rel=1e-7)
    assert matching.rule_of_thumb_dimension(1000) == pytest.approx(24 * math.log(10), rel=1e-15)
    assert matching.rule_of_thumb_dimension(1) == 0


def test_cosent_of_embeddings_is_that_of_their_cosines() -> None:
    """Cosines 3/5, −1 and 0 with labels in the order of pairs 1, 3, 2: three gaps, 8/5, 3/5 and 1."""
    u, v = (
        np.asarray([[1.0, 0.0], [2.0, 2.0], [5.0, 0.0]]),
        np.asarray([[3.0, 4.0], [-1.0, -1.0], [0.0, 0.1]]),
    )
    loss = matching.cosent_loss_of_embeddings(u, v, np.asarray([0.0, 0.5, 0.25]), scale=2.0)
    expected = math.log1p(math.exp(2 * 1.6) + math.exp(2 * 0.6) + math.exp(2 * 1.0))
    assert float(loss) == pytest.approx(expected, rel=1e-14)


def test_cosent_of_zero_embeddings() -> None:
    u, v = np.asarray([[0.0, 0.0], [1.0, 0.0]]), np.asarray([[1.0, 0.0], [1.0, 1.0]])
    assert np.isnan(matching.cosent_loss_of_embeddings(u, v, np.asarray([0, 1])))
    assert matching.cosent_loss_of_embeddings(u, v, np.asarray([1, 1])) == 0


def test_ranking_dimension_known_values() -> None:
    assert matching.ranking_dimension(1000) == 384
    assert [matching.ranking_dimension(n) for n in (2, 3, 4)] == [1, 1, 1]
    assert matching.ranking_dimension(10**6) / 10**6 == pytest.approx(0.44, abs=0.005)  # two digits


# Errors


V2, V3, I2 = np.ones(2), np.ones(3), np.ones(2, dtype=np.int64)
M2 = np.eye(2)


BAD: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("DomainError: labels", lambda: matching.balanced_class_weights(np.asarray([0, 3]), classes=2)),
    ("DomainError: scores", lambda: matching.recall_at_k(V2 * np.nan, I2, k=1)),
    ("DomainError: scores", lambda: matching.reciprocal_rank_at_k(V2 * np.nan, I2, k=1)),
    ("DomainError: scores", lambda: matching.ndcg_at_k(V2 * np.nan, V2, k=1)),
    ("NamespaceError: u", lambda: matching.cosine_similarity([1.0], V2)),
    ("ShapeError: v", lambda: matching.cosine_similarity(V2, V3)),
    ("ShapeError: u", lambda: matching.cosine_similarity(V2[:0], V2[:0])),
    ("ShapeError: shapes", lambda: matching.cosine_similarity(np.ones((3, 2)), np.ones((4, 2)))),
    ("DTypeError: labels", lambda: matching.cosent_loss(V2, V2 == 1)),
    ("NamespaceError: arrays", lambda: matching.cosent_loss(V2, strict.asarray([0, 1]))),
    ("DomainError: scale", lambda: matching.cosent_loss_pairwise(V2, I2, scale=0.0)),
    ("DomainError: scale", lambda: matching.cosent_gradient(V2, I2, scale=-1)),
    ("DomainError: scale", lambda: matching.cosent_loss_of_embeddings(M2, M2, I2, scale=0.0)),
    ("ShapeError: v", lambda: matching.cosent_loss_of_embeddings(M2, np.ones((2, 3)), I2)),
    ("ShapeError: u", lambda: matching.cosent_loss_of_embeddings(M2[:, :0], M2[:, :0], I2)),
    ("DTypeError: x", lambda: matching.rank(V2 == 1)),
    ("ShapeError: x", lambda: matching.spearman(V2[:0], V2[:0])),
    ("DTypeError: x", lambda: matching.spearman(V2 == 1, V2)),
    ("DTypeError: y", lambda: matching.spearman(V2, V2 == 1)),
    ("DomainError: labels", lambda: matching.best_threshold(V2, 2 * I2)),
    ("ShapeError: scores", lambda: matching.best_threshold(V2[:0], I2[:0])),
    ("DomainError: scores", lambda: matching.best_threshold(V2 * np.nan, I2)),
    ("DomainError: metric", lambda: matching.best_threshold(V2, I2, metric="auc")),
    ("DomainError: labels", lambda: matching.best_class_weights(M2, 2 * I2)),
    ("DomainError: probabilities", lambda: matching.best_class_weights(-M2, I2)),
    ("DomainError: exact_rows", lambda: matching.best_class_weights(M2, I2, exact_rows=-1)),
    (
        "DomainError: metric",
        lambda: matching.best_threshold(V2, I2, metric=lambda tp, fp, fn, tn: tp * np.nan),
    ),
    ("DomainError: labels", lambda: matching.best_class_weights(M2, -I2)),
    ("DomainError: labels", lambda: matching.best_class_weights(M2, np.asarray([0, 2]))),
    ("DomainError: labels", lambda: matching.best_class_weights(M2, np.asarray([-1, 1]))),
    ("DomainError: probabilities", lambda: matching.best_class_weights(np.inf * np.ones((2, 2)), I2)),
    ("DomainError: similarity", lambda: matching.factor_similarity(np.asarray([[1.0, 2.0], [0.0, 1.0]]))),
    ("DomainError: similarity", lambda: matching.factor_similarity(np.asarray([[np.nan]]))),
    ("DomainError: similarity", lambda: matching.factor_similarity(CHAIN)),
    ("ShapeError: v", lambda: matching.sbert_features(V2, V3)),
    ("DomainError: n", lambda: matching.jl_dimension(1, 0.5, 0.5)),
    ("DomainError: error", lambda: matching.jl_dimension(2, 0.0, 0.5)),
    ("DomainError: failure", lambda: matching.jl_dimension(2, 0.5, 1.0)),
    ("DomainError: n", lambda: matching.rule_of_thumb_dimension(0)),
    ("DomainError: n", lambda: matching.ranking_dimension(1)),
)


# Rankings, and weights that balance classes


def test_recall_by_hand() -> None:
    scores, relevant = np.asarray([3.0, 1.0, 1.0, -np.inf]), np.asarray([0, 1, 0, 1])
    assert matching.recall_at_k(scores, relevant, k=1) == 0
    assert matching.recall_at_k(scores, relevant, k=2) == 0.25  # of two equal scores, in one order
    assert matching.recall_at_k(scores, relevant, k=9) == 0.5  # the last one was not retrieved
    assert np.isnan(matching.recall_at_k(scores, 0 * relevant, k=2))


def test_reciprocal_rank_by_hand() -> None:
    scores, relevant = np.asarray([3.0, 1.0, 1.0, -np.inf]), np.asarray([0, 1, 0, 1])
    assert matching.reciprocal_rank_at_k(scores, relevant, k=2) == 0.25
    assert matching.reciprocal_rank_at_k(scores, relevant, k=3) == pytest.approx(
        (1 / 2 + 1 / 3) / 2, rel=1e-15
    )
    assert matching.reciprocal_rank_at_k(scores, 0 * relevant, k=3) == 0
    assert matching.reciprocal_rank_at_k(scores, np.asarray([0, 0, 0, 1]), k=9) == 0


def test_ndcg_by_hand() -> None:
    """Of the article on discounted cumulative gain in Wikipedia: 0.785; one result of 5: 0.339."""
    grades = np.asarray([3.0, 2.0, 3.0, 0.0, 1.0, 2.0, 3.0, 2.0])
    scores = np.asarray([6.0, 5.0, 4.0, 3.0, 2.0, 1.0, -np.inf, -np.inf])
    assert matching.ndcg_at_k(scores, grades, k=6) == pytest.approx(0.785, abs=5e-4)
    scores = np.asarray([1.0, *[-np.inf] * 4])
    assert matching.ndcg_at_k(scores, np.ones(5), k=5) == pytest.approx(0.339, abs=5e-4)
    even = matching.ndcg_at_k(np.ones(5), np.asarray([10.0, 0.0, 0.0, 1.0, 5.0]), k=5)
    assert even == pytest.approx(0.690979, abs=5e-7)  # as in scikit-learn
    assert np.isnan(matching.ndcg_at_k(np.ones(2), np.zeros(2), k=2))


def test_balanced_weights_by_hand() -> None:
    found = matching.balanced_class_weights(np.asarray([0, 0, 0, 2]), classes=4)
    assert found.tolist() == [2 / 3, 0.0, 2.0, 0.0]
    with pytest.raises(DomainError, match="labels: got classes 0 to 2; expected integers from 0 to 1"):
        matching.balanced_class_weights(np.asarray([0, 2]), classes=2)
    with pytest.raises(DomainError, match="scores"):
        matching.recall_at_k(np.asarray([np.nan]), np.asarray([1]), k=1)
