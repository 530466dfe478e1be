"""How people get argmaxable wrong."""

from typing import Any

import array_api_compat

from ...argmaxable import margins, winner
from ..mistake import mistake


@mistake(
    "argmaxable.margins",
    "reversed",
    "Takes the leads of the others over class k, so a winning class has negative margins.",
)
def margins_reversed(W: Any, b: Any, z: Any, /, k: int) -> Any:
    return -margins(W, b, z, k)


@mistake("argmaxable.margins", "no-bias", "Forgets that the output layer has a bias.")
def margins_no_bias(W: Any, b: Any, z: Any, /, k: int) -> Any:
    return margins(W, 0 * b, z, k)


@mistake(
    "argmaxable.margins",
    "scores-first",
    "Subtracts finished scores, so what is common to all rows rounds before it cancels.",
)
def margins_scores_first(W: Any, b: Any, z: Any, /, k: int) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    scores = xp.matmul(z, xp.matrix_transpose(W)) + b
    others = xp.concat([scores[..., :k], scores[..., k + 1 :]], axis=-1)
    return scores[..., k : k + 1] - others


@mistake(
    "argmaxable.winner",
    "first-of-a-tie",
    "Takes argmax for the winner: in a tie the first class seems argmaxable.",
)
def winner_first_of_a_tie(W: Any, b: Any, z: Any, /) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    return xp.argmax(xp.matmul(z, xp.matrix_transpose(W)) + b, axis=-1)


@mistake("argmaxable.winner", "no-bias", "Forgets that the output layer has a bias.")
def winner_no_bias(W: Any, b: Any, z: Any, /) -> Any:
    return winner(W, 0 * b, z)


@mistake(
    "argmaxable.winner",
    "no-bound",
    "Compares the two largest computed scores, whose order rounding may have made.",
)
def winner_no_bound(W: Any, b: Any, z: Any, /) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    scores = xp.matmul(z, xp.matrix_transpose(W)) + b
    best = xp.argmax(scores, axis=-1)
    ties = xp.sum(xp.astype(scores == xp.max(scores, axis=-1, keepdims=True), xp.int64), axis=-1)
    return xp.where(ties == 1, best, -xp.ones_like(best))
