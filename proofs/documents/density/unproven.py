"""Kernels of refimpl.density that approximate, and what stands for them where exact values are enclosed."""

import itertools
import math

from .... import _xp
from ...._typing import Array, Namespace
from ....backends._ball import _functions as balls
from ....backends._ball._operands import apply
from ...language.exact import UnprovenError, derived

_SUBSETS = 300
"""Subsets up to which a mean over subsets is computed as it is defined."""


def _subset_means(log_w: Array, sizes: list[int], *, xp: Namespace) -> Array:
    """The mean over the subsets as it is defined."""
    count = log_w.shape[-1]
    if sum(math.comb(count, m) for m in sizes) > _SUBSETS:
        raise UnprovenError(
            "the mean over all subsets is computed by a quadrature, whose error is not proven"
        )
    means = []
    for m in sizes:
        chosen = list(itertools.combinations(range(count), m))
        bounds = [
            _xp.logsumexp(log_w[..., list(one)], axis=-1, xp=xp) - derived(balls.log, m) for one in chosen
        ]
        means.append(xp.sum(xp.stack(bounds, axis=-1), axis=-1) / len(bounds))
    return xp.stack(means, axis=-1)


def _log_tail(t: Array, *, xp: Namespace) -> Array:
    """By the error function of balls, where the function has a rule of quadrature."""
    m = xp.refimpl_math
    return apply(xp, lambda x: m.log(m.erfc(m.number(x) / m.sqrt(2)) / 2).ball, t.dtype, t)


REPLACED = {
    "_weights": {"_subset_means": _subset_means},
    "_gaussian_levels": {"_log_tail": _log_tail},
}
