"""Score matching: how far a model's score is from the data's, in closed form and from samples."""

from collections.abc import Callable

from .. import _libraries, _xp
from .._errors import ShapeError, message
from .._typing import Array, Namespace
from ..public import STAYS, FunctionOf, Raises, Reals, public
from ._discrete import Quadrature
from ._rules import Rule, legendre, nodes_between

NO_POINTS: Raises = {ShapeError: "for no points, or shapes that do not fit"}


@public(
    {"model_score, score": Reals("..., n, d").freely(), "weights": Reals("..., n").freely() | None},
    Reals("..."),
    nan=STAYS,
    raises=NO_POINTS,
)
def score_matching(model_score: Array, score: Array, /, *, weights: Array | None = None) -> Array:
    """Score matching from scores at points of p_t: E ‖s_t(x) − ∇log p_t(x)‖².

    Parameters
    ----------
    model_score, score
        s_t and ∇log p_t at n points: samples of p_t, or nodes of a quadrature.
    weights
        Probabilities of the points (their sum is not changed); 1/n by default.

    Returns
    -------
    the squared expectation (the bounds take its root), in the common dtype, on the device
    of the inputs.

    Source: transport D7.

    Examples
    --------
    >>> import numpy as np
    >>> score_matching(np.asarray([[1.0], [2.0]]), np.asarray([[0.0], [0.0]]))
    np.float64(2.5)
    """
    count = _count_points(model_score=model_score, score=score)
    if weights is not None:
        _xp.check_last_axis("weights", weights, count, "the number of points")
        rows = {"model_score[..., 0]": model_score[..., 0], "score[..., 0]": score[..., 0]}
        _xp.check_broadcast(weights=weights, **rows)
    return _score_matching(model_score, score, weights, xp=_xp.of(model_score, score, weights))


def _count_points(**scores: Array) -> int:
    """n of scores (..., n, d) that broadcast against each other."""
    for name, array in scores.items():
        _xp.check_axes(name, array, 2)
    shape = _xp.check_broadcast(**scores)
    if 0 in shape[-2:]:
        raise ShapeError(message("points", f"shape {shape}", "at least one point and dimension"))
    return shape[-2]


def _score_matching(model_score: Array, score: Array, weights: Array | None, *, xp: Namespace) -> Array:
    squares = xp.sum((model_score - score) ** 2, axis=-1)
    return xp.mean(squares, axis=-1) if weights is None else xp.sum(weights * squares, axis=-1)


@public(
    {
        "model_score": Reals("..., n, d").freely(),
        "noise": Reals("..., n, d").freely(),
        "beta_bar": Reals("...").freely(),
    },
    Reals("..."),
    nan=STAYS,
    raises=NO_POINTS,
)
def conditional_score_matching(model_score: Array, noise: Array, beta_bar: Array, /) -> Array:
    """Denoising score matching from samples: E ‖s_t(x_t) + ε/β̄_t‖², x_t = ᾱ_t x_0 + β̄_t ε.

    The target −ε/β̄_t is ∇log p(x_t|x_0); this exceeds score matching by a constant ≥ 0 that
    does not depend on the model.

    Parameters
    ----------
    model_score
        s_t at the n samples x_t.
    noise
        ε.
    beta_bar
        β̄_t > 0, one for each set of samples.

    Returns
    -------
    the squared expectation, in the common dtype, on the device of the inputs.

    Source: transport D7.

    Examples
    --------
    >>> import numpy as np
    >>> conditional_score_matching(np.zeros((2, 1)), np.asarray([[1.0], [-1.0]]), np.asarray(0.5))
    np.float64(4.0)
    """
    xp = _xp.of(model_score, noise, beta_bar)
    _count_points(model_score=model_score, noise=noise)
    scales = {"beta_bar[..., None, None]": beta_bar[..., None, None]}
    _xp.check_broadcast(model_score=model_score, noise=noise, **scales)
    return _score_matching(model_score, -noise / beta_bar[..., None, None], None, xp=xp)


@public(
    {
        "A": Reals("d, d", d=1),
        "c": Reals("d"),
        "mean": Reals("d"),
        "covariance": Reals("d, d"),
        "alpha_bar, beta_bar": Reals(""),
    },
    Reals(""),
    needs="linalg",
    nan=STAYS,
)
def gaussian_score_matching(
    A: Array, c: Array, mean: Array, covariance: Array, alpha_bar: Array, beta_bar: Array, /
) -> Array:
    """Score matching of the affine score s(x) = Ax + c on diffused Gaussian data, in closed form.

    x_t ∼ N(μ, P), μ = ᾱm, P = ᾱ²S + β̄²I: SM = ‖Aμ + c‖² + tr((A + P⁻¹)P(A + P⁻¹)ᵀ).

    Parameters
    ----------
    A
        Of the model's score.
    c
        Of the model's score.
    mean
        Of the data N(m, S).
    covariance
        S ≥ 0.
    alpha_bar, beta_bar
        ᾱ_t and β̄_t; P must be positive definite (a precondition).

    Returns
    -------
    the squared expectation, in the common dtype, on the device of the inputs.

    Source: transport D7.

    Examples
    --------
    The exact score of N(0, 1) data:

    >>> import numpy as np
    >>> one = np.eye(1)
    >>> float(gaussian_score_matching(-one, one[0] * 0, one[0] * 0, one, np.asarray(0.6), np.asarray(0.8)))
    0.0
    """
    xp = _xp.of(A)
    return _gaussian_score_matching(A, c, mean, covariance, alpha_bar, beta_bar, xp=xp)


def _gaussian_score_matching(
    A: Array, c: Array, mean: Array, covariance: Array, alpha: Array, beta: Array, *, xp: Namespace
) -> Array:
    unit = xp.eye(mean.shape[-1], dtype=A.dtype, device=_libraries.device(A))
    root = _xp.cholesky(alpha**2 * covariance + beta**2 * unit, xp=xp)
    # (A + P⁻¹)R = AR + R⁻ᵀ for P = RRᵀ: no inverse of P, a sum of squares.
    excess = xp.matmul(A, root) + xp.matrix_transpose(_xp.solve(root, unit, xp=xp))
    bias = xp.matmul(A, (alpha * mean)[:, None])[:, 0] + c
    return xp.sum(bias**2) + xp.sum(excess**2)


@public(
    {
        "A": Reals("d, d", d=1),
        "c": Reals("d"),
        "weights": Reals("k"),
        "means": Reals("k, d"),
        "covariances": Reals("k, d, d"),
        "alpha_bar, beta_bar": Reals(""),
    },
    Reals(""),
    nan=STAYS,
)
def mixture_conditional_score_matching(
    A: Array,
    c: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    alpha_bar: Array,
    beta_bar: Array,
    /,
) -> Array:
    """Denoising score matching of the affine score s(x) = Ax + c on Gaussian-mixture data.

    CSM = Σ_k π_k (‖ᾱAm_k + c‖² + ᾱ² tr(AS_kAᵀ)) + ‖β̄A + I/β̄‖², in closed form.

    Parameters
    ----------
    A
        Of the model's score.
    c
        Of the model's score.
    weights
        Of the data Σ π_k N(m_k, S_k); they sum to 1 (a precondition).
    means
        m_k.
    covariances
        S_k.
    alpha_bar, beta_bar
        ᾱ_t and β̄_t > 0.

    Returns
    -------
    the squared expectation, in the common dtype, on the device of the inputs.

    Source: transport D7.

    Examples
    --------
    The score that is 0 everywhere misses −ε/β̄ by d/β̄²:

    >>> import numpy as np
    >>> A, c, S = np.zeros((2, 2)), np.zeros(2), np.eye(2)[None]
    >>> float(mixture_conditional_score_matching(
    ...     A, c, np.ones(1), np.zeros((1, 2)), S, np.asarray(0.6), np.asarray(0.5)))
    8.0
    """
    xp = _xp.of(A)
    return _mixture_conditional(A, c, weights, means, covariances, alpha_bar, beta_bar, xp=xp)


def _mixture_conditional(
    A: Array,
    c: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    alpha: Array,
    beta: Array,
    *,
    xp: Namespace,
) -> Array:
    unit = xp.eye(means.shape[-1], dtype=A.dtype, device=_libraries.device(A))
    bias = xp.sum((alpha * xp.matmul(means, xp.matrix_transpose(A)) + c) ** 2, axis=-1)
    spread = alpha**2 * xp.sum(xp.matmul(A, covariances) * A, axis=(-2, -1))
    return xp.sum(weights * (bias + spread)) + xp.sum((beta * A + unit / beta) ** 2)


@public(
    {
        "model_score": FunctionOf("function of an array of points"),
        "weights, means, variances": Reals("k", k=1),
        "alpha_bar, beta_bar": Reals(""),
    },
    (Reals(""), Reals("")),
    needs="sort",
    nan=STAYS,
)
def mixture_score_matching(
    model_score: Callable[[Array], Array],
    weights: Array,
    means: Array,
    variances: Array,
    alpha_bar: Array,
    beta_bar: Array,
    /,
) -> Quadrature:
    """Score matching of any score on a diffused mixture of Gaussians on the line, by quadrature.

    ∫ p_t(x) (s(x) − ∇log p_t(x))² dx, p_t = Σ π_k N(ᾱm_k, ᾱ²v_k + β̄²): Gauss–Legendre
    with 16 nodes in panels of 9/16 deviations around every component, cut at each other's ends.

    Parameters
    ----------
    model_score
        s_t.
    weights, means, variances
        The data Σ π_k N(m_k, v_k); the weights sum to 1 (a precondition).
    alpha_bar, beta_bar
        ᾱ_t and β̄_t, so that ᾱ²v_k + β̄² > 0.

    Returns
    -------
    Quadrature(value (), error ()): the squared expectation, and the difference from half as many
    nodes a panel, in the common dtype, on the device of the inputs; features of the model that are
    much narrower than a panel escape both.

    Source: transport D7.

    Examples
    --------
    >>> import numpy as np
    >>> one, zero = np.ones(1), np.zeros(1)
    >>> float(mixture_score_matching(lambda x: -x, one, zero, one, np.asarray(0.6), np.asarray(0.8)).value)
    0.0
    """
    xp = _xp.of(weights)
    at = (weights, alpha_bar * means, alpha_bar**2 * variances + beta_bar**2)
    fine, coarse = (_mixture_score_matching(model_score, *at, rule, xp=xp) for rule in (_FINE, _COARSE))
    return Quadrature(fine, xp.abs(fine - coarse))


_FINE, _COARSE = legendre(16), legendre(8)
_DEVIATIONS = tuple(9 * k / 16 for k in range(-16, 17))
"""Ends of panels around each component; beyond ±9 a normal has a mass of 2·10⁻¹⁹."""


def _mixture_score_matching(
    model_score: Callable[[Array], Array],
    weights: Array,
    centres: Array,
    spreads: Array,
    rule: Rule,
    *,
    xp: Namespace,
) -> Array:
    device = _libraries.device(centres)
    deviations = xp.asarray(_DEVIATIONS, dtype=centres.dtype, device=device)
    # Every component's panels cut those of the others, so a narrow one is seen inside a wide one.
    ends = centres[:, None] + xp.sqrt(spreads)[:, None] * deviations
    x, lengths = nodes_between(xp.sort(xp.reshape(ends, (-1,))), rule, xp=xp)
    slopes = (centres - x[..., None]) / spreads
    logs = xp.log(weights) - 0.5 * xp.log(2 * _xp.numbers(xp).pi * spreads) - 0.5 * slopes**2 * spreads
    peak = xp.max(logs, axis=-1, keepdims=True)
    parts = xp.exp(logs - peak)
    total = xp.sum(parts, axis=-1)
    score = xp.sum(parts * slopes, axis=-1) / total
    density = xp.exp(peak[..., 0]) * total
    return xp.sum(lengths * density * (model_score(x) - score) ** 2)
