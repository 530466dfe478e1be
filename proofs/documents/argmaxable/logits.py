"""Laws of softcaps, masks and temperatures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import AtMost, Exact, Gap, Impl, Kind, Record, Rounding, Same, law


@dataclass(frozen=True, slots=True)
class Capped:
    """Scores and a cap; cancellation: scores so far below it that they stay; extreme: far above, infinite."""

    scores: Array
    cap: float


@inputs.composite
def capped(draw: inputs.Draw, p: Precision, kind: Kind) -> Capped:
    n, rng = inputs.batch(draw), inputs.generator(draw)
    cap = draw(st.sampled_from([30.0, 50.0, 2.5, 1.0, 0.25]))
    tiny = min(p.bits, -np.log2(p.smallest) - 4)  # quotients stay normal numbers
    share: Any = {
        "ordinary": rng.uniform(0.125, 3, n),
        "cancellation": 2.0 ** -rng.uniform(1, tiny, n),
        "extreme": rng.choice([np.inf, 2.0 ** rng.uniform(1, min(60, np.log2(p.largest) - 6))], n),
    }[kind]
    return Capped(inputs.rounded(cap * share * rng.choice([-1.0, 1.0], n), p), cap)


def _tanh(x: Any, m: Any) -> Any:
    """By expm1 of what is negative."""
    fall = -m.expm1(-2 * abs(x))
    return (fall if x > 0 else -fall) / (2 - fall)


@law(
    "argmaxable.softcap-definition",
    "softcap is cap·tanh(z/cap): nearly z for small scores, ±cap for large ones",
    source="argmaxable P1",
    about=("argmaxable.softcap",),
    inputs=capped,
    tolerance=Rounding(
        {"quotient and product": 2, "expectation": 6},
        "tanh passes relative errors on, and makes none larger",
        calls=("tanh",),
    ),
    refutes=(
        "argmaxable.softcap/clipped",
        "argmaxable.softcap/not-multiplied",
        "argmaxable.softcap/not-divided",
        "argmaxable.softcap/multiplied-inside",
        "argmaxable.softcap/by-itself",
        "argmaxable.softcap/twice",
        "argmaxable.softcap/sigmoid",
        "argmaxable.softcap/left-out",
    ),
)
def softcap_definition(impl: Impl, on: Setting, case: Capped) -> Iterator[Record]:
    """tanh by expm1, which cancels nowhere."""
    cap = on.number(case.cap)
    expected = on.reals([cap * _tanh(z / cap, on.math) for z in on.host(case.scores)])
    yield Gap("scores", impl["argmaxable.softcap"](case.scores, cap=case.cap), expected, abs(expected))


@dataclass(frozen=True, slots=True)
class Masked:
    """Scores (batch, n) and the classes that may win, as truth values or integers, of all rows or of each."""

    scores: Array
    allowed: Array
    each: bool


@inputs.composite
def masked(draw: inputs.Draw, p: Precision, kind: Kind) -> Masked:
    """Also negative scores alone, which zeros beat; extreme: scores below any usual constant."""
    shape = (inputs.batch(draw), draw(st.sampled_from([3, 2, 8])))
    rng = inputs.generator(draw)
    scores = inputs.values(draw, shape, p, kind, power=1)
    if draw(st.booleans()):
        scores = -np.abs(scores) - 1
    if kind == "extreme":
        scores[:, 0] = -0.5 * p.largest
    allowed: Any = rng.random(shape) < 0.6
    if draw(st.booleans()):
        allowed = allowed.astype(np.int64)
    return Masked(inputs.rounded(scores, p), allowed, draw(st.booleans()))


@law(
    "argmaxable.mask_scores-definition",
    "mask_scores leaves the scores of what is allowed as they are, and makes all others −∞",
    source="argmaxable P2",
    about=("argmaxable.mask_scores",),
    inputs=masked,
    tolerance=Exact("nothing is computed"),
    refutes=(
        "argmaxable.mask_scores/zero",
        "argmaxable.mask_scores/inverted",
        "argmaxable.mask_scores/finite",
        "argmaxable.mask_scores/added",
        "argmaxable.mask_scores/times-infinity",
        "argmaxable.mask_scores/mask-ignored",
        "argmaxable.mask_scores/mask-of-the-first",
    ),
)
def mask_scores_definition(impl: Impl, on: Setting, case: Masked) -> Iterator[Record]:
    """Whatever the banned scores are, infinite ones among them."""
    scores, allowed = on.host(case.scores), np.asarray(on.host(case.allowed))
    mask = allowed if case.each else allowed[0]
    expected = np.where(mask != 0, scores, -np.inf)
    given = impl["argmaxable.mask_scores"](case.scores, on.array(mask))
    yield Same("scores", given, expected)
    spoilt = on.array(np.where(mask != 0, scores, np.inf))
    yield Same("banned", impl["argmaxable.mask_scores"](spoilt, on.array(mask)), expected)


@dataclass(frozen=True, slots=True)
class Tempered:
    """Scores (batch, n) and a temperature, also 0; extreme: scores far apart, and banned ones."""

    scores: Array
    temperature: float


@inputs.composite
def tempered(draw: inputs.Draw, p: Precision, kind: Kind) -> Tempered:
    shape = (inputs.batch(draw), draw(st.sampled_from([3, 2, 8])))
    rng = inputs.generator(draw)
    scores: Any = rng.integers(-8, 9, shape) / 4
    if kind == "cancellation":
        scores = 1 + 4 * p.u * rng.integers(-4, 5, shape)
    if kind == "extreme":
        scores = rng.uniform(-1, 1, shape) * 0.2 * min(p.largest, 1e30)
        scores[rng.random(shape) < 0.3] = -np.inf
    temperature = draw(st.sampled_from([1.0, 0.5, 0.0, 2.0, 0.25]))
    return Tempered(inputs.rounded(scores, p), temperature)


@law(
    "argmaxable.softmax_with_temperature-definition",
    "softmax_with_temperature is e^(z/T)/Σe^(z/T); at 0 the largest share equally; NaN if all are banned",
    source="argmaxable P3",
    about=("argmaxable.softmax_with_temperature",),
    inputs=tempered,
    tolerance=Rounding(
        {
            "difference and quotient": 2,
            "sum of 8, quotient": 8,
            "quotient, sum of 8 and quotient to expect": 11,
        },
        "the exponent's errors count by its size, those of the sum by the mean of the exponents",
        calls=("exp", "exp"),
    ),
    refutes=(
        "argmaxable.softmax_with_temperature/multiplied",
        "argmaxable.softmax_with_temperature/after-softmax",
        "argmaxable.softmax_with_temperature/left-out",
        "argmaxable.softmax_with_temperature/zero-is-one",
        "argmaxable.softmax_with_temperature/divided-by-zero",
        "argmaxable.softmax_with_temperature/no-shift",
        "argmaxable.softmax_with_temperature/logarithms",
        "argmaxable.softmax_with_temperature/squared",
        "argmaxable.softmax_with_temperature/negative",
        "argmaxable.softmax_with_temperature/first-axis",
    ),
)
def softmax_definition(impl: Impl, on: Setting, case: Tempered) -> Iterator[Record]:
    """1/Σ_j e^((z_j − z_i)/T), which is 1/|{j: z_j = z_i}| or 0 at T = 0."""
    scores, T = on.host(case.scores), on.number(case.temperature)
    options = {} if T == 1 else {"temperature": case.temperature}
    given = on.host(impl["argmaxable.softmax_with_temperature"](case.scores, **options))
    none: Any = np.isneginf(scores).all(-1)
    yield Same("undefined", np.isnan(given), np.broadcast_to(none[:, None], scores.shape))
    expected, scale = [], []
    for row in scores[~none]:
        gaps = [_gap(np.max(row) - z, T) for z in row]
        shares = [on.math.exp(-gap) for gap in gaps]
        total = sum(shares)
        mean = sum(_times(share, gap) for share, gap in zip(shares, gaps, strict=True)) / total
        expected.append([share / total for share in shares])
        scale.append(
            [
                share / total + _times(share, gap + mean) / total
                for share, gap in zip(shares, gaps, strict=True)
            ]
        )
    yield Gap("share", given[~none], on.reals(expected), on.reals(scale))


def _gap(below: Any, T: Any) -> Any:
    """How far a score lies below the largest, in units of the temperature."""
    if below == 0:
        return below
    return below / T if T > 0 else below * np.inf


def _times(share: Any, gap: Any) -> Any:
    return share * gap if share else share


@dataclass(frozen=True, slots=True)
class Ordered:
    """Increasing scores, a cap and a positive temperature."""

    scores: Array
    cap: float
    temperature: float


@inputs.composite
def ordered(draw: inputs.Draw, p: Precision, kind: Kind) -> Ordered:
    rng, n = inputs.generator(draw), draw(st.sampled_from([4, 2, 9]))
    spread = {"ordinary": 8.0, "cancellation": 2.0 ** -(p.bits // 2), "extreme": min(p.largest, 1e30) / 8}[
        kind
    ]
    scores = np.sort(inputs.rounded(rng.uniform(-1, 1, n) * spread, p))
    return Ordered(scores, draw(st.sampled_from([4.0, 1.0, 30.0])), draw(st.sampled_from([1.0, 0.5, 4.0])))


@law(
    "argmaxable.order",
    "softcap and softmax_with_temperature never turn the order of two scores round",
    source="argmaxable C9, P1, P3",
    stands="why neither changes which class wins",
    about=("argmaxable.softcap", "argmaxable.softmax_with_temperature"),
    inputs=ordered,
    tolerance=Rounding(
        {"product or quotient of each": 2},
        "differences, quotients and products round in order; tanh and exp may differ by their errors",
        calls=("tanh", "tanh", "exp", "exp"),
    ),
    refutes=("argmaxable.softcap/by-itself", "argmaxable.softmax_with_temperature/negative"),
)
def order(impl: Impl, on: Setting, case: Ordered) -> Iterator[Record]:
    """Neighbours in the order of the scores."""
    capped = on.host(impl["argmaxable.softcap"](case.scores, cap=case.cap))
    yield AtMost("capped", capped[:-1], capped[1:], abs(capped[1:]))
    shares = on.host(impl["argmaxable.softmax_with_temperature"](case.scores, temperature=case.temperature))
    yield AtMost("shares", shares[:-1], shares[1:], abs(shares[1:]))
