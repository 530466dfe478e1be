"""Laws of mixture data carried by a schedule."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import closed, inputs

_COUNT = Rounding(
    {"offset or variance": 10, "sums over 3 coordinates and components": 8, "expectation in dense form": 6},
    calls=("exp", "expm1", "log"),
)
_MIXTURE = {
    "flow.mixture_log_density": "log_density",
    "flow.mixture_score": "score",
    "flow.mixture_score_jacobian": "jacobian",
    "flow.mixture_time_derivative": "rate",
}


def build(impl: Impl, on: Setting, case: closed.Mixture) -> tuple[Any, Any, closed.Data, closed.Errors]:
    """The mixture and the schedule under test, and the same on the host with error bounds."""
    data = closed.Data(on, case)
    make = impl["flow.full_mixture" if data.full else "flow.diagonal_mixture"]
    made = make(case.log_weights, case.means, case.spread)
    return made, case.schedule.build(impl, on), data, closed.Errors(data)


def _all(impl: Impl, on: Setting, case: closed.Mixture) -> Iterator[Record]:
    mixture, schedule, data, errors = build(impl, on, case)
    for name, quantity in _MIXTURE.items():
        value = impl[name](mixture, schedule, case.t, case.x)
        yield Gap(quantity, value, getattr(data, quantity), getattr(errors, quantity))
    trace = np.einsum("nii->n", data.jacobian)
    value = impl["flow.mixture_score_divergence"](mixture, schedule, case.t, case.x)
    yield Gap("divergence", value, trace, errors.divergence)


@law(
    "flow.diagonal_mixture-definition",
    "Density, score, its Jacobian and divergence, and time derivative of diagonal mixture data",
    source="flow D3",
    about=("flow.diagonal_mixture", "flow.mixture_score_divergence", *_MIXTURE),
    inputs=inputs.mixtures,
    tolerance=_COUNT,
    refutes=(
        "flow.mixture_score/unnormalised-responsibilities",
        "flow.mixture_score/prior-weights",
        "flow.mixture_log_density/missing-normaliser",
        "flow.mixture_log_density/clean-data",
        "flow.mixture_score_divergence/mean-of-components",
        "flow.mixture_score_divergence/averaged-trace",
        "flow.mixture_score_jacobian/negated",
        "flow.mixture_time_derivative/only-noise-grows",
        "flow.diagonal_mixture/standard-deviations",
        "flow.diagonal_mixture/weights-as-given",
        "flow.diagonal_mixture/relative-to-the-first",
        "flow.diagonal_mixture/logarithm-twice",
        "flow.diagonal_mixture/roots-of-variances",
        "flow.mixture_log_density/variance-by-alpha",
        "flow.mixture_log_density/variance-unscaled",
        "flow.mixture_log_density/means-unscaled",
        "flow.mixture_log_density/without-noise",
        "flow.mixture_log_density/deviation-added",
        "flow.mixture_log_density/nearest-component",
        "flow.mixture_log_density/log-determinant-not-halved",
        "flow.mixture_log_density/log-determinant-halved-twice",
        "flow.mixture_score/without-weights",
        "flow.mixture_score/negated",
        "flow.mixture_score/without-variance",
        "flow.mixture_score/nearest-component",
        "flow.mixture_score/without-determinant",
        "flow.mixture_score_jacobian/not-centred",
        "flow.mixture_score_jacobian/without-precision",
        "flow.mixture_score_jacobian/mean-of-components",
        "flow.mixture_score_divergence/not-centred",
        "flow.mixture_score_divergence/negated",
        "flow.mixture_time_derivative/covariances-still",
        "flow.mixture_time_derivative/means-still",
        "flow.mixture_time_derivative/noise-still",
    ),
)
def diagonal_mixture_definition(impl: Impl, on: Setting, case: closed.Mixture) -> Iterator[Record]:
    """Compares with dense matrices and complex-step derivatives of the log density, in float64."""
    yield from _all(impl, on, case)


@law(
    "flow.full_mixture-definition",
    "Density, score, its Jacobian and divergence, and time derivative of mixture data of full covariances",
    source="flow D3",
    about=("flow.full_mixture", "flow.mixture_score_divergence", *_MIXTURE),
    inputs=inputs.full_mixtures,
    tolerance=_COUNT,
    refutes=(
        "flow.full_mixture/rows-for-axes",
        "flow.full_mixture/diagonal-only",
        "flow.full_mixture/jitter-where-singular",
        "flow.full_mixture/roots-of-variances",
        "flow.full_mixture/order-reversed",
        "flow.mixture_time_derivative/noise-still",
    ),
)
def full_mixture_definition(impl: Impl, on: Setting, case: closed.Mixture) -> Iterator[Record]:
    """Compares with dense matrices and complex-step derivatives of the log density, in float64."""
    yield from _all(impl, on, case)
