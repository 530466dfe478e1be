"""The law of the axes before the last: a batch of any shape."""

from collections.abc import Iterator

import numpy as np

from ....backends import Precision, Setting
from ....ddpm import Schedule
from ...language import inputs as common
from ...language.law import Gap, Impl, Kind, Record, Rounding, law
from . import inputs

STACK = (3, 3)
"""Two axes of one length, so that confusing them is no error of shapes."""


@common.composite
def stacks(draw: common.Draw, p: Precision, kind: Kind) -> inputs.Batches:
    """A schedule, data x, y, z and steps t for a batch STACK."""
    rng = common.generator(draw)
    x, y, z = (rng.integers(-3, 4, (*STACK, 2)) * 1.0 for _ in range(3))
    beta_squared = common.rounded(rng.uniform(0.1, 0.5, 4), p)
    return inputs.Batches(beta_squared, rng.integers(1, 5, STACK), x, y, z)


PAIRS = (
    "diffuse",
    "diffuse_step",
    "posterior",
    "denoise_mean",
    "velocity",
    "predict_x0",
    "predict_noise",
    "predict_v",
    "predict_score",
)


@law(
    "ddpm.leading-axes",
    "axes before the features are a batch: steps broadcast against them from the right, each index alone",
    source="ddpm D3",
    about=(*(f"ddpm.{name}" for name in PAIRS), "ddpm.ancestral_step"),
    inputs=stacks,
    tolerance=Rounding(
        {"partial sums": 2 * 6, "roots, quotients, products and sums": 2 * 6},
        "loops of another length may round apart; none exceeds 60, as β̄_t² ≥ 0.1 and ᾱ_t ≥ 0.25",
        calls=("log1p", "exp", "expm1") * 2,
    ),
    refutes=("ddpm.diffuse/steps-from-the-left",),
    kinds=("ordinary",),  # which indices meet depends on no number
)
def leading_axes(impl: Impl, on: Setting, case: inputs.Batches) -> Iterator[Record]:
    """Two leading axes against one, with a step for each index, or for each of the last axis alone."""
    data, schedule = (case.x, case.y, case.z), Schedule(case.beta_squared)
    flat = [on.array(on.host(array).reshape((-1, array.shape[-1]))) for array in data]
    for t in (case.t, case.t[0, ...]):
        steps = on.array(np.broadcast_to(on.host(t), STACK).reshape(-1))
        for name in PAIRS:
            call = impl[f"ddpm.{name}"]
            found, rows = call(*data[:2], schedule, t), call(*flat[:2], schedule, steps)
            if name == "posterior":
                found, rows = found[0], rows[0]
            yield Gap(name, found, on.host(rows).reshape(case.x.shape), 60.0)
        options = schedule, case.beta_squared
        found = impl["ddpm.ancestral_step"](*data, *options, t)
        rows = on.host(impl["ddpm.ancestral_step"](*flat, *options, steps))
        yield Gap("ancestral_step", found, rows.reshape(case.x.shape), 60.0)
