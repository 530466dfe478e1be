"""Mixtures, linear Gaussian models and code lengths as textbooks on latent variables have them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip

LOG_2PI = math.log(2 * math.pi)


# Mixtures


def mixture(log_pi, log_q):
    a = log_pi + log_q
    m = np.max(a, axis=-1, keepdims=True)
    m = np.where(np.isneginf(m), 0.0, m)
    with np.errstate(divide="ignore"):
        return np.log(np.sum(np.exp(a - m), axis=-1)) + m[..., 0]


def mixture_no_weights(log_pi, log_q):
    return np.logaddexp.reduce(log_q + 0 * np.exp(log_pi), axis=-1)


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
        "density.mixture_log_density",
        mixture,
        (
            Slip(mixture_no_weights, r"unweighted|all weights were one|ignor\w+ .{0,20}weights"),
            Slip(lambda log_pi, log_q: np.sum(np.exp(log_pi) * log_q, axis=-1), r"mean-of-logs|Σ π log q"),
            Slip(lambda log_pi, log_q: np.max(log_pi + log_q, axis=-1), r"largest|maximum|max\b"),
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
            Slip(lambda pi, log_q: (pi * log_q).sum(axis=-1), r"mean-of-logs|Σ π log q"),
            Slip(mixture_of_weights_forgotten_peak, r"shift-lost|peak|largest|max\b"),
        ),
        adapter="weights",
        answer="imprecise",
    ),
    Ordinary(
        "density.linear_evidence",
        ppca_evidence,
        (
            Slip(lambda x, W, b, s: ppca_evidence(x, W, b, s**2), r"deviation"),
            Slip(lambda x, W, b, s2: ppca_evidence(x, W, 0 * b, s2), r"offset|\bb\b"),
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
            Slip(ppca_posterior_unit_noise, r"unit-noise|I in place of s²I|without the factor sqrt\(s2\)"),
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
