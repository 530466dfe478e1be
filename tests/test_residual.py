"""Known values, special values, errors and dtypes of refimpl.residual."""

import math
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from refimpl import residual
from refimpl.backends import ball

X = np.asarray([1.0, -2.0])
SWAP = np.asarray([[0.0, 1.0], [1.0, 0.0]])


# Known values, computed by hand.


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 1 / 3),
        ({"mode": "backward"}, 1 / 5),
        ({"mode": "xavier"}, 1 / 4),
        ({"activation": "relu"}, 2 / 3),
        ({"mode": "backward", "activation": "relu"}, 2 / 5),
        ({"mode": "xavier", "activation": "relu"}, 1 / 2),
    ],
)
def test_init_variance(options: Any, expected: float) -> None:
    assert residual.init_variance(3, 5, **options) == expected


def test_plain_stack_by_hand() -> None:
    trace = residual.plain_stack(
        X, [SWAP, 2 * SWAP], [np.asarray([1.0, 1.0]), np.zeros(2)], activation="relu"
    )
    assert [z.tolist() for z in trace.preactivations] == [[-1.0, 2.0], [4.0, 0.0]]
    assert [y.tolist() for y in trace.states] == [[1.0, -2.0], [0.0, 2.0], [4.0, 0.0]]
    assert trace.output.tolist() == [4.0, 0.0]


def test_residual_stack_by_hand() -> None:
    blocks = [(SWAP, None), (np.eye(2), SWAP)]
    trace = residual.residual_stack(X, blocks, scale=0.5, activation="relu")
    # x + ½(−2, 1) = (0, −1.5); relu of it is 0, so that the second block adds nothing.
    assert [y.tolist() for y in trace.states] == [[1.0, -2.0], [0.0, -1.5], [0.0, -1.5]]
    assert [b.tolist() for b in trace.branches] == [[-2.0, 1.0], [0.0, 0.0]]


def test_empty_stacks_are_the_identity() -> None:
    assert residual.plain_stack(X, []).output is X
    assert residual.residual_stack(X, [], scale=1.0).states == (X,)
    assert residual.plain_gradients(X, [], None, X) == (X, (), ())
    assert residual.residual_gradients(X, [], X, scale=1.0) == (X, ())


def test_plain_gradients_by_hand() -> None:
    g = residual.plain_gradients(
        X, [SWAP], [np.asarray([3.0, -5.0])], np.asarray([7.0, 11.0]), activation="relu"
    )
    # z = (−2, 1) + (3, −5) = (1, −4): the second unit is off.
    assert g.biases[0].tolist() == [7.0, 0.0]
    assert g.weights[0].tolist() == [[7.0, 0.0], [-14.0, 0.0]]
    assert g.x.tolist() == [0.0, 7.0]


def test_residual_gradients_by_hand() -> None:
    g = residual.residual_gradients(
        X, [(np.eye(2), SWAP)], np.asarray([7.0, 11.0]), scale=0.5, activation="relu"
    )
    # h = (1, 0); δW₂ᵀ = (11, 7), of which relu passes (11, 0).
    assert g.weights[0][1].tolist() == [[3.5, 5.5], [0.0, 0.0]]
    assert g.weights[0][0].tolist() == [[5.5, 0.0], [-11.0, 0.0]]
    assert g.x.tolist() == [12.5, 11.0]


def test_gradients_sum_over_every_leading_axis() -> None:
    rng = np.random.default_rng(0)
    x, W, cotangent = rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 5)), rng.normal(size=(2, 3, 5))
    got = residual.plain_gradients(x, [W], None, cotangent)
    np.testing.assert_allclose(got.weights[0], np.einsum("abi,abj->ij", x, cotangent), rtol=1e-13)
    assert got.x.shape == x.shape
    assert got.biases == ()


def test_relu_has_slope_zero_at_its_kink() -> None:
    g = residual.plain_gradients(np.zeros(2), [SWAP], [np.zeros(2)], X, activation="relu")
    assert g.biases[0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("z", [-400.0, -20.0, 0.0, 20.0, 400.0])
def test_tanh_keeps_its_slope_where_it_saturates(z: float) -> None:
    g = residual.plain_gradients(np.asarray([z]), [np.eye(1)], None, np.ones(1), activation="tanh")
    # sech² = 4e^{−2|z|} to first order, which 1 − tanh² in float64 gives as 0 from |z| = 19 on.
    expected = 1.0 if z == 0 else 4 * math.exp(-2 * abs(z))
    assert float(g.x[0]) == pytest.approx(expected, rel=1e-14)


def test_a_nan_passes_through_relu() -> None:
    trace = residual.plain_stack(np.asarray([np.nan]), [np.eye(1)], activation="relu")
    assert np.isnan(trace.output[0])


def test_sgd_increment_overflows_to_minus_infinity() -> None:
    with np.errstate(over="ignore"):
        assert residual.sgd_increment([np.asarray([1e200])], learning_rate=1.0) == -np.inf


def test_sgd_increment_takes_nested_gradients() -> None:
    got = residual.sgd_increment([(X, None), [np.asarray([[2.0]])]], learning_rate=0.5)
    assert float(got) == -4.5
    assert got.shape == ()


@pytest.mark.parametrize(
    ("eps", "depth", "kind", "expected"),
    [
        (1.0, 10, "aligned", 1024.0),
        (0.5, 0, "zero_mean", 1.0),
        (0.0, 10**300, "aligned", 1.0),
        (1.0, 2000, "aligned", math.inf),
        (1e200, 2, "aligned", math.inf),
        (1e-300, 10**300, "aligned", math.e),
        (1e-200, 10**100, "zero_mean", 1.0),
        (1e200, 1, "zero_mean", 1e200),
        (1 / 16, 256, "zero_mean", (1 + 1 / 256) ** 128),
    ],
)
def test_growth(eps: float, depth: int, kind: Any, expected: float) -> None:
    assert residual.growth(eps, depth, kind=kind) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("depth", [7, 101, 1_000, 20_000])
@pytest.mark.parametrize("eps", [1e-3, 3e-2, 0.7, 1.0, 1.7, 2.0**53 + 2])
def test_growth_of_aligned_blocks_has_nearly_all_digits(eps: float, depth: int) -> None:
    """However large the logarithm: the power of the rounded 1 + ε, times what the sum lost."""
    exact = (1 + Fraction(eps)) ** depth
    if exact < Fraction(sys.float_info.max):
        assert abs(Fraction(residual.growth(eps, depth)) / exact - 1) < 4 * 2.0**-53


@pytest.mark.parametrize("depth", [0, 1, 2, 9])
def test_growth_of_a_ball_is_a_ball(depth: int) -> None:
    on = ball.setting()
    aligned = residual.growth(on.number(Fraction(1, 3)), depth)
    zero_mean = residual.growth(on.number(Fraction(8, 15)), depth, kind="zero_mean")
    assert abs(aligned - on.number(Fraction(4, 3) ** depth)) < 2.0**-90
    assert abs(zero_mean - on.number(Fraction(17, 15) ** depth)) < 2.0**-90  # 17² = 15² + 8²


def test_deepnorm_constants_as_published() -> None:
    # Table 1 of arXiv 2203.00555, with N = 18 encoder and M = 6 decoder layers.
    (alpha, beta), decoder = residual.deepnorm_constants(18, 6)
    assert (alpha, beta) == pytest.approx((0.81 * (18**4 * 6) ** (1 / 16), 0.87 * (18**4 * 6) ** (-1 / 16)))
    assert decoder == pytest.approx((18**0.25, 72**-0.25))
    assert residual.deepnorm_constants(0, 8).decoder == pytest.approx((2.0, 64**-0.25))
    assert residual.deepnorm_constants(0, 8).encoder is None
    (exact_alpha, exact_beta), same = residual.deepnorm_constants(18, 6, exact=True)
    assert exact_alpha == pytest.approx((18**4 * 6 / 27) ** (1 / 16))
    assert exact_alpha * exact_beta == pytest.approx(math.sqrt(0.5))
    assert same == decoder
    assert residual.deepnorm_constants(10**100, 10**100, exact=True).encoder[0] < 1e32  # type: ignore[index]


def test_layer_norm_special_values() -> None:
    rows = np.asarray([[3.0, 3.0], [np.inf, 1.0], [1.0, np.nan]])
    gamma, beta = np.asarray([2.0, 2.0]), np.asarray([5.0, 7.0])
    with np.errstate(invalid="ignore"):
        got = residual.layer_norm(rows, gamma, beta)
        constant = residual.layer_norm(rows[:1], eps=0.0)
    assert got[0].tolist() == [5.0, 7.0]
    assert np.isnan(got[1:]).all()
    assert np.isnan(constant).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layer_norm_at_the_ends_of_the_range(dtype: Any) -> None:
    largest, smallest = np.finfo(dtype).max, np.finfo(dtype).tiny
    x = np.asarray([[largest, -largest, largest, -largest], [3e3, 3e3, 3e3, 3e3]], dtype=dtype)
    got = residual.layer_norm(x)
    assert got.dtype == dtype
    assert got.tolist() == [[1.0, -1.0, 1.0, -1.0], [0.0, 0.0, 0.0, 0.0]]
    tiny = np.asarray([smallest, -smallest], dtype=dtype)
    np.testing.assert_allclose(residual.layer_norm(tiny, eps=0.0), [1.0, -1.0])
    np.testing.assert_allclose(residual.layer_norm(tiny, eps=0.25), 2 * tiny)
    # Each row has its own scale: the halves of a row of three overflow, the other must not underflow.
    subnormal = smallest * np.finfo(dtype).eps
    both = np.asarray([[largest, -largest, -largest], [2 * subnormal, -subnormal, -subnormal]], dtype=dtype)
    got = residual.layer_norm(both, eps=0.0)
    np.testing.assert_allclose(got, [[2**0.5, -(0.5**0.5), -(0.5**0.5)]] * 2, rtol=4 * np.finfo(dtype).eps)


def test_layer_norm_of_a_row_that_differs_in_the_last_place() -> None:
    x = np.asarray([1e8, np.nextafter(1e8, 2e8)])
    half = float(x[1] - x[0]) / 2
    expected = half / math.sqrt(half**2 + 1e-20)
    np.testing.assert_allclose(residual.layer_norm(x, eps=1e-20), [-expected, expected], rtol=1e-15)


def test_deep_norm_with_gain_and_shift() -> None:
    got = residual.deep_norm(X, X[::-1], np.asarray([2.0, 3.0]), np.asarray([0.5, 0.0]), alpha=3.0, eps=0.0)
    assert got.tolist() == [2.5, -3.0]  # αx + branch = (1, −5)


# Errors.


BAD: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("DomainError: fan_in", lambda: residual.init_variance(0, 1)),
    ("DTypeError: fan_out", lambda: residual.init_variance(1, 2.5)),
    ("ShapeError: weights[0]", lambda: residual.plain_stack(X, [np.eye(3)])),
    ("ShapeError: weights[0]", lambda: residual.plain_stack(X, [X])),
    ("NamespaceError: weights[0][0]", lambda: residual.residual_stack(X, [(None, np.eye(2))], scale=1.0)),
    ("ShapeError: weights", lambda: residual.plain_stack(X, SWAP)),
    ("ShapeError: biases", lambda: residual.plain_stack(X, [SWAP], [])),
    ("ShapeError: biases[0]", lambda: residual.plain_stack(X, [SWAP], [SWAP])),
    ("ShapeError: biases", lambda: residual.plain_stack(X, [SWAP], SWAP)),
    ("NamespaceError: x", lambda: residual.plain_stack([1.0], [])),
    ("ShapeError: weights[0]", lambda: residual.residual_stack(X, [SWAP], scale=1.0)),
    ("ShapeError: weights[0][0]", lambda: residual.residual_stack(X, [(np.ones((2, 3)), None)], scale=1.0)),
    (
        "ShapeError: weights[0][1]",
        lambda: residual.residual_stack(X, [(np.ones((2, 3)), np.ones((2, 2)))], scale=1.0),
    ),
    ("ShapeError: cotangent", lambda: residual.plain_gradients(X, [np.ones((2, 3))], None, X)),
    ("ShapeError: gradients", lambda: residual.sgd_increment([None], learning_rate=1.0)),
    ("DomainError: learning_rate", lambda: residual.sgd_increment([X], learning_rate=-1.0)),
    ("DomainError: eps", lambda: residual.growth(-0.1, 1)),
    ("DomainError: depth", lambda: residual.growth(0.1, -1)),
    ("DomainError: encoder_layers, decoder_layers", lambda: residual.deepnorm_constants(0, 0)),
    ("DomainError: encoder_layers", lambda: residual.deepnorm_constants(-1, 2)),
    ("DomainError: decoder_layers", lambda: residual.deepnorm_constants(2, -1)),
    ("ShapeError: x", lambda: residual.layer_norm(np.ones((2, 0)))),
    ("DomainError: eps", lambda: residual.layer_norm(X, eps=-1.0)),
    ("DomainError: alpha", lambda: residual.deep_norm(X, X, alpha=0.0)),
)
