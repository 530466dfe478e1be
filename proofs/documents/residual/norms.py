"""Laws of layer normalisation and of DeepNorm."""

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from ...._xp import rounds
from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, Same, law
from . import ensembles, inputs
from .ensembles import Real

_DIGITS = 2400
"""Binary digits of the exact square roots: float64 spans 2¹⁰²⁴ to 2⁻¹⁰⁷⁴."""


def _root(value: Fraction, on: Setting) -> Any:
    """√value, rounded about once."""
    if not rounds(on.number(1)):
        return on.math.sqrt(value)
    scaled = (value.numerator << _DIGITS) // value.denominator
    return on.number(Fraction(math.isqrt(scaled), 1 << (_DIGITS // 2)))


def _normalised(row: list[Fraction], eps: float, on: Setting) -> tuple[list[Any], Any]:
    """(x − μ)/√(σ² + eps) in exact arithmetic up to the root, and 1/√(σ² + eps)."""
    mean = sum(row, Fraction(0)) / len(row)
    variance = sum(((x - mean) ** 2 for x in row), Fraction(0)) / len(row) + on.fraction(eps)
    values = [(1 if x > mean else -1) * _root((x - mean) ** 2 / variance, on) for x in row]
    return values, _root(1 / variance, on)


def _exact(rows: Real, on: Setting) -> list[list[Fraction]]:
    return [[on.fraction(x) for x in row] for row in rows.tolist()]


_LAYER_NORM = {"mean of 8 terms": 8, "variance": 9, "root and quotient": 2, "γ and β": 2, "expectation": 3}


@law(
    "residual.layer_norm-definition",
    "layer_norm is γ (x − μ)/√(σ² + eps) + β with the variance of divisor n",
    source="residual D7",
    about=("residual.layer_norm",),
    inputs=inputs.rows,
    tolerance=Rounding(_LAYER_NORM, "also after one unit in x, which moves the result by |x|/σ"),
    refutes=(
        "residual.layer_norm/unbiased-variance",
        "residual.layer_norm/eps-outside-root",
        "residual.layer_norm/mean-kept",
        "residual.layer_norm/one-pass-variance",
        "residual.layer_norm/beta-scaled",
        "residual.layer_norm/no-root",
        "residual.layer_norm/variance-squared",
        "residual.layer_norm/unbiased-and-eps-outside",
        "residual.layer_norm/second-moment",
        "residual.layer_norm/whole-array",
        "residual.layer_norm/no-eps",
        "residual.layer_norm/one-plus-gamma",
        "residual.layer_norm/no-shift",
    ),
)
def layer_norm_definition(impl: Impl, on: Setting, case: inputs.Rows) -> Iterator[Record]:
    """Compares with exact fractions; γ and β also alone, and the rows under another leading axis."""
    x, gamma, beta = on.host(case.x), on.host(case.gamma), on.host(case.beta)
    options = {} if case.eps == 1e-5 else {"eps": case.eps}  # the default
    norm = impl["residual.layer_norm"]
    normal, scale = np.empty_like(x), np.empty_like(x)
    for i, row in enumerate(_exact(x, on)):
        values, steepness = _normalised(row, case.eps, on)
        normal[i] = values
        scale[i] = np.max(np.abs(normal[i])) + np.max(np.abs(x[i])) * steepness
    yield Gap("without γ and β", norm(case.x, **options), normal, scale)
    sizes = np.abs(gamma) * scale + np.abs(beta)
    yield Gap("with γ and β", norm(case.x, case.gamma, case.beta, **options), gamma * normal + beta, sizes)
    yield Gap("with γ alone", norm(case.x, case.gamma, None, **options), gamma * normal, sizes)
    yield Gap("with β alone", norm(case.x, None, case.beta, **options), normal + beta, scale + np.abs(beta))
    stacked = norm(on.array(x[:, None, :]), **options)
    yield Gap("three axes", stacked, normal[:, None, :], scale[:, None, :])
    yield Gap("one row", norm(case.x[0, :], **options), normal[0], scale[0])


@law(
    "residual.layer_norm-accuracy",
    "layer_norm keeps full accuracy where rows are nearly constant, and at any finite size",
    source="residual D7",
    about=("residual.layer_norm",),
    inputs=inputs.rows,
    kinds=("cancellation", "extreme"),
    tolerance=Rounding(
        {"shift, difference, mean": 3 + 16, "√variance": 7.5, "root and quotient": 2, "expectation": 1},
        "the first lose up to twice the largest deviation",
    ),
    refutes=(
        "residual.layer_norm/rounded-mean",
        "residual.layer_norm/one-pass-variance",
        "residual.layer_norm/mean-kept",
    ),
)
def layer_norm_accuracy(impl: Impl, on: Setting, case: inputs.Rows) -> Iterator[Record]:
    """Compares with exact fractions, without allowance for the condition |x|/σ."""
    normal = on.reals([_normalised(row, case.eps, on)[0] for row in _exact(on.host(case.x), on)])
    scale = np.max(np.abs(normal), axis=-1, keepdims=True)
    yield Gap("normalised", impl["residual.layer_norm"](case.x, eps=case.eps), normal, scale)


@law(
    "residual.deep_norm-definition",
    "deep_norm is LN(α x + branch), with the γ and β of LN",
    source="residual D7",
    about=("residual.deep_norm",),
    inputs=inputs.connections,
    tolerance=Rounding(_LAYER_NORM, "also after one unit in |αx| + |branch|, by α and the sum"),
    refutes=(
        "residual.deep_norm/no-gain",
        "residual.deep_norm/branch-scaled",
        "residual.deep_norm/post-norm",
        "residual.deep_norm/branch-normalised",
        "residual.deep_norm/result-scaled",
        "residual.deep_norm/both-scaled",
        "residual.deep_norm/not-normalised",
    ),
)
def deep_norm_definition(impl: Impl, on: Setting, case: inputs.Connection) -> Iterator[Record]:
    """Compares with exact fractions."""
    x, branch = on.host(case.x), on.host(case.branch)
    expected, scale = np.empty_like(x), np.empty_like(x)
    alpha = on.fraction(case.alpha)
    for i, (row, other) in enumerate(zip(_exact(x, on), _exact(branch, on), strict=True)):
        values, steepness = _normalised(
            [alpha * a + b for a, b in zip(row, other, strict=True)], case.eps, on
        )
        expected[i] = values
        size = np.max(case.alpha * np.abs(x[i]) + np.abs(branch[i]))
        scale[i] = np.max(np.abs(expected[i])) + size * steepness
    options = {"alpha": case.alpha} | ({} if case.eps == 1e-5 else {"eps": case.eps})  # the default
    found = impl["residual.deep_norm"](case.x, case.branch, **options)
    yield Gap("deep_norm", found, expected, scale)
    gamma, beta = on.host(case.gamma), on.host(case.beta)
    found = impl["residual.deep_norm"](case.x, case.branch, case.gamma, case.beta, **options)
    yield Gap("with γ and β", found, gamma * expected + beta, np.abs(gamma) * scale + np.abs(beta))


@law(
    "residual.deepnorm_constants-definition",
    "α⁴ is 2N, 2M or 3M and β⁻⁴ is 8N, 8M or 12M; the encoder beside a decoder has α¹⁶ = N⁴M/27 and "
    "β = 1/α√2, published as 0.81 and 0.87 times (N⁴M)^{±1/16}",
    source="residual D6",
    about=("residual.deepnorm_constants",),
    inputs=inputs.transformers,
    tolerance=Rounding(
        {"β of roots at 2, to the 16th power": 16 * 10, "the power": 2, "product with 27, the integer": 2}
    ),
    refutes=(
        "residual.deepnorm_constants/encoder-decoder-swapped",
        "residual.deepnorm_constants/two-and-eight-swapped",
        "residual.deepnorm_constants/single-stack-formula",
        "residual.deepnorm_constants/always-rounded",
        "residual.deepnorm_constants/square-roots",
        "residual.deepnorm_constants/depths-exchanged",
        "residual.deepnorm_constants/decoder-alone",
    ),
)
def deepnorm_constants_definition(impl: Impl, on: Setting, case: inputs.Transformer) -> Iterator[Record]:
    """Compares powers with integers, so that no root is taken."""
    constants = impl["residual.deepnorm_constants"]
    N, M = on.whole(case.encoder), on.whole(case.decoder)
    (encoder, none), (nothing, decoder) = constants(N, 0), constants(0, M)
    yield Same("absent parts", (none, nothing), (None, None))
    (published_alpha, published_beta), published_decoder = constants(N, M)
    (alpha, beta), exact_decoder = constants(N, M, exact=True)
    for label, power, expected in (
        ("encoder-only α⁴", encoder[0] ** 4, 2 * N),
        ("encoder-only β⁻⁴", encoder[1] ** -4, 8 * N),
        ("decoder-only α⁴", decoder[0] ** 4, 2 * M),
        ("decoder-only β⁻⁴", decoder[1] ** -4, 8 * M),
        ("decoder α⁴", published_decoder[0] ** 4, 3 * M),
        ("decoder β⁻⁴", published_decoder[1] ** -4, 12 * M),
        ("exact decoder α⁴", exact_decoder[0] ** 4, 3 * M),
        ("exact decoder β⁻⁴", exact_decoder[1] ** -4, 12 * M),
        ("published encoder α", (published_alpha / 0.81) ** 16, N**4 * M),
        ("published encoder β", (published_beta / 0.87) ** -16, N**4 * M),
        ("exact encoder α¹⁶", 27 * alpha**16, N**4 * M),
        ("exact encoder β⁻¹⁶", 27 * beta**-16, 256 * N**4 * M),
    ):
        yield Gap(label, power, on.number(expected), on.number(expected) * on.double)


@law(
    "residual.deepnorm-balance",
    "αβ = 1/√2 in every case, within 4e-3 for the published roundings; encoder-only 2N(v²+w²)/α² = 1, "
    "decoder-only 2M(v²+w²)/α² = 1, beside an encoder 3M(v²+w²)/α² = 1, and (Mβ_d²/α_d)·2N(v²+w²)/α² = 1 "
    "for the encoder",
    source="residual C9",
    about=("residual.deepnorm_constants",),
    inputs=inputs.transformers,
    tolerance=Rounding(
        {"β and α, squared": 2 * (10 + 8), "the decoder's constants": 6, "products and quotients": 8}
    ),
    refutes=(
        "residual.deepnorm_constants/encoder-decoder-swapped",
        "residual.deepnorm_constants/two-and-eight-swapped",
        "residual.deepnorm_constants/single-stack-formula",
        "residual.deepnorm_constants/always-rounded",
    ),
)
def deepnorm_balance(impl: Impl, on: Setting, case: inputs.Transformer) -> Iterator[Record]:
    """v = w = β, as the weights start; the encoder's condition has the decoder's constants in it."""
    constants = impl["residual.deepnorm_constants"]
    N, M = on.whole(case.encoder), on.whole(case.decoder)

    def strength(c: tuple[float, float]) -> float:
        return on.number(2 * c[1] ** 2 / c[0] ** 2)

    single, decoder_only = constants(N, 0)[0], constants(0, M)[1]
    encoder, decoder = constants(N, M, exact=True)
    one = on.double
    for label, c in (
        ("encoder-only", single),
        ("decoder-only", decoder_only),
        ("encoder", encoder),
        ("decoder", decoder),
    ):
        yield Gap(f"αβ√2, {label}", c[0] * c[1] * on.math.sqrt(2), 1.0, one)
    published = constants(N, M)[0]
    yield AtMost("αβ√2, published", abs(published[0] * published[1] * on.math.sqrt(2) - 1), 4e-3, one)
    yield Gap("encoder-only", 2 * N * strength(single), 1.0, one)
    yield Gap("decoder-only", 2 * M * strength(decoder_only), 1.0, one)
    yield Gap("decoder", 3 * M * strength(decoder), 1.0, one)
    yield Gap("encoder", M * decoder[1] ** 2 / decoder[0] * 2 * N * strength(encoder), 1.0, one)


def _increment(
    impl: Impl, on: Setting, case: inputs.Sublayers, constants: tuple[float, float, float]
) -> float:
    """E Σ‖∇‖²/(‖x‖²‖δ‖²) of 2N sublayers y = (αx + xVW)/√(α²+v²w²) over all signs of W = ±w; V = v, since in
    one dimension only the sign of the product matters.

    A sublayer is α/√(α²+v²w²) times a residual block with ε = 1/α, and the stack is linear."""
    alpha, v, w = constants
    sublayers = 2 * case.layers
    choice = ensembles.signs(sublayers).T
    members = choice.shape[1]
    first = on.array(v * np.eye(members))
    weights = [(first, on.array(np.diag(w * layer))) for layer in choice]
    x, cotangent = (on.array(np.tile(on.host(a), members)) for a in (case.x, case.cotangent))
    gradients = impl["residual.residual_gradients"](x, weights, cotangent, scale=1 / alpha)[1]
    together = on.host(on.xp.stack([part for pair in gradients for part in pair]))
    total = ensembles.mean_square(np.diagonal(together, axis1=-2, axis2=-1), members)
    start = on.number(on.host(case.x)[0] ** 2 * on.host(case.cotangent)[0] ** 2)
    return on.number(total / start * (1 + (v * w / alpha) ** 2) ** -sublayers)


@law(
    "residual.linearised-increment",
    "with LN as division by √(α²+v²w²), E Σ‖∇‖²/(‖x‖²‖δ‖²) = 2N(v²+w²)/(α²+v²w²): 1/(1+β⁴/α²) with the "
    "encoder-only constants, 2N in Post-LN",
    source="residual C8",
    about=("residual.residual_gradients", "residual.deepnorm_constants"),
    inputs=inputs.sublayers,
    tolerance=Rounding(
        {"4 sublayers, xᵀδ, squared": 2 * (4 * 7 + 1), "norms": 4 * 4, "sum of 8 squares": 8, "quotients": 8},
        "three products, two weights, ε and a sum in a sublayer",
    ),
    refutes=(
        "residual.residual_gradients/unscaled",
        "residual.residual_gradients/one-projection-unscaled",
        "residual.residual_gradients/skip-missing",
        "residual.deepnorm_constants/two-and-eight-swapped",
    ),
)
def linearised_increment(impl: Impl, on: Setting, case: inputs.Sublayers) -> Iterator[Record]:
    """All signs in one dimension. For DeepNorm β⁴/α² = 1/(8N√(2N))."""
    N = on.whole(case.layers)
    alpha, beta = impl["residual.deepnorm_constants"](N, 0)[0]
    given = 2 * N * (case.v**2 + case.w**2) / (case.alpha**2 + (case.v * case.w) ** 2)
    for label, constants, expected in (
        ("any α, v, w", (case.alpha, case.v, case.w), given),
        ("DeepNorm", (alpha, beta, beta), 1 / (1 + 1 / (8 * N * on.math.sqrt(2 * N)))),
        ("Post-LN", (1.0, 1.0, 1.0), 2.0 * N),
    ):
        a, v, w = constants
        largest = ((a + v * w) ** 2 / (a**2 + (v * w) ** 2)) ** (2 * N)
        yield Gap(label, _increment(impl, on, case, constants), expected, expected * largest)
