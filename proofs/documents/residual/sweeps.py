"""Sweeps over functions of refimpl.residual."""

from ...language.domains import Integers, Reals
from ...language.sweep import MILD, numbers, rows, table

SWEEPS = [
    table("residual.layer_norm", MILD, MILD, MILD, call=lambda f, *x: f(rows(*x))),
    table(
        "residual.deep_norm",
        MILD,
        MILD,
        MILD,
        MILD,
        call=lambda f, a, b, c, d: f(rows(a, b), rows(c, d), alpha=1.5),
    ),
    table("residual.rms_norm", MILD, MILD, MILD, call=lambda f, *x: f(rows(*x))),
    numbers("residual.depth_scaled_std", Reals(0.0, reach=60), Integers(1, 2**40)),
    numbers("residual.stream_variance", Reals(0.0, reach=60), Integers(0, 2**40)),
    numbers("residual.growth", Reals(0.0, reach=60), Integers(0, 2**60)),
    numbers(
        "residual.growth",
        Reals(0.0, reach=60),
        Integers(0, 2**60),
        call=lambda f, e, n: f(e, n, kind="zero_mean"),
    ),
    numbers(
        "residual.init_variance",
        Integers(1, 2**40),
        Integers(1, 2**40),
        call=lambda f, n, m: f(n, m, mode="xavier"),
    ),
    numbers("residual.deepnorm_constants", Integers(0, 2**20), Integers(1, 2**20)),
    numbers(
        "residual.deepnorm_constants",
        Integers(1, 2**20),
        Integers(1, 2**20),
        call=lambda f, n, m: f(n, m, exact=True),
    ),
]
