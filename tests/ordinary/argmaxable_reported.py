"""Scores as public code has them, and slips of such code."""

import numpy as np

from ._ordinary import Ordinary, Slip, ignored


def margins(W, b, z, k):
    logits = z @ W.T + b
    return logits[..., [k]] - np.delete(logits, k, axis=-1)


def margins_of_the_best(W, b, z, k):
    logits = z @ W.T + b
    return logits.max(axis=-1, keepdims=True) - np.delete(logits, k, axis=-1)


def winner(W, b, z):
    return np.argmax(z @ W.T + b, axis=-1)


def winner_of_unit_rows(W, b, z):
    return np.argmax(z @ (W / np.linalg.norm(W, axis=-1, keepdims=True)).T + b, axis=-1)


def winner_without_bias(W, b, z):
    return np.argmax(z @ W.T, axis=-1)


ORDINARY = [
    Ordinary(
        "argmaxable.margins",
        margins,
        (Slip(margins_of_the_best, "of-the-winner|largest score"),),
        answer="imprecise",
    ),
    Ordinary(
        "argmaxable.winner",
        winner,
        (
            Slip(winner_of_unit_rows, "unit-rows|normali[sz]es the rows"),
            Slip(winner_without_bias, "no-bias|" + ignored("b", "bias")),
        ),
        adapter="argmax",
    ),
]
