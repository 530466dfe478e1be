"""RMSNorm, QK-norm, and the numbers of deep stacks, as people type them."""

import math

import numpy as np

from refimpl import residual

from ._ordinary import Ordinary, Slip, ignored, torch, typo

OUTSIDE = r"eps-outside|outside the root|\+ eps"
CENTRED = r"mean-subtracted|layer normalisation|mean first"
NO_ROOT = r"no-root|without the root|mean square"
SUM = r"sum-of-squares|sum of squares|length"
ONE_PLUS = r"1 ?\+ ?γ|γ ?\+ ?1|zero-cent|gamma.{0,30}(\+ ?1|plus (one|1))"
RECIPROCAL = r"multiplied|rsqrt|reciprocal|multipli"
UNSCALED = r"not-scaled|1/√d|√d|scale"
PLAIN = r"not-normalised|never applies|plain scores"


# RMSNorm, as Llama has it.
def llama_norm(x, weight, eps):
    variance = x.pow(2).mean(-1, keepdim=True)
    return weight * (x * torch.rsqrt(variance + eps))


def llama_norm_divided(x, weight, eps):
    return weight * (x / torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps))


def olmo_norm(x, weight, eps):
    rms = x.norm(2, dim=-1, keepdim=True) * x.shape[-1] ** (-1.0 / 2)
    return weight * (x / (rms + eps))


def layer_norm_as_rms(x, weight, eps):
    return torch.nn.functional.layer_norm(x, (x.shape[-1],), weight, None, eps)


# The same in NumPy.
def rms_norm(x, gamma=None, *, eps=1e-6):
    y = x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)
    return y if gamma is None else y * gamma


def rms_norm_one_plus(x, gamma=None, *, eps=1e-6):
    return rms_norm(x, None if gamma is None else 1 + gamma, eps=eps)


# QK-norm.
def qk_scores(q, k, gamma_q=None, gamma_k=None, *, eps=1e-6, scale=None):
    q, k = rms_norm(q, gamma_q, eps=eps), rms_norm(k, gamma_k, eps=eps)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores / math.sqrt(q.shape[-1]) if scale is None else scores * scale


def qk_scores_plain(q, k, gamma_q=None, gamma_k=None, *, eps=1e-6, scale=None):
    q = q if gamma_q is None else q * gamma_q
    k = k if gamma_k is None else k * gamma_k
    return (q @ np.swapaxes(k, -1, -2)) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)


# GPT-2's initial weights.
def scaled_init(std, depth, *, branches=2):
    return std / math.sqrt(branches * depth)


# Variances of streams.
def variance(branch, depth, *, placement="pre"):
    if placement == "pre":
        total = 1 + depth * branch
        return residual.StreamVariance(total, 1 / total)
    grown = (1 + branch) ** depth
    return residual.StreamVariance(1.0 if placement == "post" else grown, 1 / grown)


ORDINARY = [
    Ordinary(
        "residual.rms_norm",
        llama_norm,
        (
            Slip(llama_norm_divided, RECIPROCAL),
            Slip(olmo_norm, OUTSIDE),
            Slip(layer_norm_as_rms, CENTRED),
            typo("weight *", "(1 + weight) *", ONE_PLUS),
            typo("pow(2).mean(-1, keepdim=True)", "pow(2).sum(-1, keepdim=True)", SUM),
        ),
        adapter="weight-eps",
        backend="torch",
        answer="imprecise",
    ),
    Ordinary(
        "residual.rms_norm",
        rms_norm,
        (
            Slip(rms_norm_one_plus, ONE_PLUS),
            typo("np.sqrt(", "(", NO_ROOT),
            typo("keepdims=True) + eps", "keepdims=True)", ignored("eps") + "|no-eps"),
            typo("mean(axis=-1, keepdims=True)", "mean()", r"whole-array|whole array|other rows"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "residual.qk_norm_scores",
        qk_scores,
        (
            Slip(qk_scores_plain, PLAIN),
            typo("rms_norm(k, gamma_k, eps=eps)", "k", r"keys-not-normalised|not the keys|gamma_k|keys"),
            typo("rms_norm(k, gamma_k", "rms_norm(k, gamma_q", r"one-gain|both by the γ|gamma_k|gamma_q"),
            typo("scores / math.sqrt(q.shape[-1]) if", "scores if", UNSCALED),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "residual.depth_scaled_std",
        scaled_init,
        (
            typo("branches * depth", "depth", r"blocks-alone|√N|" + ignored("branches")),
            typo("math.sqrt(branches * depth)", "(branches * depth)", r"no-root|square|2N"),
            typo("std / math.sqrt(branches * depth)", "std", r"not-scaled|" + ignored("depth", "branches")),
        ),
    ),
    Ordinary(
        "residual.stream_variance",
        variance,
        (
            typo('if placement == "pre"', 'if placement == "none"', r"exchang|pre-compounds|placement"),
            typo("1 + depth * branch", "(1 + branch) ** depth", "pre-compounds|compound|factor 1 \\+ v"),
            typo("** depth", "** (2 * depth)", r"two-branches|twice|depth|2"),
        ),
        answer="imprecise",
    ),
]  # fmt: skip
