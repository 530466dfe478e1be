"""Laws of what configurations add to YaRN: ends that stay unrounded, and a temperature in two parts."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, law
from . import exact
from .inputs import Extension, configured, extensions


@inputs.composite
def unrounded(draw: inputs.Draw, p: Precision, kind: Kind) -> Extension:
    """Ramps that no guard against a division by zero moves: their ends stay apart, and in order."""
    case: Extension = draw(extensions(p, kind).filter(_apart))
    return case


def _ends(case: Extension, m: Any) -> tuple[Any, Any]:
    """The unrounded indices of `fast` and `slow` turns, where there are pairs."""
    first, last = (
        case.dim * m.log(case.train_length / (2 * m.pi * turns)) / (2 * m.log(case.base))
        for turns in (case.fast, case.slow)
    )
    return max(first, 0), min(last, case.dim - 1)


def _apart(case: Extension) -> bool:
    low, high = _ends(case, math)
    return high - low > 1e-6


@law(
    "rope.yarn-untruncated",
    "without truncate, YaRN's index ramp runs between the indices of `fast` and `slow` turns as they are",
    source="rope P3",
    about=("rope.yarn",),
    inputs=unrounded,
    tolerance=Rounding(
        {"ω": 2, "blend": 3, "expectation": 1},
        "an end c = s ln(L/(2πr)), s = d/(2 ln B), errs by 3u s + 7u c on each side: both ends, over their "
        "distance, are in the scale by s + 2c, which with eight roundings is more",
        calls=("pow",),
    ),
    refutes=(
        "rope.yarn/truncate-ignored",
        "rope.yarn/truncate-inverted",
        "rope.yarn/only-the-start-truncated",
        "rope.yarn/ramp-inverted",
        "rope.yarn/ntk-base",
    ),
)
def yarn_untruncated(impl: Impl, on: Setting, case: Extension) -> Iterator[Record]:
    """γ as the share of the turns' logarithms: those of pair m fall linearly in m."""
    omega, m = exact.frequencies(case.dim, case.base), on.math
    low, high = _ends(case, m)
    place = on.reals(np.arange(case.dim // 2))
    gamma = 1 - np.clip((place - low) / (high - low), 0, 1)
    expected = omega / case.factor + gamma * (omega - omega / case.factor)
    found = impl["rope.yarn"](
        case.dim,
        ramp="code",
        truncate=False,
        beta_slow=case.slow,
        beta_fast=case.fast,
        **configured(case, on),
    )
    step = case.dim / (2 * m.log(case.base))
    moved = (2 * step + 2 * low + 2 * high) / (high - low)
    yield Gap("ω", found, expected, expected * exact.weight(omega) + omega * moved)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """A factor, and two coefficients of its logarithm."""

    factor: float
    mscale: float
    mscale_all_dim: float


@inputs.composite
def coefficients(draw: inputs.Draw, p: Precision, kind: Kind) -> Coefficients:
    """ordinary: as in use; cancellation: coefficients or factors that nearly leave 1; extreme: large ones."""
    rng = inputs.generator(draw)
    if kind == "ordinary":
        pairs = [(1.0, 0.0), (0.707, 0.707), (1.0, 1.0), (0.707, 1.0), (1.0, 0.8), (0.0, 1.0)]
        return Coefficients(draw(st.sampled_from([40.0, 4.0, 2.5, 64.0])), *draw(st.sampled_from(pairs)))
    if kind == "cancellation":
        a = rng.uniform(0.5, 1)
        return Coefficients(
            float(1 + 10 ** rng.uniform(-6, 0)), float(a), float(a * (1 + 10 ** rng.uniform(-6, -2)))
        )
    return Coefficients(*(float(10 ** rng.uniform(*ends)) for ends in ((2, 6), (0, 2), (0, 2))))


@law(
    "rope.yarn_scale-coefficients",
    "with two coefficients YaRN's scale is (0.1 a ln k + 1)/(0.1 b ln k + 1), by default of a = 1 and b = 0",
    source="rope P4",
    about=("rope.yarn_scale",),
    inputs=coefficients,
    tolerance=Rounding(
        {"a side's logarithm, within 2u": 2 * 2, "products and sums": 2 * 3, "quotient": 1, "expectation": 1}
    ),
    refutes=(
        "rope.yarn_scale/mscale-ignored",
        "rope.yarn_scale/all-dim-ignored",
        "rope.yarn_scale/all-dim-alone",
        "rope.yarn_scale/quotient-of-coefficients",
        "rope.yarn_scale/coefficients-exchanged",
        "rope.yarn_scale/product-for-quotient",
        "rope.yarn_scale/coefficient-of-the-whole",
        "rope.yarn_scale/all-dim-one-by-default",
    ),
)
def yarn_scale_coefficients(impl: Impl, on: Setting, case: Coefficients) -> Iterator[Record]:
    """The numerator over the denominator, each in full; the tenth is the float64 number next to it."""
    log = on.math.log(case.factor)
    a, b = (1 + 0.1 * c * log for c in (case.mscale, case.mscale_all_dim))
    found = impl["rope.yarn_scale"](case.factor, mscale=case.mscale, mscale_all_dim=case.mscale_all_dim)
    yield Gap("scale", found, a / b, a / b * on.double)
    plain = 1 + 0.1 * log
    yield Gap("by default", impl["rope.yarn_scale"](case.factor), plain, plain * on.double)


@law(
    "rope.yarn_softmax_scale-definition",
    "the scale of scores is multiplied by (0.1 b ln k + 1)², by default with b = 1",
    source="rope P4",
    about=("rope.yarn_softmax_scale",),
    inputs=coefficients,
    tolerance=Rounding(
        {
            "logarithm, within 2u": 2 * 2,
            "products and sum, twice by the square": 2 * 3,
            "square": 1,
            "expectation": 2,
        }
    ),
    refutes=(
        "rope.yarn_softmax_scale/not-squared",
        "rope.yarn_softmax_scale/left-out",
        "rope.yarn_softmax_scale/reciprocal",
        "rope.yarn_softmax_scale/coefficient-ignored",
        "rope.yarn_softmax_scale/coefficient-of-the-whole",
    ),
)
def yarn_softmax_scale_definition(impl: Impl, on: Setting, case: Coefficients) -> Iterator[Record]:
    """The square multiplied out."""
    log = on.math.log(case.factor)
    for label, options, b in (
        ("scale", {"mscale_all_dim": case.mscale_all_dim}, case.mscale_all_dim),
        ("by default", {}, 1.0),
    ):
        x = 0.1 * b * log
        expected = x * x + 2 * x + 1
        yield Gap(
            label, impl["rope.yarn_softmax_scale"](case.factor, **options), expected, expected * on.double
        )
