"""The Fokker–Planck equation ∂_t p = −∇·(f p) + ½ Δ(g² p), pointwise and on a grid."""

from typing import Literal, NamedTuple

from .. import _libraries, _xp
from .._errors import ShapeError, message
from .._typing import Array, Namespace
from ..public import STAYS, Choice, Number, Reals, Several, public

Stencil = Literal["differences", "spectral"]


class Residual(NamedTuple):
    """What an equation leaves, and the sum of the magnitudes of its terms to compare with."""

    value: Array
    magnitude: Array


@public(
    {
        "rate": Reals("..."),
        "drift": Reals("..., d"),
        "drift_divergence": Reals("..."),
        "diffusion": Reals("..."),
        "score": Reals("..., d"),
        "score_divergence": Reals("..."),
    },
    (Reals("..."), Reals("...")),
    nan=STAYS,
    broadcast="batch",
)
def fokker_planck_residual(
    rate: Array,
    drift: Array,
    drift_divergence: Array,
    diffusion: Array,
    score: Array,
    score_divergence: Array,
    /,
) -> Residual:
    """Compute what the Fokker–Planck equation, divided by p, leaves at given points.

    ∂_t log p + ∇·f + f·∇log p − ½ D (Δlog p + ‖∇log p‖²), zero exactly where p solves
    ∂_t p = −∇·(f p) + ½ D Δp. For a process that runs backward in time D is −σ².

    Parameters
    ----------
    rate
        ∂_t log p.
    drift
        f.
    drift_divergence
        ∇·f.
    diffusion
        D: g² of a forward process with noise g, −σ² of a backward one with noise σ.
    score
        ∇log p.
    score_divergence
        Δlog p.

    Returns
    -------
    Residual(value, magnitude), both (...): the sum of the terms, and the sum of their magnitudes.

    Source: flow D4, C1, C2, C9.

    Examples
    --------
    A standard normal is stationary under dx = −½x dt + dw:

    >>> import numpy as np
    >>> x, one = np.asarray([2.0]), np.asarray(1.0)
    >>> fokker_planck_residual(0 * one, -x / 2, -one / 2, one, -x, -one)
    Residual(value=np.float64(0.0), magnitude=np.float64(5.0))
    """
    xp = _xp.of(drift, score)
    transport, spread = drift * score, 0.5 * diffusion
    value = rate + drift_divergence + xp.sum(transport, axis=-1)
    value = value - spread * (score_divergence + xp.sum(score**2, axis=-1))
    magnitude = xp.abs(rate) + xp.abs(drift_divergence) + xp.sum(xp.abs(transport), axis=-1)
    magnitude = magnitude + xp.abs(spread) * (xp.abs(score_divergence) + xp.sum(score**2, axis=-1))
    return Residual(value, magnitude)


@public(
    {
        "density": Reals("n_1, ..., n_d").freely(),
        "drift": Reals("d, n_1, ..., n_d").freely(),
        "diffusion": Reals("...").freely(),
        "spacing": Several(Number(above=0), "numbers"),
        "method": Choice("differences", "spectral"),
    },
    Reals("n_1, ..., n_d").gridded(),
    nan=STAYS,
    raises={ShapeError: "for another number of spacings than of axes"},
)
def fokker_planck_rhs_grid(
    density: Array,
    drift: Array,
    diffusion: Array,
    /,
    *,
    spacing: tuple[float, ...],
    method: Stencil = "differences",
) -> Array:
    """Compute −∇·(f p) + ½ Δ(g² p) on a periodic grid, for any drift.

    "differences" uses central differences of second order, "spectral" the derivative of the
    trigonometric interpolant (dense matrices: meant for up to some hundred points an axis). Both
    conserve Σp. A density on the line needs a grid so wide that it vanishes at the ends.

    Parameters
    ----------
    density
        p at the grid points.
    drift
        The components of f there.
    diffusion
        g², which broadcasts against the density: one number, or a value for every point.
    spacing
        Distances of neighbouring points along each axis; the period is n·spacing.
    method

    Returns
    -------
    in the common dtype of the arguments, on their device.

    Source: flow D4.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(8) * 2 * np.pi / 8
    >>> still, two = np.zeros((1, 8)), np.asarray(2.0)
    >>> heat = fokker_planck_rhs_grid(np.cos(x), still, two, spacing=(x[1],), method="spectral")
    >>> np.allclose(heat, -np.cos(x))
    True
    """
    xp = _xp.of(density, drift, diffusion)
    _xp.check_axes("density", density, 1)
    if tuple(drift.shape) != (density.ndim, *density.shape):
        expected = f"{(density.ndim, *density.shape)}, one component an axis of the density"
        raise ShapeError(message("drift", f"shape {tuple(drift.shape)}", expected))
    if _xp.check_broadcast(density=density, diffusion=diffusion) != tuple(density.shape):
        expected = f"a shape that broadcasts to {tuple(density.shape)}"
        raise ShapeError(message("diffusion", f"shape {tuple(diffusion.shape)}", expected))
    if len(spacing) != density.ndim:
        raise ShapeError(message("spacing", f"{len(spacing)} numbers", f"{density.ndim}, one an axis"))
    terms = _differences if method == "differences" else _spectral
    spread = 0.5 * diffusion * density
    parts = [
        terms(drift[axis, ...] * density, spread, axis, step, xp=xp) for axis, step in enumerate(spacing)
    ]
    return xp.sum(xp.stack(parts), axis=0)


def _differences(flux: Array, spread: Array, axis: int, step: float, *, xp: Namespace) -> Array:
    """−∂flux + ∂²spread along one axis by central differences."""
    first = (xp.roll(flux, -1, axis=axis) - xp.roll(flux, 1, axis=axis)) / (2 * step)
    second = xp.roll(spread, -1, axis=axis) - 2 * spread + xp.roll(spread, 1, axis=axis)
    return second / (step * step) - first


def _spectral(flux: Array, spread: Array, axis: int, step: float, *, xp: Namespace) -> Array:
    """∂(∂spread − flux) along one axis by the derivative of the trigonometric interpolant."""
    n = flux.shape[axis]
    index = xp.arange(n, dtype=flux.dtype, device=_libraries.device(flux))
    half, period = n // 2, n * xp.ones_like(index[:, None])
    # Lags taken to the nearest period keep their angles within ±π/2, where the cotangent is accurate.
    lag = xp.remainder(index[:, None] - index[None, :] + half, period) - half
    pi = _xp.numbers(xp, step).pi
    angle = xp.where(lag == 0, xp.ones_like(lag), lag) * (pi / n)
    sign = 1 - 2 * xp.remainder(lag, 2 * xp.ones_like(lag))
    kernel = (xp.cos(angle) / xp.sin(angle) if n % 2 == 0 else 1 / xp.sin(angle)) * sign * (pi / (n * step))
    kernel = xp.where(lag == 0, xp.zeros_like(kernel), kernel)

    def derivative(values: Array) -> Array:
        moved = xp.matmul(kernel, xp.moveaxis(values, axis, -1)[..., None])[..., 0]
        return xp.moveaxis(moved, -1, axis)

    return derivative(derivative(spread) - flux)
