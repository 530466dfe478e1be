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
