"""Laws of margins and strict winners."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Exact, Gap, Impl, Record, Rounding, Same, law
from . import inputs, oracle


@law(
    "argmaxable.margins-definition",
    "margins(W, b, z, k) are ⟨w_k − w_i, z⟩ + b_k − b_i for i ≠ k",
    source="argmaxable D1",
    about=("argmaxable.margins",),
    inputs=inputs.tied,
    tolerance=Rounding(
        {"a unit of the scale": 1},
        "the scale counts d + 2 roundings: a difference, a product, d − 1 sums and the bias",
    ),
    refutes=(
        "argmaxable.margins/reversed",
        "argmaxable.margins/no-bias",
        "argmaxable.margins/scores-first",
        "argmaxable.margins/bias-sign",
        "argmaxable.margins/unit-normals",
        "argmaxable.margins/own-class-too",
        "argmaxable.margins/of-the-winner",
    ),
)
def margins_definition(impl: Impl, on: Setting, case: inputs.Scored) -> Iterator[Record]:
    """Compares with exact fractions."""
    W, b, z = on.host(case.W), on.host(case.b), on.host(case.z)
    expected = on.reals(oracle.margins(W, b, case.k, z))
    rows, biases = np.delete(W, case.k, axis=0), np.delete(b, case.k)
    sizes = np.abs(z) @ np.abs(W[case.k] - rows).T + np.abs(b[case.k] - biases)
    result = impl["argmaxable.margins"](case.W, case.b, case.z, k=case.k)
    yield Gap("margins", result, expected, (W.shape[1] + 2) * sizes)
    one = impl["argmaxable.margins"](case.W, case.b, case.z[0, :], k=case.k)
    yield Gap("one point", one, expected[0], (W.shape[1] + 2) * sizes[0])


@law(
    "argmaxable.winner-definition",
    "where the scores are exact, winner(W, b, z) is their only maximiser, and −1 at every tie",
    source="argmaxable D1, C7",
    about=("argmaxable.winner",),
    inputs=inputs.scored,
    tolerance=Exact(
        "integers times powers of two: a lead of 1 is above the rounding bound, or, in bfloat16, it may be "
        "left open"
    ),
    refutes=(
        "argmaxable.winner/first-of-a-tie",
        "argmaxable.winner/no-bias",
        "argmaxable.winner/least",
        "argmaxable.winner/bias-sign",
        "argmaxable.winner/from-one",
        "argmaxable.winner/absolute",
        "argmaxable.winner/nearest-row",
        "argmaxable.winner/unit-rows",
        "argmaxable.winner/padding-wins",
    ),
)
def winner_definition(impl: Impl, on: Setting, case: inputs.Scored) -> Iterator[Record]:
    """Compares with integer scores; in bfloat16 a lead of 1 may be within the bound: then also −1."""
    W, b, z = on.host(case.W), on.host(case.b), on.host(case.z)
    scores = z @ W.T + b
    leaders = scores == np.max(scores, axis=-1, keepdims=True)
    expected = np.where(np.sum(leaders, axis=-1) == 1, np.argmax(scores, axis=-1), -1)
    second = np.max(np.where(leaders, -np.inf, scores), axis=-1)
    close = np.max(scores, axis=-1) - second <= _clear(W, b, z, on)
    for label, points, places in (("winners", case.z, slice(None)), ("one point", case.z[0, :], 0)):
        found = on.host(impl["argmaxable.winner"](case.W, case.b, points))
        open_ = close[places] & (found == -1)
        yield Same(label, np.where(open_, expected[places], found), expected[places])


def _clear(W: Any, b: Any, z: Any, on: Setting) -> Any:
    """A lead at each point that is beyond the errors of two scores and the bounds of both, doubled for their
    own rounding."""
    sizes = np.max(np.abs(z) @ np.abs(W).T + np.abs(b), axis=-1)
    return 8 * (W.shape[1] + 4) * (on.u * sizes + on.precision.smallest)


@law(
    "argmaxable.winner-strict",
    "a class that winner(W, b, z) returns is strictly ahead in exact arithmetic, and one that is ahead by a "
    "small multiple of the rounding bound is returned",
    source="argmaxable D1, C7",
    about=("argmaxable.winner",),
    inputs=inputs.tied,
    tolerance=Exact(
        "no winner is claimed within the rounding bound, and every one beyond eight times it: the errors of "
        "two scores and the bounds of both, doubled for their own rounding"
    ),
    refutes=(
        "argmaxable.winner/no-bound",
        "argmaxable.winner/first-of-a-tie",
        "argmaxable.winner/loose-bound",
    ),
)
def winner_strict(impl: Impl, on: Setting, case: inputs.Scored) -> Iterator[Record]:
    """Recomputes the margins of every returned class in fractions."""
    W, b, z = on.host(case.W), on.host(case.b), on.host(case.z)
    found = on.host(impl["argmaxable.winner"](case.W, case.b, case.z))
    ahead = [
        k < 0 or all(margin > 0 for margin in oracle.margins(W, b, k, point))
        for k, point in zip(found.tolist(), z, strict=True)
    ]
    yield Same("strictly ahead", ahead, [True] * len(ahead))
    bounds = _clear(W, b, z, on)
    for k in range(len(b)):
        least = np.min(on.reals(oracle.margins(W, b, k, z)), axis=-1)
        clear = least > bounds
        yield Same(
            f"clear wins of class {k}", found[clear], np.full(int(np.sum(clear)), k, dtype=found.dtype)
        )
