"""Conventions of rotary embeddings of several axes, and of some features, that differ from this one."""

from collections.abc import Sequence
from typing import Any

from .... import rope
from ...._libraries import array_namespace
from ...language.adapter import adapter
from ...language.law import Implementation, NotApplicableError
from .adapters import _encoded, _half, _table, _tables, _twice


def _first(positions: Any) -> Any:
    """The axis of the axes in front."""
    return array_namespace(positions).moveaxis(positions, -1, 0)


def _of_every_axis(positions: Any, frequencies: Any) -> Any:
    """The angles of every axis with all pairs, (k, 1, batch, d/2)."""
    rows = array_namespace(positions).reshape(_first(positions), (positions.shape[-1], 1, -1))
    return rope.angles(rows, frequencies)


def _single(found: Any, pairs: int) -> Any:
    """Angles (…, d/2), which may stand twice, as halves: then the mean of both."""
    return found[..., :pairs] / 2 + found[..., -pairs:] / 2


@adapter(
    "rope.axial_angles",
    "axes-first",
    "mine(positions, frequencies, sections, order): the axis of positions in front, (k, …).",
)
def axial_angles_axes_first(mine: Implementation) -> Implementation:
    def axial_angles(
        positions: Any, frequencies: Any, /, *, sections: Sequence[int], order: Any = "chunked"
    ) -> Any:
        return mine(_first(positions), frequencies, sections, order)

    return axial_angles


def _recomposed(wanted: str) -> Any:
    """The wrapper of functions that choose among the angles of all axes, in one order."""

    def wrap(mine: Implementation) -> Implementation:
        def axial_angles(
            positions: Any, frequencies: Any, /, *, sections: Sequence[int], order: Any = "chunked"
        ) -> Any:
            if order != wanted:
                raise NotApplicableError(f"order={order!r}")
            found = mine(_of_every_axis(positions, frequencies), list(sections))
            angles = _single(found, frequencies.shape[0])
            shape = (*positions.shape[:-1], frequencies.shape[0])
            return array_namespace(positions, frequencies).reshape(angles, shape)

        return axial_angles

    return wrap


_ANGLES = (
    "mine(angles, sections): angles (k, batch, sequence, d/2) of every axis with every pair, of which it "
    "chooses (batch, sequence, d/2), or those twice, [θ | θ], of which the mean is tested; "
)
axial_angles_recomposed_chunked = adapter(
    "rope.axial_angles",
    "recomposed-chunked",
    f"{_ANGLES}contiguous sections.",
    reference="Qwen2VLRotaryEmbedding.recomposition_frequencies of transformers",
)(_recomposed("chunked"))
axial_angles_recomposed_interleaved = adapter(
    "rope.axial_angles",
    "recomposed-interleaved",
    f"{_ANGLES}axes that take turns.",
    reference="Qwen3VLTextRotaryEmbedding.recomposition_frequencies of transformers",
)(_recomposed("interleaved"))


@adapter(
    "rope.axial_angles",
    "multimodal",
    "mine(q, k, cos, sin, sections) → (q, k): q, k (batch, heads, sequence, d) half-split, tables "
    "(axes, batch, sequence, d) that hold each half twice, contiguous sections. It is called with angles for "
    "the cosines and 0 for the sines, and conversely, and the mean of what both members of a pair get is "
    "tested.",
    reference="apply_multimodal_rotary_pos_emb of transformers 4",
)
def axial_angles_multimodal(mine: Implementation) -> Implementation:
    def axial_angles(
        positions: Any, frequencies: Any, /, *, sections: Sequence[int], order: Any = "chunked"
    ) -> Any:
        if order != "chunked":
            raise NotApplicableError(f"order={order!r}")
        xp, pairs = array_namespace(positions, frequencies), frequencies.shape[0]
        tables = _twice(_of_every_axis(positions, frequencies))
        ones = xp.ones_like(tables[0, ...])[:, None, ...]
        straight, _ = mine(ones, ones, tables, xp.zeros_like(tables), list(sections))
        _, across = mine(ones, ones, xp.zeros_like(tables), tables, list(sections))
        across = xp.concat([-across[..., :pairs], across[..., pairs:]], axis=-1)
        found = _single(straight / 2 + across / 2, pairs)
        return xp.reshape(found, (*positions.shape[:-1], pairs))

    return axial_angles


@adapter(
    "rope.axial_frequencies",
    "inv-freq",
    "mine(dims, base) → (sum(dims)/2,), an array of any library or a list.",
)
def axial_frequencies_inv_freq(mine: Implementation) -> Implementation:
    def axial_frequencies(
        dims: Sequence[int],
        /,
        *,
        base: float = 10000.0,
        xp: Any = None,
        dtype: Any = None,
        device: Any = None,
    ) -> Any:
        return _table(mine(dims, base), xp, dtype, device)

    return axial_frequencies


@adapter(
    "rope.rotate_partial",
    "tables",
    "mine(x, cos, sin): tables (…, r) that hold each half twice, [θ | θ]; the first r features turn, "
    "half-split.",
    reference="transformers (one tensor)",
)
def rotate_partial_tables(mine: Implementation) -> Implementation:
    def rotate_partial(x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first") -> Any:
        xp, width = array_namespace(x, angles), 2 * angles.shape[-1]
        cut = width if part == "first" else x.shape[-1] - width
        ends = x[..., :cut], x[..., cut:]
        turning, rest = ends if part == "first" else ends[::-1]
        cos, sin = _tables(angles, x)
        found = mine(xp.concat([_half(turning, layout), rest], axis=-1), _twice(cos), _twice(sin))
        turned = rope.convert_layout(found[..., :width], source="half", target=layout)
        both = [turned, found[..., width:]]
        return xp.concat(both if part == "first" else both[::-1], axis=-1)

    return rotate_partial


@adapter(
    "rope.timing_signal",
    "sin-cos-halves",
    "mine(positions, dim, base): all sines, then all cosines, and a 0 behind where dim is odd.",
    reference="tensor2tensor, DDPM, diffusers",
)
def timing_signal_halves(mine: Implementation) -> Implementation:
    def timing_signal(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
        return _encoded(mine, positions, dim, base, dtype)

    return timing_signal


@adapter(
    "rope.timing_signal",
    "cos-sin-halves",
    "mine(positions, dim, base): all cosines, then all sines, and the 0 of an odd dim behind.",
    reference="get_timestep_embedding of diffusers with flip_sin_to_cos",
)
def timing_signal_cosine_halves(mine: Implementation) -> Implementation:
    def timing_signal(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
        table = _encoded(mine, positions, dim, base, dtype)
        xp, half = array_namespace(table), dim // 2
        parts = [table[..., half : 2 * half], table[..., :half], table[..., 2 * half :]]
        return xp.concat(parts, axis=-1)

    return timing_signal
