"""Laws of linear-Gaussian generators: the exact one, and the marginals of a chain."""

from collections.abc import Iterator

import numpy as np

from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import gaussian
from .gaussian import Model
from .inputs import Host
from .process import COEFFICIENTS


@law(
    "ddpm.exact_generator-definition",
    "the reverse conditionals of Gaussian data: α_t C_{t−1}C_t⁻¹, ᾱ_{t−1}β_t² C_t⁻¹ m, β_t² C_{t−1}C_t⁻¹",
    source="ddpm C7",
    about=("ddpm.exact_generator",),
    inputs=gaussian.gaussians,
    tolerance=Rounding(
        {"partial sums": 6, "coefficients": 5, "elimination, 3d": 9, "basis, 4d": 12, "ratio, products": 8},
        "d ≤ 3",
        calls=COEFFICIENTS,
    ),
    refutes=(
        "ddpm.exact_generator/without-mean",
        "ddpm.exact_generator/prior-covariance",
        "ddpm.exact_generator/through-precision",
        "ddpm.exact_generator/forward-weight",
        "ddpm.exact_generator/marginal-covariance",
    ),
)
def exact_generator_definition(impl: Impl, on: Setting, case: gaussian.Gaussians) -> Iterator[Record]:
    """Compares with the eigenbasis of C; norms of matrices are the scale. Then with data on the diagonal
    line and at a point, whose covariances have no inverse."""
    model = Model(case, on)
    d, at = model.dims, model.exact
    for covariance in (model.covariance, on.reals(np.ones((d, d))), on.reals(np.zeros((d, d)))):
        expected = gaussian.reverse(model.mean, covariance, model.beta_squared)
        got = impl["ddpm.exact_generator"](case.mean, on.array(covariance), model.schedule)
        values = np.maximum(np.linalg.eigvalsh(covariance), 0.0)
        after = at.alpha_bar_squared[:, None] * values + at.beta_bar_squared[:, None]
        condition = at.condition * np.max(after, axis=-1) / np.min(after, axis=-1)
        for label, part, target in zip(("weight", "bias", "covariance"), got, expected, strict=True):
            size = np.sqrt(np.sum(target**2, axis=tuple(range(1, target.ndim)), keepdims=True))
            shape = (-1, *[1] * (target.ndim - 1))
            yield Gap(label, part, target, (size + 0 * target) * np.reshape(condition, shape))


def _path(weight: Host, bias: Host, noise: Host) -> tuple[Host, Host]:
    """Mean and covariance of (x_0, ..., x_T) from (I − N) x = b + noise, N holding the weights."""
    steps, d = bias.shape
    system = np.eye((steps + 1) * d, like=weight)
    source = np.eye((steps + 1) * d, like=weight)
    for i in range(steps):
        here, there = slice(i * d, (i + 1) * d), slice((i + 1) * d, (i + 2) * d)
        system[here, there], source[here, here] = -weight[i], noise[i]
    solved = np.linalg.inv(system)
    return solved @ np.append(bias, np.zeros(d)), solved @ source @ solved.T


@law(
    "ddpm.marginals-definition",
    "means, covariances and neighbours' covariances of the states are those of the joint distribution",
    source="ddpm C12",
    about=("ddpm.marginals",),
    inputs=gaussian.gaussians,
    tolerance=Rounding(
        {"two products over 3 dimensions and a sum in each of 4 steps": 4 * 7, "expectation, alike": 28}
    ),
    refutes=(
        "ddpm.marginals/without-transpose",
        "ddpm.marginals/neighbours-exchanged",
        "ddpm.marginals/elementwise",
        "ddpm.marginals/without-noise",
        "ddpm.marginals/forward-in-time",
    ),
)
def marginals_definition(impl: Impl, on: Setting, case: gaussian.Gaussians) -> Iterator[Record]:
    """One linear system for the whole path; with absolute values it gives the scale."""
    model = Model(case, on)
    steps, d = model.steps, model.dims
    mean, joint = _path(model.weight, model.bias, model.noise)
    reach, size = _path(*(np.abs(part) for part in (model.weight, model.bias, model.noise)))
    blocks, sizes = (m.reshape(steps + 1, d, steps + 1, d) for m in (joint, size))
    got, i = impl["ddpm.marginals"](model.generator), np.arange(steps + 1)
    yield Gap("means", got.mean, mean.reshape(steps + 1, d), reach.reshape(steps + 1, d))
    yield Gap("covariances", got.covariance, blocks[i, :, i], sizes[i, :, i])
    yield Gap("neighbours", got.cross, blocks[i[:-1], :, i[1:]], sizes[i[:-1], :, i[1:]])
