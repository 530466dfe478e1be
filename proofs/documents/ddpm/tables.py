"""Coefficients of steps in any library, for mistakes that look them up."""

from typing import Any

from .... import _libraries, ddpm
from ....ddpm import Schedule


def space(array: Any) -> Any:
    """The namespace of an array."""
    return _libraries.array_namespace(array)


def at(values: Any, t: Any) -> Any:
    """Values (T,) at steps t, with a feature axis."""
    if isinstance(t, int):
        return values[t - 1 : t]
    xp = space(values)
    return xp.reshape(xp.take(values, xp.reshape(t - 1, (-1,))), (*t.shape, 1))


def headed(values: Any, first: Any) -> Any:
    """Values whose first entry is another."""
    return space(values).concat([first, values[1:]])


def roots(schedule: Schedule) -> Any:
    """β_t for t = 1..T."""
    return space(schedule.beta_squared).sqrt(schedule.beta_squared)


def tables(schedule: Schedule, t: Any) -> tuple[Any, Any, Any, Any, Any]:
    """α_t, β_t, ᾱ_t, β̄_t and β̄_{t−1}."""
    alpha_bar, beta_bar = ddpm.cumulative(schedule)
    alpha = space(alpha_bar).sqrt(1 - schedule.beta_squared)
    columns = alpha, roots(schedule), alpha_bar[1:], beta_bar[1:], beta_bar[:-1]
    first, second, third, fourth, fifth = (at(column, t) for column in columns)
    return first, second, third, fourth, fifth
