"""Importance weights and the bounds made of them, as papers on autoencoders have them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, changed, typo


def logsumexp(a, axis=-1):
    top = np.max(a, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.sum(np.exp(a - top), axis=axis)) + np.squeeze(top, axis)


# log w and its means


def log_w(log_px_z, log_pz, log_qz_x):
    return log_px_z + log_pz - log_qz_x


def iwae(log_w, axis=-1):
    return logsumexp(log_w, axis) - math.log(log_w.shape[axis])


def iwae_plain(log_w, axis=-1):
    return np.log(np.mean(np.exp(log_w), axis=axis))


def iwae_batch_axis(log_w, axis=-1):
    other = 0 if axis == -1 else -1
    return logsumexp(log_w, other) - math.log(log_w.shape[other])


def iwae_shift_lost(log_w, axis=-1):
    top = np.max(log_w, axis=axis, keepdims=True)
    return np.log(np.mean(np.exp(log_w - top), axis=axis))


def iwae_loss(log_w):
    log_k = math.log(log_w.shape[-1])
    return -(np.logaddexp.reduce(log_w, axis=-1) - log_k)


def iwae_loss_maximised(log_w):
    return np.logaddexp.reduce(log_w, axis=-1) - math.log(log_w.shape[-1])


def elbo(log_w, axis=-1):
    return log_w.mean(axis)


def subset_bounds(log_w, sizes):
    """E log Σ_S w by Frullani's log a = ∫ (e^−t − e^−at) dt/t with t = e^s."""
    M = log_w.shape[-1]
    top = np.max(np.where(np.isfinite(log_w), log_w, -1e5), axis=-1, keepdims=True)
    top = np.where(np.isfinite(np.max(log_w, -1, keepdims=True)), top, 0.0)
    fall = np.where(np.isfinite(log_w), log_w - top, -np.inf)
    lowest = np.min(np.where(np.isfinite(fall), fall, 0.0))
    s = np.arange(-45.0, 5.0 - lowest, 0.25)
    keep = np.exp(-np.exp(np.minimum(s[:, None] + fall[..., None, :], 7.0)))
    e = [np.ones(keep.shape[:-1])] + [np.zeros(keep.shape[:-1]) for _ in range(max(sizes))]
    for n in range(M):
        for m in range(min(n + 1, max(sizes)), 0, -1):
            e[m] = e[m] + keep[..., n] * e[m - 1]
    out = []
    for m in sizes:
        excess = np.exp(-np.exp(np.minimum(s, 7.0))) - e[m] / math.comb(M, m)
        bound = 0.25 * np.sum(excess, axis=-1) + top[..., 0] - math.log(m)
        missing = np.sum(np.isneginf(log_w), axis=-1) >= m
        out.append(np.where(missing, -np.inf, bound))
    return np.stack(out, axis=-1)


def subset_first(log_w, sizes):
    return np.stack([iwae(log_w[..., :m]) for m in sizes], axis=-1)


def subset_blocks(log_w, sizes):
    bounds = []
    for m in sizes:
        blocks = log_w.shape[-1] // m
        grouped = log_w[..., : blocks * m].reshape(*log_w.shape[:-1], blocks, m)
        bounds.append(iwae(grouped).mean(-1))
    return np.stack(bounds, axis=-1)


def subset_no_count(log_w, sizes):
    return subset_bounds(log_w, sizes) + np.log(np.asarray(sizes))


def subset_full(log_w, sizes):
    return np.stack([iwae(log_w) for _ in sizes], axis=-1)


# Shares and effective size


def softmax(log_w, axis=-1):
    w = np.exp(log_w - log_w.max(axis=axis, keepdims=True))
    return w / w.sum(axis=axis, keepdims=True)


def softmax_plain(log_w, axis=-1):
    w = np.exp(log_w)
    return w / w.sum(axis=axis, keepdims=True)


def softmax_batch(log_w, axis=-1):
    return softmax(log_w, axis=0 if axis == -1 else -1)


def softmax_by_peak(log_w, axis=-1):
    return np.exp(log_w - log_w.max(axis=axis, keepdims=True))


def softmax_logs_divided(log_w, axis=-1):
    return log_w / log_w.sum(axis=axis, keepdims=True)


def kish(log_w, axis=-1):
    w = softmax(log_w, axis)
    return 1.0 / np.sum(w**2, axis=axis)


def kish_no_square(log_w, axis=-1):
    w = np.exp(log_w - log_w.max(axis=axis, keepdims=True))
    return np.sum(w, axis=axis) / np.sum(w**2, axis=axis)


def kish_share(log_w, axis=-1):
    w = softmax(log_w, axis)
    return 1.0 / np.sum(w**2, axis=axis) / log_w.shape[axis]


def kish_perplexity(log_w, axis=-1):
    w = softmax(log_w, axis)
    return np.exp(-np.sum(np.where(w > 0, w * np.log(np.where(w > 0, w, 1)), 0), axis=axis))


def kish_in_logs(log_w, axis=-1):
    return np.exp(2 * logsumexp(log_w, axis) - logsumexp(2 * log_w, axis))


def kish_of_weights(w):
    return 1.0 / (w**2).sum(-1)


ORDINARY = (
    Ordinary(
        "density.log_weights",
        log_w,
        (
            Slip(lambda px, pz, qz: px + pz + qz, r"adds-proposal|adds the three"),
            Slip(lambda px, pz, qz: px - qz + 0 * pz, r"forgets-prior|ignor\w+ .{0,20}prior"),
            Slip(
                lambda px, pz, qz: px - pz + qz, r"ratio-inverted|prior.{0,40}(sign|subtract|exchang)|exchang"
            ),
            Slip(
                lambda px, pz, qz: px + pz + 0 * qz, r"no-proposal|forgets-proposal|ignor\w+ .{0,20}proposal"
            ),
        ),
    ),
    Ordinary(
        "density.log_weights",
        lambda log_joint, log_proposal: log_joint - log_proposal,
        (
            Slip(lambda joint, proposal: proposal - joint, r"sign|−1 times|negated|reversed|exchang"),
            Slip(lambda joint, proposal: joint + proposal, r"adds-proposal|adds the three"),
            Slip(lambda joint, proposal: np.exp(joint - proposal), r"exponential|exp\b|not.{0,20}log"),
        ),
        adapter="joint",
    ),
    Ordinary(
        "density.elbo",
        elbo,
        (
            Slip(lambda log_w, axis=-1: log_w.sum(axis), r"\bsum"),
            Slip(iwae, r"log-mean|Jensen|importance_bound"),
            Slip(lambda log_w, axis=-1: log_w.mean(0 if axis == -1 else -1), r"wrong-axis|other axis|batch"),
            Slip(lambda log_w, axis=-1: -log_w.mean(axis), r"negative|sign|−1 times|negated|loss"),
        ),
    ),
    Ordinary(
        "density.elbo",
        lambda log_w: -np.mean(log_w, axis=-1),
        (
            Slip(
                lambda log_w: np.mean(log_w, axis=-1),
                r"negative|sign|−1 times|negated|loss|without the adapter",
            ),
            Slip(lambda log_w: -np.sum(log_w, axis=-1), r"\bsum"),
        ),
        adapter="loss",
    ),
    Ordinary(
        "density.importance_bound",
        iwae,
        (
            typo("- math.log(log_w.shape[axis])", "", r"missing-log-count|−log M"),
            Slip(lambda log_w, axis=-1: np.mean(log_w, axis=axis), r"mean-of-logs|elbo|averages log"),
            Slip(iwae_batch_axis, r"wrong-axis|other axis|over the batch"),
            typo(
                "- math.log(log_w.shape[axis])",
                "/ log_w.shape[axis]",
                r"divided-by-count|divid\w+ .{0,40}\bM\b|1/M",
            ),
            typo("- math", "+ math", r"count-added|log M"),
            typo("shape", "size // log_w.shape", r"batch-count|count.{0,30}batch|size of the (other|batch)"),
            Slip(lambda log_w, axis=-1: np.max(log_w, axis=axis), r"largest|maximum|max\b"),
            Slip(iwae_shift_lost, r"shift-lost|largest|max\b"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.importance_bound",
        iwae_loss,
        (
            Slip(lambda log_w: -np.logaddexp.reduce(log_w, axis=-1), r"missing-log-count|−log M"),
            Slip(iwae_loss_maximised, r"negative|sign|−1 times|negated|loss|without the adapter"),
        ),
        adapter="loss",
        answer="imprecise",
    ),
    Ordinary(
        "density.importance_bound",
        iwae_plain,
        (typo("mean", "sum", r"missing-log-count|−log M"),),
        answer="imprecise",
    ),
    Ordinary(
        "density.importance_bounds",
        subset_bounds,
        (
            Slip(subset_first, r"first-samples|first m"),
            Slip(subset_blocks, r"blocks"),
            Slip(subset_no_count, r"missing-log-count|−log m"),
            Slip(subset_full, r"average-before-log|full bound|ignor\w+ .{0,20}sizes"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.normalized_weights",
        softmax,
        (
            typo("axis=axis, keepdims=True", "", r"all-axes|over all|whole (array|batch)|wrong-axis"),
            Slip(softmax_batch, r"wrong-axis|over the batch|other axis"),
            Slip(softmax_by_peak, r"peak|largest|not normali[sz]ed|unnormali[sz]ed"),
            typo(
                "w.sum(axis=axis, keepdims=True)",
                "(w.sum(axis=axis, keepdims=True) + 1e-8)",
                r"epsilon|1e-0?8|10⁻⁸",
            ),
            Slip(softmax_logs_divided, r"logarithms|logs|without .{0,20}exp"),
            typo(".sum", ".mean", r"mean.{0,40}in place of.{0,20}sum|\bM\b|by the mean"),
        ),
    ),
    Ordinary(
        "density.normalized_weights",
        softmax_plain,
        (typo("=axis", "=0 if axis == -1 else -1", r"wrong-axis|over the batch|other axis"),),
        answer="imprecise",
    ),
    Ordinary(
        "density.effective_sample_size",
        kish,
        (
            Slip(
                changed(
                    kish_in_logs,
                    "np.exp(2 * logsumexp(log_w, axis) - logsumexp(2 * log_w, axis))",
                    "1.0 / np.sum(np.exp(log_w) ** 2, axis=axis)",
                ),
                r"unnormali[sz]ed|not normali[sz]ed",
            ),
            Slip(kish_no_square, r"no-square|lost its square|Σw/Σw²"),
            Slip(kish_share, r"fraction|share|1/M|divided by M|\bM\b"),
            typo("sum(w**2, axis=axis)", "sqrt(np.sum(w**2, axis=axis))", r"root"),
            Slip(lambda log_w, axis=-1: 1.0 / np.max(softmax(log_w, axis), axis=axis), r"largest|max|peak"),
            Slip(kish_perplexity, r"perplexity|entropy"),
            typo("1.0 / np", "np", r"reciprocal|inver|1/"),
        ),
    ),
    Ordinary(
        "density.effective_sample_size",
        kish_in_logs,
        (
            typo(
                "2 * logsumexp",
                "logsumexp",
                r"no-square|lost its square|Σw/Σw²|unnormali[sz]ed|not normali[sz]ed",
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.effective_sample_size",
        kish_of_weights,
        (
            typo("(w**2).sum(-1)", "w.sum(-1) ** 2", r"constant|always 1|square"),
            typo(
                "(w**2).sum(-1)", "(w.shape[-1] * (w**2).sum(-1))", r"fraction|share|1/M|divided by M|\bM\b"
            ),
        ),
        adapter="weights",
    ),
)
