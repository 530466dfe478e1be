"""Gaussian mixtures in closed form, as people type them."""

import math

import numpy as np

from refimpl.flow import Mixture

from ._ordinary import Ordinary, Slip, typo


def log_softmax(values):
    peak = np.max(values)
    return values - peak - np.log(np.sum(np.exp(values - peak)))


def mixture_diagonal(log_weights, means, variances):
    if variances.ndim == 1:
        variances = np.repeat(variances[:, None], means.shape[1], axis=1)
    return Mixture(log_softmax(log_weights), means, variances, None)


def mixture_diagonal_of(log=log_softmax, variance=lambda v: v):
    """The same with other weights, or variances."""

    def make(log_weights, means, variances):
        if variances.ndim == 1:
            variances = np.repeat(variances[:, None], means.shape[1], axis=1)
        return Mixture(log(log_weights), means, variance(variances), None)

    return make


def mixture_full(log_weights, means, covariances):
    variances, axes = np.linalg.eigh(covariances)
    scale = np.max(np.abs(variances), axis=-1, keepdims=True)
    variances = np.where(variances < -1e-10 * scale, np.nan, np.maximum(variances, 0))
    return Mixture(log_softmax(log_weights), means, variances, axes)


def mixture_full_rows(log_weights, means, covariances):
    made = mixture_full(log_weights, means, covariances)
    return made._replace(axes=made.axes.transpose(0, 2, 1))


def mixture_full_diagonals(log_weights, means, covariances):
    diagonal = np.einsum("kii->ki", covariances)
    axes = np.broadcast_to(np.eye(means.shape[1], dtype=means.dtype), covariances.shape)
    return Mixture(log_softmax(log_weights), means, diagonal, axes)


def mixture_full_deviations(log_weights, means, covariances):
    made = mixture_full(log_weights, means, covariances)
    return made._replace(variances=np.sqrt(made.variances))


def mixture_full_reversed(log_weights, means, covariances):
    made = mixture_full(log_weights, means, covariances)
    return made._replace(variances=made.variances[:, ::-1])


def components(mixture, schedule, t, x):
    """Log-weights (K,), means (..., K, d) and covariances (..., K, d, d) at the times of x."""
    a, v = schedule.alpha(t)[..., None, None], schedule.variance(t)[..., None, None, None]
    d = x.shape[-1]
    axes = np.eye(d) if mixture.axes is None else mixture.axes
    data = np.einsum("...ij,...j,...kj->...ik", axes, mixture.variances, axes)
    return mixture.log_weights, a * mixture.means, a[..., None] ** 2 * data + v * np.eye(d)


def log_normals(x, means, covariances):
    """(..., K) log-densities of the components."""
    gap = x[..., None, :] - means
    solved = np.linalg.solve(covariances, gap[..., None])[..., 0]
    logdet = np.linalg.slogdet(covariances)[1]
    return -0.5 * (np.sum(gap * solved, -1) + logdet + x.shape[-1] * math.log(2 * math.pi))


def logsumexp(values):
    peak = np.max(values, axis=-1, keepdims=True)
    return peak[..., 0] + np.log(np.sum(np.exp(values - peak), axis=-1))


def log_density(mixture, schedule, t, x):
    log_weights, means, covariances = components(mixture, schedule, t, x)
    return logsumexp(log_weights + log_normals(x, means, covariances))


def log_density_loop(mixture, schedule, t, x):
    a, v = schedule.alpha(t), schedule.variance(t)
    logs = []
    for k in range(len(mixture.means)):
        gap = x - a[..., None] * mixture.means[k]
        if mixture.axes is not None:
            gap = gap @ mixture.axes[k]
        var = a[..., None] ** 2 * mixture.variances[k] + v[..., None]
        log = -0.5 * (gap**2 / var + np.log(2 * np.pi * var)).sum(-1)
        logs.append(mixture.log_weights[k] + log)
    return np.logaddexp.reduce(logs, axis=0)


def log_density_of(a_of=lambda a: a, var=lambda a, v, s: a**2 * s + v, log=None, end=None):
    """The same in a loop with another mean, variance, normaliser or combination."""

    def density(mixture, schedule, t, x):
        a, v = schedule.alpha(t)[..., None], schedule.variance(t)[..., None]
        logs = []
        for k in range(len(mixture.means)):
            gap = x - a_of(a) * mixture.means[k]
            if mixture.axes is not None:
                gap = gap @ mixture.axes[k]
            width = var(a, v, mixture.variances[k])
            normal = log(gap, width) if log else gap**2 / width + np.log(2 * np.pi * width)
            logs.append(mixture.log_weights[k] - 0.5 * normal.sum(-1))
        return end(np.stack(logs)) if end else np.logaddexp.reduce(logs, axis=0)

    return density


def responsibilities(log_joint):
    weights = np.exp(log_joint - np.max(log_joint, axis=-1, keepdims=True))
    return weights / np.sum(weights, axis=-1, keepdims=True)


def score(mixture, schedule, t, x):
    log_weights, means, covariances = components(mixture, schedule, t, x)
    r = responsibilities(log_weights + log_normals(x, means, covariances))
    pulls = np.linalg.solve(covariances, (means - x[..., None, :])[..., None])[..., 0]
    return np.einsum("...k,...ki->...i", r, pulls)


def score_with(weights=None, pull=None):
    """The same with other weights of the components, or other scores of them."""

    def other(mixture, schedule, t, x):
        log_weights, means, covariances = components(mixture, schedule, t, x)
        joint = log_weights + log_normals(x, means, covariances)
        r = weights(log_weights, joint) if weights else responsibilities(joint)
        gap = (means - x[..., None, :])[..., None]
        pulls = pull(covariances, gap) if pull else np.linalg.solve(covariances, gap)
        return np.einsum("...k,...ki->...i", r, pulls[..., 0])

    return other


def jacobian(mixture, schedule, t, x):
    log_weights, means, covariances = components(mixture, schedule, t, x)
    r = responsibilities(log_weights + log_normals(x, means, covariances))
    precisions = np.linalg.inv(covariances)
    s = np.einsum("...kij,...kj->...ki", precisions, means - x[..., None, :])
    total = np.einsum("...k,...ki->...i", r, s)
    outer = np.einsum("...k,...ki,...kj->...ij", r, s, s) - np.einsum("...i,...j->...ij", total, total)
    return outer - np.einsum("...k,...kij->...ij", r, precisions)


def jacobian_without(term):
    """The same without one of its three terms."""

    def other(mixture, schedule, t, x):
        log_weights, means, covariances = components(mixture, schedule, t, x)
        r = responsibilities(log_weights + log_normals(x, means, covariances))
        precisions = np.linalg.inv(covariances)
        s = np.einsum("...kij,...kj->...ki", precisions, means - x[..., None, :])
        total = np.einsum("...k,...ki->...i", r, s)
        squares = np.einsum("...k,...ki,...kj->...ij", r, s, s)
        mean = np.einsum("...i,...j->...ij", total, total)
        curve = np.einsum("...k,...kij->...ij", r, precisions)
        return (term != "squares") * squares - (term != "mean") * mean - (term != "curve") * curve

    return other


def divergence(mixture, schedule, t, x):
    return np.trace(jacobian(mixture, schedule, t, x), axis1=-2, axis2=-1)


def divergence_direct(mixture, schedule, t, x):
    log_weights, means, covariances = components(mixture, schedule, t, x)
    r = responsibilities(log_weights + log_normals(x, means, covariances))
    precisions = np.linalg.inv(covariances)
    s = np.einsum("...kij,...kj->...ki", precisions, means - x[..., None, :])
    total = np.sum(r[..., None] * s, axis=-2)
    inner = np.sum(s * s, -1) - np.trace(precisions, axis1=-2, axis2=-1)
    return np.sum(r * inner, -1) - np.sum(total**2, -1)


def divergence_of_components(mixture, schedule, t, x):
    log_weights, means, covariances = components(mixture, schedule, t, x)
    r = responsibilities(log_weights + log_normals(x, means, covariances))
    return -np.sum(r * np.trace(np.linalg.inv(covariances), axis1=-2, axis2=-1), axis=-1)


def time_derivative(mixture, schedule, t, x, *, means_move=True, spreads=True, noise=True):
    """Σ r_k ∂_t log N_k, by the derivatives of mean and covariance; the switches are what goes wrong."""
    log_weights, means, covariances = components(mixture, schedule, t, x)
    r = responsibilities(log_weights + log_normals(x, means, covariances))
    d, axes = x.shape[-1], mixture.axes
    axes = np.eye(d) if axes is None else axes
    data = np.einsum("...ij,...j,...kj->...ik", axes, mixture.variances, axes)
    a, da = schedule.alpha(t)[..., None, None, None], schedule.alpha_derivative(t)[..., None, None, None]
    dv = schedule.variance_derivative(t)[..., None, None, None]
    growth = spreads * 2 * a * da * data + noise * dv * np.eye(d)
    velocity = means_move * da[..., 0] * mixture.means
    pull = np.linalg.solve(covariances, (x[..., None, :] - means)[..., None])[..., 0]
    rates = np.sum(pull * velocity, -1)
    rates = rates + 0.5 * np.einsum("...ki,...kij,...kj->...k", pull, growth, pull)
    rates = rates - 0.5 * np.trace(np.linalg.solve(covariances, growth), axis1=-2, axis2=-1)
    return np.sum(r * rates, -1)


def gmm_log_density(x, log_weights, means, covariances):
    out = np.empty((len(x), len(means)), dtype=x.dtype)
    for k in range(len(means)):
        factor = np.linalg.cholesky(covariances[k])
        z = np.linalg.solve(factor, (x - means[k]).T)
        half_log_det = np.log(np.diag(factor)).sum()
        out[:, k] = log_weights[k] - 0.5 * (z**2).sum(0) - half_log_det - 0.5 * x.shape[1] * np.log(2 * np.pi)
    peak = out.max(1, keepdims=True)
    return (peak + np.log(np.exp(out - peak).sum(1, keepdims=True)))[:, 0]


def gmm_log_density_half_twice(x, log_weights, means, covariances):
    out = np.empty((len(x), len(means)), dtype=x.dtype)
    for k in range(len(means)):
        factor = np.linalg.cholesky(covariances[k])
        z = np.linalg.solve(factor, (x - means[k]).T)
        half_log_det = np.log(np.diag(factor)).sum()
        out[:, k] = log_weights[k] - 0.5 * ((z**2).sum(0) + half_log_det + x.shape[1] * np.log(2 * np.pi))
    return np.logaddexp.reduce(out, axis=1)


def gmm_score(x, log_weights, means, covariances):
    precisions = np.linalg.inv(covariances)
    gap = means[None] - x[:, None]
    quadratic = np.einsum("nki,kij,nkj->nk", gap, precisions, gap)
    logits = log_weights - 0.5 * quadratic - 0.5 * np.linalg.slogdet(covariances)[1]
    weights = np.exp(logits - logits.max(1, keepdims=True))
    weights /= weights.sum(1, keepdims=True)
    return np.einsum("nk,kij,nkj->ni", weights, precisions, gap)


def gmm_score_hard(x, log_weights, means, covariances):
    precisions = np.linalg.inv(covariances)
    gap = means[None] - x[:, None]
    quadratic = np.einsum("nki,kij,nkj->nk", gap, precisions, gap)
    best = np.argmax(log_weights - 0.5 * quadratic - 0.5 * np.linalg.slogdet(covariances)[1], axis=1)
    return np.stack([precisions[k] @ gap[i, k] for i, k in enumerate(best)])


def gmm_score_no_determinant(x, log_weights, means, covariances):
    precisions = np.linalg.inv(covariances)
    gap = means[None] - x[:, None]
    logits = log_weights - 0.5 * np.einsum("nki,kij,nkj->nk", gap, precisions, gap)
    weights = np.exp(logits - logits.max(1, keepdims=True))
    weights /= weights.sum(1, keepdims=True)
    return np.einsum("nk,kij,nkj->ni", weights, precisions, gap)


ORDINARY = [
    Ordinary(
        target="flow.diagonal_mixture",
        textbook=mixture_diagonal,
        slips=(
            Slip(mixture_diagonal_of(variance=lambda v: v**2), "standard-deviations"),
            Slip(mixture_diagonal_of(log=lambda w: w), "weights-as-given"),
            Slip(
                mixture_diagonal_of(log=lambda w: np.log(w / w.sum())),
                "logarithms|log-weights for weights|log",
            ),
            Slip(mixture_diagonal_of(variance=np.sqrt), "root"),
        ),
    ),
    Ordinary(
        target="flow.full_mixture",
        textbook=mixture_full,
        slips=(
            Slip(mixture_full_rows, "rows-for-axes"),
            Slip(mixture_full_diagonals, "diagonal-only"),
            Slip(mixture_full_deviations, "root|deviation"),
            Slip(mixture_full_reversed, "revers|order"),
        ),
    ),
    Ordinary(
        target="flow.mixture_log_density",
        textbook=log_density_loop,
        slips=(
            Slip(log_density_of(log=lambda gap, w: gap**2 / w + np.log(w)), "missing-normaliser"),
            Slip(log_density_of(a_of=lambda a: 1, var=lambda a, v, s: s + v), "clean-data"),
            Slip(
                log_density_of(var=lambda a, v, s: a * s + v),
                "variance-by-alpha|ᾱ instead of ᾱ²|alpha-not-squared",
            ),
            Slip(log_density_of(var=lambda a, v, s: s + v), "variance-unscaled|ᾱ²"),
            Slip(log_density_of(end=lambda logs: logs.max(0)), "nearest|largest|max"),
        ),
    ),
    Ordinary(
        target="flow.mixture_log_density",
        textbook=log_density,
        slips=(
            Slip(log_density_of(a_of=lambda a: 1), "means-unscaled|means"),
            Slip(log_density_of(var=lambda a, v, s: a**2 * s), "without-noise|β̄"),
            Slip(log_density_of(var=lambda a, v, s: a**2 * s + np.sqrt(v)), "deviation"),
            Slip(
                log_density_of(log=lambda gap, w: gap**2 / w + 2 * np.log(2 * np.pi * w)),
                "log-determinant-not-halved|not halved",
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.mixture_log_density",
        adapter="gmm",
        textbook=gmm_log_density,
        slips=(Slip(gmm_log_density_half_twice, "log-determinant|halved"),),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.mixture_score",
        textbook=score,
        slips=(
            Slip(score_with(weights=lambda w, joint: np.exp(joint)), "unnormalised-responsibilities"),
            Slip(score_with(weights=lambda w, joint: np.exp(w) + 0 * joint), "prior-weights"),
            Slip(
                score_with(weights=lambda w, joint: responsibilities(joint - w)),
                "without-weights|weights left out|equal weights",
            ),
            Slip(score_with(pull=lambda c, gap: -np.linalg.solve(c, gap)), "sign|−1 times|negat"),
            Slip(score_with(pull=lambda c, gap: gap), "without-variance|unscaled|not divided"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.mixture_score",
        adapter="gmm",
        textbook=gmm_score,
        slips=(
            Slip(gmm_score_hard, "nearest|most probable|largest|max"),
            Slip(gmm_score_no_determinant, "without-determinant|determinant"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.mixture_score_jacobian",
        textbook=jacobian,
        slips=(
            Slip(jacobian_without("mean"), "without-mean|square of the mean|not-centred"),
            Slip(jacobian_without("curve"), "without-precision|precision"),
            Slip(lambda m, s, t, x: -jacobian(m, s, t, x), "negated|−1 times"),
            Slip(
                lambda m, s, t, x: (
                    jacobian_without("mean")(m, s, t, x) - jacobian_without("curve")(m, s, t, x)
                ),
                "mean-of-components|precision",
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.mixture_score_divergence",
        textbook=divergence,
        slips=(
            Slip(divergence_of_components, "mean-of-components"),
            typo(
                "trace(jacobian(mixture, schedule, t, x), axis1=-2, axis2=-1)",
                'einsum("...ii->...i", jacobian(mixture, schedule, t, x)).mean(-1)',
                "averaged-trace",
            ),
            typo("jacobian", 'jacobian_without("mean")', "without-mean|square of the mean|not-centred"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.mixture_score_divergence",
        textbook=divergence_direct,
        slips=(Slip(lambda m, s, t, x: -divergence(m, s, t, x), "negat|sign|−1 times"),),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.mixture_time_derivative",
        textbook=time_derivative,
        slips=(
            Slip(
                lambda m, s, t, x: time_derivative(m, s, t, x, means_move=False, spreads=False),
                "only-noise-grows",
            ),
            Slip(lambda m, s, t, x: time_derivative(m, s, t, x, means_move=False), "means-still|means"),
            Slip(lambda m, s, t, x: time_derivative(m, s, t, x, noise=False), "noise-still|β̄|noise"),
            Slip(
                lambda m, s, t, x: time_derivative(m, s, t, x, spreads=False), "covariances-still|covarianc"
            ),
        ),
        answer="imprecise",
    ),
]
