"""Where the source of rope is imprecise as printed."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ....rope import angles, frequencies, ntk_base
from ...language.erratum import Erratum
from ...language.law import Exact, Gap, Record

_N, _DIM, _BASE = 7, 8, 10000.0


def _angles(on: Setting, base: float) -> np.ndarray[Any, Any]:
    """The angles n/β^m of the counterexample, in NumPy."""
    table = frequencies(_DIM, base=base, **on.like)
    return on.host(angles(on.array(np.asarray(_N)), table))


def _printed(on: Setting) -> Iterator[Record]:
    beta = _BASE ** (2 / _DIM)
    yield Gap("the largest angle is n/β", np.max(_angles(on, _BASE)), _N / beta, 0.0)


def _corrected(on: Setting) -> Iterator[Record]:
    plain, scaled = (_angles(on, base) for base in (_BASE, ntk_base(_BASE, factor=8, dim=_DIM)))
    yield Gap("the largest angle is n/β⁰ = n", np.max(plain), float(_N), 0.0)
    yield Gap("and stays exactly n", scaled[0], plain[0], 0.0)


highest_frequency = Erratum(
    "rope.E1",
    source="rope E1",
    printed="n/β is the highest-frequency term; as n/(βλ) with λ ≈ 1 it stays close to itself",
    corrected="the highest-frequency term is n/β⁰ = n, which no change of base changes at all",
    counterexample="n = 7, d = 8, B = 10000, so β = 10: of the angles 7, 0.7, 0.07, 0.007 the largest is n",
    check_printed=_printed,
    check_corrected=_corrected,
    tolerance=Exact("small integers and the power β⁰ are exact in every format"),
    laws=("rope.base-keeps-fastest-pair", "rope.ntk-ends"),
)
