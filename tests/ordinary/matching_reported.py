"""Similarities and ranks as public code has them, and mistakes that were reported of such code."""

import numpy as np

from ._ordinary import Ordinary, Slip, torch, typo


def cosine(a, b):
    return np.sum(a * b, axis=-1) / (np.sqrt(np.sum(a**2, axis=-1)) * np.sqrt(np.sum(b**2, axis=-1)))


def cosine_of_roots(a, b):
    roots = [np.sqrt(np.linalg.norm(v, axis=-1)) for v in (a, b)]
    return np.sum(a * b, axis=-1) / (roots[0] * roots[1])


def features(u, v):
    return torch.cat([u, v, torch.abs(u - v)], dim=-1)


def midranks(values):
    order = np.sort(values)
    return (np.searchsorted(order, values, "left") + np.searchsorted(order, values, "right") + 1) / 2


def pearson(a, b):
    a, b = a - a.mean(), b - b.mean()
    return (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())


def spearman(x, y):
    return pearson(midranks(x), midranks(y))


ORDINARY = [
    Ordinary(
        "matching.cosine_similarity",
        cosine,
        (
            Slip(cosine_of_roots, r"roots-of-norms|root of the norms"),
            typo(
                "sqrt(np.sum(a**2, axis=-1)) * np.sqrt(np.sum(b**2, axis=-1))",
                "linalg.norm(a) * np.linalg.norm(b)",
                "all-axes|whole array",
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "matching.sbert_features",
        features,
        (typo("abs(u - v)", "abs(u - v), u * v", "product"),),
        backend="torch",
        answer="edge",
    ),
    Ordinary(
        "matching.spearman",
        spearman,
        (Slip(lambda x, y: pearson(np.argsort(x) + 1.0, np.argsort(y) + 1.0), "argsort"),),
        answer="edge",
    ),
]
