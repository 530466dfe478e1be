"""How people get normal densities and their divergences wrong: terms that are halved, squared, counted or
inverted where they must not be."""

import math
from typing import Any

import array_api_compat
from array_api_compat import array_namespace as _xp

from .... import density
from ...language.mistake import mistake

_LOG_2PI = math.log(2 * math.pi)


def _sum(terms: Any) -> Any:
    return _xp(terms).sum(terms, axis=-1)


def _square(x: Any, mean: Any, variance: Any) -> Any:
    """(x − m)²/v, one coordinate at a time."""
    return ((x - mean) / _xp(variance).sqrt(variance)) ** 2


def _ones(*arrays: Any) -> Any:
    """A one for each coordinate of what the arrays broadcast to."""
    xp = _xp(arrays[0])
    return xp.ones_like(xp.broadcast_arrays(*arrays)[0])


# Log-densities


@mistake(
    "density.normal_log_density", "variance-squared", "Divides (x − m)² by v², as if v were the deviation."
)
def density_variance_squared(x: Any, mean: Any, variance: Any, /) -> Any:
    square = _square(x, mean, variance)
    return density.normal_log_density(x, mean, variance) + _sum(square - square / variance) / 2


@mistake("density.normal_log_density", "square-without-half", "Leaves out the ½ of ½ (x − m)²/v.")
def density_square_without_half(x: Any, mean: Any, variance: Any, /) -> Any:
    return density.normal_log_density(x, mean, variance) - _sum(_square(x, mean, variance)) / 2


@mistake(
    "density.normal_log_density",
    "constant-once",
    "Subtracts ½ log 2π once, in place of once for each dimension.",
    reference="pints#1179",
)
def density_constant_once(x: Any, mean: Any, variance: Any, /) -> Any:
    rest = (_sum(_ones(x, mean, variance)) - 1) * (_LOG_2PI / 2)
    return density.normal_log_density(x, mean, variance) + rest


@mistake(
    "density.normal_log_density",
    "no-log-det",
    "Leaves out −½ log v, as a squared error does: free variances then grow without end.",
)
def density_no_log_det(x: Any, mean: Any, variance: Any, /) -> Any:
    logs = _xp(variance).log(variance) * _ones(x, mean, variance)
    return density.normal_log_density(x, mean, variance) + _sum(logs) / 2


@mistake("density.normal_log_density", "log-pi", "Writes log πv for log 2πv.")
def density_log_pi(x: Any, mean: Any, variance: Any, /) -> Any:
    ones = _ones(x, mean, variance)
    return density.normal_log_density(x, mean, variance) + _sum(ones) * (math.log(2) / 2)


@mistake("density.normal_log_density", "two-pi-without-half", "Subtracts log 2π in place of ½ log 2π.")
def density_two_pi_without_half(x: Any, mean: Any, variance: Any, /) -> Any:
    ones = _ones(x, mean, variance)
    return density.normal_log_density(x, mean, variance) - _sum(ones) * (_LOG_2PI / 2)


@mistake(
    "density.normal_log_density",
    "precision",
    "Multiplies (x − m)² by v in place of dividing: the sign of a log-variance in its exponential.",
)
def density_precision(x: Any, mean: Any, variance: Any, /) -> Any:
    square = _square(x, mean, variance)
    return density.normal_log_density(x, mean, variance) + _sum(square - square * variance * variance) / 2


# Divergences


def _kl_terms(m1: Any, v1: Any, m2: Any, v2: Any) -> tuple[Any, Any, Any]:
    """v₁/v₂, log v₁/v₂ and (m₁ − m₂)²/v₂."""
    xp = _xp(m1)
    return v1 / v2, xp.log(v1) - xp.log(v2), _square(m1, m2, v2)


@mistake(
    "density.normal_kl",
    "log-without-half",
    "Takes log v₂/v₁ for log σ₂/σ₁: the ½ stands before the other terms only.",
    reference="Tutorial_BayesianCompressionForDL#8",
)
def kl_log_without_half(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, square = _kl_terms(m1, v1, m2, v2)
    return _sum((ratio - 1 + square) / 2 - log)


@mistake("density.normal_kl", "half-log", "Takes ½ log σ₂/σ₁ where log σ₂/σ₁ = ½ log v₂/v₁ stands.")
def kl_half_log(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, square = _kl_terms(m1, v1, m2, v2)
    return _sum((ratio - 1 + square) / 2 - log / 4)


@mistake("density.normal_kl", "first-variance", "Divides (m₁ − m₂)² by v₁ in place of v₂.")
def kl_first_variance(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, _ = _kl_terms(m1, v1, m2, v2)
    return _sum(ratio - 1 - log + _square(m1, m2, v1)) / 2


@mistake("density.normal_kl", "quotient-inverted", "Takes v₂/v₁ for v₁/v₂ beside the right logarithm.")
def kl_quotient_inverted(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, square = _kl_terms(m1, v1, m2, v2)
    return _sum(1 / ratio - 1 - log + square) / 2


@mistake("density.normal_kl", "not-squared", "Takes |m₁ − m₂|, without the square, over v₂.")
def kl_not_squared(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, _ = _kl_terms(m1, v1, m2, v2)
    return _sum(ratio - 1 - log + _xp(m1).abs(m1 - m2) / v2) / 2


@mistake("density.normal_kl", "minus-one-once", "Subtracts 1 once, in place of once for each dimension (−d).")
def kl_minus_one_once(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    rest = (_sum(_ones(m1, v1, m2, v2)) - 1) / 2
    return density.normal_kl(m1, v1, m2, v2) + rest


@mistake(
    "density.normal_kl", "minus-one-without-half", "Subtracts 1 outside of the ½, where −½ belongs: too low."
)
def kl_minus_one_without_half(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(m1, v1, m2, v2) - _sum(_ones(m1, v1, m2, v2)) / 2


@mistake(
    "density.normal_kl",
    "deviation-in-quotients",
    "Forgets to square the deviations in (σ₁² + (m₁ − m₂)²)/2σ₂²: they stand there for variances.",
)
def kl_deviation_in_quotients(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    xp = _xp(m1)
    ratio, log, square = _kl_terms(m1, v1, m2, v2)
    return _sum(xp.sqrt(ratio) - 1 - log + square * xp.sqrt(v2)) / 2


@mistake(
    "density.normal_kl",
    "deviation-for-variance",
    "Reads the variances as standard deviations.",
    reference="Tutorial_BayesianCompressionForDL#1",
)
def kl_deviation_for_variance(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(m1, v1 * v1, m2, v2 * v2)


@mistake(
    "density.normal_kl",
    "logarithm-squared",
    "Takes (log σ₁/σ₂)², the square of the logarithm, for log σ₁²/σ₂², the logarithm of the square.",
    reference="FluxML/model-zoo#73",
)
def kl_logarithm_squared(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, square = _kl_terms(m1, v1, m2, v2)
    return _sum(ratio - 1 - (log / 2) ** 2 + square) / 2


@mistake("density.normal_kl", "mean-dropped", "Compares the variances and leaves out (m₁ − m₂)²/v₂.")
def kl_mean_dropped(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(0 * m1, v1, 0 * m2, v2)


# Full covariances


def _log_det(covariance: Any) -> Any:
    xp = _xp(covariance)
    return 2 * xp.sum(xp.log(xp.linalg.diagonal(xp.linalg.cholesky(covariance))), axis=-1)


def _form(matrix: Any, x: Any) -> Any:
    """xᵀMx."""
    xp = _xp(x)
    return xp.sum(x * xp.matmul(matrix, x[..., None])[..., 0], axis=-1)


def _inverse_form(covariance: Any, x: Any) -> Any:
    """xᵀC⁻¹x."""
    return _form(_xp(x).linalg.inv(covariance), x)


@mistake(
    "density.normal_log_density_full",
    "missing-log-2pi",
    "Drops ½ d log 2π, as a loss may but a density may not.",
)
def full_missing_log_2pi(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, covariance) + covariance.shape[-1] * (_LOG_2PI / 2)


@mistake(
    "density.normal_log_density_full",
    "constant-once",
    "Subtracts ½ log 2π once, in place of once for each dimension.",
)
def full_constant_once(x: Any, mean: Any, covariance: Any, /) -> Any:
    rest = (covariance.shape[-1] - 1) * (_LOG_2PI / 2)
    return density.normal_log_density_full(x, mean, covariance) + rest


@mistake(
    "density.normal_log_density_full",
    "not-inverted",
    "Takes (x − m)ᵀC(x − m), with the covariance where its inverse, the precision, belongs.",
)
def full_not_inverted(x: Any, mean: Any, covariance: Any, /) -> Any:
    r = x - mean
    wrong = _form(covariance, r) - _inverse_form(covariance, r)
    return density.normal_log_density_full(x, mean, covariance) - wrong / 2


@mistake("density.normal_log_density_full", "square-without-half", "Leaves out the ½ of the quadratic form.")
def full_square_without_half(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, covariance) - _inverse_form(covariance, x - mean) / 2


@mistake("density.normal_log_density_full", "no-log-det", "Leaves out −½ log det C.")
def full_no_log_det(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, covariance) + _log_det(covariance) / 2


@mistake(
    "density.normal_log_density_full",
    "transposed-factor",
    "Solves with Lᵀ, an upper factor, in place of L: the square is that of (LᵀL)⁻¹.",
)
def full_transposed_factor(x: Any, mean: Any, covariance: Any, /) -> Any:
    xp, r = _xp(x), x - mean
    root = xp.linalg.cholesky(covariance)
    turned = xp.matmul(xp.matrix_transpose(root), root)
    wrong = _inverse_form(turned, r) - _inverse_form(covariance, r)
    return density.normal_log_density_full(x, mean, covariance) - wrong / 2


def _jittered(covariance: Any) -> Any:
    xp = _xp(covariance)
    unit = xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=array_api_compat.device(covariance))
    return covariance + 1e-6 * unit


@mistake(
    "density.normal_log_density_full",
    "jitter",
    "Adds 10⁻⁶ to the diagonal always, so that the Cholesky factor of a singular covariance exists.",
)
def full_jitter(x: Any, mean: Any, covariance: Any, /) -> Any:
    return density.normal_log_density_full(x, mean, _jittered(covariance))


@mistake(
    "density.normal_kl_full",
    "inverted-ratio",
    "Exchanges the two log-determinants: log det C₁/det C₂ for log det C₂/det C₁.",
)
def kl_full_inverted_ratio(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(m1, c1, m2, c2) + _log_det(c1) - _log_det(c2)


@mistake("density.normal_kl_full", "no-log-det", "Leaves out ½ log det C₂/det C₁.")
def kl_full_no_log_det(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(m1, c1, m2, c2) + (_log_det(c1) - _log_det(c2)) / 2


@mistake(
    "density.normal_kl_full",
    "first-covariance",
    "Measures m₁ − m₂ with C₁⁻¹, the inverse of the first covariance, in place of C₂⁻¹.",
)
def kl_full_first_covariance(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    r = m1 - m2
    return density.normal_kl_full(m1, c1, m2, c2) + (_inverse_form(c1, r) - _inverse_form(c2, r)) / 2


@mistake("density.normal_kl_full", "mean-dropped", "Compares the covariances only: the means are left out.")
def kl_full_mean_dropped(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(0 * m1, c1, 0 * m2, c2)


@mistake(
    "density.normal_kl_full",
    "jitter",
    "Adds 10⁻⁶ to the diagonals always, so that the Cholesky factor of a singular covariance exists.",
)
def kl_full_jitter(m1: Any, c1: Any, m2: Any, c2: Any, /) -> Any:
    return density.normal_kl_full(m1, _jittered(c1), m2, _jittered(c2))
