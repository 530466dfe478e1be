"""YaRN and Llama 3.1 as people type them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, ignored, typo

NO_TWO_PI = r"without.{0,20}2 ?π|2 ?π.{0,40}(miss|forgot|omit|left out)|turns.{0,40}radian|radian"
MIDDLE = "no-middle-band|smooth middle"
SMOOTH = r"(smooth|middle|ramp|s and 1).{0,60}(exchang|swap|other|wrong way|revers|invert)"
OUTSIDE = r"clip|(all|every|also) (bands?|pairs?|outside)|outside the middle|beyond the (ends|band)"
EVERYWHERE = r"every pair|all pairs|interpolat|uniform|plain.{0,40}factor|without bands"
LONGER = r"extended|longer|new length|factor.{0,40}length|length.{0,40}factor|kL|k L|L k"


# YaRN, by pairs, as its authors' code has it.
def find_correction_dim(num_rotations, dim, base, max_position_embeddings):
    return (dim * math.log(max_position_embeddings / (num_rotations * 2 * math.pi))) / (2 * math.log(base))


def find_correction_range(low_rot, high_rot, dim, base, max_position_embeddings):
    low = math.floor(find_correction_dim(low_rot, dim, base, max_position_embeddings))
    high = math.ceil(find_correction_dim(high_rot, dim, base, max_position_embeddings))
    return max(low, 0), min(high, dim - 1)


def linear_ramp_mask(low, high, dim):
    if low == high:
        high += 0.001
    linear = (np.arange(dim, dtype=np.float64) - low) / (high - low)
    return np.clip(linear, 0, 1)


def yarn_mixed(dim, base, factor, mask):
    pos_freqs = base ** (np.arange(0, dim, 2) / dim)
    extrapolation, interpolation = 1.0 / pos_freqs, 1.0 / (factor * pos_freqs)
    return interpolation * (1 - mask) + extrapolation * mask


def yarn(dim, base, factor, train_length, beta_slow=1.0, beta_fast=32.0):
    low, high = find_correction_range(beta_fast, beta_slow, dim, base, train_length)
    return yarn_mixed(dim, base, factor, 1 - linear_ramp_mask(low, high, dim // 2))


def yarn_inverted(dim, base, factor, train_length, beta_slow=1.0, beta_fast=32.0):
    low, high = find_correction_range(beta_fast, beta_slow, dim, base, train_length)
    return yarn_mixed(dim, base, factor, linear_ramp_mask(low, high, dim // 2))


def yarn_not_rounded(dim, base, factor, train_length, beta_slow=1.0, beta_fast=32.0):
    low = max(find_correction_dim(beta_fast, dim, base, train_length), 0)
    high = min(find_correction_dim(beta_slow, dim, base, train_length), dim - 1)
    return yarn_mixed(dim, base, factor, 1 - linear_ramp_mask(low, high, dim // 2))


def yarn_without_two_pi(dim, base, factor, train_length, beta_slow=1.0, beta_fast=32.0):
    def index(turns):
        return dim * math.log(train_length / turns) / (2 * math.log(base))

    low, high = max(math.floor(index(beta_fast)), 0), min(math.ceil(index(beta_slow)), dim - 1)
    return yarn_mixed(dim, base, factor, 1 - linear_ramp_mask(low, high, dim // 2))


def yarn_of_features(dim, base, factor, train_length, beta_slow=1.0, beta_fast=32.0):
    low, high = find_correction_range(beta_fast, beta_slow, dim, base, train_length)
    if low == high:
        high += 0.001
    ramp = np.clip((np.arange(0, dim, 2) - low) / (high - low), 0, 1)
    return yarn_mixed(dim, base, factor, 1 - ramp)


# YaRN, by turns, as its paper has it.
def yarn_paper(dim, base, factor, train_length, ramp="paper", beta_slow=1.0, beta_fast=32.0):
    if ramp == "code":
        return yarn(dim, base, factor, train_length, beta_slow, beta_fast)
    theta = base ** (-np.arange(0, dim, 2) / dim)
    r = train_length * theta / (2 * np.pi)
    gamma = np.clip((r - beta_slow) / (beta_fast - beta_slow), 0, 1)
    return (1 - gamma) * theta / factor + gamma * theta


def yarn_paper_inverted(dim, base, factor, train_length, ramp="paper", beta_slow=1.0, beta_fast=32.0):
    if ramp == "code":
        return yarn_inverted(dim, base, factor, train_length, beta_slow, beta_fast)
    theta = base ** (-np.arange(0, dim, 2) / dim)
    r = train_length * theta / (2 * np.pi)
    gamma = np.clip((r - beta_slow) / (beta_fast - beta_slow), 0, 1)
    return gamma * theta / factor + (1 - gamma) * theta


def yarn_paper_radians(dim, base, factor, train_length, ramp="paper", beta_slow=1.0, beta_fast=32.0):
    if ramp == "code":
        return yarn_without_two_pi(dim, base, factor, train_length, beta_slow, beta_fast)
    theta = base ** (-np.arange(0, dim, 2) / dim)
    gamma = np.clip((train_length * theta - beta_slow) / (beta_fast - beta_slow), 0, 1)
    return (1 - gamma) * theta / factor + gamma * theta


def yarn_paper_by_period(dim, base, factor, train_length, ramp="paper", beta_slow=1.0, beta_fast=32.0):
    theta = yarn_paper(dim, base, factor, train_length, ramp, beta_slow, beta_fast)
    if ramp == "code":
        return theta
    theta = base ** (-np.arange(0, dim, 2) / dim)
    r = train_length * theta / (2 * np.pi)
    gamma = np.clip((r - beta_slow) / (beta_fast - beta_slow), 0, 1)
    return theta / (gamma + (1 - gamma) * factor)


def yarn_paper_ignores_ramp(dim, base, factor, train_length, ramp="paper", beta_slow=1.0, beta_fast=32.0):
    return yarn(dim, base, factor, train_length, beta_slow, beta_fast)


# The temperature of YaRN.
def yarn_get_mscale(scale):
    if scale <= 1:
        return 1.0
    return 0.1 * math.log(scale) + 1.0


def mscale_of_one_more(scale):
    return 0.1 * math.log(scale + 1) + 1.0


# Llama 3.1, a loop as Meta has it.
def apply_scaling(dim, base, factor, train_length, low_freq_factor=1, high_freq_factor=4):
    freqs = 1.0 / (base ** (np.arange(0, dim, 2) / dim))
    low_freq_wavelen = train_length / low_freq_factor
    high_freq_wavelen = train_length / high_freq_factor
    new_freqs = []
    for freq in freqs:
        wavelen = 2 * math.pi / freq
        if wavelen < high_freq_wavelen:
            new_freqs.append(freq)
        elif wavelen > low_freq_wavelen:
            new_freqs.append(freq / factor)
        else:
            smooth = (train_length / wavelen - low_freq_factor) / (high_freq_factor - low_freq_factor)
            new_freqs.append((1 - smooth) * freq / factor + smooth * freq)
    return np.array(new_freqs)


def _scaled(dim, base, factor, train_length, low, high, short, long, middle, turn=2 * math.pi):
    freqs = [base ** (-2 * m / dim) for m in range(dim // 2)]
    out = []
    for f in freqs:
        wavelen = turn / f
        if wavelen < train_length / high:
            out.append(short(f))
        elif wavelen > train_length / low:
            out.append(long(f))
        else:
            out.append(middle(f, (train_length / wavelen - low) / (high - low)))
    return out


def scaling_bands_exchanged(dim, base, factor, train_length, low_freq_factor=1, high_freq_factor=4):
    return _scaled(dim, base, factor, train_length, low_freq_factor, high_freq_factor,
                   lambda f: f / factor, lambda f: f, lambda f, s: (1 - s) * f + s * f / factor)  # fmt: skip


def scaling_smooth_exchanged(dim, base, factor, train_length, low_freq_factor=1, high_freq_factor=4):
    return _scaled(dim, base, factor, train_length, low_freq_factor, high_freq_factor,
                   lambda f: f, lambda f: f / factor, lambda f, s: s * f / factor + (1 - s) * f)  # fmt: skip


def scaling_middle_divided(dim, base, factor, train_length, low_freq_factor=1, high_freq_factor=4):
    return _scaled(dim, base, factor, train_length, low_freq_factor, high_freq_factor,
                   lambda f: f, lambda f: f / factor, lambda f, s: f / factor)  # fmt: skip


def scaling_middle_kept(dim, base, factor, train_length, low_freq_factor=1, high_freq_factor=4):
    return _scaled(dim, base, factor, train_length, low_freq_factor, high_freq_factor,
                   lambda f: f, lambda f: f / factor, lambda f, s: f)  # fmt: skip


def scaling_in_radians(dim, base, factor, train_length, low_freq_factor=1, high_freq_factor=4):
    return _scaled(dim, base, factor, train_length, low_freq_factor, high_freq_factor, lambda f: f,
                   lambda f: f / factor, lambda f, s: (1 - s) * f / factor + s * f, turn=1.0)  # fmt: skip


def scaling_of_10000(dim, base, factor, train_length, low_freq_factor=1, high_freq_factor=4):
    return apply_scaling(dim, 10000.0, factor, train_length, low_freq_factor, high_freq_factor)


def scaling_of_500000(dim, base, factor, train_length, low_freq_factor=1, high_freq_factor=4):
    return apply_scaling(dim, 500000.0, factor, train_length, low_freq_factor, high_freq_factor)


# The same with arrays, as transformers has it.
def compute_llama3(dim, base, factor, train_length, low_freq_factor=1.0, high_freq_factor=4.0):
    inv_freq = 1.0 / (base ** (np.arange(0, dim, 2) / dim))
    wavelen = 2 * math.pi / inv_freq
    low, high = train_length / low_freq_factor, train_length / high_freq_factor
    scaled = np.where(wavelen > low, inv_freq / factor, inv_freq)
    smooth = (train_length / wavelen - low_freq_factor) / (high_freq_factor - low_freq_factor)
    smoothed = (1 - smooth) * scaled / factor + smooth * scaled
    medium = ~(wavelen < high) & ~(wavelen > low)
    return np.where(medium, smoothed, scaled)


def compute_llama3_always_smooth(dim, base, factor, train_length, low_freq_factor=1.0, high_freq_factor=4.0):
    inv_freq = 1.0 / (base ** (np.arange(0, dim, 2) / dim))
    wavelen = 2 * math.pi / inv_freq
    smooth = (train_length / wavelen - low_freq_factor) / (high_freq_factor - low_freq_factor)
    return (1 - smooth) * inv_freq / factor + smooth * inv_freq


def compute_llama3_all_divided(dim, base, factor, train_length, low_freq_factor=1.0, high_freq_factor=4.0):
    return 1.0 / (base ** (np.arange(0, dim, 2) / dim)) / factor


ORDINARY = [
    Ordinary(
        "rope.yarn",
        yarn,
        (
            Slip(yarn_inverted, "ramp-inverted"),
            Slip(yarn_not_rounded, "no-rounding|unrounded"),
            typo("base, train_length", "base, train_length * factor", LONGER),
            Slip(yarn_without_two_pi, NO_TWO_PI),
            Slip(yarn_of_features, r"features?.{0,60}pairs?|twice the (index|pair)|2m\b"),
        ),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.yarn",
        yarn_paper,
        (
            Slip(yarn_paper_inverted, "ramp-inverted"),
            Slip(yarn_paper_radians, NO_TWO_PI),
            Slip(yarn_paper_by_period, r"wavelength|period|harmonic|1/(ω|frequenc)|reciprocal"),
            Slip(yarn_paper_ignores_ramp, "code-by-default|" + ignored("ramp")),
        ),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.yarn_scale",
        yarn_get_mscale,
        (
            Slip(lambda scale: 0.1 * math.log(scale), "no-one"),
            Slip(lambda scale: (0.1 * math.log(scale) + 1.0) ** 2, "yarn_scale/squared|square"),
            Slip(lambda scale: 0.1 * math.log10(scale) + 1.0, r"log(_| ?)10|base 10|decimal|lg"),
            Slip(lambda scale: 0.1 * math.log2(scale) + 1.0, r"log(_| ?)2|base 2|base-2|binary|bits"),
            Slip(lambda scale: math.sqrt(0.1 * math.log(scale) + 1.0), "root"),
            Slip(lambda scale: 1 / (0.1 * math.log(scale) + 1.0), "reciprocal|1/"),
            Slip(mscale_of_one_more, r"k ?\+ ?1|factor ?\+ ?1|log1p|1 \+ k|increased by (one|1)"),
        ),
    ),
    Ordinary(
        "rope.llama3",
        apply_scaling,
        (
            Slip(scaling_bands_exchanged, "bands-swapped"),
            Slip(scaling_smooth_exchanged, SMOOTH),
            Slip(scaling_middle_divided, MIDDLE),
            Slip(scaling_middle_kept, MIDDLE),
            Slip(scaling_in_radians, NO_TWO_PI),
            Slip(scaling_of_10000, "default-base|" + ignored("base")),
            Slip(scaling_of_500000, "default-base|" + ignored("base")),
        ),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.llama3",
        compute_llama3,
        (
            Slip(compute_llama3_always_smooth, OUTSIDE),
            Slip(compute_llama3_all_divided, EVERYWHERE),
        ),
        adapter="inv-freq",
    ),
]  # fmt: skip
