"""Laws of the bounds in expectation: the latent has few states, and all tuples of samples are enumerated."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import inputs
from .inputs import FloatArray


class _Latent:
    """What enumeration needs to know of a latent with few states, in float64."""

    def __init__(self, on: Setting, case: inputs.LogDensities) -> None:
        likelihood, prior = on.host(case.log_likelihood), on.host(case.log_prior)
        self.log_proposal = on.host(case.log_proposal)
        self.joint = likelihood + prior
        # The rounded log-probabilities sum to one only up to rounding; dividing both sides by the
        # same sum keeps every identity exact.
        self.total = np.logaddexp.reduce(self.log_proposal, axis=-1, keepdims=True)
        self.log_evidence = np.logaddexp.reduce(self.joint, axis=-1, keepdims=True) - self.total
        self.proposal = np.exp(self.log_proposal - self.total)
        self.posterior = np.exp(self.joint - self.total - self.log_evidence)
        parts = np.abs(np.stack([likelihood, prior, self.log_proposal]))
        self.size = 1 + np.where(np.isfinite(parts), parts, 0.0).sum(0).max(-1)

    def tuples(self, M: int) -> tuple[Any, FloatArray]:
        """All tuples of M states, and the probability of each under the proposal."""
        states = np.asarray(list(product(range(self.joint.shape[-1]), repeat=M)))
        return states, self.proposal[..., states].prod(-1)


def _weights(impl: Impl, case: inputs.LogDensities) -> Any:
    return impl["density.log_weights"](case.log_likelihood, case.log_prior, case.log_proposal)


@law(
    "density.bound-chain",
    "E elbo ≤ E importance_bound(M) ≤ E importance_bound(M+1) ≤ log q(x), over all tuples of samples",
    source="density C2",
    about=("density.log_weights", "density.elbo", "density.importance_bound"),
    inputs=inputs.latents,
    tolerance=Rounding(
        {"log-weights": 2 * 2, "shifts there and back": 2 * 2, "sums of 4 and quotients": 2 * 4},
        calls=("exp", "log"),
    ),
    refutes=("density.importance_bound/missing-log-count", "density.log_weights/kl-twice"),
)
def bound_chain(impl: Impl, on: Setting, case: inputs.LogDensities) -> Iterator[Record]:
    """Expectations are finite sums, so the chain, relative to log q(x), has no sampling error."""
    latent, log_w = _Latent(on, case), on.host(_weights(impl, case))

    def expected(function: str, M: int) -> FloatArray:
        states, chance = latent.tuples(M)
        value = on.host(impl[function](on.array(log_w[..., states])))
        result: FloatArray = (chance * (value - latent.log_evidence)).sum(-1)
        return result

    chain = [expected("density.elbo", 2), *(expected("density.importance_bound", M) for M in (1, 2, 3, 4))]
    chain.append(np.zeros(len(log_w)))
    for step, (lower, upper) in enumerate(pairwise(chain)):
        yield AtMost(f"step {step}", lower, upper, latent.size)


@law(
    "density.weights-unbiased",
    "E w = q(x) if the proposal is positive wherever q(x, z) is; otherwise E w lacks the missed mass",
    source="density C3",
    about=("density.log_weights", "density.importance_bound"),
    inputs=inputs.covered_latents,
    tolerance=Rounding(
        {"log-weights": 2 * 2, "shifts there and back": 2 * 2, "difference and three sums a side": 2 * 4},
        calls=("exp", "exp", "log"),
    ),
    refutes=(
        "density.log_weights/forgets-prior",
        "density.log_weights/kl-twice",
        "density.importance_bound/missing-log-count",
        "density.importance_bound/mean-of-logs",
    ),
)
def weights_unbiased(impl: Impl, on: Setting, case: inputs.CoveredLatents) -> Iterator[Record]:
    """Sums over the states that the proposal reaches, for one sample and for the mean of two.

    With p = (1, 0) and q(x, z) = (0.3, 0.2) the mean is 0.3, not q(x) = 0.5.
    """
    latent, log_w = _Latent(on, case), on.host(_weights(impl, case))
    reached = latent.posterior[..., case.support].sum(-1)
    # Relative to q(x), in which every side is at most one.
    single = (latent.proposal * np.exp(log_w - latent.log_evidence))[..., case.support].sum(-1)
    yield Gap("one sample", single, reached, latent.size)
    states, chance = latent.tuples(2)
    inside = np.isin(states, case.support).all(-1)
    bound = on.host(impl["density.importance_bound"](on.array(log_w[..., states[inside]])))
    double = (chance[..., inside] * np.exp(bound - latent.log_evidence)).sum(-1)
    yield Gap("mean of two", double, reached, latent.size)


@law(
    "density.bound-gap-is-kl",
    "log q(x) − E elbo = KL(p(z|x) ‖ q(z|x)), which vanishes only if the proposal is the posterior",
    source="density C4",
    stands="the gap for any weights on finitely many points",
    about=("density.log_weights", "density.elbo"),
    inputs=inputs.latents,
    tolerance=Rounding(
        {"log-weights": 2 * 2, "means of two": 2 * 2, "means over the states": 2 * 2}, calls=("exp", "log")
    ),
    refutes=(
        "density.log_weights/adds-proposal",
        "density.log_weights/forgets-prior",
        "density.elbo/sum",
        "density.elbo/log-mean",
    ),
)
def bound_gap_is_kl(impl: Impl, on: Setting, case: inputs.LogDensities) -> Iterator[Record]:
    """KL as the mean of −log(posterior/proposal); Pinsker's 2·TV² bounds it from below, hence "only if"."""
    latent, log_w = _Latent(on, case), on.host(_weights(impl, case))
    states, chance = latent.tuples(2)
    bound = on.host(impl["density.elbo"](on.array(log_w[..., states])))
    gap = (chance * (latent.log_evidence - bound)).sum(-1)
    divergence = -(latent.proposal * np.log(latent.posterior / latent.proposal)).sum(-1)
    yield Gap("divergence", gap, divergence, latent.size)
    variation = np.abs(latent.proposal - latent.posterior).sum(-1) / 2
    yield AtMost("Pinsker", 2 * variation**2, gap, latent.size)


@law(
    "density.ess-is-chi-square",
    "(E w)²/E w² = 1/(1 + χ²(posterior ‖ proposal)): the share of samples that count",
    source="density C6",
    stands="the identity itself, exact on finitely many points",
    about=("density.log_weights", "density.effective_sample_size"),
    inputs=inputs.counted_latents,
    tolerance=Rounding(
        {
            "log-weight, shift": 3,
            "sum of 12, squared": 2 * 11,
            "squares, sum, quotient": 13,
            "expectation": 2,
        },
        calls=("exp", "exp"),
    ),
    refutes=(
        "density.effective_sample_size/unnormalized",
        "density.effective_sample_size/no-square",
        "density.log_weights/adds-proposal",
        "density.log_weights/forgets-prior",
    ),
)
def ess_is_chi_square(impl: Impl, on: Setting, case: inputs.CountedLatents) -> Iterator[Record]:
    """A population that holds each state as often as the proposal says has the exact moments."""
    counts = [on.number(count) for count in case.counts]
    share = on.reals([on.math.log(count / sum(counts)) for count in counts])
    case = replace(case, log_proposal=on.array(np.broadcast_to(share, case.log_proposal.shape)))
    latent, log_w = _Latent(on, case), on.host(_weights(impl, case))
    population = np.repeat(np.arange(len(case.counts)), case.counts)
    given = impl["density.effective_sample_size"](on.array(log_w[..., population]))
    chi_square = ((latent.posterior - latent.proposal) ** 2 / latent.proposal).sum(-1)
    expected = len(population) / (1 + chi_square)
    yield Gap("ess", given, expected, expected * latent.size)


@law(
    "density.jensen-gap",
    "M·(log q(x) − E importance_bound) = V/2 − (κ/3 − 3V²/4)/M + O(M⁻²), V and κ the second and third "
    "central moments of w/q(x)",
    source="density C8",
    about=("density.importance_bound",),
    inputs=inputs.two_point_weights,
    tolerance=Rounding(
        {"sum of M ≤ 48": 47, "shift there and back": 2, "log M": 1, "two differences": 2},
        calls=("exp", "log"),
    ),
    refutes=("density.importance_bound/missing-log-count", "density.importance_bound/mean-of-logs"),
)
def jensen_gap(impl: Impl, on: Setting, case: inputs.TwoPointWeights) -> Iterator[Record]:
    """Enumerates how often the second state occurs among M samples; Taylor's remainder has exact moments.

    With ε the relative error of the mean weight, log(1+ε) = ε − ε²/2 + ε³/3 − ε⁴/4 + ε⁵/5 − R and
    0 ≤ R ≤ ε⁶/(6·min(1, w_min)⁶), in which the moments of ε follow from the cumulants of one weight.
    """
    log_w, M = on.host(case.log_w), case.M
    pi = np.asarray([1 - case.chance, case.chance])
    evidence = np.logaddexp.reduce(log_w + np.log(pi), axis=-1)
    often = np.arange(M + 1)
    second = np.arange(M) < often[:, None]
    chance = np.asarray([math.comb(M, n) * pi[1] ** n * pi[0] ** (M - n) for n in often])
    samples = on.array(np.where(second, log_w[:, None, None, 1], log_w[:, None, None, 0]))
    bound = on.host(impl["density.importance_bound"](samples))
    w = np.exp(log_w - evidence[:, None])
    central = [((w - 1) ** r * pi).sum(-1) for r in range(7)]
    V, kappa = central[2], central[3]
    k4, k5 = central[4] - 3 * V**2, central[5] - 10 * V * kappa
    k6 = central[6] - 15 * central[4] * V - 10 * kappa**2 + 30 * V**3
    fifth = k5 / M**4 + 10 * kappa * V / M**3
    sixth = k6 / M**5 + (15 * k4 * V + 10 * kappa**2) / M**4 + 15 * V**3 / M**3
    remainder = sixth / (6 * np.minimum(1, w.min(-1)) ** 6)
    gap = M * (chance * (evidence[:, None] - bound)).sum(-1) - (V / 2 - (kappa / 3 - 0.75 * V**2) / M)
    lower = M * (k4 / (4 * M**3) - fifth / 5)
    scale = M * (np.abs(log_w).max(-1) + 1)
    yield AtMost("from below", lower, gap, scale)
    yield AtMost("from above", gap, lower + M * remainder, scale)
