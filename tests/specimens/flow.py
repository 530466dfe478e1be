"""One call of every function of refimpl.flow on arrays, its size growing with n."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from refimpl import flow
from refimpl.backends import Setting

Specimen = tuple[Callable[..., Any], tuple[Any, ...]]
Builder = Callable[[Setting, int], Specimen]
DIMS, COMPONENTS, STEPS = 2, 3, 4
GIVEN: tuple[Literal["noise", "x0", "score"], ...] = ("noise", "x0", "score")
SCHEDULE = flow.variance_preserving()


def _rows(on: Setting, n: int, seed: int) -> Any:
    return on.array(np.random.default_rng(seed).standard_normal((n, DIMS)))


def _times(on: Setting, n: int) -> Any:
    return on.array(np.linspace(0.1, 1.0, n))


def _parameters(on: Setting) -> tuple[Any, Any, Any]:
    weights = on.array(np.log(np.arange(1.0, COMPONENTS + 1)))
    return weights, _rows(on, COMPONENTS, 0), on.array(np.linspace(0.5, 1.0, COMPONENTS))


def _covariances(on: Setting) -> Any:
    # Distinct eigenvalues: axes of equal ones are arbitrary, and rounding would choose them.
    return on.array(np.stack([[[2.0, 0.5], [0.5, 1.0]]] * COMPONENTS))


def _schedule(make: Callable[[], Any]) -> Builder:
    def run(t: Any) -> Any:
        made = make()
        return made.alpha(t), made.variance(t), made.variance_derivative(t)

    return lambda on, n: (run, (_times(on, n),))


def _at_times(function: Any) -> Builder:
    return lambda on, n: (lambda t: function(SCHEDULE, t), (_times(on, n),))


def _of_mixture(function: Any) -> Builder:
    def run(weights: Any, means: Any, variances: Any, t: Any, x: Any) -> Any:
        return function(flow.diagonal_mixture(weights, means, variances), SCHEDULE, t, x)

    return lambda on, n: (run, (*_parameters(on), _times(on, n), _rows(on, n, 1)))


def _full_mixture(on: Setting, n: int) -> Specimen:
    def run(weights: Any, means: Any, covariances: Any, t: Any, x: Any) -> Any:
        mixture = flow.full_mixture(weights, means, covariances)
        return flow.mixture_score(mixture, SCHEDULE, t, x)

    weights, means, _ = _parameters(on)
    return run, (weights, means, _covariances(on), _times(on, n), _rows(on, n, 1))


def _drift(function: Any, squares: int) -> Builder:
    def build(on: Setting, n: int) -> Specimen:
        column = _times(on, n)[:, None]
        return function, (_rows(on, n, 0), *[column] * squares, _rows(on, n, 1))

    return build


def _noise(function: Any) -> Builder:
    return lambda on, n: (function, (_rows(on, n, 0), _times(on, n)[:, None]))


def _ddim(on: Setting, n: int) -> Specimen:
    def run(x: Any, eps: Any, a: Any, b: Any) -> Any:
        return flow.ddim_step(x, eps, (a, b), (b, a))

    column = _times(on, n)[:, None]
    return run, (_rows(on, n, 0), _rows(on, n, 1), column, 1.5 - column)


def _residual(on: Setting, n: int) -> Specimen:
    scalar = _times(on, n)
    rows = _rows(on, n, 0), _rows(on, n, 1)
    return flow.fokker_planck_residual, (scalar, rows[0], scalar, scalar, rows[1], scalar)


def _grid(on: Setting, n: int) -> Specimen:
    def run(density: Any, drift: Any, diffusion: Any) -> Any:
        call = flow.fokker_planck_rhs_grid
        both = ("differences", "spectral")
        return tuple(call(density, drift, diffusion, spacing=(0.5,), method=method) for method in both)

    line = np.linspace(-1.0, 1.0, n)
    return run, (on.array(np.exp(-(line**2))), on.array(-line[None]), on.array(np.asarray(0.5)))


def _velocity(t: Any, x: Any) -> Any:
    return -x * (1 + t[..., None])


def _steps(function: Any, **options: Any) -> Builder:
    def build(on: Setting, n: int) -> Specimen:
        return lambda x, times: function(_velocity, x, times, **options), (_rows(on, n, 0), _times(on, STEPS))

    return build


def _likelihood(on: Setting, n: int) -> Specimen:
    def run(x: Any, times: Any) -> Any:
        return flow.flow_log_likelihood(
            _velocity, lambda t, x: 0 * x[..., 0] - DIMS * (1 + t), lambda x: -(x[..., 0] ** 2), x, times
        )

    return run, (_rows(on, n, 0), _times(on, STEPS))


def _maruyama(on: Setting, n: int) -> Specimen:
    def run(x: Any, times: Any, noises: Any) -> Any:
        return flow.euler_maruyama(_velocity, lambda t: 1 + t, x, times, noises)

    noises = on.array(np.random.default_rng(1).standard_normal((STEPS - 1, n, DIMS)))
    return run, (_rows(on, n, 0), _times(on, STEPS), noises)


def _split(on: Setting, n: int) -> Specimen:
    sigma = _times(on, n)
    return flow.ancestral_split, (sigma, sigma / 2)


def _edm(on: Setting, n: int) -> Specimen:
    def run(x: Any, sigmas: Any, noises: Any) -> Any:
        options = {"churn": 0.5, "noise_scale": 1.25}
        methods = ("heun", "euler")
        ways = (
            flow.edm_sampler(lambda s, x: x / 2 + s, x, sigmas, noises, method=m, **options) for m in methods
        )
        return tuple(ways)

    noises = on.array(np.random.default_rng(1).standard_normal((STEPS - 1, n, DIMS)))
    return run, (_rows(on, n, 0), on.array(np.linspace(3.0, 0.0, STEPS)), noises)


def _exponential(on: Setting, n: int) -> Specimen:
    def run(x: Any, data: Any, a: Any, b: Any) -> Any:
        return flow.exponential_step(x, data, (a, b), (b, a))

    column = _times(on, n)[:, None]
    return run, (_rows(on, n, 0), _rows(on, n, 1), column, 1.5 - column)


def _multistep(on: Setting, n: int) -> Specimen:
    def run(x: Any, data: Any, old: Any, a: Any) -> Any:
        return flow.dpm_solver_2m_step(x, data, old, (a, 4 * a), (a, 2 * a), (a, a))

    return run, (*(_rows(on, n, seed) for seed in range(3)), _times(on, n)[:, None])


def _step_density(on: Setting, n: int) -> Specimen:
    t = _times(on, n)
    return flow.step_log_density, (*(_rows(on, n, seed) for seed in range(3)), t, -t)


def _trace(on: Setting, n: int) -> Specimen:
    probes = on.array(np.random.default_rng(1).standard_normal((STEPS, n, DIMS)))
    return lambda z: flow.hutchinson_trace(lambda x: 2 * x, z), (probes,)


def _variance(on: Setting, n: int) -> Specimen:
    def run(jacobian: Any) -> Any:
        call = flow.hutchinson_variance
        return tuple(call(jacobian, probes=probes) for probes in ("rademacher", "gaussian"))

    return run, (on.array(np.random.default_rng(0).standard_normal((n, DIMS, DIMS))),)


def _levels(function: Any) -> Builder:
    return lambda on, n: (lambda: function(n, 0.25, 4.0, **on.like), ())


def _shift(on: Setting, n: int) -> Specimen:
    return lambda t: flow.shift_time(t, shift=3.0), (_times(on, n),)


def _at_levels(function: Any) -> Builder:
    return lambda on, n: (function, (_rows(on, n, 0), _rows(on, n, 1), _times(on, n)[:, None]))


def _rectified_velocity(on: Setting, n: int) -> Specimen:
    def run(x: Any, found: Any, t: Any) -> Any:
        return tuple(flow.rectified_velocity(x, found, t, given=given) for given in GIVEN)

    return run, (_rows(on, n, 0), _rows(on, n, 1), _times(on, n)[:, None] / 2)


def _straight() -> Any:
    return flow.from_functions(
        alpha=lambda t: 2 - t,
        alpha_derivative=lambda t: 0 * t - 1,
        variance=lambda t: t**2,
        variance_derivative=lambda t: 2 * t,
    )


SPECIMENS: dict[str, Builder] = {
    "flow.variance_preserving": _schedule(flow.variance_preserving),
    "flow.sub_variance_preserving": _schedule(flow.sub_variance_preserving),
    "flow.variance_exploding": _schedule(flow.variance_exploding),
    "flow.from_functions": _schedule(_straight),
    "flow.drift_coefficient": _at_times(flow.drift_coefficient),
    "flow.diffusion_squared": _at_times(flow.diffusion_squared),
    "flow.diagonal_mixture": _of_mixture(flow.mixture_score),
    "flow.full_mixture": _full_mixture,
    "flow.mixture_log_density": _of_mixture(flow.mixture_log_density),
    "flow.mixture_score": _of_mixture(flow.mixture_score),
    "flow.mixture_score_jacobian": _of_mixture(flow.mixture_score_jacobian),
    "flow.mixture_score_divergence": _of_mixture(flow.mixture_score_divergence),
    "flow.mixture_time_derivative": _of_mixture(flow.mixture_time_derivative),
    "flow.forward_drift": _drift(flow.forward_drift, 2),
    "flow.reverse_drift": _drift(flow.reverse_drift, 2),
    "flow.flow_velocity": _drift(flow.flow_velocity, 1),
    "flow.score_from_noise": _noise(flow.score_from_noise),
    "flow.noise_from_score": _noise(flow.noise_from_score),
    "flow.ddim_step": _ddim,
    "flow.fokker_planck_residual": _residual,
    "flow.fokker_planck_rhs_grid": _grid,
    "flow.integrate": _steps(flow.integrate, method="rk4"),
    "flow.integrate_adaptive": _steps(flow.integrate_adaptive),
    "flow.flow_log_likelihood": _likelihood,
    "flow.euler_maruyama": _maruyama,
    "flow.variance_exploding_smld": _schedule(flow.variance_exploding_smld),
    "flow.ancestral_split": _split,
    "flow.edm_sampler": _edm,
    "flow.exponential_step": _exponential,
    "flow.dpm_solver_2m_step": _multistep,
    "flow.step_log_density": _step_density,
    "flow.hutchinson_trace": _trace,
    "flow.hutchinson_variance": _variance,
    "flow.karras_sigmas": _levels(flow.karras_sigmas),
    "flow.exponential_sigmas": _levels(flow.exponential_sigmas),
    "flow.shift_time": _shift,
    "flow.edm_scalings": lambda on, n: (flow.edm_scalings, (_times(on, n),)),
    "flow.edm_denoised": _at_levels(flow.edm_denoised),
    "flow.edm_output": _at_levels(flow.edm_output),
    "flow.rectified_velocity": _rectified_velocity,
    "flow.rectified_x0": _at_levels(flow.rectified_x0),
    "flow.rectified_noise": _at_levels(flow.rectified_noise),
    "flow.rectified_score": _at_levels(flow.rectified_score),
}

TAKES = {
    "flow.edm_denoised": "mlsn mlsn mln",
    "flow.edm_output": "mlsn mlsn mln",
    "flow.edm_scalings": "omlse",
    "flow.rectified_noise": "mlsn mlsn mln",
    "flow.rectified_score": "mlsn mlsn mln",
    "flow.rectified_velocity": "mlsn mlsn mln",
    "flow.rectified_x0": "mlsn mlsn mln",
    "flow.shift_time": "omlse",
    "flow.ancestral_split": "ml ml",
    "flow.ddim_step": "mlsn mlsn mln mln",
    "flow.diagonal_mixture": "- - - ml ml",
    "flow.diffusion_squared": "omlse",
    "flow.dpm_solver_2m_step": "mlsn mlsn mlsn mln",
    "flow.drift_coefficient": "omlse",
    "flow.exponential_step": "mlsn mlsn mln mln",
    "flow.flow_log_likelihood": "mlsr s",
    "flow.flow_velocity": "mlsn mln mlsn",
    "flow.fokker_planck_residual": "ml ml ml ml ml ml",
    "flow.fokker_planck_rhs_grid": "- - m",
    "flow.forward_drift": "mlsn mln mln mlsn",
    "flow.full_mixture": "- - - ml ml",
    "flow.hutchinson_trace": "omlser",
    "flow.hutchinson_variance": "omlr",
    "flow.integrate": "mlsr s",
    "flow.integrate_adaptive": "mlsr s",
    "flow.mixture_log_density": "- - - ml ml",
    "flow.mixture_score": "- - - ml ml",
    "flow.mixture_score_divergence": "- - - ml ml",
    "flow.mixture_score_jacobian": "- - - ml ml",
    "flow.mixture_time_derivative": "- - - ml ml",
    "flow.noise_from_score": "mlsen mln",
    "flow.reverse_drift": "mlsn mln mln mlsn",
    "flow.score_from_noise": "mlsen mln",
    "flow.step_log_density": "ml ml ml ml ml",
}
