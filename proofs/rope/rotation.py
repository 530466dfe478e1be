"""Laws of the rotation itself."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...backends import Setting
from ..law import Gap, Impl, Record, Rounding, law
from . import inputs


@law(
    "rope.rotation-definition",
    "rotate(x, θ) is the pairwise rotation (a cos θ − b sin θ, a sin θ + b cos θ)",
    source="rope D4",
    about=("rope.rotate",),
    inputs=inputs.rotations,
    tolerance=Rounding(6, "two products and a sum a side, on |a| + |b|", calls=("cos", "sin")),
    refutes=("rope.rotate/wrong-sign",),
)
def rotation_definition(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
    """Compares with one complex product a pair, in float64."""
    x, angles = on.host(case.x), on.host(case.angles)
    half = x.shape[-1] // 2
    first = np.s_[..., 0::2] if case.layout == "interleaved" else np.s_[..., :half]
    second = np.s_[..., 1::2] if case.layout == "interleaved" else np.s_[..., half:]
    turned = (x[first] + 1j * x[second]) * np.exp(1j * angles)
    expected, scale = np.empty_like(x), np.empty_like(x)
    expected[first], expected[second] = turned.real, turned.imag
    scale[first] = scale[second] = np.abs(x[first]) + np.abs(x[second])
    yield Gap("rotated", impl["rope.rotate"](case.x, case.angles, layout=case.layout), expected, scale)
