"""Rotary embeddings of several axes as common code writes them."""

import numpy as np

from ._convention import Convention


def axes_first(positions, frequencies, sections, order, shift=0):
    owners = np.repeat(np.arange(len(sections)), sections)
    if order == "interleaved":
        turns = np.arange(sum(sections)) % len(sections)
        owners = np.where(np.arange(sum(sections)) // len(sections) < np.take(sections, turns), turns, 0)
    own = np.moveaxis(positions[owners], 0, -1).astype(np.float64) + shift
    return (own * frequencies).astype(frequencies.dtype)


def chunked(angles, sections, roll=0):
    ends = np.cumsum(sections)[:-1]
    parts = np.split(angles, ends, axis=-1)
    chosen = np.concatenate([part[(a + roll) % len(parts)] for a, part in enumerate(parts)], axis=-1)
    return np.concatenate([chosen, chosen], axis=-1)


def interleaved(angles, sections, first=1):
    out = angles[0].copy()
    for axis in range(first, len(sections)):
        where = slice(axis, sections[axis] * len(sections), len(sections))
        out[..., where] = angles[axis][..., where]
    return out


def rotate_half(x):
    first, second = np.split(x, 2, axis=-1)
    return np.concatenate([-second, first], axis=-1)


def multimodal(q, k, cos, sin, sections, roll=0):
    ends, k_axes = np.cumsum([*sections, *sections])[:-1], len(sections)

    def own(table):
        parts = np.split(table, ends, axis=-1)
        return np.concatenate([part[(i + roll) % k_axes] for i, part in enumerate(parts)], axis=-1)[:, None]

    cos, sin = own(cos), own(sin)
    return q * cos + rotate_half(q) * sin, k * cos + rotate_half(k) * sin


def inv_freq(dims, base, first=0):
    return [base ** (-2 * m / dim) for dim in dims for m in range(first, dim // 2 + first)]


def by_tables(x, cos, sin, sign=1):
    width = cos.shape[-1]
    turned = x[..., :width] * cos + sign * rotate_half(x[..., :width]) * sin
    return np.concatenate(
        [turned, np.broadcast_to(x[..., width:], (*turned.shape[:-1], x.shape[-1] - width))], -1
    )


def signal(positions, dim, base, shift=0):
    half = dim // 2
    angles = (positions[..., None] + shift) * np.float64(base) ** (-np.arange(half) / max(half - 1, 1))
    return np.concatenate([np.sin(angles), np.cos(angles), np.zeros((*positions.shape, dim % 2))], axis=-1)


def exact_signal(positions, dim, base, shift=0):
    return signal(positions.astype(np.float64), dim, base, shift)


def cosines_first(positions, dim, base, shift=0):
    table, half = exact_signal(positions, dim, base, shift), dim // 2
    return np.concatenate([table[..., half : 2 * half], table[..., :half], table[..., 2 * half :]], axis=-1)


def diffusion_embedding(positions, dim, base, sign=1):
    """As timestep_embedding of improved-diffusion."""
    angles = positions.astype(np.float64)[..., None] * np.float64(base) ** (-np.arange(dim // 2) / (dim // 2))
    return np.concatenate([np.cos(angles), sign * np.sin(angles)], axis=-1)


CONVENTIONS = {
    "rope.sinusoidal/cos-sin-halves": Convention(
        diffusion_embedding, lambda *a: diffusion_embedding(*a, sign=-1)
    ),
    "rope.timing_signal/cos-sin-halves": Convention(cosines_first, lambda *a: cosines_first(*a, shift=1)),
    "rope.axial_angles/axes-first": Convention(axes_first, lambda *a: axes_first(*a, shift=1)),
    "rope.axial_angles/recomposed-chunked": Convention(chunked, lambda *a: chunked(*a, roll=1)),
    "rope.axial_angles/recomposed-interleaved": Convention(interleaved, lambda *a: interleaved(*a, first=2)),
    "rope.axial_angles/multimodal": Convention(multimodal, lambda *a: multimodal(*a, roll=1)),
    "rope.axial_frequencies/inv-freq": Convention(inv_freq, lambda *a: inv_freq(*a, first=1)),
    "rope.rotate_partial/tables": Convention(by_tables, lambda *a: by_tables(*a, sign=-1)),
    "rope.timing_signal/sin-cos-halves": Convention(exact_signal, lambda *a: exact_signal(*a, shift=1)),
}
