"""How people get generators and the variational bound wrong."""

import math
from typing import Any

from .... import _libraries, ddpm
from ...language.mistake import MistakesOf
from .tables import space

of_exact_generator = MistakesOf("ddpm.exact_generator")
of_marginals = MistakesOf("ddpm.marginals")
of_elbo_terms = MistakesOf("ddpm.elbo_terms")
of_joint_kl = MistakesOf("ddpm.joint_kl")


@of_exact_generator("without-mean", "Leaves out the bias, as if data had been centred.")
def exact_without_mean(mean: Any, covariance: Any, schedule: Any, /) -> Any:
    return ddpm.exact_generator(0 * mean, covariance, schedule)


@of_exact_generator(
    "through-precision",
    "Adds precisions, C⁻¹ among them, kept invertible by a jitter: no data lie at a point or on a line.",
)
def exact_through_precision(mean: Any, covariance: Any, schedule: Any, /) -> Any:
    return ddpm.exact_generator(mean, covariance + 1e-3 * _identity(covariance), schedule)


@of_exact_generator("prior-covariance", "Uses β_t² I as Cov(x_{t−1}|x_t), whatever the data.")
def exact_prior(mean: Any, covariance: Any, schedule: Any, /) -> Any:
    exact = ddpm.exact_generator(mean, covariance, schedule)
    plain = ddpm.exact_generator(mean, _identity(covariance), schedule)
    return exact._replace(covariance=plain.covariance)


def _identity(matrix: Any) -> Any:
    xp = space(matrix)
    return xp.eye(matrix.shape[-1], dtype=matrix.dtype, device=_libraries.device(matrix))


@of_marginals("deviation-added", "Adds σ_t instead of σ_t² to the variance.")
def marginals_deviation(generator: Any, /) -> Any:
    root = space(generator.covariance).sqrt(space(generator.covariance).abs(generator.covariance))
    return ddpm.marginals(generator._replace(covariance=root))


@of_marginals("without-transpose", "Computes Wᵀ V W instead of W V Wᵀ.")
def marginals_transposed(generator: Any, /) -> Any:
    weight, _, noise = generator
    states, xp = ddpm.marginals(generator), space(weight)
    covariances = [states.covariance[-1, ...]]
    for t in range(weight.shape[0] - 1, -1, -1):
        turned = xp.matrix_transpose(weight[t, ...])
        covariances.insert(0, turned @ covariances[0] @ weight[t, ...] + noise[t, ...])
    crosses = [weight[t, ...] @ covariances[t + 1] for t in range(weight.shape[0])]
    return states._replace(covariance=xp.stack(covariances), cross=xp.stack(crosses))


@of_marginals("neighbours-exchanged", "Returns Cov(x_t, x_{t−1}), the transpose.")
def marginals_exchanged(generator: Any, /) -> Any:
    states = ddpm.marginals(generator)
    return states._replace(cross=space(states.cross).matrix_transpose(states.cross))


def _changed(terms: Any, change: Any) -> Any:
    """Add a change to L_0, ..., L_{T−1}."""
    return space(terms).concat([terms[..., :-1] + change, terms[..., -1:]], axis=-1)


def _log_dets(generator: Any) -> Any:
    xp = space(generator.covariance)
    return 2 * xp.sum(xp.log(xp.linalg.diagonal(xp.linalg.cholesky(generator.covariance))), axis=-1)


@of_elbo_terms(
    "divergence-twice",
    "Counts the divergence from the prior twice: once in its term and once more with the last step's.",
    reference="scvi-tools#369",
)
def elbo_twice(x0: Any, generator: Any, schedule: Any, /) -> Any:
    terms = ddpm.elbo_terms(x0, generator, schedule)
    return space(terms).concat([terms[..., :-1], 2 * terms[..., -1:]], axis=-1)


@of_elbo_terms("log-determinant-not-halved", "Adds log det S_t instead of half of it.")
def elbo_log_det(x0: Any, generator: Any, schedule: Any, /) -> Any:
    return _changed(ddpm.elbo_terms(x0, generator, schedule), _log_dets(generator) / 2)


@of_elbo_terms("without-dimension", "Takes log 2π once, not d times, in the density of x_0; d = 1 hides it.")
def elbo_without_dimension(x0: Any, generator: Any, schedule: Any, /) -> Any:
    terms = ddpm.elbo_terms(x0, generator, schedule)
    first = terms[..., :1] - (x0.shape[-1] - 1) * math.log(2 * math.pi) / 2
    return space(terms).concat([first, terms[..., 1:]], axis=-1)


@of_elbo_terms("without-spread", "Evaluates L_0 at the mean of x_1 instead of averaging over it.")
def elbo_without_spread(x0: Any, generator: Any, schedule: Any, /) -> Any:
    xp = space(x0)
    terms = ddpm.elbo_terms(x0, generator, schedule)
    solved = xp.linalg.solve(xp.linalg.cholesky(generator.covariance[0, ...]), generator.weight[0, ...])
    lost = schedule.beta_squared[:1] * xp.sum(solved * solved) / 2
    return xp.concat([terms[..., :1] - lost, terms[..., 1:]], axis=-1)


@of_elbo_terms(
    "last-term-cancels", "Takes log(1 − ᾱ_T²) in KL(p_T‖q_T): beside 1 all digits of a small signal are lost."
)
def elbo_last_cancels(x0: Any, generator: Any, schedule: Any, /) -> Any:
    xp, terms = space(x0), ddpm.elbo_terms(x0, generator, schedule)
    signal = ddpm.to_ho(schedule).alphas_cumprod[-1:]
    last = signal * xp.sum(x0 * x0, axis=-1, keepdims=True) - x0.shape[-1] * (signal + xp.log(1 - signal))
    return xp.concat([terms[..., :-1], last / 2], axis=-1)


@of_joint_kl(
    "divergence-twice", "Counts KL(p_T‖q_T) twice, once in each of two sums.", reference="scvi-tools#369"
)
def joint_twice(mean: Any, covariance: Any, generator: Any, schedule: Any, /) -> Any:
    return ddpm.joint_kl(mean, covariance, generator, schedule) + _last(mean, covariance, schedule)


@of_joint_kl("without-last-state", "Supposes that KL(p_T‖q_T) is 0, since ᾱ_T is small; it never is 0.")
def joint_without_last(mean: Any, covariance: Any, generator: Any, schedule: Any, /) -> Any:
    return ddpm.joint_kl(mean, covariance, generator, schedule) - _last(mean, covariance, schedule)


def _last(mean: Any, covariance: Any, schedule: Any) -> Any:
    """KL(p_T‖q_T)."""
    return ddpm.joint_kl(mean, covariance, ddpm.exact_generator(mean, covariance, schedule), schedule)


@of_joint_kl("zero-mean", "Centres the data and keeps the generator's bias.")
def joint_zero_mean(mean: Any, covariance: Any, generator: Any, schedule: Any, /) -> Any:
    return ddpm.joint_kl(0 * mean, covariance, generator, schedule)


@of_joint_kl("log-determinant-not-halved", "Adds log det S_t instead of half of it.")
def joint_log_det(mean: Any, covariance: Any, generator: Any, schedule: Any, /) -> Any:
    total = ddpm.joint_kl(mean, covariance, generator, schedule)
    return total + space(total).sum(_log_dets(generator)) / 2


@of_exact_generator(
    "forward-weight",
    "Uses α_t, the weight of the step forward, instead of α_t C_{t−1}C_t⁻¹, that of the step back.",
)
def exact_forward_weight(mean: Any, covariance: Any, schedule: Any, /) -> Any:
    exact, xp = ddpm.exact_generator(mean, covariance, schedule), space(mean)
    alphas = xp.sqrt(1 - schedule.beta_squared)[:, None]
    before, after = (ddpm.cumulative(schedule).alpha_bar[i] for i in (slice(None, -1), slice(1, None)))
    weight = alphas[:, :, None] * _identity(covariance)
    return exact._replace(weight=weight, bias=(before[:, None] - alphas * after[:, None]) * mean)


@of_exact_generator(
    "marginal-covariance",
    "Uses Cov(x_{t−1}), the covariance before the step, instead of the conditional Cov(x_{t−1}|x_t).",
)
def exact_marginal_covariance(mean: Any, covariance: Any, schedule: Any, /) -> Any:
    exact = ddpm.exact_generator(mean, covariance, schedule)
    signal, noise = (part[:-1, None, None] ** 2 for part in ddpm.cumulative(schedule))
    return exact._replace(covariance=signal * covariance + noise * _identity(covariance))


@of_marginals("elementwise", "Squares W element by element, W∘W∘V + S, instead of forming W V Wᵀ.")
def marginals_elementwise(generator: Any, /) -> Any:
    weight, _, noise = generator
    states, xp = ddpm.marginals(generator), space(weight)
    covariances = [states.covariance[-1, ...]]
    for t in range(weight.shape[0] - 1, -1, -1):
        covariances.insert(0, weight[t, ...] ** 2 * covariances[0] + noise[t, ...])
    crosses = [weight[t, ...] @ covariances[t + 1] for t in range(weight.shape[0])]
    return states._replace(covariance=xp.stack(covariances), cross=xp.stack(crosses))


@of_marginals("without-noise", "Leaves out S_t: V_{t−1} = W V_t Wᵀ without the noise of the step.")
def marginals_without_noise(generator: Any, /) -> Any:
    return ddpm.marginals(generator._replace(covariance=0 * generator.covariance))


@of_marginals(
    "forward-in-time",
    "Runs through the steps in the order of time, 1..T, and starts with x_0, where they run back from x_T.",
)
def marginals_forward(generator: Any, /) -> Any:
    xp = space(generator.bias)
    states = ddpm.marginals(type(generator)(*(xp.flip(part, axis=0) for part in generator)))
    return type(states)(*(xp.flip(part, axis=0) for part in states))


@of_elbo_terms(
    "without-constant", "Leaves out (d/2) log 2π, the normaliser of the density of x_0, as a loss may."
)
def elbo_without_constant(x0: Any, generator: Any, schedule: Any, /) -> Any:
    terms = ddpm.elbo_terms(x0, generator, schedule)
    first = terms[..., :1] - x0.shape[-1] * math.log(2 * math.pi) / 2
    return space(terms).concat([first, terms[..., 1:]], axis=-1)


@of_elbo_terms(
    "root-for-log",
    "Uses β̄_T = √(1 − ᾱ_T²) instead of the log-variance log β̄_T² in the last term.",
    reference="ddpm-torch#9",
)
def elbo_root_for_log(x0: Any, generator: Any, schedule: Any, /) -> Any:
    xp, terms = space(x0), ddpm.elbo_terms(x0, generator, schedule)
    signal, log_variance = (part[-1:] for part in ddpm.cumulative(schedule))
    square = signal**2 * xp.sum(x0 * x0, axis=-1, keepdims=True)
    last = square + x0.shape[-1] * (xp.exp(log_variance) - 1 - log_variance)
    return xp.concat([terms[..., :-1], last / 2], axis=-1)


@of_elbo_terms("in-bits", "Gives bits, 1/ln 2 times the nats.")
def elbo_in_bits(x0: Any, generator: Any, schedule: Any, /) -> Any:
    return ddpm.elbo_terms(x0, generator, schedule) / math.log(2)


@of_elbo_terms("last-first", "Returns the terms in reversed order, L_T first.")
def elbo_last_first(x0: Any, generator: Any, schedule: Any, /) -> Any:
    terms = ddpm.elbo_terms(x0, generator, schedule)
    return space(terms).flip(terms, axis=-1)


@of_joint_kl(
    "at-the-mean",
    "Compares the steps at the mean of x_t instead of averaging over x_t: the spread is left out.",
)
def joint_at_the_mean(mean: Any, covariance: Any, generator: Any, schedule: Any, /) -> Any:
    xp = space(mean)
    exact = ddpm.exact_generator(mean, covariance, schedule)
    signal, noise = (part[1:, None, None] ** 2 for part in ddpm.cumulative(schedule))
    states = signal * covariance + noise * _identity(covariance)
    gap = exact.weight - generator.weight
    solved = xp.linalg.solve(generator.covariance, gap @ states @ xp.matrix_transpose(gap))
    lost = xp.sum(xp.linalg.diagonal(solved)) / 2
    return ddpm.joint_kl(mean, covariance, generator, schedule) - lost


@of_joint_kl("in-bits", "Gives bits, 1/ln 2 times the nats.")
def joint_in_bits(mean: Any, covariance: Any, generator: Any, schedule: Any, /) -> Any:
    return ddpm.joint_kl(mean, covariance, generator, schedule) / math.log(2)
