"""What must hold."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from refimpl.backends import Setting
from refimpl.proofs.language.law import AtMost, Gap, Impl, Record, Rounding, law

from . import inputs


def _shares(x: Any) -> Any:
    """1 / Σ_j exp(x_j − x_i), which is the softmax without a shift."""
    return 1 / np.exp(x[..., None, :] - x[..., :, None]).sum(-1)


@law(
    "attention.softmax-definition",
    "softmax is exp x / Σ exp x",
    source="attention D1",
    about=("attention.softmax",),
    inputs=inputs.rows,
    tolerance=Rounding(
        {
            "differences to the largest": 2,
            "in the sum, Σ t exp(−t) ≤ 7/e": 2 * 2.6,
            "sum of 8, quotient": 2 * 8,
        },
        "the exponential multiplies a difference by its size, in the scale",
        calls=("exp", "exp"),
    ),
    refutes=("attention.softmax/no-shift", "attention.softmax/whole-array"),
)
def softmax_definition(impl: Impl, on: Setting, case: inputs.Rows) -> Iterator[Record]:
    """Compares with another form, which needs no shift."""
    x = on.host(case.x)
    wanted = _shares(x)
    scale = wanted * (1 + (np.max(x, axis=-1, keepdims=True) - x))
    yield Gap("softmax", impl["attention.softmax"](case.x), wanted, scale)


@law(
    "attention.softmax-sum",
    "the entries of softmax are at least 0, and their sum is 1",
    source="attention C1",
    about=("attention.softmax",),
    inputs=inputs.rows,
    tolerance=Rounding({"sum of 8 terms, here and in the softmax": 2 * 7, "quotient": 1}),
    refutes=("attention.softmax/no-shift", "attention.softmax/whole-array"),
)
def softmax_sum(impl: Impl, on: Setting, case: inputs.Rows) -> Iterator[Record]:
    """Adds up on the host."""
    shares = on.host(impl["attention.softmax"](case.x))
    yield AtMost("not negative", 0 * shares, shares, 0 * abs(shares))
    yield Gap("sum", shares.sum(-1), 1, 1)


@law(
    "attention.attend-definition",
    "attend is softmax(q kᵀ/√d) v",
    source="attention D2",
    about=("attention.attend",),
    inputs=inputs.tokens,
    tolerance=Rounding(
        {"two scores and a difference, twice": 2 * 2 * (2 * 6 + 2), "sums, quotient, product": 2 * 8},
        calls=("exp", "exp"),
    ),
    refutes=(
        "attention.attend/no-scale",
        "attention.attend/divides-by-d",
        "attention.attend/over-queries",
    ),
)
def attend_definition(impl: Impl, on: Setting, case: inputs.Tokens) -> Iterator[Record]:
    """Compares with sums over products."""
    q, k, v = (on.host(array) for array in (case.q, case.k, case.v))
    terms = q[..., :, None, :] * k[..., None, :, :] / on.math.sqrt(on.number(q.shape[-1]))
    weights = _shares(terms.sum(-1))
    wanted = (weights[..., None] * v[..., None, :, :]).sum(-2)
    sizes = 1 + np.max(abs(terms).sum(-1), axis=-1)[..., None]
    scale = sizes * (weights[..., None] * abs(v)[..., None, :, :]).sum(-2)
    yield Gap("attend", impl["attention.attend"](case.q, case.k, case.v), wanted, scale)
