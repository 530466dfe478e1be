"""Sets of numbers to draw samples from and to search in."""

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ...backends import Precision
from ...backends._backend import FORMATS

Floats = np.ndarray[Any, np.dtype[Any]]


class Domain(Protocol):
    """What one argument of a sweep may be."""

    def draw(self, rng: np.random.Generator, count: int, p: Precision) -> Floats:
        """Samples; a few may lie outside."""

    def near(self, rng: np.random.Generator, values: Floats, p: Precision) -> Floats:
        """Values near the given ones."""

    def contains(self, values: Floats) -> Floats:
        """Which values are inside."""


@dataclass(frozen=True, slots=True)
class Reals:
    """Real numbers from low to high, ends excluded unless closed, with more of them near the ends."""

    low: float = -math.inf
    high: float = math.inf
    closed: bool = False
    reach: int = 1024
    """Magnitudes are drawn between 2**-reach and 2**reach, as far as the format goes."""

    def contains(self, values: Floats) -> Floats:
        inside = (
            (values >= self.low) & (values <= self.high)
            if self.closed
            else (values > self.low) & (values < self.high)
        )
        return inside & np.isfinite(values)

    def draw(self, rng: np.random.Generator, count: int, p: Precision) -> Floats:
        low, high = max(self.low, -16.0), min(self.high, 16.0)
        parts = [rng.uniform(low, high, count)] if low < high else []
        ends = [(end, sign) for end, sign in ((self.low, 1.0), (self.high, -1.0)) if math.isfinite(end)]
        for end, sign in ends:
            parts.append(end + sign * self._distances(rng, count, p, end))
        for sign, end in ((-1.0, self.low), (1.0, self.high)):
            if math.isinf(end) and sign * 0.0 >= (-math.inf if sign < 0 else -abs(self.low)):
                parts.append(sign * self._magnitudes(rng, count, p))
        stacked = np.stack(parts)
        return stacked[rng.integers(0, len(parts), count), np.arange(count)]

    def _magnitudes(self, rng: np.random.Generator, count: int, p: Precision) -> Floats:
        _, low, high = FORMATS[p.name]
        wide = rng.uniform(max(low, -self.reach), min(high, self.reach), count)
        mild = rng.uniform(max(-12, -self.reach), min(12, self.reach), count)
        return np.exp2(np.where(rng.random(count) < 0.5, wide, mild))

    def _distances(self, rng: np.random.Generator, count: int, p: Precision, end: float) -> Floats:
        """Distances from an end, log-uniform: down to an ulp of it, or to the smallest number from 0."""
        size = self.high - self.low if math.isfinite(self.high - self.low) else 2.0 ** min(12, self.reach)
        least = max(FORMATS[p.name][1], -self.reach) if end == 0 else math.log2(abs(end)) - p.bits
        return np.exp2(rng.uniform(least, math.log2(size), count))

    def near(self, rng: np.random.Generator, values: Floats, p: Precision) -> Floats:
        count = len(values)
        factor = 1 + rng.choice([-1.0, 1.0], count) * np.exp2(-rng.uniform(1, p.bits, count))
        steps = rng.integers(-8, 9, count)
        with np.errstate(all="ignore"):
            scaled = values * factor
        choice = rng.random(count)
        return np.where(choice < 0.6, scaled, np.where(choice < 0.9, neighbours(values, p, steps), values))


@dataclass(frozen=True, slots=True)
class Integers:
    """Integers from low to high, as many of them small as large."""

    low: int
    high: int

    def contains(self, values: Floats) -> Floats:
        return (values >= self.low) & (values <= self.high)

    def draw(self, rng: np.random.Generator, count: int, p: Precision) -> Floats:
        top = math.log2(self.high - self.low + 2)
        return self.low + np.floor(np.exp2(rng.uniform(0, top, count))).astype(np.int64) - 1

    def near(self, rng: np.random.Generator, values: Floats, p: Precision) -> Floats:
        return values + rng.integers(-3, 4, len(values))


def every(p: Precision) -> Floats:
    """All finite numbers of a 16-bit format, in float64."""
    patterns = np.arange(2**16, dtype=np.uint16)
    if p.name == "float16":
        values = patterns.view(np.float16).astype(np.float64)
    else:
        values = (patterns.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    return values[np.isfinite(values)]


def neighbours(values: "np.ndarray[Any, Any]", precision: Precision, steps: Any) -> "np.ndarray[Any, Any]":
    """Float64 values of the format moved by whole ulps, the sign kept; 0 and special values stay."""
    _, exponent = np.frexp(values)
    bits = precision.bits
    floor = FORMATS[precision.name][1] + 1
    spacing = np.ldexp(1.0, np.maximum(exponent, floor) - bits)
    moved = values + steps * spacing
    fine = np.isfinite(values) & (values != 0) & (np.sign(moved) == np.sign(values))
    fine &= np.abs(moved) <= precision.largest
    return np.where(fine, moved, values)
