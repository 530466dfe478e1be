"""Laws of what the loss of a variational autoencoder is made of."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...._xp import numbers
from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import inputs_of_practice as inputs
from .inputs import FloatArray


def _growth(s: FloatArray, on: Setting) -> FloatArray:
    """e^s − 1 − s: near 0 by its series, whose sum is nested; the next term is below 2⁻²⁵⁶."""
    near = np.abs(s) < 1
    small = np.where(near, s, 0.0)
    series: Any = 0 * small
    for k in range(60, 2, -1):
        series = (1 + series) * small / k
    exponentials = on.reals([[on.math.exp(v) for v in row] for row in np.where(near, 1.0, s)])
    result: FloatArray = np.where(near, small**2 * (1 + series) / 2, exponentials - 1 - s)
    return result


@law(
    "density.vae_kl-definition",
    "vae_kl is ½ Σ (μ² + e^s − 1 − s), s the logarithm of the variance, the sum over dimensions",
    source="density P1",
    about=("density.vae_kl",),
    inputs=inputs.encoded,
    tolerance=Rounding(
        {"terms": 6, "sum of 4": 4, "expectation": 6}, "near 0 by a series", calls=("expm1", "expm1")
    ),
    refutes=(
        "density.vae_kl/negative",
        "density.vae_kl/deviation",
        "density.vae_kl/mean-over-dimensions",
        "density.vae_kl/no-half",
        "density.vae_kl/variance-itself",
        "density.vae_kl/mean-not-squared",
        "density.vae_kl/one-missing",
        "density.vae_kl/reverse",
        "density.vae_kl/cancels",
    ),
)
def vae_kl_definition(impl: Impl, on: Setting, case: inputs.Encoded) -> Iterator[Record]:
    """Every term is at least 0, so that nothing cancels."""
    mean, s = on.host(case.mean), on.host(case.log_variance)
    expected = np.sum(mean**2 + _growth(s, on), axis=-1) / 2
    yield Gap("divergence", impl["density.vae_kl"](case.mean, case.log_variance), expected, expected)


@law(
    "density.prior_log_density-definition",
    "prior_log_density is −½ Σ (z² + log 2π), the sum over dimensions",
    source="density P2",
    about=("density.prior_log_density",),
    inputs=inputs.encoded,
    tolerance=Rounding({"terms and their sum of 4": 8, "expectation": 4}),
    refutes=(
        "density.prior_log_density/no-constant",
        "density.prior_log_density/constant-once",
        "density.prior_log_density/positive",
        "density.prior_log_density/mean-over-dimensions",
        "density.prior_log_density/no-half",
    ),
)
def prior_definition(impl: Impl, on: Setting, case: inputs.Encoded) -> Iterator[Record]:
    """All terms have one sign."""
    z = on.host(case.mean)
    m = numbers(z)
    expected = -np.sum(z**2 + m.log(2 * m.pi), axis=-1) / 2
    yield Gap("log-density", impl["density.prior_log_density"](case.mean), expected, np.abs(expected))


@law(
    "density.masked_importance_bound-definition",
    "masked_importance_bound is the importance bound of the samples that are kept, whatever the others are",
    source="density P3",
    about=("density.masked_importance_bound",),
    inputs=inputs.masked,
    tolerance=Rounding(
        {"differences, the mean of 8 and the result": 12, "expectation": 4},
        calls=("expm1", "log1p", "exp", "log"),
    ),
    refutes=(
        "density.masked_importance_bound/divides-by-all",
        "density.masked_importance_bound/weight-one",
        "density.masked_importance_bound/inverted",
        "density.masked_importance_bound/elbo",
        "density.masked_importance_bound/mask-ignored",
        "density.masked_importance_bound/no-count",
    ),
)
def masked_definition(impl: Impl, on: Setting, case: inputs.Masked) -> Iterator[Record]:
    """Row by row, of what is kept; also with NaN and infinity where it is not."""
    log_w, mask = on.host(case.log_w), np.asarray(on.host(case.mask), dtype=bool)
    rows, sizes = [], []
    for row, keep in zip(log_w, mask, strict=True):
        kept = row[keep]
        peak = max(kept)
        falls = [on.math.expm1(v - peak) for v in kept]
        rows.append(peak + on.math.log1p(on.math.fsum(falls) / len(falls)))
        sizes.append(np.max(np.abs(kept)) + 5)
    found = impl["density.masked_importance_bound"]
    expected, scale = on.reals(rows), np.asarray(sizes)
    yield Gap("bound", found(case.log_w, on.array(mask)), expected, scale)
    spoilt = np.where(mask, log_w, np.inf)
    yield Gap("others", found(on.array(spoilt), on.array(mask)), expected, scale)
