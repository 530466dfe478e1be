"""Sweeps over functions of refimpl.matching."""

from ...language.domains import Integers, Reals
from ...language.sweep import ANY, MILD, UNIT, each, join, numbers, rows, table

SWEEPS = [
    table(
        "matching.cosine_similarity", ANY, ANY, ANY, ANY, call=lambda f, a, b, c, d: f(rows(a, b), rows(c, d))
    ),
    table("matching.sbert_features", ANY, ANY, call=lambda f, a, b: f(a[:, None], b[:, None])),
    *(
        each(
            f"matching.cosent_{name}",
            Reals(-1.0, 1.0, closed=True),
            Reals(-1.0, 1.0, closed=True),
            MILD,
            MILD,
            call=lambda f, a, b, c, d: f(join(a, b), join(c, d)),
        )
        for name in ("loss", "loss_pairwise", "gradient")
    ),
    numbers("matching.rule_of_thumb_dimension", Integers(1, 2**60)),
    numbers("matching.ranking_dimension", Integers(2, 2**30)),
    numbers("matching.jl_dimension", Integers(2, 2**60), Reals(0.0, 1.0, reach=40), UNIT),
]
