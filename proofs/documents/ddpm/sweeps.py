"""Sweeps over functions of refimpl.ddpm."""

from collections.abc import Callable
from typing import Any

from ....ddpm import Schedule
from ...language.domains import Integers, Reals
from ...language.sweep import MILD, SCALE, UNIT, each, join, numbers, table


def _of_schedule(f: Any, *betas: Any) -> Any:
    return f(Schedule(join(*betas)))


def _of_last_step(f: Any, *betas: Any) -> Any:
    """The values at the last step, if the result is an array of them."""
    return f(Schedule(join(*betas)))[-1:]


def _at_step(count: int) -> Callable[..., Any]:
    def call(f: Any, x: Any, y: Any, *betas: Any, **options: Any) -> Any:
        return f(x, y, Schedule(join(*betas)), count, **options)

    return call


def _given(name: str) -> Callable[..., Any]:
    return lambda f, x, y, beta: f(x, y, Schedule(beta), 1, given=name)


SWEEPS = [
    numbers("ddpm.linear_schedule", Integers(1, 1000), tables=True),
    numbers("ddpm.ho_schedule", Integers(1, 1000), UNIT, UNIT, tables=True),
    numbers("ddpm.cosine_schedule", Integers(1, 1000), Reals(0.0, 1.0, closed=True), tables=True),
    table("ddpm.from_alpha", UNIT),
    each("ddpm.to_ho", UNIT, call=_of_schedule),
    each("ddpm.cumulative", UNIT, call=_of_schedule),
    each("ddpm.cumulative", UNIT, UNIT, call=_of_schedule),
    each("ddpm.snr", UNIT, call=_of_last_step),
    each("ddpm.log_snr", UNIT, call=_of_last_step),
    each("ddpm.snr", UNIT, UNIT, call=_of_last_step),
    each("ddpm.log_snr", UNIT, UNIT, call=_of_last_step),
    each("ddpm.sampling_std", UNIT, UNIT, call=_of_last_step),
    each(
        "ddpm.optimal_std",
        UNIT,
        UNIT,
        SCALE,
        call=lambda f, b, c, v: f(Schedule(join(b, c)), join(v, v))[-1:],
    ),
    each(
        "ddpm.loss_weight",
        UNIT,
        UNIT,
        SCALE,
        call=lambda f, b, c, s: f(Schedule(join(b, c)), join(s, s))[-1:],
    ),
    each("ddpm.diffuse", MILD, MILD, UNIT, call=_at_step(1)),
    each("ddpm.diffuse_step", MILD, MILD, UNIT, call=_at_step(1)),
    each("ddpm.posterior", MILD, MILD, UNIT, UNIT, call=_at_step(2)),
    each("ddpm.denoise_mean", MILD, MILD, UNIT, UNIT, call=_at_step(2)),
    each("ddpm.velocity", MILD, MILD, UNIT, call=_at_step(1)),
    *(each("ddpm.predict_x0", MILD, MILD, UNIT, call=_given(name)) for name in ("noise", "v", "score")),
    *(each("ddpm.predict_noise", MILD, MILD, UNIT, call=_given(name)) for name in ("x0", "v", "score")),
    *(each("ddpm.predict_v", MILD, MILD, UNIT, call=_given(name)) for name in ("noise", "x0", "score")),
    *(each("ddpm.predict_score", MILD, MILD, UNIT, call=_given(name)) for name in ("noise", "x0", "v")),
]
