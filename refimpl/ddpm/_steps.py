"""What nearly every function of the document takes: a schedule, and steps to look up in it."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from .. import _xp
from .._errors import DomainError, message
from .._typing import Array, Namespace
from ..public import Integers, Raises, Reals, Record

Steps: TypeAlias = Any  # a Python or NumPy integer, or an integer array


class Schedule(NamedTuple):
    """The noise variances β_t² of steps t = 1..T, shape (T,), entry t−1 for step t.

    β² lies in (0, 1), and β_T² may be 1, which `check_schedule` looks at; with others results have no
    meaning, or are NaN. With β_T² = 1 ("zero terminal SNR") nothing of the data is left in x_T: what would
    divide by ᾱ_T or α_T is NaN or ±∞ at step T, as those functions say.
    β² is the datum because α = √(1 − β²) alone would lose it: in float16, Ho's 1e-4 rounds α to 1.
    """

    beta_squared: Array


class Coefficients(NamedTuple):
    """What the definitions need at step t; "previous" belongs to step t−1, or to a given step before t."""

    beta_squared: Array
    alpha: Array
    alpha_bar: Array
    beta_bar_squared: Array
    previous_alpha_bar: Array
    previous_beta_bar_squared: Array


SCHEDULE = Record(Schedule, {"beta_squared": Reals("T", T=1)}, "See ddpm.from_ho")
STEP = Integers("...", "step").or_number()
OUTSIDE: Raises = {DomainError: "for an int t above T"}


def at_steps(schedule: Schedule, t: Steps) -> tuple[Namespace, Coefficients]:
    """The namespace, and the coefficients at t with a last axis of length 1."""
    xp, last = _xp.of(schedule.beta_squared), schedule.beta_squared.shape[0]
    if isinstance(t, int) and t > last:
        raise DomainError(message("t", t, f"a step in 1..{last}"))
    return xp, Coefficients(*map(looking_up(t, last, xp=xp), coefficients(schedule, xp=xp)))


def log_signal(schedule: Schedule, *, xp: Namespace) -> Array:
    """log ᾱ_t² for t = 0..T: sums of logarithms whose own roundings (Knuth's TwoSum) are put back.

    Without that, ᾱ after a thousand steps is off by 80 ulps instead of 4.
    """
    sums, lost = sums_of(xp.log1p(-schedule.beta_squared), xp=xp)
    return sums + lost


def sums_of(values: Array, *, xp: Namespace) -> tuple[Array, Array]:
    """Partial sums of 0..T values, and what their roundings have lost."""
    sums = xp.cumulative_sum(values, include_initial=True)
    before, after = sums[:-1], sums[1:]
    added = after - before
    lost = (before - (after - added)) + (values - added)
    lost = xp.where(xp.isfinite(lost), lost, xp.zeros_like(lost))
    return sums, xp.cumulative_sum(lost, include_initial=True)


def coefficients(schedule: Schedule, *, xp: Namespace) -> Coefficients:
    """The coefficients of steps 1..T, each of shape (T,)."""
    log = log_signal(schedule, xp=xp)
    alpha_bar, beta_bar_squared = xp.exp(log / 2), xp.abs(xp.expm1(log))
    return Coefficients(
        schedule.beta_squared,
        xp.sqrt(1 - schedule.beta_squared),
        alpha_bar[1:],
        beta_bar_squared[1:],
        alpha_bar[:-1],
        beta_bar_squared[:-1],
    )


def at_step(values: Array, t: Steps, *, xp: Namespace) -> Array:
    """Values (T,) looked up at t, with an axis of length 1 appended; NaN outside 1..T."""
    return looking_up(t, values.shape[0], xp=xp)(values)


def looking_up(t: Steps, last: int, *, xp: Namespace) -> Callable[[Array], Array]:
    """Looks up values (T,) at t, as `at_step`; for several, what depends on t alone is computed once."""
    if isinstance(t, int):
        return lambda values: values[t - 1 : t]
    inside = (t >= 1) & (t <= last)
    index = xp.reshape(xp.where(inside, t, xp.ones_like(t)) - 1, (-1,))
    inside = xp.expand_dims(inside, axis=-1)

    def look_up(values: Array) -> Array:
        found = xp.reshape(xp.take(values, index), (*t.shape, 1))
        return xp.where(inside, found, xp.full_like(found, xp.nan))

    return look_up
