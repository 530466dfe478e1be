"""Conventions of formulas of one time, or level, for each sample of several features; and of a last state."""

from typing import Any

from ...._libraries import array_namespace
from ...language.adapter import adapter
from ...language.law import Implementation


def _each(mine: Implementation, points: tuple[Any, ...], at: Any, **options: Any) -> Any:
    """Every entry as a sample of one feature."""
    xp = array_namespace(*points, at)
    flat = [xp.reshape(array, (-1,)) for array in xp.broadcast_arrays(*points, at)]
    return mine(*(array[:, None] for array in flat[:-1]), flat[-1], **options)


def _of_samples(mine: Implementation) -> Implementation:
    def of_samples(first: Any, second: Any, at: Any, /, **options: Any) -> Any:
        xp = array_namespace(first, second, at)
        shape = xp.broadcast_arrays(first, second, at)[0].shape
        return xp.reshape(_each(mine, (first, second), at, **options), shape)

    return of_samples


_TIMES = "mine(x, {}, t): points (n, d) and a time for each, (n,)."
_LEVELS = "mine(x, {}, sigma, sigma_data=): points (n, d) and a level for each, (n,)."

edm_denoised_per_sample = adapter("flow.edm_denoised", "per-sample", _LEVELS.format("output"))(_of_samples)
edm_output_per_sample = adapter("flow.edm_output", "per-sample", _LEVELS.format("data"))(_of_samples)
rectified_x0_per_sample = adapter("flow.rectified_x0", "per-sample", _TIMES.format("velocity"))(_of_samples)
rectified_noise_per_sample = adapter("flow.rectified_noise", "per-sample", _TIMES.format("velocity"))(
    _of_samples
)
rectified_score_per_sample = adapter("flow.rectified_score", "per-sample", _TIMES.format("velocity"))(
    _of_samples
)


_LAST = (
    'mine(f, x, times, method) → the last state, of the field {}; method "euler", "heun" or "rk4". It is '
    "called for each of the times as the last."
)


@adapter("flow.integrate", "last", _LAST.format("f(t, x)"))
def integrate_last(mine: Implementation) -> Implementation:
    def integrate(velocity: Any, x: Any, times: Any, /, *, method: Any = "rk4") -> Any:
        ends = (mine(velocity, x, times[: i + 1], method) for i in range(1, times.shape[0]))
        return array_namespace(x).stack([x, *ends])

    return integrate


@adapter("flow.integrate", "state-first-last", _LAST.format("f(x, t)"))
def integrate_state_first_last(mine: Implementation) -> Implementation:
    def with_time_first(field: Any, *given: Any) -> Any:
        return mine(lambda state, t: field(t, state), *given)

    return integrate_last.wrap(with_time_first)
