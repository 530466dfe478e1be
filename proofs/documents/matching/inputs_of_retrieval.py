"""Inputs of the laws of rankings and of balanced classes."""

from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision
from ...language import inputs
from ...language.law import Kind


@dataclass(frozen=True, slots=True)
class Rankings:
    """Scores and grades (batch, n): some scores equal, some documents not retrieved, one grade above 0."""

    scores: Array
    grades: Array
    relevant: Array
    k: int


@dataclass(frozen=True, slots=True)
class Classes:
    """Labels (n,) of several classes, some of which may not occur."""

    labels: Array
    classes: int


@inputs.composite
def rankings(draw: inputs.Draw, p: Precision, kind: Kind) -> Rankings:
    """All orders can be listed. cancellation: scores that are nearly equal; extreme: far apart."""
    batch, n = draw(st.sampled_from([1, 3])), draw(st.sampled_from([3, 1, 5]))
    rng = inputs.generator(draw)
    scores = rng.integers(0, 3, (batch, n)).astype(np.float64)
    if kind == "cancellation":
        scores = 1 + 2 * p.u * scores
    if kind == "extreme":
        scores = (scores - 1) * p.largest / 2
    missing = rng.random((batch, n)) < 0.2
    scores[missing] = -np.inf
    grades = np.maximum(rng.integers(-3, 4, (batch, n)), 0).astype(np.float64)
    one = rng.integers(0, n)
    grades[:, one] = np.maximum(grades[:, one], 1.0)
    return Rankings(scores, grades, grades > 0, draw(st.sampled_from([2, 1, 3, 10])))


@inputs.composite
def classes(draw: inputs.Draw, p: Precision, kind: Kind) -> Classes:
    """Up to 5 classes of up to 12 samples."""
    n, count = draw(st.sampled_from([4, 1, 12])), draw(st.sampled_from([3, 1, 2, 5]))
    return Classes(inputs.generator(draw).integers(0, count, n), count)
