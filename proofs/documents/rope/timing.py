"""Laws of the sinusoids of code."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, Same, law
from . import exact
from .frequencies import _turning
from .inputs import whole_positions


@dataclass(frozen=True, slots=True)
class Timed:
    """Integer and real positions of at most 10^9, a number of features, and a base."""

    whole: Array
    real: Array
    dim: int
    base: float


@inputs.composite
def timed(draw: inputs.Draw, p: Precision, kind: Kind) -> Timed:
    whole = np.clip(whole_positions(draw, p, kind), -(10**9), 10**9)
    scale = inputs.generator(draw).uniform(0.5, 1, whole.shape)
    return Timed(
        whole=whole,
        real=inputs.rounded(np.clip(whole, -p.largest, p.largest) * scale, p),
        dim=draw(st.sampled_from([8, 5, 3, 2])),
        base=draw(st.sampled_from([10000.0, 100.0, 10.0])),
    )


@law(
    "rope.timing_signal-definition",
    "timing_signal is [sin nω_m, cos nω_m] with ω_m = base^(−m/(h−1)), h = ⌊d/2⌋, and a 0 behind for odd d",
    source="rope P10",
    about=("rope.timing_signal",),
    inputs=timed,
    tolerance=Rounding(
        {"ω, with its exponent as −m ln B/(h−1) too": 4, "expected ω": 1, "product": 1, "the dtype": 1},
        calls=("cos", "sin"),
    ),
    refutes=(
        "rope.timing_signal/exponent-over-half",
        "rope.timing_signal/cosine-first",
        "rope.timing_signal/side-by-side",
        "rope.timing_signal/zero-first",
        "rope.timing_signal/sine-for-zero",
        "rope.timing_signal/default-base",
        "rope.timing_signal/positions-from-one",
        "rope.timing_signal/decimal-logarithm",
    ),
)
def timing_signal_definition(impl: Impl, on: Setting, case: Timed) -> Iterator[Record]:
    """One complex exponential a frequency, with ω from 50 decimal digits."""
    half = case.dim // 2
    omega = np.stack([exact.power(case.base, Fraction(-m, max(half - 1, 1))) for m in range(half)])
    for label, array in (("integer n", case.whole), ("real n", case.real)):
        n = on.host(array).astype(np.float64)[:, None]
        turned = np.exp(1j * n * omega)
        expected = np.concatenate([np.imag(turned), np.real(turned)], axis=-1)
        found = on.host(impl["rope.timing_signal"](array, dim=case.dim, base=case.base, dtype=on.dtype))
        scale = np.concatenate([_turning(n, omega, on)] * 2, axis=-1)
        yield Gap(label, found[:, : 2 * half], expected, scale)
        yield Same("behind", found[:, 2 * half :], np.zeros((len(n), case.dim % 2)))
