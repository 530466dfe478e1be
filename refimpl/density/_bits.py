"""Log-density as a code length."""

from .. import _xp
from .._typing import Array
from ..public import STAYS, Integer, Number, Reals, public


@public(
    {"log_density": Reals("..."), "dims": Integer(1), "levels": Integer(1), "width": Number(above=0)},
    Reals("..."),
    nan=STAYS,
)
def bits_per_dim(log_density: Array, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Array:
    """Bits that each dimension of quantised data costs under a density of the scaled data.

    −log q(x)/(dims · ln 2) + log₂(levels/width): a cell of the quantisation is width/levels wide.

    Parameters
    ----------
    log_density
        log q(x) in nats, of data scaled to a range of the given width.
    dims
        Dimensions of x.
    levels
        Values that a dimension takes before scaling: 256 for bytes.
    width
        The range of the scaled data: 1 for [0, 1], 2 for [−1, 1].

    Returns
    -------
    in the dtype of log_density, on its device.

    Source: density D9.

    Examples
    --------
    >>> import numpy as np
    >>> float(bits_per_dim(np.asarray(0.0), dims=3072))
    8.0
    """
    m = _xp.numbers(_xp.of(log_density))
    return -log_density / (dims * m.log(2)) + (m.log2(levels) - m.log2(width))
