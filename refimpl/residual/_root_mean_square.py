"""Normalisation by the root mean square, and the scores of attention that use it."""

from .. import _libraries, _xp
from .._typing import Array, Namespace
from ..public import STAYS, Number, Reals, public


@public(
    {"x": Reals("..., n", n=1), "gamma": Reals("n") | None, "eps": Number(least=0)},
    Reals("..., n"),
    nan=STAYS,
)
def rms_norm(x: Array, gamma: Array | None = None, /, *, eps: float = 1e-6) -> Array:
    """Normalise the last axis by its root mean square, γ x/√(mean x² + eps).

    Squares are taken after division by the largest entry, so rows of any finite size keep full accuracy.
    No mean is subtracted: of a row with mean 0 it is `layer_norm`.

    Parameters
    ----------
    x
    gamma
        None means 1. Where weights are stored as γ − 1 (zero-centred, as Gemma's), add 1 first.
    eps
        A Python number, added to the mean square under the root.

    Returns
    -------
    in the common dtype of the arguments, on their device. NaN for a row of zeros with eps = 0,
    and for a row with an infinity or NaN in it.

    Source: residual P1, C10, C11.

    Reference: Zhang and Sennrich, Root mean square layer normalization, 2019, arXiv 1910.07467.

    Examples
    --------
    >>> import numpy as np
    >>> rms_norm(np.asarray([3.0, 4.0, 0.0, 0.0]), eps=0.0)
    array([1.2, 1.6, 0. , 0. ])
    """
    return _rms_norm(x, gamma, eps, xp=_xp.of(x, gamma))


@public(
    {
        "q": Reals("..., I, d", d=1),
        "k": Reals("..., J, d", d=1),
        "gamma_q, gamma_k": Reals("d") | None,
        "eps": Number(least=0),
        "scale": Number(above=0) | None,
    },
    Reals("..., I, J"),
    nan="NaN propagates to the scores of its row or column.",
    broadcast="batch",
    empty=True,
)
def qk_norm_scores(
    q: Array,
    k: Array,
    gamma_q: Array | None = None,
    gamma_k: Array | None = None,
    /,
    *,
    eps: float = 1e-6,
    scale: float | None = None,
) -> Array:
    """Score normalised queries against normalised keys.

    s_ij = scale · ⟨RMS(q_i; γ_q), RMS(k_j; γ_k)⟩ with RMS(x; γ) = γ x/√(mean x² + eps) over the d
    features of a head. With γ = 1 and eps = 0 it is scale · d · cos(q_i, k_j); no softmax.

    Parameters
    ----------
    q
        Queries of one head, or of heads among the batch axes.
    k
        Keys.
    gamma_q, gamma_k
        None means 1.
    eps
        As in rms_norm.
    scale
        None means 1/√d; g/d gives the cosines times g of the first publication.

    Returns
    -------
    in the common dtype of the arguments, on their device. NaN in the scores of a query or a key
    that is zero, with eps = 0.

    Source: residual P2, C12.

    Reference: Henry et al., Query-key normalization for transformers, 2020, arXiv 2010.04245.

    Examples
    --------
    >>> import numpy as np
    >>> q, k = np.asarray([[3.0, 0.0, 0.0, 0.0]]), np.asarray([[7.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    >>> qk_norm_scores(q, k, eps=0.0)
    array([[2., 0.]])
    """
    return _qk_norm_scores(q, k, gamma_q, gamma_k, eps, scale, xp=_xp.of(q, k, gamma_q, gamma_k))


def over_root_mean_square(x: Array, root: Array, *, xp: Namespace) -> Array:
    """x/√(mean x² + root²), computed in units of the largest of them, so that squares stay in range."""
    peak = xp.max(xp.abs(x), axis=-1, keepdims=True)
    unit = _libraries.constant(xp.where(peak < root, root, peak))
    x, root = x / unit, root / unit
    return x / xp.sqrt(xp.mean(x * x, axis=-1, keepdims=True) + root * root)


def _rms_norm(x: Array, gamma: Array | None, eps: float, *, xp: Namespace) -> Array:
    normal = over_root_mean_square(x, xp.ones_like(x[..., :1]) * _xp.numbers(xp).sqrt(eps), xp=xp)
    return normal if gamma is None else normal * gamma


def _qk_norm_scores(
    q: Array,
    k: Array,
    gamma_q: Array | None,
    gamma_k: Array | None,
    eps: float,
    scale: float | None,
    *,
    xp: Namespace,
) -> Array:
    queries, keys = _rms_norm(q, gamma_q, eps, xp=xp), _rms_norm(k, gamma_k, eps, xp=xp)
    if scale is None:
        scale = 1 / _xp.numbers(xp).sqrt(_xp.number(q.shape[-1], xp))
    return xp.matmul(queries, xp.matrix_transpose(keys)) * scale
