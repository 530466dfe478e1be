"""The CoSENT loss of embeddings, whose cosines it takes itself."""

from .._typing import Array
from ..public import STAYS, Number, Reals, RealsOrIntegers, public
from ._cosent import cosent_loss, cosine_similarity


@public(
    {
        "u, v": Reals("n, d", d=1),
        "labels": RealsOrIntegers("n", "order"),
        "scale": Number(above=0),
    },
    Reals(""),
    needs="sort indexing",
    nan=STAYS,
)
def cosent_loss_of_embeddings(u: Array, v: Array, labels: Array, /, *, scale: float = 20.0) -> Array:
    """CoSENT loss of pairs of embeddings.

    log(1 + Σ_{y_i > y_j} exp(scale·(c_j − c_i))), c_i = ⟨u_i, v_i⟩/(‖u_i‖ ‖v_i‖). Errors of the cosines,
    of about a unit in the last place of 1, count scale times: half precision keeps few digits at scale 20.

    Parameters
    ----------
    u, v
        One row for each of two texts that belong together.
    labels
        Label y_i of each pair; only their order counts.
    scale

    Returns
    -------
    in the common dtype of u and v, on their device; 0 if no two labels differ, else NaN if a vector is zero.

    Source: matching P5.

    Examples
    --------
    >>> import numpy as np
    >>> u, v = np.asarray([[1.0, 0.0], [2.0, 0.0]]), np.asarray([[0.0, 1.0], [3.0, 0.0]])
    >>> loss = cosent_loss_of_embeddings(u, v, np.asarray([1, 0]), scale=2.0)
    >>> bool(np.isclose(loss, np.log(1 + np.exp(2.0))))
    True
    """
    return cosent_loss(cosine_similarity(u, v), labels, scale=scale)
