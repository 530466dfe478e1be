"""What every function of the document does first: check a schedule and look up steps in it."""

from numbers import Integral
from typing import Any, NamedTuple, TypeAlias

from .. import _xp
from .._errors import DomainError, DTypeError, ShapeError, kind, message, shown
from .._typing import Array, Namespace

Steps: TypeAlias = Any  # a Python or NumPy integer, or an integer array


class Schedule(NamedTuple):
    """The noise variances β_t² of steps t = 1..T, shape (T,), entry t−1 for step t.

    β² lies in (0, 1), which `check_schedule` looks at; with others results have no meaning, or are NaN.
    β² is the datum because α = √(1 − β²) alone would lose it: in float16, Ho's 1e-4 rounds α to 1.
    """

    beta_squared: Array


class Coefficients(NamedTuple):
    """What the definitions need at step t; "previous" belongs to step t−1."""

    beta_squared: Array
    alpha: Array
    alpha_bar: Array
    beta_bar_squared: Array
    previous_alpha_bar: Array
    previous_beta_bar_squared: Array


def open_schedule(schedule: Schedule, *, t: Any = None, solves: bool = False, **arrays: Array) -> Namespace:
    """The namespace of a schedule, integer steps and real arrays, all of them checked."""
    if not isinstance(schedule, Schedule):
        raise DTypeError(message("schedule", kind(schedule), "a Schedule", "See ddpm.from_ho"))
    reals = {"schedule.beta_squared": schedule.beta_squared, **arrays}
    steps = {} if t is None else {"t": t}
    xp = _xp.namespace(**reals, **steps)
    _xp.floating(xp, solves=solves, **reals)
    _xp.integral(xp, **steps)
    shape = tuple(schedule.beta_squared.shape)
    if len(shape) != 1 or not shape[0]:
        raise ShapeError(message("schedule.beta_squared", f"shape {shape}", "shape (T,) with T ≥ 1"))
    return xp


def check_each_step(name: str, values: Array, schedule: Schedule) -> None:
    """Require one value for every step."""
    expected = tuple(schedule.beta_squared.shape)
    if tuple(values.shape) != expected:
        raise ShapeError(
            message(name, f"shape {tuple(values.shape)}", f"shape {expected}, a value for each step")
        )


def open_steps(schedule: Schedule, t: Steps, **arrays: Array) -> tuple[Namespace, Coefficients, Steps]:
    """The namespace, the coefficients at t with a last axis of length 1, and t as an int or array."""
    if isinstance(t, Integral) or not hasattr(t, "shape"):
        if not _xp.is_number(t, "__index__"):
            raise DTypeError(message("t", shown(t), "an integer ≥ 1, or an array of integers"))
        t = _xp.check_integer("t", t, 1)
        xp = open_schedule(schedule, **arrays)
        if t > schedule.beta_squared.shape[0]:
            raise DomainError(message("t", t, f"a step in 1..{schedule.beta_squared.shape[0]}"))
        shapes = arrays
    else:
        xp = open_schedule(schedule, t=t, **arrays)
        shapes = {**arrays, "t with a feature axis": xp.expand_dims(t, axis=-1)}
    for name, array in arrays.items():
        _xp.check_axes(name, array, 1)
    _xp.check_broadcast(**shapes)
    table = coefficients(schedule, xp=xp)
    return xp, Coefficients(*(at_step(values, t, xp=xp) for values in table)), t


def log_signal(schedule: Schedule, *, xp: Namespace) -> Array:
    """log ᾱ_t² for t = 0..T: sums of logarithms whose own roundings (Knuth's TwoSum) are put back.

    Without that, ᾱ after a thousand steps is off by 80 ulps instead of 4.
    """
    logs = xp.log1p(-schedule.beta_squared)
    sums = xp.cumulative_sum(logs, include_initial=True)
    before, after = sums[:-1], sums[1:]
    added = after - before
    lost = (before - (after - added)) + (logs - added)
    lost = xp.where(xp.isfinite(lost), lost, xp.zeros_like(lost))
    return sums + xp.cumulative_sum(lost, include_initial=True)


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
    if isinstance(t, int):
        return values[t - 1 : t]
    inside = (t >= 1) & (t <= values.shape[0])
    index = xp.where(inside, t, xp.ones_like(t)) - 1
    found = xp.reshape(xp.take(values, xp.reshape(index, (-1,))), (*t.shape, 1))
    return xp.where(xp.expand_dims(inside, axis=-1), found, xp.full_like(found, xp.nan))
