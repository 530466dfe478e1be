"""Softcaps, masks, temperatures and the classes that a mask frees, as people type them."""

import numpy as np

from ._ordinary import Ordinary, Slip, torch, typo
from .argmaxable import NO_BIAS, can_win


def softcap(logits, cap):
    return cap * np.tanh(logits / cap)


def softcap_in_steps(logits, cap):
    """As Gemma 2 in transformers."""
    logits = logits / cap
    logits = torch.tanh(logits)
    return logits * cap


def mask_logits(logits, mask):
    return np.where(mask, logits, -np.inf)


def fill_banned(scores, banned):
    return np.where(banned, -np.inf, scores)


def mask_padding(logits, vocab_size):
    logits = logits.copy()
    logits[..., vocab_size:] = -np.inf
    return logits


def cut_padding(logits, vocab_size):
    return logits[..., :vocab_size]


def softmax_at(logits, temperature=1.0):
    peak = logits.max(axis=-1, keepdims=True)
    if temperature == 0:
        weights = np.where(np.isneginf(peak), np.nan, 1.0 * (logits == peak)).astype(logits.dtype)
    else:
        weights = np.exp((logits - peak) / temperature)
    return weights / weights.sum(axis=-1, keepdims=True)


def sample_probs(logits, temperature=1.0):
    """Greedy at 0."""
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    return torch.softmax(logits / temperature, dim=-1)


def warp(scores, temperature):
    return scores / temperature


def levelled(W, b):
    """Sizes of about 1, which a solver's tolerances are made for."""
    return W / (np.abs(W - W[0]).max() or 1.0), b / (np.abs(b - b[0]).max() or 1.0)


def winnable(W, b, allowed):
    found = np.asarray(allowed) != 0
    if found.any():
        found[found] = can_win(*levelled(W[found], b[found]))
    return found


def winnable_among_all(W, b, allowed):
    return can_win(*levelled(W, b)) & (np.asarray(allowed) != 0)


def winnable_zeroed(W, b, allowed):
    keep = np.asarray(allowed) != 0
    return can_win(*levelled(np.where(keep[:, None], W, 0.0), np.where(keep, b, 0.0))) & keep


ORDINARY = [
    Ordinary(
        "argmaxable.softcap",
        softcap,
        (
            typo("cap * np.tanh", "np.tanh", r"not-multiplied|1/cap"),
            typo("logits / cap", "logits", r"not-divided"),
            typo("cap * np", "logits * np", r"by-itself"),
            Slip(lambda logits, cap: np.clip(logits, -cap, cap), r"clip"),
        ),
    ),
    Ordinary(
        "argmaxable.softcap",
        softcap_in_steps,
        (
            typo("logits / cap", "logits * cap", r"multiplied-inside"),
            typo("logits * cap", "logits", r"not-multiplied|1/cap"),
        ),
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "argmaxable.mask_scores",
        mask_logits,
        (
            typo("np.where(mask, logits, -np.inf)", "logits * mask", r"mask_scores/zero|score 0"),
            typo("logits, -np.inf", "-np.inf, logits", r"inverted"),
            typo("-np.inf", "-1e4", r"finite|10⁴"),
        ),
    ),
    Ordinary(
        "argmaxable.mask_scores",
        fill_banned,
        (
            typo("banned, -np.inf, scores", "banned, scores, -np.inf", r"inverted"),
            typo("-np.inf", "0.0", r"mask_scores/zero|score 0"),
        ),
        adapter="banned",
    ),
    Ordinary(
        "argmaxable.mask_scores",
        mask_padding,
        (typo("-np.inf", "0.0", r"mask_scores/zero|score 0"),),
        adapter="vocabulary-size",
    ),
    Ordinary(
        "argmaxable.mask_scores",
        cut_padding,
        (typo("logits[..., :vocab_size]", "logits", r"mask-ignored|ignores the mask"),),
        adapter="vocabulary-size",
    ),
    Ordinary(
        "argmaxable.softmax_with_temperature",
        softmax_at,
        (
            typo("/ temperature", "* temperature", r"multiplied"),
            typo("/ temperature", "/ temperature**2", r"squared"),
            typo("(logits - peak) /", "(peak - logits) /", r"negative|sign"),
        ),
    ),
    Ordinary(
        "argmaxable.softmax_with_temperature",
        sample_probs,
        (
            typo("temperature == 0", "temperature < 0", r"divided-by-zero|temperature is 0"),
            typo("logits / temperature", "logits", r"left-out|ignores the temperature"),
            typo("logits / temperature, dim=-1)", "logits, dim=-1) / temperature", r"after-softmax"),
        ),
        backend="torch",
        dtype="float32",
        answer="edge",
    ),
    Ordinary(
        "argmaxable.softmax_with_temperature",
        warp,
        (typo("scores / temperature", "scores * temperature", r"multiplied"),),
        adapter="scores",
    ),
    Ordinary(
        "argmaxable.can_win",
        winnable,
        (
            Slip(winnable_among_all, r"among-all|could free none"),
            Slip(winnable_zeroed, r"zeroed|padding"),
            Slip(lambda W, b, allowed: winnable(W, 0 * b, allowed), NO_BIAS),
        ),
        answer="imprecise",
    ),
]
