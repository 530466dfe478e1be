"""Gaussian generators and the variational bound in closed form, as people type them."""

import math

import numpy as np

from refimpl.ddpm import AffineGenerator, Marginals

from ._ordinary import Ordinary, Slip, typo


def gaussian_kl(mean1, cov1, mean2, cov2):
    """KL(N(mean1, cov1)‖N(mean2, cov2))."""
    inverse, gap = np.linalg.inv(cov2), mean2 - mean1
    log_ratio = np.linalg.slogdet(cov2)[1] - np.linalg.slogdet(cov1)[1]
    return 0.5 * (np.trace(inverse @ cov1) + gap @ inverse @ gap - len(gap) + log_ratio)


# The generator that reverses the diffusion.


def reversing(mean, covariance, schedule, *, ratio_of=None, bias=True, noise=None):
    """Conditionals of x_{t−1} given x_t of a joint Gaussian, in a loop."""
    d, signal, weights, biases, noises = len(mean), 1.0, [], [], []
    for beta in schedule.beta_squared:
        before = signal * covariance + (1 - signal) * np.eye(d)
        m_before = np.sqrt(signal) * mean
        signal = signal * (1 - beta)
        after = signal * covariance + (1 - signal) * np.eye(d)
        gain = np.sqrt(1 - beta) * before @ np.linalg.inv(after)
        if ratio_of:
            gain = ratio_of(before, after, beta)
        weights.append(gain)
        biases.append(m_before - gain @ (np.sqrt(signal) * mean) if bias else np.zeros(d))
        conditional = before - gain @ (np.sqrt(1 - beta) * before)
        noises.append(noise(before, after, beta) if noise else conditional)
    dtype = covariance.dtype
    return AffineGenerator(*(np.asarray(part, dtype=dtype) for part in (weights, biases, noises)))


def reversing_generator(mean, covariance, schedule):
    return reversing(mean, covariance, schedule)


def reversing_with_beta(mean, covariance, schedule):
    return reversing(mean, covariance, schedule, noise=lambda before, after, beta: beta * np.eye(len(mean)))


def reversing_forward_gain(mean, covariance, schedule):
    def gain(before, after, beta):
        return np.eye(len(mean)) * np.sqrt(1 - beta)

    return reversing(
        mean, covariance, schedule, ratio_of=gain, noise=lambda b, a, beta: beta * b @ np.linalg.inv(a)
    )


def reversing_marginal_noise(mean, covariance, schedule):
    return reversing(mean, covariance, schedule, noise=lambda before, after, beta: before)


# Means and covariances of all states.


def states_of(generator):
    W, b, S = generator
    T, d = b.shape
    mean, cov = np.zeros((T + 1, d), b.dtype), np.zeros((T + 1, d, d), b.dtype)
    cross = np.zeros((T, d, d), b.dtype)
    cov[T] = np.eye(d)
    for t in range(T, 0, -1):
        mean[t - 1] = W[t - 1] @ mean[t] + b[t - 1]
        cross[t - 1] = W[t - 1] @ cov[t]
        cov[t - 1] = W[t - 1] @ cov[t] @ W[t - 1].T + S[t - 1]
    return Marginals(mean, cov, cross)


def states_without_transpose(generator):
    W, b, S = generator
    mean, cov, cross = [np.zeros_like(b[0])], [np.eye(b.shape[1], dtype=b.dtype)], []
    for t in reversed(range(len(b))):
        cross.insert(0, W[t] @ cov[0])
        cov.insert(0, W[t].T @ cov[0] @ W[t] + S[t])
        mean.insert(0, W[t] @ mean[0] + b[t])
    return Marginals(np.stack(mean), np.stack(cov), np.stack(cross))


def states_elementwise(generator):
    W, b, S = generator
    mean, cov, cross = [np.zeros_like(b[0])], [np.eye(b.shape[1], dtype=b.dtype)], []
    for t in reversed(range(len(b))):
        cross.insert(0, W[t] @ cov[0])
        cov.insert(0, W[t] ** 2 * cov[0] + S[t])
        mean.insert(0, W[t] @ mean[0] + b[t])
    return Marginals(np.stack(mean), np.stack(cov), np.stack(cross))


def states_without_noise(generator):
    W, b, _S = generator
    mean, cov, cross = [np.zeros_like(b[0])], [np.eye(b.shape[1], dtype=b.dtype)], []
    for t in reversed(range(len(b))):
        cross.insert(0, W[t] @ cov[0])
        cov.insert(0, W[t] @ cov[0] @ W[t].T)
        mean.insert(0, W[t] @ mean[0] + b[t])
    return Marginals(np.stack(mean), np.stack(cov), np.stack(cross))


def states_other_cross(generator):
    mean, cov, _ = states_of(generator)
    cross = np.stack([cov[t + 1] @ generator.weight[t].T for t in range(len(generator.bias))])
    return Marginals(mean, cov, cross)


def states_in_order_of_time(generator):
    W, b, S = generator
    mean, cov, cross = [np.zeros_like(b[0])], [np.eye(b.shape[1], dtype=b.dtype)], []
    for t in range(len(b)):
        cross.append(W[t] @ cov[-1])
        cov.append(W[t] @ cov[-1] @ W[t].T + S[t])
        mean.append(W[t] @ mean[-1] + b[t])
    return Marginals(np.stack(mean), np.stack(cov), np.stack(cross))


# The bound.


def bound_of(x0, generator, schedule, *, log_det=1.0, prior=1.0, constant=None, spread=True, tilde=True):
    """L_0, ..., L_T of one point; the switches are what goes wrong."""
    W, b, S = (np.asarray(part, dtype=float) for part in generator)
    betas = np.asarray(schedule.beta_squared, dtype=float)
    abar = np.append(1.0, np.cumprod(1 - betas))
    d, terms = len(x0), []
    for t in range(1, len(betas) + 1):
        inverse = np.linalg.inv(S[t - 1])
        kept = np.sqrt(1 - betas[t - 1]) * (1 - abar[t - 1]) / (1 - abar[t])
        pull = np.sqrt(abar[t - 1]) * betas[t - 1] / (1 - abar[t])
        variance = (1 - abar[t - 1]) / (1 - abar[t]) * betas[t - 1] if tilde or t == 1 else betas[t - 1]
        slope = kept * np.eye(d) - W[t - 1]
        gap = slope @ (np.sqrt(abar[t]) * x0) + pull * x0 - b[t - 1]
        square = gap @ inverse @ gap
        if spread:
            square += (1 - abar[t]) * np.trace(slope.T @ inverse @ slope)
        total = square + log_det * np.linalg.slogdet(S[t - 1])[1]
        if t == 1:
            total += (d if constant is None else constant) * math.log(2 * math.pi)
        else:
            total += variance * np.trace(inverse) - d - d * math.log(variance)
        terms.append(total / 2)
    last = abar[-1] * x0 @ x0 - d * abar[-1] - d * math.log(1 - abar[-1])
    terms.append(prior * last / 2)
    return terms


def bound(of=bound_of, **switches):
    """`bound_of` at every row."""

    def terms(x0, generator, schedule):
        rows = [
            of(np.asarray(row, float), generator, schedule, **switches)
            for row in x0.reshape(-1, x0.shape[-1])
        ]
        rows = np.asarray(rows).reshape(*x0.shape[:-1], len(schedule.beta_squared) + 1)
        return rows.astype(x0.dtype)

    return terms


def bound_in_bits(x0, generator, schedule):
    return bound()(x0, generator, schedule) / math.log(2)


def bound_root_for_log(x0, generator, schedule):
    """√(1 − ᾱ_T) where log(1 − ᾱ_T) is meant, for mean and variance given by their logarithm."""
    terms = bound()(x0, generator, schedule)
    abar = np.prod(1 - schedule.beta_squared)
    logvar = np.sqrt(1 - abar)
    prior = 0.5 * np.sum(abar * x0**2 + np.exp(logvar) - 1 - logvar, axis=-1)
    return np.concatenate([terms[..., :-1], prior[..., None]], axis=-1)


# The joint divergence.


def joint(mean, covariance, generator, schedule, *, first=1.0, centred=False, expected=True, half=1.0):
    """KL of the whole chains, step by step."""
    if centred:
        mean = 0 * mean
    true = reversing(mean, covariance, schedule)
    abar = np.cumprod(1 - schedule.beta_squared)
    d = len(mean)
    total = first * gaussian_kl(
        np.sqrt(abar[-1]) * mean,
        abar[-1] * covariance + (1 - abar[-1]) * np.eye(d),
        np.zeros(d),
        np.eye(d),
    )
    for t in range(len(abar)):
        m, c = np.sqrt(abar[t]) * mean, abar[t] * covariance + (1 - abar[t]) * np.eye(d)
        slope = true.weight[t] - generator.weight[t]
        step = gaussian_kl(
            true.weight[t] @ m + true.bias[t],
            true.covariance[t],
            generator.weight[t] @ m + generator.bias[t],
            generator.covariance[t],
        )
        if expected:
            step += 0.5 * np.trace(slope.T @ np.linalg.inv(generator.covariance[t]) @ slope @ c)
        if half != 1:
            step += 0.5 * np.linalg.slogdet(generator.covariance[t])[1]
        total += step
    return np.asarray(total, dtype=covariance.dtype)


def joint_divergence(mean, covariance, generator, schedule):
    return joint(mean, covariance, generator, schedule)


ORDINARY = [
    Ordinary(
        target="ddpm.exact_generator",
        textbook=reversing_generator,
        slips=(
            typo(
                "reversing(mean, covariance, schedule)",
                "reversing(mean, covariance, schedule, bias=False)",
                "without-mean",
            ),
            Slip(reversing_with_beta, "prior-covariance"),
            Slip(reversing_forward_gain, "forward-weight|α_t instead of|forward"),
            Slip(reversing_marginal_noise, "marginal-covariance|Cov\\(x_\\{t−1\\}\\)"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.marginals",
        textbook=states_of,
        slips=(
            Slip(states_without_transpose, "without-transpose"),
            Slip(states_elementwise, "elementwise|element by element"),
            Slip(states_without_noise, "without-noise|without S"),
            Slip(states_other_cross, "neighbours-exchanged|transpos|exchang"),
            Slip(states_in_order_of_time, "forward-in-time|order of time|reversed"),
        ),
    ),
    Ordinary(
        target="ddpm.elbo_terms",
        textbook=bound(),
        slips=(
            Slip(bound(log_det=2.0), "log-determinant-not-halved"),
            Slip(bound(prior=2.0), "divergence-twice"),
            Slip(bound(constant=1), "without-dimension"),
            Slip(bound(spread=False), "without-spread|at-the-mean|without the term at.beta_bar_squared"),
            Slip(bound(constant=0), "without-constant|2π|normaliser"),
            Slip(bound_root_for_log, "root-for-log|where (the )?log"),
            Slip(bound_in_bits, "bits|1/ln 2|base 2"),
            Slip(lambda x0, generator, schedule: bound()(x0, generator, schedule)[..., ::-1], "revers|order"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="ddpm.joint_kl",
        textbook=joint_divergence,
        slips=(
            Slip(lambda m, c, g, s: joint(m, c, g, s, first=0), "without-last-state"),
            Slip(lambda m, c, g, s: joint(m, c, g, s, first=2), "divergence-twice"),
            Slip(lambda m, c, g, s: joint(m, c, g, s, centred=True), "zero-mean"),
            Slip(
                lambda m, c, g, s: joint(m, c, g, s, expected=False), "without-spread|at-the-mean|at the mean"
            ),
            Slip(lambda m, c, g, s: joint(m, c, g, s, half=2), "log-determinant-not-halved"),
            Slip(lambda m, c, g, s: joint(m, c, g, s) / math.log(2), "bits|1/ln 2|base 2"),
        ),
        answer="imprecise",
    ),
]
