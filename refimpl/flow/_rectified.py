"""Rectified flow, x_t = (1 − t) x_0 + t ε: what its velocity says about data, noise and score."""

from typing import Literal

from .._typing import Array
from ..public import STAYS, Choice, Reals, public

ON_THE_LINE = {"x, velocity": Reals("..."), "t": Reals("...")}


@public(
    {"x, prediction": Reals("..."), "t": Reals("..."), "given": Choice("noise", "x0", "score")},
    Reals("..."),
    nan=STAYS,
    broadcast="all",
)
def rectified_velocity(
    x: Array, prediction: Array, t: Array, /, *, given: Literal["noise", "x0", "score"] = "noise"
) -> Array:
    """Compute the velocity dx/dt = ε − x_0 of rectified flow that predicted noise, data or score implies.

    v = (ε − x)/(1 − t) = (x − x_0)/t = −(x + t·score)/(1 − t), from data at t = 0 to noise at t = 1.

    Noise and score determine it for t < 1, data for t > 0; elsewhere the result is NaN or ±∞.

    Parameters
    ----------
    x, prediction
        Points x_t = (1 − t) x_0 + t ε, and what is predicted there.
    t
        Times in [0, 1], of a shape that broadcasts against x.
    given
        What the prediction is.

    Returns
    -------
    the velocity, in the common dtype of the arguments, on their device.

    Source: flow P10.

    Reference: Liu, Gong, Liu, Flow straight and fast: learning to generate and transfer data with rectified
    flow, 2022, arXiv 2209.03003.

    Examples
    --------
    From x_0 = 1 to ε = 5, a quarter of the way:

    >>> import numpy as np
    >>> rectified_velocity(np.asarray(2.0), np.asarray(5.0), np.asarray(0.25))
    np.float64(4.0)
    """
    if given == "x0":
        return (x - prediction) / t
    noise = prediction if given == "noise" else -t * prediction
    return (noise - x) / (1 - t)


@public(ON_THE_LINE, Reals("..."), nan=STAYS, broadcast="all")
def rectified_x0(x: Array, velocity: Array, t: Array, /) -> Array:
    """Predict the data from the velocity of rectified flow.

    x_0 = x − t v.

    Parameters
    ----------
    x, velocity
        Points x_t = (1 − t) x_0 + t ε, and v = ε − x_0 there.
    t
        Times in [0, 1], of which 1 is noise, of a shape that broadcasts against x.

    Returns
    -------
    the data, in the common dtype of the arguments, on their device.

    Source: flow P10.

    Reference: Liu, Gong, Liu, Flow straight and fast: learning to generate and transfer data with rectified
    flow, 2022, arXiv 2209.03003.

    Examples
    --------
    >>> import numpy as np
    >>> rectified_x0(np.asarray(2.0), np.asarray(4.0), np.asarray(0.25))
    np.float64(1.0)
    """
    return x - t * velocity


@public(ON_THE_LINE, Reals("..."), nan=STAYS, broadcast="all")
def rectified_noise(x: Array, velocity: Array, t: Array, /) -> Array:
    """Predict the noise from the velocity of rectified flow.

    ε = x + (1 − t) v.

    Parameters
    ----------
    x, velocity
        Points x_t = (1 − t) x_0 + t ε, and v = ε − x_0 there.
    t
        Times in [0, 1], of which 1 is noise, of a shape that broadcasts against x.

    Returns
    -------
    the noise, in the common dtype of the arguments, on their device.

    Source: flow P10.

    Reference: Liu, Gong, Liu, Flow straight and fast: learning to generate and transfer data with rectified
    flow, 2022, arXiv 2209.03003.

    Examples
    --------
    >>> import numpy as np
    >>> rectified_noise(np.asarray(2.0), np.asarray(4.0), np.asarray(0.25))
    np.float64(5.0)
    """
    return _noise(x, velocity, t)


@public(ON_THE_LINE, Reals("..."), nan=STAYS, broadcast="all")
def rectified_score(x: Array, velocity: Array, t: Array, /) -> Array:
    """Predict the score ∇log p_t from the velocity of rectified flow.

    score = −ε/t = −(x + (1 − t) v)/t.

    Parameters
    ----------
    x, velocity
        Points x_t = (1 − t) x_0 + t ε, and the mean of v = ε − x_0 there.
    t
        Times in (0, 1], of which 1 is noise, of a shape that broadcasts against x; at 0 the result is
        NaN or ±∞.

    Returns
    -------
    the score, in the common dtype of the arguments, on their device.

    Source: flow P10.

    Reference: Albergo, Boffi, Vanden-Eijnden, Stochastic interpolants: a unifying framework for flows and
    diffusions, 2023, arXiv 2303.08797.

    Examples
    --------
    >>> import numpy as np
    >>> rectified_score(np.asarray(2.0), np.asarray(4.0), np.asarray(0.25))
    np.float64(-20.0)
    """
    return -_noise(x, velocity, t) / t


def _noise(x: Array, velocity: Array, t: Array) -> Array:
    return x + (1 - t) * velocity
