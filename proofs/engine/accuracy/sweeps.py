"""Functions of few numbers, and the domains of those: what dense samples and searches run over.

In a sweep every array argument is an axis of samples, and so is the first axis of every result. Where a
function takes no such axis (a schedule has one axis of steps that belong together), each sample is a call
of its own, with arrays of one element. Options have their defaults; the calls of laws vary them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import array_api_compat

from ....ddpm import Schedule
from ....flow import (
    diagonal_mixture,
    from_functions,
    sub_variance_preserving,
    variance_exploding,
    variance_preserving,
)
from .domains import Domain, Integers, Reals

UNIT = Reals(0.0, 1.0)
TIME = Reals(0.0, 1.0, closed=True, reach=500)
"""Of schedules, whose functions hold t²."""
POSITIVE = Reals(0.0)
ANY = Reals()
MILD = Reals(reach=24)
SCALE = Reals(0.0, reach=24)
WEAK = Reals(-16.0, 16.0, reach=5)


@dataclass(frozen=True, slots=True)
class Sweep:
    """`call(f, *arguments)` measures function f on samples of its arguments."""

    function: str
    domains: tuple[Domain, ...]
    call: Callable[..., Any]
    each: bool = False
    """One call a sample."""
    python: bool = False
    """The arguments are Python numbers; then also one call a sample."""
    tables: bool = False
    """Every result is a table of many numbers, so that few calls are enough."""

    @property
    def single(self) -> bool:
        """Whether each sample is a call of its own."""
        return self.each or self.python


def _plain(f: Any, *arguments: Any, **options: Any) -> Any:
    return f(*arguments, **options)


def _join(*arrays: Any) -> Any:
    return array_api_compat.array_namespace(*arrays).concat(list(arrays))


def _rows(*arrays: Any) -> Any:
    """Samples of vectors, from samples of components."""
    return array_api_compat.array_namespace(*arrays).stack(list(arrays), axis=-1)


def _matrices(array: Any) -> Any:
    return array[:, None, None]


def _of_schedule(f: Any, *betas: Any) -> Any:
    return f(Schedule(_join(*betas)))


def _of_last_step(f: Any, *betas: Any) -> Any:
    """The values at the last step, if the result is an array of them."""
    return f(Schedule(_join(*betas)))[-1:]


def _at_step(count: int) -> Callable[..., Any]:
    def call(f: Any, x: Any, y: Any, *betas: Any, **options: Any) -> Any:
        return f(x, y, Schedule(_join(*betas)), count, **options)

    return call


def _given(name: str) -> Callable[..., Any]:
    return lambda f, x, y, beta: f(x, y, Schedule(beta), 1, given=name)


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
    xp = array_api_compat.array_namespace(t)
    logs = xp.asarray([-0.75, -0.625], dtype=t.dtype, device=array_api_compat.device(t))
    mixture = diagonal_mixture(logs, _join(first, second)[:, None], _join(v, w)[:, None])
    return f(mixture, variance_preserving(), t, x[:, None])


def _fields(f: Any, x: Any, start: Any, stop: Any) -> Any:
    """The equation x' = −x, exact in every scheme."""
    return f(lambda t, x: -x, x, _join(start, stop))


def _table(name: str, *domains: Domain, call: Callable[..., Any] = _plain, **options: bool) -> Sweep:
    return Sweep(name, domains, call, **options)


def _each(name: str, *domains: Domain, call: Callable[..., Any] = _plain) -> Sweep:
    return Sweep(name, domains, call, each=True)


def _numbers(name: str, *domains: Domain, call: Callable[..., Any] = _plain, tables: bool = False) -> Sweep:
    return Sweep(name, domains, call, python=True, tables=tables)


_DDPM = [
    _numbers("ddpm.linear_schedule", Integers(1, 1000), tables=True),
    _numbers("ddpm.ho_schedule", Integers(1, 1000), UNIT, UNIT, tables=True),
    _numbers("ddpm.cosine_schedule", Integers(1, 1000), Reals(0.0, 1.0, closed=True), tables=True),
    _table("ddpm.from_alpha", UNIT),
    _each("ddpm.to_ho", UNIT, call=_of_schedule),
    _each("ddpm.cumulative", UNIT, call=_of_schedule),
    _each("ddpm.cumulative", UNIT, UNIT, call=_of_schedule),
    _each("ddpm.snr", UNIT, call=_of_last_step),
    _each("ddpm.log_snr", UNIT, call=_of_last_step),
    _each("ddpm.snr", UNIT, UNIT, call=_of_last_step),
    _each("ddpm.log_snr", UNIT, UNIT, call=_of_last_step),
    _each("ddpm.sampling_std", UNIT, UNIT, call=_of_last_step),
    _each("ddpm.optimal_std", UNIT, UNIT, SCALE,
          call=lambda f, b, c, v: f(Schedule(_join(b, c)), _join(v, v))[-1:]),
    _each("ddpm.loss_weight", UNIT, UNIT, SCALE,
          call=lambda f, b, c, s: f(Schedule(_join(b, c)), _join(s, s))[-1:]),
    _each("ddpm.diffuse", MILD, MILD, UNIT, call=_at_step(1)),
    _each("ddpm.diffuse_step", MILD, MILD, UNIT, call=_at_step(1)),
    _each("ddpm.posterior", MILD, MILD, UNIT, UNIT, call=_at_step(2)),
    _each("ddpm.denoise_mean", MILD, MILD, UNIT, UNIT, call=_at_step(2)),
    _each("ddpm.velocity", MILD, MILD, UNIT, call=_at_step(1)),
    *(_each("ddpm.predict_x0", MILD, MILD, UNIT, call=_given(name)) for name in ("noise", "v", "score")),
    *(_each("ddpm.predict_noise", MILD, MILD, UNIT, call=_given(name)) for name in ("x0", "v", "score")),
    *(_each("ddpm.predict_v", MILD, MILD, UNIT, call=_given(name)) for name in ("noise", "x0", "score")),
    *(_each("ddpm.predict_score", MILD, MILD, UNIT, call=_given(name)) for name in ("noise", "x0", "v")),
]  # fmt: skip
_DENSITY = [
    _table("density.bits_per_dim", ANY, call=lambda f, x: f(x, dims=3072)),
    _table("density.log_weights", MILD, MILD, MILD),
    _table("density.elbo", MILD, MILD, call=lambda f, *w: f(_rows(*w))),
    _table("density.importance_bound", MILD, MILD, call=lambda f, *w: f(_rows(*w))),
    _table("density.normalized_weights", MILD, MILD, call=lambda f, *w: f(_rows(*w))),
    _table("density.effective_sample_size", MILD, MILD, MILD, call=lambda f, *w: f(_rows(*w))),
    _table("density.mixture_log_density", MILD, MILD, MILD, MILD, call=lambda f, a, b, c, d: f(_rows(a, b), _rows(c, d))),
    _table("density.normal_log_density", MILD, MILD, SCALE, call=lambda f, *given: f(*(a[:, None] for a in given))),
    _table("density.normal_kl", MILD, SCALE, MILD, SCALE, call=lambda f, *given: f(*(a[:, None] for a in given))),
    _table("density.normal_log_density_full", MILD, MILD, SCALE,
           call=lambda f, x, m, v: f(x[:, None], m[:, None], _matrices(v))),
    _table("density.normal_kl_full", MILD, SCALE, MILD, SCALE,
           call=lambda f, m, v, n, w: f(m[:, None], _matrices(v), n[:, None], _matrices(w))),
]  # fmt: skip
_FLOW = [
    _table("flow.variance_preserving", TIME, call=_functions_of),
    _table("flow.sub_variance_preserving", TIME, call=_functions_of),
    _table("flow.variance_exploding", TIME, call=_functions_of),
    _table("flow.from_functions", Reals(0.0, 1.0, reach=60), call=lambda f, t: _functions_of(_straight, t)),
    _table("flow.drift_coefficient", TIME, call=_on_each_schedule),
    _table("flow.diffusion_squared", TIME, call=_on_each_schedule),
    _table("flow.flow_velocity", MILD, SCALE, MILD),
    _table("flow.forward_drift", MILD, SCALE, SCALE, MILD),
    _table("flow.reverse_drift", MILD, SCALE, SCALE, MILD),
    _table("flow.score_from_noise", ANY, POSITIVE),
    _table("flow.noise_from_score", ANY, POSITIVE),
    _table("flow.ddim_step", MILD, MILD, UNIT, UNIT, UNIT, UNIT,
           call=lambda f, x, e, a, b, c, d: f(x, e, (a, b), (c, d))),
    *(_each(f"flow.mixture_{name}", TIME, WEAK, WEAK, WEAK, Reals(0.0, reach=5), Reals(0.0, reach=5), call=_on_mixture)
      for name in ("log_density", "score", "score_jacobian", "score_divergence", "time_derivative")),
    _each("flow.integrate", MILD, UNIT, UNIT, call=_fields),
]  # fmt: skip
_MATCHING = [
    _table("matching.cosine_similarity", ANY, ANY, ANY, ANY, call=lambda f, a, b, c, d: f(_rows(a, b), _rows(c, d))),
    _table("matching.sbert_features", ANY, ANY, call=lambda f, a, b: f(a[:, None], b[:, None])),
    *(_each(f"matching.cosent_{name}", Reals(-1.0, 1.0, closed=True), Reals(-1.0, 1.0, closed=True), MILD, MILD,
            call=lambda f, a, b, c, d: f(_join(a, b), _join(c, d))) for name in ("loss", "loss_pairwise", "gradient")),
    _numbers("matching.rule_of_thumb_dimension", Integers(1, 2**60)),
    _numbers("matching.ranking_dimension", Integers(2, 2**30)),
    _numbers("matching.jl_dimension", Integers(2, 2**60), Reals(0.0, 1.0, reach=40), UNIT),
]  # fmt: skip
_RESIDUAL = [
    _table("residual.layer_norm", MILD, MILD, MILD, call=lambda f, *x: f(_rows(*x))),
    _table("residual.deep_norm", MILD, MILD, MILD, MILD,
           call=lambda f, a, b, c, d: f(_rows(a, b), _rows(c, d), alpha=1.5)),
    _numbers("residual.growth", Reals(0.0, reach=60), Integers(0, 2**60)),
    _numbers("residual.growth", Reals(0.0, reach=60), Integers(0, 2**60), call=lambda f, e, n: f(e, n, kind="zero_mean")),
    _numbers("residual.init_variance", Integers(1, 2**40), Integers(1, 2**40), call=lambda f, n, m: f(n, m, mode="xavier")),
    _numbers("residual.deepnorm_constants", Integers(0, 2**20), Integers(1, 2**20)),
    _numbers("residual.deepnorm_constants", Integers(1, 2**20), Integers(1, 2**20), call=lambda f, n, m: f(n, m, exact=True)),
]  # fmt: skip
BASE, FACTOR, LENGTH = Reals(1.0, reach=60), Reals(1.0, closed=True, reach=40), Reals(1.0, reach=40)
_ROPE = [
    _numbers("rope.frequencies", Reals(1.0, reach=60), call=lambda f, b, **to: f(64, base=b, **to)),
    _each("rope.angles", MILD, UNIT),
    _table("rope.period", POSITIVE),
    _table("rope.rotate", ANY, ANY, Reals(reach=60), call=lambda f, a, b, t: f(_rows(a, b), t[:, None])),
    _table("rope.rotation_matrix", Reals(reach=1024)),
    _table("rope.sinusoidal", Reals(reach=40), call=lambda f, n: f(n, dim=16)),
    _table("rope.interpolate", ANY, call=lambda f, n: f(n, factor=3.0)),
    _table("rope.log_n_scale", POSITIVE, call=lambda f, n: f(n, train_length=512.0, clip=False)),
    _numbers("rope.ntk_base", BASE, FACTOR, Integers(2, 1024), call=lambda f, b, s, d: f(b, factor=s, dim=2 * d)),
    _numbers("rope.ntk_scale", FACTOR, Integers(2, 1024), call=lambda f, s, d: f(s, dim=2 * d)),
    _numbers("rope.rebase", BASE, FACTOR, call=lambda f, b, s: f(b, factor=s)),
    _numbers("rope.range_of", Reals(1.0, reach=10), Integers(1, 100), call=lambda f, b, m: f(b, digits=m)),
    _numbers("rope.yarn_scale", FACTOR),
]  # fmt: skip
_TRANSPORT = [
    _table("transport.wasserstein_1d", MILD, MILD, MILD, MILD, call=lambda f, a, b, c, d: f(_rows(a, b), _rows(c, d))),
    _table("transport.wasserstein_gaussian", MILD, SCALE, MILD, SCALE,
           call=lambda f, m, v, n, w: f(m[:, None], _matrices(v), n[:, None], _matrices(w))),
    _table("transport.gaussian_map", MILD, SCALE, MILD, SCALE,
           call=lambda f, m, v, n, w: f(m[:, None], _matrices(v), n[:, None], _matrices(w))),
    _table("transport.coupling_monotonicity", SCALE, SCALE, call=lambda f, m, p: f(_matrices(m), _matrices(p))),
    _each("transport.growth_factor", MILD, MILD, TIME, TIME, call=lambda f, a, b, s, t: f(_join(a, b), _join(s, t)).factor),
    _table("transport.score_matching", MILD, MILD, call=lambda f, a, b: f(a[:, None, None], b[:, None, None])),
    _table("transport.conditional_score_matching", MILD, MILD, UNIT,
           call=lambda f, a, e, b: f(a[:, None, None], e[:, None, None], b)),
    _each("transport.gaussian_score_matching", MILD, MILD, MILD, SCALE, UNIT, UNIT,
          call=lambda f, A, c, m, s, a, b: f(A[:, None], c, m, s[:, None], a[0, ...], b[0, ...])),
]  # fmt: skip
DEFINED: dict[str, Callable[[Any], Any]] = {
    # Eigenvectors are defined up to their signs, and not at all where eigenvalues are equal.
    "flow.full_mixture": lambda mixture: (
        mixture.log_weights,
        mixture.means,
        mixture.variances,
        (mixture.axes * mixture.variances[..., None, :]) @ mixture.axes.mT,
    ),
}
"""What of a result is defined uniquely, where not all of it is."""
SWEEPS = [*_DDPM, *_DENSITY, *_FLOW, *_MATCHING, *_RESIDUAL, *_ROPE, *_TRANSPORT]


def of(function: str) -> list[Sweep]:
    """The sweeps of a function."""
    return [sweep for sweep in SWEEPS if sweep.function == function]
