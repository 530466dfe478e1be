"""What the laws are tried on."""

from typing import Any

import hypothesis.strategies as st
from refimpl.backends import Precision
from refimpl.proofs.language import inputs
from refimpl.proofs.language.law import Kind


@inputs.composite
def rows(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Rows of up to 8 numbers."""
    n = draw(st.sampled_from([1, 2, 8]))
    return {"x": inputs.values(draw, (inputs.batch(draw), n), p, kind)}


@inputs.composite
def tokens(draw: inputs.Draw, p: Precision, kind: Kind) -> dict[str, Any]:
    """Queries and keys of up to 4 numbers, whose products are in range with those of values."""
    batch, n = inputs.batch(draw), draw(st.sampled_from([1, 3]))
    m, d = draw(st.sampled_from([1, 4])), draw(st.sampled_from([1, 4]))
    shapes = {"q": (batch, n, d), "k": (batch, m, d), "v": (batch, m, 2)}
    return {name: inputs.values(draw, shape, p, kind, power=4) for name, shape in shapes.items()}
