"""Laws of the grids of samplers, and of the shift of times."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, law


@dataclass(frozen=True, slots=True)
class Grid:
    """How many levels, two at least, between which, and ρ; cancellation: ends that nearly touch; extreme: far
    apart. What one level is, is a convention that not all have."""

    steps: int
    sigma_min: float
    sigma_max: float
    rho: float


@inputs.composite
def grids(draw: inputs.Draw, p: Precision, kind: Kind) -> Grid:
    ends = {
        "ordinary": [(1.0, 2.0), (0.25, 4.0), (0.5, 0.75), (2.0, 3.0)],
        "cancellation": [(1.0, 1.0078125), (0.25, 0.251953125), (2.0, 2.015625)],
        "extreme": [(2.0**-10, 64.0), (0.015625, 2.0**14), (2.0**-9, 0.25)],
    }[kind]
    low, high = draw(st.sampled_from(ends))
    return Grid(draw(st.sampled_from([4, 3, 2, 6])), low, high, draw(st.sampled_from([7.0, 2.0, 1.0, 3.0])))


def _weights(case: Grid, on: Setting) -> Any:
    """i/(n − 1)."""
    return [on.number(Fraction(i, case.steps - 1)) for i in range(case.steps)]


@law(
    "flow.karras_sigmas-definition",
    "karras_sigmas spaces the roots of degree ρ evenly from σ_max to σ_min, both included, and adds 0",
    source="flow P7",
    about=("flow.karras_sigmas",),
    inputs=grids,
    tolerance=Rounding(
        {"roots of the ends": 2, "weights, products and sum": 4, "power": 1, "expectation": 6},
        "an error of the root, which is one of the larger end's, counts ρ times; 1/ρ rounds, too, and costs "
        "the logarithms of the ends",
        calls=("pow", "pow"),
    ),
    refutes=(
        "flow.karras_sigmas/without-zero",
        "flow.karras_sigmas/zero-on-the-grid",
        "flow.karras_sigmas/endpoint-left-out",
        "flow.karras_sigmas/ends-exchanged",
        "flow.karras_sigmas/last-level-twice",
        "flow.karras_sigmas/rho-ignored",
        "flow.karras_sigmas/inverse-rho",
        "flow.karras_sigmas/not-raised",
        "flow.karras_sigmas/other-rho",
    ),
)
def karras_sigmas_definition(impl: Impl, on: Setting, case: Grid) -> Iterator[Record]:
    """As printed, with rational weights; ρ = 7 is the default."""
    low, high, rho = (on.number(value) for value in (case.sigma_min, case.sigma_max, case.rho))
    logs = on.math.log(low), on.math.log(high)
    first, last = (on.math.exp(log / rho) for log in reversed(logs))
    roots = [first * (1 - w) + last * w for w in _weights(case, on)]
    levels = [on.math.pow(root, rho) for root in roots]
    costs = [rho * first / root + abs(logs[0]) + abs(logs[1]) for root in roots]
    scale = on.reals([*(level * cost for level, cost in zip(levels, costs, strict=True)), on.number(0)])
    options = {} if case.rho == 7 else {"rho": case.rho}
    got = impl["flow.karras_sigmas"](case.steps, case.sigma_min, case.sigma_max, **options, **on.like)
    yield Gap("σ", got, on.reals([*levels, on.number(0)]), scale)


@law(
    "flow.exponential_sigmas-definition",
    "exponential_sigmas spaces the logarithms evenly from σ_max to σ_min, both included, and adds 0",
    source="flow P7",
    about=("flow.exponential_sigmas",),
    inputs=grids,
    tolerance=Rounding(
        {"logarithms of the ends": 2, "weights, products and sum": 4, "expectation": 5},
        "errors of the logarithms are those of σ, relative to its size",
        calls=("log", "exp"),
    ),
    refutes=(
        "flow.exponential_sigmas/without-zero",
        "flow.exponential_sigmas/zero-on-the-grid",
        "flow.exponential_sigmas/endpoint-left-out",
        "flow.exponential_sigmas/ends-exchanged",
        "flow.exponential_sigmas/even",
        "flow.exponential_sigmas/karras",
        "flow.exponential_sigmas/not-raised",
    ),
)
def exponential_sigmas_definition(impl: Impl, on: Setting, case: Grid) -> Iterator[Record]:
    """σ_max (σ_min/σ_max)^w, with rational weights."""
    low, high = on.number(case.sigma_min), on.number(case.sigma_max)
    levels = [high * on.math.pow(low / high, w) for w in _weights(case, on)]
    cost = 1 + abs(on.math.log(low)) + abs(on.math.log(high))
    got = impl["flow.exponential_sigmas"](case.steps, case.sigma_min, case.sigma_max, **on.like)
    zero = [on.number(0)]
    yield Gap("σ", got, on.reals(levels + zero), on.reals([level * cost for level in levels] + zero))


@dataclass(frozen=True, slots=True)
class Shifted:
    """Times in [0, 1] and two shifts; cancellation: times near 1; extreme: tiny ones, and both ends."""

    t: Array
    shift: float
    again: float


@inputs.composite
def shifted(draw: inputs.Draw, p: Precision, kind: Kind) -> Shifted:
    n, rng = inputs.batch(draw), inputs.generator(draw)
    reach = inputs.decades(p, 6.0, power=4)
    t = {
        "ordinary": rng.uniform(0.05, 0.95, n),
        "cancellation": 1 - 2 * p.u * rng.integers(1, 9, n),
        "extreme": rng.choice([0.0, 1.0, 10.0 ** -rng.uniform(0, reach)], n),
    }[kind]
    shifts = [3.0, 0.25, 1.0, 1.5] if kind != "extreme" else [64.0, 0.015625, 3.0]
    s, again = (draw(st.sampled_from(shifts)) for _ in range(2))
    return Shifted(inputs.rounded(t, p), s, again)


def _moved(t: Any, s: Any) -> tuple[Any, Any]:
    """The shifted time, and how far roundings of 1 + (s − 1)t, whose terms cancel for s < 1, move it."""
    below = t + (1 - t) / s
    return t / below, t / below * (1 + (1 + abs(s - 1) * t) / (s * below))


@law(
    "flow.shift_time-definition",
    "shift_time multiplies the odds t/(1 − t) by s: s t/(1 + (s − 1)t)",
    source="flow P8",
    about=("flow.shift_time",),
    inputs=shifted,
    tolerance=Rounding(
        {"s − 1, product and sum below": 3, "product and quotient": 2, "expectation": 4},
        "s < 1 makes the sum below cancel, as its terms in the scale say",
    ),
    refutes=(
        "flow.shift_time/applied-twice",
        "flow.shift_time/inverse",
        "flow.shift_time/of-the-signal",
        "flow.shift_time/without-minus-one",
        "flow.shift_time/not-divided",
        "flow.shift_time/exponent",
        "flow.shift_time/without-shift",
    ),
)
def shift_time_definition(impl: Impl, on: Setting, case: Shifted) -> Iterator[Record]:
    """In terms of which none cancels."""
    expected, scale = _moved(on.host(case.t), on.number(case.shift))
    yield Gap("t'", impl["flow.shift_time"](case.t, shift=case.shift), expected, scale)


@law(
    "flow.shift_time-composes",
    "shift_time by s and then by s' is the shift s s'",
    source="flow P8",
    stands="that times shifted twice have the square of the shift",
    about=("flow.shift_time",),
    inputs=shifted,
    tolerance=Rounding({"each of two shifts": 5, "the product of the shifts": 1, "expectation": 4}),
    refutes=("flow.shift_time/not-divided", "flow.shift_time/without-minus-one"),
)
def shift_time_composes(impl: Impl, on: Setting, case: Shifted) -> Iterator[Record]:
    """Errors of the first shift count by the slope of the second."""
    s, again, t = on.number(case.shift), on.number(case.again), on.host(case.t)
    between, error = _moved(t, s)
    expected, scale = _moved(between, again)
    slope = again / ((1 - between) + again * between) ** 2
    first = impl["flow.shift_time"](case.t, shift=case.shift)
    yield Gap("t'", impl["flow.shift_time"](first, shift=case.again), expected, scale + slope * error)
