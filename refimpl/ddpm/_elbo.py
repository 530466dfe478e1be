"""The variational bound and the joint divergence of linear-Gaussian generators, in closed form."""

import math
from typing import NamedTuple

from .. import _libraries, _xp
from .._typing import Array, Namespace
from ..public import STAYS, Reals, Record, public
from ._steps import SCHEDULE, Coefficients, Schedule, coefficients, log_signal


class AffineGenerator(NamedTuple):
    """q(x_T) = N(0, I) and q(x_{t−1}|x_t) = N(W_t x_t + b_t, S_t), entry t−1 for step t.

    The shapes are (T, d, d), (T, d) and (T, d, d); a scalar σ_t² enters as S_t = σ_t² I.
    """

    weight: Array
    bias: Array
    covariance: Array


GENERATOR = Record(
    AffineGenerator,
    {"weight": Reals("T, d, d", T=1), "bias": Reals("T, d"), "covariance": Reals("T, d, d")},
    "See ddpm.exact_generator",
)


class Marginals(NamedTuple):
    """Of a generator: E x_t (T+1, d) and Cov(x_t) (T+1, d, d) for t = 0..T, and
    Cov(x_{t−1}, x_t) (T, d, d), entry t−1 for step t."""

    mean: Array
    covariance: Array
    cross: Array


@public(
    {"mean": Reals("d"), "covariance": Reals("d, d"), "schedule": SCHEDULE},
    GENERATOR,
    needs="cumulative linalg",
    nan=STAYS,
)
def exact_generator(mean: Array, covariance: Array, schedule: Schedule, /) -> AffineGenerator:
    """The generator that reverses the diffusion of Gaussian data N(m, C).

    With C_t = ᾱ_t² C + β̄_t² I: W_t = α_t C_{t−1}C_t⁻¹, b_t = ᾱ_{t−1}β_t² C_t⁻¹ m, and
    S_t = β_t² C_{t−1}C_t⁻¹ = Cov(x_{t−1}|x_t).

    Parameters
    ----------
    mean
    covariance
        Symmetric positive semi-definite.
    schedule

    Returns
    -------
    of T steps.

    Source: ddpm D10, C6, C7.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> exact_generator(np.zeros(1), np.eye(1), from_ho(np.asarray([0.36]))).weight.round(12)
    array([[[0.8]]])
    """
    xp = _xp.of(mean)
    mean, covariance, betas = _promoted(mean, covariance, schedule.beta_squared, xp=xp)
    return _exact_generator(mean, covariance, coefficients(Schedule(betas), xp=xp), xp=xp)


def _promoted(*arrays: Array, xp: Namespace) -> list[Array]:
    """The arrays in their common dtype, which `@` and solve of some libraries require."""
    dtype = xp.result_type(*arrays)
    return [xp.astype(array, dtype, copy=False) for array in arrays]


def _exact_generator(mean: Array, covariance: Array, at: Coefficients, *, xp: Namespace) -> AffineGenerator:
    before = _diffused(covariance, at.previous_alpha_bar, at.previous_beta_bar_squared, xp=xp)
    after = _diffused(covariance, at.alpha_bar, at.beta_bar_squared, xp=xp)
    ratio = _xp.solve(after, before, xp=xp)
    ratio = (ratio + xp.matrix_transpose(ratio)) / 2
    pull = (at.previous_alpha_bar * at.beta_squared)[:, None, None] * mean[:, None]
    return AffineGenerator(
        at.alpha[:, None, None] * ratio,
        _xp.solve(after, pull, xp=xp)[..., 0],
        at.beta_squared[:, None, None] * ratio,
    )


def _diffused(covariance: Array, alpha_bar: Array, beta_bar_squared: Array, *, xp: Namespace) -> Array:
    """ᾱ² C + β̄² I for a stack of steps."""
    signal, noise = alpha_bar[:, None, None], beta_bar_squared[:, None, None]
    return signal * signal * covariance + noise * _eye(covariance, xp=xp)


def _eye(like: Array, *, xp: Namespace) -> Array:
    return xp.eye(like.shape[-1], dtype=like.dtype, device=_libraries.device(like))


@public({"generator": GENERATOR}, (Reals("T+1, d"), Reals("T+1, d, d"), Reals("T, d, d")), nan=STAYS)
def marginals(generator: AffineGenerator, /) -> Marginals:
    """Distribution of every state of a generator, without sampling.

    V_T = I, V_{t−1} = W_t V_t W_tᵀ + S_t, Cov(x_{t−1}, x_t) = W_t V_t. The variances alone cannot tell a
    sampler from one that flips the sign of its state; the covariances of neighbours do. A multistep
    sampler is a generator whose state holds the past states that it uses.

    Parameters
    ----------
    generator
        The covariances S_t may be singular.

    Returns
    -------
    Marginals of x_0, ..., x_T.

    Source: ddpm D10, C4, C7, C12.

    Examples
    --------
    >>> import numpy as np
    >>> one = AffineGenerator(np.asarray([[[0.5]]]), np.asarray([[3.0]]), np.asarray([[[1.0]]]))
    >>> marginals(one).covariance[0]
    array([[1.25]])
    """
    xp = _xp.of(generator.bias)
    return _marginals(AffineGenerator(*_promoted(*generator, xp=xp)), xp=xp)


def _marginals(generator: AffineGenerator, *, xp: Namespace) -> Marginals:
    weight, bias, noise = generator
    means, covariances = [xp.zeros_like(bias[0, :])], [_eye(noise, xp=xp)]
    crosses: list[Array] = []
    for i in range(weight.shape[0] - 1, -1, -1):
        crosses.append(weight[i, ...] @ covariances[-1])
        covariances.append(crosses[-1] @ xp.matrix_transpose(weight[i, ...]) + noise[i, ...])
        means.append(weight[i, ...] @ means[-1] + bias[i, ...])
    return Marginals(*(xp.stack(values[::-1]) for values in (means, covariances, crosses)))


@public(
    {"x0": Reals("..., d"), "generator": GENERATOR, "schedule": SCHEDULE},
    Reals("..., T+1"),
    needs="cumulative linalg",
    nan=STAYS,
)
def elbo_terms(x0: Array, generator: AffineGenerator, schedule: Schedule, /) -> Array:
    """The terms L_0, ..., L_T of Ho et al., whose sum is −ELBO(x_0), for an affine generator.

    L_T = KL(p(x_T|x_0)‖q(x_T)), L_{t−1} = E KL(p(x_{t−1}|x_t, x_0)‖q(x_{t−1}|x_t)) for t = T, ..., 2,
    L_0 = −E log q(x_0|x_1); expectations over p(x_t|x_0), in nats.

    Parameters
    ----------
    x0
    generator
        The covariances must be positive definite.
    schedule

    Returns
    -------
    entry i is L_i.

    Source: ddpm D10, C3, C4, C8.

    Reference: Ho, Jain, Abbeel, Denoising diffusion probabilistic models, 2020, arXiv 2006.11239.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> schedule = from_ho(np.asarray([0.5]))
    >>> exact = exact_generator(np.zeros(1), np.eye(1), schedule)
    >>> bool(np.isclose(elbo_terms(np.asarray([0.0]), exact, schedule).sum(), np.log(2 * np.pi) / 2))
    True
    """
    xp = _xp.of(x0)
    x0, betas, *parts = _promoted(x0, schedule.beta_squared, *generator, xp=xp)
    return _elbo_terms(x0, AffineGenerator(*parts), Schedule(betas), xp=xp)


def _elbo_terms(x0: Array, generator: AffineGenerator, schedule: Schedule, *, xp: Namespace) -> Array:
    at = coefficients(schedule, xp=xp)
    dims, eye = x0.shape[-1], _eye(generator.weight, xp=xp)
    whiten, log_det = _whitening(generator.covariance, xp=xp)
    kept = at.previous_beta_bar_squared / at.beta_bar_squared
    # Given x_0, μ_p − μ_q has mean (ᾱ_{t−1} I − ᾱ_t W)x_0 − b and moves with x_t by (kept·α_t I − W).
    still = at.previous_alpha_bar[:, None, None] * eye - at.alpha_bar[:, None, None] * generator.weight
    moves = (kept * at.alpha)[:, None, None] * eye - generator.weight
    error = (still @ x0[..., None, :, None])[..., 0] - generator.bias
    variance = kept * at.beta_squared
    spread = variance * _squares(whiten, xp=xp) + at.beta_bar_squared * _squares(whiten @ moves, xp=xp)
    rate = _squares(whiten @ error[..., None], xp=xp) + spread + log_det
    m = _xp.numbers(xp)
    first = rate[..., :1] + dims * m.log(2 * m.pi)
    later = rate[..., 1:] - dims * (1 + xp.log(variance[1:]))
    ratio = at.alpha_bar[-1:] * at.alpha_bar[-1:]
    last = ratio * xp.sum(x0 * x0, axis=-1, keepdims=True) - dims * (ratio + _log_noise(schedule, xp=xp))
    return xp.concat([first, later, last], axis=-1) / 2


def _whitening(covariance: Array, *, xp: Namespace) -> tuple[Array, Array]:
    """L⁻¹ and log det S of S = L Lᵀ."""
    factor = _xp.cholesky(covariance, xp=xp)
    return _xp.solve(factor, _eye(factor, xp=xp), xp=xp), _log_det(factor, xp=xp)


def _log_det(factor: Array, *, xp: Namespace) -> Array:
    return 2 * xp.sum(xp.log(xp.linalg.diagonal(factor)), axis=-1)


def _squares(matrix: Array, *, xp: Namespace) -> Array:
    return xp.sum(matrix * matrix, axis=(-2, -1))


def _log_noise(schedule: Schedule, *, xp: Namespace) -> Array:
    """log β̄_T², accurate at both ends."""
    log = log_signal(schedule, xp=xp)[-1:]
    small = xp.log(xp.abs(xp.expm1(log)))
    return xp.where(log > -math.log(2), small, xp.log1p(-xp.exp(log)))


@public(
    {"mean": Reals("d"), "covariance": Reals("d, d"), "generator": GENERATOR, "schedule": SCHEDULE},
    Reals(""),
    needs="cumulative linalg",
    nan=STAYS,
)
def joint_kl(mean: Array, covariance: Array, generator: AffineGenerator, schedule: Schedule, /) -> Array:
    """Divergence of the whole diffusion of Gaussian data N(m, C) from an affine generator.

    J = KL(p_T‖q_T) + Σ_t E KL(p(x_{t−1}|x_t)‖q(x_{t−1}|x_t)) = E[−ELBO(x_0)] − H(data), in nats.

    Parameters
    ----------
    mean
    covariance
        Symmetric positive definite.
    generator
        The covariances must be positive definite.
    schedule

    Returns
    -------
    in nats.

    Source: ddpm D10, C3, C4, C6, C7.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import linear_schedule
    >>> schedule = linear_schedule(3)
    >>> exact = exact_generator(np.zeros(1), np.eye(1), schedule)
    >>> abs(joint_kl(np.zeros(1), np.eye(1), exact, schedule).round(12))
    np.float64(0.0)
    """
    xp = _xp.of(mean)
    mean, covariance, betas, *parts = _promoted(mean, covariance, schedule.beta_squared, *generator, xp=xp)
    at = coefficients(Schedule(betas), xp=xp)
    return _joint_kl(mean, covariance, AffineGenerator(*parts), at, xp=xp)


def _joint_kl(
    mean: Array, covariance: Array, generator: AffineGenerator, at: Coefficients, *, xp: Namespace
) -> Array:
    dims = mean.shape[0]
    true = _exact_generator(mean, covariance, at, xp=xp)
    states = _diffused(covariance, at.alpha_bar, at.beta_bar_squared, xp=xp)
    factor = _xp.cholesky(states, xp=xp)
    whiten, log_det = _whitening(generator.covariance, xp=xp)
    # det Cov(x_{t−1}|x_t) = β_t^{2d} det C_{t−1}/det C_t.
    state_log_det = _log_det(factor, xp=xp)
    data_log_det = _log_det(_xp.cholesky(covariance, xp=xp), xp=xp)
    previous = xp.concat([xp.reshape(data_log_det, (1,)), state_log_det[:-1]])
    true_log_det = dims * xp.log(at.beta_squared) + previous - state_log_det
    error = at.previous_alpha_bar[:, None] * mean - generator.bias
    error = error - at.alpha_bar[:, None] * xp.sum(generator.weight * mean, axis=-1)
    spread = _squares(whiten @ error[..., None], xp=xp)
    spread = spread + _squares(whiten @ (true.weight - generator.weight) @ factor, xp=xp)
    trace = xp.sum((whiten @ true.covariance) * whiten, axis=(-2, -1))
    steps = xp.sum(trace + spread + log_det - true_log_det - dims)
    last, signal = states[-1, ...], at.alpha_bar[-1] * mean
    excess = xp.sum(xp.linalg.diagonal(last) - 1) + xp.sum(signal * signal)
    return (steps + excess - state_log_det[-1]) / 2
