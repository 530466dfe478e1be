"""What the configuration of a scheduler means, in words and numbers."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ... import ddpm
from ..._errors import DomainError
from ...ddpm._config import Read

SENTENCES = {
    "linear": "noise variances evenly spaced",
    "scaled_linear": "standard deviations of the noise evenly spaced",
    "sigmoid": "noise variances on a logistic curve",
    "squaredcos_cap_v2": "the cosine schedule, clipped at 0.999",
    "trained_betas": "noise variances as given",
}
PREDICTIONS = {"noise": "the noise", "x0": "the data", "v": "the velocity"}
SHOWN = 10
"""Steps of inference that are printed as an example."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The schedule that a configuration means."""

    file: str
    type: str
    """The class that reads it."""
    source: str
    rule: str
    """beta_schedule, or trained_betas."""
    train_steps: int
    zero_snr: bool
    """Whether it is rescaled to zero terminal SNR."""
    first: float
    """β_1²."""
    last: float
    """β_T²."""
    signal: float
    """ᾱ_T, what is left of the data."""
    prediction: str
    """noise, x0 or v."""
    spacing: str | None
    offset: int
    steps: list[int]
    """Of inference in ten steps, from 1 on; none where the class has steps of its own."""
    final: int
    """The step that the last one leads to."""
    complaints: list[str]


def is_schedule(mapping: Mapping[str, Any]) -> bool:
    """Whether it is of a scheduler."""
    name = mapping.get("_class_name")
    return "num_train_timesteps" in mapping or (isinstance(name, str) and name.endswith("Scheduler"))


def explained(
    file: str, mapping: Mapping[str, Any], trained: Mapping[str, Any] | None, complaints: Sequence[str]
) -> Scheduled:
    """What the mapping means."""
    read = Read.of(mapping)
    found = ddpm.from_config(mapping, trained=trained)
    try:
        steps = read.steps(SHOWN)
    except DomainError:  # its class spaces them otherwise, or has fewer
        steps = ()
    betas, values = found.beta_squared, read.values
    return Scheduled(
        file=file,
        type=found.type,
        source="ddpm P8",
        rule="trained_betas" if values["trained_betas"] is not None else values["beta_schedule"],
        train_steps=len(betas),
        zero_snr=bool(values.get("rescale_betas_zero_snr")),
        first=float(betas[0]),
        last=float(betas[-1]),
        signal=float(ddpm.cumulative(found.schedule).alpha_bar[-1]),
        prediction=found.prediction,
        spacing=values.get("timestep_spacing"),
        offset=values.get("steps_offset", 0),
        steps=list(steps),
        final=found.final,
        complaints=[*complaints, *found.complaints],
    )


def title(result: Scheduled) -> str:
    """What the schedule is of."""
    return f"{result.file} ({result.type})"


def lines(result: Scheduled) -> Iterator[str]:
    """The explanation."""
    yield f"  {result.rule}: {SENTENCES[result.rule]}, {result.train_steps} steps"
    if result.zero_snr:
        yield "  rescaled to zero terminal SNR: nothing of the data is left at the last step"
    yield f"  β_1² = {result.first:.8g}, β_T² = {result.last:.8g}"
    ratio = 20 * math.log10(result.signal) if result.signal else -math.inf
    yield f"  ᾱ_T = {result.signal:.6g} is left of the data at the last step ({ratio:.4g} dB)"
    yield f"  the model predicts {PREDICTIONS[result.prediction]}"
    if result.spacing is not None:
        offset = f", offset {result.offset}" if result.spacing == "leading" else ""
        yield f"  steps of inference: {result.spacing}{offset}" + (
            "" if result.steps else ", as its class has them"
        )
    if result.steps:
        asked = ", ".join(str(t - 1) for t in result.steps)
        end = "step 0" if result.final else "the data"
        yield f"  in {SHOWN} steps, counted from 0: {asked}; then {end}"


def faults(result: Scheduled) -> Iterator[str]:
    """What is wrong."""
    yield from (f"  complaint: {text}" for text in result.complaints)
