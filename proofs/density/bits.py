"""The law of code lengths."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...backends import Setting
from ..law import Gap, Impl, Record, Rounding, law
from . import inputs


@law(
    "density.bits-per-dim-definition",
    "bits_per_dim is −log₂ of the probability of a quantisation cell, for each dimension; the uniform "
    "density costs log₂(levels)",
    source="density D9",
    about=("density.bits_per_dim",),
    inputs=inputs.code_lengths,
    tolerance=Rounding(10, "three roundings in each of two terms and their sum; as many in the expectation"),
    refutes=(
        "density.bits_per_dim/nats",
        "density.bits_per_dim/wrong-sign",
        "density.bits_per_dim/forgets-width",
        "density.bits_per_dim/levels-minus-one",
    ),
)
def bits_per_dim_definition(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
    """The cell's log-probability in nats is log q(x) + dims·log(width/levels)."""
    log_density = on.host(case.log_density)
    expected = [
        -math.fsum([value, case.dims * math.log(case.width / case.levels)]) / case.dims * math.log2(math.e)
        for value in log_density
    ]
    options = {"dims": case.dims, "levels": case.levels, "width": case.width}
    given = impl["density.bits_per_dim"](case.log_density, **options)
    scale = np.abs(log_density) / case.dims * math.log2(math.e)
    yield Gap("bits", given, np.asarray(expected), scale + abs(math.log2(case.levels / case.width)))
    uniform = on.array(np.full(3, -case.dims * math.log(case.width)))
    rounded = abs(math.log2(case.width)) + math.log2(case.levels)
    yield Gap("uniform", impl["density.bits_per_dim"](uniform, **options), math.log2(case.levels), rounded)
