"""What is estimated along a flow or a diffusion: densities of steps, and divergences by random probes."""

from collections.abc import Callable
from typing import Literal

from .. import _libraries, _xp
from .._typing import Array
from ..public import STAYS, Choice, FunctionOf, Reals, public


@public(
    {
        "x, following": Reals("..., d"),
        "drift": Reals("..., d"),
        "sigma2, step": Reals("..."),
    },
    Reals("..."),
    nan=STAYS,
    broadcast="batch",
)
def step_log_density(x: Array, following: Array, drift: Array, sigma2: Array, step: Array, /) -> Array:
    """Compute the log-density of where one Euler–Maruyama step from x ended.

    log N(x'; x + drift·Δt, σ²|Δt| I) = −½ Σ ((x' − x − drift·Δt)²/(σ²|Δt|) + log σ² + log |Δt| + log 2π),
    over the last axis. An ancestral step has drift = ε, Δt = σ_down − σ and σ² = σ_up²/|Δt|.

    Parameters
    ----------
    x, following
        Where the step begins, and x', where it ended.
    drift
        Drift vectors at x.
    sigma2, step
        σ_t² > 0 and Δt ≠ 0, which may be negative.

    Returns
    -------
    in the common dtype of the arguments, on their device: a sum over the features, not their mean.

    Source: flow P5.

    Reference: Black, Janner, Du, Kostrikov, Levine, Training diffusion models with reinforcement
    learning, 2023, arXiv 2305.13301.

    Examples
    --------
    >>> import numpy as np
    >>> zero, one = np.zeros(2), np.asarray(1.0)
    >>> float(step_log_density(zero, zero, zero, 4 * one, -one / 4).round(6))
    -1.837877
    """
    xp = _xp.of(x, following, drift, sigma2, step)
    m = _xp.numbers(xp)
    # Roots first: σ²|Δt| may be beyond the range.
    deviation = xp.sqrt(sigma2) * xp.sqrt(xp.abs(step))
    z = (following - x - drift * step[..., None]) / deviation[..., None]
    width = xp.log(sigma2) + xp.log(xp.abs(step)) + m.log(2 * m.pi)
    return -0.5 * (xp.sum(z * z, axis=-1) + x.shape[-1] * width)


@public(
    {"product": FunctionOf("z ↦ Jz"), "probes": Reals("n, ..., d", n=1)},
    Reals("..."),
    needs="loops",
    nan=STAYS,
)
def hutchinson_trace(product: Callable[[Array], Array], probes: Array, /) -> Array:
    """Estimate the trace of a Jacobian J, which is the divergence, by the mean of zᵀJz over random z.

    tr J ≈ (1/n) Σ_i z_iᵀ J z_i, without bias for independent z with E zzᵀ = I.

    Parameters
    ----------
    product
        Gets one z of shape (..., d); returns Jz, or Jᵀz, which gives the same.
    probes
        Random vectors, of signs ±1 (Rademacher) or standard normal.

    Returns
    -------
    with dtype and device of probes.

    Source: flow P6.

    Reference: Hutchinson, A stochastic estimator of the trace of the influence matrix, 1989; for flows:
    Grathwohl et al., FFJORD, 2018, arXiv 1810.01367.

    Examples
    --------
    >>> import numpy as np
    >>> J = np.asarray([[1.0, 4.0], [0.0, 2.0]])
    >>> hutchinson_trace(lambda z: z @ J.T, np.asarray([[1.0, 1.0], [1.0, -1.0]]))
    np.float64(3.0)
    """
    xp = _xp.of(probes)
    found = [xp.sum(probes[i, ...] * product(probes[i, ...]), axis=-1) for i in range(probes.shape[0])]
    return xp.mean(xp.stack(found), axis=0)


@public(
    {"jacobian": Reals("..., d, d", d=1), "probes": Choice("rademacher", "gaussian")},
    Reals("..."),
    nan=STAYS,
    empty=True,
)
def hutchinson_variance(
    jacobian: Array, /, *, probes: Literal["rademacher", "gaussian"] = "rademacher"
) -> Array:
    """Compute the variance of zᵀJz, the estimate of the trace by one probe; n probes have 1/n of it.

    2 Σ_{i≠j} S_ij² for signs and 2 Σ_ij S_ij² for standard normal z, S = (J + Jᵀ)/2.

    Parameters
    ----------
    jacobian
        J, symmetric or not.
    probes
        Signs have the least variance of all independent entries, and none for diagonal J.

    Returns
    -------
    with dtype and device of jacobian.

    Source: flow P6.

    Reference: Avron, Toledo, Randomized algorithms for estimating the trace of an implicit symmetric
    positive semi-definite matrix, 2011.

    Examples
    --------
    >>> import numpy as np
    >>> J = np.asarray([[1.0, 4.0], [0.0, 2.0]])
    >>> hutchinson_variance(J), hutchinson_variance(J, probes="gaussian")
    (np.float64(16.0), np.float64(26.0))
    """
    xp = _xp.of(jacobian)
    both = jacobian + xp.matrix_transpose(jacobian)
    if probes == "rademacher":
        line = xp.arange(jacobian.shape[-1], device=_libraries.device(jacobian))
        both = xp.where(line[:, None] == line, xp.zeros_like(both), both)
    return 0.5 * xp.sum(both * both, axis=(-2, -1))
