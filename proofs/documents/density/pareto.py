"""Laws of Pareto smoothed importance sampling."""

import math
from collections.abc import Iterator

import numpy as np

from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import inputs_of_practice as inputs
from .inputs import FloatArray


def _fit(x: list[float]) -> tuple[float, float]:
    """Zhang and Stephens (2009), equation by equation: θ on a grid, its likelihood, its mean, the shape."""
    n, m = len(x), 30 + math.floor(math.sqrt(len(x)))
    grid = [
        1 / x[-1] + (1 - math.sqrt(m / (j - 0.5))) / (3 * x[math.floor(n / 4 + 0.5) - 1])
        for j in range(1, m + 1)
    ]

    def shape(theta: float) -> float:
        return math.fsum(math.log1p(-theta * v) for v in x) / n

    likelihood = [n * (math.log(-theta / shape(theta)) - shape(theta) - 1) for theta in grid]
    weights = [1 / math.fsum(math.exp(other - one) for other in likelihood) for one in likelihood]
    theta = math.fsum(w * t for w, t in zip(weights, grid, strict=True))
    return shape(theta), -shape(theta) / theta


def _smoothed(row: FloatArray, r: float) -> tuple[list[float], float]:
    """Vehtari et al., with the tail of the R package loo."""
    S = len(row)
    M = math.ceil(min(0.2 * S, 3 * math.sqrt(S / r)))
    log_w, k = [float(v - max(row)) for v in row], math.inf
    if M >= 5:
        places = sorted(range(S), key=lambda i: log_w[i])
        base = math.exp(log_w[places[S - M - 1]])
        tail = [math.exp(log_w[i]) - base for i in places[S - M :]]
        if tail[math.floor(M / 4 + 0.5) - 1] == 0:  # nothing to fit
            M = 0
    if M >= 5:
        raw, sigma = _fit(tail)
        k = (M * raw + 5) / (M + 10)
        for j, i in enumerate(places[S - M :], start=1):
            quantile = sigma * ((1 - (j - 0.5) / M) ** -k - 1) / k
            log_w[i] = min(0.0, math.log(base + quantile))
    total = math.log(math.fsum(math.exp(v) for v in log_w))
    return [v - total for v in log_w], k


@law(
    "density.pareto_smoothed_weights-definition",
    "the ⌈min(S/5, 3(S/r)^{1/2})⌉ largest weights become quantiles of the Pareto distribution that fits "
    "them, no larger than the largest ratio, and all have sum 1; a common factor changes nothing",
    source="density P6",
    about=("density.pareto_smoothed_weights",),
    inputs=inputs.ratios,
    kinds=("ordinary", "extreme"),
    tolerance=Rounding(
        {"an exceedance, a mean of logarithms, a quantile and the sum of the weights": 48},
        "what the likelihoods are off by, the mean over the grid takes out",
    ),
    refutes=(
        "density.pareto_smoothed_weights/not-below-a-third",
        "density.pareto_smoothed_weights/no-prior",
        "density.pareto_smoothed_weights/not-normalised",
        "density.pareto_smoothed_weights/fifth-always",
        "density.pareto_smoothed_weights/rounded-down",
        "density.pareto_smoothed_weights/efficiency-ignored",
        "density.pareto_smoothed_weights/not-cut",
        "density.pareto_smoothed_weights/negated",
        "density.pareto_smoothed_weights/places-of-order",
    ),
    needs={"approximation": "it is computed in float64"},
)
def pareto_definition(impl: Impl, on: Setting, case: inputs.Ratios) -> Iterator[Record]:
    """In float64, from the paper."""
    found, rows = impl["density.pareto_smoothed_weights"], on.host(case.log_ratios)
    expected = [_smoothed(row, case.efficiency) for row in rows]
    weights = np.asarray([row for row, _ in expected])
    k = np.asarray([shape for _, shape in expected])
    given = found(case.log_ratios, efficiency=case.efficiency)
    finite = np.isfinite(k)
    # Ratios with a large common factor have lost digits before they come; those are what is computed with.
    scale = np.max(np.abs(weights), axis=-1, keepdims=True) + 1 + np.where(finite, np.abs(k), 0.0)[:, None]
    yield Gap("log-weights", given.log_weights, weights, np.broadcast_to(scale, weights.shape))
    yield Gap("shape", given.k, k, np.where(finite, 1 + np.abs(k), 1.0))
    if case.efficiency == 1:
        yield Gap("default", found(case.log_ratios).k, k, np.where(finite, 1 + np.abs(k), 1.0))
