"""Score matching and the bounds made of it, as their papers have them."""

import numpy as np

from refimpl.transport import Growth, Quadrature, Spectrum

from ._ordinary import Ordinary, Slip, typo


def t(a):
    return np.swapaxes(a, -1, -2)


# Score matching from samples


def esm(model_score, score, weights=None):
    error = np.sum((model_score - score) ** 2, axis=-1)
    return np.mean(error, axis=-1) if weights is None else np.sum(weights * error, axis=-1)


def esm_half(model_score, score, weights=None):
    return 0.5 * esm(model_score, score, weights)


def esm_root(model_score, score, weights=None):
    return np.sqrt(esm(model_score, score, weights))


def esm_unweighted(model_score, score, weights=None):
    return np.mean(np.sum((model_score - score) ** 2, axis=-1), axis=-1)


def esm_every_weight(model_score, score, weights=None):
    error = np.sum((model_score - score) ** 2, axis=-1, keepdims=True)
    if weights is None:
        return np.mean(error, axis=(-2, -1))
    return np.mean(np.sum(weights[..., None, :] * error, axis=-1), axis=-1)


def mse(model_score, score):
    return np.mean((model_score - score) ** 2)


def dsm(model_score, noise, beta_bar):
    sigma = beta_bar[..., None, None]
    return np.mean(np.sum((model_score + noise / sigma) ** 2, axis=-1), axis=-1)


def dsm_noise(model_score, noise, beta_bar):
    return np.mean(np.sum((model_score + noise) ** 2, axis=-1), axis=-1) + 0 * beta_bar


def eps_loss(predicted, noise):
    return np.mean((predicted - noise) ** 2)


# In closed form


def gaussian_esm(A, c, mean, cov, alpha, beta):
    mu, P = alpha * mean, alpha**2 * cov + beta**2 * np.eye(len(mean))
    E = A + np.linalg.inv(P)
    return np.sum((A @ mu + c) ** 2) + np.trace(E @ P @ E.T)


def gaussian_esm_no_bias(A, c, mean, cov, alpha, beta):
    P = alpha**2 * cov + beta**2 * np.eye(len(mean))
    E = A + np.linalg.inv(P)
    return np.trace(E @ P @ E.T)


def gaussian_esm_mean_not_scaled(A, c, mean, cov, alpha, beta):
    P = alpha**2 * cov + beta**2 * np.eye(len(mean))
    E = A + np.linalg.inv(P)
    return np.sum((A @ mean + c) ** 2) + np.trace(E @ P @ E.T)


def gaussian_esm_root(A, c, mean, cov, alpha, beta):
    return np.sqrt(gaussian_esm(A, c, mean, cov, alpha, beta))


def mixture_dsm(A, c, weights, means, covs, alpha, beta):
    total = np.sum((beta * A + np.eye(len(A)) / beta) ** 2)
    for w, m, S in zip(weights, means, covs, strict=True):
        total = total + w * (np.sum((alpha * A @ m + c) ** 2) + alpha**2 * np.trace(A @ S @ A.T))
    return total


def mixture_dsm_points(A, c, weights, means, covs, alpha, beta):
    return mixture_dsm(A, c, weights, means, 0 * covs, alpha, beta)


def mixture_dsm_no_cross(A, c, weights, means, covs, alpha, beta):
    return mixture_dsm(A, c, weights, means, covs, alpha, beta) - 2 * np.trace(A)


def mixture_dsm_equal_weights(A, c, weights, means, covs, alpha, beta):
    return mixture_dsm(A, c, 0 * weights + 1 / len(weights), means, covs, alpha, beta)


def score_of(x, weights, means, spreads):
    logs = np.log(weights) - 0.5 * np.log(2 * np.pi * spreads) - (x[:, None] - means) ** 2 / (2 * spreads)
    top = logs.max(axis=1, keepdims=True)
    parts = np.exp(logs - top)
    density = np.exp(top[:, 0]) * parts.sum(axis=1)
    return density, np.sum(parts * (means - x[:, None]) / spreads, axis=1) / parts.sum(axis=1)


def mixture_esm(model, weights, means, variances, alpha, beta):
    mu, spreads = alpha * means, alpha**2 * variances + beta**2
    dev = np.sqrt(spreads)
    ends = np.unique(np.concatenate([mu + k * dev for k in np.arange(-10.0, 10.5, 0.5)]))
    values = []
    for nodes in (20, 10):
        u, du = np.polynomial.legendre.leggauss(nodes)
        half = np.diff(ends)[:, None] / 2
        x = ((ends[1:] + ends[:-1])[:, None] / 2 + half * u).ravel()
        density, score = score_of(x, weights, mu, spreads)
        values.append(np.sum((half * du).ravel() * density * (model(x) - score) ** 2))
    return Quadrature(values[0], abs(values[0] - values[1]))


def mixture_esm_root(model, weights, means, variances, alpha, beta):
    found = mixture_esm(model, weights, means, variances, alpha, beta)
    return Quadrature(np.sqrt(found.value), found.error)


def mixture_esm_undiffused(model, weights, means, variances, alpha, beta):
    return mixture_esm(model, weights, means, variances / alpha**2, alpha, beta)


def mixture_esm_sigma(model, weights, means, variances, alpha, beta):
    return mixture_esm(model, weights, means, variances, alpha, np.sqrt(beta))


def mixture_esm_means(model, weights, means, variances, alpha, beta):
    return mixture_esm(model, weights, means / alpha, variances, alpha, beta)


def mixture_esm_half(model, weights, means, variances, alpha, beta):
    found = mixture_esm(model, weights, means, variances, alpha, beta)
    return Quadrature(found.value / 2, found.error / 2)


# Lipschitz constants and growth


def spectrum(J):
    w = np.linalg.eigvalsh((J + t(J)) / 2)
    return Spectrum(w.min(), w.max())


def spectrum_norm(J):
    w = np.linalg.norm(J, ord=2, axis=(-2, -1)).max()
    return Spectrum(-w, w)


def spectrum_of_mean(J):
    J = J.reshape(-1, *J.shape[-2:]).mean(axis=0)
    return spectrum(J)


def integrals(lipschitz, times, count):
    x, w = np.polynomial.legendre.leggauss(count)
    half = np.diff(times)[:, None] / 2
    at = (times[1:] + times[:-1])[:, None] / 2 + half * x
    return np.concatenate([[0.0], np.cumsum(np.sum(lipschitz(at) * half * w, axis=1))])


def growth(lipschitz, times):
    if callable(lipschitz):
        exponent, rough = integrals(lipschitz, times, 20), integrals(lipschitz, times, 10)
        return Growth(np.exp(exponent), np.abs(np.expm1(exponent - rough)))
    pieces = np.diff(times) * (lipschitz[1:] + lipschitz[:-1]) / 2
    return Growth(np.exp(np.concatenate([[0.0], np.cumsum(pieces)])), np.zeros_like(times))


def growth_from_the_end(lipschitz, times):
    found = growth(lipschitz, times)
    return found._replace(factor=found.factor[-1] / found.factor)


def growth_linear(lipschitz, times):
    found = growth(lipschitz, times)
    return found._replace(factor=1 + np.log(found.factor))


def growth_left(lipschitz, times):
    values = lipschitz(times) if callable(lipschitz) else lipschitz
    exponent = np.concatenate([[0.0], np.cumsum(values[:-1] * np.diff(times))])
    return Growth(np.exp(exponent), np.zeros_like(times))


def growth_negative(lipschitz, times):
    found = growth(lipschitz, times)
    return found._replace(factor=1 / found.factor)


def growth_no_integral(lipschitz, times):
    values = lipschitz(times) if callable(lipschitz) else lipschitz
    return Growth(np.exp(values * times), np.zeros_like(times))


def growth_integral(lipschitz, times):
    found = growth(lipschitz, times)
    return found._replace(factor=np.log(found.factor))


ORDINARY = (
    Ordinary(
        "transport.score_matching",
        esm,
        (
            typo("= np.sum", "= np.mean", r"mean-over-coordinates|averages over coordinates"),
            Slip(esm_half, r"halved|½"),
            Slip(esm_root, r"rooted|root of"),
            Slip(esm_unweighted, r"weights-ignored|ignor\w+ .{0,20}weights"),
            Slip(esm_every_weight, r"every weight|all weights|broadcast|outer|each weight"),
            typo("else np.sum", "else np.mean", r"mean.{0,40}weight|1/n|weights?.{0,60}(averag|mean|divid)"),
            typo("mean", "sum", r"/sum|sums? over (the )?points|n times"),
            typo(
                "sum((model_score - score) ** 2, axis=-1)",
                "linalg.norm(model_score - score, axis=-1)",
                r"not-squared|norms? .{0,30}square|without .{0,20}square",
            ),
        ),
    ),
    Ordinary(
        "transport.score_matching",
        mse,
        (
            Slip(lambda model_score, score: np.mean((model_score - score) ** 2) / 2, r"halved|½|1/2 times"),
            typo(
                "(model_score - score) ** 2",
                "np.sum((model_score - score) ** 2, axis=-1)",
                r"sum over|\b(3|d|n) times|coordinates",
            ),
        ),
        adapter="mse",
    ),
    Ordinary(
        "transport.conditional_score_matching",
        dsm,
        (
            Slip(dsm_noise, r"noise-target|target of a noise model"),
            typo("+ noise", "- noise", r"wrong-sign|\+ε/β̄"),
            typo("/ sigma", "/ sigma**2", r"variance-for-deviation|β̄²"),
            typo(
                "model_score + noise / sigma",
                "sigma * model_score + noise",
                r"weighted|β̄² times|multipl\w+ .{0,20}β̄|times β̄",
            ),
            typo("return", "return 0.5 *", r"halved|½"),
            typo(
                "np.sum((model_score + noise / sigma) ** 2, axis=-1), axis=-1",
                "(model_score + noise / sigma) ** 2, axis=(-2, -1)",
                r"mean-over-coordinates|averag|1/d\b",
            ),
            typo("/ sigma", "* sigma", r"times|multipl|εβ̄|β̄ε|ε·β̄|β̄·ε"),
        ),
    ),
    Ordinary(
        "transport.conditional_score_matching",
        eps_loss,
        (
            typo(
                "(predicted - noise) ** 2",
                "np.sum((predicted - noise) ** 2, axis=-1)",
                r"sum over|\b(3|d|n) times|coordinates",
            ),
            typo("(predicted - noise) ** 2", "np.abs(predicted - noise)", r"absolute|l1|ℓ₁|not-squared"),
        ),
        adapter="noise-model",
    ),
    Ordinary(
        "transport.gaussian_score_matching",
        gaussian_esm,
        (
            typo("alpha**2 * cov", "cov", r"undiffused-data|ᾱ has shrunk"),
            typo("beta**2", "beta", r"deviation-for-variance|β̄ .{0,20}β̄²"),
            Slip(gaussian_esm_no_bias, r"bias-ignored|slopes"),
            Slip(gaussian_esm_mean_not_scaled, r"mean-not-scaled|mean.{0,40}(scal|shr|ᾱ)"),
            typo("alpha**2", "alpha", r"alpha-once|ᾱ .{0,20}ᾱ²"),
            typo("= A +", "= A -", r"sign"),
            Slip(gaussian_esm_root, r"rooted|root of"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.mixture_conditional_score_matching",
        mixture_dsm,
        (
            Slip(mixture_dsm_points, r"covariances-dropped|single points"),
            Slip(mixture_dsm_no_cross, r"independent-noise|cross term"),
            typo("A + np", "A - np", r"sign"),
            typo("/ beta", "/ beta**2", r"variance-for-deviation|β̄²"),
            typo("alpha**2", "alpha", r"alpha-once|ᾱ .{0,20}ᾱ²"),
            Slip(mixture_dsm_equal_weights, r"equal|ignor\w+ .{0,20}weights"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.mixture_score_matching",
        mixture_esm,
        (
            Slip(mixture_esm_root, r"rooted|root of"),
            Slip(mixture_esm_undiffused, r"undiffused-data|ᾱ has shrunk"),
            Slip(mixture_esm_sigma, r"deviation-for-variance|β̄ to"),
            Slip(mixture_esm_means, r"mean.{0,40}(scal|shr|ᾱ)"),
            Slip(mixture_esm_half, r"halved|½"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.one_sided_lipschitz",
        spectrum,
        (
            Slip(spectrum_norm, r"spectral-norm|‖J‖"),
            typo(
                "eigvalsh((J + t(J)) / 2)",
                "eigvals(J).real",
                r"eigenvalues-of|of J itself|not symmetri|real parts",
            ),
            typo("(J + t(J)) / 2", "J", r"triangle"),
            typo("(J + t(J)) / 2", "J + t(J)", r"not-halved|½|twice|2 times"),
            typo("min(), w.max", "max(), w.min", r"swapped|upper constant first"),
            typo("linalg.eigvalsh((J + t(J)) / 2)", 'einsum("...ii->...i", J)', r"diagonal-only|slopes"),
            Slip(spectrum_of_mean, r"mean-over-points|averages the Jacobians"),
        ),
    ),
    Ordinary(
        "transport.growth_factor",
        growth,
        (
            Slip(growth_from_the_end, r"from-the-end|t to T"),
            Slip(growth_linear, r"without-exponential|1 \+ ∫L"),
            Slip(growth_left, r"left-rule|left ends"),
            Slip(growth_negative, r"sign|−L|reciprocal|inver"),
            Slip(growth_no_integral, r"without-integral|L_t·t|not integrated|times t"),
            Slip(growth_integral, r"logarithm|integral itself|without .{0,10}exp"),
        ),
        answer="imprecise",
    ),
)
