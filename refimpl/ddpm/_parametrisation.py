"""Noise, data, velocity and score: four ways to say the same thing about x_t, and their losses."""

from typing import Literal

from .. import _xp
from .._typing import Array, Namespace
from ..public import STAYS, Choice, Flag, Reals, public
from ._steps import OUTSIDE, SCHEDULE, STEP, Coefficients, Schedule, Steps, at_steps, coefficients


@public(
    {"x0, noise": Reals("..., d"), "schedule": SCHEDULE, "t": STEP},
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=OUTSIDE,
)
def velocity(x0: Array, noise: Array, schedule: Schedule, t: Steps, /) -> Array:
    """The v that a velocity model is trained to predict.

    v = ᾱ_t ε − β̄_t x_0.

    Parameters
    ----------
    x0, noise
    schedule
    t

    Source: ddpm D6, C11.

    Reference: Salimans, Ho, Progressive distillation for fast sampling of diffusion models, 2022, arXiv
    2202.00512.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> velocity(np.asarray([1.0]), np.asarray([1.0]), from_ho(np.asarray([0.36])), 1).round(12)
    array([0.2])
    """
    xp, at = at_steps(schedule, t)
    return at.alpha_bar * noise - xp.sqrt(at.beta_bar_squared) * x0


@public(
    {
        "x_t, prediction": Reals("..., d"),
        "schedule": SCHEDULE,
        "t": STEP,
        "given": Choice("noise", "v", "score"),
    },
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=OUTSIDE,
)
def predict_x0(
    x_t: Array,
    prediction: Array,
    schedule: Schedule,
    t: Steps,
    /,
    *,
    given: Literal["noise", "v", "score"] = "noise",
) -> Array:
    """The data x_0 that a prediction of noise, velocity or score implies.

    (x_t − β̄_t ε)/ᾱ_t = ᾱ_t x_t − β̄_t v = (x_t + β̄_t² score)/ᾱ_t.

    Noise and score determine x_0 only where ᾱ_t > 0 (check_signal); elsewhere the result is NaN or ±∞.

    Parameters
    ----------
    x_t, prediction
    schedule
    t
    given
        What the prediction is.

    Source: ddpm D6, C11, C13.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> predict_x0(np.asarray([1.4]), np.asarray([1.0]), from_ho(np.asarray([0.36])), 1).round(12)
    array([1.])
    """
    xp, at = at_steps(schedule, t)
    beta_bar = xp.sqrt(at.beta_bar_squared)
    if given == "v":
        return at.alpha_bar * x_t - beta_bar * prediction
    noise = beta_bar * prediction if given == "noise" else -at.beta_bar_squared * prediction
    return (x_t - noise) / at.alpha_bar


@public(
    {
        "x_t, prediction": Reals("..., d"),
        "schedule": SCHEDULE,
        "t": STEP,
        "given": Choice("x0", "v", "score"),
    },
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=OUTSIDE,
)
def predict_noise(
    x_t: Array,
    prediction: Array,
    schedule: Schedule,
    t: Steps,
    /,
    *,
    given: Literal["x0", "v", "score"] = "x0",
) -> Array:
    """The total noise ε that a prediction of data, velocity or score implies.

    (x_t − ᾱ_t x_0)/β̄_t = β̄_t x_t + ᾱ_t v = −β̄_t score.

    Parameters
    ----------
    x_t, prediction
    schedule
    t
    given
        What the prediction is.

    Source: ddpm D6, C11.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> predict_noise(np.asarray([1.4]), np.asarray([1.0]), from_ho(np.asarray([0.36])), 1).round(12)
    array([1.])
    """
    xp, at = at_steps(schedule, t)
    beta_bar = xp.sqrt(at.beta_bar_squared)
    if given == "x0":
        return (x_t - at.alpha_bar * prediction) / beta_bar
    if given == "v":
        return beta_bar * x_t + at.alpha_bar * prediction
    return -beta_bar * _like(x_t, prediction, xp=xp)


@public(
    {
        "x_t, prediction": Reals("..., d"),
        "schedule": SCHEDULE,
        "t": STEP,
        "given": Choice("noise", "x0", "score"),
    },
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=OUTSIDE,
)
def predict_v(
    x_t: Array,
    prediction: Array,
    schedule: Schedule,
    t: Steps,
    /,
    *,
    given: Literal["noise", "x0", "score"] = "noise",
) -> Array:
    """The velocity v that a prediction of noise, data or score implies.

    (ε − β̄_t x_t)/ᾱ_t = (ᾱ_t x_t − x_0)/β̄_t = −β̄_t (x_t + score)/ᾱ_t.

    Noise and score determine v only where ᾱ_t > 0 (check_signal); elsewhere the result is NaN or ±∞.

    Parameters
    ----------
    x_t, prediction
    schedule
    t
    given
        What the prediction is.

    Source: ddpm D6, C11.

    Reference: Salimans, Ho, Progressive distillation for fast sampling of diffusion models, 2022, arXiv
    2202.00512.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> predict_v(np.asarray([1.4]), np.asarray([1.0]), from_ho(np.asarray([0.36])), 1).round(12)
    array([0.2])
    """
    xp, at = at_steps(schedule, t)
    beta_bar = xp.sqrt(at.beta_bar_squared)
    if given == "x0":
        return (at.alpha_bar * x_t - prediction) / beta_bar
    if given == "noise":
        return (prediction - beta_bar * x_t) / at.alpha_bar
    return -beta_bar / at.alpha_bar * (x_t + prediction)


@public(
    {
        "x_t, prediction": Reals("..., d"),
        "schedule": SCHEDULE,
        "t": STEP,
        "given": Choice("noise", "x0", "v"),
    },
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=OUTSIDE,
)
def predict_score(
    x_t: Array,
    prediction: Array,
    schedule: Schedule,
    t: Steps,
    /,
    *,
    given: Literal["noise", "x0", "v"] = "noise",
) -> Array:
    """The score ∇ log p(x_t) that a prediction of noise, data or velocity implies.

    −ε/β̄_t = (ᾱ_t x_0 − x_t)/β̄_t² = −x_t − (ᾱ_t/β̄_t) v.

    Parameters
    ----------
    x_t, prediction
    schedule
    t
    given
        What the prediction is.

    Source: ddpm D6, C11.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> predict_score(np.asarray([1.4]), np.asarray([0.6]), from_ho(np.asarray([0.36])), 1).round(12)
    array([-1.])
    """
    xp, at = at_steps(schedule, t)
    beta_bar = xp.sqrt(at.beta_bar_squared)
    if given == "x0":
        return (at.alpha_bar * prediction - x_t) / at.beta_bar_squared
    if given == "v":
        return -x_t - at.alpha_bar / beta_bar * prediction
    return -_like(x_t, prediction, xp=xp) / beta_bar


def _like(x_t: Array, prediction: Array, *, xp: Namespace) -> Array:
    """The prediction in the common shape, where x_t itself is not needed."""
    return xp.broadcast_arrays(x_t, prediction)[1]


@public(
    {"schedule": SCHEDULE, "sigma": Reals("T"), "half": Flag()}, Reals("T"), needs="cumulative", nan=STAYS
)
def loss_weight(schedule: Schedule, sigma: Array, /, *, half: bool = False) -> Array:
    """Weight of ‖ε − ε_θ(x_t)‖² in the loss of step t.

    β_t⁴/(β̄_t² α_t² σ_t²), as the source has it; half of that in the negative log-likelihood.

    It is ∞ where σ_t = 0, as for the "dirac" σ at t = 1.

    Parameters
    ----------
    schedule
    sigma
        Standard deviations of the generator, entry t−1 for step t.
    half
        Whether to include the factor ½ of the negative log-likelihood.

    Returns
    -------
    entry t−1 for step t.

    Source: ddpm D8, C9, C11.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> loss_weight(from_ho(np.asarray([0.5])), np.asarray([0.5])).round(12)
    array([4.])
    """
    xp = _xp.of(sigma)
    weight = _loss_weight(sigma, coefficients(schedule, xp=xp), xp=xp)
    return weight / 2 if half else weight


def _loss_weight(sigma: Array, at: Coefficients, *, xp: Namespace) -> Array:
    safe = xp.where(sigma == 0, xp.ones_like(sigma), sigma)
    root = at.beta_squared / xp.sqrt(at.beta_bar_squared) / at.alpha / safe
    return xp.where(sigma == 0, xp.full_like(root, xp.inf), root * root)
