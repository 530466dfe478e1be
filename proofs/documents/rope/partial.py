"""Laws of partial rotary embedding."""

from collections.abc import Iterator
from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, Same, law
from .rotation import ROTATED, complex_pairs, features, sizes


@dataclass(frozen=True, slots=True)
class Partial:
    """Vectors x (batch, d), angles (batch, half) for 2 · half features, a layout, and which part."""

    x: Array
    angles: Array
    layout: str
    part: str


@inputs.composite
def partial(draw: inputs.Draw, p: Precision, kind: Kind) -> Partial:
    """All features turn, half of them, or another part, such that the rest is odd."""
    n, rng = inputs.batch(draw), inputs.generator(draw)
    half, d = draw(st.sampled_from([(2, 8), (1, 4), (2, 7), (2, 4)]))
    reach = {"ordinary": 4.0, "cancellation": 1e-3, "extreme": 1e4}[kind]
    return Partial(
        x=inputs.values(draw, (n, d), p, kind),
        angles=inputs.rounded(rng.uniform(-reach, reach, (n, half)), p),
        layout=draw(st.sampled_from(["interleaved", "half"])),
        part=draw(st.sampled_from(["first", "last"])),
    )


@law(
    "rope.rotate_partial-definition",
    "rotate_partial turns the first or the last 2 · len(θ) features and leaves the bits of the rest",
    source="rope P9",
    about=("rope.rotate_partial",),
    inputs=partial,
    tolerance=ROTATED,
    refutes=(
        "rope.rotate_partial/other-end",
        "rope.rotate_partial/rest-turned",
        "rope.rotate_partial/pairs-over-all-features",
        "rope.rotate_partial/rest-zero",
        "rope.rotate_partial/parts-exchanged",
        "rope.rotate_partial/layouts-swapped",
        "rope.rotate_partial/wrong-sign",
        "rope.rotate_partial/not-turned",
    ),
)
def rotate_partial_definition(impl: Impl, on: Setting, case: Partial) -> Iterator[Record]:
    """One complex product a pair, in float64."""
    x, angles = on.host(case.x), on.host(case.angles)
    found = on.host(impl["rope.rotate_partial"](case.x, case.angles, layout=case.layout, part=case.part))
    width = 2 * angles.shape[-1]
    turning, rest = np.s_[..., :width], np.s_[..., width:]
    if case.part == "last":
        turning, rest = np.s_[..., x.shape[-1] - width :], np.s_[..., : x.shape[-1] - width]
    expected = features(complex_pairs(x[turning], case.layout) * np.exp(1j * angles), case.layout)
    yield Same("shape", found.shape, x.shape)
    yield Gap("rotated", found[turning], expected, sizes(x[turning], case.layout))
    yield Same("rest", found[rest], x[rest])


@law(
    "rope.padded-angles",
    "angles that are padded with zeros turn the first features interleaved, those of both halves half-split",
    source="rope C10",
    about=("rope.rotate_partial", "rope.rotate"),
    inputs=partial,
    tolerance=Rounding({"product and sum a side": 2 * 2}, calls=("cos", "sin")),
    refutes=(
        "rope.rotate_partial/pairs-over-all-features",
        "rope.rotate_partial/rest-turned",
        "rope.rotate/wrong-sign",
    ),
)
def padded_angles(impl: Impl, on: Setting, case: Partial) -> Iterator[Record]:
    """All features by `rotate`; those that turn, side by side, by `rotate_partial`."""
    x, angles = on.host(case.x), on.host(case.angles)
    x = x[:, : x.shape[-1] // 2 * 2]
    (count, d), half = x.shape, angles.shape[-1]
    padded = on.array(np.concatenate([angles, np.zeros((count, d // 2 - half))], axis=-1))
    whole = on.host(impl["rope.rotate"](on.array(x), padded, layout=case.layout))
    order = np.arange(d)
    if case.layout == "half":
        turning = np.concatenate([order[:half], order[d // 2 : d // 2 + half]])
        order = np.concatenate([turning, np.setdiff1d(order, turning)])
    found = impl["rope.rotate_partial"](on.array(x[:, order]), case.angles, layout=case.layout)
    scale = np.abs(x[:, order])
    scale[:, : 2 * half] = sizes(x[:, order][:, : 2 * half], case.layout)
    yield Gap("rotated", found, whole[:, order], scale)
