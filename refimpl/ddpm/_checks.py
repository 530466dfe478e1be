"""Whether a schedule, steps along it, and its signal are valid."""

from .. import _xp
from .._typing import Array
from ..public import Integers, Truths, public
from ._steps import SCHEDULE, Schedule, log_signal


@public({"schedule": SCHEDULE}, Truths(""), nan="NaN in the schedule is none of them.")
def check_schedule(schedule: Schedule, /) -> Array:
    """Whether every β_t² lies in (0, 1), except that β_T² may be 1.

    A schedule with β_T² = 1 ("zero terminal SNR") is valid; whether it leaves a signal, check_signal tells.

    Parameters
    ----------
    schedule

    Returns
    -------
    a boolean array without axes, on the device of the schedule.

    Source: ddpm D1, P2.

    Examples
    --------
    >>> from refimpl.ddpm import linear_schedule
    >>> bool(check_schedule(linear_schedule(10)))
    True
    """
    xp = _xp.of(schedule.beta_squared)
    before, last = schedule.beta_squared[:-1], schedule.beta_squared[-1:]
    return xp.all((before > 0) & (before < 1)) & xp.all((last > 0) & (last <= 1))


@public(
    {"schedule": SCHEDULE, "t": Integers("...", "step")},
    Truths(""),
    nan="NaN in the schedule, whose T alone counts, changes nothing.",
)
def check_steps(schedule: Schedule, t: Array, /) -> Array:
    """Whether every step of an integer array lies in 1..T.

    Parameters
    ----------
    schedule
    t

    Returns
    -------
    a boolean array without axes, on the device of t.

    Source: ddpm D3.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import linear_schedule
    >>> bool(check_steps(linear_schedule(10), np.asarray([0, 3])))
    False
    """
    xp = _xp.of(t)
    return xp.all((t >= 1) & (t <= schedule.beta_squared.shape[0]))


@public({"schedule": SCHEDULE}, Truths(""), needs="cumulative", nan="NaN in the schedule fails.")
def check_signal(schedule: Schedule, /) -> Array:
    """Whether x_0 can be computed from the noise at every step: ᾱ_T > 0 in the dtype.

    It fails for β² = 1 ("zero terminal SNR"), where ᾱ_T underflows.

    Parameters
    ----------
    schedule

    Returns
    -------
    a boolean array without axes, on the device of the schedule.

    Source: ddpm D6, C11.

    Examples
    --------
    >>> from refimpl.ddpm import cosine_schedule
    >>> bool(check_signal(cosine_schedule(1000)))
    True
    """
    xp = _xp.of(schedule.beta_squared)
    return xp.all(xp.exp(log_signal(schedule, xp=xp) / 2) > 0)
