"""Longer contexts as people type them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, ignored, typo

INVERTED_EXPONENT = r"\(?d ?[−-] ?2\)?/d|(fraction|exponent).{0,40}(invert|upside|reciprocal|other way)"


# Position interpolation.
def interpolate(positions, factor, dtype=None):
    return positions / factor


# NTK-aware scaling.
def ntk_scale(factor, dim):
    return factor ** (2 / (dim - 2))


def ntk_base(base, factor, dim):
    return base * factor ** (dim / (dim - 2))


def rebase(base, factor):
    return base * factor


# Dynamic NTK, as transformers has it.
def _inv_freq(dim, base):
    return 1.0 / (base ** (np.arange(0, dim, 2) / dim))


def dynamic(length, dim, base, factor, train_length):
    length = max(length, train_length)
    base = base * ((factor * length / train_length) - (factor - 1)) ** (dim / (dim - 2))
    return _inv_freq(dim, base)


def dynamic_if(length, dim, base, factor, train_length):
    if length > train_length:
        scale = factor * length / train_length - (factor - 1)
        base = base * scale ** (dim / (dim - 2))
    return [base ** (-2 * m / dim) for m in range(dim // 2)]


def dynamic_short_too(length, dim, base, factor, train_length):
    scale = factor * length / train_length - (factor - 1)
    return _inv_freq(dim, base * max(scale, 1e-3) ** (dim / (dim - 2)))


def dynamic_not_subtracted(length, dim, base, factor, train_length):
    length = max(length, train_length)
    return _inv_freq(dim, base * (factor * length / train_length) ** (dim / (dim - 2)))


def dynamic_precedence(length, dim, base, factor, train_length):
    if length <= train_length:
        return _inv_freq(dim, base)
    scale = max(factor * length / train_length - factor - 1, 1e-3)
    return _inv_freq(dim, base * scale ** (dim / (dim - 2)))


def dynamic_of_two(length, dim, base, factor, train_length):
    return dynamic(length, dim, base, 2.0, train_length)


def dynamic_static(length, dim, base, factor, train_length):
    return _inv_freq(dim, base * factor ** (dim / (dim - 2)))


def dynamic_never(length, dim, base, factor, train_length):
    return dynamic(min(length, train_length), dim, base, factor, train_length)


def dynamic_inverted(length, dim, base, factor, train_length):
    length = max(length, train_length)
    return _inv_freq(dim, base * (factor * length / train_length - (factor - 1)) ** ((dim - 2) / dim))


# Scores by the logarithm of the length.
def log_n(n, train_length, clip=True, dtype=None):
    scale = np.log(n) / math.log(train_length)
    return np.maximum(scale, 1.0) if clip else scale


def log_n_always(n, train_length, clip=True, dtype=None):
    return np.log(n) / math.log(train_length)


def log_n_from_zero(n, train_length, clip=True, dtype=None):
    return log_n(n + 1, train_length, clip)


def log_n_root(n, train_length, clip=True, dtype=None):
    return np.sqrt(log_n(n, train_length, clip))


ORDINARY = [
    Ordinary(
        "rope.interpolate",
        interpolate,
        (
            typo("/ factor", "* factor", "interpolate/multiplies"),
            typo("positions / factor", "(positions // factor).astype(np.float64)",
                 "floor|whole|integer|truncat|rounded down"),
            typo("return positions", "return (positions + 1)",
                 "from 1|one too|off by one|positions? ?\\+ ?1|next position"),
            typo("/ factor", "* 1.0", ignored("factor")),
        ),
    ),
    Ordinary(
        "rope.ntk_scale",
        ntk_scale,
        (
            typo("(dim - 2)", "dim", "exponent-2-over-d"),
            typo("2 / (dim - 2)", "dim / (dim - 2)",
                 r"d/\(d ?[−-] ?2\)|ntk_base|factor of the base|belongs to B"),
            typo("2 / (dim - 2)", "1 / (dim - 2)", r"root|1/\(d ?[−-] ?2\)|half the exponent|power ½"),
        ),
    ),
    Ordinary(
        "rope.ntk_base",
        ntk_base,
        (
            typo("** (dim / (dim - 2))", "", "base-times-factor|rebase"),
            typo("dim /", "2 /", "scale-of-beta"),
            typo("dim / (dim - 2)", "(dim - 2) / dim", INVERTED_EXPONENT),
            typo("base * factor", "(base * factor)",
                 r"power of both|\(B ?k\)|(base|B).{0,40}(power|exponent|raised)"),
        ),
    ),
    Ordinary(
        "rope.rebase",
        rebase,
        (
            typo("base *", "base /", "divi|reciprocal|1/k|B/k"),
            typo("* factor", "* factor ** (2 / 128)", "digit-base"),
            typo("* factor", "* factor ** (128 / 126)", r"ntk|d/\(d ?[−-] ?2\)"),
            typo("base *", "base**", r"power|raise|B\^k|exponent"),
        ),
    ),
    Ordinary(
        "rope.dynamic_ntk",
        dynamic,
        (
            Slip(dynamic_short_too, r"active-below-training-length|0\.0.{0,80} in place of `(max\()?1\.0"),
            Slip(dynamic_not_subtracted, "factor-times-ratio"),
            Slip(dynamic_precedence, r"\(k ?[−-] ?1\)|parenthes|bracket|k ?[−-] ?1|precedence|k \+ 1"),
            Slip(dynamic_of_two, ignored("factor")),
            Slip(dynamic_static, ignored("(train_)?length") + "|ntk_base|whatever the length"),
            Slip(dynamic_never, ignored("length") + r"|rope\.frequencies|plain"),
            Slip(dynamic_inverted, INVERTED_EXPONENT),
        ),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.dynamic_ntk",
        dynamic_if,
        (Slip(dynamic_of_two, ignored("factor")),),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.log_n_scale",
        log_n,
        (
            Slip(log_n_always, "not-clipped"),
            typo("np.log(n) / math.log(train_length)", "math.log(train_length) / np.log(n)", "inverted"),
            Slip(lambda n, train_length, clip=True, dtype=None: log_n(n, 512, clip), ignored("train_length")),
            Slip(log_n_from_zero, r"n ?\+ ?1|from (0|zero)|one more|log1p"),
            typo("maximum", "minimum", r"minimum|clip"),
            Slip(log_n_root, "root"),
        ),
    ),
]  # fmt: skip
