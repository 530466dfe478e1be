"""Known values and bad input of RMSNorm, QK-norm, and the numbers of deep stacks."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refimpl import residual, rope
from refimpl._errors import DomainError, DTypeError, ShapeError


def test_rms_norm_by_hand() -> None:
    x = np.asarray([[3.0, -4.0], [0.0, 0.0]])
    np.testing.assert_allclose(residual.rms_norm(x, np.asarray([1.0, 10.0]))[0], [0.848528, -11.313708], 1e-6)
    np.testing.assert_array_equal(residual.rms_norm(x)[1], [0.0, 0.0])
    assert np.isnan(residual.rms_norm(x, eps=0.0)[1]).all()
    np.testing.assert_array_equal(residual.rms_norm(np.asarray([np.inf, 1.0])), [np.nan, np.nan])


def test_rms_norm_of_any_size() -> None:
    """Squares of these leave the range."""
    for size in (1e-300, 1e300):
        found = residual.rms_norm(size * np.asarray([1.0, -1.0, 2.0]), eps=0.0)
        np.testing.assert_allclose(found, np.asarray([1.0, -1.0, 2.0]) / math.sqrt(2), rtol=4e-16)


def test_rms_norm_in_half_precision_keeps_rows_whose_squares_leave_it() -> None:
    x = np.asarray([300.0, -400.0], dtype=np.float16)  # squares above 65504
    np.testing.assert_allclose(residual.rms_norm(x).astype(float), [0.8485, -1.1314], rtol=1e-3)


def test_a_rotation_may_stand_before_the_norm_of_queries_or_behind_it() -> None:
    rng = np.random.default_rng(0)
    q, k, theta = rng.standard_normal((3, 8)), rng.standard_normal((5, 8)), rng.standard_normal(4)
    before = residual.qk_norm_scores(rope.rotate(q, theta), rope.rotate(k, theta))
    np.testing.assert_allclose(before, residual.qk_norm_scores(q, k), rtol=1e-12)


def test_scores_are_cosines_where_the_scale_says_so() -> None:
    q, k = np.asarray([[1.0, 1.0]]), np.asarray([[1.0, 0.0], [2.0, 2.0]])
    found = residual.qk_norm_scores(q, k, eps=0.0, scale=10 / 2)
    np.testing.assert_allclose(found, [[10 / math.sqrt(2), 10.0]], rtol=1e-15)


def test_initial_weights_of_gpt2() -> None:
    """Twelve blocks of two branches."""
    assert residual.depth_scaled_std(0.02, 12) == 0.02 / math.sqrt(24)


def test_streams_with_and_without_a_norm() -> None:
    pre, post, none = (residual.stream_variance(1.0, 24, placement=p) for p in ("pre", "post", "none"))
    assert pre == (25.0, 1 / 25)
    assert post == (1.0, 2.0**-24)
    assert none == (2.0**24, 2.0**-24)
    assert residual.stream_variance(3.0, 10**6, placement="none") == (math.inf, 0.0)
    share = residual.stream_variance(
        1.0, 1030, placement="none"
    ).input_share  # of which the inverse overflows
    assert share == pytest.approx(2.0**-1030)


BAD: tuple[tuple[type[Exception], str, Callable[[], Any]], ...] = (
    (ShapeError, "gamma", lambda: residual.rms_norm(np.ones((2, 3)), np.ones(2))),
    (DomainError, "eps", lambda: residual.rms_norm(np.ones(3), eps=-1.0)),
    (ShapeError, "k", lambda: residual.qk_norm_scores(np.ones((2, 4)), np.ones((2, 3)))),
    (DomainError, "scale", lambda: residual.qk_norm_scores(np.ones((2, 4)), np.ones((2, 4)), scale=0.0)),
    (DomainError, "depth", lambda: residual.depth_scaled_std(0.02, 0)),
    (DTypeError, "depth", lambda: residual.stream_variance(1.0, 2.5)),  # type: ignore[arg-type]
    (DomainError, "placement", lambda: residual.stream_variance(1.0, 2, placement="both")),  # type: ignore[arg-type]
)


@pytest.mark.parametrize(("error", "name", "call"), BAD)
def test_bad_input(error: type[Exception], name: str, call: Callable[[], Any]) -> None:
    with pytest.raises(error, match=name):
        call()
