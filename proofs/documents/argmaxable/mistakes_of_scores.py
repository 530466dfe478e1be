"""How people get scores, winners and optima wrong, continued from mistakes.py."""

from typing import Any

import array_api_compat

from ....argmaxable import Result, Witness, margins, minimax_value, verify, winner
from ...language.mistake import mistake


@mistake("argmaxable.margins", "bias-sign", "Subtracts b_k − b_i: the sign of the biases is exchanged.")
def margins_bias_sign(W: Any, b: Any, z: Any, /, k: int) -> Any:
    return margins(W, -b, z, k)


@mistake(
    "argmaxable.margins",
    "unit-normals",
    "Divides by the length ‖w_k − w_i‖: the distance to each boundary, not the lead.",
)
def margins_unit_normals(W: Any, b: Any, z: Any, /, k: int) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    rows = xp.concat([W[:k, :], W[k + 1 :, :]]) - W[k : k + 1, :]
    return margins(W, b, z, k) / xp.sqrt(xp.sum(rows * rows, axis=-1))


@mistake(
    "argmaxable.margins",
    "own-class-too",
    "Keeps the margin over class k itself, a 0 among n entries: the shape is (…, n).",
)
def margins_own_class_too(W: Any, b: Any, z: Any, /, k: int) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    found = margins(W, b, z, k)
    return xp.concat([found[..., :k], xp.zeros_like(z[..., :1]), found[..., k:]], axis=-1)


@mistake(
    "argmaxable.margins",
    "of-the-winner",
    "Takes the leads of the largest score, the winner's, and not those of class k.",
)
def margins_of_the_winner(W: Any, b: Any, z: Any, /, k: int) -> Any:
    xp, found = array_api_compat.array_namespace(W, b, z), margins(W, b, z, k)
    if not found.shape[-1]:
        return found
    # Class k lags behind the winner by as much as its least margin is below 0.
    least = xp.min(found, axis=-1, keepdims=True)
    return found - xp.where(least < 0, least, xp.zeros_like(least))


@mistake("argmaxable.winner", "least", "Takes the least score, argmin for argmax.")
def winner_least(W: Any, b: Any, z: Any, /) -> Any:
    return winner(-W, -b, z)


@mistake("argmaxable.winner", "bias-sign", "Subtracts the bias instead of adding it: its sign is exchanged.")
def winner_bias_sign(W: Any, b: Any, z: Any, /) -> Any:
    return winner(W, -b, z)


@mistake("argmaxable.winner", "from-one", "Counts classes from 1: off by one.")
def winner_from_one(W: Any, b: Any, z: Any, /) -> Any:
    found = winner(W, b, z)
    return array_api_compat.array_namespace(found).where(found < 0, found, found + 1)


@mistake("argmaxable.winner", "absolute", "Takes the largest absolute score, whatever its sign.")
def winner_absolute(W: Any, b: Any, z: Any, /) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    known, scores = winner(W, b, z), xp.matmul(z, xp.matrix_transpose(W)) + b
    return xp.where(known < 0, known, xp.argmax(xp.abs(scores), axis=-1))


@mistake(
    "argmaxable.winner",
    "nearest-row",
    "Takes the row nearest to z, as by distance ‖z − w_i‖, not by product.",
)
def winner_nearest_row(W: Any, b: Any, z: Any, /) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    known, apart = winner(W, b, z), xp.expand_dims(z, axis=-2) - W
    return xp.where(known < 0, known, xp.argmin(xp.sum(apart * apart, axis=-1), axis=-1))


@mistake(
    "argmaxable.winner",
    "unit-rows",
    "Normalises the rows of W to length 1, as for cosines, before the product.",
)
def winner_unit_rows(W: Any, b: Any, z: Any, /) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    rows = W / xp.sqrt(xp.sum(W * W, axis=-1, keepdims=True))
    known, scores = winner(W, b, z), xp.matmul(z, xp.matrix_transpose(rows)) + b
    return xp.where(known < 0, known, xp.argmax(scores, axis=-1))


@mistake(
    "argmaxable.winner",
    "padding-wins",
    "Pads the rows with zeros to a multiple of 8 and keeps their scores 0, so that no class wins "
    "where all are negative.",
    reference="mirage#751",
)
def winner_padding_wins(W: Any, b: Any, z: Any, /) -> Any:
    xp, rows = array_api_compat.array_namespace(W, b, z), W.shape[0]
    known, scores = winner(W, b, z), xp.matmul(z, xp.matrix_transpose(W)) + b
    padded = (known >= 0) & (xp.max(scores, axis=-1) < 0) & (rows % 8 != 0)
    return xp.where(padded, xp.full_like(known, rows), known)


@mistake(
    "argmaxable.minimax_value",
    "bias-sign",
    "Subtracts the biases instead of adding them: their sign is exchanged.",
)
def minimax_bias_sign(W: Any, b: Any, /, k: int, radius: float) -> Any:
    return minimax_value(W, -b, k, radius)


@mistake(
    "argmaxable.verify",
    "witnesses-only",
    "Checks witnesses only: a combination proves nothing to it, so that no class is ever unargmaxable.",
)
def verify_witnesses_only(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    found = verify(W, b, result, exact=exact)
    xp = array_api_compat.array_namespace(found)
    points = [isinstance(certificate, Witness) for certificate in result.certificates]
    return found & xp.asarray(points, dtype=xp.bool, device=array_api_compat.device(found))
