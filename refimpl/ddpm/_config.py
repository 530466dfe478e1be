"""The schedule, steps and prediction that a scheduler_config.json of diffusers means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .. import _names, _xp
from .._errors import DomainError, DTypeError, UnknownNameError, either, kind, message, shown
from .._typing import Array, Device, DType, Namespace
from ..public import RAISES, Integer, Made, Own, Reals, Record, public
from . import _config_facts as facts
from ._practical import rescale_zero_snr, scaled_linear_schedule, sigmoid_schedule
from ._schedules import cosine_schedule, ho_schedule
from ._skipping import spaced_steps
from ._steps import Schedule

Config = Mapping[str, Any]
_ERRORS = {
    DTypeError: "is no mapping, or a value in it is of another type",
    DomainError: "has a number outside its range, or a schedule that its class lacks",
    UnknownNameError: "has a class, schedule, spacing or prediction that is not known",
}


@dataclass(frozen=True, slots=True, eq=False)
class Configured:
    """A schedule, which steps it is asked at, what the model predicts, and what is wrong with it."""

    beta_squared: Array
    """β_t² (T,)."""
    steps: tuple[int, ...]
    """At inference, from the last to the first; none if no number of them was given."""
    final: int
    """The step that the last one leads to: 0, the data, or 1 where `set_alpha_to_one` is false."""
    prediction: str
    """noise, x0 or v."""
    type: str
    """The class that reads it."""
    complaints: tuple[str, ...]
    """What is misspelt, ignored or contradictory, a sentence each; none if all is well."""

    @property
    def schedule(self) -> Schedule:
        """As the functions of this document take it."""
        return Schedule(self.beta_squared)


@public(
    {
        "mapping": Own("mapping of str, as scheduler_config.json holds it", _ERRORS),
        "steps": Integer(1, _xp.MOST_ENTRIES) | None,
        "trained": Own("mapping of str, that of training", _ERRORS) | None,
        "xp, dtype, device": Made(),
    },
    Record(Configured, {"beta_squared": Reals("T")}),
    nan=RAISES,
    raises={
        DomainError: "for steps of a class that spaces them otherwise, or that there are none of",
    },
)
def from_config(
    mapping: Config,
    /,
    *,
    steps: int | None = None,
    trained: Config | None = None,
    xp: Namespace | None = None,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Configured:
    """Make the schedule that a scheduler's configuration means, and complain of what is wrong.

    β_t² of beta_schedule: linear, scaled_linear, sigmoid, squaredcos_cap_v2 (the cosine schedule), or
    trained_betas; rescaled to zero terminal SNR where rescale_betas_zero_snr is true.

    Parameters
    ----------
    mapping
        All of a scheduler_config.json, read as the class `_class_name` of diffusers 0.42 reads it, with its
        defaults; without a class as DDIMScheduler.
    steps
        How many steps inference takes, of DDPM and DDIM.
    trained
        The configuration of training, if that is another: what differs in the noise or the prediction is
        complained of.
    xp, dtype, device

    Returns
    -------
    the record `Configured`: beta_squared and, as a property, schedule; steps, final, prediction ("noise",
    "x0" or "v"), type, and complaints.

    Source: ddpm P8.

    Reference: the schedulers of diffusers (Hugging Face, 2022 to 2026).

    Examples
    --------
    >>> mapping = {"_class_name": "DDIMScheduler", "num_train_timesteps": 4, "beta_schedule": "scaled_linear",
    ...            "beta_start": 0.04, "beta_end": 0.16, "rescale_betas_zero_snr": True}
    >>> found = from_config(mapping, steps=2)
    >>> found.steps, found.prediction
    ((3, 1), 'noise')
    >>> [text.partition(":")[0] for text in found.complaints]
    ['prediction_type', 'timestep_spacing']
    """
    _xp.create(xp, dtype, device)  # refuses them in the name of this function
    read = Read.of(mapping)
    complaints = [*read.complaints, *(_differences(read, Read.of(trained)) if trained is not None else ())]
    schedule = read.schedule(xp=xp, dtype=dtype, device=device)
    return Configured(
        beta_squared=schedule.beta_squared,
        steps=() if steps is None else read.steps(steps),
        final=0 if read.values.get("set_alpha_to_one", True) else 1,
        prediction=read.prediction,
        type=read.type,
        complaints=tuple(dict.fromkeys(complaints)),
    )


_SPACINGS = ("leading", "linspace", "trailing")
_MAKERS = {"linear": ho_schedule, "scaled_linear": scaled_linear_schedule, "sigmoid": sigmoid_schedule}


@dataclass(frozen=True, slots=True)
class Read:
    """A configuration with the defaults of its class."""

    type: str
    values: Config
    prediction: str
    complaints: tuple[str, ...] = ()

    @classmethod
    def of(cls, mapping: Any) -> "Read":
        """The values that the class takes, and what is to be said of the others."""
        if not isinstance(mapping, Mapping):
            raise DTypeError(message("mapping", kind(mapping), "a mapping, such as json.load of the file"))
        name = mapping.get("_class_name", "DDIMScheduler")
        if not isinstance(name, str):
            raise DTypeError(message("_class_name", shown(name), "the name of a scheduler"))
        name = _names.find(name, facts.CLASSES, "_class_name")
        defaults = facts.CLASSES[name]
        given = {key: it for key, it in mapping.items() if key in defaults and it is not None}
        values = {**defaults, **{key: _of_kind(key, it, defaults[key]) for key, it in given.items()}}
        prediction = _names.find(values["prediction_type"], facts.PREDICTIONS, "prediction_type")
        schedule = _names.find(values["beta_schedule"], facts.SCHEDULES, "beta_schedule")
        only = facts.SCHEDULES[schedule]
        if only and name not in only:
            raise DomainError(
                message("beta_schedule", repr(schedule), f"another for {name}, as {only} alone have it")
            )
        found = cls(name, values, facts.PREDICTIONS[prediction])
        return replace(found, complaints=(*_unread(name, mapping), *_contradictions(found, given)))

    def schedule(self, **place: Any) -> Schedule:
        """The noise variances."""
        count, first, last = (self.values[key] for key in ("num_train_timesteps", "beta_start", "beta_end"))
        rule = self.values["beta_schedule"]
        if (betas := self.values["trained_betas"]) is not None:
            xp, dtype = _xp.create(place["xp"], place["dtype"], place["device"])
            found = Schedule(xp.asarray(betas, dtype=dtype, device=place["device"]))
        elif rule == "squaredcos_cap_v2":
            found = cosine_schedule(count, **place)
        else:
            found = _MAKERS[rule](count, first, last, **place)
        return rescale_zero_snr(found) if self.values.get("rescale_betas_zero_snr") else found

    def steps(self, count: int) -> tuple[int, ...]:
        """The steps at inference."""
        if self.type not in facts.OWN_STEPS:
            expected = f"None for {self.type}, which spaces its steps otherwise"
            raise DomainError(
                message("steps", count, expected, f"Known are those of {either(facts.OWN_STEPS)}")
            )
        spacing = _names.find(self.values["timestep_spacing"], _SPACINGS, "timestep_spacing")
        offset = self.values["steps_offset"] if spacing == "leading" else 0
        train = len(self.values["trained_betas"] or ()) or self.values["num_train_timesteps"]
        return spaced_steps(train, count, spacing, offset)  # type: ignore[arg-type]


def _of_kind(key: str, value: Any, default: Any) -> Any:
    """A value of the kind of its default, where that shows one."""
    if key == "trained_betas":
        return _betas(value)
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise DTypeError(message(key, shown(value), "true or false"))
    elif isinstance(default, str) and not isinstance(value, str):
        raise DTypeError(message(key, shown(value), "a word"))
    elif key in ("num_train_timesteps", "steps_offset"):
        return _xp.check_integer(key, value, int(key == "num_train_timesteps"), _xp.MOST_ENTRIES)
    elif key in ("beta_start", "beta_end"):
        return _xp.check_number(key, value, 0.0, 1.0)
    return value


def _betas(value: Any) -> list[float]:
    """Given variances, the last of which may be 1."""
    if not isinstance(value, list | tuple) or not value:
        raise DTypeError(message("trained_betas", shown(value), "a list of numbers"))
    found = [_xp.check_number("trained_betas", it, 0.0, 1.0) for it in value[:-1]]
    return [*found, 1.0 if value[-1] == 1 else _xp.check_number("trained_betas", value[-1], 0.0, 1.0)]


def _unread(name: str, mapping: Config) -> Iterator[str]:
    """Keys that no class reads, or not this one."""
    own = facts.CLASSES[name]
    known = {key: other for other, keys in reversed(list(facts.CLASSES.items())) for key in keys}
    for key in mapping:
        if key in own or str(key).startswith("_"):
            continue
        if key in known:
            yield f"{key}: {name} does not read it; {known[key]} would"
        else:
            near = [it for it in _names.near(str(key), list(own)) if it not in mapping]
            yield f"{key}: no key that diffusers reads" + (f"; {_names.offered(near)}" if near else "")


def _contradictions(read: Read, given: Config) -> Iterator[str]:
    """What does not go together, or has no effect beside the rest."""
    values, defaults = read.values, facts.CLASSES[read.type]
    told = {key for key in given if values[key] != defaults[key]}
    betas, rule = values["trained_betas"], values["beta_schedule"]
    if betas is not None:
        for key in sorted(told & {"beta_schedule", "beta_start", "beta_end"}):
            yield f"{key}: trained_betas goes before it"
        if "num_train_timesteps" in given and len(betas) != values["num_train_timesteps"]:
            yield f"num_train_timesteps: {values['num_train_timesteps']}, but trained_betas has {len(betas)}"
    elif rule == "squaredcos_cap_v2":
        for key in sorted(told & {"beta_start", "beta_end"}):
            yield f"{key}: the schedule squaredcos_cap_v2 has no ends"
    elif "beta_schedule" not in given and told & {"beta_start", "beta_end"}:
        yield f"beta_schedule: is missing, so that {rule} is taken, with ends that are given"
    for key, other in facts.ONLY_WITH.items():
        if key in told and not values[other]:
            yield f"{key}: counts only with {other}"
    if values.get("thresholding") and values.get("clip_sample"):
        yield "clip_sample: thresholding goes before it"
    yield from _of_steps(values, told)


def _of_steps(values: Config, told: set[str]) -> Iterator[str]:
    """What spacing, offset, the end and zero SNR mean for each other."""
    spacing, zero = values.get("timestep_spacing"), values.get("rescale_betas_zero_snr")
    if "steps_offset" in told and spacing != "leading":
        yield f"steps_offset: the spacing {spacing} does not read it"
    if values.get("set_alpha_to_one") is False and spacing == "leading" and not values["steps_offset"]:
        yield "set_alpha_to_one: false with steps_offset 0, so that the last step leads to itself"
    if zero and values["prediction_type"] == "epsilon":
        yield (
            "prediction_type: epsilon with rescale_betas_zero_snr, but noise does not determine the data at "
            "the last step, where nothing of them is left; v_prediction and sample do"
        )
    if zero and spacing == "leading":
        yield (
            "timestep_spacing: leading with rescale_betas_zero_snr seldom asks at the last step, for which "
            "the schedule is rescaled; trailing does"
        )


_ENDS = ("beta_schedule", "beta_start", "beta_end")
_NOISE = (*_ENDS, "trained_betas", "num_train_timesteps", "rescale_betas_zero_snr", "prediction_type")


def _differences(read: Read, trained: Read) -> Iterator[str]:
    """What differs from training, in the noise or the prediction."""
    idle: tuple[str, ...] = ()
    if read.values["trained_betas"] is not None and trained.values["trained_betas"] is not None:
        idle = _ENDS
    elif read.values["beta_schedule"] == trained.values["beta_schedule"] == "squaredcos_cap_v2":
        idle = _ENDS[1:]
    for key in _NOISE:
        mine, theirs = read.values.get(key, False), trained.values.get(key, False)
        if mine != theirs and key not in idle:
            yield f"{key}: {_word(mine)}, but the model was trained with {_word(theirs)}"


def _word(value: Any) -> str:
    return "others" if isinstance(value, list) else "none" if value is None else repr(value)
