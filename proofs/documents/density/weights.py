"""Laws of importance weights, for any fixed weights."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, Same, law
from . import inputs
from .inputs import FloatArray


def _size(log_w: FloatArray, axis: int = -1) -> FloatArray:
    """The largest finite |log w| along an axis."""
    result: FloatArray = np.max(np.where(np.isfinite(log_w), np.abs(log_w), 0.0), axis=axis)
    return result


def _reach(log_w: FloatArray) -> FloatArray:
    """How far apart the log-weights lie, gaps above 40 counted as 40, and 5 for the largest one."""
    ordered = np.sort(log_w, axis=-1)
    gaps = np.where(np.isneginf(ordered[..., :-1]), 0.0, ordered[..., 1:] - ordered[..., :-1])
    result: FloatArray = np.minimum(gaps, 40.0).sum(-1) + 5
    return result


def _ratios(log_w: FloatArray) -> FloatArray:
    """w_i/Σ_j w_j = 1/Σ_j exp(log w_j − log w_i), without a shift; 0 for a weight of zero."""
    none = np.isneginf(log_w)
    base = np.where(none, 0.0, log_w)
    result: FloatArray = np.where(none, 0.0, 1 / np.exp(log_w[..., None, :] - base[..., None]).sum(-1))
    return result


@law(
    "density.log_weights-definition",
    "log w = log q(x|z) + log q(z) − log p(z|x), with broadcasting",
    source="density D1",
    about=("density.log_weights",),
    inputs=inputs.density_triples,
    tolerance=Rounding({"sum and difference": 2, "expectation": 1}),
    refutes=(
        "density.log_weights/adds-proposal",
        "density.log_weights/forgets-prior",
        "density.log_weights/kl-twice",
        "density.log_weights/ratio-inverted",
        "density.log_weights/forgets-proposal",
    ),
)
def log_weights_definition(impl: Impl, on: Setting, case: inputs.LogDensities) -> Iterator[Record]:
    """Compares with sums that math.fsum rounds once."""
    terms = np.broadcast_arrays(
        on.host(case.log_likelihood), on.host(case.log_prior), -on.host(case.log_proposal)
    )
    stacked = np.stack(terms, axis=-1)
    expected = on.reals([[on.math.fsum(entry) for entry in row] for row in stacked])
    given = impl["density.log_weights"](case.log_likelihood, case.log_prior, case.log_proposal)
    yield Gap("log-weights", given, expected, np.abs(stacked).sum(-1))


@law(
    "density.elbo-definition",
    "elbo is the mean of the log-weights along the axis",
    source="density D2",
    about=("density.elbo",),
    inputs=inputs.weights,
    tolerance=Rounding({"sum of 8": 7, "quotient": 1, "expectation": 1}),
    refutes=("density.elbo/sum", "density.elbo/log-mean", "density.elbo/wrong-axis"),
)
def elbo_definition(impl: Impl, on: Setting, case: inputs.Weights) -> Iterator[Record]:
    """Compares with sums that math.fsum rounds once."""
    log_w = np.moveaxis(on.host(case.log_w), case.axis, -1)
    expected = on.reals([on.math.fsum(row) / len(row) for row in log_w])
    scale = np.where(np.isfinite(log_w), np.abs(log_w), 0.0).mean(-1)
    yield Gap("mean", impl["density.elbo"](case.log_w, axis=case.axis), expected, scale)


@law(
    "density.importance_bound-definition",
    "importance_bound is log((1/M) Σ w), for weights of any size; −inf if all of them are zero",
    source="density D3",
    about=("density.importance_bound",),
    inputs=inputs.weights,
    tolerance=Rounding(
        {"sums of 8, on both sides": 2 * 7, "shifts there and back": 2 * 2, "log M": 2 * 1},
        calls=("exp", "log"),
    ),
    refutes=(
        "density.importance_bound/missing-log-count",
        "density.importance_bound/wrong-axis",
        "density.importance_bound/mean-of-weights",
        "density.importance_bound/no-shift",
        "density.importance_bound/mean-of-logs",
        "density.importance_bound/divided-by-count",
        "density.importance_bound/count-added",
        "density.importance_bound/batch-count",
        "density.importance_bound/largest",
        "density.importance_bound/weighted-logarithms",
        "density.importance_bound/shift-lost",
    ),
)
def importance_bound_definition(impl: Impl, on: Setting, case: inputs.Weights) -> Iterator[Record]:
    """Compares with sums of two weights at a time, kept as logarithms."""
    log_w = np.moveaxis(on.host(case.log_w), case.axis, -1)
    M = log_w.shape[-1]
    expected = np.logaddexp.reduce(log_w, axis=-1) - on.math.log(M)
    given = impl["density.importance_bound"](case.log_w, axis=case.axis)
    yield Gap("bound", given, expected, _size(log_w) + on.math.log(M) + 1)


@law(
    "density.single-sample",
    "with one sample the importance-weighted bound is the evidence lower bound: log w itself",
    source="density C1",
    about=("density.elbo", "density.importance_bound", "density.importance_bounds"),
    inputs=inputs.single_weights,
    tolerance=Rounding({"shift there and back": 2}),
    refutes=("density.importance_bound/mean-of-weights",),
)
def single_sample(impl: Impl, on: Setting, case: inputs.LogWeights) -> Iterator[Record]:
    """log exp x = x: both, and the average over subsets, give the weight back."""
    log_w = on.host(case.log_w)[..., 0]
    yield Gap(
        "bound",
        impl["density.importance_bound"](case.log_w),
        impl["density.elbo"](case.log_w),
        _size(log_w[..., None]),
    )
    yield Gap("elbo", impl["density.elbo"](case.log_w), log_w, _size(log_w[..., None]))
    averaged = impl["density.importance_bounds"](case.log_w, sizes=(1,))
    yield Gap("subsets", averaged, log_w[..., None], _size(log_w[..., None])[..., None])


@law(
    "density.importance_bounds-definition",
    "importance_bounds averages the bound over all subsets of m samples",
    source="density D4",
    about=("density.importance_bounds",),
    inputs=inputs.subsets,
    tolerance=Rounding({"an average": 3, "4·log m sums": 4, "expectation": 1}, calls=("exp", "expm1")),
    refutes=(
        "density.importance_bounds/first-samples",
        "density.importance_bounds/disjoint-blocks",
        "density.importance_bounds/average-before-log",
        "density.importance_bounds/missing-log-count",
        "density.importance_bounds/sorted-sizes",
    ),
    needs={"approximation": "the average over subsets is a sum over nodes"},
)
def importance_bounds_definition(impl: Impl, on: Setting, case: inputs.LogWeights) -> Iterator[Record]:
    """Enumerates the subsets for every m; a subset of zero weights makes the average −inf. The sizes
    come in falling order, with one of them twice."""
    log_w = on.host(case.log_w)
    M = log_w.shape[-1]
    sizes = (*range(M, 0, -1), M)
    given = on.host(impl["density.importance_bounds"](case.log_w, sizes=sizes))
    expected = [
        (np.logaddexp.reduce(log_w[..., list(combinations(range(M), m))], axis=-1) - on.math.log(m)).mean(-1)
        for m in sizes
    ]
    yield Gap("average", given, np.stack(expected, axis=-1), (M * (_size(log_w) + _reach(log_w)))[..., None])


@law(
    "density.importance_bounds-increase",
    "for fixed weights the average over m-subsets grows with m, from elbo to importance_bound",
    source="density C9",
    about=("density.elbo", "density.importance_bound", "density.importance_bounds"),
    inputs=inputs.nested_subsets,
    tolerance=Rounding({"an average": 3, "4·log m sums": 4, "other side": 1}, calls=("exp", "expm1")),
    refutes=(
        "density.importance_bounds/first-samples",
        "density.importance_bounds/average-before-log",
        "density.importance_bounds/missing-log-count",
    ),
    needs={"approximation": "the average over subsets is a sum over nodes"},
)
def importance_bounds_increase(impl: Impl, on: Setting, case: inputs.NestedSubsets) -> Iterator[Record]:
    """Every (m+1)-subset's mean weight is the average of those of its m-subsets, and log is concave."""
    log_w = on.host(case.log_w)
    scale = log_w.shape[-1] * (_size(log_w) + _reach(log_w))
    bounds = impl["density.importance_bounds"](case.log_w, sizes=case.sizes)
    yield AtMost("increase", bounds[..., :-1], bounds[..., 1:], scale[..., None])
    yield Gap("one sample", bounds[..., 0], impl["density.elbo"](case.log_w), scale)
    yield Gap("all samples", bounds[..., -1], impl["density.importance_bound"](case.log_w), scale)


@law(
    "density.normalized_weights-definition",
    "normalized_weights is w/Σw, NaN if all weights are zero",
    source="density D5",
    about=("density.normalized_weights",),
    inputs=inputs.weights,
    tolerance=Rounding(
        {"sum of 8, two shifts, quotient": 10, "difference, sum of 8 and quotient to expect": 9},
        calls=("exp", "exp"),
    ),
    refutes=(
        "density.normalized_weights/no-shift",
        "density.normalized_weights/wrong-axis",
        "density.normalized_weights/first-axis-by-default",
        "density.normalized_weights/all-axes",
        "density.normalized_weights/by-largest",
        "density.normalized_weights/logarithms",
        "density.normalized_weights/epsilon",
    ),
)
def normalized_weights_definition(impl: Impl, on: Setting, case: inputs.Weights) -> Iterator[Record]:
    """Compares with reciprocals of sums of ratios."""
    log_w = np.moveaxis(on.host(case.log_w), case.axis, -1)
    options = {} if case.axis == -1 else {"axis": case.axis}  # the default
    given = np.moveaxis(on.host(impl["density.normalized_weights"](case.log_w, **options)), case.axis, -1)
    none: Any = np.isneginf(log_w).all(-1)
    yield Same("undefined", np.isnan(given), np.broadcast_to(none[:, None], log_w.shape))
    some = ~none
    expected = _ratios(log_w[some])
    yield Gap("share", given[some], expected, expected * (1 + _size(log_w[some])[..., None]))


@law(
    "density.effective_sample_size-definition",
    "effective_sample_size is (Σw)²/Σw², NaN if all weights are zero",
    source="density D5",
    about=("density.effective_sample_size",),
    inputs=inputs.weights,
    tolerance=Rounding(
        {"sum of 8, squared": 2 * 7, "square and quotient": 2, "sum of 8 and quotient to expect": 8},
        calls=("exp", "exp"),
    ),
    refutes=(
        "density.effective_sample_size/unnormalized",
        "density.effective_sample_size/no-square",
        "density.effective_sample_size/no-shift",
        "density.effective_sample_size/fraction",
        "density.effective_sample_size/unnormalized-raw",
        "density.effective_sample_size/no-square-raw",
        "density.effective_sample_size/largest",
        "density.effective_sample_size/perplexity",
    ),
)
def ess_definition(impl: Impl, on: Setting, case: inputs.Weights) -> Iterator[Record]:
    """Compares with one over the sum of squared shares."""
    log_w = np.moveaxis(on.host(case.log_w), case.axis, -1)
    given = on.host(impl["density.effective_sample_size"](case.log_w, axis=case.axis))
    none: Any = np.isneginf(log_w).all(-1)
    yield Same("undefined", np.isnan(given), none)
    some = ~none
    expected = 1 / (_ratios(log_w[some]) ** 2).sum(-1)
    yield Gap("ess", given[some], expected, expected * (1 + _size(log_w[some])))


@law(
    "density.effective_sample_size-range",
    "1 ≤ ESS ≤ M: so ESS/M cannot fall below 1/M, however poor the proposal",
    source="density C6",
    stands="the bounds for any weights",
    about=("density.effective_sample_size",),
    inputs=inputs.weights,
    tolerance=Rounding({"sum of 8, squared": 2 * 7, "square and quotient": 2}),
    refutes=("density.effective_sample_size/unnormalized",),
)
def ess_range(impl: Impl, on: Setting, case: inputs.Weights) -> Iterator[Record]:
    """Both ends, wherever some weight is positive."""
    log_w = np.moveaxis(on.host(case.log_w), case.axis, -1)
    some: Any = ~np.isneginf(log_w).all(-1)
    given = on.host(impl["density.effective_sample_size"](case.log_w, axis=case.axis))[some]
    M = float(log_w.shape[-1])
    yield AtMost("at least one", 1.0, given, M)
    yield AtMost("at most M", given, M, M)
