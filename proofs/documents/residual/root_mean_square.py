"""Laws of normalisation by the root mean square, and of the scores that use it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import AtMost, Gap, Impl, Kind, Record, Rounding, law
from .norms import _exact, _normalised, _root


@dataclass(frozen=True, slots=True)
class Rows:
    """x (batch, n), γ of eighths (so that γ − 1 is exact), and eps."""

    x: Array
    gamma: Array
    eps: float


def _gains(rng: np.random.Generator, n: int) -> np.ndarray[Any, Any]:
    return np.asarray(rng.integers(-24, 25, n) / 8)


@inputs.composite
def rows(draw: inputs.Draw, p: Precision, kind: Kind) -> Rows:
    """Rows of any size; eps = 0 only where none is zero."""
    n = draw(st.sampled_from([4, 1, 8]))
    x = inputs.values(draw, (inputs.batch(draw), n), p, kind, power=1)
    rest = [1e-6, 1e-12, 0.25] + [0.0] * bool(np.all(np.any(x != 0, axis=-1)))
    return Rows(x, _gains(inputs.generator(draw), n), draw(st.sampled_from(rest)))


def _expected(x: Any, eps: float, on: Setting) -> tuple[Any, Any]:
    """x/√(mean x² + eps) in exact arithmetic up to the root, and the largest of every row."""
    normal = np.empty_like(x)
    for i, row in enumerate(_exact(x, on)):
        square = sum((a * a for a in row), Fraction(0)) / len(row) + on.fraction(eps)
        normal[i] = [(1 if a > 0 else -1) * _root(a * a / square, on) for a in row]
    return normal, np.max(np.abs(normal), axis=-1, keepdims=True)


_NORM = {"8 squares and their mean, halved by the root": 7, "root and quotients": 3, "γ": 1, "expectation": 2}


@law(
    "residual.rms_norm-definition",
    "rms_norm is γ x/√(mean x² + eps), at any finite size",
    source="residual P1",
    about=("residual.rms_norm",),
    inputs=rows,
    tolerance=Rounding(_NORM),
    refutes=(
        "residual.rms_norm/mean-subtracted",
        "residual.rms_norm/eps-outside-root",
        "residual.rms_norm/deviation",
        "residual.rms_norm/sum-of-squares",
        "residual.rms_norm/no-root",
        "residual.rms_norm/multiplied",
        "residual.rms_norm/no-eps",
        "residual.rms_norm/one-plus-gamma",
        "residual.rms_norm/gamma-ignored",
        "residual.rms_norm/whole-array",
        "residual.rms_norm/squares-overflow",
        "residual.rms_norm/bfloat16-before-gamma",
    ),
)
def rms_norm_definition(impl: Impl, on: Setting, case: Rows) -> Iterator[Record]:
    """Compares with exact fractions, with γ and without."""
    options = {} if case.eps == 1e-6 else {"eps": case.eps}  # the default
    normal, scale = _expected(on.host(case.x), case.eps, on)
    gamma, norm = on.host(case.gamma), impl["residual.rms_norm"]
    yield Gap("with γ", norm(case.x, case.gamma, **options), gamma * normal, np.abs(gamma) * scale)
    yield Gap("without γ", norm(case.x, **options), normal, scale)


@law(
    "residual.rms-homogeneous",
    "RMS(sx; s² eps) = RMS(x; eps)",
    source="residual C10",
    about=("residual.rms_norm",),
    inputs=rows,
    tolerance=Rounding({name: 2 * count for name, count in _NORM.items()}),
    refutes=("residual.rms_norm/eps-outside-root", "residual.rms_norm/no-root"),
)
def rms_homogeneous(impl: Impl, on: Setting, case: Rows) -> Iterator[Record]:
    """s is a power of two, so that both arguments are exact."""
    norm, larger = impl["residual.rms_norm"], on.array(4 * on.host(case.x))
    one = on.host(norm(case.x, case.gamma, eps=case.eps))
    _, scale = _expected(on.host(case.x), case.eps, on)
    sizes = np.abs(on.host(case.gamma)) * scale
    yield Gap("four times", norm(larger, case.gamma, eps=16 * case.eps), one, sizes)


@law(
    "residual.rms-of-centred",
    "LN(x) = RMS(x − μ)",
    source="residual C11",
    about=("residual.rms_norm", "residual.layer_norm"),
    inputs=rows,
    tolerance=Rounding(
        {"mean of 8 terms": 8, "variances": 2 * 9, "roots and quotients": 2 * 2, "γ": 2, "centred row": 1},
        "also after one unit in x, which moves the layer norm by |x|/σ",
    ),
    refutes=(
        "residual.rms_norm/sum-of-squares",
        "residual.rms_norm/no-root",
        "residual.layer_norm/unbiased-variance",
        "residual.layer_norm/mean-kept",
    ),
)
def rms_of_centred(impl: Impl, on: Setting, case: Rows) -> Iterator[Record]:
    """The mean is subtracted in exact arithmetic; eps is not 0, so that constant rows have a norm."""
    x, eps = on.host(case.x), case.eps or 1e-6
    exact = _exact(x, on)
    means = [sum(row, Fraction(0)) / len(row) for row in exact]
    centred = on.reals([[on.number(a - mean) for a in row] for row, mean in zip(exact, means, strict=True)])
    scale = np.empty_like(x)
    for i, row in enumerate(exact):
        values, steepness = _normalised(row, eps, on)
        scale[i] = np.max(np.abs(on.reals(values))) + np.max(np.abs(x[i])) * steepness
    found = impl["residual.rms_norm"](on.array(centred), case.gamma, eps=eps)
    expected = on.host(impl["residual.layer_norm"](case.x, case.gamma, None, eps=eps))
    yield Gap("normalised", found, expected, np.abs(on.host(case.gamma)) * scale)


@dataclass(frozen=True, slots=True)
class Heads:
    """q (2, 3, d), k (2, 5, d), of which some are alike, γ_q and γ_k (d,), eps and a scale."""

    q: Array
    k: Array
    gamma_q: Array
    gamma_k: Array
    eps: float
    scale: float


@inputs.composite
def heads(draw: inputs.Draw, p: Precision, kind: Kind) -> Heads:
    d, rng = draw(st.sampled_from([4, 2])), inputs.generator(draw)
    q = inputs.values(draw, (2, 3, d), p, kind, power=1)
    others = inputs.values(draw, (2, 2, d), p, kind, power=1)
    return Heads(
        q,
        np.concatenate([q, others], axis=1),
        _gains(rng, d),
        _gains(rng, d),
        draw(st.sampled_from([1e-6, 0.25])),
        draw(st.sampled_from([1.0, 3.0, 0.1])),
    )


def _normal(x: Any, eps: float, on: Setting) -> Any:
    flat = x.reshape(-1, x.shape[-1])
    return _expected(flat, eps, on)[0].reshape(x.shape)


@law(
    "residual.qk_norm_scores-definition",
    "s_ij = scale · ⟨RMS(q_i; γ_q), RMS(k_j; γ_k)⟩, with 1/√d for the scale unless one is given",
    source="residual P2",
    about=("residual.qk_norm_scores",),
    inputs=heads,
    tolerance=Rounding(
        {
            "two norms": 2 * (7 + 3 + 1),
            "products and sum over d ≤ 4 features": 4,
            "scale": 3,
            "expectation": 2 * 3 + 5,
        }
    ),
    refutes=(
        "residual.qk_norm_scores/keys-not-normalised",
        "residual.qk_norm_scores/not-normalised",
        "residual.qk_norm_scores/unit-length",
        "residual.qk_norm_scores/all-heads",
        "residual.qk_norm_scores/scale-ignored",
        "residual.qk_norm_scores/not-scaled",
        "residual.qk_norm_scores/one-gain-for-both",
        "residual.qk_norm_scores/gains-ignored",
        "residual.qk_norm_scores/scores-normalised",
    ),
)
def qk_norm_scores_definition(impl: Impl, on: Setting, case: Heads) -> Iterator[Record]:
    """Rows in exact arithmetic up to the root, their products in float64."""
    d, score = on.host(case.q).shape[-1], impl["residual.qk_norm_scores"]
    q, k = (_normal(on.host(x), case.eps, on) for x in (case.q, case.k))
    gain_q, gain_k = on.host(case.gamma_q), on.host(case.gamma_k)
    usual = 1 / on.math.sqrt(on.number(d))
    options = {} if case.eps == 1e-6 else {"eps": case.eps}  # the default
    gained = score(case.q, case.k, case.gamma_q, case.gamma_k, **options)
    for label, found, scale, gains in (
        ("with γ", gained, usual, (gain_q, gain_k)),
        ("without γ", score(case.q, case.k, **options), usual, (1, 1)),
        ("scaled", score(case.q, case.k, scale=case.scale, **options), case.scale, (1, 1)),
        ("γ of the queries", score(case.q, case.k, case.gamma_q, None, **options), usual, (gain_q, 1)),
    ):
        left, right = q * gains[0], np.swapaxes(k * gains[1], -1, -2)
        yield Gap(label, found, scale * (left @ right), scale * (np.abs(left) @ np.abs(right)))


@law(
    "residual.qk-bounded",
    "|s_ij| ≤ √d max |γ_q γ_k|",
    source="residual C12",
    about=("residual.qk_norm_scores",),
    inputs=heads,
    tolerance=Rounding({"two norms": 2 * 11, "products and sum": 4, "scale and bound": 4}),
    refutes=("residual.qk_norm_scores/not-scaled", "residual.qk_norm_scores/keys-not-normalised"),
)
def qk_bounded(impl: Impl, on: Setting, case: Heads) -> Iterator[Record]:
    """Some keys are queries, where the bound is reached without γ and eps."""
    root = on.math.sqrt(on.number(on.host(case.q).shape[-1]))
    gain = on.number(np.max(np.abs(on.host(case.gamma_q) * on.host(case.gamma_k))))
    score = impl["residual.qk_norm_scores"]
    for label, found, bound in (
        ("with γ", score(case.q, case.k, case.gamma_q, case.gamma_k, eps=case.eps), root * gain),
        ("without γ", score(case.q, case.k, eps=case.eps), root),
    ):
        yield AtMost(label, np.abs(on.host(found)), bound, bound)
