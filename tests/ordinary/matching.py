"""Cosines and CoSENT as NumPy and sentence-transformers users type them."""

import numpy as np

from ._ordinary import Ordinary, Slip, typo

# Cosine similarity


def cos_sim(u, v, axis=-1):
    return np.sum(u * v, axis=axis) / (np.linalg.norm(u, axis=axis) * np.linalg.norm(v, axis=axis))


def cos_centred(u, v, axis=-1):
    return cos_sim(u - u.mean(axis, keepdims=True), v - v.mean(axis, keepdims=True), axis)


def cos_matrix(a, b):
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    b = b / np.linalg.norm(b, axis=1, keepdims=True)
    return a @ b.T


def cos_matrix_one(a, b):
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    return a @ b.T


def cos_matrix_no_root(a, b):
    a = a / np.sum(a * a, axis=1, keepdims=True)
    b = b / np.sum(b * b, axis=1, keepdims=True)
    return a @ b.T


def nonzero(vectors, axis=-1):
    return np.isfinite(vectors).all(axis=axis) & (vectors != 0).any(axis=axis)


# CoSENT: log(1 + Σ exp(scale (c_j − c_i))) over y_i > y_j


def cosent(cosines, labels, scale=20.0):
    s = cosines * scale
    diff = s[:, None] - s[None, :]
    keep = labels[:, None] < labels[None, :]
    diff = np.append(diff[keep], 0.0)
    top = diff.max()
    return np.log(np.sum(np.exp(diff - top))) + top


def cosent_other_order(cosines, labels, scale=20.0):
    s = cosines * scale
    diff = s[:, None] - s[None, :]
    return np.logaddexp.reduce(np.append(diff[labels[:, None] > labels[None, :]], 0.0))


def cosent_ties(cosines, labels, scale=20.0):
    s = cosines * scale
    diff = s[:, None] - s[None, :]
    return np.logaddexp.reduce(np.append(diff[labels[:, None] <= labels[None, :]], 0.0))


def cosent_unscaled(cosines, labels, scale=20.0):
    diff = cosines[:, None] - cosines[None, :]
    return np.logaddexp.reduce(np.append(diff[labels[:, None] < labels[None, :]], 0.0))


def cosent_divided(cosines, labels, scale=20.0):
    diff = (cosines[:, None] - cosines[None, :]) / scale
    return np.logaddexp.reduce(np.append(diff[labels[:, None] < labels[None, :]], 0.0))


def cosent_no_one(cosines, labels, scale=20.0):
    diff = scale * (cosines[:, None] - cosines[None, :])
    return np.logaddexp.reduce(np.append(diff[labels[:, None] < labels[None, :]], -np.inf))


def cosent_twice(cosines, labels, scale=20.0):
    s = cosines * scale
    diff = scale * (s[:, None] - s[None, :])
    return np.logaddexp.reduce(np.append(diff[labels[:, None] < labels[None, :]], 0.0))


def cosent_masked_with_zero(cosines, labels, scale=20.0):
    diff = scale * (cosines[:, None] - cosines[None, :]) * (labels[:, None] < labels[None, :])
    return np.logaddexp.reduce(np.append(diff.ravel(), 0.0))


def cosent_mean(cosines, labels, scale=20.0):
    diff = scale * (cosines[:, None] - cosines[None, :])[labels[:, None] < labels[None, :]]
    return np.log1p(np.mean(np.exp(diff))) if diff.size else np.float64(0.0)


def cosent_sum_of_logs(cosines, labels, scale=20.0):
    diff = scale * (cosines[:, None] - cosines[None, :])[labels[:, None] < labels[None, :]]
    return np.sum(np.logaddexp(0, diff))


def cosent_hinge(cosines, labels, scale=20.0):
    diff = scale * (cosines[:, None] - cosines[None, :])[labels[:, None] < labels[None, :]]
    return np.max(np.append(diff, 0.0))


def pairwise_loop(cosines, labels, scale=20.0):
    total = 0.0
    for i in range(len(cosines)):
        for j in range(len(cosines)):
            if labels[i] > labels[j]:
                total += np.exp(scale * (cosines[j] - cosines[i]))
    return np.log(1 + total)


def cosent_temperature(cosines, labels, temperature):
    diff = (cosines[None, :] - cosines[:, None]) / temperature
    return np.logaddexp.reduce(np.append(diff[labels[:, None] > labels[None, :]], 0.0))


def gradient(cosines, labels, scale=20.0):
    e = np.where(labels[:, None] > labels[None, :], scale * (cosines[None, :] - cosines[:, None]), -np.inf)
    loss = np.logaddexp.reduce(np.append(e.ravel(), 0.0))
    p = np.exp(e - loss)
    return scale * (p.sum(axis=0) - p.sum(axis=1))


def gradient_unscaled(cosines, labels, scale=20.0):
    e = np.where(labels[:, None] > labels[None, :], scale * (cosines[None, :] - cosines[:, None]), -np.inf)
    p = np.exp(e - np.logaddexp.reduce(np.append(e.ravel(), 0.0)))
    return p.sum(axis=0) - p.sum(axis=1)


def gradient_axes_exchanged(cosines, labels, scale=20.0):
    e = np.where(labels[:, None] > labels[None, :], scale * (cosines[None, :] - cosines[:, None]), -np.inf)
    p = np.exp(e - np.logaddexp.reduce(np.append(e.ravel(), 0.0)))
    return scale * (p.sum(axis=1) - p.sum(axis=0))


def gradient_one_sum(cosines, labels, scale=20.0):
    e = np.where(labels[:, None] > labels[None, :], scale * (cosines[None, :] - cosines[:, None]), -np.inf)
    p = np.exp(e - np.logaddexp.reduce(np.append(e.ravel(), 0.0)))
    return scale * p.sum(axis=0)


def gradient_other_sum(cosines, labels, scale=20.0):
    e = np.where(labels[:, None] > labels[None, :], scale * (cosines[None, :] - cosines[:, None]), -np.inf)
    p = np.exp(e - np.logaddexp.reduce(np.append(e.ravel(), 0.0)))
    return -scale * p.sum(axis=1)


def gradient_of_sum(cosines, labels, scale=20.0):
    e = np.where(labels[:, None] > labels[None, :], scale * (cosines[None, :] - cosines[:, None]), -np.inf)
    p = np.exp(e)
    return scale * (p.sum(axis=0) - p.sum(axis=1))


ORDINARY = (
    Ordinary(
        "matching.check_nonzero",
        nonzero,
        (
            Slip(
                lambda v, axis=-1: np.isfinite(v).all(axis) & (v != 0).all(axis), r"every-entry|all for any"
            ),
            Slip(lambda v, axis=-1: np.isfinite(v).all(axis) & (np.sum(v, axis=axis) != 0), r"sum"),
            Slip(lambda v, axis=-1: (v != 0).any(axis), r"finite|infinit|NaN"),
            Slip(lambda v, axis=-1: ~(np.isfinite(v).all(axis) & (v != 0).any(axis)), r"negat|opposite"),
            Slip(
                lambda v, axis=-1: np.isfinite(v).all(axis) & (np.linalg.norm(v, axis=axis) > 1e-8),
                r"tolerance|1e-0?8|10⁻⁸|small vectors",
            ),
        ),
    ),
    Ordinary(
        "matching.cosine_similarity",
        cos_sim,
        (
            typo(
                "/ (np.linalg.norm(u, axis=axis) * np.linalg.norm(v, axis=axis))",
                "",
                r"dot|not normali[sz]|unnormali[sz]|norms? .{0,20}(left out|missing|forgot)",
            ),
            typo(
                "(np.linalg.norm(u, axis=axis) * np.linalg.norm(v, axis=axis))",
                "np.linalg.norm(u, axis=axis)",
                r"one-side|queries only",
            ),
            typo(
                "linalg.norm(u, axis=axis) * np.linalg.norm(v, axis=axis)",
                "sum(u**2, axis=axis) * np.sum(v**2, axis=axis)",
                r"squared-norms|squares? of the norms|root",
            ),
            Slip(lambda u, v, axis=-1: 1 - cos_sim(u, v, axis), r"distance|1 − "),
            Slip(cos_centred, r"centred|mean|Pearson"),
            Slip(lambda u, v, axis=-1: np.abs(cos_sim(u, v, axis)), r"absolute"),
            typo("norm(v, axis=axis)", "norm(v, axis=axis) + 1e-8", r"epsilon|1e-0?8|10⁻⁸"),
            typo(
                "linalg.norm(u, axis=axis) * np.linalg.norm(v, axis=axis)",
                "sum(np.abs(u), axis=axis) * np.sum(np.abs(v), axis=axis)",
                r"l1|sums? of (the )?(absolute|magnitudes)|absolute",
            ),
            typo(
                "norm(u, axis=axis) * np.linalg.norm(v, axis=axis)",
                "norm(u) * np.linalg.norm(v)",
                r"all-axes|whole (array|matrix|batch)|all (axes|vectors)|flat",
            ),
            Slip(lambda u, v, axis=-1: np.arccos(np.clip(cos_sim(u, v, axis), -1, 1)), r"angle|arccos"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "matching.cosine_similarity",
        cos_matrix,
        (
            typo("axis=1", "axis=0", r"columns|wrong-axis|other axis|axis"),
            Slip(cos_matrix_one, r"one-side|queries only"),
            Slip(cos_matrix_no_root, r"squared-norms|squares? of the norms|root"),
        ),
        adapter="matrix",
        answer="imprecise",
    ),
    Ordinary(
        "matching.cosent_loss",
        cosent,
        (
            Slip(cosent_other_order, r"reversed|wrong order|y_i < y_j"),
            Slip(cosent_ties, r"ties-count|≥ instead of >"),
            Slip(cosent_unscaled, r"unscaled|ignor\w+ .{0,20}scale|scale"),
            Slip(cosent_divided, r"divided|divides|temperature|1/scale"),
            Slip(cosent_no_one, r"no-one|1 \+"),
            Slip(cosent_twice, r"scaled-twice|again"),
            Slip(cosent_masked_with_zero, r"mask|zero|e⁰|count"),
            Slip(cosent_mean, r"\bmean|averag"),
            Slip(cosent_sum_of_logs, r"sum-of-logs|sum of .{0,20}log|each pair|outside"),
            Slip(cosent_hinge, r"hinge|largest|max\b"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "matching.cosent_loss",
        cosent_temperature,
        (
            typo("/ temperature", "* temperature", r"multipl|scale|temperature"),
            typo(
                "[None, :] - cosines[:, None]",
                "[:, None] - cosines[None, :]",
                r"reversed|wrong order|y_i < y_j",
            ),
        ),
        adapter="temperature",
        answer="imprecise",
    ),
    Ordinary(
        "matching.cosent_loss_pairwise",
        pairwise_loop,
        (
            typo("[j] - cosines[i]", "[i] - cosines[j]", r"reversed|wrong order|c_i ?− ?c_j"),
            typo("> labels", ">= labels", r"ties-count|≥ instead of >"),
            typo(
                "j in range(len(cosines))",
                "j in range(i + 1, len(cosines))",
                r"half-of-pairs|later|each pair once|i < j|triangle|order of the input",
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "matching.cosent_gradient",
        gradient,
        (
            Slip(gradient_unscaled, r"unscaled|factor scale"),
            Slip(gradient_axes_exchanged, r"descent|sign|−1 times|negated"),
            Slip(gradient_one_sum, r"half|lower pair"),
            Slip(gradient_other_sum, r"half|higher pair|upper pair"),
            Slip(gradient_of_sum, r"of-sum|without the logarithm|logarithm|not divided"),
        ),
        answer="imprecise",
    ),
)
