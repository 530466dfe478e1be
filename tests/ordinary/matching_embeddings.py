"""The CoSENT loss of embeddings as people type it."""

import numpy as np

from ._ordinary import Ordinary, Slip, torch, typo


def cosent(u, v, labels, scale=20.0):
    u = u / np.linalg.norm(u, axis=1, keepdims=True)
    v = v / np.linalg.norm(v, axis=1, keepdims=True)
    c = scale * np.sum(u * v, axis=1)
    exponents = (c[None, :] - c[:, None])[labels[:, None] > labels[None, :]]
    return np.logaddexp.reduce(np.append(exponents, 0.0).astype(u.dtype))


def cosent_module(u, v, labels, scale=20.0):
    """As CoSENTLoss of sentence-transformers."""
    scores = torch.nn.functional.cosine_similarity(u, v, eps=1e-12) * scale
    scores = scores[:, None] - scores[None, :]
    labels = labels[:, None] < labels[None, :]
    scores = scores - (1 - labels.to(scores.dtype)) * 1e12
    scores = torch.cat((torch.zeros(1, dtype=scores.dtype), scores.view(-1)), dim=0)
    return torch.logsumexp(scores, dim=0)


def cosent_of_rows(y_true, y_pred):
    """Texts of a pair in neighbouring rows, as Su's code has them."""
    y_true = y_true[::2, 0]
    y_pred = y_pred / np.sqrt(np.sum(y_pred**2, axis=1, keepdims=True))
    y_pred = np.sum(y_pred[::2] * y_pred[1::2], axis=1) * 20
    gaps = (y_pred[:, None] - y_pred[None, :])[y_true[:, None] < y_true[None, :]]
    return np.logaddexp.reduce(np.append(gaps, 0.0).astype(y_pred.dtype))


ORDINARY = [
    Ordinary(
        "matching.cosent_loss_of_embeddings",
        cosent,
        (
            typo("    v = v / np.linalg.norm(v, axis=1, keepdims=True)\n", "", r"one-side"),
            typo("axis=1, keepdims=True", "axis=0, keepdims=True", r"over-the-batch|axis 0"),
            typo("c[None, :] - c[:, None]", "c[:, None] - c[None, :]", r"reversed|wrong order"),
            typo("labels[:, None] > labels", "labels[:, None] >= labels", r"ties-count|≥"),
            Slip(lambda u, v, labels, scale=20.0: cosent(u, v, labels, 1.0), r"unscaled|scale"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "matching.cosent_loss_of_embeddings",
        cosent_module,
        (
            typo("labels[:, None] < labels", "labels[:, None] > labels", r"reversed|wrong order"),
            typo(
                "torch.cat((torch.zeros(1, dtype=scores.dtype), scores.view(-1)), dim=0)",
                "scores.view(-1)",
                r"no-one",
            ),
        ),
        backend="torch",
        dtype="float32",
        answer="edge",
    ),
    Ordinary(
        "matching.cosent_loss_of_embeddings",
        cosent_of_rows,
        (typo("y_true[:, None] < y_true", "y_true[:, None] > y_true", r"reversed|wrong order"),),
        adapter="neighbouring-rows",
    ),
]
