"""Rotary embeddings of several axes, of some features, and the sinusoids of code, as people type them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, ignored, torch, typo

CHUNKED = r"chunked-for-interleaved|contiguous"
TURNS = r"interleaved-for-chunked|take turns|turns"
FIRST = r"first-axis-only|first axis"
SWAPPED = r"axes-reversed|last-axes-exchanged|exchang|reversed|width before height"
IN_FEATURES = r"features|half of its pairs"
ONE_TABLE = r"one-table|one table|all features"
OVER_HALF = r"exponent-over-half|number of frequencies|shift of 0|m/h|half"
OTHER_ORDER = r"parts-exchanged|other order|\[rest, turned\]"
COSINE_FIRST = r"cosine-first|cosines before|all cosines, then|exchang"


# M-RoPE as Qwen2-VL has it: every axis makes angles, of which each keeps its section.
def mrope(positions, inv_freq, sections, order="chunked"):
    freqs = np.moveaxis(positions, -1, 0)[..., None] * inv_freq
    if order == "interleaved":
        out = freqs[0].copy()
        for axis in range(1, len(sections)):
            where = slice(axis, sections[axis] * len(sections), len(sections))
            out[..., where] = freqs[axis][..., where]
        return out
    ends = np.cumsum(sections)[:-1]
    return np.concatenate([part[a] for a, part in enumerate(np.split(freqs, ends, axis=-1))], axis=-1)


def mrope_chunked(positions, inv_freq, sections, order="chunked"):
    return mrope(positions, inv_freq, sections)


def mrope_interleaved(positions, inv_freq, sections, order="chunked"):
    return mrope(positions, inv_freq, sections, "interleaved")


def mrope_temporal(positions, inv_freq, sections, order="chunked"):
    return positions[..., :1] * inv_freq


def mrope_hw(positions, inv_freq, sections, order="chunked"):
    return mrope(positions[..., ::-1], inv_freq, sections, order)


# The same, one column a pair.
def by_pairs(positions, frequencies, *, sections, order="chunked"):
    k, columns = len(sections), []
    chunk = [a for a, s in enumerate(sections) for _ in range(s)]
    for m, w in enumerate(frequencies):
        axis = chunk[m] if order == "chunked" else m % k
        if order != "chunked" and m >= k * sections[axis]:
            axis = 0
        columns.append(positions[..., axis] * w)
    return np.stack(columns, axis=-1)


# The tables of every axis, as FLUX has them.
def flux(dims, base):
    return np.concatenate([1.0 / base ** (np.arange(0, d, 2) / d) for d in dims])


def flux_one_table(dims, base):
    return 1.0 / base ** (np.arange(0, sum(dims), 2) / sum(dims))


def flux_total(dims, base):
    return np.concatenate([1.0 / base ** (np.arange(0, d, 2) / sum(dims)) for d in dims])


# Partial rotary embedding, as GPT-NeoX has it, with both layouts and both ends.
def turned(x, angles, layout):
    d = x.shape[-1]
    first = np.arange(0, d, 2) if layout == "interleaved" else np.arange(d // 2)
    second = first + (1 if layout == "interleaved" else d // 2)
    a, b, c, s = x[..., first], x[..., second], np.cos(angles), np.sin(angles)
    out = np.empty((*(a * c).shape[:-1], d))
    out[..., first], out[..., second] = a * c - b * s, a * s + b * c
    return out


def partly(x, angles, *, layout="interleaved", part="first"):
    r = 2 * angles.shape[-1]
    d = x.shape[-1]
    rot, keep = (x[..., :r], x[..., r:]) if part == "first" else (x[..., d - r :], x[..., : d - r])
    rot = turned(rot, angles, layout)
    keep = np.broadcast_to(keep, (*rot.shape[:-1], d - r))
    return np.concatenate([rot, keep] if part == "first" else [keep, rot], axis=-1)


def partly_last(x, angles, *, layout="interleaved", part="first"):
    return partly(x, angles, layout=layout, part="first" if part == "last" else "last")


def partly_minus(x, angles, *, layout="interleaved", part="first"):
    return partly(x, -angles, layout=layout, part=part)


def partly_other_layout(x, angles, *, layout="interleaved", part="first"):
    return partly(x, angles, layout="half" if layout == "interleaved" else "interleaved", part=part)


# In torch, on half-split features, the first of which turn.
def apply_rotary(x, cos, sin):
    rot, keep = x[..., : cos.shape[-1]], x[..., cos.shape[-1] :]
    a, b = rot.chunk(2, dim=-1)
    return torch.cat((rot * cos + torch.cat((-b, a), dim=-1) * sin, keep), dim=-1)


# The timing signal of Tensor2Tensor and of DDPM.
def get_timestep_embedding(timesteps, dim, base):
    half = dim // 2
    freqs = np.exp(np.arange(half) * -(math.log(base) / max(half - 1, 1)))
    args = timesteps[..., None] * freqs
    emb = np.concatenate([np.sin(args), np.cos(args)], axis=-1)
    return np.pad(emb, [(0, 0)] * timesteps.ndim + [(0, dim % 2)])


ORDINARY = [
    Ordinary(
        "rope.axial_angles",
        mrope,
        (
            Slip(mrope_chunked, CHUNKED + "|" + ignored("order")),
            Slip(mrope_interleaved, TURNS + "|" + ignored("order")),
            Slip(mrope_temporal, FIRST + "|" + ignored("sections")),
            Slip(mrope_hw, SWAPPED),
            typo("part[a]", "part[-1 - a]", SWAPPED + "|sections-reversed"),
        ),
    ),
    Ordinary(
        "rope.axial_angles",
        by_pairs,
        (
            typo("m % k", "(m + 1) % k", r"turns-from-one|begin|second axis"),
            typo("if order != \"chunked\" and m >= k * sections[axis]", "if False", r"without-end|end"),
        ),
    ),
    Ordinary(
        "rope.axial_frequencies",
        flux,
        (
            Slip(flux_one_table, ONE_TABLE),
            Slip(flux_total, r"all-features-in-exponent|all features|Σd"),
            typo("in dims", "in dims[::-1]", "dims-reversed|reversed"),
            typo("0, d, 2", "d // 2", r"exponent-m-over-d|m/d|pairs"),
        ),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.rotate_partial",
        partly,
        (
            Slip(partly_last, r"other-end|other end|" + ignored("part")),
            Slip(partly_minus, r"wrong-sign|−θ"),
            Slip(partly_other_layout, r"layouts-swapped|halves|neighbours"),
            typo("(keep,", "(0 * keep,", r"rest-zero|zeros"),
            typo('[rot, keep] if part == "first" else [keep, rot]', "[keep, rot]", OTHER_ORDER),
        ),
    ),
    Ordinary(
        "rope.rotate_partial",
        apply_rotary,
        (
            typo("cat((-b, a)", "cat((b, a)", r"minus|sign|lost"),
            typo("* sin, keep", "* sin, 0 * keep", r"rest-zero|zeros"),
        ),
        adapter="tables",
        backend="torch",
        answer="edge",
    ),
    Ordinary(
        "rope.timing_signal",
        get_timestep_embedding,
        (
            typo("max(half - 1, 1)", "half", OVER_HALF),
            typo("[np.sin(args), np.cos(args)]", "[np.cos(args), np.sin(args)]", COSINE_FIRST),
            typo("(0, dim % 2)", "(dim % 2, 0)", r"zero-first|before|shift|roll"),
            typo("math.log(base)", "math.log(10000)", "default-base|" + ignored("base")),
            typo("math.log(base)", "math.log10(base)", r"log(_| ?)10|base 10|decimal|ln 10|2\.30"),
        ),
        adapter="sin-cos-halves",
    ),
]  # fmt: skip
