"""Laws of configurations: which schedule, steps and prediction, and which complaints."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st

from ....backends import Precision, Setting
from ...language import inputs as common
from ...language.law import Gap, Impl, Kind, Record, Rounding, Same, law
from .practical import rescaled_variances
from .schedules import cosine_variances

CLASSES = ("DDIMScheduler", "DDPMScheduler", "EulerDiscreteScheduler", "LCMScheduler", "PNDMScheduler")
_LATENT = {"LCMScheduler"}
_ZERO = {"DDIMScheduler", "DDPMScheduler", "EulerDiscreteScheduler", "LCMScheduler"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """The facts of a configuration; None leaves a key out."""

    type: str
    rule: str | None
    ends: tuple[float, float] | None
    train_steps: int
    given: list[float] | None
    """trained_betas."""
    zero: bool
    prediction: str
    spacing: str
    offset: int
    to_one: bool | None
    steps: int


@common.composite
def configurations(draw: common.Draw, p: Precision, kind: Kind) -> Configuration:
    """Few steps of training; schedules that the class has; keys left out."""
    name = draw(st.sampled_from(CLASSES))
    rules = ["linear", "scaled_linear", "squaredcos_cap_v2", None]
    rules += ["sigmoid"] * (name == "DDPMScheduler")
    return Configuration(
        type=name,
        rule=draw(st.sampled_from(rules)),
        ends=draw(st.sampled_from([(0.25, 0.5), (0.04, 0.16), None])),
        train_steps=draw(st.sampled_from([7, 11, 20])),
        given=draw(st.sampled_from([None, None, None, [0.25, 0.125, 0.5, 0.75, 0.5, 0.25, 0.5]])),
        zero=name in _ZERO and draw(st.booleans()),
        prediction=draw(st.sampled_from(["epsilon", "sample", "v_prediction"])),
        spacing=draw(st.sampled_from(["leading", "trailing", "linspace"])),
        offset=draw(st.sampled_from([0, 1])),
        to_one=draw(st.sampled_from([None, True, False])) if "DDIM" in name or "PNDM" in name else None,
        steps=draw(st.sampled_from([2, 3])),
    )


def mapping(case: Configuration) -> dict[str, Any]:
    """The keys that are there."""
    found = {
        "_class_name": case.type,
        "_diffusers_version": "0.42.1",
        "num_train_timesteps": len(case.given or ()) or case.train_steps,
        "beta_schedule": case.rule,
        "trained_betas": case.given,
        "prediction_type": case.prediction,
        "timestep_spacing": case.spacing,
        "steps_offset": case.offset,
        "set_alpha_to_one": case.to_one,
        "rescale_betas_zero_snr": case.zero or None,
    }
    if case.ends:
        found |= dict(zip(("beta_start", "beta_end"), case.ends, strict=True))
    return {key: value for key, value in found.items() if value is not None}


def _variances(case: Configuration, on: Setting) -> Any:
    """β_t² before it is rescaled."""
    if case.given:
        return on.reals([on.number(it) for it in case.given])
    T, rule = case.train_steps, case.rule or ("scaled_linear" if case.type in _LATENT else "linear")
    if rule == "squaredcos_cap_v2":
        return on.reals(cosine_variances(T, on.whole(0) + on.number(0.008)))
    ends = case.ends or ((0.00085, 0.012) if case.type in _LATENT else (1e-4, 0.02))
    first, last = (on.number(end) for end in ends)
    weights = [on.number(Fraction(i, T - 1)) for i in range(T)]
    if rule == "sigmoid":
        weights = [1 / (1 + on.math.exp(6 - 12 * w)) for w in weights]
    if rule == "scaled_linear":
        low, high = on.math.sqrt(first), on.math.sqrt(last)
        return on.reals([(low * (1 - w) + high * w) ** 2 for w in weights])
    return on.reals([first * (1 - w) + last * w for w in weights])


@law(
    "ddpm.from_config-definition",
    "a scheduler's configuration means the schedule, steps, end and prediction that its class reads",
    source="ddpm P8",
    about=("ddpm.from_config",),
    inputs=configurations,
    tolerance=Rounding(
        {"variances": 30, "rescaled: partial sums": 20, "root, quotients, products": 8, "expectation": 4},
        calls=("exp", "sin", "sin", "log1p", "expm1"),
    ),
    refutes=(
        "ddpm.from_config/always-linear",
        "ddpm.from_config/zero-snr-ignored",
        "ddpm.from_config/given-variances-ignored",
        "ddpm.from_config/defaults-of-another",
        "ddpm.from_config/prediction-ignored",
        "ddpm.from_config/offset-ignored",
        "ddpm.from_config/spacing-ignored",
        "ddpm.from_config/end-ignored",
        "ddpm.from_config/counted-from-zero",
    ),
    kinds=("ordinary",),  # schedules have laws of their own
)
def from_config_definition(impl: Impl, on: Setting, case: Configuration) -> Iterator[Record]:
    """Each schedule by its formula, steps in fractions. Of classes with steps of their own none are asked."""
    own = case.type in ("DDIMScheduler", "DDPMScheduler")
    found = impl["ddpm.from_config"](mapping(case), steps=case.steps if own else None, **on.like)
    expected = _variances(case, on)
    if case.zero:
        expected = rescaled_variances(expected)
    yield Gap("β²", found.beta_squared, expected, expected)
    yield Same("prediction", found.prediction, _PREDICTIONS[case.prediction])
    end = case.to_one if case.to_one is not None else case.type != "PNDMScheduler"
    yield Same("final", found.final, 0 if end else 1)
    yield Same("steps", list(found.steps), _steps(case, len(expected)) if own else [])


_PREDICTIONS = {"epsilon": "noise", "sample": "x0", "v_prediction": "v"}


def _steps(case: Configuration, T: int) -> list[int]:
    count = range(case.steps - 1, -1, -1)
    if case.spacing == "leading":
        return [1 + case.offset + i * (T // case.steps) for i in count]
    if case.spacing == "trailing":
        return [round(Fraction((i + 1) * T, case.steps)) for i in count]
    return [1 + round(Fraction(i * (T - 1), case.steps - 1)) for i in count]


FAULTS: dict[str, dict[str, Any]] = {
    "beta_strt": {"beta_strt": 0.1},
    "use_karras_sigmas": {"use_karras_sigmas": True},
    "prediction_type": {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"},
    "timestep_spacing": {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction"},
    "steps_offset": {"timestep_spacing": "trailing", "steps_offset": 1},
    "set_alpha_to_one": {"set_alpha_to_one": False},
    "beta_end": {"beta_schedule": "squaredcos_cap_v2", "beta_end": 0.5},
    "beta_start": {"trained_betas": [0.25, 0.5], "num_train_timesteps": 2, "beta_start": 0.25},
    "num_train_timesteps": {"trained_betas": [0.25, 0.5]},
    "sample_max_value": {"sample_max_value": 2.0},
    "clip_sample": {"thresholding": True, "clip_sample": True},
}
"""What is wrong in a configuration of DDIM, by the key that the complaint begins with."""

TRAINED: dict[str, dict[str, Any]] = {
    "beta_schedule": {"beta_schedule": "scaled_linear"},
    "prediction_type": {"prediction_type": "v_prediction"},
    "num_train_timesteps": {"num_train_timesteps": 20},
    "rescale_betas_zero_snr": {"rescale_betas_zero_snr": True},
}
"""What training had instead."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A key of FAULTS, one of TRAINED, or none of each."""

    key: str
    trained: str


@common.composite
def faults(draw: common.Draw, p: Precision, kind: Kind) -> Fault:
    key = draw(st.sampled_from(["", *FAULTS]))
    return Fault(key, "" if key else draw(st.sampled_from(["", *TRAINED])))


@law(
    "ddpm.from_config-complains",
    "a configuration without a fault has no complaints, and one with a misspelt, ignored or contradictory "
    "key, or another than in training, has one that begins with it",
    source="ddpm P8",
    about=("ddpm.from_config",),
    inputs=faults,
    tolerance=Rounding({}, "nothing is computed"),
    refutes=(
        "ddpm.from_config/silent",
        "ddpm.from_config/always-complains",
        "ddpm.from_config/training-ignored",
    ),
    kinds=("ordinary",),  # words, not numbers
)
def from_config_complains(impl: Impl, on: Setting, case: Fault) -> Iterator[Record]:
    """Of DDIM, with eleven steps."""
    plain = {"_class_name": "DDIMScheduler", "num_train_timesteps": 11, "clip_sample": False}
    other = {"trained": plain | TRAINED[case.trained]} if case.trained else {}
    found = impl["ddpm.from_config"](plain | FAULTS.get(case.key, {}), **other, **on.like).complaints
    named = sorted({text.partition(":")[0] for text in found})
    wanted = [key for key in (case.key, case.trained) if key]
    yield Same("keys that complaints begin with", named == wanted, True)
