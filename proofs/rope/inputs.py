"""Inputs of the rope laws."""

from typing import Any

import hypothesis.strategies as st

from ...backends import Precision
from .. import inputs
from ..law import Kind


@st.composite
def rotations(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Vectors x (batch, d) with angles of small and large size (batch, d/2), and a layout."""
    n, half = inputs.batch(draw), draw(st.sampled_from([1, 2, 4]))
    rng = inputs.generator(draw)
    reach = {"ordinary": 4.0, "cancellation": 1e-3, "extreme": 1e4}[kind]
    return {
        "x": inputs.values(draw, (n, 2 * half), p, kind),
        "angles": inputs.rounded(rng.uniform(-reach, reach, (n, half)), p),
        "layout": draw(st.sampled_from(["interleaved", "half"])),
    }
