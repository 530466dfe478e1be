"""Whether a schedule, steps along it, and its signal are valid."""

from .. import _xp
from .._public import public
from .._typing import Array
from ._steps import Schedule, log_signal, open_schedule


@public()
def check_schedule(schedule: Schedule, /) -> Array:
    """Whether every β_t² lies in (0, 1); NaN does not.

    Parameters
    ----------
    schedule : Schedule of T steps

    Returns
    -------
    Boolean array without axes, on the device of the schedule.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for an invalid schedule.

    Source: ddpm D1.

    Examples
    --------
    >>> from refimpl.ddpm import linear_schedule
    >>> bool(check_schedule(linear_schedule(10)))
    True
    """
    xp = open_schedule(schedule)
    return xp.all((schedule.beta_squared > 0) & (schedule.beta_squared < 1))


@public()
def check_steps(schedule: Schedule, t: Array, /) -> Array:
    """Whether every step of an integer array lies in 1..T.

    Parameters
    ----------
    schedule : Schedule of T steps
    t : (...) integer

    Returns
    -------
    Boolean array without axes, on the device of t. NaN in the schedule, whose T alone counts, changes
    nothing.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for an invalid schedule or steps that are no integer array.

    Source: ddpm D3.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import linear_schedule
    >>> bool(check_steps(linear_schedule(10), np.asarray([0, 3])))
    False
    """
    _xp.namespace(t=t)
    xp = open_schedule(schedule, t=t)
    return xp.all((t >= 1) & (t <= schedule.beta_squared.shape[0]))


@public("cumulative")
def check_signal(schedule: Schedule, /) -> Array:
    """Whether x_0 can be computed from the noise at every step: ᾱ_T > 0 in the dtype.

    It fails for β² = 1 ("zero terminal SNR"), where ᾱ_T underflows, and for NaN.

    Parameters
    ----------
    schedule : Schedule of T steps

    Returns
    -------
    Boolean array without axes, on the device of the schedule.

    Raises
    ------
    ShapeError, DTypeError, NamespaceError
        for an invalid schedule.

    Source: ddpm D6, C11.

    Examples
    --------
    >>> from refimpl.ddpm import cosine_schedule
    >>> bool(check_signal(cosine_schedule(1000)))
    True
    """
    xp = open_schedule(schedule)
    return xp.all(xp.exp(log_signal(schedule, xp=xp) / 2) > 0)
