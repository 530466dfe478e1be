"""How people get Pareto smoothed importance sampling wrong."""

import math
from typing import Any

import numpy as np

from .... import density
from ...._host import like, to_float64
from ...._libraries import array_namespace as _xp
from ....density import Smoothed
from ....density import _pareto as own
from ...language.mistake import MistakesOf

of_pareto = MistakesOf("density.pareto_smoothed_weights")


def _rows(log_ratios: Any, each: Any) -> Smoothed:
    """A function of one sample for all of them."""
    xp = _xp(log_ratios)
    (host,) = to_float64(xp, log_ratios=log_ratios)
    found = [each(row) for row in host.reshape(-1, host.shape[-1])]
    weights = np.asarray([row for row, _ in found]).reshape(host.shape)
    shapes = np.asarray([k for _, k in found]).reshape(host.shape[:-1])
    return Smoothed(like(weights, log_ratios, xp), like(shapes, log_ratios, xp))


def _normalised(log_w: Any) -> Any:
    peak = np.max(log_w)
    return log_w - (peak + np.log(np.sum(np.exp(log_w - peak))))


@of_pareto("not-below-a-third", "Smooths only for k ≥ ⅓.", reference="arviz#2010")
def pareto_third(log_ratios: Any, /, *, efficiency: float = 1.0) -> Smoothed:
    def each(row: Any) -> Any:
        smoothed, k = own._smoothed(row, efficiency)
        return (smoothed if k >= 1 / 3 else _normalised(row)), k

    return _rows(log_ratios, each)


@of_pareto("no-prior", "Leaves out the prior that draws the shape to ½.")
def pareto_no_prior(log_ratios: Any, /, *, efficiency: float = 1.0) -> Smoothed:
    def each(row: Any) -> Any:
        smoothed, k = own._smoothed(row, efficiency)
        M = math.ceil(min(len(row) / 5, 3 * math.sqrt(len(row) / efficiency)))
        return smoothed, k + (10 * k - 5) / M

    return _rows(log_ratios, each)


@of_pareto(
    "not-normalised", "Returns weights whose largest is 1, as loo does, not with sum 1.", reference="loo psis"
)
def pareto_not_normalised(log_ratios: Any, /, *, efficiency: float = 1.0) -> Smoothed:
    def each(row: Any) -> Any:
        smoothed, k = own._smoothed(row, efficiency)
        return smoothed - np.max(smoothed), k

    return _rows(log_ratios, each)


@of_pareto("fifth-always", "Takes a fifth of the sample for the tail, however large it is.")
def pareto_fifth(log_ratios: Any, /, *, efficiency: float = 1.0) -> Smoothed:
    return density.pareto_smoothed_weights(log_ratios, efficiency=1e-6)


@of_pareto(
    "rounded-down", "Rounds the length of the tail down.", reference="arviz-stats psislw; posterior#382"
)
def pareto_down(log_ratios: Any, /, *, efficiency: float = 1.0) -> Smoothed:
    S = log_ratios.shape[-1]
    M = math.floor(min(S / 5, 3 * math.sqrt(S / efficiency)))
    # The efficiency with which the tail has just this length.
    exact = 9 * S / (M - 0.5) ** 2 if M >= 1 else efficiency
    return density.pareto_smoothed_weights(log_ratios, efficiency=exact)


@of_pareto("efficiency-ignored", "Takes all draws for independent.")
def pareto_independent(log_ratios: Any, /, *, efficiency: float = 1.0) -> Smoothed:
    return density.pareto_smoothed_weights(log_ratios)


@of_pareto("not-cut", "Lets smoothed weights exceed the largest ratio.")
def pareto_not_cut(log_ratios: Any, /, *, efficiency: float = 1.0) -> Smoothed:
    def each(row: Any) -> Any:
        smoothed, k = own._smoothed(row, efficiency)
        top = np.argmax(smoothed)
        return _normalised(np.where(np.arange(len(row)) == top, smoothed + 0.25, smoothed)), k

    return _rows(log_ratios, each)


@of_pareto(
    "negated",
    "Takes log-likelihoods, whose negatives are the ratios of leave-one-out.",
    reference="arviz-stats psislw",
)
def pareto_negated(log_ratios: Any, /, *, efficiency: float = 1.0) -> Smoothed:
    return density.pareto_smoothed_weights(-log_ratios, efficiency=efficiency)


@of_pareto("places-of-order", "Returns the weights in order of their size.")
def pareto_ordered(log_ratios: Any, /, *, efficiency: float = 1.0) -> Smoothed:
    found = density.pareto_smoothed_weights(log_ratios, efficiency=efficiency)
    return found._replace(log_weights=_xp(log_ratios).sort(found.log_weights, axis=-1))
