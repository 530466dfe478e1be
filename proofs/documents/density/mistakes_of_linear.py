"""How people get the linear Gaussian VAE wrong."""

import math
from typing import Any

from .... import density
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_linear_evidence = MistakesOf("density.linear_evidence")
of_linear_posterior = MistakesOf("density.linear_posterior")


@of_linear_evidence(
    "naive-woodbury",
    "Evaluates the quadratic form as (‖r‖² − rᵀWM⁻¹Wᵀr)/s²: a difference of numbers larger by 1/s².",
)
def evidence_naive_woodbury(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    xp, r = _xp(x), x - b
    mean, _ = density.linear_posterior(x, W, b, s2)
    naive = (xp.sum(r * r, axis=-1) - xp.sum(xp.matmul(r, W) * mean, axis=-1)) / s2
    return density.linear_evidence(x, W, b, s2) - (naive - _quadratic(x, W, b, s2)) / 2


@of_linear_evidence(
    "reconstruction-only",
    "Reports log q(x|z) at the posterior mean, the reconstruction, as if it were log q(x).",
)
def evidence_reconstruction_only(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    xp = _xp(x)
    mean, _ = density.linear_posterior(x, W, b, s2)
    fitted = xp.matmul(mean, xp.matrix_transpose(W)) + b
    return density.normal_log_density(x, fitted, 0 * b + s2)


@of_linear_evidence("deviation-for-variance", "Squares s² once more, reading it as s.")
def evidence_deviation_for_variance(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_evidence(x, W, b, s2 * s2)


@of_linear_evidence(
    "log-det-of-precision",
    "Adds d·log s² to log det(WᵀW + s²I), where d·log s² goes with I + WᵀW/s²: k·log s² too many.",
)
def evidence_log_det_of_precision(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_evidence(x, W, b, s2) - W.shape[1] * _xp(x).log(s2) / 2


@of_linear_posterior("covariance-without-s2", "Uses (WᵀW + s²I)⁻¹ as the covariance.")
def posterior_covariance_without_s2(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    mean, covariance = density.linear_posterior(x, W, b, s2)
    return mean, covariance / s2


@of_linear_posterior("unit-noise", "Regularises with I instead of s²I: right for s² = 1 only.")
def posterior_unit_noise(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_posterior(x, W, b, s2 / s2)


@of_linear_posterior("forgets-offset", "Projects x and not x − b.")
def posterior_forgets_offset(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_posterior(x, W, 0 * b, s2)


def _quadratic(x: Any, W: Any, b: Any, s2: Any) -> Any:
    xp = _xp(x)
    mean, _ = density.linear_posterior(x, W, b, s2)
    error = x - b - xp.matmul(mean, xp.matrix_transpose(W))
    return xp.sum(error * error, axis=-1) / s2 + xp.sum(mean * mean, axis=-1)


@of_linear_evidence("forgets-offset", "Uses x instead of x − b: the offset is left out.")
def evidence_forgets_offset(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_evidence(x, W, 0 * b, s2)


@of_linear_evidence("unit-noise", "Uses WWᵀ + I instead of WWᵀ + s²I: right for s² = 1 only.")
def evidence_unit_noise(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_evidence(x, W, b, s2 / s2)


@of_linear_evidence("missing-log-2pi", "Drops ½ d log 2π, as a loss may but a density may not.")
def evidence_missing_log_2pi(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_evidence(x, W, b, s2) + W.shape[0] * (math.log(2 * math.pi) / 2)


@of_linear_evidence("half-quadratic-missing", "Leaves out the ½ of the quadratic form alone.")
def evidence_half_quadratic_missing(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    at_mean = density.linear_evidence(b, W, b, s2)
    return 2 * density.linear_evidence(x, W, b, s2) - at_mean


@of_linear_posterior(
    "least-squares",
    "Uses the least-squares fit (WᵀW)⁻¹Wᵀ(x − b) as the mean: without s²I, so without the prior.",
)
def posterior_least_squares(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    xp = _xp(x)
    _, covariance = density.linear_posterior(x, W, b, s2)
    return xp.matmul(x - b, xp.matrix_transpose(xp.linalg.pinv(W))), covariance


@of_linear_posterior(
    "precision", "Returns the precision, the inverse (WᵀW + s²I)/s², instead of the covariance."
)
def posterior_precision(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    mean, covariance = density.linear_posterior(x, W, b, s2)
    return mean, _xp(x).linalg.inv(covariance)


@of_linear_posterior("deviation-for-variance", "Squares s² once more, reading it as s.")
def posterior_deviation_for_variance(x: Any, W: Any, b: Any, s2: Any, /) -> Any:
    return density.linear_posterior(x, W, b, s2 * s2)
