"""Sweeps over functions of refimpl.density."""

from ...language.sweep import ANY, MILD, SCALE, matrices, rows, table

SWEEPS = [
    table("density.bits_per_dim", ANY, call=lambda f, x: f(x, dims=3072)),
    table("density.log_weights", MILD, MILD, MILD),
    table("density.elbo", MILD, MILD, call=lambda f, *w: f(rows(*w))),
    table("density.importance_bound", MILD, MILD, call=lambda f, *w: f(rows(*w))),
    table("density.normalized_weights", MILD, MILD, call=lambda f, *w: f(rows(*w))),
    table("density.effective_sample_size", MILD, MILD, MILD, call=lambda f, *w: f(rows(*w))),
    table(
        "density.mixture_log_density",
        MILD,
        MILD,
        MILD,
        MILD,
        call=lambda f, a, b, c, d: f(rows(a, b), rows(c, d)),
    ),
    table(
        "density.normal_log_density",
        MILD,
        MILD,
        SCALE,
        call=lambda f, *given: f(*(a[:, None] for a in given)),
    ),
    table(
        "density.normal_kl", MILD, SCALE, MILD, SCALE, call=lambda f, *given: f(*(a[:, None] for a in given))
    ),
    table(
        "density.normal_log_density_full",
        MILD,
        MILD,
        SCALE,
        call=lambda f, x, m, v: f(x[:, None], m[:, None], matrices(v)),
    ),
    table(
        "density.normal_kl_full",
        MILD,
        SCALE,
        MILD,
        SCALE,
        call=lambda f, m, v, n, w: f(m[:, None], matrices(v), n[:, None], matrices(w)),
    ),
]
