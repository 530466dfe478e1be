"""How people get noise schedules wrong."""

import math
from typing import Any

from .... import ddpm
from ....ddpm import Schedule
from ...language.mistake import MistakesOf
from .tables import roots, space

of_linear_schedule = MistakesOf("ddpm.linear_schedule")
of_ho_schedule = MistakesOf("ddpm.ho_schedule")
of_cosine_schedule = MistakesOf("ddpm.cosine_schedule")
of_from_ho = MistakesOf("ddpm.from_ho")
of_from_alpha = MistakesOf("ddpm.from_alpha")


@of_linear_schedule(
    "zero-based", "Counts steps from 0, so the first adds no noise and the last is too small."
)
def linear_zero_based(steps: Any, /, **like: Any) -> Any:
    schedule = ddpm.linear_schedule(steps, **like)
    return Schedule(schedule.beta_squared - 0.02 / steps)


@of_linear_schedule(
    "alpha-squared-twice", "Uses α_t as Ho's, which is its square: 1 − 0.02 t/T is squared once more."
)
def linear_alpha_squared_twice(steps: Any, /, **like: Any) -> Any:
    schedule = ddpm.linear_schedule(steps, **like)
    return Schedule(schedule.beta_squared * (2 - schedule.beta_squared))


@of_ho_schedule("endpoint-left-out", "Spaces by 1/T, as arange does, and never reaches the last.")
def ho_endpoint_left_out(steps: Any, first: Any = 1e-4, last: Any = 0.02, /, **like: Any) -> Any:
    longer = ddpm.ho_schedule(steps + 1, first, last, **like)
    return Schedule(longer.beta_squared[:-1])


@of_ho_schedule(
    "evenly-spaced-roots",
    "Spaces the standard deviations evenly: the `scaled_linear` schedule of latent diffusion.",
)
def ho_evenly_spaced_roots(steps: Any, first: Any = 1e-4, last: Any = 0.02, /, **like: Any) -> Any:
    roots = ddpm.ho_schedule(steps, math.sqrt(first), math.sqrt(last), **like).beta_squared
    return Schedule(roots * roots)


@of_cosine_schedule("unclipped", "Leaves out the clip at 0.999: nothing of the data survives the last step.")
def cosine_unclipped(steps: Any, offset: Any = 0.008, /, **like: Any) -> Any:
    beta_squared = ddpm.cosine_schedule(steps, offset, **like).beta_squared
    return Schedule(
        space(beta_squared).concat([beta_squared[:-1], space(beta_squared).ones_like(beta_squared[:1])])
    )


def _cosines(steps: Any, offset: Any, power: int, like: Any) -> Any:
    t = ddpm.linear_schedule(steps, **like).beta_squared * (steps / 0.02)
    xp = space(t)

    def signal(at: Any) -> Any:
        return xp.abs(xp.cos((at / steps + offset) / (1 + offset) * (math.pi / 2))) ** power

    ratio = 1 - signal(t) / signal(t - 1)
    return Schedule(xp.where(ratio < 0.999, ratio, xp.full_like(ratio, 0.999)))


@of_cosine_schedule("cosine-not-squared", "Takes the cosine to be ᾱ² instead of ᾱ.")
def cosine_not_squared(steps: Any, offset: Any = 0.008, /, **like: Any) -> Any:
    return _cosines(steps, offset, 1, like)


@of_cosine_schedule(
    "cancels",
    "Computes 1 − f(t)/f(t−1) as printed, in the working precision: the first variances lose their digits.",
    reference="diffusers#9004",
)
def cosine_cancels(steps: Any, offset: Any = 0.008, /, **like: Any) -> Any:
    return _cosines(steps, offset, 2, like)


@of_from_ho("squares", "Takes Ho's β_t for a standard deviation and squares it.")
def from_ho_squares(betas: Any, /) -> Any:
    return Schedule(betas * betas)


@of_from_alpha("not-squared", "Takes 1 − α_t, right for Ho's α_t, which is the square of this one.")
def from_alpha_not_squared(alphas: Any, /) -> Any:
    return Schedule(1 - alphas)


@of_from_alpha("cancels", "Rounds α_t² before it subtracts: next to 1 the variance is rounding error.")
def from_alpha_cancels(alphas: Any, /) -> Any:
    return Schedule(1 - alphas * alphas)


@of_ho_schedule(
    "last-of-variances-for-deviations",
    "Ends at √0.02 by default: Ho's 0.02 was taken to be a standard deviation.",
)
def ho_schedule_deviation(steps: int, first: float = 1e-4, last: float = 0.02**0.5, /, **like: Any) -> Any:
    return ddpm.ho_schedule(steps, first, last, **like)


@of_cosine_schedule("without-offset", "Has no offset by default, so that β_1 is too small.")
def cosine_schedule_without_offset(steps: int, offset: float = 0.0, /, **like: Any) -> Any:
    return ddpm.cosine_schedule(steps, offset, **like)


@of_linear_schedule(
    "from-zero-to-last",
    "Spaces from 0 to 0.02 by linspace: the first step adds no noise, and the spacing is that of T − 1 gaps.",
)
def linear_from_zero(steps: Any, /, **like: Any) -> Any:
    index = ddpm.linear_schedule(steps, **like).beta_squared - 0.02 / steps
    return Schedule(index * (steps / max(steps - 1, 1)))


@of_linear_schedule(
    "alpha-not-squared", "Uses 1 − α_t as the variance: α_t = √(1 − 0.02 t/T) is to be squared first."
)
def linear_alpha_not_squared(steps: Any, /, **like: Any) -> Any:
    values = ddpm.linear_schedule(steps, **like).beta_squared
    return Schedule(values / (1 + space(values).sqrt(1 - values)))


@of_linear_schedule(
    "standard-deviations", "Returns the standard deviations β_t, square roots of the variances."
)
def linear_deviations(steps: Any, /, **like: Any) -> Any:
    return Schedule(roots(ddpm.linear_schedule(steps, **like)))


@of_ho_schedule("evenly-spaced-logarithms", "Spaces the logarithms of the variances evenly.")
def ho_logarithms(steps: Any, first: Any = 1e-4, last: Any = 0.02, /, **like: Any) -> Any:
    weights = ddpm.ho_schedule(steps, 0.25, 0.5, **like).beta_squared * 4 - 1
    return Schedule(first * space(weights).exp(weights * math.log(last / first)))


@of_ho_schedule("ends-exchanged", "Descends from last to first: the ends are exchanged.")
def ho_exchanged(steps: Any, first: Any = 1e-4, last: Any = 0.02, /, **like: Any) -> Any:
    schedule = ddpm.ho_schedule(steps, last, first, **like)
    return schedule if steps > 1 else ddpm.ho_schedule(steps, first, last, **like)


@of_ho_schedule("first-left-out", "Spaces by 1/T from the first, which is left out, to the last.")
def ho_first_left_out(steps: Any, first: Any = 1e-4, last: Any = 0.02, /, **like: Any) -> Any:
    longer = ddpm.ho_schedule(steps + 1, first, last, **like)
    return Schedule(longer.beta_squared[1:])


def _other_angles(steps: Any, offset: Any, angle: Any, limit: float, like: Any) -> Any:
    """The cosine schedule with another angle(t/T), in units of π/2, or another clip."""
    t = ddpm.linear_schedule(steps, **like).beta_squared * (steps / 0.02)
    xp = space(t)
    after, before = (xp.cos(angle(at / steps) * (math.pi / 2)) ** 2 for at in (t, t - 1))
    ratio = 1 - after / before
    return Schedule(xp.where(ratio < limit, ratio, xp.full_like(ratio, limit)))


@of_cosine_schedule(
    "divided-by-points",
    "Divides t by T + 1, the number of points, instead of T, that of steps: the angle never reaches π/2.",
    reference="diffuser#68",
)
def cosine_divided_by_points(steps: Any, offset: Any = 0.008, /, **like: Any) -> Any:
    share = steps / (steps + 1)
    return _other_angles(steps, offset, lambda u: (u * share + offset) / (1 + offset), 0.999, like)


@of_cosine_schedule(
    "offset-not-normalised", "Forgets to divide by 1 + offset, so that the angle exceeds π/2 at the end."
)
def cosine_not_normalised(steps: Any, offset: Any = 0.008, /, **like: Any) -> Any:
    return _other_angles(steps, offset, lambda u: u + offset, 0.999, like)


@of_cosine_schedule("half-turn", "Uses π instead of π/2 in the angle, so that the signal comes back.")
def cosine_half_turn(steps: Any, offset: Any = 0.008, /, **like: Any) -> Any:
    return _other_angles(steps, offset, lambda u: 2 * (u + offset) / (1 + offset), 0.999, like)


@of_cosine_schedule("clipped-at-0.9999", "Clips at 0.9999 where Nichol and Dhariwal clip at 0.999.")
def cosine_later_clip(steps: Any, offset: Any = 0.008, /, **like: Any) -> Any:
    return _other_angles(steps, offset, lambda u: (u + offset) / (1 + offset), 0.9999, like)


@of_from_ho("standard-deviations", "Takes the square roots of Ho's β_t, which are variances already.")
def from_ho_deviations(betas: Any, /) -> Any:
    return Schedule(space(betas).sqrt(betas))


@of_from_alpha("squares-the-difference", "Uses (1 − α_t)² instead of 1 − α_t²: the square of the difference.")
def from_alpha_difference(alphas: Any, /) -> Any:
    return Schedule((1 - alphas) ** 2)


@of_from_alpha("standard-deviations", "Returns √(1 − α_t²), a standard deviation: its square root too much.")
def from_alpha_deviations(alphas: Any, /) -> Any:
    return Schedule(roots(ddpm.from_alpha(alphas)))
