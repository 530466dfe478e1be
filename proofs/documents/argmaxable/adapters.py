"""Conventions of classifiers that differ from this document's."""

from typing import Any

from .... import argmaxable
from ...._libraries import array_namespace
from ....argmaxable import Combination, Result, Witness
from ...language.adapter import adapter
from ...language.law import Implementation


@adapter("argmaxable.margins", "columns", "mine(W, b, z, k): W (d, n), a column for each class.")
def margins_columns(mine: Implementation) -> Implementation:
    return lambda W, b, z, /, k: mine(W.T, b, z, k)


@adapter(
    "argmaxable.margins", "no-bias", "mine(W, z, k): no biases; here they are a feature that is 1 at every z."
)
def margins_no_bias(mine: Implementation) -> Implementation:
    def margins(W: Any, b: Any, z: Any, /, k: int) -> Any:
        xp = array_namespace(W, b, z)
        rows = xp.concat([W, b[:, None]], axis=1)
        return mine(rows, xp.concat([z, xp.ones_like(z[..., :1])], axis=-1), k)

    return margins


@adapter(
    "argmaxable.winner",
    "argmax",
    "mine(W, b, z): a class at every point, also in a tie. Where rounding leaves the winner open, the "
    "reference's −1 stands.",
)
def winner_argmax(mine: Implementation) -> Implementation:
    def winner(W: Any, b: Any, z: Any, /) -> Any:
        xp, known = array_namespace(W, b, z), argmaxable.winner(W, b, z)
        return xp.where(known == -1, known, xp.astype(mine(W, b, z), known.dtype))

    return winner


@adapter(
    "argmaxable.classify",
    "verdicts",
    "mine(W, b) → (n,) boolean: whether each class can win. Certificates are the reference's where it agrees "
    "(or is undecided), and none where it does not.",
)
def classify_verdicts(mine: Implementation) -> Implementation:
    def classify(W: Any, b: Any, /) -> Result:
        said = mine(W, b)
        certificates = []
        for k, known in enumerate(argmaxable.classify(W, b).certificates):
            can_win = bool(said[k])
            agrees = known.verdict in ("undecided", "argmaxable" if can_win else "unargmaxable")
            nothing = Witness((), 0.0) if can_win else Combination((), ())
            certificates.append(known if agrees else nothing)
        return Result(tuple(certificates))

    return classify


@adapter("argmaxable.five_vectors", "plain", "mine() → (5, 2), an array of any library or a list.")
def five_vectors_plain(mine: Implementation) -> Implementation:
    def five_vectors(*, xp: Any = None, dtype: Any = None, device: Any = None) -> Any:
        like = argmaxable.five_vectors(xp=xp, dtype=dtype, device=device)
        return array_namespace(like).asarray(mine(), dtype=like.dtype, device=device)

    return five_vectors


@adapter(
    "argmaxable.softmax_with_temperature",
    "scores",
    "mine(scores, temperature) → scores/temperature, before the softmax; with the temperature 0, and where "
    "all are banned, the reference answers.",
    reference="TemperatureLogitsWarper of transformers",
)
def softmax_scores(mine: Implementation) -> Implementation:
    def softmax_with_temperature(scores: Any, /, *, temperature: float = 1.0) -> Any:
        xp, known = (
            array_namespace(scores),
            argmaxable.softmax_with_temperature(scores, temperature=temperature),
        )
        if not temperature:
            return known
        made = mine(scores, temperature)
        shares = xp.exp(made - xp.max(made, axis=-1, keepdims=True))
        return xp.where(xp.isnan(known), known, shares / xp.sum(shares, axis=-1, keepdims=True))

    return softmax_with_temperature


@adapter(
    "argmaxable.mask_scores",
    "banned",
    "mine(scores, banned): True for the classes that may not win.",
    reference="masked_fill of torch",
)
def mask_scores_banned(mine: Implementation) -> Implementation:
    return lambda scores, allowed, /: mine(scores, allowed == 0)


@adapter(
    "argmaxable.mask_scores",
    "vocabulary-size",
    "mine(scores, size) → scores with −inf from the place size on, or the first ones alone: the others are "
    "padding. Here the allowed classes of every row are put first.",
    reference="LogitsProcessor of vLLM, which cuts",
)
def mask_scores_size(mine: Implementation) -> Implementation:
    def mask_scores(scores: Any, allowed: Any, /) -> Any:
        xp = array_namespace(scores, allowed)
        scores, keep = xp.broadcast_arrays(scores, xp.astype(allowed != 0, xp.int64))
        rows, kept = (xp.reshape(part, (-1, scores.shape[-1])) for part in (scores, keep))
        found = [_first_allowed(mine, rows[i, :], kept[i, :], xp) for i in range(rows.shape[0])]
        return xp.reshape(xp.stack(found), scores.shape) if found else scores

    return mask_scores


def _first_allowed(mine: Implementation, row: Any, keep: Any, xp: Any) -> Any:
    """One row, in the order of the mask and back."""
    order = xp.argsort(-keep, stable=True)
    made = mine(xp.take(row, order)[None, :], int(xp.sum(keep)))[0, :]
    rest = xp.full_like(row[made.shape[0] :], -xp.inf)
    return xp.take(xp.concat([made, rest]), xp.argsort(order))


@adapter(
    "argmaxable.can_win",
    "allowed-rows",
    "mine(W, b) → (m,) boolean, of the rows and biases of the m classes that are allowed.",
)
def can_win_rows(mine: Implementation) -> Implementation:
    def can_win(W: Any, b: Any, allowed: Any, /) -> Any:
        xp = array_namespace(W, b, allowed)
        kept = [k for k in range(W.shape[0]) if int(allowed[k])]
        if not kept:
            return xp.zeros(W.shape[0], dtype=xp.bool)
        said = mine(xp.stack([W[k, :] for k in kept]), xp.stack([b[k] for k in kept]))
        wins = {k for k, win in zip(kept, said, strict=True) if win}
        return xp.asarray([k in wins for k in range(W.shape[0])])

    return can_win
