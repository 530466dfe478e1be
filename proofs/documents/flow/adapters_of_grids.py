"""Conventions of grids, of the shift of times, of EDM's preconditioning and of rectified flow that differ."""

import math
from typing import Any

from .... import flow
from ...._libraries import array_namespace
from ...._xp import create
from ....public import naming
from ...language.adapter import adapter
from ...language.law import Implementation


def _made(mine: Implementation, name: str, zero: bool) -> Implementation:
    """A grid of a function that knows no array library; with 0 put behind it, or with its own."""

    def sigmas(*arguments: Any, xp: Any = None, dtype: Any = None, device: Any = None, **options: Any) -> Any:
        space, dtype = naming(f"adapter {name}")(create)(xp, dtype, device)
        levels = space.asarray(mine(*arguments, **options), dtype=dtype, device=device)
        return space.concat([levels, space.zeros_like(levels[:1])]) if zero else levels

    return sigmas


@adapter(
    "flow.karras_sigmas",
    "levels",
    "mine(n, sigma_min, sigma_max, rho=7) → the levels and 0, an array or a list.",
    reference="get_sigmas_karras in k-diffusion",
)
def karras_sigmas_levels(mine: Implementation) -> Implementation:
    return _made(mine, "levels", zero=False)


@adapter(
    "flow.karras_sigmas",
    "without-zero",
    "mine(n, sigma_min, sigma_max, rho=7) → the positive levels alone, an array or a list.",
    reference="_convert_to_karras in diffusers",
)
def karras_sigmas_without_zero(mine: Implementation) -> Implementation:
    return _made(mine, "without-zero", zero=True)


@adapter(
    "flow.exponential_sigmas",
    "levels",
    "mine(n, sigma_min, sigma_max) → the levels and 0, an array or a list.",
    reference="get_sigmas_exponential in k-diffusion",
)
def exponential_sigmas_levels(mine: Implementation) -> Implementation:
    return _made(mine, "levels", zero=False)


@adapter(
    "flow.exponential_sigmas",
    "without-zero",
    "mine(n, sigma_min, sigma_max) → the positive levels alone, an array or a list.",
    reference="_convert_to_exponential in diffusers",
)
def exponential_sigmas_without_zero(mine: Implementation) -> Implementation:
    return _made(mine, "without-zero", zero=True)


@adapter(
    "flow.shift_time",
    "mu",
    "mine(mu, sigma, t) with μ = log s and σ = 1, for t > 0: e^μ/(e^μ + (1/t − 1)^σ).",
    reference="time_shift of Flux, _time_shift_exponential in diffusers",
)
def shift_time_mu(mine: Implementation) -> Implementation:
    def shift_time(t: Any, /, *, shift: float) -> Any:
        xp = array_namespace(t)
        none = t == 0
        moved = mine(math.log(shift), 1.0, xp.where(none, xp.ones_like(t), t))
        return xp.where(none, t, moved)

    return shift_time


@adapter(
    "flow.edm_scalings",
    "three",
    "mine(sigma, sigma_data) → (c_skip, c_out, c_in), without c_noise.",
    reference="get_scalings in k-diffusion",
)
def edm_scalings_three(mine: Implementation) -> Implementation:
    def edm_scalings(sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
        skip, out, inner = mine(sigma, sigma_data)
        return flow.EDMScalings(skip, out, inner, array_namespace(sigma).log(sigma) / 4)

    return edm_scalings


@adapter(
    "flow.edm_denoised",
    "network",
    "mine(network, x, sigma, sigma_data), which asks network(c_in x, c_noise); with other numbers the answer "
    "is NaN.",
    reference="EDMPrecond of Karras et al.",
)
def edm_denoised_network(mine: Implementation) -> Implementation:
    def edm_denoised(x: Any, output: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
        xp, factors = array_namespace(x), flow.edm_scalings(sigma, sigma_data=sigma_data)
        x, output, sigma = xp.broadcast_arrays(x, output, sigma)

        def network(scaled: Any, noise: Any) -> Any:
            right = _near(scaled, factors.input * x, xp) & _near(noise, factors.noise, xp)
            return xp.where(right, output, xp.full_like(output, math.nan))

        return mine(network, x, sigma, sigma_data)

    return edm_denoised


def _near(got: Any, expected: Any, xp: Any) -> Any:
    """Within a sixteenth, which no rounding takes and no other factor keeps to."""
    return xp.abs(got - expected) <= xp.abs(expected) / 16


def _reversed(mine: Implementation) -> Implementation:
    return lambda x, velocity, t, /: mine(x, -velocity, 1 - t)


_REVERSED = (
    "mine(x, v, t) with time from noise at t = 0 to data at t = 1, so that v = x_0 − ε; 1 − t must be exact."
)


@adapter(
    "flow.rectified_velocity", "data-at-one", _REVERSED, reference="Liu et al., lucidrains' repositories"
)
def rectified_velocity_data_at_one(mine: Implementation) -> Implementation:
    def rectified_velocity(x: Any, prediction: Any, t: Any, /, **given: Any) -> Any:
        return -mine(x, prediction, 1 - t, **given)

    return rectified_velocity


rectified_x0_data_at_one = adapter("flow.rectified_x0", "data-at-one", _REVERSED, reference="Liu et al.")(
    _reversed
)
rectified_noise_data_at_one = adapter(
    "flow.rectified_noise", "data-at-one", _REVERSED, reference="Liu et al."
)(_reversed)
rectified_score_data_at_one = adapter(
    "flow.rectified_score", "data-at-one", _REVERSED, reference="Liu et al."
)(_reversed)
