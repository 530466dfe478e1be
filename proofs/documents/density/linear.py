"""Laws of the linear Gaussian VAE, in which everything is known."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import exact, inputs
from .inputs import FloatArray
from .normal import log_normal


class _Model:
    """The model's exact rationals, and the sizes on which errors depend."""

    def __init__(self, on: Setting, case: inputs.LinearModel) -> None:
        self.x, self.W, self.b = on.host(case.x), on.host(case.W), on.host(case.b)
        self.s2 = on.number(on.host(case.s2))
        self.d, self.k = self.W.shape
        W, s2 = exact.matrix(self.W), exact.matrix(on.reals([[self.s2]]))[0, 0]
        eye = [exact.matrix(np.eye(n)) for n in (self.d, self.k)]
        self.covariance = W * W.transpose() + s2 * eye[0]
        inverse = (W.transpose() * W + s2 * eye[1]).inv()
        residual = exact.matrix(self.x) - exact.matrix(np.broadcast_to(self.b, self.x.shape))
        means = residual * W * inverse
        self.quadratic = exact.quadratic(residual, self.covariance, on)
        self.mean = exact.numbers(means, on)
        self.posterior = exact.numbers(s2 * inverse, on)
        self.error = np.linalg.norm(exact.numbers(residual - means * W.transpose(), on), axis=-1)
        values = np.linalg.svdvals(np.vstack([self.W, np.sqrt(self.s2) * np.eye(self.k)]))
        self.norm, self.condition = values[0], values[0] / values[-1]
        self.carried = (
            np.linalg.norm(self.x, axis=-1)
            + np.linalg.norm(self.b)
            + self.norm * np.linalg.norm(self.mean, axis=-1)
        )


def _evidence(model: _Model, on: Setting, steps: float) -> tuple[FloatArray, FloatArray]:
    """log N(x; b, WWᵀ + s²I) from rationals, and the scale of the errors of a stable evaluation.

    A residual of rounding error e = steps·u·carried enters the quadratic form as (2‖r − Wμ‖e + e²)/s²,
    and a posterior mean's error as its square, since the form is least at the true mean.
    """
    log_det = exact.log(model.covariance.det(), on)
    expected = -0.5 * (model.quadratic + log_det + model.d * on.math.log(2 * on.math.pi))
    first = 2 * model.error * model.carried / model.s2
    second = steps * on.u * (model.carried**2 / model.s2 + model.condition**2 * model.quadratic)
    logs = abs(model.d - model.k) * abs(np.log(model.s2)) + model.k * (
        abs(np.log(model.s2)) + abs(np.log(model.norm)) + model.condition
    )
    return expected, model.quadratic + first + second + logs + model.d


@law(
    "density.linear_evidence-definition",
    "linear_evidence is log N(x; b, WWᵀ + s²I), also at s² = 10⁻¹⁴",
    source="density D7",
    about=("density.linear_evidence",),
    inputs=inputs.linear_models,
    tolerance=Rounding(
        {"Householder QR along a row, d + k ≤ 7": 7, "expectation": 1},
        "halved as they enter the quadratic form; the scale has its condition",
        calls=("log",),
    ),
    refutes=(
        "density.linear_evidence/naive-woodbury",
        "density.linear_evidence/reconstruction-only",
        "density.linear_evidence/deviation-for-variance",
        "density.linear_evidence/log-det-of-precision",
        "density.linear_evidence/forgets-offset",
        "density.linear_evidence/unit-noise",
        "density.linear_evidence/missing-log-2pi",
        "density.linear_evidence/half-quadratic-missing",
    ),
)
def linear_evidence_definition(impl: Impl, on: Setting, case: inputs.LinearModel) -> Iterator[Record]:
    """Compares with the inverse and determinant of the whole d × d covariance in exact rationals."""
    expected, scale = _evidence(_Model(on, case), on, 16)
    yield Gap("evidence", impl["density.linear_evidence"](case.x, case.W, case.b, case.s2), expected, scale)


@law(
    "density.linear_posterior-definition",
    "linear_posterior is N(z; (WᵀW + s²I)⁻¹Wᵀ(x − b), s²(WᵀW + s²I)⁻¹)",
    source="density D7",
    about=("density.linear_posterior",),
    inputs=inputs.linear_models,
    tolerance=Rounding({"Householder QR and substitution along a row, d + k ≤ 7": 7, "expectation": 1}),
    refutes=(
        "density.linear_posterior/covariance-without-s2",
        "density.linear_posterior/unit-noise",
        "density.linear_posterior/forgets-offset",
        "density.linear_posterior/least-squares",
        "density.linear_posterior/precision",
        "density.linear_posterior/deviation-for-variance",
    ),
)
def linear_posterior_definition(impl: Impl, on: Setting, case: inputs.LinearModel) -> Iterator[Record]:
    """Compares with exact rationals; errors by the perturbation theory of least squares."""
    model = _Model(on, case)
    mean, covariance = impl["density.linear_posterior"](case.x, case.W, case.b, case.s2)
    least = model.norm / model.condition
    misfit = np.sqrt(model.s2 * model.quadratic)
    scale = (model.carried + model.condition * misfit) / least
    yield Gap("mean", mean, model.mean, scale[:, None])
    yield Gap("covariance", covariance, model.posterior, 2 * model.condition * model.s2 / least**2)


def _decoder_means(model: _Model, z: FloatArray) -> FloatArray:
    result: FloatArray = z @ model.W.T + model.b
    return result


def _log_likelihood(impl: Impl, on: Setting, model: _Model, z: FloatArray) -> tuple[Any, FloatArray]:
    """log N(x; Wz + b, s²) for z (n, M, k), and the size of its errors, those of Wz + b among them."""
    x, mean = model.x[:, None, :], _decoder_means(model, z)
    variance = np.full(model.d, model.s2)
    given = impl["density.normal_log_density"](
        on.array(np.broadcast_to(x, mean.shape)), on.array(mean), on.array(variance)
    )
    carried = 2 * np.abs(x - mean) * (np.abs(mean) + on.u * mean**2) / model.s2
    return given, (log_normal(x, mean, model.s2)[1] + carried).sum(-1)


def _log_prior(impl: Impl, on: Setting, z: FloatArray) -> tuple[Any, FloatArray]:
    zero, one = on.array(np.zeros(z.shape[-1])), on.array(np.ones(z.shape[-1]))
    return impl["density.normal_log_density"](on.array(z), zero, one), log_normal(z, 0.0, 1.0)[1].sum(-1)


@law(
    "density.posterior-proposal",
    "with the exact posterior as proposal every log w is log q(x): no variance, and ESS = M",
    source="density C5",
    about=(
        "density.log_weights",
        "density.normal_log_density",
        "density.normal_log_density_full",
        "density.linear_posterior",
        "density.linear_evidence",
        "density.effective_sample_size",
    ),
    inputs=inputs.linear_proposals,
    tolerance=Rounding(
        {"the largest of the densities' own laws": 10, "sum and difference": 2}, calls=("log",)
    ),
    refutes=(
        "density.log_weights/adds-proposal",
        "density.linear_posterior/covariance-without-s2",
        "density.linear_posterior/forgets-offset",
        "density.linear_evidence/reconstruction-only",
        "density.normal_log_density_full/half-log-det",
        "density.effective_sample_size/unnormalized",
    ),
)
def posterior_proposal(impl: Impl, on: Setting, case: inputs.LinearProposals) -> Iterator[Record]:
    """At arbitrary latent points, not only at likely ones."""
    model, z = _Model(on, case), on.host(case.z)
    likelihood, likelihood_size = _log_likelihood(impl, on, model, z)
    prior, prior_size = _log_prior(impl, on, z)
    mean, covariance = impl["density.linear_posterior"](case.x, case.W, case.b, case.s2)
    proposal = impl["density.normal_log_density_full"](case.z, mean[:, None, :], covariance)
    evidence = impl["density.linear_evidence"](case.x, case.W, case.b, case.s2)
    log_w = impl["density.log_weights"](likelihood, prior, proposal)
    _, evidence_size = _evidence(model, on, 16)
    scale = likelihood_size + prior_size + _proposal_size(model, z) + evidence_size[:, None]
    yield Gap("weight", log_w, np.broadcast_to(on.host(evidence)[:, None], scale.shape), scale)
    M = z.shape[1]
    # Weights within e^±ε of each other have ESS ≥ M/cosh²ε ≥ M(1 − ε²), by Kantorovich's inequality.
    steps = posterior_proposal.tolerance.factor(on)
    lost = np.minimum((steps * on.u * scale.max(-1)) ** 2, 1.0)
    ess = impl["density.effective_sample_size"](log_w)
    yield Gap("ess", ess, float(M), M * (1 + lost / (steps * on.u)))


def _proposal_size(model: _Model, z: FloatArray) -> FloatArray:
    """Size of the errors of log N(z; μ, C) if μ and C come from linear_posterior."""
    inverse = np.linalg.inv(model.posterior)
    offset = z - model.mean[:, None, :]
    squares = ((offset @ inverse) * offset).sum(-1)
    least = model.norm / model.condition
    mean_error = (model.carried + model.condition * np.sqrt(model.s2 * model.quadratic)) / least
    slope = np.linalg.norm(offset @ inverse, axis=-1)
    # C has the condition² of [W; sI]; an error of it moves squares and determinant by as much.
    spread = model.condition**2 * (squares + model.k)
    result: FloatArray = slope * mean_error[:, None] + spread + abs(np.log(model.s2)) * model.k
    return result


@law(
    "density.gaussian-bound-gap-is-kl",
    "in the linear Gaussian VAE, elbo + KL(proposal ‖ posterior) = log q(x) for every normal proposal",
    source="density C4",
    stands="the gap with real densities; the other law has weights alone",
    about=(
        "density.log_weights",
        "density.elbo",
        "density.normal_log_density",
        "density.normal_kl",
        "density.normal_kl_full",
        "density.linear_posterior",
        "density.linear_evidence",
    ),
    inputs=inputs.linear_proposals,
    tolerance=Rounding(
        {"the largest of the densities' own laws": 12, "weights, mean and sum": 4}, calls=("log",)
    ),
    refutes=(
        "density.normal_kl_full/swapped",
        "density.normal_kl_full/missing-dimension",
        "density.normal_kl/swapped",
        "density.normal_kl/inverted-ratio",
        "density.linear_evidence/reconstruction-only",
        "density.linear_posterior/covariance-without-s2",
        "density.log_weights/kl-twice",
        "density.elbo/sum",
    ),
)
def gaussian_bound_gap_is_kl(impl: Impl, on: Setting, case: inputs.LinearProposals) -> Iterator[Record]:
    """log w is quadratic in z, so that the 2k points m ± √k·√v_i·e_i have its exact expectation.

    Also: its part log q(z) − log p(z|x) has the expectation −KL(proposal ‖ prior).
    """
    model, m, v = _Model(on, case), on.host(case.m), on.host(case.v)
    step = np.sqrt(model.k * v)[:, None, :] * np.eye(model.k)
    z = on.host(on.array(np.concatenate([m[:, None] + step, m[:, None] - step], axis=1)))
    likelihood, likelihood_size = _log_likelihood(impl, on, model, z)
    prior, prior_size = _log_prior(impl, on, z)
    proposal = impl["density.normal_log_density"](on.array(z), case.m[:, None, :], case.v[:, None, :])
    log_w = impl["density.log_weights"](likelihood, prior, proposal)
    bound = impl["density.elbo"](log_w)
    mean, covariance = impl["density.linear_posterior"](case.x, case.W, case.b, case.s2)
    diagonal = on.array(v[:, :, None] * np.eye(model.k))
    divergence = impl["density.normal_kl_full"](case.m, diagonal, mean, covariance)
    evidence = impl["density.linear_evidence"](case.x, case.W, case.b, case.s2)
    _, evidence_size = _evidence(model, on, 16)
    # Rounded points leave the quadrature inexact by their error times the slope of log w, on average.
    slope = np.abs(_slopes(model, z)) * (np.abs(z) + np.abs(m[:, None]))
    sizes = (likelihood_size + prior_size + slope.sum(-1)).mean(-1) + 2 * model.k + np.abs(np.log(v)).sum(-1)
    spread = _proposal_size(model, z).mean(-1)
    yield Gap("log q(x)", bound + divergence, evidence, sizes + spread + evidence_size)
    zero, one = on.array(np.zeros_like(m)), on.array(np.ones_like(m))
    against_prior = impl["density.normal_kl"](case.m, case.v, zero, one)
    yield Gap("decoder and prior", bound + against_prior, impl["density.elbo"](likelihood), sizes)


def _slopes(model: _Model, z: FloatArray) -> FloatArray:
    """Gradients of log q(x|z) + log q(z) in z, by size."""
    error = np.abs(model.x[:, None] - _decoder_means(model, z))
    result: FloatArray = error @ np.abs(model.W) / model.s2 + np.abs(z) + 1
    return result


@law(
    "density.prior-proposal-loses-exponentially",
    "with the prior as proposal, W = I and x = b, E w²/(E w)² = ((1 + s²)/(s√(2 + s²)))^d",
    source="density C6",
    stands="how the share falls with the dimension",
    about=("density.linear_evidence", "density.linear_posterior"),
    inputs=inputs.isotropic_models,
    tolerance=Rounding({"an evidence at 5 and twice another": 3 * 5, "difference": 1}, calls=("log", "log")),
    refutes=(
        "density.linear_evidence/reconstruction-only",
        "density.linear_evidence/deviation-for-variance",
        "density.linear_posterior/covariance-without-s2",
    ),
)
def prior_proposal_loses(impl: Impl, on: Setting, case: inputs.IsotropicModel) -> Iterator[Record]:
    """N(x; z, s²)² = N(x; z, s²/2)·(4πs²)^−d/2, so the second moment is an evidence as well.

    The posterior N(0, s²/(1 + s²)) and the prior give the same value by the closed form of 1 + χ².
    """
    b, s2 = on.host(case.b), on.number(on.host(case.s2))
    d, W = b.shape[-1], on.array(np.eye(b.shape[-1]))
    first = on.host(impl["density.linear_evidence"](case.b, W, case.b, case.s2))
    half = on.host(impl["density.linear_evidence"](case.b, W, case.b, case.s2 / 2))
    second = half - d / 2 * on.math.log(4 * on.math.pi * s2)
    expected = d * (on.math.log1p(s2) - on.math.log(s2) / 2 - on.math.log(2 + s2) / 2)
    scale = d * (2 + abs(on.math.log(s2)) + on.math.log1p(s2))
    yield Gap("log of the loss", second - 2 * first, expected, scale)
    mean, covariance = (on.host(a) for a in impl["density.linear_posterior"](case.b, W, case.b, case.s2))
    yield Gap("posterior mean", mean, 0.0, 1.0)
    v1 = np.diagonal(covariance)
    chi_square = -np.log(v1 * (2 - v1)).sum() / 2
    # log(2 − v₁) has the relative error of v₁ itself at most, as v₁ < 1.
    yield Gap("by the closed form", chi_square, expected, scale)
