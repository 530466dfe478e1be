"""What the laws are tried on."""

from dataclasses import dataclass

import hypothesis.strategies as st
from refimpl.backends import Precision
from refimpl.proofs.language import inputs
from refimpl.proofs.language.law import Kind


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of up to 8 numbers."""

    x: inputs.Array


@inputs.composite
def rows(draw: inputs.Draw, p: Precision, kind: Kind) -> Rows:
    """Numbers of one kind."""
    n = draw(st.sampled_from([1, 2, 8]))
    return Rows(x=inputs.values(draw, (inputs.batch(draw), n), p, kind))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Queries (batch, n, d), keys (batch, m, d) and values (batch, m, 2)."""

    q: inputs.Array
    k: inputs.Array
    v: inputs.Array


@inputs.composite
def tokens(draw: inputs.Draw, p: Precision, kind: Kind) -> Tokens:
    """Queries and keys of up to 4 numbers, whose products are in range with those of values."""
    batch, n = inputs.batch(draw), draw(st.sampled_from([1, 3]))
    m, d = draw(st.sampled_from([1, 4])), draw(st.sampled_from([1, 4]))
    shapes = (batch, n, d), (batch, m, d), (batch, m, 2)
    return Tokens(*(inputs.values(draw, shape, p, kind, power=4) for shape in shapes))
