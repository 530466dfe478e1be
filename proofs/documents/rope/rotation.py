"""Laws of the rotation, its layouts, and the scores that it gives."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Exact, Gap, Impl, Record, Rounding, Same, law
from . import inputs


def _members(d: int, layout: str) -> tuple[Any, Any]:
    """Where the first and the second members of pairs stand."""
    if layout == "interleaved":
        return np.s_[..., 0::2], np.s_[..., 1::2]
    return np.s_[..., : d // 2], np.s_[..., d // 2 :]


def complex_pairs(x: Any, layout: str) -> Any:
    """Pairs as complex numbers."""
    first, second = _members(x.shape[-1], layout)
    return x[first] + 1j * x[second]


def sizes(x: Any, layout: str) -> Any:
    """|a| + |b| of its pair for every feature."""
    first, second = _members(x.shape[-1], layout)
    scale = np.empty_like(x)
    scale[first] = scale[second] = np.abs(x[first]) + np.abs(x[second])
    return scale


def features(pairs: Any, layout: str) -> Any:
    """Complex pairs as features."""
    if layout == "half":
        return np.concatenate([pairs.real, pairs.imag], axis=-1)
    return np.stack([pairs.real, pairs.imag], axis=-1).reshape(*pairs.shape[:-1], -1)


ROTATED = Rounding(
    {"product and sum a side": 2 * 2, "cosine in the dtype": 1, "cosine of the expectation": 2},
    calls=("cos",),
)
SCORES = Rounding({"cosine, product and sum a side": 2 * 3, "product and sum over d ≤ 8 features": 8})


@law(
    "rope.rotate-definition",
    "rotate(x, θ) is the pairwise rotation (a cos θ − b sin θ, a sin θ + b cos θ)",
    source="rope D4",
    about=("rope.rotate",),
    inputs=inputs.rotations,
    tolerance=ROTATED,
    refutes=(
        "rope.rotate/wrong-sign",
        "rope.rotate/layouts-swapped",
        "rope.rotate/reflection",
        "rope.rotate/lost-sign",
        "rope.rotate/in-place",
        "rope.rotate/cosine-sine-exchanged",
        "rope.rotate/written-as-halves",
        "rope.rotate/tables-mixed",
        "rope.rotate/partners-mixed",
        "rope.rotate/zeros",
        "rope.rotate/no-sine",
        "rope.rotate/half-angle",
        "rope.rotate/degrees",
        "rope.rotate/bfloat16-tables",
    ),
)
def rotation_definition(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    """Compares with one complex product a pair, in float64."""
    x, angles = on.host(case.x), on.host(case.angles)
    expected = features(complex_pairs(x, case.layout) * np.exp(1j * angles), case.layout)
    found = impl["rope.rotate"](case.x, case.angles, layout=case.layout)
    yield Gap("rotated", found, expected, sizes(x, case.layout))


@law(
    "rope.rotation_matrix-definition",
    "R(θ) = [[cos θ, −sin θ], [sin θ, cos θ]]",
    source="rope D4",
    about=("rope.rotation_matrix",),
    inputs=inputs.rotations,
    tolerance=Rounding({"cosine of the expectation": 2, "its product by i": 1}, calls=("cos",)),
    refutes=(
        "rope.rotation_matrix/transposed",
        "rope.rotation_matrix/reflection",
        "rope.rotation_matrix/cosine-sine-exchanged",
        "rope.rotation_matrix/half-angle",
    ),
)
def rotation_matrix_definition(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    """Columns are e^(iθ) and i e^(iθ)."""
    turned = np.exp(1j * on.host(case.angles))
    columns = [np.stack([np.real(z), np.imag(z)], axis=-1) for z in (turned, 1j * turned)]
    yield Gap("R", impl["rope.rotation_matrix"](case.angles), np.stack(columns, axis=-1), 1.0)


@law(
    "rope.block-diagonal",
    "rotate multiplies by the block-diagonal matrix of the R(θ_m)",
    source="rope C3",
    stands="that rotate and rotation_matrix belong together",
    about=("rope.rotate", "rope.rotation_matrix"),
    inputs=inputs.rotations,
    tolerance=Rounding({"product and sum a side": 2 * 2}, calls=("cos", "sin")),
    refutes=("rope.rotation_matrix/transposed", "rope.rotate/wrong-sign", "rope.rotate/layouts-swapped"),
)
def block_diagonal(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    """The whole d × d matrix, in float64."""
    x, blocks = on.host(case.x), on.host(impl["rope.rotation_matrix"](case.angles))
    d = x.shape[-1]
    places = np.arange(d)
    whole, pairs = np.zeros((len(x), d, d), like=x), [places[part[1:]] for part in _members(d, case.layout)]
    for row in (0, 1):
        for column in (0, 1):
            whole[:, pairs[row], pairs[column]] = blocks[..., row, column]
    found = impl["rope.rotate"](case.x, case.angles, layout=case.layout)
    yield Gap("rotated", found, (whole @ x[..., None])[..., 0], sizes(x, case.layout))


@law(
    "rope.norm-kept",
    "rotation keeps the norm of every pair",
    source="rope C3",
    stands="that norms are kept, pair by pair",
    about=("rope.rotate",),
    inputs=inputs.rotations,
    tolerance=Rounding(
        {"product and sum, √2 < 1.5 times in a modulus": 2 * 1.5, "two moduli": 2}, calls=("cos", "sin")
    ),
    refutes=("rope.rotate/lost-sign",),
)
def norm_kept(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    """Moduli in float64."""
    x, found = on.host(case.x), impl["rope.rotate"](case.x, case.angles, layout=case.layout)
    before, after = (np.abs(complex_pairs(v, case.layout)) for v in (x, on.host(found)))
    yield Gap("norm", after, before, complex_pairs(sizes(x, case.layout), case.layout).real)


@law(
    "rope.rotations-compose",
    "R_θ R_φ = R_{θ+φ}",
    source="rope C3",
    stands="that turns add up, from which relative positions follow",
    about=("rope.rotate",),
    inputs=inputs.rotations,
    tolerance=Rounding(
        {"product and sum of a rotation": 2, "of two in a row, √2 < 1.5 times": 4 * 1.5},
        "θ + φ rounds in the scale",
        calls=("cos", "sin") * 2,
    ),
    refutes=("rope.rotate/reflection", "rope.rotate/lost-sign"),
)
def rotations_compose(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    """The sum of the angles is rounded to the dtype, which costs u|θ + φ|."""
    x, total = on.host(case.x), on.host(case.angles) + on.host(case.more)
    step = impl["rope.rotate"](case.x, case.angles, layout=case.layout)
    twice = impl["rope.rotate"](step, case.more, layout=case.layout)
    once = impl["rope.rotate"](case.x, on.array(total), layout=case.layout)
    slack = features((1 + 1j) * (1 + np.abs(total) / 8), case.layout)  # one of the 8 operations
    yield Gap("rotated", twice, once, sizes(x, case.layout) * slack)


@law(
    "rope.relative-position",
    "⟨R_i q, R_j k⟩ = ⟨q, R_{j−i} k⟩",
    source="rope C3",
    stands="that only differences of positions count",
    about=("rope.rotate", "rope.angles"),
    inputs=inputs.attention,
    tolerance=Rounding(
        {"products and sums of three rotations": 3 * 2, "8 products and sums a side, halved": 8},
        calls=("cos", "sin") * 2,
    ),
    refutes=("rope.rotate/reflection", "rope.angles/positions-from-one"),
)
def relative_position(impl: Impl, on: Setting, case: inputs.Attention) -> Iterator[Record]:
    """Inner products in float64. Angles of the dtype are off by u|θ|, one of 14 operations, so
    positions stay where that is less than 1/16."""
    q, k = on.host(case.q)[:, :5], on.host(case.k)[:, :5]
    i, j = (on.host(n)[:5] % 2 ** (on.precision.bits - 4) for n in (case.i, case.j))
    omega = on.host(case.frequencies)

    def turned(x: Any, n: Any) -> Any:
        theta = impl["rope.angles"](on.array(n), case.frequencies)
        return on.host(impl["rope.rotate"](on.array(x), theta, layout=case.layout))

    both = np.sum(turned(q, i) * turned(k, j), axis=-1)
    one = np.sum(q * turned(k, j - i), axis=-1)
    farthest = np.abs(i) + np.abs(j) + np.abs(j - i)
    pairs = np.abs(complex_pairs(q, case.layout)) * np.abs(complex_pairs(k, case.layout))
    scale = np.sum(2 * pairs * (1 + farthest[:, None] * omega / 14), axis=-1)
    yield Gap("score", both, one, scale)


@law(
    "rope.layouts-agree",
    "rotating commutes with converting the layout",
    source="rope C3",
    stands="that a layout is an order of features and nothing else",
    about=("rope.rotate", "rope.convert_layout"),
    inputs=inputs.rotations,
    tolerance=Rounding({"product and sum a side": 2 * 2}, calls=("cos", "sin")),
    refutes=("rope.convert_layout/inverse", "rope.rotate/layouts-swapped"),
)
def layouts_agree(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    """Both layouts run on the backend."""
    other = "half" if case.layout == "interleaved" else "interleaved"
    options = {"source": case.layout, "target": other}
    converted = impl["rope.convert_layout"](case.x, **options)
    left = impl["rope.rotate"](converted, case.angles, layout=other)
    rotated = impl["rope.rotate"](case.x, case.angles, layout=case.layout)
    right = impl["rope.convert_layout"](rotated, **options)
    yield Gap("rotated", left, right, sizes(on.host(converted), other))


@law(
    "rope.convert_layout-definition",
    "pair m stands at (2m, 2m+1) interleaved and at (m, m + d/2) half-split",
    source="rope D4",
    about=("rope.convert_layout",),
    inputs=inputs.rotations,
    tolerance=Exact("numbers only move"),
    refutes=(
        "rope.convert_layout/inverse",
        "rope.convert_layout/same-layout-too",
        "rope.convert_layout/one-way",
        "rope.convert_layout/members-exchanged",
    ),
)
def convert_layout_definition(impl: Impl, on: Setting, case: inputs.Rotations) -> Iterator[Record]:
    """The conversion, its inverse, and none."""
    x = on.host(case.x)
    expected = features(complex_pairs(x, "interleaved"), "half")
    found = impl["rope.convert_layout"](case.x, source="interleaved", target="half")
    yield Same("to half", on.host(found), expected)
    back = impl["rope.convert_layout"](found, source="half", target="interleaved")
    yield Same("and back", on.host(back), x)
    same = impl["rope.convert_layout"](case.x, source=case.layout, target=case.layout)
    yield Same("to itself", on.host(same), x)


@law(
    "rope.attention_scores-definition",
    "s_ij = ⟨R_i q_i, R_j k_j⟩ = Re Σ_m conj(q_m) k_m e^(i(j−i)ω_m): only j − i matters",
    source="rope D6, C3",
    about=("rope.attention_scores",),
    inputs=inputs.attention,
    tolerance=SCORES,
    refutes=(
        "rope.attention_scores/conjugate-keys",
        "rope.attention_scores/relative-position-negated",
        "rope.attention_scores/keys-from-zero",
        "rope.attention_scores/bfloat16-angles",
        "rope.attention_scores/scaled",
        "rope.attention_scores/keys-unturned",
        "rope.attention_scores/softmax",
    ),
)
def attention_scores_definition(impl: Impl, on: Setting, case: inputs.Attention) -> Iterator[Record]:
    """Relative positions are exact. Angles and cosines in float64 cost 2^−53 (|i| + |j|)ω and a few
    2^−53, for which the 2 below stands; those for half precision are formed in float32."""
    q, k = complex_pairs(on.host(case.q), case.layout), complex_pairs(on.host(case.k), case.layout)
    i, j, omega = on.host(case.i)[:, None, None], on.host(case.j)[:, None], on.host(case.frequencies)
    pairs = np.conj(q)[:, :, None] * k[:, None]
    expected = np.sum(pairs * np.exp(1j * (j - i) * omega), axis=-1).real
    found = impl["rope.attention_scores"](
        case.q, case.k, case.i, case.j, case.frequencies, layout=case.layout
    )
    slack = 1 + (2 + (np.abs(i) + np.abs(j)) * omega) * on.wide
    yield Gap("score", found, expected, np.sum(2 * np.abs(pairs) * slack, axis=-1))
