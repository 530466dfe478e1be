"""Grids, shifts, preconditioning and rectified flow: known values and bad input."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refimpl import flow

STEPS = [
    *(1.3240442276000977, 1.1708478927612305, 1.0327138900756836, 0.9084315299987793, 0.7968769073486328),
    *(0.6969814300537109, 0.6077454090118408, 0.5282387733459473, 0.4575979709625244, 0.39501309394836426),
    *(0.3397289514541626, 0.2910478115081787, 0.24832558631896973, 0.21096330881118774, 0.17840701341629028),
    *(0.1501503586769104, 0.12572622299194336, 0.10470682382583618, 0.08670148253440857, 0.07135394215583801),
    *(0.05834062397480011, 0.04736843705177307, 0.03817273676395416, 0.030515573918819427, 0.1),
]
"""What was printed of get_sigmas_karras(25, 0.1, 10) in k-diffusion#37: differences of float32."""


def test_karras_grid_as_printed() -> None:
    # Levels of at most 10 whose powers of 7 are off by some 10 ulp of 2^-24 each: 2·10·10·2^-24 = 1.2e-5.
    np.testing.assert_allclose(-np.diff(flow.karras_sigmas(25, 0.1, 10.0)), STEPS, rtol=0, atol=1.2e-5)


def test_grids_by_hand() -> None:
    assert flow.karras_sigmas(4, 1.0, 64.0, rho=3.0) == pytest.approx([64, 27, 8, 1, 0], rel=1e-14)
    assert flow.karras_sigmas(4, 1.0, 7.0, rho=1.0) == pytest.approx([7, 5, 3, 1, 0], rel=1e-14)
    assert flow.exponential_sigmas(4, 0.125, 8.0) == pytest.approx([8, 2, 0.5, 0.125, 0], rel=1e-14)


@pytest.mark.parametrize("grid", [flow.karras_sigmas, flow.exponential_sigmas])
def test_ends_are_exact(grid: Callable[..., Any]) -> None:
    assert grid(1, 0.002, 80.0).tolist() == [80.0, 0.0]
    assert grid(2, 0.002, 80.0).tolist() == [80.0, 0.002, 0.0]
    for steps in (3, 7):
        assert grid(steps, 0.002, 80.0)[[0, -2, -1]].tolist() == [80.0, 0.002, 0.0]


def test_grids_of_any_degree_and_any_range() -> None:
    """ρ → ∞ is the exponential grid; no power leaves the range on the way."""
    far = flow.karras_sigmas(5, 1e-300, 1e300, rho=1e9)
    # The exponent of each is off by 1e-9 of the square of its logarithm, of 1381 at most: 2e-3.
    np.testing.assert_allclose(far, flow.exponential_sigmas(5, 1e-300, 1e300), rtol=2e-3)
    np.testing.assert_allclose(flow.karras_sigmas(3, 1e-300, 1e300, rho=1.0), [1e300, 5e299, 1e-300, 0])


def test_shift_as_printed() -> None:
    """Times of FlowMatchEulerDiscreteScheduler with set_shift(7.0), in diffusers#10269, in thousandths."""
    printed = [
        *(1000.0, 992.1342, 983.4892, 973.9432, 963.3475, 951.5190, 938.2291, 923.1893, 906.0295, 886.2676),
        *(863.2631, 836.1465, 803.7072, 764.2072, 715.0599, 652.2395, 569.1180, 453.9579, 283.8139, 6.9583),
    ]
    # Half a unit of the fourth decimal, and three roundings of float32 below 1000: 3·2^-24·1000 = 1.8e-4.
    got = 1000 * flow.shift_time(np.linspace(1, 0.001, 20), shift=7.0)
    np.testing.assert_allclose(got, printed, rtol=0, atol=2.3e-4)


def test_shift_twice_is_the_square() -> None:
    t = np.asarray([0.0, 0.1, 0.5, 0.9, 1.0])
    twice = flow.shift_time(flow.shift_time(t, shift=3.0), shift=3.0)
    np.testing.assert_allclose(twice, flow.shift_time(t, shift=9.0), rtol=1e-15)
    np.testing.assert_allclose(flow.shift_time(flow.shift_time(t, shift=3.0), shift=1 / 3), t, rtol=1e-15)


def test_scalings_without_noise() -> None:
    skip, out, inner, noise = flow.edm_scalings(np.asarray([0.0]))
    assert (skip, out, inner, noise) == (1.0, 0.0, 2.0, -np.inf)


def test_scalings_keep_squares_in_range() -> None:
    skip, out, inner, _ = flow.edm_scalings(np.asarray([1e-200, 1e200]), sigma_data=1.0)
    np.testing.assert_array_equal(skip, [1.0, 0.0])
    np.testing.assert_array_equal(out, [1e-200, 1.0])
    np.testing.assert_array_equal(inner, [1.0, 1e-200])


def test_input_and_target_have_unit_variance() -> None:
    """Of x = x_0 + σz and F, from the squares of the coefficients of independent x_0 and z."""
    for sigma in (0.01, 0.5, 7.0):
        level, unit, width = np.asarray(sigma), np.asarray(1.0), 0.75
        inner = flow.edm_scalings(level, sigma_data=width).input
        assert inner**2 * (sigma**2 + width**2) == pytest.approx(1.0, rel=1e-14)
        of_data = flow.edm_output(unit, unit, level, sigma_data=width)
        of_noise = flow.edm_output(level, 0 * unit, level, sigma_data=width)
        assert (of_data * width) ** 2 + of_noise**2 == pytest.approx(1.0, rel=1e-14)


def test_denoised_inverts_output() -> None:
    rng = np.random.default_rng(0)
    x, data, sigma = rng.normal(size=(3, 5))
    output = flow.edm_output(x, data, abs(sigma), sigma_data=2.0)
    # c_skip x and c_out F may be some times as large as the data, and each is off by a few ulp.
    np.testing.assert_allclose(
        flow.edm_denoised(x, output, abs(sigma), sigma_data=2.0), data, rtol=1e-14, atol=1e-15
    )


def test_rectified_flow_of_a_normal_distribution() -> None:
    """Data N(m, s²): x_0 and ε given x are known, and so is the score of N((1 − t)m, (1 − t)²s² + t²)."""
    m, s, t, x = 0.5, 0.75, np.asarray([0.25, 0.5, 0.875]), np.asarray([1.5, -2.0, 0.25])
    variance, offset = ((1 - t) * s) ** 2 + t**2, x - (1 - t) * m
    data, noise, score = m + (1 - t) * s**2 * offset / variance, t * offset / variance, -offset / variance
    velocity = noise - data
    for given, prediction in (("noise", noise), ("x0", data), ("score", score)):
        got = flow.rectified_velocity(x, prediction, t, given=given)  # type: ignore[arg-type]
        np.testing.assert_allclose(got, velocity, rtol=1e-14)
    np.testing.assert_allclose(flow.rectified_x0(x, velocity, t), data, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(flow.rectified_noise(x, velocity, t), noise, rtol=1e-14)
    np.testing.assert_allclose(flow.rectified_score(x, velocity, t), score, rtol=1e-14)
