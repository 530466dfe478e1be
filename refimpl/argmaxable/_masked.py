"""Which classes can win once others are banned."""

import numpy as np

from .. import _xp
from .._host import to_exact
from .._libraries import device, to_numpy
from .._typing import Array
from ..public import RAISES, Labels, Truths, public
from ._checks import BIASES, INFINITE, ROWS
from ._classify import classify


@public(
    {"W": ROWS, "b": BIASES, "allowed": Labels("n")},
    Truths("n"),
    needs="eager rational",
    nan=RAISES,
    raises=INFINITE,
)
def can_win(W: Array, b: Array, allowed: Array, /) -> Array:
    """Which classes win at some point when only the allowed ones compete.

    k is allowed, and some z has ⟨w_k,z⟩ + b_k > ⟨w_i,z⟩ + b_i for all other i that are allowed. A mask frees
    classes, and never buries one: where this is False for a class that is allowed, no mask that bans fewer
    makes it win, either. A host function, as `classify`, which gives the proofs.

    Parameters
    ----------
    W
        One row for each class, finite; rows of zeros that pad a vocabulary are to be banned.
    b
        Biases, finite.
    allowed
        True, or any integer but 0, for the classes that may win.

    Returns
    -------
    boolean, on the device of W; False for banned classes.

    Source: argmaxable P4, C9.

    Examples
    --------
    >>> import numpy as np
    >>> W, b = np.asarray([[1.0], [2.0], [0.0]]), np.zeros(3)
    >>> can_win(W, b, np.asarray([True, True, True])), can_win(W, b, np.asarray([True, True, False]))
    (array([False,  True,  True]), array([ True,  True, False]))
    """
    xp = _xp.of(W, b, allowed)
    rows, biases = to_exact(xp, W=W, b=b)
    found = to_numpy(allowed) != 0
    if np.any(found):
        # What is undecided wins, on a thin cone.
        found[found] = [
            verdict != "unargmaxable" for verdict in classify(rows[found], biases[found]).verdicts
        ]
    return xp.asarray(found, device=device(W))
