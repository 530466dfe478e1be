"""Rotary embeddings as common code writes them."""

import math

import numpy as np

from . import rope_axes
from ._convention import Convention


def rotate_half(x):
    first, second = np.split(x, 2, axis=-1)
    return np.concatenate([-second, first], axis=-1)


def by_tables(x, cos, sin, sign=1):
    return x * cos + sign * rotate_half(x) * sin


def half_split(x, angles, sign=1):
    cos, sin = (np.tile(f(angles), 2).astype(x.dtype) for f in (np.cos, np.sin))
    return by_tables(x, cos, sin, sign)


def by_half_tables(x, cos, sin, sign=1):
    a, b = np.split(x, 2, axis=-1)
    return np.concatenate([a * cos - sign * b * sin, b * cos + sign * a * sin], axis=-1)


def bhsd(q, k, cos, sin, sign=1):
    cos, sin = cos[:, None], sin[:, None]
    return by_tables(q, cos, sin), by_tables(k, cos, sin, sign)


def bshd(x, cos, sin, sign=1):
    return by_half_tables(x, cos[None, :, None, :], sin[None, :, None, :], sign)


def pairs(x, angles, sign=1):
    cos, sin = np.cos(angles).astype(x.dtype), sign * np.sin(angles).astype(x.dtype)
    matrices = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)
    return np.sum(matrices * x[..., None, :], axis=-1)


def freqs_cis(xq, xk, freqs_cis, conjugate=False):
    turn = freqs_cis[None, :, None, :]

    def turned(x, turn):
        z = x[..., 0::2] + 1j * x[..., 1::2]
        z = z.astype(turn.dtype) * turn
        return np.stack([z.real, z.imag], axis=-1).reshape(x.shape)

    return turned(xq, turn), turned(xk, np.conj(turn) if conjugate else turn)


def scores(q, k, q_positions, k_positions, frequencies, shift=0):
    def turned(x, positions):
        wide = positions[..., None].astype(np.float64) * frequencies.astype(np.float64)
        return half_split(x, wide)

    return turned(q, q_positions + shift) @ np.swapaxes(turned(k, k_positions), -1, -2)


def doubled(positions, inv_freq, shift=0):
    angles = ((positions[..., None] + shift) * inv_freq.astype(np.float64)).astype(inv_freq.dtype)
    return np.concatenate(
        [angles, (positions[..., None] * inv_freq.astype(np.float64)).astype(inv_freq.dtype)], -1
    )


def row_matrix(angles, sign=1):
    turn = np.exp(1j * sign * angles.astype(np.float64))
    return np.stack([np.stack([turn.real, turn.imag], -1), np.stack([-turn.imag, turn.real], -1)], -2).astype(
        angles.dtype
    )


def inv_freq(dim, base, first=0):
    return 1.0 / base ** (np.arange(first, dim + first, 2) / dim)


def yarn(
    dim, base, *, factor, train_length, ramp="paper", beta_slow=1.0, beta_fast=32.0, truncate=True, swap=False
):
    plain = inv_freq(dim, base)
    if ramp == "paper":
        turns = train_length * plain / (2 * math.pi)
        keep = np.clip((turns - beta_slow) / (beta_fast - beta_slow), 0, 1)
    else:

        def index(turns):
            return dim * math.log(train_length / (turns * 2 * math.pi)) / (2 * math.log(base))

        first, last = index(beta_fast), index(beta_slow)
        if truncate:
            first, last = math.floor(first), math.ceil(last)
        low, high = max(first, 0), min(last, dim - 1)
        keep = 1 - np.clip((np.arange(dim // 2) - low) / (high - low or 0.001), 0, 1)
    keep = 1 - keep if swap else keep
    return plain / factor * (1 - keep) + plain * keep


def yarn_by_index(dim, base, *, factor, train_length, beta_slow=1.0, beta_fast=32.0, ends=math.ceil):
    def index(turns):
        return dim * math.log(train_length / (turns * 2 * math.pi)) / (2 * math.log(base))

    low, high = max(-ends(-index(beta_fast)), 0), min(ends(index(beta_slow)), dim - 1)
    keep = 1 - np.clip((np.arange(dim // 2) - low) / (high - low or 0.001), 0, 1)
    return inv_freq(dim, base) * (keep + (1 - keep) / factor)


def mscale(factor, mscale_all_dim=1.0):
    return 1 + 0.1 * mscale_all_dim * math.log(factor)


def clock(n, bases, shift=0):
    shown = []
    for base in reversed(bases):
        shown.insert(0, (n + shift) % base)
        n = n // base
    return np.stack(shown, axis=-1)


def _signed(function):
    return Convention(function, lambda *a, **o: function(*a, **o, sign=-1))


def encodings(length, dim, base, sign=1):
    table = np.zeros((length, dim))
    angles = np.arange(length)[:, None] * base ** (-np.arange(0, dim, 2) / dim)
    table[:, 0::2], table[:, 1::2] = sign * np.sin(angles), np.cos(angles)
    return table


CONVENTIONS = {
    "rope.sinusoidal/sine-first-table": Convention(
        encodings, lambda *a: encodings(*a, sign=-1), dtypes=("float32",)
    ),
    "rope.rotate/half-split": _signed(half_split),
    "rope.rotate/half-tables": _signed(by_half_tables),
    "rope.rotate/bhsd": _signed(bhsd),
    "rope.rotate/bshd": _signed(bshd),
    "rope.rotate/pairs": _signed(pairs),
    "rope.rotate/complex": Convention(np.multiply, lambda z, turn: z * np.conj(turn)),
    "rope.rotate/freqs-cis": Convention(freqs_cis, lambda *a: freqs_cis(*a, conjugate=True)),
    "rope.attention_scores/half-split": Convention(scores, lambda *a: scores(*a, shift=1)),
    "rope.angles/doubled": Convention(doubled, lambda *a: doubled(*a, shift=1)),
    "rope.rotation_matrix/row-vectors": _signed(row_matrix),
    "rope.yarn/inv-freq": Convention(yarn, lambda *a, **o: yarn(*a, **o, swap=True)),
    "rope.yarn/index-ramp": Convention(yarn_by_index, lambda *a, **o: yarn_by_index(*a, **o, ends=float)),
    "rope.yarn_softmax_scale/root": Convention(mscale, lambda *a, **o: mscale(*a, **o) ** 2),
    "rope.mixed_radix_digits/big-endian": Convention(clock, lambda *a: clock(*a, shift=1)),
} | rope_axes.CONVENTIONS
