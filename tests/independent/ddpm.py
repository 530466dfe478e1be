"""The diffusion as one would port it: running products, precisions, whole joint covariances."""

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.ddpm import AffineGenerator, Cumulative, HoSchedule, Marginals, Schedule

Array = Any


def _made(values: Any, xp: Any, dtype: Any, device: Any) -> Schedule:
    xp = np if xp is None else xp
    return Schedule(xp.asarray(values, dtype=xp.float64 if dtype is None else dtype, device=device))


def linear_schedule(steps: int, /, *, xp: Any = None, dtype: Any = None, device: Any = None) -> Schedule:
    """Evenly spaced up to the end."""
    return _made(np.linspace(0, 0.02, steps + 1)[1:], xp, dtype, device)


def ho_schedule(
    steps: int, first: float = 1e-4, last: float = 0.02, /, *, xp: Any = None, dtype: Any = None,
    device: Any = None,
) -> Schedule:  # fmt: skip
    """As in most public code."""
    return _made(np.linspace(first, last, steps), xp, dtype, device)


def cosine_schedule(
    steps: int, offset: float = 0.008, /, *, xp: Any = None, dtype: Any = None, device: Any = None
) -> Schedule:
    """As in most public code, but in long double: in float64, 1 − ratio loses digits where β² is small."""
    t = np.arange(steps + 1, dtype=np.longdouble) / steps
    pi = 4 * np.arctan(np.longdouble(1))
    bar = np.cos((t + offset) / (1 + np.longdouble(offset)) * pi / 2) ** 2
    return _made(np.minimum(1 - bar[1:] / bar[:-1], 0.999).astype(float), xp, dtype, device)


def from_ho(betas: Array, /) -> Schedule:
    """The same numbers."""
    return Schedule(betas.copy())


def from_alpha(alphas: Array, /) -> Schedule:
    """Through the logarithm: 1 − α² loses what is small beside 1, in any format."""
    return Schedule(-np.expm1(2 * np.log(alphas)))


def check_schedule(schedule: Schedule, /) -> Array:
    """By the extremes."""
    beta = schedule.beta_squared
    return np.asarray(beta.min() > 0) & np.asarray(beta.max() < 1)


def check_steps(schedule: Schedule, t: Array, /) -> Array:
    """By membership."""
    return np.asarray(np.isin(t, np.arange(1, len(schedule.beta_squared) + 1)).all())


def _bars(schedule: Schedule) -> tuple[Array, Array]:
    """ᾱ² by products, β̄² by its recursion β̄_t² = α_t² β̄_{t−1}² + β_t², t = 0..T."""
    beta2 = schedule.beta_squared
    noise = [beta2.dtype.type(0)]
    for step in beta2:
        noise.append((1 - step) * noise[-1] + step)
    signal = np.concatenate([np.ones(1, beta2.dtype), np.cumprod(1 - beta2)])
    return signal, np.stack(noise)


def check_signal(schedule: Schedule, /) -> Array:
    """The product of the α; that of their squares would underflow twice as early."""
    alpha = np.cumprod(np.sqrt(1 - schedule.beta_squared))
    return np.asarray(alpha[-1] > 0)


def cumulative(schedule: Schedule, /) -> Cumulative:
    """ᾱ by the product of the α."""
    alpha_bar = np.cumprod(np.sqrt(1 - schedule.beta_squared))
    first = np.ones(1, alpha_bar.dtype)
    return Cumulative(np.concatenate([first, alpha_bar]), np.sqrt(_bars(schedule)[1]))


def snr(schedule: Schedule, /) -> Array:
    """Square of the ratio."""
    alpha_bar, beta_bar = cumulative(schedule)
    with np.errstate(divide="ignore"):
        return (alpha_bar / beta_bar) ** 2


def log_snr(schedule: Schedule, /) -> Array:
    """Sum of logarithms, so that nothing underflows."""
    signal = np.concatenate([np.zeros(1), np.cumsum(np.log1p(-schedule.beta_squared.astype(float)))])
    with np.errstate(divide="ignore"):
        return (signal - np.log(_bars(schedule)[1])).astype(schedule.beta_squared.dtype)


def to_ho(schedule: Schedule, /) -> HoSchedule:
    """As in most public code."""
    betas = schedule.beta_squared
    return HoSchedule(betas, 1.0 - betas, np.cumprod(1.0 - betas))


class _Step:
    """Coefficients at t, NaN outside 1..T, with a feature axis for arrays t."""

    def __init__(self, schedule: Schedule, t: Any) -> None:
        beta2 = schedule.beta_squared
        alpha_bar, _ = cumulative(schedule)
        noise = _bars(schedule)[1]
        nan = np.full(1, np.nan, beta2.dtype)
        index = np.where((np.asarray(t) >= 1) & (np.asarray(t) <= len(beta2)), t, 0)

        def at(values: Array) -> Array:
            found = np.concatenate([nan, values])[index]
            return found[..., None] if np.ndim(t) else found[None]

        self.beta2, self.alpha, self.bar = at(beta2), at(np.sqrt(1 - beta2)), at(alpha_bar[1:])
        self.noise, self.bar_before, self.noise_before = at(noise[1:]), at(alpha_bar[:-1]), at(noise[:-1])
        self.beta_bar = np.sqrt(self.noise)


def diffuse(x0: Array, noise: Array, schedule: Schedule, t: Any, /) -> Array:
    """Inner product of (ᾱ, β̄) with (x_0, ε)."""
    at = _Step(schedule, t)
    both = np.stack(np.broadcast_arrays(x0, noise), axis=-1)
    return np.einsum("...i,...i->...", both, np.stack([at.bar, at.beta_bar], axis=-1))


def diffuse_step(x_prev: Array, noise: Array, schedule: Schedule, t: Any, /) -> Array:
    """Written out."""
    at = _Step(schedule, t)
    return at.alpha * x_prev + np.sqrt(at.beta2) * noise


def posterior(x0: Array, x_t: Array, schedule: Schedule, t: Any, /) -> tuple[Array, Array]:
    """Precisions add: α²/β² of the step's likelihood and 1/β̄²_{t−1} of the marginal."""
    at = _Step(schedule, t)
    with np.errstate(all="ignore"):
        likelihood, prior = at.alpha**2 / at.beta2, 1 / at.noise_before
        variance = 1 / (likelihood + prior)
        data = np.where(at.noise_before == 0, 1, variance * at.bar_before * prior)
    mean = variance * (at.alpha / at.beta2) * x_t + data * x0
    return mean, variance.reshape(*np.shape(t), 1)


def denoise_mean(x_t: Array, eps: Array, schedule: Schedule, t: Any, /) -> Array:
    """As most code has it, x_t scaled first."""
    at = _Step(schedule, t)
    return x_t / at.alpha - at.beta2 / (at.alpha * at.beta_bar) * eps


def velocity(x0: Array, noise: Array, schedule: Schedule, t: Any, /) -> Array:
    """The second row of the rotation whose first is `diffuse`."""
    at = _Step(schedule, t)
    return (np.conj(at.bar + 1j * at.beta_bar) * (x0 + 1j * noise)).imag.astype(x0.dtype)


def _solve(x_t: Array, prediction: Array, schedule: Schedule, t: Any, given: str) -> tuple[Array, Array, Any]:
    """x_0 and ε of x_t = ᾱ x_0 + β̄ ε and the prediction."""
    at = _Step(schedule, t)
    x_t, prediction = np.broadcast_arrays(x_t, prediction)
    with np.errstate(all="ignore"):
        if given == "v":  # the rotation of (x_0, ε) undone
            return at.bar * x_t - at.beta_bar * prediction, at.beta_bar * x_t + at.bar * prediction, at
        if given == "x0":
            return prediction, x_t / at.beta_bar - at.bar / at.beta_bar * prediction, at
        noise = -at.beta_bar * prediction if given == "score" else prediction
        return x_t / at.bar - at.beta_bar / at.bar * noise, noise, at


def predict_x0(
    x_t: Array, prediction: Array, schedule: Schedule, t: Any, /, *, given: str = "noise"
) -> Array:
    """Solved for x_0."""
    return _solve(x_t, prediction, schedule, t, given)[0]


def predict_noise(
    x_t: Array, prediction: Array, schedule: Schedule, t: Any, /, *, given: str = "x0"
) -> Array:
    """Solved for ε."""
    return _solve(x_t, prediction, schedule, t, given)[1]


def predict_score(
    x_t: Array, prediction: Array, schedule: Schedule, t: Any, /, *, given: str = "noise"
) -> Array:
    """−ε/β̄."""
    _, noise, at = _solve(x_t, prediction, schedule, t, given)
    return -noise / at.beta_bar


def predict_v(x_t: Array, prediction: Array, schedule: Schedule, t: Any, /, *, given: str = "noise") -> Array:
    """From noise by (ε − β̄x_t)/ᾱ; from data by (ᾱx_t − x_0)/β̄."""
    x0, noise, at = _solve(x_t, prediction, schedule, t, given)
    with np.errstate(all="ignore"):
        if given == "x0":
            return at.bar / at.beta_bar * x_t - x0 / at.beta_bar
        return noise / at.bar - at.beta_bar / at.bar * x_t


def sampling_std(schedule: Schedule, /, *, kind: str = "dirac") -> Array:
    """ "dirac" by precisions."""
    if kind == "normal":
        return np.sqrt(schedule.beta_squared)
    beta2, noise = schedule.beta_squared, _bars(schedule)[1][:-1]
    with np.errstate(divide="ignore"):
        return np.sqrt(1 / ((1 - beta2) / beta2 + 1 / noise))


def optimal_std(schedule: Schedule, conditional_variance: Array, /) -> Array:
    """A hypotenuse."""
    beta2, (signal, noise) = schedule.beta_squared, _bars(schedule)
    data = np.sqrt(signal[:-1]) * (beta2 / noise[1:]) * np.sqrt(conditional_variance)
    return np.hypot(sampling_std(schedule), data)


def loss_weight(schedule: Schedule, sigma: Array, /, *, half: bool = False) -> Array:
    """Square of a ratio."""
    beta2 = schedule.beta_squared
    with np.errstate(divide="ignore"):
        root = beta2 / np.sqrt((1 - beta2) * _bars(schedule)[1][1:]) / sigma
    return root**2 / 2 if half else root**2


def ancestral_step(
    x_t: Array, eps: Array, noise: Array, schedule: Schedule, sigma: Array, t: Any, /
) -> Array:
    """Via the predicted data and the coefficients of the posterior's mean, as in Ho et al.'s code."""
    at = _Step(schedule, t)
    x0 = (x_t - at.beta_bar * eps) / at.bar
    mean = at.bar_before * at.beta2 / at.noise * x0 + at.alpha * at.noise_before / at.noise * x_t
    std = sigma[np.asarray(t) - 1]
    return mean + (std[..., None] if np.ndim(t) else std) * noise


def sample(
    eps_model: Callable[[Array, int], Array], x_T: Array, noises: Array, schedule: Schedule, sigma: Array, /
) -> Array:
    """A loop over the steps."""
    x = x_T
    for t in range(len(sigma), 0, -1):
        x = denoise_mean(x, eps_model(x, t), schedule, t) + sigma[t - 1] * noises[t - 1]
    return x


def exact_generator(mean: Array, covariance: Array, schedule: Schedule, /) -> AffineGenerator:
    """Gaussian conditioning: gain α C_{t−1} (α² C_{t−1} + β² I)⁻¹, covariance in Joseph's form.

    The remainder I − α·gain is β² C_t⁻¹, and loses digits if it is not computed so.
    """
    dtype, d = covariance.dtype, len(mean)
    signal, noise = _bars(Schedule(schedule.beta_squared.astype(float)))
    identity, weights, biases, covariances = np.eye(d), [], [], []
    for t, beta2 in enumerate(schedule.beta_squared.astype(float), start=1):
        alpha = np.sqrt(1 - beta2)
        prior = signal[t - 1] * covariance + noise[t - 1] * identity
        state = alpha**2 * prior + beta2 * identity
        gain = np.linalg.solve(state, alpha * prior).T
        rest = np.linalg.solve(state, beta2 * identity).T
        weights.append(gain)
        biases.append(rest @ (np.sqrt(signal[t - 1]) * mean))
        covariances.append(rest @ prior @ rest.T + beta2 * gain @ gain.T)
    return AffineGenerator(*(np.stack(part).astype(dtype) for part in (weights, biases, covariances)))


def marginals(generator: AffineGenerator, /) -> Marginals:
    """By einsum."""
    weight, bias, covariance = generator
    steps, d = bias.shape
    mean, spread = [np.zeros(d, bias.dtype)], [np.eye(d, dtype=bias.dtype)]
    cross = []
    for t in range(steps - 1, -1, -1):
        mean.append(weight[t] @ mean[-1] + bias[t])
        cross.append(np.einsum("ij,jk->ik", weight[t], spread[-1]))
        spread.append(np.einsum("ij,jk,lk->il", weight[t], spread[-1], weight[t]) + covariance[t])
    return Marginals(np.stack(mean[::-1]), np.stack(spread[::-1]), np.stack(cross[::-1]))


def _expected_kl(c1: Array, gap2: Array, c2: Array) -> Array:
    """KL of normal distributions with covariances c1, c2, given E of gap gapᵀ; by eigenvalues."""
    values, vectors = np.linalg.eigh(c2)
    root = vectors / np.sqrt(values)
    ratio = np.linalg.eigvalsh(root.T @ c1 @ root)
    return 0.5 * (np.sum(ratio - 1 - np.log(ratio)) + np.trace(root.T @ gap2 @ root))


def joint_kl(mean: Array, covariance: Array, generator: AffineGenerator, schedule: Schedule, /) -> Array:
    """Conditionals one by one, in float64, by the eigenvalues of each pair of covariances."""
    mean, covariance = mean.astype(float), covariance.astype(float)
    weight, bias, spread = (part.astype(float) for part in generator)
    signal, noise = _bars(Schedule(schedule.beta_squared.astype(float)))
    steps, d = bias.shape
    terminal = signal[-1] * covariance + noise[-1] * np.eye(d)
    shift = np.sqrt(signal[-1]) * mean
    total = _expected_kl(terminal, np.outer(shift, shift), np.eye(d))
    exact = exact_generator(mean, covariance, Schedule(schedule.beta_squared.astype(float)))
    for t in range(steps):
        state = signal[t + 1] * covariance + noise[t + 1] * np.eye(d)
        centre = np.sqrt(signal[t + 1]) * mean
        gap = exact.weight[t] - weight[t]
        middle = gap @ centre + exact.bias[t] - bias[t]
        total += _expected_kl(exact.covariance[t], gap @ state @ gap.T + np.outer(middle, middle), spread[t])
    return np.asarray(total, dtype=generator.bias.dtype)


def elbo_terms(x0: Array, generator: AffineGenerator, schedule: Schedule, /) -> Array:
    """One data point after the other, in float64."""
    dtype, shape = x0.dtype, x0.shape
    rows = [_terms(row, generator, schedule) for row in x0.astype(float).reshape(-1, shape[-1])]
    steps = len(schedule.beta_squared)
    return np.asarray(rows, dtype=float).reshape(*shape[:-1], steps + 1).astype(dtype)


def _terms(x0: Array, generator: AffineGenerator, schedule: Schedule) -> list[float]:
    weight, bias, spread = (part.astype(float) for part in generator)
    beta2 = schedule.beta_squared.astype(float)
    signal, noise = _bars(Schedule(beta2))
    d, identity = len(x0), np.eye(len(x0))
    # L_0 = −E log q(x_0|x_1)
    centre = x0 - weight[0] @ (np.sqrt(signal[1]) * x0) - bias[0]
    second = np.outer(centre, centre) + noise[1] * weight[0] @ weight[0].T
    terms = [
        0.5
        * (np.trace(np.linalg.solve(spread[0], second)) + np.linalg.slogdet(2 * np.pi * spread[0]).logabsdet)
    ]
    for t in range(2, len(beta2) + 1):
        alpha = np.sqrt(1 - beta2[t - 1])
        variance = noise[t - 1] * beta2[t - 1] / noise[t]
        slope = alpha * noise[t - 1] / noise[t]
        data = np.sqrt(signal[t - 1]) * beta2[t - 1] / noise[t]
        gap = slope * identity - weight[t - 1]
        middle = gap @ (np.sqrt(signal[t]) * x0) + data * x0 - bias[t - 1]
        second = np.outer(middle, middle) + noise[t] * gap @ gap.T
        terms.append(_expected_kl(variance * identity, second, spread[t - 1]))
    shift = np.sqrt(signal[-1]) * x0
    terms.append(
        0.5 * (shift @ shift + d * (noise[-1] - 1) - d * np.log(noise[-1]))
        if noise[-1] < 0.5
        else 0.5 * (shift @ shift - d * (signal[-1] + np.log1p(-signal[-1])))
    )
    return terms


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"ddpm.{function.__name__}": function
    for function in (
        ancestral_step, check_schedule, check_signal, check_steps, cosine_schedule, cumulative, denoise_mean,
        diffuse, diffuse_step, elbo_terms, exact_generator, from_alpha, from_ho, ho_schedule, joint_kl,
        linear_schedule, log_snr, loss_weight, marginals, optimal_std, posterior, predict_noise,
        predict_score, predict_v, predict_x0, sample, sampling_std, snr, to_ho, velocity,
    )
}  # fmt: skip
