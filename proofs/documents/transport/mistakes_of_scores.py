"""How people get score matching wrong."""

from typing import Any

from .... import transport
from ...._libraries import array_namespace as _xp
from ....transport import Quadrature
from ...language.mistake import MistakesOf
from .mistakes_of_gaussian import _eye

of_score_matching = MistakesOf("transport.score_matching")
of_conditional_score_matching = MistakesOf("transport.conditional_score_matching")
of_gaussian_score_matching = MistakesOf("transport.gaussian_score_matching")
of_mixture_conditional_score_matching = MistakesOf("transport.mixture_conditional_score_matching")
of_mixture_score_matching = MistakesOf("transport.mixture_score_matching")

# From samples


@of_score_matching("rooted", "Returns the root of the squared expectation.")
def score_matching_rooted(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    found = transport.score_matching(model_score, score, weights=weights)
    return _xp(found).sqrt(found)


@of_score_matching("halved", "Keeps the ½ of the training loss.")
def score_matching_halved(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    return transport.score_matching(model_score, score, weights=weights) / 2


@of_score_matching("mean-over-coordinates", "Averages over coordinates too, as mse_loss does.")
def score_matching_mean(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    return transport.score_matching(model_score, score, weights=weights) / score.shape[-1]


@of_score_matching("weights-ignored", "Averages over the nodes of a quadrature without weights.")
def score_matching_unweighted(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    return transport.score_matching(model_score, score)


@of_conditional_score_matching("noise-target", "Compares with −ε, the target of a noise model.")
def conditional_noise(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, noise, beta_bar / beta_bar)


@of_conditional_score_matching("wrong-sign", "Compares with +ε/β̄.", reference="torchebm#318")
def conditional_sign(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, -noise, beta_bar)


@of_conditional_score_matching("variance-for-deviation", "Divides ε by β̄².")
def conditional_variance(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, noise, beta_bar**2)


@of_conditional_score_matching(
    "levels-from-the-left",
    "Gives levels axes up to those of the noise at their right, so that they belong to the first axis.",
)
def conditional_levels_from_the_left(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    missing = (1,) * (noise.ndim - 2 - beta_bar.ndim)
    levels = _xp(beta_bar).reshape(beta_bar, (*beta_bar.shape, *missing))
    return transport.conditional_score_matching(model_score, noise, levels)


@of_conditional_score_matching("rooted", "Returns the root of the squared expectation.")
def conditional_rooted(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, noise, beta_bar) ** 0.5


@of_score_matching(
    "every-weight",
    "Multiplies every weight with every error, (n, 1) against (n,): an average instead of a weighted sum.",
    reference="bayesflow#787",
)
def scores_every_weight(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    found = transport.score_matching(model_score, score)
    return found if weights is None else found * _xp(weights).sum(weights, axis=-1)


@of_score_matching(
    "weighted-mean", "Averages the weighted errors, 1/n Σ w·e, although the weights have the 1/n in them."
)
def scores_weighted_mean(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    found = transport.score_matching(model_score, score, weights=weights)
    return found if weights is None else found / score.shape[-2]


@of_score_matching("sum", "Sums over the points instead of averaging: n times as much.")
def scores_sum(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    found = transport.score_matching(model_score, score, weights=weights)
    return found * score.shape[-2] if weights is None else found


@of_score_matching(
    "not-squared", "Averages the norms ‖s − ∇log p‖ without the square: the mean instead of the mean square."
)
def scores_not_squared(model_score: Any, score: Any, /, *, weights: Any = None) -> Any:
    xp = _xp(score)
    norms = xp.sqrt(xp.sum((model_score - score) ** 2, axis=-1))
    return xp.mean(norms, axis=-1) if weights is None else xp.sum(weights * norms, axis=-1)


def _levels(beta_bar: Any) -> Any:
    return beta_bar[..., None, None]


@of_conditional_score_matching(
    "weighted", "Weighs with β̄², as training losses do: ‖β̄s + ε‖², which is β̄² times what is asked for."
)
def conditional_weighted(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return beta_bar**2 * transport.conditional_score_matching(model_score, noise, beta_bar)


@of_conditional_score_matching(
    "times-deviation", "Multiplies ε by β̄ instead of dividing by it: −β̄ε instead of −ε/β̄."
)
def conditional_times(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, _levels(beta_bar) ** 2 * noise, beta_bar)


@of_conditional_score_matching("halved", "Keeps the ½ of the training loss.")
def conditional_halved(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, noise, beta_bar) / 2


@of_conditional_score_matching("mean-over-coordinates", "Averages over coordinates too, as mse_loss does.")
def conditional_mean(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    return transport.conditional_score_matching(model_score, noise, beta_bar) / noise.shape[-1]


@of_conditional_score_matching("absolute", "Sums absolute differences, the l1 loss, instead of squares.")
def conditional_absolute(model_score: Any, noise: Any, beta_bar: Any, /) -> Any:
    xp = _xp(noise)
    error = xp.sum(xp.abs(_levels(beta_bar) * model_score + noise), axis=-1)
    return xp.mean(error, axis=-1) / beta_bar**2


# In closed form


@of_gaussian_score_matching("rooted", "Returns the root of the squared expectation.")
def gaussian_rooted(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, c, mean, covariance, alpha, beta) ** 0.5


@of_gaussian_score_matching(
    "undiffused-data", "Adds β̄²I to the data's covariance and forgets that ᾱ has shrunk it."
)
def gaussian_undiffused(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, c, mean, covariance / alpha**2, alpha, beta)


@of_gaussian_score_matching("bias-ignored", "Compares the slopes of the scores only.")
def gaussian_no_bias(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, 0 * c, 0 * mean, covariance, alpha, beta)


@of_mixture_conditional_score_matching("covariances-dropped", "Takes the components to be single points.")
def mixture_points(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    return transport.mixture_conditional_score_matching(A, c, weights, means, 0 * covariances, alpha, beta)


@of_mixture_conditional_score_matching("variance-for-deviation", "Uses −ε/β̄² as the target.")
def mixture_variance(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    xp = _xp(A)
    found = transport.mixture_conditional_score_matching(A, c, weights, means, covariances, alpha, beta)
    unit = _eye(A)
    return found - xp.sum((beta * A + unit / beta) ** 2) + xp.sum((beta * A + unit / beta**2) ** 2)


@of_mixture_conditional_score_matching(
    "independent-noise", "Adds E‖ε/β̄‖² to E‖s‖² without the cross term, although x_t contains ε."
)
def mixture_independent(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    found = transport.mixture_conditional_score_matching(A, c, weights, means, covariances, alpha, beta)
    return found - 2 * _xp(A).linalg.trace(A)


@of_mixture_score_matching(
    "conditional",
    "Compares with the score of the component a point was drawn from: that is conditional score matching.",
)
def mixture_of_components(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    xp = _xp(means)
    parts = [
        transport.mixture_score_matching(
            model, 0 * means[k : k + 1] + 1, means[k : k + 1], variances[k : k + 1], alpha, beta
        )
        for k in range(means.shape[0])
    ]
    values, errors = (xp.stack([part[i] for part in parts]) for i in (0, 1))
    return Quadrature(xp.sum(weights * values), xp.sum(weights * errors))


@of_mixture_score_matching("rooted", "Returns the root of the squared expectation.")
def mixture_rooted(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    found = transport.mixture_score_matching(model, weights, means, variances, alpha, beta)
    return found._replace(value=found.value**0.5)


@of_mixture_score_matching(
    "undiffused-data", "Adds β̄² to the data's variances and forgets that ᾱ has shrunk them."
)
def mixture_undiffused(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    return transport.mixture_score_matching(model, weights, means, variances / alpha**2, alpha, beta)


@of_mixture_score_matching("deviation-for-variance", "Adds β̄ to the variances, not β̄².")
def mixture_deviation(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    return transport.mixture_score_matching(model, weights, means, variances, alpha, beta**0.5)


@of_gaussian_score_matching("deviation-for-variance", "Adds β̄I to the covariance, not β̄²I.")
def gaussian_deviation(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, c, mean, covariance, alpha, beta**0.5)


@of_gaussian_score_matching(
    "mean-not-scaled", "Uses the data's mean m instead of that of x_t: ᾱ has shrunk it."
)
def gaussian_mean_not_scaled(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, c, mean / alpha, covariance, alpha, beta)


@of_gaussian_score_matching("alpha-once", "Scales the covariance with ᾱ instead of ᾱ².")
def gaussian_alpha_once(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    return transport.gaussian_score_matching(A, c, mean, covariance / alpha, alpha, beta)


@of_gaussian_score_matching(
    "wrong-sign", "Uses +P⁻¹(x − μ) as the score, with the sign of an energy's gradient."
)
def gaussian_wrong_sign(A: Any, c: Any, mean: Any, covariance: Any, alpha: Any, beta: Any, /) -> Any:
    # ‖(A − P⁻¹)R‖² = ‖(A + P⁻¹)R‖² − 4 tr A
    found = transport.gaussian_score_matching(A, c, mean, covariance, alpha, beta)
    return found - 4 * _xp(A).linalg.trace(A)


@of_mixture_conditional_score_matching("wrong-sign", "Compares with +ε/β̄: the cross term has the wrong sign.")
def mixture_wrong_sign(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    found = transport.mixture_conditional_score_matching(A, c, weights, means, covariances, alpha, beta)
    return found - 4 * _xp(A).linalg.trace(A)


@of_mixture_conditional_score_matching("alpha-once", "Scales the covariances with ᾱ instead of ᾱ².")
def mixture_alpha_once(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    return transport.mixture_conditional_score_matching(
        A, c, weights, means, covariances / alpha, alpha, beta
    )


@of_mixture_conditional_score_matching(
    "equal-weights", "Averages over the components and ignores their weights."
)
def mixture_equal_weights(
    A: Any, c: Any, weights: Any, means: Any, covariances: Any, alpha: Any, beta: Any, /
) -> Any:
    equal = 0 * weights + 1 / weights.shape[0]
    return transport.mixture_conditional_score_matching(A, c, equal, means, covariances, alpha, beta)


@of_mixture_score_matching(
    "mean-not-scaled", "Uses the data's means m instead of those of x_t: ᾱ has shrunk them."
)
def mixture_mean_not_scaled(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    return transport.mixture_score_matching(model, weights, means / alpha, variances, alpha, beta)


@of_mixture_score_matching("halved", "Keeps the ½ of the training loss.")
def mixture_halved(
    model: Any, weights: Any, means: Any, variances: Any, alpha: Any, beta: Any, /
) -> Quadrature:
    found = transport.mixture_score_matching(model, weights, means, variances, alpha, beta)
    return Quadrature(found.value / 2, found.error / 2)
