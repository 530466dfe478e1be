"""The formulas of Ho et al., Nichol and Dhariwal, and Salimans and Ho, as printed."""

# ruff: noqa: RUF059 - all quantities are named, so that a slip can take one for another
import math
from typing import Any, NamedTuple

from .... import ddpm
from ....ddpm import Schedule
from ...language.textbook import textbook
from .tables import at, space


class Ho(NamedTuple):
    """Ho's β_t, α_t, ᾱ_t and ᾱ_{t−1}."""

    beta: Any
    alpha: Any
    alpha_bar: Any
    previous_alpha_bar: Any


def _tables(schedule: Schedule) -> Ho:
    betas, alphas, products = ddpm.to_ho(schedule)
    before = space(betas).concat([space(betas).ones_like(products[:1]), products[:-1]])
    return Ho(betas, alphas, products, before)


def _steps(schedule: Schedule, t: Any) -> Ho:
    return Ho(*(at(table, t) for table in _tables(schedule)))


@textbook("ddpm.diffuse")
def jump(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    sqrt = space(x0).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    return sqrt(alpha_bar) * x0 + sqrt(1 - alpha_bar) * noise


@textbook("ddpm.diffuse_step")
def step(x_prev: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    sqrt = space(x_prev).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    return sqrt(1 - beta) * x_prev + sqrt(beta) * noise


@textbook("ddpm.posterior")
def posterior(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    sqrt = space(x0).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    of_x0 = sqrt(previous_alpha_bar) * beta / (1 - alpha_bar)
    of_x_t = sqrt(alpha) * (1 - previous_alpha_bar) / (1 - alpha_bar)
    variance = (1 - previous_alpha_bar) / (1 - alpha_bar) * beta
    return of_x0 * x0 + of_x_t * x_t, variance


@textbook("ddpm.denoise_mean")
def mean(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    sqrt = space(x_t).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    return 1 / sqrt(alpha) * (x_t - beta / sqrt(1 - alpha_bar) * eps)


@textbook("ddpm.denoise_mean")
def mean_through_data(x_t: Any, eps: Any, schedule: Any, t: Any, /) -> Any:
    sqrt = space(x_t).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    x0 = sqrt(1 / alpha_bar) * x_t - sqrt(1 / alpha_bar - 1) * eps
    of_x0 = sqrt(previous_alpha_bar) * beta / (1 - alpha_bar)
    of_x_t = sqrt(alpha) * (1 - previous_alpha_bar) / (1 - alpha_bar)
    return of_x0 * x0 + of_x_t * x_t


@textbook("ddpm.ancestral_step")
def sampling(x_t: Any, eps: Any, noise: Any, schedule: Any, sigma: Any, t: Any, /) -> Any:
    sqrt = space(x_t).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    deviation = at(sigma, t)
    return 1 / sqrt(alpha) * (x_t - beta / sqrt(1 - alpha_bar) * eps) + deviation * noise


@textbook("ddpm.sample")
def loop(eps_model: Any, x_T: Any, noises: Any, schedule: Any, sigma: Any, /) -> Any:
    sqrt, x = space(x_T).sqrt, x_T
    betas, alphas, alphas_bar, previous_alphas_bar = _tables(schedule)
    for t in range(betas.shape[0], 0, -1):
        eps = eps_model(x, t)
        x = (x - betas[t - 1] / sqrt(1 - alphas_bar[t - 1]) * eps) / sqrt(alphas[t - 1])
        x = x + sigma[t - 1] * noises[t - 1, ...]
    return x


@textbook("ddpm.predict_x0")
def data(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: str = "noise") -> Any:
    sqrt = space(x_t).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    if given == "noise":
        return sqrt(1 / alpha_bar) * x_t - sqrt(1 / alpha_bar - 1) * prediction
    if given == "v":
        return sqrt(alpha_bar) * x_t - sqrt(1 - alpha_bar) * prediction
    return (x_t + (1 - alpha_bar) * prediction) / sqrt(alpha_bar)


@textbook("ddpm.predict_x0")
def data_by_division(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: str = "noise") -> Any:
    sqrt = space(x_t).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    if given == "noise":
        return (x_t - sqrt(1 - alpha_bar) * prediction) / sqrt(alpha_bar)
    return ddpm.predict_x0(x_t, prediction, schedule, t, given=given)  # type: ignore[arg-type]


@textbook("ddpm.predict_noise")
def noise(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: str = "x0") -> Any:
    sqrt = space(x_t).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    if given == "x0":
        return (x_t - sqrt(alpha_bar) * prediction) / sqrt(1 - alpha_bar)
    if given == "v":
        return sqrt(1 - alpha_bar) * x_t + sqrt(alpha_bar) * prediction
    return -sqrt(1 - alpha_bar) * prediction


@textbook("ddpm.predict_noise")
def noise_by_reciprocals(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: str = "x0") -> Any:
    sqrt = space(x_t).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    if given == "x0":
        return (sqrt(1 / alpha_bar) * x_t - prediction) / sqrt(1 / alpha_bar - 1)
    return ddpm.predict_noise(x_t, prediction, schedule, t, given=given)  # type: ignore[arg-type]


@textbook("ddpm.predict_v")
def v(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: str = "noise") -> Any:
    sqrt = space(x_t).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    if given == "noise":
        x0 = (x_t - sqrt(1 - alpha_bar) * prediction) / sqrt(alpha_bar)
        return sqrt(alpha_bar) * prediction - sqrt(1 - alpha_bar) * x0
    if given == "x0":
        eps = (x_t - sqrt(alpha_bar) * prediction) / sqrt(1 - alpha_bar)
        return sqrt(alpha_bar) * eps - sqrt(1 - alpha_bar) * prediction
    return -sqrt(1 - alpha_bar) * (x_t + prediction) / sqrt(alpha_bar)


@textbook("ddpm.predict_score")
def score(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: str = "noise") -> Any:
    sqrt = space(x_t).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    if given == "noise":
        return -prediction / sqrt(1 - alpha_bar)
    if given == "x0":
        return -(x_t - sqrt(alpha_bar) * prediction) / (1 - alpha_bar)
    return -x_t - sqrt(alpha_bar) / sqrt(1 - alpha_bar) * prediction


@textbook("ddpm.velocity")
def velocity(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
    sqrt = space(x0).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _steps(schedule, t)
    return sqrt(alpha_bar) * noise - sqrt(1 - alpha_bar) * x0


@textbook("ddpm.loss_weight")
def weight(schedule: Any, sigma: Any, /, *, half: bool = False) -> Any:
    beta, alpha, alpha_bar, previous_alpha_bar = _tables(schedule)
    written = beta**2 / (sigma**2 * alpha * (1 - alpha_bar))
    return written / 2 if half else written


@textbook("ddpm.sampling_std")
def deviations(schedule: Any, /, *, kind: str = "dirac") -> Any:
    sqrt = space(schedule.beta_squared).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _tables(schedule)
    if kind == "dirac":
        return sqrt((1 - previous_alpha_bar) / (1 - alpha_bar) * beta)
    return sqrt(beta)


@textbook("ddpm.optimal_std")
def optimal(schedule: Any, conditional_variance: Any, /) -> Any:
    sqrt = space(schedule.beta_squared).sqrt
    beta, alpha, alpha_bar, previous_alpha_bar = _tables(schedule)
    small = (1 - previous_alpha_bar) / (1 - alpha_bar) * beta
    of_x0 = sqrt(previous_alpha_bar) * beta / (1 - alpha_bar)
    return sqrt(small + of_x0**2 * conditional_variance)


@textbook("ddpm.cosine_schedule")
def cosine(steps: int, offset: float = 0.008, /, **place: Any) -> Any:
    betas = []
    for i in range(steps):
        before = math.cos((i / steps + offset) / (1 + offset) * math.pi / 2) ** 2
        after = math.cos(((i + 1) / steps + offset) / (1 + offset) * math.pi / 2) ** 2
        betas.append(min(1 - after / before, 0.999))
    like = ddpm.linear_schedule(steps, **place).beta_squared
    return Schedule(space(like).asarray(betas, dtype=like.dtype))


@textbook("ddpm.ho_schedule")
def even(steps: int, first: float = 0.0001, last: float = 0.02, /, **place: Any) -> Any:
    betas = [first + (last - first) * i / max(steps - 1, 1) for i in range(steps)]
    like = ddpm.linear_schedule(steps, **place).beta_squared
    return Schedule(space(like).asarray(betas, dtype=like.dtype))
