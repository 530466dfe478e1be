"""Importance weights, bounds, linear Gaussian models and code lengths, as papers on VAEs have them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip

LOG_2PI = math.log(2 * math.pi)


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


def iwae_no_count(log_w, axis=-1):
    return logsumexp(log_w, axis)


def iwae_plain(log_w, axis=-1):
    return np.log(np.mean(np.exp(log_w), axis=axis))


def iwae_mean_of_logs(log_w, axis=-1):
    return np.mean(log_w, axis=axis)


def iwae_batch_axis(log_w, axis=-1):
    other = 0 if axis == -1 else -1
    return logsumexp(log_w, other) - math.log(log_w.shape[other])


def iwae_divided(log_w, axis=-1):
    return logsumexp(log_w, axis) / log_w.shape[axis]


def iwae_plus_count(log_w, axis=-1):
    return logsumexp(log_w, axis) + math.log(log_w.shape[axis])


def iwae_other_count(log_w, axis=-1):
    return logsumexp(log_w, axis) - math.log(log_w.size // log_w.shape[axis])


def iwae_max(log_w, axis=-1):
    return np.max(log_w, axis=axis)


def iwae_shift_lost(log_w, axis=-1):
    top = np.max(log_w, axis=axis, keepdims=True)
    return np.log(np.mean(np.exp(log_w - top), axis=axis))


def iwae_loss(log_w):
    log_k = math.log(log_w.shape[-1])
    return -(np.logaddexp.reduce(log_w, axis=-1) - log_k)


def iwae_loss_no_count(log_w):
    return -np.logaddexp.reduce(log_w, axis=-1)


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


def softmax_all(log_w, axis=-1):
    w = np.exp(log_w - log_w.max())
    return w / w.sum()


def softmax_batch(log_w, axis=-1):
    return softmax(log_w, axis=0 if axis == -1 else -1)


def softmax_by_peak(log_w, axis=-1):
    return np.exp(log_w - log_w.max(axis=axis, keepdims=True))


def softmax_epsilon(log_w, axis=-1):
    w = np.exp(log_w - log_w.max(axis=axis, keepdims=True))
    return w / (w.sum(axis=axis, keepdims=True) + 1e-8)


def softmax_logs_divided(log_w, axis=-1):
    return log_w / log_w.sum(axis=axis, keepdims=True)


def softmax_mean(log_w, axis=-1):
    w = np.exp(log_w - log_w.max(axis=axis, keepdims=True))
    return w / w.mean(axis=axis, keepdims=True)


def kish(log_w, axis=-1):
    w = softmax(log_w, axis)
    return 1.0 / np.sum(w**2, axis=axis)


def kish_unnormalised(log_w, axis=-1):
    return 1.0 / np.sum(np.exp(log_w) ** 2, axis=axis)


def kish_no_square(log_w, axis=-1):
    w = np.exp(log_w - log_w.max(axis=axis, keepdims=True))
    return np.sum(w, axis=axis) / np.sum(w**2, axis=axis)


def kish_share(log_w, axis=-1):
    w = softmax(log_w, axis)
    return 1.0 / np.sum(w**2, axis=axis) / log_w.shape[axis]


def kish_root(log_w, axis=-1):
    w = softmax(log_w, axis)
    return 1.0 / np.sqrt(np.sum(w**2, axis=axis))


def kish_peak(log_w, axis=-1):
    return 1.0 / np.max(softmax(log_w, axis), axis=axis)


def kish_perplexity(log_w, axis=-1):
    w = softmax(log_w, axis)
    return np.exp(-np.sum(np.where(w > 0, w * np.log(np.where(w > 0, w, 1)), 0), axis=axis))


def kish_inverse(log_w, axis=-1):
    w = softmax(log_w, axis)
    return np.sum(w**2, axis=axis)


def kish_in_logs(log_w, axis=-1):
    return np.exp(2 * logsumexp(log_w, axis) - logsumexp(2 * log_w, axis))


def kish_in_logs_once(log_w, axis=-1):
    return np.exp(logsumexp(log_w, axis) - logsumexp(2 * log_w, axis))


def kish_of_weights(w):
    return 1.0 / (w**2).sum(-1)


def kish_of_weights_squared_sum(w):
    return 1.0 / w.sum(-1) ** 2


def kish_of_weights_share(w):
    return 1.0 / (w.shape[-1] * (w**2).sum(-1))


# Mixtures


def mixture(log_pi, log_q):
    a = log_pi + log_q
    m = np.max(a, axis=-1, keepdims=True)
    m = np.where(np.isneginf(m), 0.0, m)
    with np.errstate(divide="ignore"):
        return np.log(np.sum(np.exp(a - m), axis=-1)) + m[..., 0]


def mixture_no_weights(log_pi, log_q):
    return np.logaddexp.reduce(log_q + 0 * np.exp(log_pi), axis=-1)


def mixture_mean_of_logs(log_pi, log_q):
    return np.sum(np.exp(log_pi) * log_q, axis=-1)


def mixture_of_maxima(log_pi, log_q):
    return np.max(log_pi + log_q, axis=-1)


def mixture_added(log_pi, log_q):
    return np.log(np.sum(np.exp(log_pi) + np.exp(log_q), axis=-1))


def mixture_averaged(log_pi, log_q):
    a = log_pi + log_q
    return np.logaddexp.reduce(a, axis=-1) - np.log(a.shape[-1])


def mixture_renormalised(log_pi, log_q):
    log_pi = log_pi - np.logaddexp.reduce(log_pi, axis=-1, keepdims=True)
    return np.logaddexp.reduce(log_pi + log_q, axis=-1)


def mixture_of_weights(pi, log_q):
    top = log_q.max(axis=-1, keepdims=True)
    top = np.where(np.isneginf(top), 0, top)
    with np.errstate(divide="ignore"):
        return top[..., 0] + np.log((pi * np.exp(log_q - top)).sum(axis=-1))


def mixture_of_weights_log_inside(pi, log_q):
    return (pi * log_q).sum(axis=-1)


def mixture_of_weights_forgotten_peak(pi, log_q):
    top = log_q.max(axis=-1, keepdims=True)
    return np.log((pi * np.exp(log_q - top)).sum(axis=-1))


# The linear Gaussian model: probabilistic PCA


def ppca_evidence(x, W, b, s2):
    d = W.shape[0]
    C = W @ W.T + s2 * np.eye(d)
    r = x - b
    maha = np.sum(r * np.linalg.solve(C, r[..., None])[..., 0], axis=-1)
    return -0.5 * (d * LOG_2PI + np.linalg.slogdet(C)[1] + maha)


def ppca_evidence_woodbury(x, W, b, s2):
    (d, k), r = W.shape, x - b
    M = W.T @ W + s2 * np.eye(k)
    Wr = r @ W
    quadratic = (np.sum(r**2, -1) - np.sum(Wr * np.linalg.solve(M, Wr[..., None])[..., 0], -1)) / s2
    log_det = (d - k) * np.log(s2) + np.linalg.slogdet(M)[1]
    return -0.5 * (quadratic + log_det + d * LOG_2PI)


def ppca_evidence_sigma(x, W, b, s):
    return ppca_evidence(x, W, b, s**2)


def ppca_evidence_log_det_of_precision(x, W, b, s2):
    (d, k), r = W.shape, x - b
    M = W.T @ W + s2 * np.eye(k)
    Wr = r @ W
    quadratic = (np.sum(r**2, -1) - np.sum(Wr * np.linalg.solve(M, Wr[..., None])[..., 0], -1)) / s2
    return -0.5 * (quadratic + d * np.log(s2) + np.linalg.slogdet(M)[1] + d * LOG_2PI)


def ppca_evidence_reconstruction(x, W, b, s2):
    mean, _ = ppca_posterior(x, W, b, s2)
    error = x - b - mean @ W.T
    return -0.5 * np.sum(error**2 / s2 + np.log(s2) + LOG_2PI, axis=-1)


def ppca_evidence_no_offset(x, W, b, s2):
    return ppca_evidence(x, W, 0 * b, s2)


def ppca_evidence_no_noise(x, W, b, s2):
    d = W.shape[0]
    C = W @ W.T + np.eye(d)
    maha = np.sum((x - b) * np.linalg.solve(C, (x - b)[..., None])[..., 0], axis=-1)
    return -0.5 * (d * LOG_2PI + np.linalg.slogdet(C)[1] + maha)


def ppca_evidence_no_constant(x, W, b, s2):
    return ppca_evidence(x, W, b, s2) + 0.5 * W.shape[0] * LOG_2PI


def ppca_posterior(x, W, b, s2):
    M = W.T @ W + s2 * np.eye(W.shape[1])
    Minv = np.linalg.inv(M)
    return (x - b) @ W @ Minv, s2 * Minv


def ppca_posterior_no_s2(x, W, b, s2):
    Minv = np.linalg.inv(W.T @ W + s2 * np.eye(W.shape[1]))
    return (x - b) @ W @ Minv, Minv


def ppca_posterior_unit_noise(x, W, b, s2):
    Minv = np.linalg.inv(W.T @ W + np.eye(W.shape[1]))
    return (x - b) @ W @ Minv, s2 * Minv


def ppca_posterior_no_offset(x, W, b, s2):
    Minv = np.linalg.inv(W.T @ W + s2 * np.eye(W.shape[1]))
    return x @ W @ Minv, s2 * Minv


def ppca_posterior_least_squares(x, W, b, s2):
    Minv = np.linalg.inv(W.T @ W + s2 * np.eye(W.shape[1]))
    return (x - b) @ W @ np.linalg.inv(W.T @ W), s2 * Minv


def ppca_posterior_precision(x, W, b, s2):
    M = W.T @ W + s2 * np.eye(W.shape[1])
    return (x - b) @ W @ np.linalg.inv(M), M / s2


def ppca_posterior_sigma(x, W, b, s2):
    Minv = np.linalg.inv(W.T @ W + s2**2 * np.eye(W.shape[1]))
    return (x - b) @ W @ Minv, s2**2 * Minv


# Bits


def bpd(log_density, *, dims, levels=256, width=1.0):
    return -log_density / (dims * math.log(2)) + math.log2(levels / width)


def bpd_from_loss(nll, dims, levels):
    return (nll / dims + math.log(levels)) / math.log(2)


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
            Slip(iwae_no_count, r"missing-log-count|−log M"),
            Slip(iwae_plain, r"no-shift|as they are|overflow|underflow"),
            Slip(iwae_mean_of_logs, r"mean-of-logs|elbo|averages log"),
            Slip(iwae_batch_axis, r"wrong-axis|other axis|over the batch"),
            Slip(iwae_divided, r"divided-by-count|divid\w+ .{0,40}\bM\b|1/M"),
            Slip(iwae_plus_count, r"count-added|log M"),
            Slip(iwae_other_count, r"batch-count|count.{0,30}batch|size of the (other|batch)"),
            Slip(iwae_max, r"largest|maximum|max\b"),
            Slip(iwae_shift_lost, r"shift-lost|largest|max\b"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.importance_bound",
        iwae_loss,
        (
            Slip(iwae_loss_no_count, r"missing-log-count|−log M"),
            Slip(iwae_loss_maximised, r"negative|sign|−1 times|negated|loss|without the adapter"),
        ),
        adapter="loss",
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
            Slip(softmax_plain, r"no-shift|as they are|overflow|underflow"),
            Slip(softmax_all, r"all-axes|over all|whole (array|batch)|wrong-axis"),
            Slip(softmax_batch, r"wrong-axis|over the batch|other axis"),
            Slip(softmax_by_peak, r"peak|largest|not normali[sz]ed|unnormali[sz]ed"),
            Slip(softmax_epsilon, r"epsilon|1e-0?8|10⁻⁸"),
            Slip(softmax_logs_divided, r"logarithms|logs|without .{0,20}exp"),
            Slip(softmax_mean, r"\bM\b|times|by the mean"),
        ),
    ),
    Ordinary(
        "density.effective_sample_size",
        kish,
        (
            Slip(kish_unnormalised, r"unnormali[sz]ed|not normali[sz]ed"),
            Slip(kish_no_square, r"no-square|lost its square|Σw/Σw²"),
            Slip(kish_share, r"fraction|share|1/M|divided by M|\bM\b"),
            Slip(kish_root, r"root"),
            Slip(kish_peak, r"largest|max|peak"),
            Slip(kish_perplexity, r"perplexity|entropy"),
            Slip(kish_inverse, r"reciprocal|inver|1/"),
        ),
    ),
    Ordinary(
        "density.effective_sample_size",
        kish_in_logs,
        (Slip(kish_in_logs_once, r"no-square|lost its square|Σw/Σw²|unnormali[sz]ed|not normali[sz]ed"),),
        answer="imprecise",
    ),
    Ordinary(
        "density.effective_sample_size",
        kish_of_weights,
        (
            Slip(kish_of_weights_squared_sum, r"constant|always 1|square"),
            Slip(kish_of_weights_share, r"fraction|share|1/M|divided by M|\bM\b"),
        ),
        adapter="weights",
    ),
    Ordinary(
        "density.mixture_log_density",
        mixture,
        (
            Slip(mixture_no_weights, r"unweighted|all weights were one|ignor\w+ .{0,20}weights"),
            Slip(mixture_mean_of_logs, r"mean-of-logs|Σ π log q"),
            Slip(mixture_of_maxima, r"largest|maximum|max\b"),
            Slip(mixture_added, r"added|plus|π_k ?\+|adds"),
            Slip(mixture_averaged, r"log K|averag|count|\bK\b"),
            Slip(mixture_renormalised, r"renormali[sz]|normali[sz]"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.mixture_log_density",
        mixture_of_weights,
        (
            Slip(mixture_of_weights_log_inside, r"mean-of-logs|Σ π log q"),
            Slip(mixture_of_weights_forgotten_peak, r"shift-lost|peak|largest|max\b"),
        ),
        adapter="weights",
        answer="imprecise",
    ),
    Ordinary(
        "density.linear_evidence",
        ppca_evidence,
        (
            Slip(ppca_evidence_sigma, r"deviation"),
            Slip(ppca_evidence_no_offset, r"offset|\bb\b"),
            Slip(ppca_evidence_no_noise, r"unit-noise|s²|ignor\w+ .{0,10}s2"),
            Slip(ppca_evidence_no_constant, r"log-2pi|log 2π"),
            Slip(ppca_evidence_reconstruction, r"reconstruction"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.linear_evidence",
        ppca_evidence_woodbury,
        (Slip(ppca_evidence_log_det_of_precision, r"log-det-of-precision|k·log s²"),),
        answer="imprecise",
    ),
    Ordinary(
        "density.linear_posterior",
        ppca_posterior,
        (
            Slip(ppca_posterior_no_s2, r"covariance-without-s2|\(WᵀW \+ s²I\)⁻¹ for"),
            Slip(ppca_posterior_unit_noise, r"unit-noise|I in place of s²I"),
            Slip(ppca_posterior_no_offset, r"forgets-offset|x − b|ignor\w+ .{0,10}\bb\b"),
            Slip(ppca_posterior_least_squares, r"least-squares|pseudo|prior"),
            Slip(ppca_posterior_precision, r"precision|inver"),
            Slip(ppca_posterior_sigma, r"deviation"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "density.bits_per_dim",
        bpd,
        (
            Slip(
                lambda log_density, *, dims, levels=256, width=1.0: (
                    -log_density / dims + np.log2(levels / width)
                ),
                r"nats|ln 2",
            ),
            Slip(
                lambda log_density, *, dims, levels=256, width=1.0: (
                    log_density / (dims * math.log(2)) + math.log2(levels / width)
                ),
                r"wrong-sign|log q\(x\) for|sign",
            ),
            Slip(
                lambda log_density, *, dims, levels=256, width=1.0: -log_density / (dims * math.log(2)) + 8.0,
                r"levels|width|8 bits|offset|ignor",
            ),
            Slip(
                lambda log_density, *, dims, levels=256, width=1.0: -log_density / (dims * math.log(2)),
                r"no-offset|offset|quanti[sz]|levels",
            ),
            Slip(
                lambda log_density, *, dims, levels=256, width=1.0: (
                    -log_density / (dims * math.log(2)) - math.log2(levels / width)
                ),
                r"offset.{0,40}(sign|subtract)|(sign|subtract).{0,60}(offset|levels)|offset-subtracted",
            ),
            Slip(
                lambda log_density, *, dims, levels=256, width=1.0: (
                    -log_density / (dims * math.log(2)) + math.log2((levels - 1) / width)
                ),
                r"levels-minus-one|255",
            ),
            Slip(
                lambda log_density, *, dims, levels=256, width=1.0: (
                    -log_density / (dims * math.log(2)) + math.log(levels / width)
                ),
                r"offset-in-nats|nats|natural|ln",
            ),
        ),
    ),
    Ordinary(
        "density.bits_per_dim",
        bpd_from_loss,
        (
            Slip(lambda nll, dims, levels: nll / (dims * math.log(2)), r"no-offset|offset|quanti[sz]|levels"),
            Slip(lambda nll, dims, levels: nll / dims + math.log2(levels), r"nats|ln 2"),
            Slip(lambda nll, dims, levels: (nll + math.log(levels)) / (dims * math.log(2)), r"once|1/d|dims"),
            Slip(
                lambda nll, dims, levels: (nll / dims + math.log(levels)) * math.log(2),
                r"multipl|ln 2|\(ln 2\)²",
            ),
        ),
        adapter="loss",
    ),
)
