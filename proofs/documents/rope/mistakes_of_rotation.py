"""How people get the rotation of pairs, and the scores that it gives, wrong."""

import math
from typing import Any

from .... import _libraries
from ....rope import angles, attention_scores, convert_layout, rotate, rotation_matrix
from ...language.mistake import MistakesOf
from .mistakes_of_frequencies import _to_bfloat16

of_rotate = MistakesOf("rope.rotate")
of_convert_layout = MistakesOf("rope.convert_layout")
of_rotation_matrix = MistakesOf("rope.rotation_matrix")
of_attention_scores = MistakesOf("rope.attention_scores")

_NEIGHBOURS = "Pairs neighbours, which is the interleaved layout, where this convention pairs halves."


_HALVES = "Pairs halves, component i with i + d/2, where this convention pairs neighbours."


@of_rotate(
    "wrong-sign",
    "Rotates by −θ: the rotation matrix was transposed; relative scores survive, absolute ones do not.",
)
def rotate_wrong_sign(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    return rotate(x, -angles, layout=layout)


@of_rotate(
    "layouts-swapped",
    "Rotates half-split pairs in interleaved features and conversely: weights of one library in another.",
    told=dict.fromkeys(("half-split", "tables", "half-tables", "bhsd", "bshd"), _NEIGHBOURS)
    | dict.fromkeys(("pairs", "freqs-cis"), _HALVES),
)
def rotate_layouts_swapped(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    return rotate(x, angles, layout="half" if layout == "interleaved" else "interleaved")


@of_rotate("reflection", "Loses the minus of the first row and puts it into the second: norms survive.")
def rotate_reflection(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    xp = _libraries.array_namespace(x, angles)
    pairs = convert_layout(x, source=layout, target="half")
    half = x.shape[-1] // 2
    flipped = xp.concat([pairs[..., :half], -pairs[..., half:]], axis=-1)
    return convert_layout(rotate(flipped, angles, layout="half"), source="half", target=layout)


@of_rotate("lost-sign", "Swaps the members of a pair without the minus: (b, a) instead of (−b, a).")
def rotate_lost_sign(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    xp = _libraries.array_namespace(x, angles)
    pairs = convert_layout(x, source=layout, target="half")
    a, b = pairs[..., : x.shape[-1] // 2], pairs[..., x.shape[-1] // 2 :]
    cos, sin = xp.cos(angles), xp.sin(angles)
    turned = xp.concat([a * cos + b * sin, b * cos + a * sin], axis=-1)
    return convert_layout(turned, source="half", target=layout)


@of_rotate(
    "angles-from-the-left",
    "Expands the angles before the wrong axis: those of positions meet the heads, where there are as many.",
)
def rotate_angles_from_the_left(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    missing = (1,) * max(x.ndim - angles.ndim, 0)
    shape = (*angles.shape[:-1], *missing, angles.shape[-1])
    return rotate(x, _libraries.array_namespace(x).reshape(angles, shape), layout=layout)


@of_convert_layout("inverse", "Permutes the other way round: gathers instead of scattering.")
def convert_layout_inverse(x: Any, /, *, source: Any, target: Any) -> Any:
    return convert_layout(x, source=target, target=source)


@of_rotation_matrix(
    "transposed",
    "Writes the matrix for row vectors.",
    told={"row-vectors": "Writes the matrix for column vectors, Rx, where this convention turns rows, xR."},
)
def rotation_matrix_transposed(angles: Any, /) -> Any:
    return rotation_matrix(-angles)


@of_rotation_matrix(
    "axes-from-the-left",
    "Counts the new axes from the front, which is right for a table of positions and pairs alone.",
)
def rotation_matrix_axes_from_the_left(angles: Any, /) -> Any:
    xp = _libraries.array_namespace(angles)
    cos, sin = xp.cos(angles), xp.sin(angles)
    return xp.stack([xp.stack([cos, -sin], axis=2), xp.stack([sin, cos], axis=2)], axis=2)


@of_attention_scores(
    "conjugate-keys", "Turns keys the other way, so that scores depend on the sum of the positions."
)
def attention_scores_conjugate(q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, **options: Any) -> Any:
    return attention_scores(q, k, i, -j, frequencies, **options)


@of_attention_scores("relative-position-negated", "Turns keys by i − j relative to queries instead of j − i.")
def attention_scores_negated(q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, **options: Any) -> Any:
    return attention_scores(q, k, i, j, -frequencies, **options)


@of_attention_scores(
    "keys-from-zero",
    "Counts the positions of the keys at hand from zero, though a cache dropped or already turned others.",
)
def attention_scores_keys_from_zero(
    q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, **options: Any
) -> Any:
    return attention_scores(q, k, i, j - j[..., :1], frequencies, **options)


@of_attention_scores(
    "bfloat16-angles",
    "Forms the angles of both sides in half precision, so that large positions lose their difference.",
    reference="transformers#25681",
)
def attention_scores_bfloat16(
    q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, *, layout: Any = "interleaved"
) -> Any:
    xp = _libraries.array_namespace(q, k)
    queries = rotate(q, _to_bfloat16(angles(i, frequencies)), layout=layout)
    keys = rotate(k, _to_bfloat16(angles(j, frequencies)), layout=layout)
    return xp.matmul(queries, xp.matrix_transpose(keys))


def _members(x: Any, layout: Any) -> tuple[Any, Any]:
    """The first and the second members of all pairs."""
    halves, half = convert_layout(x, source=layout, target="half"), x.shape[-1] // 2
    return halves[..., :half], halves[..., half:]


def _placed(first: Any, second: Any, layout: Any) -> Any:
    """Members of pairs where the layout has them."""
    xp = _libraries.array_namespace(first)
    return convert_layout(xp.concat([first, second], axis=-1), source="half", target=layout)


def _turns(x: Any, angles: Any) -> tuple[Any, Any]:
    """Cosines and sines in the dtype of x."""
    xp = _libraries.array_namespace(x, angles)
    return xp.astype(xp.cos(angles), x.dtype), xp.astype(xp.sin(angles), x.dtype)


@of_rotate(
    "in-place",
    "Overwrites the first member of a pair in place before the second is computed, which reads the new one.",
)
def rotate_in_place(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    (a, b), (cos, sin) = _members(x, layout), _turns(x, angles)
    a = a * cos - b * sin
    return _placed(a, a * sin + b * cos, layout)


@of_rotate("cosine-sine-exchanged", "Exchanges the cosine and sine tables, which turns by π/2 − θ.")
def rotate_exchanged(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    (a, b), (cos, sin) = _members(x, layout), _turns(x, angles)
    return _placed(a * sin - b * cos, a * cos + b * sin, layout)


@of_rotate(
    "written-as-halves",
    "Reads pairs in their layout and writes them in the other layout, first members before second ones.",
)
def rotate_written_as_halves(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    other: Any = "half" if layout == "interleaved" else "interleaved"
    return convert_layout(rotate(x, angles, layout=layout), source=layout, target=other)


@of_rotate(
    "tables-mixed",
    "Mixes layouts: tables for halves, [θ | θ], meet a rotation of neighbours (or conversely), "
    "which is no rotation.",
    reference="transformers#47328",
)
def rotate_tables_mixed(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    xp, (a, b) = _libraries.array_namespace(x, angles), _members(x, layout)
    if layout == "interleaved":
        spread = xp.concat([angles, angles], axis=-1)
    else:
        spread = xp.repeat(angles, 2, axis=-1)
    cos, sin = _turns(x, spread)
    return x * cos + _placed(-b, a, layout) * sin


@of_rotate(
    "partners-mixed",
    "Takes the tables of its layout, but the partner of the other layout: tables [θ₀, θ₀, θ₁, θ₁, …] meet "
    "`rotate_half`, which pairs i with i + d/2 (or [θ | θ] meets neighbours); it is no rotation.",
    reference="how-to-train-your-gpt#6",
)
def rotate_partners_mixed(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    xp, other = (
        _libraries.array_namespace(x, angles),
        "half" if layout == "interleaved" else "interleaved",
    )
    spread = (
        xp.repeat(angles, 2, axis=-1) if layout == "interleaved" else xp.concat([angles, angles], axis=-1)
    )
    (a, b), (cos, sin) = _members(x, other), _turns(x, spread)
    return x * cos + _placed(-b, a, other) * sin


_ALIKE = (
    "Gives the same for queries and keys: their halves are mixed up, those of one in the result of the other."
)


@of_rotate(
    "zeros",
    "Gives zeros, as if the result had been allocated and never filled.",
    reference="ColossalAI#6428",
    told={"bhsd": _ALIKE, "freqs-cis": _ALIKE},
)
def rotate_zeros(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    return 0 * rotate(x, angles, layout=layout)


@of_rotate(
    "no-sine",
    "Loses the sine, x cos θ: the sine table is zero, or is read beyond its end.",
    reference="vllm-ascend#12723",
)
def rotate_no_sine(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    (a, b), (cos, _) = _members(x, layout), _turns(x, angles)
    return _placed(a * cos, b * cos, layout)


@of_rotate("half-angle", "Turns by half of the angle, as quaternions have it: θ/2.")
def rotate_half_angle(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    return rotate(x, angles / 2, layout=layout)


@of_rotate("degrees", "Takes the angles to be in degrees: multiplies them by π/180.")
def rotate_degrees(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    return rotate(x, angles * (math.pi / 180), layout=layout)


@of_rotate(
    "bfloat16-tables",
    "Stores the tables of cosines and sines in bfloat16, with eight significant bits.",
    reference="modded-nanogpt#39",
)
def rotate_bfloat16_tables(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    (a, b), (cos, sin) = _members(x, layout), (_to_bfloat16(t) for t in _turns(x, angles))
    return _placed(a * cos - b * sin, a * sin + b * cos, layout)


@of_convert_layout(
    "same-layout-too", "Permutes to the target also where it is the layout already: source == target."
)
def convert_layout_same_too(x: Any, /, *, source: Any, target: Any) -> Any:
    return convert_layout(x, source="half" if target == "interleaved" else "interleaved", target=target)


@of_convert_layout(
    "one-way",
    "Always moves members to halves, whatever source and target are: half-split weights are permuted again.",
)
def convert_layout_one_way(x: Any, /, *, source: Any, target: Any) -> Any:
    return x if source == target else convert_layout(x, source="interleaved", target="half")


@of_convert_layout(
    "members-exchanged", "Exchanges the members of every pair: the second stands where the first belongs."
)
def convert_layout_members_exchanged(x: Any, /, *, source: Any, target: Any) -> Any:
    if source == target:
        return convert_layout(x, source=source, target=target)
    first, second = _members(x, source)
    return _placed(second, first, target)


@of_rotation_matrix("reflection", "Puts the minus into the other row: [[cos, sin], [sin, −cos]] reflects.")
def rotation_matrix_reflection(angles: Any, /) -> Any:
    xp = _libraries.array_namespace(angles)
    found = rotation_matrix(-angles)
    signs = xp.asarray([[1.0], [-1.0]], dtype=found.dtype, device=_libraries.device(found))
    return found * signs


@of_rotation_matrix("cosine-sine-exchanged", "Exchanges the cosine and sine, which turns by π/2 − θ.")
def rotation_matrix_exchanged(angles: Any, /) -> Any:
    xp = _libraries.array_namespace(angles)
    cos, sin = xp.cos(angles), xp.sin(angles)
    return xp.stack([xp.stack([sin, -cos], axis=-1), xp.stack([cos, sin], axis=-1)], axis=-2)


@of_rotation_matrix("half-angle", "Turns by half of the angle, as quaternions have it: θ/2.")
def rotation_matrix_half_angle(angles: Any, /) -> Any:
    return rotation_matrix(angles / 2)


@of_attention_scores("scaled", "Divides the scores by √d, which attention does later.")
def attention_scores_scaled(q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, **options: Any) -> Any:
    return attention_scores(q, k, i, j, frequencies, **options) / math.sqrt(q.shape[-1])


@of_attention_scores(
    "keys-unturned", "Rotates queries only: keys are never turned, as if they came turned from a cache."
)
def attention_scores_keys_unturned(
    q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, **options: Any
) -> Any:
    return attention_scores(q, k, i, j * 0, frequencies, **options)


@of_attention_scores("softmax", "Gives the weights, the softmax of the scores over the keys.")
def attention_scores_softmax(q: Any, k: Any, i: Any, j: Any, frequencies: Any, /, **options: Any) -> Any:
    found = attention_scores(q, k, i, j, frequencies, **options)
    xp = _libraries.array_namespace(found)
    if not found.shape[-1]:
        return found
    shares = xp.exp(found - xp.max(found, axis=-1, keepdims=True))
    return shares / xp.sum(shares, axis=-1, keepdims=True)
