"""What configurations ask for beside YaRN and Llama 3, as people type it."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, ignored, typo


# Linear scaling, as transformers has it.
def compute_linear(dim, base, factor):
    inv_freq = 1.0 / (base ** (np.arange(0, dim, 2) / dim))
    inv_freq /= factor
    return inv_freq


# Proportional frequencies, likewise.
def compute_proportional(dim, base, fraction, factor=1.0):
    rope_angles = int(fraction * dim // 2)
    rotated = 1.0 / (base ** (np.arange(0, 2 * rope_angles, 2) / dim))
    return np.concatenate((rotated, np.zeros(dim // 2 - rope_angles))) / factor


def proportional_of_the_width(dim, base, fraction, factor=1.0):
    rope_angles = int(fraction * dim // 2)
    rotated = 1.0 / (base ** (np.arange(0, 2 * rope_angles, 2) / (2 * max(rope_angles, 1))))
    return np.concatenate((rotated, np.zeros(dim // 2 - rope_angles))) / factor


# LongRoPE.
def compute_longrope(seq_len, dim, base, train_length, short_factor, long_factor):
    ext_factors = np.array(long_factor if seq_len > train_length else short_factor)
    return 1.0 / (ext_factors * base ** (np.arange(0, dim, 2) / dim))


def longrope_by_position(seq_len, dim, base, train_length, short_factor, long_factor):
    ext_factors = np.array(long_factor)
    return 1.0 / (ext_factors * base ** (np.arange(0, dim, 2) / dim))


def longrope_attention(factor, train_length):
    return math.sqrt(1 + math.log(factor) / math.log(train_length))


# YaRN of the index ramp alone, its ends unrounded.
def yarn_float(dim, base, factor, train_length, beta_slow=1.0, beta_fast=32.0):
    def find_correction_dim(num_rotations):
        return (dim * math.log(train_length / (num_rotations * 2 * math.pi))) / (2 * math.log(base))

    low, high = max(find_correction_dim(beta_fast), 0), min(find_correction_dim(beta_slow), dim - 1)
    if low == high:
        high += 0.001
    ramp = np.clip((np.arange(dim // 2) - low) / (high - low), 0, 1)
    plain = 1.0 / base ** (np.arange(0, dim, 2) / dim)
    return plain / factor * ramp + plain * (1 - ramp)


def yarn_floor_ceil(dim, base, factor, train_length, beta_slow=1.0, beta_fast=32.0):
    def find_correction_dim(num_rotations):
        return (dim * math.log(train_length / (num_rotations * 2 * math.pi))) / (2 * math.log(base))

    low = max(math.floor(find_correction_dim(beta_fast)), 0)
    high = min(math.ceil(find_correction_dim(beta_slow)), dim - 1)
    if low == high:
        high += 0.001
    ramp = np.clip((np.arange(dim // 2) - low) / (high - low), 0, 1)
    plain = 1.0 / base ** (np.arange(0, dim, 2) / dim)
    return plain / factor * ramp + plain * (1 - ramp)


# The temperature in two parts, as DeepSeek has it.
def yarn_get_mscale(scale=1, mscale=1):
    if scale <= 1:
        return 1.0
    return 0.1 * mscale * math.log(scale) + 1.0


def rotary_mscale(factor, mscale=1, mscale_all_dim=0):
    return yarn_get_mscale(factor, mscale) / yarn_get_mscale(factor, mscale_all_dim)


def rotary_mscale_of_all(factor, mscale=1, mscale_all_dim=0):
    return yarn_get_mscale(factor, mscale_all_dim or mscale)


def softmax_mscale(factor, mscale_all_dim=1.0):
    mscale = yarn_get_mscale(factor, mscale_all_dim)
    return mscale * mscale


def softmax_mscale_once(factor, mscale_all_dim=1.0):
    return yarn_get_mscale(factor, mscale_all_dim)


ORDINARY = [
    Ordinary(
        "rope.linear",
        compute_linear,
        (
            typo("/= factor", "*= factor", "multiplies|instead of divid"),
            typo("    inv_freq /= factor\n", "", "factor-ignored|" + ignored("factor") + "|plain"),
            typo("(base **", "((base * factor) **", "base"),
        ),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.proportional",
        compute_proportional,
        (
            Slip(proportional_of_the_width, "of-the-rotated-width|width"),
            typo("dim // 2)\n    rotated", "dim)\n    rotated", "features|twice|pairs|multiplied by 2"),
            typo(" / factor", "", ignored("factor") + "|factor-ignored"),
        ),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.longrope",
        compute_longrope,
        (
            Slip(longrope_by_position, "always-long|" + ignored("length", "short_factor")),
            typo("seq_len > train_length", "seq_len >= train_length", "long-at-the-training-length|≥"),
            typo("(ext_factors * base", "((ext_factors * base)", "factor-in-the-power|power"),
        ),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.longrope_scale",
        longrope_attention,
        (
            typo(
                "math.sqrt(1 + math.log(factor) / math.log(train_length))",
                "1 + math.log(factor) / math.log(train_length)",
                "no-root|squar|root",
            ),
            typo("1 + math.log(factor)", "math.log(factor)", "no-one|1 under"),
            typo("math.log(train_length)", "math.log(train_length * factor)", "extended-length|k ?L"),
        ),
    ),
    Ordinary(
        "rope.yarn",
        yarn_float,
        (
            Slip(yarn_floor_ceil, "truncat|round"),
            typo(
                "plain / factor * ramp + plain * (1 - ramp)",
                "plain / factor * (1 - ramp) + plain * ramp",
                "ramp-inverted",
            ),
        ),
        adapter="index-ramp-untruncated",
    ),
    Ordinary(
        "rope.yarn",
        yarn_floor_ceil,
        (Slip(yarn_float, "no-rounding|unrounded|round"),),
        adapter="index-ramp",
    ),
    Ordinary(
        "rope.yarn_scale",
        rotary_mscale,
        (
            Slip(rotary_mscale_of_all, "all-dim-alone|ratio"),
            typo(" / yarn", " * yarn", "product"),
            typo(
                " / yarn_get_mscale(factor, mscale_all_dim)",
                "",
                ignored("mscale_all_dim") + "|all-dim-ignored",
            ),
        ),
    ),
    Ordinary(
        "rope.yarn_softmax_scale",
        softmax_mscale,
        (
            Slip(softmax_mscale_once, "not-squared|once|square"),
            typo(
                "factor, mscale_all_dim)", "factor, 1.0)", ignored("mscale_all_dim") + "|coefficient-ignored"
            ),
        ),
    ),
]
