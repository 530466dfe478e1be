"""Points at which sums of weights differ in practice."""

import math
from typing import Any

from ...._libraries import array_namespace
from ...language.edge import Value, edge

_GUARD = "code that subtracts the largest log-weight without asking whether it is finite"


def _none(values: Any, axis: int) -> Any:
    xp = array_namespace(values)
    return xp.all(values == -xp.inf, axis=axis)


def _none_of(log_w: Any, /, *, axis: int = -1) -> Any:
    return _none(log_w, axis)


importance_bound_no_weight = edge(
    "density.importance_bound",
    "no-weight",
    "all weights are zero",
    ours="−inf",
    laws=(
        "density.bound-chain",
        "density.importance_bound-definition",
        "density.importance_bounds-increase",
        "density.single-sample",
        "density.weights-unbiased",
    ),
    values={"NaN": Value(float("nan"), _GUARD)},
)(_none_of)


@edge(
    "density.importance_bounds",
    "no-weight",
    "m or more weights are zero, so that a subset has none but those",
    ours="−inf",
    laws=(
        "density.importance_bounds-definition",
        "density.importance_bounds-increase",
        "density.single-sample",
    ),
    values={"NaN": Value(float("nan"), _GUARD)},
)
def importance_bounds_no_weight(log_w: Any, /, *, sizes: Any) -> Any:
    xp = array_namespace(log_w)
    zeros = xp.sum(xp.astype(log_w == -xp.inf, xp.int64), axis=-1)
    return xp.stack([zeros >= m for m in sizes], axis=-1)


normalized_weights_no_weight = edge(
    "density.normalized_weights",
    "no-weight",
    "all weights are zero",
    ours="NaN",
    laws=("density.normalized_weights-definition",),
    values={
        "0": Value(0.0, "scaled_dot_product_attention of torch 2.13, for a row that is masked altogether"),
        "1/M": Value(
            lambda log_w, /, *, axis=-1: 1 / log_w.shape[axis], "code that falls back on equal weights"
        ),
    },
)(lambda log_w, /, *, axis=-1: array_namespace(log_w).all(log_w == -math.inf, axis=axis, keepdims=True))

effective_sample_size_no_weight = edge(
    "density.effective_sample_size",
    "no-weight",
    "all weights are zero",
    ours="NaN",
    laws=(
        "density.effective_sample_size-definition",
        "density.effective_sample_size-range",
    ),
    values={"0": Value(0.0, "code that counts no samples where none has weight")},
)(_none_of)


@edge(
    "density.mixture_log_density",
    "no-component",
    "every component has probability or density zero",
    ours="−inf",
    laws=("density.mixture_log_density-definition",),
    values={"NaN": Value(float("nan"), _GUARD)},
)
def mixture_no_component(log_weights: Any, log_components: Any, /) -> Any:
    return _none(log_weights + log_components, -1)
