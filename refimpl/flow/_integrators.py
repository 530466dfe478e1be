"""Integrators of dx = v_t(x) dt: fixed steps, and order 8 with error control for every sample."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from .. import _given, _xp
from .._errors import DomainError, DTypeError, NamespaceError, ShapeError, message
from .._typing import Array, Namespace
from ..public import RAISES, STAYS, Choice, FunctionOf, Number, Raises, Reals, public
from . import _tableaux
from ._tableaux import Row, Tableau

Field: TypeAlias = Callable[[Array, Array], Array]
"""A function of (t, x)."""
Method = Literal["euler", "heun", "rk4"]
_METHODS = {"euler": _tableaux.EULER, "heun": _tableaux.HEUN, "rk4": _tableaux.RK4}

POINTS, TIMES = Reals("..., d", d=1), Reals("n+1", n=0)
UNLIKE: Raises = {
    ShapeError: "for a result of a function that is of another shape than x",
    DTypeError: "for arrays of unlike dtypes, or a function that does not take its arguments",
    NamespaceError: "for such a result of another library",
}

MAX_STEPS = 10_000
"""Steps that `integrate_adaptive` may take between two neighbouring times."""


@public(
    {
        "velocity": FunctionOf("(t, x) ↦ v_t(x)", arrays=False),
        "x": POINTS,
        "times": TIMES,
        "method": Choice("euler", "heun", "rk4"),
    },
    Reals("n+1, ..., d"),
    needs="loops",
    nan=STAYS,
    raises=UNLIKE,
)
def integrate(velocity: Field, x: Array, times: Array, /, *, method: Method = "rk4") -> Array:
    """Integrate dx/dt = v_t(x) with one Runge–Kutta step between neighbouring times.

    Orders 1, 2 and 4. Heun's second stage is v at the next time, at the Euler step's end.

    Parameters
    ----------
    velocity
        Gets a 0-d array t and x; returns an array of x's shape.
    x
        Where to start, at times[0].
    times
        In the order in which they are visited, forward or backward.
    method

    Returns
    -------
    the states at all times, with dtype and device of x.

    Source: flow D5.

    Examples
    --------
    >>> import numpy as np
    >>> integrate(lambda t, x: -x, np.asarray([1.0]), np.asarray([0.0, 0.5]))[-1].round(6)
    array([0.606771])
    """
    xp = _check(x, times)
    return _integrate(_checked(velocity), x, times, _tableaux.exact(_METHODS[method], xp), xp=xp)


def _integrate(velocity: Field, x: Array, times: Array, tableau: Tableau, *, xp: Namespace) -> Array:
    states = [x]
    for i in range(times.shape[0] - 1):
        step = times[i + 1] - times[i]
        stages = _stages(tableau, velocity, times[i], states[-1], step)
        states.append(states[-1] + step * _combine(tableau.b, stages))
    return xp.stack(states)


@public(
    {
        "velocity": FunctionOf("(t, x) ↦ v_t(x)", arrays=False),
        "x": POINTS,
        "times": TIMES,
        "rtol, atol": Number(above=0),
    },
    Reals("n+1, ..., d"),
    needs="eager loops",
    nan=RAISES,
    raises={
        **UNLIKE,
        DomainError: "for rtol below 4 eps of the dtype, or where the tolerance cannot be met in "
        "MAX_STEPS = 10000 steps",
    },
    widens=True,
)
def integrate_adaptive(
    velocity: Field, x: Array, times: Array, /, *, rtol: float = 1e-6, atol: float = 1e-6
) -> Array:
    """Integrate dx/dt = v_t(x) by the method of order 8 of Dormand and Prince, step size adapted.

    Every sample (index of the leading axes) has its own time and step, so its result does not
    depend on the others. A step is accepted where the root mean square over the last axis of
    error/(atol + rtol·|x|) is at most 1, the error being that of an embedded method of order 5,
    which the result of order 8 usually beats by far. Host function: it inspects values.

    Parameters
    ----------
    velocity
        Gets t of shape (...) and x of shape (..., d); returns an array of x's shape.
    x
        Where to start, at times[0].
    times
        Where results are wanted, in the order in which they are visited, forward or backward.
    rtol, atol
        Relative and absolute error allowed in a step; rtol at least 4 eps of the dtype.

    Returns
    -------
    the states at all times, with dtype and device of x.

    Source: flow D5.

    Examples
    --------
    >>> import numpy as np
    >>> integrate_adaptive(lambda t, x: -x, np.asarray([1.0]), np.asarray([0.0, 1.0]))[-1].round(6)
    array([0.367879])
    """
    xp = _check(x, times)
    _xp.check_number("rtol", rtol, 4 * float(xp.finfo(x.dtype).eps), closed=True)
    velocity = _checked(velocity)
    if _xp.rounds(xp) and not bool(xp.all(xp.isfinite(times))):
        raise DomainError(message("times", "a time that is not finite", "finite times"))
    states, step = [x], None
    for i in range(times.shape[0] - 1):
        state, step = _advance(velocity, states[-1], times[i], times[i + 1], step, (rtol, atol), xp=xp)
        states.append(state)
    return xp.stack(states)


def _advance(
    velocity: Field,
    x: Array,
    start: Array,
    stop: Array,
    size: Array | None,
    tolerance: tuple[float, float],
    *,
    xp: Namespace,
) -> tuple[Array, Array]:
    """The states at `stop`, and the step sizes (positive) reached there."""
    t = start + xp.zeros_like(x[..., 0])
    if size is None:
        size = _first_size(velocity(t, x), x, stop - t, tolerance, xp=xp)
    for _ in range(MAX_STEPS):
        left = stop - t
        last = size >= xp.abs(left)
        step = xp.where(last, left, xp.sign(left) * size)
        stages = _stages(_tableaux.DOP853, velocity, t, x, step)
        following = x + step[..., None] * _combine(_tableaux.DOP853.b, stages)
        error = _error(stages, step, x, following, tolerance, xp=xp)
        accept = error <= 1  # a NaN is not
        if _xp.rounds(xp) and bool(xp.any(~accept & ~(t + step != t) & (left != 0))):
            break  # steps that are too small to be taken
        factor = 0.9 * xp.clip(error, min=1e-12) ** (-1 / 6)
        factor = xp.where(xp.isfinite(factor), xp.clip(factor, 0.2, 5.0), xp.full_like(factor, 0.2))
        # The last step is short because it ends at `stop`, so it must not shrink the next one.
        grown = xp.where(accept & last, xp.maximum(size, xp.abs(step) * factor), xp.abs(step) * factor)
        x = xp.where(accept[..., None], following, x)
        t = xp.where(accept, xp.where(last, stop, t + step), t)
        size = xp.where(left == 0, size, grown)
        if bool(xp.all(t == stop)):
            return x, size
    raise DomainError(
        message(
            "velocity",
            f"samples that are not at t = {float(stop)} after {MAX_STEPS} steps, or steps too small for them",
            "a finite, smooth velocity, and tolerances above its rounding errors",
        )
    )


def _first_size(
    velocity: Array, x: Array, left: Array, tolerance: tuple[float, float], *, xp: Namespace
) -> Array:
    """A first step that moves x by about 1 % of its tolerance-weighted size; control does the rest."""
    rtol, atol = tolerance
    scale = atol + rtol * xp.abs(x)
    place, speed = _mean_square(x / scale, xp=xp), _mean_square(velocity / scale, xp=xp)
    known = (place > 1e-10) & (speed > 1e-10)
    guess = 0.01 * xp.sqrt(xp.where(known, place, xp.ones_like(place)))
    guess = guess / xp.sqrt(xp.where(known, speed, xp.ones_like(speed)))
    distance = xp.abs(left)
    return xp.where(known, xp.minimum(guess, distance), 1e-3 * distance)


def _error(
    stages: list[Array],
    step: Array,
    before: Array,
    after: Array,
    tolerance: tuple[float, float],
    *,
    xp: Namespace,
) -> Array:
    """The error estimate of order 5 in units of the tolerance.

    Not the customary quotient with a third-order estimate: that is sharper, but where the field
    turns fast it takes a bad step for a good one some 25 times as often.
    """
    rtol, atol = tolerance
    scale = atol + rtol * xp.maximum(xp.abs(before), xp.abs(after))
    error = step[..., None] * _combine(_tableaux.DOP853_ERROR, stages)
    return xp.sqrt(_mean_square(error / scale, xp=xp))


def _mean_square(values: Array, *, xp: Namespace) -> Array:
    return xp.mean(values**2, axis=-1)


def _stages(tableau: Tableau, velocity: Field, t: Array, x: Array, step: Array) -> list[Array]:
    """The velocities at the stages of one step; t and step have x's leading axes or none."""
    stages: list[Array] = []
    for row, node in zip(tableau.a, tableau.c, strict=True):
        stages.append(velocity(t + node * step, x + step[..., None] * _combine(row, stages)))
    return stages


def _combine(row: Row, stages: list[Array]) -> Array:
    """Σ weight·stage."""
    return sum((weight * stages[stage] for stage, weight in row.items()), start=0)


@public(
    {
        "velocity": FunctionOf("(t, x) ↦ v_t(x)", arrays=False),
        "divergence": FunctionOf("(t, x) ↦ ∇·v_t(x)", arrays=False),
        "terminal_log_density": FunctionOf("x ↦ log p_T(x)", arrays=False),
        "x": POINTS,
        "times": TIMES,
        "integrator": FunctionOf("(velocity, x, times) ↦ states", arrays=False),
    },
    Reals("..."),
    needs="loops",
    nan=STAYS,
    raises=UNLIKE,
)
def flow_log_likelihood(
    velocity: Field,
    divergence: Field,
    terminal_log_density: Callable[[Array], Array],
    x: Array,
    times: Array,
    /,
    *,
    integrator: Callable[[Field, Array, Array], Array] = integrate,
) -> Array:
    """Compute log p_0(x) by the instantaneous change of variables along the flow of v.

    log p_0(x_0) = log p_T(x_T) + ∫₀ᵀ (∇·v_t)(x_t) dt, integrated together with x.

    Parameters
    ----------
    velocity
    divergence
        Returns the shape of x without its last axis.
    terminal_log_density
    x
        Points at times[0].
    times
        From 0 to T (or backward, if the known density is at the earlier time).
    integrator
        `integrate`, by RK4 steps, or for example functools.partial(integrate_adaptive, rtol=1e-9).

    Returns
    -------
    with dtype and device of x.

    Source: flow D5, C5.

    Examples
    --------
    Halving a uniform density on [0, 2] twice, by doubling x in unit time:

    >>> import numpy as np
    >>> one = np.ones(1)
    >>> grown = flow_log_likelihood(
    ...     lambda t, x: np.log(2) * x, lambda t, x: np.log(2) + 0 * x[..., 0],
    ...     lambda x: -np.log(4) + 0 * x[..., 0], one, np.linspace(0.0, 1.0, 11))
    >>> np.exp(grown).round(12)
    np.float64(0.5)
    """
    xp = _check(x, times)
    velocity = _checked(velocity)

    def rate(t: Array, place: Array) -> Array:
        found = _given.called("divergence", divergence, t, place)
        return _given.as_given("divergence", found, place[..., 0])

    def augmented(t: Array, state: Array) -> Array:
        place = state[..., :-1]
        return xp.concat([velocity(t, place), rate(t, place)[..., None]], axis=-1)

    start = xp.concat([x, xp.zeros_like(x[..., :1])], axis=-1)
    states = _given.called("integrator", integrator, augmented, start, times)
    _xp.namespace(**{"the result of integrator": states, "x": x})
    if tuple(states.shape) != (times.shape[0], *start.shape):
        got, expected = f"shape {tuple(states.shape)}", f"{(times.shape[0], *start.shape)}"
        raise ShapeError(message("the result of integrator", got, expected))
    end = states[-1, ...]
    known = _given.called("terminal_log_density", terminal_log_density, end[..., :-1])
    return _given.as_given("terminal_log_density", known, end[..., -1]) + end[..., -1]


@public(
    {
        "drift": FunctionOf("(t, x) ↦ vectors of x's shape", arrays=False),
        "sigma2": FunctionOf("t ↦ σ_t²"),
        "x": POINTS,
        "times": TIMES,
        "noises": Reals("n, ..., d"),
    },
    Reals("n+1, ..., d"),
    needs="loops",
    nan=STAYS,
    raises=UNLIKE,
)
def euler_maruyama(
    drift: Field, sigma2: Callable[[Array], Array], x: Array, times: Array, noises: Array, /
) -> Array:
    """Run x + drift·Δt + σ_t √|Δt|·z between neighbouring times, forward or backward.

    Parameters
    ----------
    drift
        `forward_drift` for growing times, `reverse_drift` for falling ones.
    sigma2
        Gets a 0-d array.
    x
        Where to start, at times[0].
    times
        In the order in which they are visited.
    noises
        Standard normal samples z, one array of x's shape a step.

    Returns
    -------
    the states at all times, with dtype and device of x.

    Source: flow D6, D2.

    Examples
    --------
    >>> import numpy as np
    >>> euler_maruyama(lambda t, x: -x, lambda t: 4 + 0 * t, np.asarray([1.0]),
    ...                np.asarray([0.0, 0.25]), np.asarray([[1.0]]))[-1]
    array([1.75])
    """
    xp = _check(x, times)
    _same_dtype(x, "noises", noises)
    drift = _checked(drift)
    states = [x]
    for i in range(times.shape[0] - 1):
        step = times[i + 1] - times[i]
        spread = xp.sqrt(sigma2(times[i]) * xp.abs(step))
        states.append(states[-1] + drift(times[i], states[-1]) * step + spread * noises[i, ...])
    return xp.stack(states)


def _check(x: Array, times: Array) -> Namespace:
    _same_dtype(x, "times", times)
    return _xp.of(x)


def _same_dtype(x: Array, name: str, array: Array) -> None:
    if array.dtype != x.dtype:
        raise DTypeError(message(name, f"dtype {array.dtype}", f"{x.dtype}, that of x"))


def _checked(field: Field) -> Field:
    """The vector field, with shape and dtype of what it returns held to those of x."""

    def checked(t: Array, x: Array) -> Array:
        vectors = _given.called("vector field", field, t, x)
        _xp.namespace(**{"vector field": vectors, "x": x})
        if tuple(vectors.shape) != tuple(x.shape):
            got, expected = f"shape {tuple(vectors.shape)}", f"{tuple(x.shape)}, that of x"
            raise ShapeError(message("vector field", got, expected))
        _same_dtype(x, "vector field", vectors)
        return vectors

    return checked
