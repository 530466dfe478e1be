"""Inputs of the residual laws."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision
from ...language import inputs
from ...language.law import Kind
from ...language.packing import mapped_arrays

_ORTHOGONAL = [("orthogonal", 2, 1), ("orthogonal", 2, 2), ("orthogonal", 3, 1)]
_LEADING: list[tuple[int, ...]] = [(), (3,), (2, 3)]
_WIDTHS = (3, 2, 4, 3)
_HIDDEN: list[tuple[int | None, ...]] = [(4,), (None,), (2, None), (3, 4, 2)]


def _activation(draw: inputs.Draw, kind: Kind) -> str:
    """tanh only at sizes where it has a slope."""
    return str(draw(st.sampled_from(["linear", "relu"] if kind == "extreme" else ["linear", "relu", "tanh"])))


@dataclass(frozen=True, slots=True)
class PlainStack:
    """The input, weights, biases and cotangent of a plain stack."""

    activation: str
    x: Array
    cotangent: Array
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]


@inputs.composite
def plain(draw: inputs.Draw, p: Precision, kind: Kind) -> PlainStack:
    depth, leading = draw(st.sampled_from([1, 2, 3])), draw(st.sampled_from(_LEADING))
    power = depth + 3
    activation = _activation(draw, kind)
    x = inputs.values(draw, (*leading, _WIDTHS[0]), p, kind, power=power)
    cotangent = inputs.values(draw, (*leading, _WIDTHS[depth]), p, kind, power=power)
    layers = [
        (
            inputs.values(draw, (_WIDTHS[i], _WIDTHS[i + 1]), p, kind, power=power),
            inputs.values(draw, (_WIDTHS[i + 1],), p, kind, power=power),
        )
        for i in range(depth)
    ]
    weights, biases = zip(*layers, strict=True)
    return PlainStack(activation, x, cotangent, weights, biases)


@inputs.composite
def losses(draw: inputs.Draw, p: Precision, kind: Kind) -> PlainStack:
    """Numbers small enough for squared gradients in any format."""
    case: PlainStack = mapped_arrays(draw(plain(p, kind)), lambda array: array / 4)
    return case


@dataclass(frozen=True, slots=True)
class ResidualStack:
    """The input, blocks (W₁, W₂), of which some have None for W₂, and cotangent of a residual stack."""

    scale: float
    activation: str
    x: Array
    cotangent: Array
    blocks: tuple[tuple[Array, Array | None], ...]


@inputs.composite
def residual(draw: inputs.Draw, p: Precision, kind: Kind) -> ResidualStack:
    hidden, leading = draw(st.sampled_from(_HIDDEN)), draw(st.sampled_from(_LEADING))
    n, power = 3, 2 * len(hidden) + 2
    return ResidualStack(
        scale=draw(st.sampled_from([0.5, 2.0, 0.1, -0.5])),
        activation=_activation(draw, kind),
        x=inputs.values(draw, (*leading, n), p, kind, power=power),
        cotangent=inputs.values(draw, (*leading, n), p, kind, power=power),
        blocks=tuple(
            (
                inputs.values(draw, (n, h or n), p, kind, power=power),
                None if h is None else inputs.values(draw, (h, n), p, kind, power=power),
            )
            for h in hidden
        ),
    )


@dataclass(frozen=True, slots=True)
class Gradients:
    """Three arrays as gradients, and a learning rate."""

    first: Array
    second: Array
    third: Array
    learning_rate: float


@inputs.composite
def gradients(draw: inputs.Draw, p: Precision, kind: Kind) -> Gradients:
    return Gradients(
        first=inputs.values(draw, (2, 3), p, kind),
        second=inputs.values(draw, (3,), p, kind),
        third=inputs.values(draw, (3, 2), p, kind),
        learning_rate=draw(st.sampled_from([1.0, 0.5, 0.1, 3e-4, 0.0])),
    )


def vector(draw: inputs.Draw, n: int, p: Precision, kind: Kind) -> np.ndarray[Any, Any]:
    """A nonzero vector; sums of 10⁵ of its fourth powers stay in range. One size a vector when extreme."""
    rng = inputs.generator(draw)
    if kind == "cancellation":
        return inputs.rounded(rng.choice([-1.0, 1.0], n) * (1 + 2 * p.u * rng.integers(-4, 5, n)), p)
    reach = 0.2 * np.log10(p.smallest), max(0.0, 0.2 * (np.log10(p.largest) - 5))
    size = rng.uniform(*reach) if kind == "extreme" else 0.0
    return inputs.rounded(rng.choice([-1.0, 1.0], n) * rng.uniform(0.5, 2.0, n) * 10.0**size, p)


@dataclass(frozen=True, slots=True)
class Vectors:
    """x and cotangent, of n coordinates or more."""

    n: int
    x: Array
    cotangent: Array


@dataclass(frozen=True, slots=True)
class Layer(Vectors):
    """x (fan_in) and cotangent (fan_out) of one layer."""

    m: int


@inputs.composite
def layers(draw: inputs.Draw, p: Precision, kind: Kind) -> Layer:
    n, m = draw(st.sampled_from([1, 2, 5])), draw(st.sampled_from([1, 3, 6]))
    return Layer(n, m=m, x=vector(draw, n, p, kind), cotangent=vector(draw, m, p, kind))


@dataclass(frozen=True, slots=True)
class Fans:
    """Two fans."""

    n: int
    m: int


@inputs.composite
def fans(draw: inputs.Draw, p: Precision, kind: Kind) -> Fans:
    """Two fans: small, equal, or huge."""
    top = {"ordinary": 64, "cancellation": 4096, "extreme": 2**40}[kind]
    n = draw(st.integers(1, top))
    return Fans(n, m=n if kind == "cancellation" else draw(st.integers(1, top)))


@inputs.composite
def cotangents(draw: inputs.Draw, p: Precision, kind: Kind) -> Vectors:
    """One coordinate of x, and the cotangent of two units."""
    n = draw(st.sampled_from([1, 2]))
    return Vectors(n, x=vector(draw, 1, p, kind), cotangent=vector(draw, 2, p, kind))


@dataclass(frozen=True, slots=True)
class Block(Vectors):
    """(n, hidden, depth) of a residual stack whose sign weights can be enumerated, with x and cotangent."""

    hidden: int
    depth: int


@inputs.composite
def blocks(draw: inputs.Draw, p: Precision, kind: Kind) -> Block:
    n, hidden, depth = draw(st.sampled_from([(1, 1, 1), (1, 1, 3), (1, 2, 2), (2, 1, 1)]))
    x, cotangent = vector(draw, n, p, kind), vector(draw, n, p, kind)
    return Block(n, hidden=hidden, depth=depth, x=x, cotangent=cotangent)


@dataclass(frozen=True, slots=True)
class LinearBlock(Vectors):
    """(n, depth) of a linear residual stack, an ensemble, ε, x and cotangent."""

    ensemble: str
    depth: int
    scale: float


@inputs.composite
def linear_blocks(draw: inputs.Draw, p: Precision, kind: Kind) -> LinearBlock:
    ensemble, n, depth = draw(
        st.sampled_from([("signs", 1, 1), ("signs", 1, 4), ("signs", 1, 6), ("signs", 2, 2), *_ORTHOGONAL])
    )
    x, cotangent = vector(draw, n, p, kind), vector(draw, n, p, kind)
    scale = draw(st.sampled_from([0.5, 1.0, 0.1]))
    return LinearBlock(ensemble=ensemble, n=n, depth=depth, scale=scale, x=x, cotangent=cotangent)


@dataclass(frozen=True, slots=True)
class Accumulating:
    """A positive number and a depth."""

    x: Array
    depth: int


@inputs.composite
def accumulating(draw: inputs.Draw, p: Precision, kind: Kind) -> Accumulating:
    return Accumulating(x=np.abs(vector(draw, 1, p, kind)), depth=draw(st.sampled_from([1, 2, 4, 7])))


@dataclass(frozen=True, slots=True)
class Orthogonal:
    """`depth` orthogonal matrices as one array (depth, n, n), exponents that sum to 0, x and cotangent."""

    matrices: Array
    exponents: list[int]
    x: Array
    cotangent: Array


@inputs.composite
def orthogonal(draw: inputs.Draw, p: Precision, kind: Kind) -> Orthogonal:
    n, depth = draw(st.sampled_from([1, 4, 8])), draw(st.sampled_from([1, 2, 8, 32]))
    x, cotangent = vector(draw, n, p, kind), vector(draw, n, p, kind)
    rng = inputs.generator(draw)
    matrices = np.linalg.qr(rng.standard_normal((depth, n, n)))[0]
    exponents = rng.integers(-1, 2, depth // 2)
    balanced = [*exponents, *-exponents, *[0] * (depth % 2)]
    return Orthogonal(
        matrices=inputs.rounded(matrices, p),
        exponents=[int(e) for e in rng.permutation(balanced)],
        x=x,
        cotangent=cotangent,
    )


@dataclass(frozen=True, slots=True)
class Depth:
    """N small, middling, or large."""

    depth: int


@inputs.composite
def depths(draw: inputs.Draw, p: Precision, kind: Kind) -> Depth:
    low, high = {"ordinary": (1, 64), "cancellation": (65, 1000), "extreme": (1001, 10**6)}[kind]
    return Depth(depth=draw(st.integers(low, high)))


@dataclass(frozen=True, slots=True)
class Growth:
    """A kind of growth by ε, and how often, N."""

    kind: str
    eps: float
    depth: int


@inputs.composite
def growths(draw: inputs.Draw, p: Precision, kind: Kind) -> Growth:
    """Moderate; near the roundoff of 1 + ε; tiny ε with N so large that ε N or ε² N is about 1."""
    rng = inputs.generator(draw)
    which = draw(st.sampled_from(["aligned", "zero_mean"]))
    if kind == "ordinary":
        return Growth(
            kind=which, eps=draw(st.sampled_from([1.0, 0.5, 0.1, 3.0, 0.0])), depth=draw(st.integers(0, 64))
        )
    exponent = rng.uniform(-17, -9) if kind == "cancellation" else rng.uniform(-150, -17)
    tiny = 10.0**exponent
    depth = int(rng.uniform(0.1, 10.0) / tiny)
    return Growth(kind=which, eps=tiny if which == "aligned" else tiny**0.5, depth=depth)


@dataclass(frozen=True, slots=True)
class Transformer:
    """Encoder and decoder layers, at least one of each."""

    encoder: int
    decoder: int


@inputs.composite
def transformers(draw: inputs.Draw, p: Precision, kind: Kind) -> Transformer:
    top = {"ordinary": 24, "cancellation": 1000, "extreme": 10**9}[kind]
    return Transformer(encoder=draw(st.integers(1, top)), decoder=draw(st.integers(1, top)))


@dataclass(frozen=True, slots=True)
class Sublayers:
    """N encoder layers, α, v, w, x and cotangent; one dimension."""

    layers: int
    alpha: float
    v: float
    w: float
    x: Array
    cotangent: Array


@inputs.composite
def sublayers(draw: inputs.Draw, p: Precision, kind: Kind) -> Sublayers:
    rng = inputs.generator(draw)
    return Sublayers(
        layers=draw(st.sampled_from([1, 2])),
        alpha=float(rng.uniform(0.5, 3.0)),
        v=float(rng.uniform(0.3, 2.0)),
        w=float(rng.uniform(0.3, 2.0)),
        x=vector(draw, 1, p, kind),
        cotangent=vector(draw, 1, p, kind),
    )


@dataclass(frozen=True, slots=True)
class Concentrating:
    """A Gaussian J (n, n) of variance 1/n, a unit-size v, ε."""

    n: int
    J: Array
    x: Array
    scale: float


@inputs.composite
def concentrating(draw: inputs.Draw, p: Precision, kind: Kind) -> Concentrating:
    n = draw(st.sampled_from([16, 64, 256]))
    rng = inputs.generator(draw)
    return Concentrating(
        n=n,
        J=inputs.rounded(rng.standard_normal((n, n)) / np.sqrt(n), p),
        x=inputs.rounded(rng.standard_normal(n), p),
        scale=draw(st.sampled_from([1.0, 0.25])),
    )


@dataclass(frozen=True, slots=True)
class Deep:
    """Standard Gaussian weights (depth, n, n) for relu blocks of width n, with x and cotangent."""

    first: Array
    second: Array
    x: Array
    cotangent: Array


@inputs.composite
def deep(draw: inputs.Draw, p: Precision, kind: Kind) -> Deep:
    n, depth = 64, draw(st.sampled_from([4] * 7 + [16] * 6 + [64] * 2 + [256]))  # deep ones are slow
    rng = inputs.generator(draw)
    return Deep(
        first=inputs.rounded(rng.standard_normal((depth, n, n)), p),
        second=inputs.rounded(rng.standard_normal((depth, n, n)), p),
        x=inputs.rounded(rng.standard_normal(n), p),
        cotangent=inputs.rounded(rng.standard_normal(n), p),
    )


def _row(draw: inputs.Draw, n: int, p: Precision, kind: Kind, *, power: int) -> np.ndarray[Any, Any]:
    """Rows of any size; nearly constant ones for cancellation."""
    rows = (inputs.batch(draw), n)
    if kind == "cancellation":
        rng = inputs.generator(draw)
        base = rng.uniform(0.5, 2.0, (rows[0], 1)) * 10.0 ** rng.integers(-3, 4, (rows[0], 1))
        return inputs.rounded(inputs.rounded(base, p) * (1 + 2 * p.u * rng.integers(-4, 5, rows)), p)
    return inputs.values(draw, rows, p, kind, power=power)


@dataclass(frozen=True, slots=True)
class Rows:
    """x (batch, n), γ, β and eps of a normalisation."""

    x: Array
    gamma: Array
    beta: Array
    eps: float


@inputs.composite
def rows(draw: inputs.Draw, p: Precision, kind: Kind) -> Rows:
    """x (batch, n), γ, β and eps of a normalisation; eps = 0 only with ordinary rows that vary."""
    n = draw(st.sampled_from([1, 2, 8]))
    x = _row(draw, n, p, kind, power=1)
    varied = kind == "ordinary" and bool(np.all(np.ptp(x, axis=-1) > 0))
    return Rows(
        x=x,
        gamma=inputs.values(draw, (n,), p, "ordinary"),
        beta=inputs.values(draw, (n,), p, "ordinary"),
        eps=draw(st.sampled_from([1e-5, 1e-12, 0.25, 0.0] if varied else [1e-5, 1e-12, 0.25])),
    )


@dataclass(frozen=True, slots=True)
class Connection(Rows):
    """x and branch of one shape, γ, β, α and eps."""

    branch: Array
    alpha: float


@inputs.composite
def connections(draw: inputs.Draw, p: Precision, kind: Kind) -> Connection:
    n = draw(st.sampled_from([2, 8]))
    x = _row(draw, n, p, kind, power=2)
    return Connection(
        x=x,
        branch=inputs.values(draw, x.shape, p, kind, power=2),
        gamma=inputs.values(draw, (n,), p, "ordinary"),
        beta=inputs.values(draw, (n,), p, "ordinary"),
        alpha=draw(st.sampled_from([1.0, 2.0, 0.3, 5.0])),
        eps=draw(st.sampled_from([1e-5, 1e-12, 0.25])),
    )
