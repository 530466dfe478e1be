"""Where the source's statements fail as printed."""

import math
from collections.abc import Iterator

import numpy as np

from ....backends import Setting
from ....residual import growth, residual_stack
from ...language.erratum import Erratum
from ...language.law import Gap, Record, Rounding

_N = 256
_EPSILON = 0.0625  # 1/√N


def _one_dimension(on: Setting) -> float:
    """E y² from x = 1 after N blocks y = x(1 ± ε): a diagonal member for each number of minus signs, which
    is all that matters in one dimension, with its binomial probability."""
    minus = np.arange(_N + 1)
    blocks = [(on.array(np.diag(np.where(layer < minus, -1.0, 1.0))), None) for layer in range(_N)]
    y = on.host(residual_stack(on.array(np.ones(_N + 1)), blocks, scale=_EPSILON).output)
    chances = np.asarray([math.comb(_N, k) for k in minus]) / 2.0**_N
    return float(np.sum(chances * y**2))


def _identity(on: Setting) -> float:
    """‖y‖²/‖x‖² after N blocks with J = I in five dimensions."""
    x = np.asarray([1.0, -2.0, 3.0, 0.5, 4.0])
    blocks = [(on.array(np.eye(5)), None)] * _N
    y = on.host(residual_stack(on.array(x), blocks, scale=_EPSILON).output)
    return float(np.sum(y**2) / np.sum(x**2))


def _printed(on: Setting) -> Iterator[Record]:
    aligned, zero_mean = (1 + _EPSILON) ** (2 * _N), (1 + _EPSILON**2) ** _N
    yield Gap("one dimension grows as (1+ε)^N", _one_dimension(on), aligned, aligned)
    yield Gap("several dimensions grow as (1+ε²)^{N/2}", _identity(on), zero_mean, zero_mean)


def _corrected(on: Setting) -> Iterator[Record]:
    aligned = growth(_EPSILON, _N) ** 2
    zero_mean = growth(_EPSILON, _N, kind="zero_mean") ** 2
    yield Gap("J = ±1 in one dimension grows as (1+ε²)^{N/2}", _one_dimension(on), zero_mean, zero_mean)
    yield Gap("J = I in five dimensions grows as (1+ε)^N", _identity(on), aligned, aligned)


E1 = Erratum(
    id="residual.E1",
    source="residual E1",
    printed="a residual stack grows as (1+ε)^N in one dimension, but as (1+ε²)^{N/2} in many, because of "
    "the dimension",
    corrected="growth depends on J's sign, not on the dimension: (1+ε)^N for J = I in any dimension, and "
    "(1+ε²)^{N/2} in the root mean square for J of zero mean with E[JJᵀ] = I, in one dimension too",
    counterexample="N = 256, ε = 1/16: J = ±1 in one dimension has E y² = (1+1/256)^256 x² = 2.71 x², not "
    "(1+1/16)^512 x² = 3.0e13 x²; J = I in five dimensions has 3.0e13",
    check_printed=_printed,
    check_corrected=_corrected,
    tolerance=Rounding(
        {"product and sum in 256 blocks, squared": 2 * 2 * 256, "sum of 257": 257, "growth, squared": 2 * 12}
    ),
    laws=("residual.growth-definition", "residual.zero-mean-growth"),
)
