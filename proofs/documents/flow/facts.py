"""What is to be known of single functions of refimpl.flow and of their laws."""

from typing import Any

from ...._libraries import array_namespace
from ...language.facts import Facts
from .remedies import REMEDIES


def _of_axes(mixture: Any) -> Any:
    """Eigenvectors are defined up to their signs, and not at all where eigenvalues are equal."""
    transposed = array_namespace(mixture.axes).matrix_transpose(mixture.axes)
    covariances = (mixture.axes * mixture.variances[..., None, :]) @ transposed
    return mixture.log_weights, mixture.means, mixture.variances, covariances


FACTS = Facts(
    called={
        "flow.ancestral_split": ("get_ancestral_step",),
        "flow.ddim_step": ("ddim",),
        "flow.dpm_solver_2m_step": ("sample_dpmpp_2m", "multistep_dpm_solver_second_order_update"),
        "flow.edm_sampler": ("sample_heun", "sample_euler"),
        "flow.euler_maruyama": ("sdeint",),
        "flow.exponential_step": ("dpm_solver_first_order_update",),
        "flow.flow_log_likelihood": ("compute_log_likelihood", "get_likelihood_fn"),
        "flow.flow_velocity": ("probability_flow_ode", "ode_drift"),
        "flow.hutchinson_trace": ("divergence_approx", "div_estimate"),
        "flow.integrate": ("odeint", "rk4", "euler", "heun"),
        "flow.integrate_adaptive": ("odeint", "solve_ivp", "dopri8", "diffeqsolve"),
        "flow.variance_exploding_smld": ("vesde", "ve_marginal_prob"),
        "flow.variance_preserving": ("vpsde", "vp_marginal_prob"),
    },
    not_differentiable={
        "flow.full_mixture": "it gives eigenvectors, whose signs are free",
        "flow.integrate_adaptive": "its steps follow error estimates, and so do its errors",
    },
    batch_order_hidden=frozenset({"flow.integrate_adaptive"}),
    numbers=frozenset(
        {
            "flow.from_functions",
            "flow.sub_variance_preserving",
            "flow.variance_exploding",
            "flow.variance_exploding_smld",
            "flow.variance_preserving",
        }
    ),
    defined={"flow.full_mixture": _of_axes},
    notes={
        "flow.karras_sigmas": "the power ρ multiplies the roundings of its base, which is a sum of two",
        "flow.exponential_sigmas": "an exponential multiplies the rounding of a logarithm by its size",
        "flow.step_log_density": "the square of an offset that cancels, beside logarithms of other sign",
        "flow.mixture_time_derivative": "growth and movement of a density have opposite signs and cancel",
    },
    insensitive={
        "it compares a function with itself, and both sides change alike": ("flow.defaults",),
        "its bound is the error of finite steps, which is larger than all roundings": (
            "flow.adaptive-meets-tolerance",
            "flow.change-of-variables",
            "flow.convergence-order",
            "flow.exponential-order",
            "flow.gaussian-map",
            "flow.fokker_planck_rhs_grid-differences-order",
            "flow.keeps-cumulative-probability",
            "flow.returns",
        ),
        "its terms cancel, and their sizes, not the sum, carry the roundings": (
            "flow.family-shares-marginals",
            "flow.fokker-planck",
            "flow.fokker_planck_rhs_grid-agrees-with-mixture",
            "flow.fokker_planck_rhs_grid-spectral-definition",
            "flow.fokker_planck_rhs_grid-varying-diffusion",
            "flow.reversal-shares-marginals",
        ),
    },
    unseen={
        "it is a sum of terms that cancel, and their sizes carry the roundings": (
            "flow.mixture_score_jacobian",
            "flow.mixture_time_derivative",
        ),
        "the roundings of all its steps are counted": ("flow.flow_log_likelihood",),
    },
    hidden_in_float16={
        "what it changes is less than the roundings that its laws admit there": (
            "flow.integrate_adaptive/one-step-for-all",
            "flow.integrate_adaptive/tolerances-ignored",
        ),
    },
    hidden_in_bfloat16={
        "what it changes is less than the roundings that its laws admit there": (
            "flow.dpm_solver_2m_step/exact-weights",
            "flow.dpm_solver_2m_step/ratio-of-levels",
            "flow.flow_log_likelihood/averaged-divergence",
            "flow.flow_log_likelihood/rectangles",
            "flow.fokker_planck_rhs_grid/diffusion-outside",
            "flow.integrate/frozen-time",
            "flow.integrate/last-stage-in-the-middle",
            "flow.mixture_log_density/variance-by-alpha",
            "flow.mixture_time_derivative/only-noise-grows",
        ),
    },
    remedies=REMEDIES,
)
