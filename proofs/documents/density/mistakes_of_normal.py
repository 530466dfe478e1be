"""How people get normal densities of independent coordinates, and their divergences, wrong."""

import math
from typing import Any

from .... import density
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_normal_log_density = MistakesOf("density.normal_log_density")
of_normal_kl = MistakesOf("density.normal_kl")

# Log-densities


@of_normal_log_density("missing-log-2pi", "Drops ½ log 2π, as a loss may but a density may not.")
def normal_missing_log_2pi(x: Any, mean: Any, variance: Any, /) -> Any:
    d = max(x.shape[-1], mean.shape[-1], variance.shape[-1])
    return density.normal_log_density(x, mean, variance) + d * math.log(2 * math.pi) / 2


@of_normal_log_density("deviation-for-variance", "Reads the variance as a standard deviation.")
def normal_deviation_for_variance(x: Any, mean: Any, variance: Any, /) -> Any:
    return density.normal_log_density(x, mean, variance * variance)


@of_normal_log_density("log-det-without-half", "Subtracts log v instead of ½ log v.")
def normal_log_det_without_half(x: Any, mean: Any, variance: Any, /) -> Any:
    xp = _xp(x)
    return density.normal_log_density(x, mean, variance) - xp.sum(xp.log(variance), axis=-1) / 2


@of_normal_log_density("mean-over-features", "Averages over the features, as losses do.")
def normal_mean_over_features(x: Any, mean: Any, variance: Any, /) -> Any:
    return density.normal_log_density(x, mean, variance) / x.shape[-1]


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


@of_normal_log_density("variance-squared", "Divides (x − m)² by v², as if v were the deviation.")
def density_variance_squared(x: Any, mean: Any, variance: Any, /) -> Any:
    square = _square(x, mean, variance)
    return density.normal_log_density(x, mean, variance) + _sum(square - square / variance) / 2


@of_normal_log_density("square-without-half", "Leaves out the ½ of ½ (x − m)²/v.")
def density_square_without_half(x: Any, mean: Any, variance: Any, /) -> Any:
    return density.normal_log_density(x, mean, variance) - _sum(_square(x, mean, variance)) / 2


@of_normal_log_density(
    "constant-once", "Subtracts ½ log 2π once, instead of once for each dimension.", reference="pints#1179"
)
def density_constant_once(x: Any, mean: Any, variance: Any, /) -> Any:
    rest = (_sum(_ones(x, mean, variance)) - 1) * (_LOG_2PI / 2)
    return density.normal_log_density(x, mean, variance) + rest


@of_normal_log_density(
    "no-log-det", "Leaves out −½ log v, as a squared error does: free variances then grow without end."
)
def density_no_log_det(x: Any, mean: Any, variance: Any, /) -> Any:
    logs = _xp(variance).log(variance) * _ones(x, mean, variance)
    return density.normal_log_density(x, mean, variance) + _sum(logs) / 2


@of_normal_log_density("log-pi", "Writes log πv instead of log 2πv.")
def density_log_pi(x: Any, mean: Any, variance: Any, /) -> Any:
    ones = _ones(x, mean, variance)
    return density.normal_log_density(x, mean, variance) + _sum(ones) * (math.log(2) / 2)


@of_normal_log_density("two-pi-without-half", "Subtracts log 2π instead of ½ log 2π.")
def density_two_pi_without_half(x: Any, mean: Any, variance: Any, /) -> Any:
    ones = _ones(x, mean, variance)
    return density.normal_log_density(x, mean, variance) - _sum(ones) * (_LOG_2PI / 2)


@of_normal_log_density(
    "precision",
    "Multiplies (x − m)² by v instead of dividing: the sign of a log-variance in its exponential.",
)
def density_precision(x: Any, mean: Any, variance: Any, /) -> Any:
    square = _square(x, mean, variance)
    return density.normal_log_density(x, mean, variance) + _sum(square - square * variance * variance) / 2


# Divergences


@of_normal_kl("swapped", "Takes the divergence in the other direction.")
def normal_kl_swapped(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(m2, v2, m1, v1)


@of_normal_kl("inverted-ratio", "Uses log v₁/v₂ instead of log v₂/v₁.", reference="FluxML/model-zoo#147")
def normal_kl_inverted_ratio(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    xp = _xp(m1)
    z = m1 - m2
    return xp.sum(v1 / v2 - 1 + xp.log(v1) - xp.log(v2) + z * z / v2, axis=-1) / 2


@of_normal_kl("missing-minus-one", "Leaves out −1, so that equal distributions diverge.")
def normal_kl_missing_minus_one(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(m1, v1, m2, v2) + m1.shape[-1] / 2


@of_normal_kl("mean-over-features", "Averages over the features, as losses do.")
def normal_kl_mean_over_features(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(m1, v1, m2, v2) / m1.shape[-1]


@of_normal_kl(
    "cancels", "Evaluates r − 1 − log r as written: near r = 1 only rounding is left, which may be negative."
)
def normal_kl_cancels(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    xp = _xp(m1)
    z = (m1 - m2) / xp.sqrt(v2)
    return xp.sum(v1 / v2 - 1 - (xp.log(v1) - xp.log(v2)) + z * z, axis=-1) / 2


def _kl_terms(m1: Any, v1: Any, m2: Any, v2: Any) -> tuple[Any, Any, Any]:
    """v₁/v₂, log v₁/v₂ and (m₁ − m₂)²/v₂."""
    xp = _xp(m1)
    return v1 / v2, xp.log(v1) - xp.log(v2), _square(m1, m2, v2)


@of_normal_kl(
    "log-without-half",
    "Uses log v₂/v₁ instead of log σ₂/σ₁: applies the ½ to the other terms only.",
    reference="Tutorial_BayesianCompressionForDL#8",
)
def kl_log_without_half(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, square = _kl_terms(m1, v1, m2, v2)
    return _sum((ratio - 1 + square) / 2 - log)


@of_normal_kl("half-log", "Uses ½ log σ₂/σ₁ instead of log σ₂/σ₁ = ½ log v₂/v₁.")
def kl_half_log(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, square = _kl_terms(m1, v1, m2, v2)
    return _sum((ratio - 1 + square) / 2 - log / 4)


@of_normal_kl("first-variance", "Divides (m₁ − m₂)² by v₁ instead of v₂.")
def kl_first_variance(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, _ = _kl_terms(m1, v1, m2, v2)
    return _sum(ratio - 1 - log + _square(m1, m2, v1)) / 2


@of_normal_kl("quotient-inverted", "Uses v₂/v₁ instead of v₁/v₂ beside the right logarithm.")
def kl_quotient_inverted(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, square = _kl_terms(m1, v1, m2, v2)
    return _sum(1 / ratio - 1 - log + square) / 2


@of_normal_kl("not-squared", "Takes |m₁ − m₂|, without the square, over v₂.")
def kl_not_squared(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, _ = _kl_terms(m1, v1, m2, v2)
    return _sum(ratio - 1 - log + _xp(m1).abs(m1 - m2) / v2) / 2


@of_normal_kl("minus-one-once", "Subtracts 1 once, instead of once for each dimension (−d).")
def kl_minus_one_once(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    rest = (_sum(_ones(m1, v1, m2, v2)) - 1) / 2
    return density.normal_kl(m1, v1, m2, v2) + rest


@of_normal_kl("minus-one-without-half", "Subtracts 1 outside of the ½, where −½ belongs: too low.")
def kl_minus_one_without_half(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(m1, v1, m2, v2) - _sum(_ones(m1, v1, m2, v2)) / 2


@of_normal_kl(
    "deviation-in-quotients",
    "Forgets to square the deviations in (σ₁² + (m₁ − m₂)²)/2σ₂²: uses them as variances.",
)
def kl_deviation_in_quotients(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    xp = _xp(m1)
    ratio, log, square = _kl_terms(m1, v1, m2, v2)
    return _sum(xp.sqrt(ratio) - 1 - log + square * xp.sqrt(v2)) / 2


@of_normal_kl(
    "deviation-for-variance",
    "Reads the variances as standard deviations.",
    reference="Tutorial_BayesianCompressionForDL#1",
)
def kl_deviation_for_variance(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(m1, v1 * v1, m2, v2 * v2)


@of_normal_kl(
    "logarithm-squared",
    "Uses (log σ₁/σ₂)², the square of the logarithm, instead of log σ₁²/σ₂², the logarithm of the square.",
    reference="FluxML/model-zoo#73",
)
def kl_logarithm_squared(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    ratio, log, square = _kl_terms(m1, v1, m2, v2)
    return _sum(ratio - 1 - (log / 2) ** 2 + square) / 2


@of_normal_kl("mean-dropped", "Compares the variances and leaves out (m₁ − m₂)²/v₂.")
def kl_mean_dropped(m1: Any, v1: Any, m2: Any, v2: Any, /) -> Any:
    return density.normal_kl(0 * m1, v1, 0 * m2, v2)
