"""Laws of angles on several axes, and of the tables that belong to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, law
from . import exact
from .inputs import whole_positions

ORDERS = ("chunked", "interleaved")
SECTIONS = [(3, 2, 2), (5,), (4, 1, 2), (4, 0, 2), (3, 2)]
"""Numbers of pairs that can be dealt out in both orders: as in models, only smaller; unequal, one empty."""


@dataclass(frozen=True, slots=True)
class Axial:
    """Integer and real positions (batch, k), one frequency in (0, 1] for each pair of the sections."""

    whole: Array
    real: Array
    frequencies: Array
    sections: tuple[int, ...]


@inputs.composite
def axial(draw: inputs.Draw, p: Precision, kind: Kind) -> Axial:
    """Positions differ from axis to axis."""
    sections = draw(st.sampled_from(SECTIONS))
    columns = [whole_positions(draw, p, kind) for _ in sections]
    count = min(len(column) for column in columns)
    whole = np.stack([column[:count] for column in columns], axis=-1)
    rng = inputs.generator(draw)
    frequencies = np.concat([[1.0], 10 ** rng.uniform(-4, 0, sum(sections) - 1)])
    drawn = Axial(whole, whole * rng.uniform(0.5, 1, whole.shape), frequencies, sections)
    return inputs.in_format(drawn, p)


def owners(sections: tuple[int, ...], order: str) -> list[int]:
    """The axis of every pair: chunks one after the other, or turns that are taken until sections are full."""
    left, found = list(sections), list[int]()
    for axis, section in enumerate(sections if order == "chunked" else ()):
        found += [axis] * section
    while len(found) < sum(sections):
        turn = len(found) % len(sections)
        axis = turn if left[turn] else 0
        left[axis] -= turn > 0 and axis == turn
        found.append(axis)
    return found


@law(
    "rope.axial_angles-definition",
    "θ_m = p_{a(m)} ω_m, where sections of the pairs are chunked or interleaved",
    source="rope P7",
    about=("rope.axial_angles",),
    inputs=axial,
    tolerance=Rounding({"conversion of p": 1, "product": 1, "expectation": 1}),
    refutes=(
        "rope.axial_angles/chunked-for-interleaved",
        "rope.axial_angles/interleaved-for-chunked",
        "rope.axial_angles/sections-reversed",
        "rope.axial_angles/axes-reversed",
        "rope.axial_angles/last-axes-exchanged",
        "rope.axial_angles/sections-in-features",
        "rope.axial_angles/first-axis-only",
        "rope.axial_angles/turns-without-end",
        "rope.axial_angles/turns-from-one",
        "rope.axial_angles/table-begins-anew",
    ),
)
def axial_angles_definition(impl: Impl, on: Setting, case: Axial) -> Iterator[Record]:
    """Products of rationals, rounded to float64."""
    omega = [on.fraction(w) for w in on.host(case.frequencies).tolist()]
    for order in ORDERS:
        pairs = list(zip(owners(case.sections, order), omega, strict=True))
        for label, positions in (("integer p", case.whole), ("real p", case.real)):
            rows = [[on.number(on.fraction(p[a]) * w) for a, w in pairs] for p in on.host(positions).tolist()]
            expected = on.reals(rows)
            found = impl["rope.axial_angles"](
                positions, case.frequencies, sections=case.sections, order=order
            )
            yield Gap(f"{label}, {order}", found, expected, np.abs(expected))


@law(
    "rope.axes-agree",
    "where all axes have one position n, the angles are n ω_m, whatever the sections and their order",
    source="rope C9",
    about=("rope.axial_angles", "rope.angles"),
    inputs=axial,
    tolerance=Rounding({"conversion of n, and product, a side": 2 * 2}),
    refutes=("rope.axial_angles/table-begins-anew", "rope.angles/positions-from-one"),
)
def axes_agree(impl: Impl, on: Setting, case: Axial) -> Iterator[Record]:
    """The first axis' positions on all of them."""
    first = on.host(case.whole)[:, 0]
    same = on.array(np.stack([first] * len(case.sections), axis=-1))
    expected = on.host(impl["rope.angles"](on.array(first), case.frequencies))
    for order in ORDERS:
        found = impl["rope.axial_angles"](same, case.frequencies, sections=case.sections, order=order)
        yield Gap(order, found, expected, np.abs(expected))


@dataclass(frozen=True, slots=True)
class Widths:
    """Numbers of features, one for each axis, and a base."""

    dims: tuple[int, ...]
    base: float


@inputs.composite
def widths(draw: inputs.Draw, p: Precision, kind: Kind) -> Widths:
    """ordinary: usual bases; cancellation: next to 1; extreme: large, with normal frequencies."""
    rng, high = inputs.generator(draw), min(50, np.log10(p.largest) / 2)
    base = {
        "ordinary": draw(st.sampled_from([B for B in (10000.0, 100.0, 10.0) if p.largest > B])),
        "cancellation": 1 + 10.0 ** rng.uniform(-6, -1),
        "extreme": 10.0 ** rng.uniform(min(6, high / 2), high),
    }[kind]
    dims = draw(st.sampled_from([(4, 8, 8), (8, 8), (2, 6), (16, 56, 56), (12, 4), (6,)]))
    return Widths(dims, float(base))


@law(
    "rope.axial_frequencies-definition",
    "every axis has the frequencies base^(−2m/d_a) of its own width, one after the other",
    source="rope P8",
    about=("rope.axial_frequencies",),
    inputs=widths,
    tolerance=Rounding(
        {"power and quotient": 2, "expectation": 1}, "the exponent's rounding is in the scale", calls=("pow",)
    ),
    refutes=(
        "rope.axial_frequencies/one-table",
        "rope.axial_frequencies/all-features-in-exponent",
        "rope.axial_frequencies/dealt-in-turn",
        "rope.axial_frequencies/dims-reversed",
        "rope.axial_frequencies/equal-widths",
        "rope.axial_frequencies/exponent-m-over-d",
        "rope.axial_frequencies/default-base",
    ),
)
def axial_frequencies_definition(impl: Impl, on: Setting, case: Widths) -> Iterator[Record]:
    """Powers in 50 decimal digits, of the widths in both orders."""
    for label, dims in (("ω", case.dims), ("ω of the widths reversed", case.dims[::-1])):
        expected: Any = np.concatenate([exact.frequencies(dim, case.base) for dim in dims])
        found = impl["rope.axial_frequencies"](dims, base=case.base, **on.like)
        yield Gap(label, found, expected, expected * exact.weight(expected))
