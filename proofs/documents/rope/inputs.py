"""Inputs of the rope laws."""

from dataclasses import dataclass, replace
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Kind

LARGEST = 2**63 - 1


def _numbers(draw: inputs.Draw, kind: Kind, base: int, count: int) -> np.ndarray[Any, Any]:
    """Integers in [0, base^count): uniform, beside digit boundaries, or at the top."""
    rng, shape, top = inputs.generator(draw), (inputs.batch(draw),), base**count
    if kind == "ordinary":
        return np.asarray(rng.integers(0, top, shape))
    if kind == "extreme":
        return np.asarray(top - 1 - rng.integers(0, min(top, 100), shape))
    steps = base ** rng.integers(0, count, shape).astype(object)
    near = rng.integers(1, base, shape) * steps + rng.integers(-1, 2, shape)
    return np.asarray(np.clip(near.astype(np.int64), 0, top - 1))


@dataclass(frozen=True, slots=True)
class Numerals:
    """Integers n (batch,) below base^count."""

    n: Array
    base: int
    count: int


@inputs.composite
def numerals(draw: inputs.Draw, p: Precision, kind: Kind) -> Numerals:
    """Those of which base^count is within int64."""
    base = draw(st.sampled_from([10, 2, 3, 16] if kind != "extreme" else [10, 2, 1000003, 2**31]))
    most = next(count for count in range(63, 0, -1) if base**count - 1 <= LARGEST)
    count = most if kind == "extreme" else draw(st.sampled_from([4, 2, 6, 1, 8]))
    return Numerals(n=_numbers(draw, kind, base, count), base=base, count=count)


@dataclass(frozen=True, slots=True)
class MixedNumerals:
    """Integers n (batch,) and bases whose product is within int64."""

    n: Array
    bases: list[int]


@inputs.composite
def radices(draw: inputs.Draw, p: Precision, kind: Kind) -> MixedNumerals:
    choices = [[60, 60, 24], [2, 3, 5, 7], [10, 10, 10], [7], [2, 10, 3]]
    bases = draw(st.sampled_from(choices if kind != "extreme" else [[2**20, 3, 2**20, 5], [2**62]]))
    top = int(np.prod(np.asarray(bases, dtype=object)))
    return MixedNumerals(
        n=_numbers(draw, kind, top, 1) if kind != "cancellation" else _edges(draw, bases), bases=bases
    )


def _edges(draw: inputs.Draw, bases: list[int]) -> np.ndarray[Any, Any]:
    """Integers beside multiples of the products of the first bases."""
    rng, shape = inputs.generator(draw), (inputs.batch(draw),)
    products = np.cumprod([1, *bases])
    near = products[rng.integers(0, len(bases) + 1, shape)] + rng.integers(-1, 2, shape)
    return np.asarray(np.clip(near, 0, products[-1] - 1))


@inputs.composite
def readable(draw: inputs.Draw, p: Precision, kind: Kind) -> Numerals:
    """Those of which base^count ≤ 2^bits/256, so that angles in the dtype resolve them, also where
    the exponents of their frequencies were rounded."""
    base = draw(st.sampled_from([base for base in (10, 2, 3, 5) if base * 256 <= 2**p.bits]))
    most = next(count for count in range(63, 0, -1) if base**count * 256 <= 2**p.bits)
    count = most if kind != "ordinary" else max(1, most // 2)
    return Numerals(n=_numbers(draw, kind, base, count), base=base, count=count)


@dataclass(frozen=True, slots=True)
class Ranges:
    """A base B, a factor k, an integer base and factor, and an even number of features."""

    base: float
    factor: float
    whole: tuple[int, int]
    dim: int


@inputs.composite
def ranges(draw: inputs.Draw, p: Precision, kind: Kind) -> Ranges:
    """ordinary: usual values; cancellation: B and k next to 1; extreme: large values, but B k^(d/(d−2))
    within the dtype, because most code raises the base to powers there."""
    rng, high = inputs.generator(draw), min(50, np.log10(p.largest) / 2)
    base, factor = {
        "ordinary": (
            draw(st.sampled_from([B for B in (10000.0, 500000.0, 10.0) if p.largest > B])),
            rng.uniform(1, 32),
        ),
        "cancellation": (1 + 10.0 ** rng.uniform(-6, -1), 1 + 10.0 ** rng.uniform(-6, -1)),
        "extreme": (
            10.0 ** rng.uniform(min(6, high / 2), high),
            10.0 ** rng.uniform(min(2, high / 4), min(12, high / 2)),
        ),
    }[kind]
    return Ranges(
        base=float(base),
        factor=float(factor),
        whole=(int(rng.integers(2, 1000)), int(rng.integers(2, 100))),
        dim=draw(st.sampled_from([8, 4, 64, 128, 6])),
    )


@inputs.composite
def tables(draw: inputs.Draw, p: Precision, kind: Kind) -> Ranges:
    """What fixes a table of plain frequencies, a single pair included."""
    return replace(draw(ranges(p, kind)), dim=draw(st.sampled_from([8, 2, 4, 6, 64, 128])))


@dataclass(frozen=True, slots=True)
class Bases:
    """Real bases, and one that all share."""

    bases: list[float]
    count: int


@inputs.composite
def mixtures(draw: inputs.Draw, p: Precision, kind: Kind) -> Bases:
    rng, count = inputs.generator(draw), draw(st.sampled_from([3, 1, 0, 7]))
    low, high = {"ordinary": (0.1, 1.0), "cancellation": (1e-6, 1e-3), "extreme": (3.0, 30.0)}[kind]
    return Bases(bases=[float(b) for b in 10 ** rng.uniform(low, high, count)], count=count)


def whole_positions(draw: inputs.Draw, p: Precision, kind: Kind) -> np.ndarray[Any, Any]:
    """Integer positions: as in use, where formats start to merge neighbours, and far out."""
    rng, shape = inputs.generator(draw), (inputs.batch(draw),)
    if kind == "ordinary":
        return np.asarray(rng.integers(0, 4096, shape))
    if kind == "cancellation":
        powers = rng.integers(8, min(p.bits, 40) + 3, shape)
        return np.asarray(2**powers + rng.integers(-3, 4, shape))
    reach = min(18.0, np.log10(p.largest))
    return np.asarray(rng.choice([-1, 1], shape) * 10 ** rng.uniform(0, reach, shape), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Angled:
    """Integer and real positions (batch,), with frequencies (d/2,) in (0, 1]."""

    whole: Array
    real: Array
    frequencies: Array


@inputs.composite
def angled(draw: inputs.Draw, p: Precision, kind: Kind) -> Angled:
    whole = whole_positions(draw, p, kind)
    rng = inputs.generator(draw)
    frequencies = np.concat([[1.0], 10 ** rng.uniform(-4, 0, draw(st.sampled_from([3, 0, 7])))])
    drawn = Angled(whole, real=whole * rng.uniform(0.5, 1, whole.shape), frequencies=frequencies)
    return inputs.in_format(drawn, p)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Integer and real positions of at most 10^9 (where float64 still resolves a turn), and a table."""

    whole: Array
    real: Array
    dim: int
    base: float
    beta: int


@inputs.composite
def encoded(draw: inputs.Draw, p: Precision, kind: Kind) -> Encoded:
    whole = np.clip(whole_positions(draw, p, kind), -(10**9), 10**9)
    rng = inputs.generator(draw)
    return Encoded(
        whole=whole,
        real=inputs.rounded(np.clip(whole, -p.largest, p.largest) * rng.uniform(0.5, 1, whole.shape), p),
        dim=draw(st.sampled_from([8, 2, 4, 16])),
        base=draw(st.sampled_from([10000.0, 500000.0, 10.0])),
        beta=draw(st.sampled_from([2, 4, 16])),
    )


@dataclass(frozen=True, slots=True)
class Rotations:
    """Vectors x (batch, d) with angles of small and large size (batch, d/2), and a layout."""

    x: Array
    angles: Array
    more: Array
    layout: str


@inputs.composite
def rotations(draw: inputs.Draw, p: Precision, kind: Kind) -> Rotations:
    n, half = inputs.batch(draw), draw(st.sampled_from([4, 1, 3]))
    rng = inputs.generator(draw)
    reach = {"ordinary": 4.0, "cancellation": 1e-3, "extreme": 1e4}[kind]
    return Rotations(
        x=inputs.values(draw, (n, 2 * half), p, kind),
        angles=inputs.rounded(rng.uniform(-reach, reach, (n, half)), p),
        more=inputs.rounded(rng.uniform(-reach, reach, (n, half)), p),
        layout=draw(st.sampled_from(["interleaved", "half"])),
    )


@dataclass(frozen=True, slots=True)
class Attention:
    """Queries (2, I, d), keys (2, J, d), their positions, and frequencies (d/2,)."""

    q: Array
    k: Array
    i: Array
    j: Array
    frequencies: Array
    layout: str


@inputs.composite
def attention(draw: inputs.Draw, p: Precision, kind: Kind) -> Attention:
    half, rng = draw(st.sampled_from([4, 1, 2])), inputs.generator(draw)
    start, reach = {"ordinary": (0, 100), "cancellation": (10**6, 8), "extreme": (0, 10**8)}[kind]
    return Attention(
        q=inputs.values(draw, (2, 5, 2 * half), p, kind, power=3),
        k=inputs.values(draw, (2, 7, 2 * half), p, kind, power=3),
        i=start + rng.integers(0, reach, 5),
        j=start + rng.integers(0, reach, 7),
        frequencies=inputs.rounded(np.concat([[1.0], 10 ** rng.uniform(-4, 0, half - 1)]), p),
        layout=draw(st.sampled_from(["interleaved", "half"])),
    )


@dataclass(frozen=True, slots=True)
class WideRotations(Rotations):
    """Whole radians to add to the angles, so many that float32 has few digits left for the fraction."""

    radians: Array


@inputs.composite
def wide_rotations(draw: inputs.Draw, p: Precision, kind: Kind) -> WideRotations:
    case = draw(rotations(p, kind))
    radians = inputs.generator(draw).integers(10**4, 10**6, case.angles.shape)
    return inputs.extended(WideRotations, case, radians=radians)


@dataclass(frozen=True, slots=True)
class WideAttention(Attention):
    """The frequencies are numerators over 2^40."""

    numerators: Array


@inputs.composite
def wide_attention(draw: inputs.Draw, p: Precision, kind: Kind) -> WideAttention:
    case = draw(attention(p, kind))
    exponents = inputs.generator(draw).uniform(27, 39, case.frequencies.shape)
    return inputs.extended(WideAttention, case, numerators=np.asarray(2**exponents, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Interpolation(Angled):
    """A factor by which positions are interpolated: usual, next to 1, or large."""

    factor: float


@inputs.composite
def interpolations(draw: inputs.Draw, p: Precision, kind: Kind) -> Interpolation:
    case = draw(angled(p, kind))
    exponent = {"ordinary": (0.0, 1.5), "cancellation": (1e-6, 1e-4), "extreme": (2.0, 6.0)}[kind]
    factor = float(10 ** inputs.generator(draw).uniform(*exponent))
    return inputs.extended(Interpolation, case, factor=factor)


@dataclass(frozen=True, slots=True)
class Extension:
    """A configuration of YaRN or Llama 3, a ratio below 1 and one beyond."""

    dim: int
    base: float
    train_length: float
    factor: float
    slow: float
    fast: float
    ratio: float
    beyond: float


@inputs.composite
def extensions(draw: inputs.Draw, p: Precision, kind: Kind) -> Extension:
    """ordinary: usual; cancellation: ends of the ramp close together, factors next to 1; extreme: a
    wide ramp, large factors. Ramps lie among the pairs, start before the first (length 16 too), lie
    all before it, where the common code's ends agree, or end beyond index d − 1, where it cuts them."""
    rng = inputs.generator(draw)
    slow, fast, factor = {
        "ordinary": (1.0, draw(st.sampled_from([32.0, 4.0])), draw(st.sampled_from([16.0, 8.0, 2.5]))),
        "cancellation": (2.0, 2 + 10.0 ** rng.uniform(-3, -1), 1 + 10.0 ** rng.uniform(-6, -1)),
        "extreme": (rng.uniform(0.5, 1), rng.uniform(30, 40), 10.0 ** rng.uniform(3, 6)),
    }[kind]
    dim, base = draw(st.sampled_from([128, 8, 64, 4, 96])), draw(st.sampled_from([10000.0, 500000.0, 1e6]))
    length = draw(st.sampled_from([4096, 8192, 300, 131072, 16]))
    ramp = draw(st.sampled_from(["among", "among", "before", "beyond"]))
    if ramp == "before":  # `slow` turns are between pairs −1 and 0
        length = float(2 * np.pi * slow * base ** (-2 / dim * rng.uniform(0.1, 0.9)))
    if ramp == "beyond" and length > 16:  # index d − 1 is between those of `fast` and `slow` turns
        base = float((length / (2 * np.pi * np.sqrt(slow * fast))) ** (dim / (2 * dim - 2)))
    return Extension(
        dim=dim,
        base=base,
        train_length=length,
        factor=float(factor),
        slow=float(slow),
        fast=float(fast),
        ratio=float(rng.uniform(0.01, 1)),
        beyond=float(1 + 10.0 ** rng.uniform(-3, 2)),
    )


@inputs.composite
def index_ramps(draw: inputs.Draw, p: Precision, kind: Kind) -> Extension:
    """The same, but extreme: a ramp in the pair index that ends at its bounds d − 1 and 0, or is empty."""
    case: Extension = draw(extensions(p, kind))
    if kind != "extreme":
        return case
    # low = 0 and high = 4, cut to d − 1; low = high = 0; low = high = d − 1; both within.
    ends = [(4, 10.0, 300), (8, 10000.0, 3), (2, 10000.0, 10**7), (128, 10000.0, 4096)]
    dim, base, length = draw(st.sampled_from(ends))
    return replace(case, dim=dim, base=base, train_length=length)


def configured(case: Extension, on: Setting) -> dict[str, Any]:
    """The options that all published maps of frequencies share."""
    return {"train_length": case.train_length, "factor": case.factor, "base": case.base, **on.like}


@dataclass(frozen=True, slots=True)
class Lengths:
    """Numbers of visible positions, whole and real, and a training length."""

    whole: Array
    real: Array
    train_length: int


@inputs.composite
def lengths(draw: inputs.Draw, p: Precision, kind: Kind) -> Lengths:
    rng, shape = inputs.generator(draw), (inputs.batch(draw),)
    train = draw(st.sampled_from([512, 4096, 3, 10**6]))
    whole = {
        "ordinary": rng.integers(1, 8 * train, shape),
        "cancellation": np.maximum(train + rng.integers(-2, 3, shape), 1),
        "extreme": np.asarray(10 ** rng.uniform(0, 18, shape), dtype=np.int64),
    }[kind]
    real = inputs.rounded(np.clip(whole, 1, p.largest) * 1.0, p)
    return Lengths(whole, real, train_length=train)


@dataclass(frozen=True, slots=True)
class Defaults:
    """Configurations on which other options than the usual would show."""

    dim: int
    train_length: int
    factor: float


@inputs.composite
def defaults(draw: inputs.Draw, p: Precision, kind: Kind) -> Defaults:
    return Defaults(
        dim=draw(st.sampled_from([128, 64])),
        train_length=draw(st.sampled_from([4096, 2048])),
        factor=draw(st.sampled_from([16.0, 8.0])),
    )


STACK, REACH = (3, 3), 100.0
"""A batch with two axes of one length, so that confusing them is no error of shapes; a bound of all numbers
that `stacks` leads to."""


@dataclass(frozen=True, slots=True)
class Stacks:
    """Vectors x, angles, positions n, digits, and q = vectors of three positions, each for a batch STACK."""

    x: Array
    q: Array
    angles: Array
    n: Array
    digits: Array
    frequencies: Array
    layout: str


@inputs.composite
def stacks(draw: inputs.Draw, p: Precision, kind: Kind) -> Stacks:
    rng, half = inputs.generator(draw), 2
    return Stacks(
        x=rng.integers(-3, 4, (*STACK, 2 * half)) * 1.0,
        q=rng.integers(-3, 4, (*STACK, STACK[-1], 2 * half)) * 1.0,
        angles=inputs.rounded(rng.uniform(0.1, 3, (*STACK, half)), p),
        n=rng.integers(1, int(REACH), STACK),
        digits=rng.integers(0, 3, (*STACK, 4)),
        frequencies=inputs.rounded(rng.uniform(0.1, 1, half), p),
        layout=draw(st.sampled_from(["interleaved", "half"])),
    )
