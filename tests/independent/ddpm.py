"""The diffusion as one would port it: running products, whole joint covariances."""

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.ddpm import AffineGenerator, Schedule

Array = Any


def from_alpha(alphas: Array, /) -> Schedule:
    """Through the logarithm: 1 − α² loses what is small beside 1, in any format."""
    return Schedule(-np.expm1(2 * np.log(alphas)))


def _bars(schedule: Schedule) -> tuple[Array, Array]:
    """ᾱ² by products, β̄² by its recursion β̄_t² = α_t² β̄_{t−1}² + β_t², t = 0..T."""
    beta2 = schedule.beta_squared
    noise = [beta2.dtype.type(0)]
    for step in beta2:
        noise.append((1 - step) * noise[-1] + step)
    signal = np.concatenate([np.ones(1, beta2.dtype), np.cumprod(1 - beta2)])
    return signal, np.stack(noise)


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
    f"ddpm.{function.__name__}": function for function in (elbo_terms, exact_generator, from_alpha, joint_kl)
}
