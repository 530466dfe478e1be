"""How people get normal densities of full covariances, and their divergences, wrong."""

from typing import Any

from .... import _libraries, density
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf
from .mistakes_of_normal import _LOG_2PI

of_normal_log_density_full = MistakesOf("density.normal_log_density_full")
of_normal_kl_full = MistakesOf("density.normal_kl_full")


@of_normal_log_density_full("half-log-det", "Takes Σ log L_ii to be log det C: it is half of it.")
def normal_full_half_log_det(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, covariance) + _log_det(covariance) / 4


@of_normal_log_density_full("wrong-log-det-sign", "Adds ½ log det C instead of subtracting it.")
def normal_full_wrong_log_det_sign(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, covariance) + _log_det(covariance)


@of_normal_log_density_full("diagonal-only", "Uses the variances and ignores the covariances.")
def normal_full_diagonal_only(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density(x, mean, _xp(x).linalg.diagonal(covariance))


@of_normal_kl_full("swapped", "Takes the divergence in the other direction.")
def normal_kl_full_swapped(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(m2, c2, m1, c1)


@of_normal_kl_full("diagonal-only", "Uses the variances and ignores the covariances.")
def normal_kl_full_diagonal_only(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    diagonal = _xp(m1).linalg.diagonal
    return density.normal_kl(m1, diagonal(c1), m2, diagonal(c2))


@of_normal_kl_full("missing-dimension", "Leaves out −d, so that equal distributions diverge.")
def normal_kl_full_missing_dimension(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(m1, c1, m2, c2) + m1.shape[-1] / 2


def _log_det(covariance: Any) -> Any:
    xp = _xp(covariance)
    root = xp.linalg.cholesky(covariance)
    return 2 * xp.sum(xp.log(xp.linalg.diagonal(root)), axis=-1)


def _form(matrix: Any, x: Any) -> Any:
    """xᵀMx."""
    xp = _xp(x)
    return xp.sum(x * xp.matmul(matrix, x[..., None])[..., 0], axis=-1)


def _inverse_form(covariance: Any, x: Any) -> Any:
    """xᵀC⁻¹x."""
    return _form(_xp(x).linalg.inv(covariance), x)


@of_normal_log_density_full("missing-log-2pi", "Drops ½ d log 2π, as a loss may but a density may not.")
def full_missing_log_2pi(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, covariance) + covariance.shape[-1] * (_LOG_2PI / 2)


@of_normal_log_density_full("constant-once", "Subtracts ½ log 2π once, instead of once for each dimension.")
def full_constant_once(x: Any, mean: Any, covariance: Any, /) -> Any:
    rest = (covariance.shape[-1] - 1) * (_LOG_2PI / 2)
    return density.normal_log_density_full(x, mean, covariance) + rest


@of_normal_log_density_full(
    "not-inverted", "Uses (x − m)ᵀC(x − m), with the covariance instead of its inverse, the precision."
)
def full_not_inverted(x: Any, mean: Any, covariance: Any, /) -> Any:
    r = x - mean
    wrong = _form(covariance, r) - _inverse_form(covariance, r)
    return density.normal_log_density_full(x, mean, covariance) - wrong / 2


@of_normal_log_density_full("square-without-half", "Leaves out the ½ of the quadratic form.")
def full_square_without_half(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, covariance) - _inverse_form(covariance, x - mean) / 2


@of_normal_log_density_full("no-log-det", "Leaves out −½ log det C.")
def full_no_log_det(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, covariance) + _log_det(covariance) / 2


@of_normal_log_density_full(
    "transposed-factor", "Solves with Lᵀ, an upper factor, instead of L: the square is that of (LᵀL)⁻¹."
)
def full_transposed_factor(x: Any, mean: Any, covariance: Any, /) -> Any:
    xp, r = _xp(x), x - mean
    root = xp.linalg.cholesky(covariance)
    turned = xp.matmul(xp.matrix_transpose(root), root)
    wrong = _inverse_form(turned, r) - _inverse_form(covariance, r)
    return density.normal_log_density_full(x, mean, covariance) - wrong / 2


def _jittered(covariance: Any) -> Any:
    xp = _xp(covariance)
    unit = xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=_libraries.device(covariance))
    return covariance + 1e-6 * unit


@of_normal_log_density_full(
    "jitter", "Adds 10⁻⁶ to the diagonal always, so that the Cholesky factor of a singular covariance exists."
)
def full_jitter(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, _jittered(covariance))


@of_normal_kl_full(
    "inverted-ratio", "Exchanges the two log-determinants: log det C₁/det C₂ instead of log det C₂/det C₁."
)
def kl_full_inverted_ratio(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(m1, c1, m2, c2) + _log_det(c1) - _log_det(c2)


@of_normal_kl_full("no-log-det", "Leaves out ½ log det C₂/det C₁.")
def kl_full_no_log_det(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(m1, c1, m2, c2) + (_log_det(c1) - _log_det(c2)) / 2


@of_normal_kl_full(
    "first-covariance", "Measures m₁ − m₂ with C₁⁻¹, the inverse of the first covariance, instead of C₂⁻¹."
)
def kl_full_first_covariance(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    r = m1 - m2
    return density.normal_kl_full(m1, c1, m2, c2) + (_inverse_form(c1, r) - _inverse_form(c2, r)) / 2


@of_normal_kl_full("mean-dropped", "Compares the covariances only: the means are left out.")
def kl_full_mean_dropped(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(0 * m1, c1, 0 * m2, c2)


@of_normal_kl_full(
    "jitter",
    "Adds 10⁻⁶ to the diagonals always, so that the Cholesky factor of a singular covariance exists.",
)
def kl_full_jitter(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(m1, _jittered(c1), m2, _jittered(c2))
