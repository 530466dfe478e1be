"""How people get rectified flow wrong."""

from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_rectified_velocity = MistakesOf("flow.rectified_velocity")
of_rectified_x0 = MistakesOf("flow.rectified_x0")
of_rectified_noise = MistakesOf("flow.rectified_noise")
of_rectified_score = MistakesOf("flow.rectified_score")


@of_rectified_velocity(
    "data-minus-noise",
    "Takes x_0 − ε, the velocity of time that runs to the data, with times that run to the noise.",
    reference="friendly-stable-audio-tools#9",
)
def velocity_data_minus_noise(x: Any, prediction: Any, t: Any, /, *, given: Any = "noise") -> Any:
    return -flow.rectified_velocity(x, prediction, t, given=given)


@of_rectified_velocity("time-reversed", "Divides by t where 1 − t belongs, as where noise is at t = 0.")
def velocity_time_reversed(x: Any, prediction: Any, t: Any, /, *, given: Any = "noise") -> Any:
    return flow.rectified_velocity(x, prediction, 1 - t, given=given)


@of_rectified_velocity(
    "not-divided",
    "Takes the difference from x_t, as where the variable of an end was overwritten by x_t: v times the rest "
    "of the time.",
    reference="pi-zero-pytorch#13",
)
def velocity_not_divided(x: Any, prediction: Any, t: Any, /, *, given: Any = "noise") -> Any:
    rest = t if given == "x0" else 1 - t
    return flow.rectified_velocity(x, prediction, t, given=given) * rest


@of_rectified_velocity("score-for-noise", "Takes −score for the noise, without β̄ = t.")
def velocity_score_for_noise(x: Any, prediction: Any, t: Any, /, *, given: Any = "noise") -> Any:
    if given == "score":
        return flow.rectified_velocity(x, -prediction, t)
    return flow.rectified_velocity(x, prediction, t, given=given)


@of_rectified_velocity("score-positive", "Takes t·score for the noise: the sign is lost.")
def velocity_score_positive(x: Any, prediction: Any, t: Any, /, *, given: Any = "noise") -> Any:
    if given == "score":
        return flow.rectified_velocity(x, t * prediction, t)
    return flow.rectified_velocity(x, prediction, t, given=given)


@of_rectified_velocity("given-ignored", "Takes every prediction for one of noise.")
def velocity_given_ignored(x: Any, prediction: Any, t: Any, /, *, given: Any = "noise") -> Any:
    return flow.rectified_velocity(x, prediction, t)


@of_rectified_velocity(
    "clamped", "Divides by 0.05 at least, so that the last step of sampling is too short.", reference="JiT"
)
def velocity_clamped(x: Any, prediction: Any, t: Any, /, *, given: Any = "noise") -> Any:
    rest = t if given == "x0" else 1 - t
    least = _xp(t).where(rest > 0.05, rest, 0 * rest + 0.05)
    return flow.rectified_velocity(x, prediction, t, given=given) * (rest / least)


@of_rectified_velocity("predicts-data-by-default", "Takes predictions for data by default.")
def velocity_of_data(x: Any, prediction: Any, t: Any, /, *, given: Any = "x0") -> Any:
    return flow.rectified_velocity(x, prediction, t, given=given)


@of_rectified_x0("plus", "Adds t v: the sign of time that runs to the data.")
def data_plus(x: Any, velocity: Any, t: Any, /) -> Any:
    return x + t * velocity


@of_rectified_x0("time-reversed", "Takes 1 − t for t, as where noise is at t = 0.")
def data_time_reversed(x: Any, velocity: Any, t: Any, /) -> Any:
    return x - (1 - t) * velocity


@of_rectified_x0("whole-step", "Subtracts all of v, as from pure noise.")
def data_whole_step(x: Any, velocity: Any, t: Any, /) -> Any:
    return x - velocity + 0 * t


@of_rectified_x0("noise", "Goes to the other end, which is the noise.")
def data_noise(x: Any, velocity: Any, t: Any, /) -> Any:
    return x + (1 - t) * velocity


@of_rectified_noise("minus", "Subtracts (1 − t) v: the sign of time that runs to the data.")
def noise_minus(x: Any, velocity: Any, t: Any, /) -> Any:
    return x - (1 - t) * velocity


@of_rectified_noise("time-reversed", "Takes t for 1 − t, as where noise is at t = 0.")
def noise_time_reversed(x: Any, velocity: Any, t: Any, /) -> Any:
    return x + t * velocity


@of_rectified_noise("whole-step", "Adds all of v, as from the data.")
def noise_whole_step(x: Any, velocity: Any, t: Any, /) -> Any:
    return x + velocity + 0 * t


@of_rectified_noise("data", "Goes to the other end, which is the data.")
def noise_data(x: Any, velocity: Any, t: Any, /) -> Any:
    return x - t * velocity


@of_rectified_score(
    "velocity-itself", "Takes the velocity for the score.", reference="TSD-SR#22"
)  # fmt: skip
def score_velocity(x: Any, velocity: Any, t: Any, /) -> Any:
    return velocity + 0 * (x + t)


@of_rectified_score("positive", "Loses the sign: ε/t points from the data to the noise.")
def score_positive(x: Any, velocity: Any, t: Any, /) -> Any:
    return -flow.rectified_score(x, velocity, t)


@of_rectified_score("not-divided", "Gives −ε, without the deviation t.")
def score_not_divided(x: Any, velocity: Any, t: Any, /) -> Any:
    return -flow.rectified_noise(x, velocity, t)


@of_rectified_score("by-variance", "Divides the noise by t², as where it stands for x − ᾱx_0.")
def score_by_variance(x: Any, velocity: Any, t: Any, /) -> Any:
    return flow.rectified_score(x, velocity, t) / t


@of_rectified_score("time-reversed", "Takes t for 1 − t, as where noise is at t = 0.")
def score_time_reversed(x: Any, velocity: Any, t: Any, /) -> Any:
    return flow.rectified_score(x, velocity, 1 - t)


@of_rectified_score(
    "signal-forgotten", "Takes −(x − x_0)/t² = −v/t: forgets that x_0 is scaled by 1 − t in x."
)
def score_signal_forgotten(x: Any, velocity: Any, t: Any, /) -> Any:
    return -velocity / t + 0 * x


@of_rectified_score("of-data", "Takes −x_0/t: the other end of the line.")
def score_of_data(x: Any, velocity: Any, t: Any, /) -> Any:
    return -flow.rectified_x0(x, velocity, t) / t
