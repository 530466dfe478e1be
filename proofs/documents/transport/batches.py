"""The law of leading axes: a batch of any shape."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs as common
from ...language.law import Gap, Impl, Kind, Record, Rounding, law

STACK = (3, 3)
"""Two axes of one length, which is that of all others, so that confusing them is no error of shapes."""


@dataclass(frozen=True, slots=True)
class Stacks:
    """Two clouds of three points, a plan, a mean, two covariances and a noise level for a batch STACK."""

    x: Array
    y: Array
    plan: Array
    mean: Array
    S: Array
    T: Array
    beta_bar: Array


@common.composite
def stacks(draw: common.Draw, p: Precision, kind: Kind) -> Stacks:
    rng = common.generator(draw)
    roots = rng.integers(-1, 2, (2, *STACK, 3, 3)) * 1.0
    covariances = roots @ np.swapaxes(roots, -1, -2) + np.eye(3)
    clouds = rng.integers(-3, 4, (2, *STACK, 3, 3)) * 1.0
    return Stacks(
        x=clouds[0],
        y=clouds[1],
        plan=rng.integers(1, 5, (*STACK, 3, 3)) / 32.0,
        mean=rng.integers(-3, 4, (*STACK, 3)) * 1.0,
        S=covariances[0],
        T=covariances[1],
        beta_bar=common.rounded(rng.uniform(0.5, 2, STACK), p),
    )


Call = tuple[str, tuple[tuple[Any, int], ...]]


def _calls(case: Stacks) -> Iterator[Call]:
    """Functions with their arrays, each with its number of core axes; some lack a leading axis."""
    x, y, S, mean = (case.x, 2), (case.y, 2), (case.S, 2), (case.mean, 1)
    gaussians = mean, S, (case.mean[0, ...], 1), (case.T[0, ...], 2)
    yield "wasserstein_1d", (mean, (case.mean[0, ...], 1))
    yield "coupling_cost", (x, (case.y[0, ...], 2), (case.plan, 2))
    yield "wasserstein_gaussian", gaussians
    yield "gaussian_map", gaussians
    yield "coupling_monotonicity", (S, (case.T[0, ...], 2))
    yield "score_matching", (x, y)
    yield "conditional_score_matching", (x, y, (case.beta_bar[0, ...], 0))


def _flat(array: Any, core: int) -> Any:
    """The array with all axes but its last `core` broadcast to the batch and made one."""
    last = array.shape[array.ndim - core :]
    return np.broadcast_to(array, (*STACK, *last)).reshape((-1, *last))


@law(
    "transport.leading-axes",
    "axes before those of a sample, a vector or a matrix are a batch: they broadcast, each index alone",
    source="transport D2, D3, D4",
    about=(
        "transport.conditional_score_matching",
        "transport.coupling_cost",
        "transport.coupling_monotonicity",
        "transport.gaussian_map",
        "transport.score_matching",
        "transport.wasserstein_1d",
        "transport.wasserstein_gaussian",
    ),
    inputs=stacks,
    tolerance=Rounding(
        {"three products of 3 × 3 matrices": 2 * 9, "two eigenbases and singular vectors, 4d": 2 * 36},
        "loops of another length may round apart",
    ),
    refutes=(
        "transport.conditional_score_matching/levels-from-the-left",
        "transport.wasserstein_1d/first-axis",
    ),
    kinds=("ordinary",),  # which indices meet depends on no number
)
def leading_axes(impl: Impl, on: Setting, case: Stacks) -> Iterator[Record]:
    """Two leading axes against one; no number exceeds 3·(3 + 3/0.5)² = 243."""
    for name, arrays in _calls(case):
        call = impl[f"transport.{name}"]
        found = call(*(array for array, _ in arrays))
        rows = call(*(on.array(_flat(on.host(array), core)) for array, core in arrays))
        for part, expected in zip(found, rows, strict=True) if name == "gaussian_map" else [(found, rows)]:
            values = on.host(expected)
            yield Gap(name, part, values.reshape((*STACK, *values.shape[1:])), 243.0)
