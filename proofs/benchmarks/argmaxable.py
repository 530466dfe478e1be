"""Verdicts of all classes beside one linear program a class, as the published tool poses it.

The program is the Chebyshev centre in the box |z| ≤ 100, solved by HiGHS; it is run for a few classes, drawn
from a fixed seed, and counts as that share of the work.
"""

from functools import partial
from typing import Any

import numpy as np

from ._row import Calls, Peer, Row

HIGHS = Peer("one HiGHS program a class (SciPy)", {"scipy.optimize": "scipy"})
FEASIBILITY = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}


def _layer(n: int, d: int, biased: bool) -> tuple[Any, Any]:
    """Heavy-tailed rows, about half of which cannot win."""
    rng = np.random.default_rng([0, n, d])
    W = rng.standard_normal((n, d)) * rng.lognormal(0, 1, (n, 1))
    return W, rng.standard_normal(n) if biased else np.zeros(n)


def _classify(n: int, d: int, biased: bool, few: int) -> Calls:
    from scipy import optimize  # noqa: PLC0415

    from ... import argmaxable  # noqa: PLC0415

    W, b = _layer(n, d, biased)
    some = np.random.default_rng(1).choice(n, few, replace=False).tolist()

    def program(k: int) -> bool:
        rows, biases = np.delete(W - W[k], k, axis=0), np.delete(b - b[k], k)
        system = np.column_stack([rows, np.linalg.norm(rows, axis=1)])
        bounds = [(-100.0, 100.0)] * d + [(1e-8, None)]
        found = optimize.linprog(
            -np.eye(d + 1)[-1], A_ub=system, b_ub=-biases, bounds=bounds, options=FEASIBILITY
        )
        return bool(found.status == 0)

    def agree(ours: Any, theirs: list[bool]) -> str:
        unlike = [
            k for k, wins in zip(some, theirs, strict=True) if (ours.verdicts[k] == "argmaxable") != wins
        ]
        return f"the verdicts of the classes {unlike} differ" if unlike else ""

    return Calls(lambda: argmaxable.classify(W, b), lambda: [program(k) for k in some], agree, share=few / n)


def _row(n: int, d: int, biased: bool, few: int, goal: float) -> Row:
    words = "with bias" if biased else "without bias"
    return Row(
        f"classify-{n}x{d}{'-bias' if biased else ''}",
        f"classify of {n} classes in {d} dimensions, heavy-tailed, {words}",
        partial(_classify, n, d, biased, few), HIGHS, goal=goal, about="argmaxable.classify",
    )  # fmt: skip


ROWS = [
    _row(n, d, biased, few, goal)
    for n, d, few, goal in (
        (500, 16, 24, 0.02),
        (2000, 32, 8, 0.01),
        (5000, 64, 4, 0.007),
        (10000, 128, 1, 1 / 150),
    )
    for biased in (False, True)
]
