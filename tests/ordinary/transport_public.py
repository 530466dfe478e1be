"""Mistakes in distances that were reported in public, typed into the usual code."""

import numpy as np
import ot

from ._ordinary import Ordinary, Slip, torch


def emd_cost(a, b, M):
    return ot.emd2(a, b, M)


def emd_without_weights(a, b, M):
    """POT#230: the weights are not used."""
    return ot.emd2(np.full(len(a), 1 / len(a)), np.full(len(b), 1 / len(b)), M)


def sliced(x, y):
    return ((torch.sort(x, dim=-1)[0] - torch.sort(y, dim=-1)[0]) ** 2).mean(-1).sqrt()


def sliced_squared(x, y):
    """ott#10: the cost, not the distance."""
    return ((torch.sort(x, dim=-1)[0] - torch.sort(y, dim=-1)[0]) ** 2).mean(-1)


ORDINARY = (
    Ordinary(
        "transport.wasserstein_discrete",
        emd_cost,
        (Slip(emd_without_weights, r"weights-ignored|ignor\w+ .{0,20}weights"),),
        adapter="cost",
    ),
    Ordinary(
        "transport.wasserstein_1d",
        sliced,
        (Slip(sliced_squared, r"squared|no-root"),),
        backend="torch",
        answer="edge",
    ),
)
