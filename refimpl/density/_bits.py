"""Log-density as a code length."""

from .. import _xp
from .._public import public
from .._typing import Array


@public()
def bits_per_dim(log_density: Array, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Array:
    """Bits that each dimension of quantised data costs under a density of the scaled data.

    −log q(x)/(dims · ln 2) + log₂(levels/width): a cell of the quantisation is width/levels wide.

    Parameters
    ----------
    log_density : (...) real floating
        log q(x) in nats, of data scaled to a range of the given width.
    dims : integer ≥ 1
        Dimensions of x.
    levels : integer ≥ 1
        Values that a dimension takes before scaling: 256 for bytes.
    width : positive number
        The range of the scaled data: 1 for [0, 1], 2 for [−1, 1].

    Returns
    -------
    (...), in the dtype of log_density, on its device. NaN in an array is NaN in every result that depends
    on it.

    Raises
    ------
    DTypeError, DomainError, NamespaceError, ShapeError
        for an integer array, dims or levels below 1, a width that is not positive and finite, or no
        array, or more than 24 axes.

    Source: density D9.

    Examples
    --------
    >>> import numpy as np
    >>> float(bits_per_dim(np.asarray(0.0), dims=3072))
    8.0
    """
    xp = _xp.namespace(log_density=log_density)
    _xp.floating(xp, log_density=log_density)
    dims = _xp.check_integer("dims", dims, 1)
    levels = _xp.check_integer("levels", levels, 1)
    width = _xp.check_number("width", width, 0)
    m = _xp.numbers(xp)
    return -log_density / (dims * m.log(2)) + (m.log2(levels) - m.log2(width))
