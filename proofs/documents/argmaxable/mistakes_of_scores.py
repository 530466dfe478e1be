"""How people get margins and winners wrong."""

from typing import Any

from .... import _libraries
from ....argmaxable import margins, winner
from ...language.mistake import MistakesOf

of_margins = MistakesOf("argmaxable.margins")
of_winner = MistakesOf("argmaxable.winner")


@of_margins(
    "reversed", "Takes the leads of the others over class k, so a winning class has negative margins."
)
def margins_reversed(W: Any, b: Any, z: Any, /, k: int) -> Any:
    return -margins(W, b, z, k)


@of_margins("no-bias", "Forgets that the output layer has a bias.")
def margins_no_bias(W: Any, b: Any, z: Any, /, k: int) -> Any:
    return margins(W, 0 * b, z, k)


@of_margins(
    "scores-first", "Subtracts finished scores, so what is common to all rows rounds before it cancels."
)
def margins_scores_first(W: Any, b: Any, z: Any, /, k: int) -> Any:
    xp = _libraries.array_namespace(W, b, z)
    scores = xp.matmul(z, xp.matrix_transpose(W)) + b
    others = xp.concat([scores[..., :k], scores[..., k + 1 :]], axis=-1)
    return scores[..., k : k + 1] - others


@of_winner("first-of-a-tie", "Takes argmax to be the winner: in a tie the first class seems argmaxable.")
def winner_first_of_a_tie(W: Any, b: Any, z: Any, /) -> Any:
    xp = _libraries.array_namespace(W, b, z)
    return xp.argmax(xp.matmul(z, xp.matrix_transpose(W)) + b, axis=-1)


@of_winner("no-bias", "Forgets that the output layer has a bias.")
def winner_no_bias(W: Any, b: Any, z: Any, /) -> Any:
    xp = _libraries.array_namespace(W, b, z)
    known, scores = winner(W, b, z), xp.matmul(z, xp.matrix_transpose(W))
    return xp.where(known < 0, known, xp.argmax(scores, axis=-1))  # as argmax does, which knows no tie


@of_winner("no-bound", "Compares the two largest computed scores, whose order rounding may have made.")
def winner_no_bound(W: Any, b: Any, z: Any, /) -> Any:
    xp = _libraries.array_namespace(W, b, z)
    scores = xp.matmul(z, xp.matrix_transpose(W)) + b
    best = xp.argmax(scores, axis=-1)
    ties = xp.sum(xp.astype(scores == xp.max(scores, axis=-1, keepdims=True), xp.int64), axis=-1)
    return xp.where(ties == 1, best, -xp.ones_like(best))


@of_winner(
    "loose-bound",
    "Asks for a lead of a thousandth, as a tolerance for ties that knows neither dtype nor sizes.",
)
def winner_loose_bound(W: Any, b: Any, z: Any, /) -> Any:
    xp = _libraries.array_namespace(W, b, z)
    scores = xp.matmul(z, xp.matrix_transpose(W)) + b
    best = winner(W, b, z)
    top = xp.max(scores, axis=-1, keepdims=True)
    near = scores >= top - xp.max(xp.abs(scores), axis=-1, keepdims=True) / 1000
    return xp.where(xp.sum(xp.astype(near, xp.int64), axis=-1) == 1, best, -xp.ones_like(best))


@of_margins("bias-sign", "Subtracts b_k − b_i: the sign of the biases is exchanged.")
def margins_bias_sign(W: Any, b: Any, z: Any, /, k: int) -> Any:
    return margins(W, -b, z, k)


@of_margins("unit-normals", "Divides by the length ‖w_k − w_i‖: the distance to each boundary, not the lead.")
def margins_unit_normals(W: Any, b: Any, z: Any, /, k: int) -> Any:
    xp = _libraries.array_namespace(W, b, z)
    rows = xp.concat([W[:k, :], W[k + 1 :, :]]) - W[k : k + 1, :]
    return margins(W, b, z, k) / xp.sqrt(xp.sum(rows * rows, axis=-1))


@of_margins(
    "own-class-too", "Keeps the margin over class k itself, a 0 among n entries: the shape is (…, n)."
)
def margins_own_class_too(W: Any, b: Any, z: Any, /, k: int) -> Any:
    xp = _libraries.array_namespace(W, b, z)
    found = margins(W, b, z, k)
    return xp.concat([found[..., :k], xp.zeros_like(z[..., :1]), found[..., k:]], axis=-1)


@of_margins("of-the-winner", "Takes the leads of the largest score, the winner's, and not those of class k.")
def margins_of_the_winner(W: Any, b: Any, z: Any, /, k: int) -> Any:
    xp, found = _libraries.array_namespace(W, b, z), margins(W, b, z, k)
    if not found.shape[-1]:
        return found
    # Class k lags behind the winner by as much as its least margin is below 0.
    least = xp.min(found, axis=-1, keepdims=True)
    return found - xp.where(least < 0, least, xp.zeros_like(least))


@of_winner("least", "Uses the least score, argmin instead of argmax.")
def winner_least(W: Any, b: Any, z: Any, /) -> Any:
    return winner(-W, -b, z)


@of_winner("bias-sign", "Subtracts the bias instead of adding it: its sign is exchanged.")
def winner_bias_sign(W: Any, b: Any, z: Any, /) -> Any:
    return winner(W, -b, z)


@of_winner("from-one", "Counts classes from 1: off by one.")
def winner_from_one(W: Any, b: Any, z: Any, /) -> Any:
    found = winner(W, b, z)
    return _libraries.array_namespace(found).where(found < 0, found, found + 1)


@of_winner("absolute", "Takes the largest absolute score, whatever its sign.")
def winner_absolute(W: Any, b: Any, z: Any, /) -> Any:
    xp = _libraries.array_namespace(W, b, z)
    known, scores = winner(W, b, z), xp.matmul(z, xp.matrix_transpose(W)) + b
    return xp.where(known < 0, known, xp.argmax(xp.abs(scores), axis=-1))


@of_winner(
    "nearest-row",
    "Takes the row nearest to z, by distance ‖z − w_i‖, instead of the one with the largest product.",
)
def winner_nearest_row(W: Any, b: Any, z: Any, /) -> Any:
    xp = _libraries.array_namespace(W, b, z)
    known, apart = winner(W, b, z), xp.expand_dims(z, axis=-2) - W
    return xp.where(known < 0, known, xp.argmin(xp.sum(apart * apart, axis=-1), axis=-1))


@of_winner("unit-rows", "Normalises the rows of W to length 1, as for cosines, before the product.")
def winner_unit_rows(W: Any, b: Any, z: Any, /) -> Any:
    xp = _libraries.array_namespace(W, b, z)
    rows = W / xp.sqrt(xp.sum(W * W, axis=-1, keepdims=True))
    known, scores = winner(W, b, z), xp.matmul(z, xp.matrix_transpose(rows)) + b
    return xp.where(known < 0, known, xp.argmax(scores, axis=-1))


@of_winner(
    "padding-wins",
    "Pads the rows with zeros to a multiple of 8 and keeps their scores 0, so that no class wins "
    "where all are negative.",
    reference="mirage#751",
)
def winner_padding_wins(W: Any, b: Any, z: Any, /) -> Any:
    xp, rows = _libraries.array_namespace(W, b, z), W.shape[0]
    known, scores = winner(W, b, z), xp.matmul(z, xp.matrix_transpose(W)) + b
    padded = (known >= 0) & (xp.max(scores, axis=-1) < 0) & (rows % 8 != 0)
    return xp.where(padded, xp.full_like(known, rows), known)
