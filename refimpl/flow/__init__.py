"""The Fokker–Planck equation and the probability-flow ODE."""

from ._schedules import (
    Schedule,
    diffusion_squared,
    drift_coefficient,
    from_functions,
    sub_variance_preserving,
    variance_exploding,
    variance_preserving,
)

__all__ = [
    "Schedule",
    "diffusion_squared",
    "drift_coefficient",
    "from_functions",
    "sub_variance_preserving",
    "variance_exploding",
    "variance_preserving",
]
