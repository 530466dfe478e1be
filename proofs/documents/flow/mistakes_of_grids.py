"""How people get grids of levels, and shifts of times, wrong."""

import math
from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_karras_sigmas = MistakesOf("flow.karras_sigmas")
of_exponential_sigmas = MistakesOf("flow.exponential_sigmas")
of_shift_time = MistakesOf("flow.shift_time")


def _joined(*parts: Any) -> Any:
    return _xp(parts[0]).concat(list(parts))


@of_karras_sigmas(
    "without-zero", "Ends at σ_min, without the 0: the sample keeps the noise of the last level.",
    reference="k-diffusion#23",
)  # fmt: skip
def karras_without_zero(steps: Any, low: Any, high: Any, /, **options: Any) -> Any:
    return flow.karras_sigmas(steps, low, high, **options)[:-1]


@of_karras_sigmas(
    "zero-on-the-grid",
    "Takes n levels with the 0 among them, so that a step is missing.",
    reference="sglang PR#33552",
)
def karras_zero_on_the_grid(steps: Any, low: Any, high: Any, /, **options: Any) -> Any:
    return flow.karras_sigmas(max(steps - 1, 1), low, high, **options)


@of_karras_sigmas("endpoint-left-out", "Spaces by 1/n, as arange does, and never reaches σ_min.")
def karras_endpoint(steps: Any, low: Any, high: Any, /, **options: Any) -> Any:
    levels = flow.karras_sigmas(steps + 1, low, high, **options)
    return _joined(levels[:-2], levels[-1:])


@of_karras_sigmas(
    "ends-exchanged",
    "Takes the first of rising levels for σ_max and the last for σ_min: the grid rises.",
    reference="diffusers#5077",
)
def karras_exchanged(steps: Any, low: Any, high: Any, /, **options: Any) -> Any:
    levels = flow.karras_sigmas(steps, low, high, **options)
    return _joined(_xp(levels).flip(levels[:-1]), levels[-1:])


@of_karras_sigmas(
    "last-level-twice",
    "Repeats σ_min where the 0 belongs: the last step goes nowhere.",
    reference="diffusers PR#6477",
)
def karras_last_level_twice(steps: Any, low: Any, high: Any, /, **options: Any) -> Any:
    levels = flow.karras_sigmas(steps, low, high, **options)
    return _joined(levels[:-1], levels[-2:-1])


@of_karras_sigmas("rho-ignored", "Has ρ = 7 whatever it is told.")
def karras_rho_ignored(steps: Any, low: Any, high: Any, /, *, rho: float = 7.0, **like: Any) -> Any:
    return flow.karras_sigmas(steps, low, high, **like)


@of_karras_sigmas("inverse-rho", "Spaces powers σ^ρ evenly and takes the root: ρ and 1/ρ exchanged.")
def karras_inverse_rho(steps: Any, low: Any, high: Any, /, *, rho: float = 7.0, **like: Any) -> Any:
    return flow.karras_sigmas(steps, low, high, rho=1 / rho, **like)


@of_karras_sigmas("not-raised", "Gives the evenly spaced roots σ^{1/ρ}, without the power ρ.")
def karras_not_raised(steps: Any, low: Any, high: Any, /, *, rho: float = 7.0, **like: Any) -> Any:
    return flow.karras_sigmas(steps, low, high, rho=rho, **like) ** (1 / rho)


@of_karras_sigmas("other-rho", "Has ρ = 5 by default, which the paper does not choose for sampling.")
def karras_other_rho(steps: Any, low: Any, high: Any, /, *, rho: float = 5.0, **like: Any) -> Any:
    return flow.karras_sigmas(steps, low, high, rho=rho, **like)


@of_exponential_sigmas(
    "without-zero", "Ends at σ_min, without the 0: the sample keeps the noise of the last level."
)
def exponential_without_zero(steps: Any, low: Any, high: Any, /, **like: Any) -> Any:
    return flow.exponential_sigmas(steps, low, high, **like)[:-1]


@of_exponential_sigmas("zero-on-the-grid", "Takes n levels with the 0 among them, so that a step is missing.")
def exponential_zero_on_the_grid(steps: Any, low: Any, high: Any, /, **like: Any) -> Any:
    return flow.exponential_sigmas(max(steps - 1, 1), low, high, **like)


@of_exponential_sigmas("endpoint-left-out", "Spaces by 1/n, as arange does, and never reaches σ_min.")
def exponential_endpoint(steps: Any, low: Any, high: Any, /, **like: Any) -> Any:
    levels = flow.exponential_sigmas(steps + 1, low, high, **like)
    return _joined(levels[:-2], levels[-1:])


@of_exponential_sigmas("ends-exchanged", "Goes up from σ_min to σ_max.")
def exponential_exchanged(steps: Any, low: Any, high: Any, /, **like: Any) -> Any:
    levels = flow.exponential_sigmas(steps, low, high, **like)
    return _joined(_xp(levels).flip(levels[:-1]), levels[-1:])


@of_exponential_sigmas("even", "Spaces the levels themselves evenly.")
def exponential_even(steps: Any, low: Any, high: Any, /, **like: Any) -> Any:
    return flow.karras_sigmas(steps, low, high, rho=1.0, **like)


@of_exponential_sigmas("karras", "Is the grid of Karras et al. with ρ = 7.")
def exponential_karras(steps: Any, low: Any, high: Any, /, **like: Any) -> Any:
    return flow.karras_sigmas(steps, low, high, **like)


@of_exponential_sigmas("not-raised", "Gives the evenly spaced logarithms, without the exponential.")
def exponential_not_raised(steps: Any, low: Any, high: Any, /, **like: Any) -> Any:
    levels = flow.exponential_sigmas(steps, low, high, **like)
    return _joined(_xp(levels).log(levels[:-1]), levels[-1:])


@of_shift_time(
    "applied-twice",
    "Shifts what is shifted already, such as a grid between ends that were shifted: the shift is s².",
    reference="diffusers#13243",
)
def shift_twice(t: Any, /, *, shift: float) -> Any:
    return flow.shift_time(t, shift=shift * shift)


@of_shift_time("inverse", "Shifts by 1/s, towards the data: t/(s + (1 − s)t).")
def shift_inverse(t: Any, /, *, shift: float) -> Any:
    return flow.shift_time(t, shift=1 / shift)


@of_shift_time("of-the-signal", "Takes 1 − t for t, as where noise is at t = 0, and gives 1 − t' no more.")
def shift_of_the_signal(t: Any, /, *, shift: float) -> Any:
    return flow.shift_time(1 - t, shift=shift)


@of_shift_time("without-minus-one", "Divides by 1 + s t, so that 1 does not stay.")
def shift_without_minus_one(t: Any, /, *, shift: float) -> Any:
    return shift * t / (1 + shift * t)


@of_shift_time("not-divided", "Multiplies times by s and cuts at 1.")
def shift_not_divided(t: Any, /, *, shift: float) -> Any:
    moved = shift * t
    return _xp(t).where(moved > 1, _xp(t).ones_like(t), moved)


@of_shift_time("exponent", "Takes s for μ, whose exponential is the shift: e^s.")
def shift_exponent(t: Any, /, *, shift: float) -> Any:
    return flow.shift_time(t, shift=math.exp(shift))


@of_shift_time(
    "without-shift", "Leaves times as they are, as where `shift` is read only when a model is trained."
)
def shift_without(t: Any, /, *, shift: float) -> Any:
    return t * 1
