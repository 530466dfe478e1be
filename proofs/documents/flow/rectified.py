"""Laws of rectified flow: its velocity, and what that says about data, noise and score."""

from collections.abc import Iterator
from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, law


@dataclass(frozen=True, slots=True)
class Line:
    """Points, what is predicted there, and times, as a column or for each number; cancellation: points that
    nearly are the prediction; extreme: next to the ends of time."""

    x: Array
    prediction: Array
    t: Array
    given: str


@inputs.composite
def lines(draw: inputs.Draw, p: Precision, kind: Kind) -> Line:
    """Times t of which 1 − t is exact, too, so that time may run the other way."""
    n, rng = inputs.batch(draw), inputs.generator(draw)
    step, shape = 2 * p.u, (n, draw(st.sampled_from([2, 1])))
    t = step * np.rint(rng.uniform(0.05, 0.95, shape) / step)
    if kind == "extreme":
        t = np.abs(rng.integers(0, 2, shape) - step * rng.integers(1, 9, shape))
    x, prediction = (inputs.rounded(rng.normal(size=(n, 2)), p) for _ in range(2))
    if kind == "cancellation":
        x = inputs.rounded(prediction * (1 + 2 * p.u * rng.integers(-4, 5, (n, 2))), p)
    return Line(x, prediction, t, draw(st.sampled_from(["noise", "x0", "score"])))


@law(
    "flow.rectified_velocity-definition",
    "v = (ε − x)/(1 − t) = (x − x_0)/t = −(x + t·score)/(1 − t)",
    source="flow P10",
    about=("flow.rectified_velocity",),
    inputs=lines,
    tolerance=Rounding({"product, difference, 1 − t, quotient": 5, "expectation": 4}),
    refutes=(
        "flow.rectified_velocity/data-minus-noise",
        "flow.rectified_velocity/time-reversed",
        "flow.rectified_velocity/not-divided",
        "flow.rectified_velocity/score-for-noise",
        "flow.rectified_velocity/score-positive",
        "flow.rectified_velocity/given-ignored",
        "flow.rectified_velocity/clamped",
        "flow.rectified_velocity/predicts-data-by-default",
    ),
)
def rectified_velocity_definition(impl: Impl, on: Setting, case: Line) -> Iterator[Record]:
    """By the other end of the line: v t from the data, v (1 − t) to the noise."""
    x, found, t = on.host(case.x), on.host(case.prediction), on.host(case.t)
    options = {} if case.given == "noise" else {"given": case.given}
    got = impl["flow.rectified_velocity"](case.x, case.prediction, case.t, **options)
    if case.given == "x0":
        yield Gap("v", got, x / t - found / t, (np.abs(x) + np.abs(found)) / t)
        return
    noise = found if case.given == "noise" else -t * found
    yield Gap("v", got, noise / (1 - t) - x / (1 - t), (np.abs(x) + np.abs(noise)) / (1 - t))


@law(
    "flow.rectified_x0-definition",
    "x_0 = x − t v",
    source="flow P10",
    about=("flow.rectified_x0",),
    inputs=lines,
    tolerance=Rounding(
        {"product and difference": 2, "1 − t, twice, with the time reversed": 2, "expectation": 2}
    ),
    refutes=(
        "flow.rectified_x0/plus",
        "flow.rectified_x0/time-reversed",
        "flow.rectified_x0/whole-step",
        "flow.rectified_x0/noise",
    ),
)
def rectified_x0_definition(impl: Impl, on: Setting, case: Line) -> Iterator[Record]:
    """As printed."""
    x, moved = on.host(case.x), on.host(case.t) * on.host(case.prediction)
    got = impl["flow.rectified_x0"](case.x, case.prediction, case.t)
    yield Gap("x_0", got, x - moved, np.abs(x) + np.abs(moved))


@law(
    "flow.rectified_noise-definition",
    "ε = x + (1 − t) v",
    source="flow P10",
    about=("flow.rectified_noise",),
    inputs=lines,
    tolerance=Rounding({"1 − t, product and sum": 3, "expectation": 3}),
    refutes=(
        "flow.rectified_noise/minus",
        "flow.rectified_noise/time-reversed",
        "flow.rectified_noise/whole-step",
        "flow.rectified_noise/data",
    ),
)
def rectified_noise_definition(impl: Impl, on: Setting, case: Line) -> Iterator[Record]:
    """As printed."""
    x, moved = on.host(case.x), (1 - on.host(case.t)) * on.host(case.prediction)
    got = impl["flow.rectified_noise"](case.x, case.prediction, case.t)
    yield Gap("ε", got, x + moved, np.abs(x) + np.abs(moved))


@law(
    "flow.rectified_score-definition",
    "score = −(x + (1 − t) v)/t",
    source="flow P10",
    about=("flow.rectified_score",),
    inputs=lines,
    tolerance=Rounding({"1 − t, product, sum and quotients": 5, "expectation": 4}),
    refutes=(
        "flow.rectified_score/velocity-itself",
        "flow.rectified_score/positive",
        "flow.rectified_score/not-divided",
        "flow.rectified_score/by-variance",
        "flow.rectified_score/time-reversed",
        "flow.rectified_score/signal-forgotten",
        "flow.rectified_score/of-data",
    ),
)
def rectified_score_definition(impl: Impl, on: Setting, case: Line) -> Iterator[Record]:
    """By the two terms apart."""
    x, velocity, t = on.host(case.x), on.host(case.prediction), on.host(case.t)
    terms = x / t, (1 - t) / t * velocity
    got = impl["flow.rectified_score"](case.x, case.prediction, case.t)
    yield Gap("score", got, -terms[0] - terms[1], np.abs(terms[0]) + np.abs(terms[1]))


@law(
    "flow.rectified-is-flow",
    "rectified flow is the probability flow of ᾱ = 1 − t, β̄ = t: its velocity is f x − ½g² score",
    source="flow P10, D1, D2",
    stands="that the velocity and the score fit one process",
    about=("flow.rectified_score", "flow.flow_velocity", "flow.drift_coefficient", "flow.diffusion_squared"),
    inputs=lines,
    tolerance=Rounding(
        {"score": 4, "f and g²": 6, "velocity": 4}, "the score's terms are divided by t, and cancel"
    ),
    refutes=(
        "flow.rectified_score/positive",
        "flow.rectified_score/signal-forgotten",
        "flow.flow_velocity/full-score",
    ),
)
def rectified_is_flow(impl: Impl, on: Setting, case: Line) -> Iterator[Record]:
    """f = −1/(1 − t) and g² = 2t/(1 − t), by the schedule of the straight line."""
    path = impl["flow.from_functions"](
        alpha=lambda t: 1 - t,
        alpha_derivative=lambda t: 0 * t - 1,
        variance=lambda t: t * t,
        variance_derivative=lambda t: 2 * t,
    )
    score = impl["flow.rectified_score"](case.x, case.prediction, case.t)
    f, g2 = impl["flow.drift_coefficient"](path, case.t), impl["flow.diffusion_squared"](path, case.t)
    got = impl["flow.flow_velocity"](f * case.x, g2, score)
    x, v, t = on.host(case.x), on.host(case.prediction), on.host(case.t)
    scale = (2 * np.abs(x) + (1 - t) * np.abs(v)) / (1 - t)
    yield Gap("v", got, v, scale)
