"""Sweeps over functions of refimpl.rope."""

from ...language.domains import Integers, Reals
from ...language.sweep import ANY, MILD, POSITIVE, UNIT, each, numbers, rows, table

BASE, FACTOR = Reals(1.0, reach=60), Reals(1.0, closed=True, reach=40)
SWEEPS = [
    numbers("rope.frequencies", Reals(1.0, reach=60), call=lambda f, b, **to: f(64, base=b, **to)),
    numbers(
        "rope.axial_frequencies", Reals(1.0, reach=60), call=lambda f, b, **to: f((16, 24), base=b, **to)
    ),
    each("rope.angles", MILD, UNIT),
    table(
        "rope.axial_angles", MILD, MILD, MILD, call=lambda f, *p: f(rows(*p), p[0][:5], sections=(3, 1, 1))
    ),
    table("rope.period", POSITIVE),
    table("rope.rotate", ANY, ANY, Reals(reach=60), call=lambda f, a, b, t: f(rows(a, b), t[:, None])),
    table(
        "rope.rotate_partial",
        ANY,
        ANY,
        ANY,
        Reals(reach=60),
        call=lambda f, a, b, c, t: f(rows(a, b, c), t[:, None]),
    ),
    table("rope.rotation_matrix", Reals(reach=1024)),
    table("rope.sinusoidal", Reals(reach=40), call=lambda f, n: f(n, dim=16)),
    table("rope.timing_signal", Reals(reach=40), call=lambda f, n: f(n, dim=16)),
    table("rope.interpolate", ANY, call=lambda f, n: f(n, factor=3.0)),
    table("rope.log_n_scale", POSITIVE, call=lambda f, n: f(n, train_length=512.0, clip=False)),
    numbers(
        "rope.ntk_base", BASE, FACTOR, Integers(2, 1024), call=lambda f, b, s, d: f(b, factor=s, dim=2 * d)
    ),
    numbers("rope.ntk_scale", FACTOR, Integers(2, 1024), call=lambda f, s, d: f(s, dim=2 * d)),
    numbers("rope.rebase", BASE, FACTOR, call=lambda f, b, s: f(b, factor=s)),
    numbers("rope.range_of", Reals(1.0, reach=10), Integers(1, 100), call=lambda f, b, m: f(b, digits=m)),
    numbers("rope.yarn_scale", FACTOR),
    numbers("rope.yarn_softmax_scale", FACTOR),
    numbers("rope.longrope_scale", FACTOR, Reals(1.0, reach=40), call=lambda f, s, n: f(s, train_length=n)),
    numbers("rope.linear", BASE, FACTOR, call=lambda f, b, s, **to: f(64, base=b, factor=s, **to)),
]
