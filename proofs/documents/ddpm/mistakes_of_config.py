"""How people read a scheduler's configuration wrong."""

from dataclasses import replace
from typing import Any

from .... import ddpm
from ...language.mistake import MistakesOf

of_from_config = MistakesOf("ddpm.from_config")


def _other(change: Any) -> Any:
    """The reference on a changed configuration, which says what of the original."""

    def read(mapping: Any, /, **options: Any) -> Any:
        told = ddpm.from_config(mapping, **options)
        found = ddpm.from_config(change(dict(mapping)), **options)
        return replace(found, complaints=told.complaints, type=told.type)

    return read


def _without(*keys: str) -> Any:
    return _other(lambda mapping: {key: value for key, value in mapping.items() if key not in keys})


always_linear = of_from_config(
    "always-linear",
    "Samples with evenly spaced variances, whatever beta_schedule is.",
    reference="echomimic PR#127",
)(_other(lambda it: it | {"beta_schedule": "linear"}))
zero_ignored = of_from_config("zero-snr-ignored", "Does not look at rescale_betas_zero_snr.")(
    _without("rescale_betas_zero_snr")
)
given_ignored = of_from_config("given-variances-ignored", "Does not look at trained_betas.")(
    _without("trained_betas")
)
spacing_ignored = of_from_config("spacing-ignored", "Does not look at timestep_spacing: all is leading.")(
    _other(lambda it: it | {"timestep_spacing": "leading", "steps_offset": 0})
)
offset_ignored = of_from_config(
    "offset-ignored", "Does not look at steps_offset.", reference="diffusers#465"
)(_without("steps_offset"))
end_ignored = of_from_config(
    "end-ignored", "Ends at the data, whatever set_alpha_to_one is.", reference="diffusers#6068"
)(_other(lambda it: it | {"set_alpha_to_one": True}))


@of_from_config("defaults-of-another", "Takes the defaults of DDPM for every class.")
def another_class(mapping: Any, /, **options: Any) -> Any:
    found = ddpm.from_config(mapping, **options)
    plain = {"beta_schedule": "linear", "beta_start": 1e-4, "beta_end": 0.02, "set_alpha_to_one": True}
    return replace(ddpm.from_config(plain | mapping, **options), complaints=found.complaints)


@of_from_config("prediction-ignored", "Takes every prediction for one of noise.")
def prediction_ignored(mapping: Any, /, **options: Any) -> Any:
    return replace(ddpm.from_config(mapping, **options), prediction="noise")


@of_from_config("counted-from-zero", "Gives the steps as libraries count them, from 0.")
def from_zero(mapping: Any, /, **options: Any) -> Any:
    found = ddpm.from_config(mapping, **options)
    return replace(found, steps=tuple(t - 1 for t in found.steps))


@of_from_config("silent", "Says nothing of keys that have no effect.")
def silent(mapping: Any, /, **options: Any) -> Any:
    return replace(ddpm.from_config(mapping, **options), complaints=())


@of_from_config("always-complains", "Complains of every key that stands beside defaults.")
def complaining(mapping: Any, /, **options: Any) -> Any:
    found = ddpm.from_config(mapping, **options)
    return replace(found, complaints=(*found.complaints, "clip_sample: differs from the default"))


@of_from_config("training-ignored", "Does not compare with the configuration of training.")
def training_ignored(mapping: Any, /, *, trained: Any = None, **options: Any) -> Any:
    return ddpm.from_config(mapping, **options)
