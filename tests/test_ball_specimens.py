"""Every public function runs on balls unchanged, near to NumPy's result and proven to many more digits.

The tables below say which do not, and which take in numbers that Python rounded to float64 before.
"""

from collections.abc import Callable
from typing import Any

import array_api_compat
import numpy as np
import pytest
from conftest import usable
from flint import arb
from specimens import SPECIMENS
from test_compile import ROUNDINGS, leaves

from refimpl._errors import DTypeError
from refimpl.backends import Setting
from refimpl.backends._ball import _creation
from refimpl.backends._ball._array import BallArray
from refimpl.backends.ball import PRECISION
from refimpl.proofs.engine import catalogue

BALL, NUMPY = Setting.of(usable("ball")), Setting.of(usable("numpy"))
N = 4

HOST = {name for name, function in catalogue.functions().items() if "host" in function.needs}

# It gives Python floats, which balls become where they are exact; the specimen's are.
EXACT = {"matching.best_threshold"}

# Numbers of more than 40 bits that a function makes of Python floats, or takes as options: the ball contains
# the value of the formula with the rounded number, a few u away from the value of the exact formula.
ROUNDED = {
    "options as given, and differences of them": """
        ddpm.ho_schedule ddpm.linear_schedule ddpm.sigmoid_schedule flow.diffusion_squared
        flow.drift_coefficient flow.edm_sampler flow.sub_variance_preserving flow.variance_preserving
        residual.sgd_increment""",
    "cos² of the schedule": "ddpm.cosine_schedule",
    "π, log 2π, log M": """
        ddpm.elbo_terms flow.diagonal_mixture flow.full_mixture
        flow.mixture_log_density flow.mixture_score flow.mixture_score_divergence
        flow.mixture_score_jacobian flow.mixture_time_derivative""",
    "the border between two formulas, which are equal there": "density.normal_kl density.normal_kl_full",
    "weights of a rule of quadrature or of a Runge-Kutta method": """
        density.importance_bounds flow.integrate_adaptive
        transport.mixture_score_matching transport.printed_score_matching_bound
        transport.score_matching_bound transport.wasserstein_quantile""",
    "logarithm, root or power of an option": """
        flow.variance_exploding flow.variance_exploding_smld rope.longrope_scale rope.ntk_base rope.ntk_scale
        rope.yarn_scale rope.yarn_softmax_scale""",
    "a bound of rounding errors of the dtype": "argmaxable.winner",
}


def run(name: str, on: Setting) -> list[Any]:
    function, given = SPECIMENS[name](on, N)
    with np.errstate(all="ignore"):
        return list(leaves(function(*given)))


def finite(array: Any) -> list[Any]:
    return [x for x in array.data.flat if x.is_finite()]


def agree(ours: Any, reference: Any) -> None:
    """Same shape and dtype; the float64 result within ROUNDINGS·u of its largest number from every ball."""
    if not array_api_compat.is_array_api_obj(ours):
        assert ours == reference
        return
    expected = np.asarray(reference)
    assert array_api_compat.array_namespace(ours) is BALL.xp
    assert (ours.shape, str(ours.dtype)) == (expected.shape, str(expected.dtype))
    if not ours.dtype.real:
        np.testing.assert_array_equal(np.asarray(ours), expected)
        return
    slack = ROUNDINGS * NUMPY.u * np.max(np.abs(expected[np.isfinite(expected)]), initial=0.0)
    for x, y in zip(ours.data.flat, expected.flat, strict=True):
        if np.isfinite(y):
            assert x.is_finite()
            assert (x - arb(float(y))).overlaps(arb(0, float(slack))), (x, y)
        else:
            assert str(float(x)) == str(float(y))


@pytest.mark.parametrize("name", sorted(set(SPECIMENS) - HOST | EXACT))
def test_numpys_result_is_near_the_ball(name: str) -> None:
    for ours, reference in zip(run(name, BALL), run(name, NUMPY), strict=True):
        agree(ours, reference)


@pytest.mark.parametrize("name", sorted(set(SPECIMENS) - HOST))
def test_balls_are_narrow(name: str) -> None:
    """Half of the bits hold, but for a byte, so that doubling the precision doubles what is proven."""
    for ours in run(name, BALL):
        if isinstance(ours, BallArray) and ours.dtype.real:
            scale = max((abs(x.mid()) for x in finite(ours)), default=arb(1))
            assert all(x.rad() <= scale * 2.0 ** (PRECISION // -2 + 8) or scale == 0 for x in finite(ours))


@pytest.mark.parametrize("name", sorted(HOST - EXACT))
def test_host_functions_say_so(name: str) -> None:
    with pytest.raises(DTypeError, match="prove nothing of balls"):
        run(name, BALL)


def test_what_takes_rounded_numbers_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    current = ""
    original = _creation._as_numpy

    def watched(xp: Any, obj: Any) -> Any:
        if type(obj) is float and np.isfinite(obj) and obj.as_integer_ratio()[0].bit_length() > 40:
            seen.add(current)
        return original(xp, obj)

    monkeypatch.setattr(_creation, "_as_numpy", watched)
    for current in sorted(set(SPECIMENS) - HOST):
        function, given = SPECIMENS[current](BALL, N)
        seen.discard(current)  # what was rounded in the making of the arguments does not count
        function(*given)
    assert seen == {name for names in ROUNDED.values() for name in names.split()}


def test_the_checks_can_fail() -> None:
    exact = BALL.array([1.0, 2.0])
    agree(exact, np.asarray([1.0, 2.0]))
    changes: list[Callable[[Any], Any]] = [lambda x: x * (1 + 1e-12), lambda x: x[:1], lambda x: x / 0]
    for change in changes:
        with pytest.raises(AssertionError):
            agree(change(exact), np.asarray([1.0, 2.0]))
