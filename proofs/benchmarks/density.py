"""Importance-weighted bounds beside torch.logsumexp and SciPy."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ._result import LINEARITHMIC
from ._row import Calls, Growth, Memory, Peer, Row, close

TORCH = Peer("torch.logsumexp", {"torch": "torch"})
SHAPE = (1_000, 100_000)


def _weights(shape: tuple[int, ...], dtype: Any) -> Any:
    return np.random.default_rng(0).standard_normal(shape, dtype=dtype)


def _torch_bound() -> Calls:
    import torch  # noqa: PLC0415

    from ... import density  # noqa: PLC0415

    log_w = _weights(SHAPE, np.float32)
    same, log = torch.from_numpy(log_w), float(np.log(SHAPE[-1]))
    return Calls(
        lambda: density.importance_bound(log_w),
        lambda: torch.logsumexp(same, -1),
        lambda ours, theirs: close(1e-5)(ours, theirs - log),
    )


def _scipy_bound() -> Calls:
    from scipy.special import logsumexp  # noqa: PLC0415

    from ... import density  # noqa: PLC0415

    log_w = _weights((300, 100_000), np.float64)
    log = float(np.log(100_000))
    return Calls(
        lambda: density.importance_bound(log_w),
        lambda: logsumexp(log_w, axis=-1),
        lambda ours, theirs: close(1e-12)(ours, theirs - log),
    )


def _memory() -> Memory:
    from ... import density  # noqa: PLC0415

    log_w = _weights(SHAPE, np.float32)
    density.importance_bound(log_w[:1, :10])  # what is loaded on first use is not of the call
    return Memory(lambda: density.importance_bound(log_w), log_w.nbytes)


def _bound_grows() -> Growth:
    from ... import density  # noqa: PLC0415

    def make(n: int) -> Callable[[], Any]:
        return partial(density.importance_bound, _weights((n,), np.float64))

    return Growth(make, (10_000, 100_000, 1_000_000, 10_000_000), "M")


def _all_bounds_grow() -> Growth:
    from ... import density  # noqa: PLC0415

    def make(n: int) -> Callable[[], Any]:
        return partial(density.importance_bounds, _weights((n,), np.float64), sizes=range(1, n + 1))

    return Growth(make, (20, 200, 2_000, 20_000), "M log² M")


ROWS = [
    Row("bound-float32", "importance_bound of (1,000, 100,000) log-weights, float32", _torch_bound, TORCH,
        goal=0.8, about="density.importance_bound"),
    Row("bound-float64", "importance_bound of (300, 100,000) log-weights, float64", _scipy_bound,
        Peer("scipy.special.logsumexp", {"scipy.special": "scipy"}), about="density.importance_bound"),
    Row("bound-memory", "importance_bound of (1,000, 100,000) log-weights, float32, extra memory", _memory,
        Peer("the input"), goal=0.05, about="density.importance_bound"),
    Row("growth-importance_bound", "importance_bound of 10,000 to 10,000,000 log-weights", _bound_grows,
        Peer("what is stated"), goal=LINEARITHMIC, about="density.importance_bound"),
    Row("growth-importance_bounds", "importance_bounds of 20 to 20,000 log-weights, all sizes",
        _all_bounds_grow, Peer("what is stated"), goal=1.2, about="density.importance_bounds"),
]  # fmt: skip
