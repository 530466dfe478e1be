"""How people get predictions, and the weights of their losses, wrong."""

from typing import Any

from .... import ddpm
from ...language.mistake import MistakesOf
from .tables import space, tables

of_predict_v = MistakesOf("ddpm.predict_v")
of_predict_score = MistakesOf("ddpm.predict_score")
of_velocity = MistakesOf("ddpm.velocity")
of_predict_x0 = MistakesOf("ddpm.predict_x0")
of_predict_noise = MistakesOf("ddpm.predict_noise")
of_loss_weight = MistakesOf("ddpm.loss_weight")


@of_predict_v("from-data-by-default", "Takes the prediction to be of the data by default.")
def predict_v_from_data(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    return ddpm.predict_v(x_t, prediction, schedule, t, given=given)


@of_predict_score("from-data-by-default", "Takes the prediction to be of the data by default.")
def predict_score_from_data(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    return ddpm.predict_score(x_t, prediction, schedule, t, given=given)


@of_velocity("opposite-sign", "Defines v as β̄_t x_0 − ᾱ_t ε, the other direction of rotation.")
def velocity_opposite(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return -ddpm.velocity(x0, noise, schedule, t)


@of_velocity("roles-exchanged", "Gives signal and noise each other's coefficient.")
def velocity_exchanged(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return -ddpm.velocity(noise, x0, schedule, t)


@of_predict_x0("adds-noise", "Adds the predicted noise (and score) instead of removing it.")
def predict_x0_adds(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise") -> Any:
    sign = 1 if given == "v" else -1
    return ddpm.predict_x0(x_t, sign * prediction, schedule, t, given=given)


@of_predict_x0("not-divided", "Forgets 1/ᾱ_t: the signal stays as small as it is in x_t.")
def predict_x0_not_divided(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    scale = 1 if given == "v" else tables(schedule, t)[2]
    return scale * ddpm.predict_x0(x_t, prediction, schedule, t, given=given)


@of_predict_x0("velocity-sign", "Adds β̄_t v, from the opposite definition of v.")
def predict_x0_velocity(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise") -> Any:
    sign = -1 if given == "v" else 1
    return ddpm.predict_x0(x_t, sign * prediction, schedule, t, given=given)


@of_predict_x0(
    "velocity-through-noise", "Turns v into noise and divides by ᾱ_t, which is 0/0 at zero terminal SNR."
)
def predict_x0_through_noise(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    if given == "v":
        prediction, given = ddpm.predict_noise(x_t, prediction, schedule, t, given="v"), "noise"
    return ddpm.predict_x0(x_t, prediction, schedule, t, given=given)


@of_predict_noise("velocity-sign", "Subtracts ᾱ_t v, from the opposite definition of v.")
def predict_noise_velocity(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    sign = -1 if given == "v" else 1
    return ddpm.predict_noise(x_t, sign * prediction, schedule, t, given=given)


@of_predict_noise("score-unscaled", "Takes minus the score to be the noise, without β̄_t.")
def predict_noise_unscaled(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    scale = 1 / tables(schedule, t)[3] if given == "score" else 1
    return scale * ddpm.predict_noise(x_t, prediction, schedule, t, given=given)


@of_predict_v("opposite-sign", "Returns β̄_t x_0 − ᾱ_t ε.")
def predict_v_opposite(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise") -> Any:
    return -ddpm.predict_v(x_t, prediction, schedule, t, given=given)


@of_predict_score("positive", "Forgets the sign: the score points against the noise.")
def predict_score_positive(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    return -ddpm.predict_score(x_t, prediction, schedule, t, given=given)


@of_predict_score("unscaled", "Forgets 1/β̄_t: returns −ε.")
def predict_score_unscaled(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    return ddpm.predict_score(x_t, prediction, schedule, t, given=given) * tables(schedule, t)[3]


@of_predict_score("variance-for-deviation", "Divides the noise by β̄_t², right for x_t − ᾱ_t x_0 only.")
def predict_score_variance(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    scale = tables(schedule, t)[3] if given == "noise" else 1
    return ddpm.predict_score(x_t, prediction, schedule, t, given=given) / scale


@of_loss_weight("half-both-times", "Includes the factor ½ always, or never: the option does nothing.")
def loss_weight_half(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    return ddpm.loss_weight(schedule, sigma, half=not half)


@of_loss_weight(
    "square-for-fourth-power", "Writes β_t² instead of β_t⁴: reads Ho's notation in the source's formula."
)
def loss_weight_square(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    return ddpm.loss_weight(schedule, sigma, half=half) / schedule.beta_squared


@of_loss_weight("deviation-for-variance", "Divides by σ_t instead of σ_t².")
def loss_weight_deviation(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    return ddpm.loss_weight(schedule, space(sigma).sqrt(sigma), half=half)


@of_loss_weight("without-alpha", "Drops 1/α_t², which the mean's factor 1/α_t brings.")
def loss_weight_without_alpha(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    return ddpm.loss_weight(schedule, sigma, half=half) * (1 - schedule.beta_squared)


@of_velocity("adds-data", "Adds β̄_t x_0 instead of subtracting it: ᾱ_t ε + β̄_t x_0.")
def velocity_adds(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.velocity(-x0, noise, schedule, t)


@of_velocity("straight-path", "Gives ε − x_0, the unweighted velocity of a rectified flow: no ᾱ_t, no β̄_t.")
def velocity_straight(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    return ddpm.velocity(0 * x0, 0 * noise, schedule, t) + noise - x0


@of_velocity("not-rooted", "Takes ᾱ_t² and β̄_t², the squares: Ho's ᾱ_t and 1 − ᾱ_t without roots.")
def velocity_not_rooted(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    _, _, alpha_bar, beta_bar, _ = tables(schedule, t)
    return ddpm.velocity(x0 * beta_bar, noise * alpha_bar, schedule, t)


@of_velocity("alpha-for-alpha-bar", "Confuses α_t and β_t of one step with the products ᾱ_t and β̄_t.")
def velocity_alpha(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    alpha, beta, *_ = tables(schedule, t)
    return alpha * noise - beta * x0


@of_velocity("previous-step", "Looks up t − 1 (1 for the first step): one step too early.")
def velocity_previous(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    earlier = max(t - 1, 1) if isinstance(t, int) else space(t).clip(t - 1, 1, None)
    return ddpm.velocity(x0, noise, schedule, earlier)


def _of_noise(change: Any) -> Any:
    """x_0 of another change(x_t, ε, ᾱ_t, β̄_t, α_t, β_t) of noise; a score is made noise, v is left right."""

    def predict(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise") -> Any:
        if given == "v":
            return ddpm.predict_x0(x_t, prediction, schedule, t, given=given)
        alpha, beta, alpha_bar, beta_bar, _ = tables(schedule, t)
        noise = prediction if given == "noise" else -beta_bar * prediction
        return change(x_t, noise, alpha_bar, beta_bar, alpha, beta)

    return predict


predict_x0_half_divided = of_predict_x0(
    "noise-not-divided", "Divides x_t alone by ᾱ_t, and not the noise: x_t/ᾱ_t − β̄_t ε."
)(_of_noise(lambda x, eps, a, b, _, __: x / a - b * eps))

predict_x0_variance = of_predict_x0(
    "variance-as-deviation", "Removes β̄_t² ε, Ho's 1 − ᾱ_t without its root, instead of β̄_t ε."
)(_of_noise(lambda x, eps, a, b, _, __: (x - b * b * eps) / a))

predict_x0_not_rooted = of_predict_x0(
    "signal-not-rooted", "Divides by ᾱ_t², Ho's ᾱ_t without its square root."
)(_of_noise(lambda x, eps, a, b, _, __: (x - b * eps) / (a * a)))

predict_x0_alpha = of_predict_x0(
    "alpha-for-alpha-bar", "Undoes the single step: uses α_t and β_t instead of the products ᾱ_t and β̄_t."
)(_of_noise(lambda x, eps, _, __, a, b: (x - b * eps) / a))

predict_x0_clipped = of_predict_x0(
    "clipped", "Clips the data to [−1, 1] (clip_denoised), right for images in that range alone."
)(_of_noise(lambda x, eps, a, b, _, __: space(x).clip((x - b * eps) / a, -1, 1)))


@of_predict_x0("score-by-deviation", "Multiplies a score by β̄_t, a deviation, instead of β̄_t².")
def predict_x0_score(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise") -> Any:
    if given == "score":
        prediction = prediction / tables(schedule, t)[3]
    return ddpm.predict_x0(x_t, prediction, schedule, t, given=given)


def _of_data(change: Any) -> Any:
    """ε of another change(x_t, x_0, ᾱ_t, β̄_t) of data; v and score are left right."""

    def predict(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
        if given != "x0":
            return ddpm.predict_noise(x_t, prediction, schedule, t, given=given)
        _, _, alpha_bar, beta_bar, _ = tables(schedule, t)
        return change(x_t, prediction, alpha_bar, beta_bar)

    return predict


predict_noise_data_unscaled = of_predict_noise(
    "data-unscaled", "Subtracts x_0 without ᾱ_t: (x_t − x_0)/β̄_t."
)(_of_data(lambda x, data, a, b: (x - data) / b))

predict_noise_variance = of_predict_noise(
    "variance-for-deviation", "Divides by β̄_t², Ho's 1 − ᾱ_t without its root."
)(_of_data(lambda x, data, a, b: (x - a * data) / (b * b)))

predict_noise_not_divided = of_predict_noise("not-divided", "Forgets 1/β̄_t: what is returned is β̄_t ε.")(
    _of_data(lambda x, data, a, b: x - a * data)
)

predict_noise_opposite = of_predict_noise(
    "opposite-sign", "Subtracts x_t from ᾱ_t x_0: the noise with the opposite sign."
)(_of_data(lambda x, data, a, b: (a * data - x) / b))


@of_predict_noise(
    "velocity-coefficients-exchanged",
    "Gives ᾱ_t x_t + β̄_t v instead of β̄_t x_t + ᾱ_t v: exchanges the coefficients.",
)
def predict_noise_exchanged(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    if given == "v":
        x_t, prediction = prediction, x_t
    return ddpm.predict_noise(x_t, prediction, schedule, t, given=given)


@of_predict_noise("score-positive", "Loses the sign of the score, which points against the noise.")
def predict_noise_score(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    sign = -1 if given == "score" else 1
    return ddpm.predict_noise(x_t, sign * prediction, schedule, t, given=given)


@of_predict_v("not-divided", "Forgets 1/ᾱ_t where noise is given: ε − β̄_t x_t.")
def predict_v_not_divided(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    right = ddpm.predict_v(x_t, prediction, schedule, t, given=given)
    return right * tables(schedule, t)[2] if given == "noise" else right


@of_predict_v("roles-exchanged", "Gives signal and noise each other's coefficient: ᾱ_t x_0 − β̄_t ε.")
def predict_v_exchanged(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise") -> Any:
    x0, noise = prediction, prediction
    if given != "x0":
        x0 = ddpm.predict_x0(x_t, prediction, schedule, t, given=given)
    if given != "noise":
        noise = ddpm.predict_noise(x_t, prediction, schedule, t, given=given)
    return -ddpm.velocity(noise, x0, schedule, t)


@of_predict_score(
    "data-by-deviation", "Divides ᾱ_t x_0 − x_t by β̄_t, a deviation, where it is the variance β̄_t²."
)
def predict_score_data(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise") -> Any:
    right = ddpm.predict_score(x_t, prediction, schedule, t, given=given)
    return right * tables(schedule, t)[3] if given == "x0" else right


@of_predict_score(
    "multiplied", "Multiplies the noise by β̄_t on the way to the score instead of dividing by it."
)
def predict_score_multiplied(
    x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "noise"
) -> Any:
    right = ddpm.predict_score(x_t, prediction, schedule, t, given=given)
    return right * tables(schedule, t)[3] ** 2


@of_loss_weight("alpha-bar-for-alpha", "Divides by ᾱ_t² instead of α_t² of the single step.")
def loss_weight_alpha_bar(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    ratio = (1 - schedule.beta_squared) / ddpm.to_ho(schedule).alphas_cumprod
    return ddpm.loss_weight(schedule, sigma, half=half) * ratio


@of_loss_weight("beta-for-beta-bar", "Divides by β_t², the noise of the single step, instead of β̄_t².")
def loss_weight_beta(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    ratio = ddpm.cumulative(schedule).beta_bar[1:] ** 2 / schedule.beta_squared
    return ddpm.loss_weight(schedule, sigma, half=half) * ratio
