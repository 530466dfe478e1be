"""Scores as public code has them, and slips of such code."""

import numpy as np

from ._ordinary import Ordinary, ignored, typo


def margins(W, b, z, k):
    logits = z @ W.T + b
    return logits[..., [k]] - np.delete(logits, k, axis=-1)


def winner(W, b, z):
    return np.argmax(z @ W.T + b, axis=-1)


ORDINARY = [
    Ordinary(
        "argmaxable.margins",
        margins,
        (typo("[..., [k]]", ".max(axis=-1, keepdims=True)", "of-the-winner|largest score"),),
        answer="imprecise",
    ),
    Ordinary(
        "argmaxable.winner",
        winner,
        (
            typo(
                "@ W.T",
                "@ (W / np.linalg.norm(W, axis=-1, keepdims=True)).T",
                "unit-rows|normali[sz]es the rows",
            ),
            typo("T + b", "T", "no-bias|" + ignored("b", "bias")),
        ),
        adapter="argmax",
    ),
]
