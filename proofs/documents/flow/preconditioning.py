"""Laws of EDM's preconditioning."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, law


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels σ and the deviation of the data; cancellation: σ near 1, where c_noise vanishes; extreme: far
    from the data's."""

    sigma: Array
    sigma_data: float


def _sigmas(n: int, rng: Any, p: Precision, kind: Kind) -> Any:
    reach = inputs.decades(p, 6.0, power=4)
    values = {
        "ordinary": 10.0 ** rng.uniform(-min(reach, 2), min(reach, 2), n),
        "cancellation": 1 + 2 * p.u * rng.integers(-8, 9, n),
        "extreme": 10.0 ** (rng.choice([-1.0, 1.0], n) * reach),
    }[kind]
    return inputs.rounded(values, p)


@inputs.composite
def levels(draw: inputs.Draw, p: Precision, kind: Kind) -> Levels:
    n, rng = inputs.batch(draw), inputs.generator(draw)
    return Levels(_sigmas(n, rng, p, kind), draw(st.sampled_from([1.0, 0.5, 0.75, 4.0])))


def _options(sigma_data: float) -> dict[str, float]:
    """½ is the default."""
    return {} if sigma_data == 0.5 else {"sigma_data": sigma_data}


@law(
    "flow.edm_scalings-definition",
    "c_skip = σ_d²/(σ² + σ_d²), c_out = σσ_d/√(σ² + σ_d²), c_in = 1/√(σ² + σ_d²), c_noise = ¼ log σ",
    source="flow P9",
    about=("flow.edm_scalings",),
    inputs=levels,
    tolerance=Rounding(
        {"squares and their sum": 3, "root, product, quotients": 5, "expectation": 6}, calls=("log",)
    ),
    refutes=(
        "flow.edm_scalings/sigma-data-ignored",
        "flow.edm_scalings/unit-data",
        "flow.edm_scalings/skip-rooted",
        "flow.edm_scalings/out-not-rooted",
        "flow.edm_scalings/out-without-data",
        "flow.edm_scalings/in-not-rooted",
        "flow.edm_scalings/in-of-noise-alone",
        "flow.edm_scalings/noise-without-quarter",
        "flow.edm_scalings/noise-of-variance",
        "flow.edm_scalings/noise-is-sigma",
        "flow.edm_scalings/negative-out",
    ),
)
def edm_scalings_definition(impl: Impl, on: Setting, case: Levels) -> Iterator[Record]:
    """As printed."""
    skip, out, inner, noise = impl["flow.edm_scalings"](case.sigma, **_options(case.sigma_data))
    sigma, data = on.host(case.sigma), on.number(case.sigma_data)
    square = sigma**2 + data**2
    root, log = np.sqrt(square), np.log(sigma) / 4
    yield Gap("c_skip", skip, data**2 / square, data**2 / square)
    yield Gap("c_out", out, sigma * data / root, sigma * data / root)
    yield Gap("c_in", inner, 1 / root, 1 / root)
    yield Gap("c_noise", noise, log, np.abs(log))


@dataclass(frozen=True, slots=True)
class Denoised:
    """Points, data, an output of the network, levels as a column, and the deviation of the data;
    cancellation: points that nearly are their data."""

    x: Array
    data: Array
    output: Array
    sigma: Array
    sigma_data: float


@inputs.composite
def denoised(draw: inputs.Draw, p: Precision, kind: Kind) -> Denoised:
    n, rng = inputs.batch(draw), inputs.generator(draw)
    sigma = _sigmas(n, rng, p, "extreme" if kind == "extreme" else "ordinary")[:, None]
    data, output, noise = rng.normal(size=(3, n, 2))
    x = data + sigma * noise
    if kind == "cancellation":
        data = inputs.rounded(data, p)
        x = data * (1 + 2 * p.u * rng.integers(-4, 5, (n, 2)))
    x, data, output, sigma = (inputs.rounded(values, p) for values in (x, data, output, sigma))
    return Denoised(x, data, output, sigma, draw(st.sampled_from([1.0, 0.5, 0.75, 4.0])))


@law(
    "flow.edm_denoised-definition",
    "D = c_skip x + c_out F",
    source="flow P9",
    about=("flow.edm_denoised",),
    inputs=denoised,
    tolerance=Rounding({"two roots": 4, "products and quotients": 6, "sum": 1, "expectation": 8}),
    refutes=(
        "flow.edm_denoised/without-skip",
        "flow.edm_denoised/skip-of-the-input",
        "flow.edm_denoised/noise-predicted",
        "flow.edm_denoised/negative-out",
        "flow.edm_denoised/sigma-data-ignored",
        "flow.edm_denoised/unit-data",
        "flow.edm_denoised/exchanged",
        "flow.edm_denoised/output-is-the-data",
    ),
)
def edm_denoised_definition(impl: Impl, on: Setting, case: Denoised) -> Iterator[Record]:
    """As printed."""
    x, output, sigma = (on.host(part) for part in (case.x, case.output, case.sigma))
    data = on.number(case.sigma_data)
    square = sigma**2 + data**2
    terms = data**2 / square * x, sigma * data / np.sqrt(square) * output
    options = _options(case.sigma_data)
    got = impl["flow.edm_denoised"](case.x, case.output, case.sigma, **options)
    yield Gap("D", got, terms[0] + terms[1], np.abs(terms[0]) + np.abs(terms[1]))


@law(
    "flow.edm_output-definition",
    "F = (x_0 − c_skip x)/c_out",
    source="flow P9",
    about=("flow.edm_output",),
    inputs=denoised,
    tolerance=Rounding(
        {"difference": 1, "quotients, products, sum": 5, "root": 4, "quotient": 2, "expectation": 8},
        "x_0 − x stands for what cancels, so that the scale has it as a whole",
    ),
    refutes=(
        "flow.edm_output/without-skip",
        "flow.edm_output/noise",
        "flow.edm_output/multiplied",
        "flow.edm_output/by-variance",
        "flow.edm_output/negative",
        "flow.edm_output/sigma-data-ignored",
        "flow.edm_output/unit-data",
        "flow.edm_output/data-and-points-exchanged",
    ),
)  # fmt: skip
def edm_output_definition(impl: Impl, on: Setting, case: Denoised) -> Iterator[Record]:
    """By σ²x_0 + σ_d²(x_0 − x), whose difference is exact where it cancels."""
    x, data, sigma = (on.host(part) for part in (case.x, case.data, case.sigma))
    width = on.number(case.sigma_data)
    below = sigma * width * np.sqrt(sigma**2 + width**2)
    terms = sigma**2 * data / below, width**2 * (data - x) / below
    options = _options(case.sigma_data)
    got = impl["flow.edm_output"](case.x, case.data, case.sigma, **options)
    yield Gap("F", got, terms[0] + terms[1], np.abs(terms[0]) + np.abs(terms[1]))
