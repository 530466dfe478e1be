"""Inputs of the argmaxable laws: small integers, whose verdicts are decidable exactly, with the
degenerate structure on which classifiers go wrong; and reals near such structure."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision
from ...language import inputs
from ...language.law import Kind

Draw = inputs.Draw


def offset(p: Precision) -> int:
    """A common offset that leaves small integers and their differences exact."""
    return int(2 ** min(p.bits - 4, 10))


def large(p: Precision) -> int:
    """A bias far beyond the rows, times small integers still exact."""
    return 10**6 if p.bits >= 24 else 2 ** (p.bits - 4)


def scales(draw: Draw, p: Precision, kind: Kind) -> tuple[float, float]:
    """Powers of two for W and b; only extreme ones differ from 1."""
    if kind != "extreme":
        return 1.0, 1.0
    reach = (
        min(60, int(np.log2(p.largest)) // 3) if p.smallest < 2.0**-20 else 2
    )  # products stay far above it
    exponent = st.sampled_from([0, reach, -reach])
    return 2.0 ** draw(exponent), 2.0 ** draw(exponent)


def rows(draw: Draw, rng: np.random.Generator, n: int, d: int) -> Any:
    """Small integers with a pattern: none, all equal, duplicates, on a line, a zero row, a midpoint."""
    pattern = draw(st.sampled_from(["any", "equal", "duplicates", "line", "zero", "midpoint"]))
    W = rng.integers(-3, 4, (n, d))
    if pattern == "equal":
        W[:] = W[0]
    elif pattern == "duplicates":
        W = W[rng.integers(0, max(1, n // 2), n)]
    elif pattern == "line":
        W = np.outer(rng.integers(-2, 3, n), rng.integers(-1, 2, d)) + W[0]
    elif pattern == "zero":
        W[0] = 0
    elif pattern == "midpoint":
        W[0] = np.sum(W[1:3], axis=0)
        W[1:] *= 2
    return W


def biases(draw: Draw, rng: np.random.Generator, n: int, p: Precision) -> Any:
    """Integers: none, small, one that stands out, large."""
    pattern = draw(st.sampled_from(["none", "small", "one", "large"]))
    small = rng.integers(-3, 4, n)
    if pattern == "none":
        return 0 * small
    if pattern == "one":
        return np.arange(n) // max(1, n - 1)
    return small * large(p) if pattern == "large" else small


def shape(draw: Draw) -> tuple[int, int]:
    """Few classes and dimensions, with n = 1, n = 2, d = 1 and n < d + 1 among them."""
    n, d = draw(st.sampled_from([(5, 2), (1, 2), (2, 3), (3, 3), (6, 1), (7, 2), (7, 3)]))
    return n, d


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows W."""

    W: Array


@dataclass(frozen=True, slots=True)
class Classes(Rows):
    """Rows W and biases b of classes."""

    b: Array


@inputs.composite
def classes(draw: Draw, p: Precision, kind: Kind) -> Classes:
    """W and b of small integers; cancellation adds a common offset, extreme scales both."""
    (n, d), rng = shape(draw), inputs.generator(draw)
    W, b = rows(draw, rng, n, d), biases(draw, rng, n, p)
    if kind == "cancellation":
        W, b = W + offset(p), b + offset(p)
    first, second = scales(draw, p, kind)
    return Classes(W=W * first, b=b * second)


@inputs.composite
def reals(draw: Draw, p: Precision, kind: Kind) -> Classes:
    """Normal rows and biases; cancellation puts class 0 next to the boundary, extreme spreads norms."""
    (n, d), rng = shape(draw), inputs.generator(draw)
    W, b = rng.standard_normal((n, d)), draw(st.sampled_from([0.0, 1.0])) * rng.standard_normal(n)
    if kind == "cancellation" and n > 2:
        share = rng.uniform(0.1, 0.9)
        W[0], b[0] = share * W[1] + (1 - share) * W[2], share * b[1] + (1 - share) * b[2]
    first, second = scales(draw, p, kind)
    if kind == "extreme":
        W = W * np.exp(rng.standard_normal((n, 1)))
    return Classes(W=inputs.rounded(W * first, p), b=inputs.rounded(b * second, p))


@dataclass(frozen=True, slots=True)
class Scored(Classes):
    """W, b with a batch of points z and a class k."""

    z: Array
    k: int


@inputs.composite
def scored(draw: Draw, p: Precision, kind: Kind) -> Scored:
    n, d, m = draw(st.sampled_from([5, 1, 2])), draw(st.sampled_from([2, 1, 4])), inputs.batch(draw)
    rng = inputs.generator(draw)
    W, b, z = rng.integers(-3, 4, (n, d)), rng.integers(-3, 4, n), rng.integers(-3, 4, (m, d))
    if kind == "cancellation":
        W = W + offset(p) // (32 if p.name == "float16" else 8)  # the bounds of two scores are below 1
    first, second = scales(draw, p, kind)
    return Scored(W=W * first, b=b * first * second, z=z * second, k=int(rng.integers(0, n)))


@inputs.composite
def tied(draw: Draw, p: Precision, kind: Kind) -> Scored:
    """W, b and points z of one kind, where cancellation has rows that differ by a few last places, or by
    half of the places."""
    n, d, m = draw(st.sampled_from([2, 5])), draw(st.sampled_from([4, 1])), inputs.batch(draw)
    W, z = inputs.values(draw, (n, d), p, kind), inputs.values(draw, (m, d), p, kind)
    if kind == "cancellation":
        rng = inputs.generator(draw)
        step = draw(st.sampled_from([2 * p.u, 2.0 ** -(p.bits // 2)]))
        W = inputs.rounded(W[:1] * (1 + step * rng.integers(-1, 2, (n, d))), p)
        z = inputs.rounded(rng.standard_normal((48, d)), p)
    b = 0 * W[:, 0] if draw(st.booleans()) else inputs.values(draw, (n,), p, kind)
    return Scored(W, b, z, k=draw(st.integers(0, n - 1)))


@dataclass(frozen=True, slots=True)
class Permuted:
    """An order of the five vectors, a common offset and a scale."""

    order: Array
    scale: float
    offset: int


@inputs.composite
def permuted(draw: Draw, p: Precision, kind: Kind) -> Permuted:
    order = inputs.generator(draw).permutation(5)
    scale, _ = scales(draw, p, kind)
    return Permuted(order, scale, offset=offset(p) if kind == "cancellation" else 0)


@inputs.composite
def equal_norms(draw: Draw, p: Precision, kind: Kind) -> Classes:
    """Distinct rows with the same entries up to order and sign, hence of equal norm, and any bias."""
    d, rng = draw(st.sampled_from([2, 1, 3])), inputs.generator(draw)
    base = rng.integers(1, 4, d)
    W = np.unique([rng.permutation(base) * rng.choice([-1, 1], d) for _ in range(7)], axis=0)
    first, second = scales(draw, p, kind)
    return Classes(W=W * first, b=biases(draw, rng, len(W), p) * second)


@dataclass(frozen=True, slots=True)
class Changed(Classes):
    """Classes with all that must not change them: an invertible A, a common c and s, a point z₀, factors."""

    A: Array
    c: Array
    s: float
    z: Array
    factors: Array


@inputs.composite
def changed(draw: Draw, p: Precision, kind: Kind) -> Changed:
    case = draw(classes(p, kind))
    d = case.W.shape[1]
    rng = inputs.generator(draw)
    unit = np.tril(rng.integers(-1, 2, (d, d)), -1) + np.diag(rng.choice([-2, 1, 2], d))
    unit = unit @ (np.triu(rng.integers(-1, 2, (d, d)), 1) + np.eye(d, dtype=int))
    return inputs.extended(
        Changed,
        case,
        A=unit.astype(np.float64),
        c=rng.integers(-9, 10, d) * float(np.max(np.abs(case.W))),
        s=float(rng.integers(-4, 5)) * float(np.max(np.abs(case.b))),
        z=rng.integers(-2, 3, d).astype(np.float64),
        factors=2.0 ** rng.integers(-9, 10 if p.bits >= 24 else 3, 2),
    )


@dataclass(frozen=True, slots=True)
class Repeated(Classes):
    """Classes of which two are copied, one with the same bias and one with a smaller one."""

    same: int
    lesser: int


@inputs.composite
def repeated(draw: Draw, p: Precision, kind: Kind) -> Repeated:
    case = draw(classes(p, kind))
    rng = inputs.generator(draw)
    same, lesser = rng.integers(0, len(case.b), 2).tolist()
    return inputs.extended(Repeated, case, same=same, lesser=lesser)


@dataclass(frozen=True, slots=True)
class Chosen(Classes):
    """Classes, and integers that say which may win."""

    allowed: Array


@inputs.composite
def chosen(draw: Draw, p: Precision, kind: Kind) -> Chosen:
    case = draw(classes(p, kind))
    return inputs.extended(Chosen, case, allowed=inputs.generator(draw).choice([0, 1, 2], len(case.b)))


@dataclass(frozen=True, slots=True)
class Line:
    """Numbers t, some equal."""

    t: Array


@inputs.composite
def line(draw: Draw, p: Precision, kind: Kind) -> Line:
    """Numbers t, some equal: integers, with an offset, or powers of two."""
    n, rng = draw(st.sampled_from([5, 1, 2, 20])), inputs.generator(draw)
    t = rng.integers(-9, 10, n) + (offset(p) // 8 if kind == "cancellation" else 0)
    return Line(t=t * scales(draw, p, kind)[0])


@inputs.composite
def plane(draw: Draw, p: Precision, kind: Kind) -> Rows:
    """Points of the plane: a grid (edges, duplicates), normal, or a convex curve with rounded midpoints."""
    n, rng = draw(st.sampled_from([6, 1, 2, 25])), inputs.generator(draw)
    pattern = draw(st.sampled_from(["grid", "normal", "circle"]))
    angles = 2 * np.pi * rng.random(n)
    points = {
        "grid": rng.integers(-3, 4, (n, 2)).astype(np.float64),
        "normal": rng.standard_normal((n, 2)),
        "circle": np.stack([np.cos(angles), np.sin(angles)], axis=1),
    }[pattern]
    if kind == "cancellation":
        points[::2] = (points[::2] + np.roll(points, 1, axis=0)[::2]) / 2
    return Rows(W=inputs.rounded(points * scales(draw, p, kind)[0], p))


@dataclass(frozen=True, slots=True)
class Searched(Classes):
    """Classes with random points z to win at."""

    z: Array


@inputs.composite
def searched(draw: Draw, p: Precision, kind: Kind) -> Searched:
    case = draw(classes(p, kind))
    z = inputs.generator(draw).integers(-9, 10, (32, case.W.shape[1]))
    return inputs.extended(Searched, case, z=z.astype(np.float64))


@inputs.composite
def simplex(draw: Draw, p: Precision, kind: Kind) -> Classes:
    """At most d + 1 affinely independent rows of norms that differ by powers of two, and any bias."""
    d, rng = draw(st.sampled_from([2, 1, 3, 6])), inputs.generator(draw)
    n = draw(st.integers(1, d + 1))
    steps = np.tril(rng.integers(-1, 2, (d, d)), -1) + np.eye(d, dtype=int)
    norms = 2 ** rng.integers(0, 7 if p.bits >= 24 else 3, d)
    W = np.concatenate([np.zeros((1, d)), steps * norms[:, None]])[rng.permutation(d + 1)[:n]]
    W = W + (offset(p) if kind == "cancellation" else rng.integers(-3, 4, d))
    first, second = scales(draw, p, kind)
    return Classes(W=W * first, b=biases(draw, rng, n, p) * second)


@dataclass(frozen=True, slots=True)
class Decided(Classes):
    """Small integers or reals."""

    whole: bool


@inputs.composite
def decided(draw: Draw, p: Precision, kind: Kind) -> Decided:
    whole = draw(st.booleans())
    return inputs.extended(Decided, draw((classes if whole else reals)(p, kind)), whole=whole)


@dataclass(frozen=True, slots=True)
class Many(Classes):
    """More classes than are decided one by one, the powers of two that scale W and b, and some of them."""

    first: float
    second: float
    some: list[int]


@inputs.composite
def many(draw: Draw, p: Precision, kind: Kind) -> Many:
    """Integers below 6, some rows drawn towards the middle, some copied, on a plane, or between others."""
    n, d = draw(st.sampled_from([(24, 3), (24, 2), (40, 3), (12, 3)]))
    rng = inputs.generator(draw)
    W, b = rng.integers(-5, 6, (n, d)), draw(st.sampled_from([0, 1])) * rng.integers(-3, 4, n)
    W[::2] //= 2
    if kind == "cancellation":
        pattern = draw(st.sampled_from(["copies", "plane", "between"]))
        if pattern == "copies":
            W[: n // 4], b[: n // 4] = W[-(n // 4) :], b[-(n // 4) :]
        elif pattern == "plane":
            W[:, -1] = W[:, 0]
        else:
            W[1::2], b[1::2] = 2 * (W[1::2] // 2), 2 * (b[1::2] // 2)
            W[0], b[0] = (W[1] + W[3]) // 2, (b[1] + b[3]) // 2
    first, second = scales(draw, p, kind)
    some = rng.permutation(n)[:4].tolist()
    return Many(W=W * first, b=b * second, first=first, second=second, some=some)


@dataclass(frozen=True, slots=True)
class Planted(Classes):
    """Rows of which the first is a known combination of the next m in eighths, and a slack in bias ≥ 0."""

    weights: list[float]
    unit: float
    z: Array


@inputs.composite
def planted(draw: Draw, p: Precision, kind: Kind) -> Planted:
    d, rng = draw(st.sampled_from([2, 1, 3])), inputs.generator(draw)
    m = draw(st.integers(2, d + 1)) if d > 1 else 2
    eighths = rng.multinomial(8 - m, np.ones(m) / m) + 1
    W, b = 8 * rng.integers(-2, 3, (m + 3, d)), 8 * rng.integers(-2, 3, m + 3)
    W[1 : m + 1] = 8 * np.eye(m, d, -1, dtype=int)  # affinely independent, so the weights are unique
    slack = draw(st.sampled_from([0, 1, 7]))
    W[0], b[0] = eighths @ W[1 : m + 1] // 8, eighths @ b[1 : m + 1] // 8 - slack
    shift = offset(p) // 8 if kind == "cancellation" else 0
    first, second = scales(draw, p, kind)
    z = rng.integers(-3, 4, (3, d)) * (second / first)
    return Planted(
        W=(W + shift) * first, b=(b + shift) * second, weights=(eighths / 8).tolist(), unit=second, z=z
    )


@dataclass(frozen=True, slots=True)
class Borderline:
    """Factors of W and b, and an order of five classes."""

    first: float
    second: float
    order: Array


@inputs.composite
def borderline(draw: Draw, p: Precision, kind: Kind) -> Borderline:
    first, second = scales(draw, p, kind)
    return Borderline(first, second, order=inputs.generator(draw).permutation(5))


@dataclass(frozen=True, slots=True)
class Points:
    """Few integer points, about the origin or away from it, with duplicates, or scaled."""

    points: Array


@inputs.composite
def points(draw: Draw, p: Precision, kind: Kind) -> Points:
    n, d = draw(st.sampled_from([(3, 2), (1, 1), (4, 3), (5, 2), (2, 3)]))
    rng = inputs.generator(draw)
    P = rng.integers(-3, 4, (n, d))
    P[:, 0] += draw(st.sampled_from([0, 3]))
    if kind == "cancellation":
        P[-1] = P[0]
    return Points(points=P * scales(draw, p, kind)[0])


@dataclass(frozen=True, slots=True)
class Ball(Classes):
    """Classes, one of them and a radius."""

    k: int
    radius: float


@inputs.composite
def balls(draw: Draw, p: Precision, kind: Kind) -> Ball:
    n, d = draw(st.sampled_from([(4, 2), (2, 3), (6, 1), (7, 3)]))
    rng = inputs.generator(draw)
    W, b = rows(draw, rng, n, d), biases(draw, rng, n, p)
    if kind == "cancellation":
        W, b = W + offset(p), b + offset(p)
    first, second = scales(draw, p, kind)
    radius = draw(st.sampled_from([1.0, 0.25, 64.0])) * second / first
    return Ball(W=W * first, b=b * second, k=int(rng.integers(0, n)), radius=radius)


@inputs.composite
def lines(draw: Draw, p: Precision, kind: Kind) -> Ball:
    """Classes on the line through (3, 4), a class and a radius."""
    n, rng = draw(st.sampled_from([3, 2, 8])), inputs.generator(draw)
    t, b = rng.integers(-9, 10, n), biases(draw, rng, n, p)
    if kind == "cancellation":
        t = t + offset(p) // 8
    first, second = scales(draw, p, kind)
    return Ball(
        W=np.outer(t, [3, 4]) * first,
        b=b * second,
        k=int(rng.integers(0, n)),
        radius=draw(st.sampled_from([1.0, 0.25, 64.0])) * second / first,
    )


@inputs.composite
def gaussian(draw: Draw, p: Precision, kind: Kind) -> Rows:
    """Trials of n standard normal rows in d dimensions."""
    n, d, trials = draw(st.sampled_from([(4, 16, 8), (6, 24, 6), (8, 32, 4)]))
    return Rows(W=inputs.rounded(inputs.generator(draw).standard_normal((trials, n, d)), p))


@inputs.composite
def wendel(draw: Draw, p: Precision, kind: Kind) -> Rows:
    """Trials of a zero row followed by N standard normal rows in d dimensions."""
    N, d, trials = draw(st.sampled_from([(3, 3, 1), (11, 10, 5), (7, 6, 8), (20, 1, 3), (14, 2, 5)]))
    W = inputs.rounded(inputs.generator(draw).standard_normal((trials, N + 1, d)), p)
    W[:, 0] = 0
    return Rows(W)
