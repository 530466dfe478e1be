"""The family of processes that share p_t, and the parametrisations by noise."""

from .. import _xp
from .._errors import ShapeError
from .._typing import Array
from ..public import STAYS, Nested, Raises, Reals, public

ANY = Reals("...").freely()
UNLIKE: Raises = {ShapeError: "for shapes that do not broadcast"}


@public({"f": ANY, "g2, sigma2": ANY, "score": ANY}, Reals("..."), nan=STAYS, raises=UNLIKE)
def forward_drift(f: Array, g2: Array, sigma2: Array, score: Array, /) -> Array:
    """Compute the drift f − ½(g² − σ²)∇log p_t of the SDE with noise σ_t that has the marginals p_t.

    Every σ² ≥ 0 gives the same p_t, also σ² > g²; σ = g is the original SDE and σ = 0 the flow.

    Parameters
    ----------
    f
        Drift vectors f_t(x) of dx = f_t(x) dt + g_t dw.
    g2, sigma2
        g_t² and σ_t²; they broadcast against f.
    score
        ∇log p_t(x), of the shape of f.

    Returns
    -------
    the drift vectors, in the common dtype of the arguments, on their device.

    Source: flow D2, C2.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.asarray(1.0)
    >>> forward_drift(np.asarray([-0.5]), one, 4 * one, np.asarray([-1.0]))
    array([-2.])
    """
    _xp.check_broadcast(f=f, g2=g2, sigma2=sigma2, score=score)
    return f - 0.5 * (g2 - sigma2) * score


@public({"f": ANY, "g2, sigma2": ANY, "score": ANY}, Reals("..."), nan=STAYS, raises=UNLIKE)
def reverse_drift(f: Array, g2: Array, sigma2: Array, score: Array, /) -> Array:
    """Compute the drift f − ½(g² + σ²)∇log p_t of the SDE that runs from T to 0 with marginals p_t.

    A backward Euler–Maruyama step is x + drift·Δt + σ√|Δt|·z with Δt < 0.

    Parameters
    ----------
    f
        Drift vectors f_t(x) of dx = f_t(x) dt + g_t dw.
    g2, sigma2
        g_t² and σ_t², any σ² ≥ 0; they broadcast against f.
    score
        ∇log p_t(x), of the shape of f.

    Returns
    -------
    the drift vectors dx/dt (dt < 0 in use), in the common dtype of the arguments, on their device.

    Source: flow D2, C9.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.asarray(1.0)
    >>> reverse_drift(np.asarray([-0.5]), one, one, np.asarray([-1.0]))
    array([0.5])
    """
    _xp.check_broadcast(f=f, g2=g2, sigma2=sigma2, score=score)
    return f - 0.5 * (g2 + sigma2) * score


@public({"f": ANY, "g2": ANY, "score": ANY}, Reals("..."), nan=STAYS, raises=UNLIKE)
def flow_velocity(f: Array, g2: Array, score: Array, /) -> Array:
    """Compute the velocity f − ½g²∇log p_t of the probability-flow ODE.

    Parameters
    ----------
    f
        Drift vectors f_t(x) of dx = f_t(x) dt + g_t dw.
    g2
        g_t²; broadcasts against f.
    score
        ∇log p_t(x), of the shape of f.

    Returns
    -------
    the velocities, in the common dtype of the arguments, on their device.

    Source: flow D2.

    Examples
    --------
    >>> import numpy as np
    >>> flow_velocity(np.asarray([-0.5]), np.asarray(1.0), np.asarray([-1.0]))
    array([0.])
    """
    _xp.check_broadcast(f=f, g2=g2, score=score)
    return f - 0.5 * g2 * score


@public({"eps": Reals("..."), "beta_bar": Reals("...")}, Reals("..."), nan=STAYS, broadcast="all")
def score_from_noise(eps: Array, beta_bar: Array, /) -> Array:
    """Compute the score −ε/β̄_t of a noise prediction ε = E[(x_t − ᾱ_t x_0)/β̄_t | x_t].

    Parameters
    ----------
    eps
        Predicted noise.
    beta_bar
        β̄_t > 0, a standard deviation.

    Returns
    -------
    the score, in the common dtype of the arguments, on their device; infinite or NaN where β̄ = 0.

    Source: flow D7.

    Examples
    --------
    >>> import numpy as np
    >>> score_from_noise(np.asarray([1.0, -2.0]), np.asarray(0.5))
    array([-2.,  4.])
    """
    return -eps / beta_bar


@public({"score": Reals("..."), "beta_bar": Reals("...")}, Reals("..."), nan=STAYS, broadcast="all")
def noise_from_score(score: Array, beta_bar: Array, /) -> Array:
    """Compute the noise prediction −β̄_t·score, the inverse of `score_from_noise`.

    Parameters
    ----------
    score
        ∇log p_t(x).
    beta_bar
        β̄_t ≥ 0, a standard deviation.

    Returns
    -------
    the noise, in the common dtype of the arguments, on their device.

    Source: flow D7.

    Examples
    --------
    >>> import numpy as np
    >>> noise_from_score(np.asarray([-2.0, 4.0]), np.asarray(0.5))
    array([ 1., -2.])
    """
    return -score * beta_bar


@public(
    {"x": ANY, "eps": ANY, "source, target": Nested("(...) real floating", count=2, inside=ANY)},
    Reals("..."),
    nan=STAYS,
    raises=UNLIKE,
)
def ddim_step(x: Array, eps: Array, source: tuple[Array, Array], target: tuple[Array, Array], /) -> Array:
    """Advance x by one DDIM step, the flow ODE d(x/ᾱ) = ε d(β̄/ᾱ) at constant ε.

    x' = ᾱ' (x/ᾱ + ε (β̄'/ᾱ' − β̄/ᾱ)).

    Parameters
    ----------
    x
        Points at the time of `source`.
    eps
        Predicted noise there, of the shape of x.
    source, target
        (ᾱ, β̄) where x is and where it goes, ᾱ > 0; they broadcast against x. Either may be later.

    Returns
    -------
    the points at the time of `target`, in the common dtype of the arguments, on their device. NaN
    in an array is NaN in every result that depends on it.

    Source: flow D6, C6.

    Examples
    --------
    From x = 0.6·5 + 0.8·1 straight to the data point 5:

    >>> import numpy as np
    >>> one = np.asarray(1.0)
    >>> ddim_step(np.asarray([3.8]), np.asarray([1.0]), (0.6 * one, 0.8 * one), (one, 0 * one)).round(12)
    array([5.])
    """
    (alpha_from, beta_from), (alpha_to, beta_to) = source, target
    _xp.check_broadcast(
        x=x,
        eps=eps,
        alpha_from=alpha_from,
        beta_from=beta_from,
        alpha_to=alpha_to,
        beta_to=beta_to,
    )
    ratio = alpha_to / alpha_from
    return ratio * x + (beta_to - ratio * beta_from) * eps
