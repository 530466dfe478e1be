"""A network between scalings of its input and output, so that at every level both have variance 1."""

from typing import NamedTuple

from .. import _xp
from .._typing import Array, Namespace
from ..public import STAYS, Number, Reals, public

WIDTH = Number(above=0)


class EDMScalings(NamedTuple):
    """What multiplies x beside the network, its output and its input, and what it is told of the level."""

    skip: Array
    out: Array
    input: Array
    noise: Array


@public({"sigma": Reals("..."), "sigma_data": WIDTH}, (Reals("..."),) * 4, nan=STAYS)
def edm_scalings(sigma: Array, /, *, sigma_data: float = 0.5) -> EDMScalings:
    """Compute the factors of EDM's preconditioning, D(x; σ) = c_skip x + c_out F(c_in x; c_noise).

    c_skip = σ_data²/(σ² + σ_data²), c_out = σ σ_data/√(σ² + σ_data²),
    c_in = 1/√(σ² + σ_data²), c_noise = ¼ log σ.

    Parameters
    ----------
    sigma
        Levels σ ≥ 0 of the noise in x = x_0 + σz; c_noise is −∞ at 0. With negative ones it is NaN.
    sigma_data
        Standard deviation of the data.

    Returns
    -------
    EDMScalings of four arrays, with dtype and device of sigma.

    Source: flow P9.

    Reference: Karras, Aittala, Aila, Laine, Elucidating the design space of diffusion-based generative
    models, 2022, table 1, arXiv 2206.00364.

    Examples
    --------
    >>> import numpy as np
    >>> skip, out, inner, noise = edm_scalings(np.asarray(4.0), sigma_data=3.0)
    >>> [float(part.round(12)) for part in (skip, out, inner, noise)]
    [0.36, 2.4, 0.2, 0.34657359028]
    """
    xp = _xp.of(sigma)
    smaller, larger, root = _hypotenuse(sigma, sigma_data, xp=xp)
    skip = (sigma_data / larger / root) ** 2
    return EDMScalings(skip, smaller / root, 1 / root / larger, xp.log(sigma) / 4)


def _hypotenuse(sigma: Array, sigma_data: float, *, xp: Namespace) -> tuple[Array, Array, Array]:
    """The smaller of σ and σ_data, the larger m, and r with √(σ² + σ_data²) = m r, where no square overflows;
    σσ_data/(m r) is smaller/r."""
    width = xp.full_like(sigma, sigma_data)
    above = sigma > width
    smaller, larger = xp.where(above, width, sigma), xp.where(above, sigma, width)
    return smaller, larger, xp.sqrt(1 + (smaller / larger) ** 2)


@public(
    {"x, output": Reals("..."), "sigma": Reals("..."), "sigma_data": WIDTH},
    Reals("..."),
    nan=STAYS,
    broadcast="all",
)
def edm_denoised(x: Array, output: Array, sigma: Array, /, *, sigma_data: float = 0.5) -> Array:
    """Predict the data from x and the output F of a preconditioned network.

    D = c_skip x + c_out F.

    The network was given c_in x and c_noise of `edm_scalings`.

    Parameters
    ----------
    x, output
        Points x = x_0 + σz, and the network's output F there.
    sigma
        Levels σ ≥ 0 of the noise, of a shape that broadcasts against x.
    sigma_data
        Standard deviation of the data.

    Returns
    -------
    predicted x_0, in the common dtype of the arguments, on their device.

    Source: flow P9.

    Reference: Karras, Aittala, Aila, Laine, Elucidating the design space of diffusion-based generative
    models, 2022, equation 7, arXiv 2206.00364.

    Examples
    --------
    >>> import numpy as np
    >>> edm_denoised(np.asarray(5.0), np.asarray(1.0), np.asarray(4.0), sigma_data=3.0).round(12)
    np.float64(4.2)
    """
    xp = _xp.of(x, output, sigma)
    smaller, larger, root = _hypotenuse(sigma, sigma_data, xp=xp)
    turned = x / larger / root * sigma_data
    return turned / larger / root * sigma_data + smaller / root * output


@public(
    {"x, data": Reals("..."), "sigma": Reals("..."), "sigma_data": WIDTH},
    Reals("..."),
    nan=STAYS,
    broadcast="all",
)
def edm_output(x: Array, data: Array, sigma: Array, /, *, sigma_data: float = 0.5) -> Array:
    """Compute the output F of a preconditioned network that predicts these data: what it is trained for.

    F = (x_0 − c_skip x)/c_out = ((x_0 − x) σ_data/σ + x_0 σ/σ_data)/√(σ² + σ_data²).

    The squared error of x_0, weighted by 1/c_out², is that of F.

    Parameters
    ----------
    x, data
        Points x = x_0 + σz, and the data x_0.
    sigma
        Levels σ > 0 of the noise, of a shape that broadcasts against x; at 0 the result is NaN or ±∞.
    sigma_data
        Standard deviation of the data.

    Returns
    -------
    the output, in the common dtype of the arguments, on their device.

    Source: flow P9.

    Reference: Karras, Aittala, Aila, Laine, Elucidating the design space of diffusion-based generative
    models, 2022, equation 8, arXiv 2206.00364.

    Examples
    --------
    >>> import numpy as np
    >>> edm_output(np.asarray(5.0), np.asarray(4.2), np.asarray(4.0), sigma_data=3.0).round(12)
    np.float64(1.0)
    """
    xp = _xp.of(x, data, sigma)
    _, larger, root = _hypotenuse(sigma, sigma_data, xp=xp)
    return ((data - x) * (sigma_data / sigma) + data * (sigma / sigma_data)) / root / larger
