"""Conventions of rotary embeddings that differ from this document's."""

import math
from dataclasses import replace
from typing import Any

from .... import rope
from ...._libraries import array_namespace
from ...._xp import create
from ....public import naming
from ...language.adapter import adapter
from ...language.law import Implementation, NotApplicableError


def _half(x: Any, layout: Any) -> Any:
    return rope.convert_layout(x, source=layout, target="half")


def _from_half(x: Any, layout: Any) -> Any:
    return rope.convert_layout(x, source="half", target=layout)


def _tables(angles: Any, like: Any) -> tuple[Any, Any]:
    """Cosines and sines in the dtype of the vectors."""
    xp = array_namespace(angles, like)
    return xp.astype(xp.cos(angles), like.dtype, copy=False), xp.astype(
        xp.sin(angles), like.dtype, copy=False
    )


def _twice(table: Any) -> Any:
    return array_namespace(table).concat([table, table], axis=-1)


def _rows(x: Any, angles: Any) -> tuple[Any, Any, tuple[int, ...]]:
    """x as (n, d), angles as (n, d/2), and the shape that they broadcast to."""
    xp = array_namespace(x, angles)
    shape = tuple(xp.broadcast_arrays(x[..., 0], angles[..., 0])[0].shape)
    rows = (
        xp.reshape(xp.broadcast_to(array, (*shape, array.shape[-1])), (math.prod(shape), array.shape[-1]))
        for array in (x, angles)
    )
    return (*rows, (*shape, x.shape[-1]))


@adapter(
    "rope.rotate",
    "half-split",
    "mine(x, angles): component i is paired with i + d/2, in x and in the result.",
    reference="transformers, flash-attention",
)
def rotate_half_split(mine: Implementation) -> Implementation:
    def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        return _from_half(mine(_half(x, layout), angles), layout)

    return rotate


@adapter(
    "rope.rotate",
    "tables",
    "mine(x, cos, sin): tables (..., d) that hold each half twice, [θ | θ]; x half-split.",
    reference="transformers (one tensor)",
)
def rotate_tables(mine: Implementation) -> Implementation:
    def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        cos, sin = _tables(angles, x)
        return _from_half(mine(_half(x, layout), _twice(cos), _twice(sin)), layout)

    return rotate


@adapter("rope.rotate", "half-tables", "mine(x, cos, sin): tables (..., d/2); x half-split.")
def rotate_half_tables(mine: Implementation) -> Implementation:
    def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        return _from_half(mine(_half(x, layout), *_tables(angles, x)), layout)

    return rotate


@adapter(
    "rope.rotate",
    "bhsd",
    "mine(q, k, cos, sin) → (q, k): q, k (batch, heads, sequence, d) half-split, tables (batch, sequence, d) "
    "that hold each half twice. q gets x and k gets −x; the mean of q and −k is tested.",
    reference="apply_rotary_pos_emb of transformers",
)
def rotate_bhsd(mine: Implementation) -> Implementation:
    def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        xp = array_namespace(x, angles)
        rows, turns, shape = _rows(x, angles)
        heads = _half(rows, layout)[None, None, ...]
        cos, sin = (_twice(table)[None, ...] for table in _tables(turns, x))
        q, k = mine(heads, -heads, cos, sin)
        return _from_half(xp.reshape(q / 2 - k / 2, shape), layout)

    return rotate


@adapter(
    "rope.rotate",
    "bshd",
    "mine(x, cos, sin): x (batch, sequence, heads, d) half-split, tables (sequence, d/2).",
    reference="flash-attention",
)
def rotate_bshd(mine: Implementation) -> Implementation:
    def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        xp = array_namespace(x, angles)
        rows, turns, shape = _rows(x, angles)
        turned = mine(_half(rows, layout)[None, :, None, :], *_tables(turns, x))
        return _from_half(xp.reshape(turned, shape), layout)

    return rotate


@adapter(
    "rope.rotate",
    "pairs",
    "mine(x, angles): x (..., d/2, 2), the members of a pair on the last axis, in the result too.",
    reference="torchtune",
)
def rotate_pairs(mine: Implementation) -> Implementation:
    def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        xp = array_namespace(x, angles)
        pairs = rope.convert_layout(x, source=layout, target="interleaved")
        turned = mine(xp.reshape(pairs, (*x.shape[:-1], x.shape[-1] // 2, 2)), angles)
        flat = xp.reshape(turned, (*turned.shape[:-2], x.shape[-1]))
        return rope.convert_layout(flat, source="interleaved", target=layout)

    return rotate


def _complex(real: Any, imaginary: Any) -> Any:
    xp = array_namespace(real, imaginary)
    dtype = xp.complex64 if real.dtype == xp.float32 else xp.complex128
    return xp.astype(real, dtype) + 1j * xp.astype(imaginary, dtype)


@adapter(
    "rope.rotate",
    "complex",
    "mine(z, freqs_cis): the pairs as complex numbers (..., d/2), and e^(iθ).",
)
def rotate_complex(mine: Implementation) -> Implementation:
    def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        xp = array_namespace(x, angles)
        half, d = _half(x, layout), x.shape[-1] // 2
        turned = mine(_complex(half[..., :d], half[..., d:]), _complex(*_tables(angles, x)))
        return _from_half(xp.concat([xp.real(turned), xp.imag(turned)], axis=-1), layout)

    return rotate


@adapter(
    "rope.rotate",
    "freqs-cis",
    "mine(xq, xk, freqs_cis) → (xq, xk): xq, xk (batch, sequence, heads, d) interleaved, freqs_cis "
    "(sequence, d/2) complex e^(iθ). q gets x and k gets −x; the mean of q and −k is tested.",
    reference="apply_rotary_emb of Llama",
)
def rotate_freqs_cis(mine: Implementation) -> Implementation:
    def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        xp = array_namespace(x, angles)
        rows, turns, shape = _rows(x, angles)
        heads = rope.convert_layout(rows, source=layout, target="interleaved")[None, :, None, :]
        q, k = mine(heads, -heads, _complex(*_tables(turns, x)))
        return rope.convert_layout(xp.reshape(q / 2 - k / 2, shape), source="interleaved", target=layout)

    return rotate


@adapter(
    "rope.attention_scores",
    "half-split",
    "mine(q, k, q_positions, k_positions, frequencies): component i of q and k is paired with i + d/2.",
)
def attention_scores_half_split(mine: Implementation) -> Implementation:
    def attention_scores(q: Any, k: Any, *others: Any, layout: Any = "interleaved") -> Any:
        return mine(_half(q, layout), _half(k, layout), *others)

    return attention_scores


@adapter(
    "rope.angles",
    "doubled",
    "mine(positions, inv_freq): angles (..., d) that hold each half twice, [θ | θ]; the mean of both is "
    "tested.",
)
def angles_doubled(mine: Implementation) -> Implementation:
    def angles(positions: Any, frequencies: Any, /) -> Any:
        both, half = mine(positions, frequencies), frequencies.shape[0]
        return both[..., :half] / 2 + both[..., half:] / 2

    return angles


@adapter(
    "rope.rotation_matrix", "row-vectors", "mine(angles): the matrices that turn rows, xR instead of Rx."
)
def rotation_matrix_row_vectors(mine: Implementation) -> Implementation:
    def rotation_matrix(angles: Any, /) -> Any:
        return array_namespace(angles).matrix_transpose(mine(angles))

    return rotation_matrix


def _encoded(mine: Implementation, positions: Any, dim: int, base: float, dtype: Any) -> Any:
    table = mine(positions, dim, base)
    return array_namespace(positions).astype(table, positions.dtype if dtype is None else dtype, copy=False)


@adapter(
    "rope.sinusoidal",
    "sine-first",
    "mine(positions, dim, base): [sin, cos, sin, cos, ...], the sine of each pair first.",
    reference="the first Transformer's paper",
)
def sinusoidal_sine_first(mine: Implementation) -> Implementation:
    def sinusoidal(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
        xp, table = array_namespace(positions), _encoded(mine, positions, dim, base, dtype)
        pairs = xp.flip(xp.reshape(table, (*table.shape[:-1], dim // 2, 2)), axis=-1)
        return xp.reshape(pairs, table.shape)

    return sinusoidal


@adapter(
    "rope.sinusoidal",
    "sin-cos-halves",
    "mine(positions, dim, base): all sines, then all cosines.",
    reference="tensor2tensor, diffusers",
)
def sinusoidal_halves(mine: Implementation) -> Implementation:
    def sinusoidal(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
        table = _encoded(mine, positions, dim, base, dtype)
        xp, half = array_namespace(table), dim // 2
        cosine_first = xp.concat([table[..., half:], table[..., :half]], axis=-1)
        return _from_half(cosine_first, "interleaved")

    return sinusoidal


@adapter(
    "rope.sinusoidal",
    "cos-sin-halves",
    "mine(positions, dim, base): all cosines, then all sines.",
    reference="timestep_embedding of improved-diffusion, diffusers with flip_sin_to_cos",
)
def sinusoidal_cosine_halves(mine: Implementation) -> Implementation:
    def sinusoidal(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
        return _from_half(_encoded(mine, positions, dim, base, dtype), "interleaved")

    return sinusoidal


def _table(values: Any, xp: Any, dtype: Any, device: Any) -> Any:
    space, dtype = naming("adapter inv-freq")(create)(xp, dtype, device)
    return space.asarray(values, dtype=dtype, device=device)


@adapter("rope.frequencies", "inv-freq", "mine(dim, base) → (dim/2,), an array of any library or a list.")
def frequencies_inv_freq(mine: Implementation) -> Implementation:
    def frequencies(
        dim: int, /, *, base: float = 10000.0, xp: Any = None, dtype: Any = None, device: Any = None
    ) -> Any:
        return _table(mine(dim, base), xp, dtype, device)

    return frequencies


@adapter(
    "rope.dynamic_ntk",
    "inv-freq",
    "mine(length, dim, base, factor=, train_length=) → (dim/2,), an array of any library or a list.",
)
def dynamic_ntk_inv_freq(mine: Implementation) -> Implementation:
    def dynamic_ntk(
        length: float, /, *, dim: int, base: float = 10000.0,
        xp: Any = None, dtype: Any = None, device: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        return _table(mine(length, dim, base, **options), xp, dtype, device)

    return dynamic_ntk


@adapter(
    "rope.yarn",
    "inv-freq",
    "mine(dim, base, factor=, train_length=, and if given ramp=, truncate=, beta_slow=, beta_fast=) → "
    "(dim/2,), an array of any library or a list.",
)
def yarn_inv_freq(mine: Implementation) -> Implementation:
    def yarn(
        dim: int, /, *, base: float = 10000.0,
        xp: Any = None, dtype: Any = None, device: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        return _table(mine(dim, base, **options), xp, dtype, device)

    return yarn


def _index_ramp(mine: Implementation, truncate: bool) -> Implementation:
    """YaRN of one ramp alone: calls for another do not apply."""
    asked = "ramp='code'" if truncate else "ramp='code', truncate=False"

    def yarn(
        dim: int, /, *, base: float = 10000.0, ramp: Any = "paper", rounded: Any = True,
        xp: Any = None, dtype: Any = None, device: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        if ramp != "code" or rounded != truncate:
            raise NotApplicableError(f"other ramps than {asked}")
        return _table(mine(dim, base, **options), xp, dtype, device)

    def named(dim: int, /, *, truncate: Any = True, **options: Any) -> Any:
        return yarn(dim, rounded=truncate, **options)

    return named


@adapter(
    "rope.yarn",
    "index-ramp",
    "mine(dim, base, factor=, train_length=, and if given beta_slow=, beta_fast=) → (dim/2,), an array of "
    "any library or a list, of the ramp in the index alone, with rounded ends.",
    reference="transformers, vLLM, llama.cpp",
)
def yarn_index_ramp(mine: Implementation) -> Implementation:
    return _index_ramp(mine, truncate=True)


@adapter(
    "rope.yarn",
    "index-ramp-untruncated",
    "mine(dim, base, factor=, train_length=, and if given beta_slow=, beta_fast=) → (dim/2,), an array of "
    "any library or a list, of the ramp in the index alone, whose ends are not rounded (truncate: false).",
    reference="gpt-oss",
)
def yarn_index_ramp_untruncated(mine: Implementation) -> Implementation:
    return _index_ramp(mine, truncate=False)


@adapter(
    "rope.yarn_softmax_scale",
    "root",
    "mine(factor, mscale_all_dim=): the root, which the caller squares: mscale of DeepSeek's code.",
    reference="DeepSeek-V2",
)
def yarn_softmax_scale_root(mine: Implementation) -> Implementation:
    def yarn_softmax_scale(factor: float, /, *, mscale_all_dim: float = 1.0) -> float:
        root: float = mine(factor, mscale_all_dim=mscale_all_dim)
        return root * root

    return yarn_softmax_scale


@adapter("rope.linear", "inv-freq", "mine(dim, base, factor=) → (dim/2,), an array of any library or a list.")
def linear_inv_freq(mine: Implementation) -> Implementation:
    def linear(
        dim: int, /, *, base: float = 10000.0,
        xp: Any = None, dtype: Any = None, device: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        return _table(mine(dim, base, **options), xp, dtype, device)

    return linear


@adapter(
    "rope.proportional",
    "inv-freq",
    "mine(dim, base, fraction=, and if given factor=) → (dim/2,), an array of any library or a list.",
)
def proportional_inv_freq(mine: Implementation) -> Implementation:
    def proportional(
        dim: int, /, *, base: float = 10000.0,
        xp: Any = None, dtype: Any = None, device: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        return _table(mine(dim, base, **options), xp, dtype, device)

    return proportional


@adapter(
    "rope.longrope",
    "inv-freq",
    "mine(length, dim, base, train_length=, short_factor=, long_factor=) → (dim/2,), an array of any library "
    "or a list.",
)
def longrope_inv_freq(mine: Implementation) -> Implementation:
    def longrope(
        length: float, /, *, dim: int, base: float = 10000.0,
        xp: Any = None, dtype: Any = None, device: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        return _table(mine(length, dim, base, **options), xp, dtype, device)

    return longrope


@adapter(
    "rope.llama3",
    "inv-freq",
    "mine(dim, base, factor=, train_length=, and if given low_freq_factor=, high_freq_factor=) → "
    "(dim/2,), an "
    "array of any library or a list.",
)
def llama3_inv_freq(mine: Implementation) -> Implementation:
    def llama3(
        dim: int, /, *, base: float = 500000.0,
        xp: Any = None, dtype: Any = None, device: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        return _table(mine(dim, base, **options), xp, dtype, device)

    return llama3


@adapter("rope.digits", "big-endian", "mine(n, base, count): the most significant digit first.")
def digits_big_endian(mine: Implementation) -> Implementation:
    def digits(n: Any, /, *, base: int, count: int) -> Any:
        return array_namespace(n).flip(mine(n, base, count), axis=-1)

    return digits


@adapter("rope.from_digits", "big-endian", "mine(digits, base): the most significant digit first.")
def from_digits_big_endian(mine: Implementation) -> Implementation:
    def from_digits(digits: Any, /, *, base: int) -> Any:
        return mine(array_namespace(digits).flip(digits, axis=-1), base)

    return from_digits


@adapter(
    "rope.mixed_radix_digits",
    "big-endian",
    "mine(n, bases): the most significant digit and its base first, as hours, minutes and seconds are.",
)
def mixed_radix_digits_big_endian(mine: Implementation) -> Implementation:
    def mixed_radix_digits(n: Any, /, *, bases: Any) -> Any:
        return array_namespace(n).flip(mine(n, bases[::-1]), axis=-1)

    return mixed_radix_digits


@adapter(
    "rope.from_config",
    "pair",
    "mine(mapping, and if given length=, layer_type=) → (table (width/2,), attention factor); the "
    "scale of scores and the complaints are the reference's.",
    reference="ROPE_INIT_FUNCTIONS of transformers",
)
def from_config_pair(mine: Implementation) -> Implementation:
    def from_config(
        mapping: Any, /, *, xp: Any = None, dtype: Any = None, device: Any = None, **options: Any
    ) -> Any:
        values, scale = mine(mapping, **options)
        rest = rope.from_config(mapping, xp=xp, dtype=dtype, device=device, **options)
        values = _table(values, xp, dtype, device)
        return replace(rest, frequencies=values, attention_factor=scale, width=2 * values.shape[0])

    return from_config
