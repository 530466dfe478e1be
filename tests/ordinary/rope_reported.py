"""Rotary embeddings as public code has them, and mistakes that were reported of such code."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, ignored, torch, typo

PARTNERS = r"partners-mixed|(mix\w*|other|two) layouts?|partner"
ALIKE = r"queries and keys|q and k|same for both"
BACKWARDS = r"sign|conjugat|backward|−θ|transposed|inverse"
NO_SINE = r"no-sine|loses the sine|only.{0,20}cosine"


# Tables that are repeated side by side, and a rotation of neighbours.
def rotate_neighbours(x):
    return torch.stack([-x[..., 1::2], x[..., ::2]], dim=-1).flatten(-2)


def rotate_half(x):
    first, second = x.chunk(2, dim=-1)
    return torch.cat([-second, first], dim=-1)


def apply_repeated(x, freqs):
    emb = freqs.repeat_interleave(2, dim=-1)
    return x * emb.cos() + rotate_neighbours(x) * emb.sin()


def apply_repeated_without_sine(x, freqs):
    return x * freqs.repeat_interleave(2, dim=-1).cos()


# Queries and keys at once, by halves.
def fused(q, k, cos, sin):
    half = q.shape[-1] // 2
    c, s = cos[:, None, :, :half], sin[:, None, :, :half]
    q0, q1, k0, k1 = q[..., :half], q[..., half:], k[..., :half], k[..., half:]
    return torch.cat([q0 * c - q1 * s, q0 * s + q1 * c], -1), torch.cat(
        [k0 * c - k1 * s, k0 * s + k1 * c], -1
    )


def fused_crossed(q, k, cos, sin):
    half = q.shape[-1] // 2
    c, s = cos[:, None, :, :half], sin[:, None, :, :half]
    q0, q1, k0, k1 = q[..., :half], q[..., half:], k[..., :half], k[..., half:]
    return torch.cat([q0 * c - q1 * s, k0 * s + k1 * c], -1), torch.cat(
        [q0 * c - q1 * s, k0 * s + k1 * c], -1
    )


# As complex numbers.
def apply_cis(xq, xk, freqs_cis):
    turns = freqs_cis[None, :, None, :]
    q, k = (torch.view_as_complex(x.unflatten(-1, (-1, 2))) * turns for x in (xq, xk))
    return torch.view_as_real(q).flatten(3), torch.view_as_real(k).flatten(3)


# The frequencies of a half-precision module.
def inv_freq(dim, base=10000.0):
    return 1.0 / base ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim)


def inv_freq_in_half(dim, base=10000.0):
    return (1.0 / base ** (torch.arange(0, dim, 2).bfloat16() / dim)).double()


# YaRN with the ramp of the common code, which has no option for another.
def corrected(turns, dim, base, length):
    return dim * math.log(length / (turns * 2 * math.pi)) / (2 * math.log(base))


def ramp(dim, base, length, slow, fast, last):
    low = max(math.floor(corrected(fast, dim, base, length)), 0)
    high = min(math.ceil(corrected(slow, dim, base, length)), last)
    return np.clip((np.arange(dim // 2) - low) / (high - low + (0.001 if low == high else 0)), 0, 1)


def table(dim, base):
    return 1.0 / base ** (np.arange(0, dim, 2) / dim)


def yarn(dim, max_position, factor, base=10000.0, beta_slow=1.0, beta_fast=32.0):
    mask, plain = ramp(dim, base, max_position, beta_slow, beta_fast, dim - 1), table(dim, base)
    return plain / factor * mask + plain * (1 - mask)


def yarn_of_ntk(dim, max_position, factor, base=10000.0, beta_slow=1.0, beta_fast=32.0):
    mask, plain = ramp(dim, base, max_position, beta_slow, beta_fast, dim - 1), table(dim, base)
    aware = table(dim, base * factor ** (dim / max(dim - 2, 1)))
    return plain / factor * mask + aware * (1 - mask)


# Dynamic NTK, and attention that knows the length.
def dynamic(seq_len, dim, base=10000.0, max_position=2048, factor=1.0):
    scale = factor * max(seq_len, max_position) / max_position - (factor - 1)
    return table(dim, base * scale ** (dim / (dim - 2)))


def dynamic_without_power(seq_len, dim, base=10000.0, max_position=2048, factor=1.0):
    return table(dim, base * (factor * max(seq_len, max_position) / max_position - (factor - 1)))


def dynamic_switched(seq_len, dim, base=10000.0, max_position=2048, factor=1.0):
    return table(dim, base * factor ** (dim / (dim - 2)) if seq_len > max_position else base)


def log_n(n, training_length):
    n = np.asarray(n, dtype=np.float64)
    return np.where(n > training_length, np.log(n) / np.log(training_length), 1.0)


# Digits.
def digits(n, base, count):
    found = []
    for _ in range(count):
        n, remainder = np.divmod(n, base)
        found.append(remainder)
    return np.stack(found, axis=-1)


def digits_of_products(n, base, count):
    return np.stack([n // (base * m if m else 1) % base for m in range(count)], axis=-1)


ORDINARY = [
    Ordinary(
        "rope.rotate",
        apply_repeated,
        (typo("rotate_neighbours", "rotate_half", PARTNERS), Slip(apply_repeated_without_sine, NO_SINE)),
        backend="torch",
    ),
    Ordinary(
        "rope.rotate",
        fused,
        (Slip(fused_crossed, ALIKE),),
        adapter="bhsd",
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "rope.rotate",
        apply_cis,
        (Slip(lambda xq, xk, freqs_cis: apply_cis(xq, xk, freqs_cis.conj()), BACKWARDS),),
        adapter="freqs-cis",
        backend="torch",
        answer="edge",
    ),
    Ordinary("rope.frequencies", inv_freq, (Slip(inv_freq_in_half, "bfloat16"),), backend="torch"),
    Ordinary(
        "rope.yarn",
        yarn,
        (
            typo("/ factor * mask + plain", "* mask + plain / factor", "ramp-inverted"),
            typo("plain / factor", "table(dim, factor * base)", r"factor-in-the-power|inside the power"),
            Slip(yarn_of_ntk, "ntk"),
            typo("dim - 1", "dim // 2 - 1", r"end-at-the-last-pair|d/2 − 1"),
        ),
    ),
    Ordinary(
        "rope.dynamic_ntk",
        dynamic,
        (
            Slip(dynamic_without_power, r"power|exponent"),
            typo("max(seq_len, max_position)", "(max_position * factor)", ignored("length") + "|longest"),
            Slip(dynamic_switched, "static"),
        ),
    ),
    Ordinary(
        "rope.log_n_scale",
        log_n,
        (typo("log(n) / np.log(training_length)", "log(n / training_length)", r"ratio|ln\(n/L\)"),),
    ),
    Ordinary("rope.digits", digits, (Slip(digits_of_products, r"product|power"),), answer="edge"),
]
