"""Two affine flows with Gaussian terminals, where everything is known in closed form."""

import math
from typing import NamedTuple

import array_api_compat.numpy as host_xp
import numpy as np

from .. import _xp
from .._errors import DomainError, message
from .._host import Floats, like, to_float64
from .._typing import Array
from ..public import RAISES, Number, Reals, Record, public
from ._gaussian import wasserstein_gaussian


class Affine(NamedTuple):
    """The drift x ↦ matrix·x + offset and the Gaussian that it carries, at the terminal time."""

    matrix: Array
    """(d, d)."""
    offset: Array
    """(d,)."""
    mean: Array
    """(d,) at T."""
    covariance: Array
    """(d, d) at T."""


AFFINE = Record(
    Affine,
    {
        "matrix": Reals("d, d", d=1),
        "offset": Reals("d"),
        "mean": Reals("d"),
        "covariance": Reals("d, d"),
    },
)


class LinearFlowPair(NamedTuple):
    """What the bound of `wasserstein_bound` needs, and the distance that it bounds."""

    distance: Array
    """() W₂[p₀, q₀]."""
    terminal: Array
    """() W₂[p_T, q_T]."""
    gap: Array
    """times.shape, (E_{x∼p_t} ‖f(x) − g(x)‖²)^{1/2}."""
    lipschitz: Array
    """() L = −λ_min of the symmetric part of g's matrix, the same at all times."""


@public(
    {"p, q": AFFINE, "times": Reals("..."), "end": Number(above=0)},
    (Reals(""), Reals(""), Reals("..."), Reals("")),
    needs="eager host",
    nan=RAISES,
    raises={DomainError: "for values that are not finite, or a flow that leaves float64"},
)
def linear_flow_pair(p: Affine, q: Affine, times: Array, /, *, end: float) -> LinearFlowPair:
    """Two flows x' = Fx + e (of p) and x' = Gx + h (of q) from Gaussians at T down to 0.

    x_t = Φx_T + φ with Φ = exp(F(t − T)), so p_t is Gaussian at all t; the gap is
    ‖(F − G)μ_t + e − h‖² + tr((F − G)P_t(F − G)ᵀ) under a root. A host function in float64.

    Parameters
    ----------
    p, q
        Drift, and terminal Gaussian with covariance ≥ 0 (a precondition).
    times
        Where the gap is wanted.
    end
        T.

    Returns
    -------
    LinearFlowPair(distance, terminal, gap, lipschitz), in the dtype and on the device of the times.

    Source: transport D9.

    Examples
    --------
    Two shifts that drift apart at unit speed:

    >>> import numpy as np
    >>> still = Affine(np.zeros((1, 1)), np.zeros(1), np.zeros(1), np.eye(1))
    >>> pair = linear_flow_pair(still._replace(offset=np.ones(1)), still, np.asarray([0.0]), end=2.0)
    >>> float(pair.distance), pair.gap
    (2.0, array([1.]))
    """
    named = {f"{name}.{key}": v for name, side in (("p", p), ("q", q)) for key, v in side._asdict().items()}
    xp = _xp.of(times)
    sides = to_float64(xp, **named)
    host_p, host_q = Affine(*sides[:4]), Affine(*sides[4:])
    (host_times,) = to_float64(xp, times=times)
    started = [_carry(side, np.asarray(-end)) for side in (host_p, host_q)]
    if not all(np.isfinite(part).all() for part in (*started[0], *started[1])):
        got = "a flow that carries it out of float64"
        raise DomainError(message("p, q", got, "smaller matrices or a smaller end"))
    distance = wasserstein_gaussian(*started[0], *started[1])
    terminal = wasserstein_gaussian(host_p.mean, host_p.covariance, host_q.mean, host_q.covariance)
    mean, covariance = _carry(host_p, host_times - end)
    difference = host_p.matrix - host_q.matrix
    bias = np.squeeze(difference @ mean[..., None], -1) + (host_p.offset - host_q.offset)
    spread = np.trace(difference @ covariance @ difference.T, axis1=-2, axis2=-1)
    gap = np.sqrt(np.sum(bias**2, axis=-1) + np.maximum(spread, 0.0))
    lowest = np.linalg.eigvalsh(0.5 * (host_q.matrix + host_q.matrix.T))[0]
    return LinearFlowPair(*(like(value, times, xp) for value in (distance, terminal, gap, -lowest)))


def _carry(side: Affine, duration: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance after the flow has run for `duration` (negative: backward)."""
    d = side.mean.shape[0]
    # One exponential carries the offset too: (x, 1)' = [[F, e], [0, 0]](x, 1). In units in which e is no
    # larger than F it needs no more squarings, each of which doubles the error.
    unit = np.max(np.abs(side.offset)) / (np.max(np.abs(side.matrix)) or 1.0) or 1.0
    generator = np.zeros((d + 1, d + 1))
    generator[:d, :d], generator[:d, d] = side.matrix, side.offset / unit
    flow = _exponential(duration[..., None, None] * generator)
    turn, shift = flow[..., :d, :d], unit * flow[..., :d, d]
    mean = np.squeeze(turn @ side.mean[:, None], -1) + shift
    return mean, turn @ side.covariance @ host_xp.matrix_transpose(turn)


def _exponential(generators: Floats) -> Floats:
    """exp of matrices (..., n, n) by scaling to a norm of ½ and squaring; all at once, unlike SciPy's."""
    norm = max(float(np.max(np.sum(np.abs(generators), axis=-1), initial=0.0)), 0.5)
    if not norm < 2.0**62:
        return np.full_like(generators, np.inf)
    squarings = math.ceil(math.log2(norm)) + 1
    scaled = generators / 2.0**squarings
    result = unit = np.eye(generators.shape[-1])
    for k in range(16, 0, -1):  # the rest of the series is below 2·½¹⁷/17! ≈ 4·10⁻²⁰
        result = unit + scaled @ result / k
    for _ in range(squarings):
        result = result @ result
    return result
