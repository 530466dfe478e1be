"""Sweeps over functions of refimpl.flow."""

from typing import Any

from .... import _libraries
from ....flow import (
    diagonal_mixture,
    from_functions,
    sub_variance_preserving,
    variance_exploding,
    variance_preserving,
)
from ...language.domains import Integers, Reals
from ...language.sweep import ANY, MILD, POSITIVE, SCALE, TIME, UNIT, WEAK, each, join, numbers, table

LOW, HIGH = Reals(0.0, 1.0, reach=16), Reals(1.0, 100.0)
"""Ends of grids as samplers have them: σ loses as many digits as its logarithm has before the point."""


def _functions_of(f: Any, t: Any) -> Any:
    made = f()
    return (
        made.alpha(t),
        made.alpha_log_derivative(t),
        made.variance(t),
        made.variance_derivative(t),
        made.beta(t),
    )


def _on_each_schedule(f: Any, t: Any) -> Any:
    return [f(made(), t) for made in (variance_preserving, sub_variance_preserving, variance_exploding)]


def _straight() -> Any:
    return from_functions(
        alpha=lambda t: 1 - t, alpha_derivative=lambda t: 0 * t - 1, variance=lambda t: t * t,
        variance_derivative=lambda t: 2 * t,
    )  # fmt: skip


def _on_mixture(f: Any, t: Any, x: Any, *parameters: Any) -> Any:
    """Of two components on the line: t, x, and the means and variances."""
    first, second, v, w = parameters
    xp = _libraries.array_namespace(t)
    logs = xp.asarray([-0.75, -0.625], dtype=t.dtype, device=_libraries.device(t))
    mixture = diagonal_mixture(logs, join(first, second)[:, None], join(v, w)[:, None])
    return f(mixture, variance_preserving(), t, x[:, None])


def _fields(f: Any, x: Any, start: Any, stop: Any) -> Any:
    """The equation x' = −x, exact in every scheme."""
    return f(lambda t, x: -x, x, join(start, stop))


def _sampled(f: Any, x: Any, share: Any, target: Any, noise: Any) -> Any:
    """Two levels, and data whose prediction is x/2."""
    return f(lambda sigma, x: x / 2, x, join(1 + share, target), noise[None, ...], churn=0.25)


def _every_prediction(f: Any, x: Any, found: Any, t: Any) -> Any:
    return [f(x, found, t, given=given) for given in ("noise", "x0", "score")]


def _matrices(a: Any, b: Any, c: Any, d: Any) -> Any:
    xp = _libraries.array_namespace(a)
    return xp.reshape(xp.stack([a, b, c, d], axis=-1), (a.shape[0], 2, 2))


SWEEPS = [
    table("flow.variance_preserving", TIME, call=_functions_of),
    table("flow.sub_variance_preserving", TIME, call=_functions_of),
    table("flow.variance_exploding", TIME, call=_functions_of),
    table("flow.variance_exploding_smld", TIME, call=_functions_of),
    table("flow.from_functions", Reals(0.0, 1.0, reach=60), call=lambda f, t: _functions_of(_straight, t)),
    table("flow.drift_coefficient", TIME, call=_on_each_schedule),
    table("flow.diffusion_squared", TIME, call=_on_each_schedule),
    table("flow.flow_velocity", MILD, SCALE, MILD),
    table("flow.forward_drift", MILD, SCALE, SCALE, MILD),
    table("flow.reverse_drift", MILD, SCALE, SCALE, MILD),
    table("flow.score_from_noise", ANY, POSITIVE),
    table("flow.noise_from_score", ANY, POSITIVE),
    table(
        "flow.ddim_step",
        MILD,
        MILD,
        UNIT,
        UNIT,
        UNIT,
        UNIT,
        call=lambda f, x, e, a, b, c, d: f(x, e, (a, b), (c, d)),
    ),
    *(
        each(
            f"flow.mixture_{name}",
            TIME,
            WEAK,
            WEAK,
            WEAK,
            Reals(0.0, reach=5),
            Reals(0.0, reach=5),
            call=_on_mixture,
        )
        for name in ("log_density", "score", "score_jacobian", "score_divergence", "time_derivative")
    ),
    each("flow.integrate", MILD, UNIT, UNIT, call=_fields),
    table("flow.ancestral_split", SCALE, UNIT, call=lambda f, s, share: f(s, s * share)),
    table(
        "flow.exponential_step",
        MILD,
        MILD,
        UNIT,
        UNIT,
        UNIT,
        UNIT,
        call=lambda f, x, data, a, b, c, d: f(x, data, (a, b), (c, d)),
    ),
    table(
        "flow.dpm_solver_2m_step",
        MILD,
        MILD,
        MILD,
        UNIT,
        UNIT,
        UNIT,
        call=lambda f, x, data, old, a, b, c: f(
            x, data, old, (1 + 0 * a, 4 + a), (1 + 0 * b, 2 + b), (1 + 0 * c, c)
        ),
    ),
    table(
        "flow.step_log_density",
        MILD,
        MILD,
        MILD,
        SCALE,
        SCALE,
        call=lambda f, x, end, drift, s, h: f(x[:, None], end[:, None], drift[:, None], s, h),
    ),
    table(
        "flow.hutchinson_trace",
        MILD,
        MILD,
        call=lambda f, j, z: f(lambda x: j[:, None] * x, z[None, :, None]),
    ),
    table(
        "flow.hutchinson_variance",
        MILD,
        MILD,
        MILD,
        MILD,
        call=lambda f, a, b, c, d: f(_matrices(a, b, c, d)),
    ),
    numbers("flow.karras_sigmas", Integers(1, 64), LOW, HIGH, tables=True),
    numbers("flow.exponential_sigmas", Integers(1, 64), LOW, HIGH, tables=True),
    table("flow.shift_time", TIME, call=lambda f, t: (f(t, shift=3.0), f(t, shift=0.25))),
    table("flow.edm_scalings", SCALE),
    table("flow.edm_denoised", MILD, MILD, SCALE),
    table("flow.edm_output", MILD, MILD, SCALE),
    table("flow.rectified_velocity", MILD, MILD, UNIT, call=_every_prediction),
    table("flow.rectified_x0", MILD, MILD, UNIT),
    table("flow.rectified_noise", MILD, MILD, UNIT),
    table("flow.rectified_score", MILD, MILD, UNIT),
    each("flow.edm_sampler", MILD, UNIT, UNIT, MILD, call=_sampled),
]
