"""The Fokker–Planck equation and the probability-flow ODE.

Functions of time and place take (t, x), in that order; squares g², σ² are passed as such.

Article: Jianlin Su (苏剑林), Diffusion models, 6: the general framework, ODE (2022-08-08),
https://spaces.ac.cn/archives/9228. `refimpl show flow` prints what it states.
"""

from ._drifts import (
    ddim_step,
    flow_velocity,
    forward_drift,
    noise_from_score,
    reverse_drift,
    score_from_noise,
)
from ._equation import Residual, fokker_planck_residual, fokker_planck_rhs_grid
from ._estimates import hutchinson_trace, hutchinson_variance, step_log_density
from ._grids import exponential_sigmas, karras_sigmas, shift_time
from ._integrators import euler_maruyama, flow_log_likelihood, integrate, integrate_adaptive
from ._mixtures import (
    Mixture,
    diagonal_mixture,
    full_mixture,
    mixture_log_density,
    mixture_score,
    mixture_score_divergence,
    mixture_score_jacobian,
    mixture_time_derivative,
)
from ._preconditioning import EDMScalings, edm_denoised, edm_output, edm_scalings
from ._rectified import rectified_noise, rectified_score, rectified_velocity, rectified_x0
from ._samplers import AncestralStep, ancestral_split, dpm_solver_2m_step, edm_sampler, exponential_step
from ._schedules import (
    Schedule,
    diffusion_squared,
    drift_coefficient,
    from_functions,
    sub_variance_preserving,
    variance_exploding,
    variance_exploding_smld,
    variance_preserving,
)

__all__ = [
    "AncestralStep",
    "EDMScalings",
    "Mixture",
    "Residual",
    "Schedule",
    "ancestral_split",
    "ddim_step",
    "diagonal_mixture",
    "diffusion_squared",
    "dpm_solver_2m_step",
    "drift_coefficient",
    "edm_denoised",
    "edm_output",
    "edm_sampler",
    "edm_scalings",
    "euler_maruyama",
    "exponential_sigmas",
    "exponential_step",
    "flow_log_likelihood",
    "flow_velocity",
    "fokker_planck_residual",
    "fokker_planck_rhs_grid",
    "forward_drift",
    "from_functions",
    "full_mixture",
    "hutchinson_trace",
    "hutchinson_variance",
    "integrate",
    "integrate_adaptive",
    "karras_sigmas",
    "mixture_log_density",
    "mixture_score",
    "mixture_score_divergence",
    "mixture_score_jacobian",
    "mixture_time_derivative",
    "noise_from_score",
    "rectified_noise",
    "rectified_score",
    "rectified_velocity",
    "rectified_x0",
    "reverse_drift",
    "score_from_noise",
    "shift_time",
    "step_log_density",
    "sub_variance_preserving",
    "variance_exploding",
    "variance_exploding_smld",
    "variance_preserving",
]
