"""Attention scores with rotary embeddings as people type them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, ignored
from .rope_rotation import rotate, rotate_conjugated

UNTURNED = r"keys?.{0,40}(not|never|un|without).{0,10}(turn|rotat)"
SCALED = r"√ ?\(?d|sqrt\(d|1/√|root of d|d\^"


def scores(q, k, q_positions, k_positions, frequencies, layout="interleaved"):
    q = rotate(q, q_positions[..., None] * frequencies, layout)
    k = rotate(k, k_positions[..., None] * frequencies, layout)
    return np.einsum("...id,...jd->...ij", q, k)


def scores_scaled(q, k, q_positions, k_positions, frequencies, layout="interleaved"):
    return scores(q, k, q_positions, k_positions, frequencies, layout) / math.sqrt(q.shape[-1])


def scores_keys_conjugate(q, k, q_positions, k_positions, frequencies, layout="interleaved"):
    q = rotate(q, q_positions[..., None] * frequencies, layout)
    k = rotate(k, -k_positions[..., None] * frequencies, layout)
    return q @ np.swapaxes(k, -1, -2)


def scores_both_conjugate(q, k, q_positions, k_positions, frequencies, layout="interleaved"):
    q = rotate_conjugated(q, q_positions[..., None] * frequencies, layout)
    k = rotate_conjugated(k, k_positions[..., None] * frequencies, layout)
    return q @ np.swapaxes(k, -1, -2)


def scores_keys_unrotated(q, k, q_positions, k_positions, frequencies, layout="interleaved"):
    q = rotate(q, q_positions[..., None] * frequencies, layout)
    return q @ np.swapaxes(k, -1, -2)


def scores_keys_from_zero(q, k, q_positions, k_positions, frequencies, layout="interleaved"):
    q = rotate(q, q_positions[..., None] * frequencies, layout)
    k = rotate(k, np.arange(k.shape[-2])[:, None] * frequencies, layout)
    return q @ np.swapaxes(k, -1, -2)


def scores_softmax(q, k, q_positions, k_positions, frequencies, layout="interleaved"):
    s = scores(q, k, q_positions, k_positions, frequencies, layout)
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


ORDINARY = [
    Ordinary(
        "rope.attention_scores",
        scores,
        (
            Slip(scores_scaled, SCALED),
            Slip(scores_keys_conjugate, "conjugate-keys"),
            Slip(scores_both_conjugate, "relative-position-negated|negat"),
            Slip(scores_keys_unrotated, UNTURNED + "|" + ignored("k_positions")),
            Slip(scores_keys_from_zero, "keys-from-zero|" + ignored("k_positions")),
            Slip(scores_softmax, "softmax|exp|normali[sz]ed"),
        ),
    ),
]  # fmt: skip
