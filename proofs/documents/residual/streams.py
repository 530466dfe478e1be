"""Laws of initial weights of deep stacks, and of the growth of their stream, with a norm and without."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ...._xp import rounds
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, law
from . import ensembles
from .inputs import vector

PLACEMENTS = ("pre", "post", "none")


@dataclass(frozen=True, slots=True)
class Initial:
    """A standard deviation, a number of blocks, and one of branches in each."""

    std: float
    depth: int
    branches: int


@inputs.composite
def initial(draw: inputs.Draw, p: Precision, kind: Kind) -> Initial:
    top = {"ordinary": 48, "cancellation": 2, "extreme": 10**9}[kind]
    return Initial(
        std=draw(st.sampled_from([0.02, 1.0, 0.006, 3.0])),
        depth=draw(st.integers(1, top)),
        branches=draw(st.sampled_from([2, 1, 3])),
    )


@law(
    "residual.depth_scaled_std-definition",
    "depth_scaled_std is std/√(branches · N), with two branches unless told",
    source="residual P3",
    about=("residual.depth_scaled_std",),
    inputs=initial,
    tolerance=Rounding({"root and quotient, squared": 2 * 2, "square": 1, "expectation": 1}),
    refutes=(
        "residual.depth_scaled_std/blocks-alone",
        "residual.depth_scaled_std/no-root",
        "residual.depth_scaled_std/not-scaled",
        "residual.depth_scaled_std/multiplied",
        "residual.depth_scaled_std/twice-scaled",
        "residual.depth_scaled_std/branches-ignored",
    ),
)
def depth_scaled_std_definition(impl: Impl, on: Setting, case: Initial) -> Iterator[Record]:
    """Squares, so that no root is taken."""
    depth, square = on.whole(case.depth), on.fraction(case.std) ** 2
    scaled = impl["residual.depth_scaled_std"]
    for label, got, count in (
        ("two branches", scaled(case.std, depth), 2),
        ("branches", scaled(case.std, depth, branches=on.whole(case.branches)), case.branches),
    ):
        expected = on.number(square / (count * case.depth))
        yield Gap(f"{label}, squared", got * got, expected, expected * on.double)


@dataclass(frozen=True, slots=True)
class Stream:
    """The variance of a branch, and how many branches there are."""

    branch: float
    depth: int


@inputs.composite
def streams(draw: inputs.Draw, p: Precision, kind: Kind) -> Stream:
    """Moderate; near the roundoff of 1 + v; tiny v, with N so large that v N is about 1."""
    if kind == "ordinary":
        return Stream(draw(st.sampled_from([1.0, 0.5, 0.1, 3.0, 0.0])), draw(st.integers(0, 64)))
    rng = inputs.generator(draw)
    tiny = 10.0 ** (rng.uniform(-17, -9) if kind == "cancellation" else rng.uniform(-150, -17))
    return Stream(tiny, depth=int(rng.uniform(0.1, 10.0) / tiny))


def _compound(case: Stream, on: Setting) -> Any:
    """(1 + v)^N: an exact power, or for tiny v the exponential of N(v − v²/2 + v³/3), summed exactly."""
    v = on.fraction(case.branch)
    if not rounds(on.number(1)):
        return on.math.exp(Fraction(case.depth) * on.math.log1p(v))
    if case.depth <= 64:
        return on.number((1 + v) ** case.depth)
    return on.math.exp(on.number(case.depth * (v - v**2 / 2 + v**3 / 3)))


@law(
    "residual.stream_variance-definition",
    "variance and share of the input are 1 + vN, 1/(1 + vN) in pre-LN, 1, (1 + v)^−N in post-LN, and "
    "(1 + v)^N, (1 + v)^−N without a norm",
    source="residual P4",
    about=("residual.stream_variance",),
    inputs=streams,
    tolerance=Rounding(
        {"a unit of the scale": 1},
        "Python floats: the scale counts 5 + 3 |log (1 + v)^N| roundings, and 4 + |log| of the expectation",
    ),
    refutes=(
        "residual.stream_variance/placements-exchanged",
        "residual.stream_variance/pre-compounds",
        "residual.stream_variance/deviation",
        "residual.stream_variance/amplitudes-add",
        "residual.stream_variance/one-branch-less",
        "residual.stream_variance/two-branches-each",
        "residual.stream_variance/post-averages",
    ),
)
def stream_variance_definition(impl: Impl, on: Setting, case: Stream) -> Iterator[Record]:
    """Exact fractions, as far as they go."""
    compound = _compound(case, on)
    linear = on.number(1 + on.fraction(case.branch) * case.depth)
    units = (9 + 4 * on.math.log(compound)) * on.double
    for placement, expected in (
        ("pre", (linear, 1 / linear)),
        ("post", (on.number(1), 1 / compound)),
        ("none", (compound, 1 / compound)),
    ):
        got = impl["residual.stream_variance"](case.branch, case.depth, placement=placement)
        for label, left, right in zip(("variance", "share"), got, expected, strict=True):
            yield Gap(f"{placement}, {label}", left, right, right * units)


@law(
    "residual.depth-scaled-stream",
    "with std/√(2N) for the weights that write, 2N branches of variance v add v to a pre-LN stream",
    source="residual C13",
    about=("residual.depth_scaled_std", "residual.stream_variance"),
    inputs=initial,
    tolerance=Rounding({"deviation, squared, and products": 2 * 2 + 4, "sum": 1}),
    refutes=(
        "residual.depth_scaled_std/blocks-alone",
        "residual.depth_scaled_std/not-scaled",
        "residual.stream_variance/pre-compounds",
    ),
)
def depth_scaled_stream(impl: Impl, on: Setting, case: Initial) -> Iterator[Record]:
    """The variance of a branch goes with the square of the deviation."""
    depth, v = on.whole(case.depth), on.number(case.std)
    ratio = impl["residual.depth_scaled_std"](1.0, depth, branches=on.whole(case.branches))
    count = case.depth * case.branches
    total = impl["residual.stream_variance"](v * ratio * ratio, count, placement="pre").total
    yield Gap("variance", total, 1 + v, (1 + v) * on.double)


@dataclass(frozen=True, slots=True)
class Turns:
    """A vector (2,), the variance of a branch, and a small number of branches."""

    x: Array
    branch: float
    depth: int


@inputs.composite
def turns(draw: inputs.Draw, p: Precision, kind: Kind) -> Turns:
    branch, depth = draw(st.sampled_from([1.0, 0.25, 4.0])), draw(st.sampled_from([3, 1, 4]))
    return Turns(vector(draw, 2, p, kind), branch, depth)


def _stacked(norm: Any, on: Setting, case: Turns, placement: str) -> Any:
    """The ends of all paths, from the normalised x: branches ±√v J, with J a turn by a right angle."""
    right, size = np.asarray([[0.0, 1.0], [-1.0, 0.0]]), on.math.sqrt(on.number(case.branch))
    paths = ensembles.signs(case.depth)
    x = np.stack([on.host(norm(case.x, eps=0.0))] * len(paths))
    for signs in paths.T:
        seen = on.host(norm(on.array(x), eps=0.0)) if placement == "pre" else x
        x = x + size * signs[:, None] * (seen @ right)
        x = on.host(norm(on.array(x), eps=0.0)) if placement == "post" else x
    return x


@law(
    "residual.norm-placement",
    "stacks of branches ±√v J, with J a turn by a right angle, have the variance and the share of their "
    "input that P4 gives for pre-LN, post-LN and none",
    source="residual C14",
    about=("residual.stream_variance", "residual.rms_norm"),
    inputs=turns,
    tolerance=Rounding(
        {"norm, branch, sum and format in 5 steps, squared": 2 * 5 * (5 + 3 + 1), "squares and means": 4 + 4},
        "the scale is that of the largest path",
    ),
    refutes=(
        "residual.stream_variance/placements-exchanged",
        "residual.stream_variance/pre-compounds",
        "residual.stream_variance/deviation",
        "residual.rms_norm/sum-of-squares",
        "residual.rms_norm/mean-subtracted",
    ),
)
def norm_placement(impl: Impl, on: Setting, case: Turns) -> Iterator[Record]:
    """Every sign of every branch."""
    largest = (1 + on.math.sqrt(on.number(case.branch))) ** (2 * case.depth)
    for placement in PLACEMENTS:
        ends = _stacked(impl["residual.rms_norm"], on, case, placement)
        total = on.number(np.mean(ends * ends))
        mean = np.mean(ends, axis=0)
        expected = impl["residual.stream_variance"](case.branch, case.depth, placement=placement)
        yield Gap(f"{placement}, variance", total, expected.total, largest)
        share = on.number(np.mean(mean * mean)) / expected.total
        yield Gap(f"{placement}, share", share, expected.input_share, largest)
