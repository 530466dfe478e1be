"""Sweeps over functions of refimpl.transport."""

from ...language.sweep import MILD, SCALE, TIME, UNIT, each, join, matrices, rows, table

SWEEPS = [
    table(
        "transport.wasserstein_1d",
        MILD,
        MILD,
        MILD,
        MILD,
        call=lambda f, a, b, c, d: f(rows(a, b), rows(c, d)),
    ),
    table(
        "transport.wasserstein_gaussian",
        MILD,
        SCALE,
        MILD,
        SCALE,
        call=lambda f, m, v, n, w: f(m[:, None], matrices(v), n[:, None], matrices(w)),
    ),
    table(
        "transport.gaussian_map",
        MILD,
        SCALE,
        MILD,
        SCALE,
        call=lambda f, m, v, n, w: f(m[:, None], matrices(v), n[:, None], matrices(w)),
    ),
    table("transport.coupling_monotonicity", SCALE, SCALE, call=lambda f, m, p: f(matrices(m), matrices(p))),
    each(
        "transport.growth_factor",
        MILD,
        MILD,
        TIME,
        TIME,
        call=lambda f, a, b, s, t: f(join(a, b), join(s, t)).factor,
    ),
    table("transport.score_matching", MILD, MILD, call=lambda f, a, b: f(a[:, None, None], b[:, None, None])),
    table(
        "transport.conditional_score_matching",
        MILD,
        MILD,
        UNIT,
        call=lambda f, a, e, b: f(a[:, None, None], e[:, None, None], b),
    ),
    each(
        "transport.gaussian_score_matching",
        MILD,
        MILD,
        MILD,
        SCALE,
        UNIT,
        UNIT,
        call=lambda f, A, c, m, s, a, b: f(A[:, None], c, m, s[:, None], a[0, ...], b[0, ...]),
    ),
]
