"""The law of code lengths."""

from collections.abc import Iterator

import numpy as np

from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import inputs


@law(
    "density.bits_per_dim-definition",
    "bits_per_dim is −log₂ of the probability of a quantisation cell, for each dimension; the uniform "
    "density costs log₂(levels)",
    source="density D9",
    about=("density.bits_per_dim",),
    inputs=inputs.code_lengths,
    tolerance=Rounding({"a given density": 3, "two terms, their sum and the unit": 4, "expectation": 1}),
    refutes=(
        "density.bits_per_dim/nats",
        "density.bits_per_dim/wrong-sign",
        "density.bits_per_dim/forgets-width",
        "density.bits_per_dim/levels-minus-one",
        "density.bits_per_dim/symmetric-by-default",
        "density.bits_per_dim/offset-subtracted",
        "density.bits_per_dim/offset-in-nats",
        "density.bits_per_dim/offset-once",
        "density.bits_per_dim/no-offset",
        "density.bits_per_dim/eight-bits",
        "density.bits_per_dim/times-ln-2",
    ),
)
def bits_per_dim_definition(impl: Impl, on: Setting, case: inputs.CodeLengths) -> Iterator[Record]:
    """The cell's log-probability in nats is log q(x) + dims·log(width/levels)."""
    log_density = on.host(case.log_density)
    expected = [
        -on.math.fsum([value, case.dims * on.math.log(case.width / case.levels)])
        / case.dims
        * on.math.log2(on.math.e)
        for value in log_density
    ]
    others = {"levels": (case.levels, 256), "width": (case.width, 1.0)}  # each with its default
    options = {"dims": case.dims} | {name: v for name, (v, usual) in others.items() if v != usual}
    given = impl["density.bits_per_dim"](case.log_density, **options)
    scale = np.abs(log_density) / case.dims * on.math.log2(on.math.e)
    yield Gap("bits", given, on.reals(expected), scale + abs(on.math.log2(case.levels / case.width)))
    uniform = on.array([-case.dims * on.math.log(case.width)] * 3)
    rounded = abs(on.math.log2(case.width)) + on.math.log2(case.levels)
    yield Gap("uniform", impl["density.bits_per_dim"](uniform, **options), on.math.log2(case.levels), rounded)
