"""Rotary and sinusoidal tables as people type them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, ignored, torch, typo

SHIFT = r"d ?[−-] ?2|half ?[−-] ?1|includes its end|last pair|1/B at the last"
COSINE_FIRST = r"cosines? (first|before|in front)|without (an?|the) adapter|own convention"
NO_COSINE = r"sine.{0,30}(both|twice|for (the )?cosine)|no cosine|cosine.{0,40}(sine|miss)"
GROWING = r"reciprocal|inver|1/|sign of the exponent|without (the )?minus|growing"
HALF_PRECISION = "bfloat16|half precision|eight bits|8 bits"


# The table of frequencies, as transformers has it.
def inv_freq(dim, base):
    return 1.0 / (base ** (np.arange(0, dim, 2) / dim))


# The same by a logarithm, as the Annotated Transformer has it.
def div_term(dim, base):
    return np.exp(np.arange(0, dim, 2) * -(math.log(base) / dim))


def div_term_half_less_one(dim, base):
    half = dim // 2
    step = math.log(base) / max(half - 1, 1)
    return [math.exp(-step * i) for i in range(half)]


# In torch, as Llama has it.
def llama_freqs(dim, theta):
    return 1.0 / (theta ** (torch.arange(0, dim, 2)[: (dim // 2)].float() / dim))


def llama_freqs_bfloat16(dim, theta):
    return (1.0 / (theta ** (torch.arange(0, dim, 2).float() / dim))).to(torch.bfloat16).float()


# Angles.
def outer(positions, inv_freq):
    return positions[..., None] * inv_freq


def einsum_angles(positions, inv_freq):
    return torch.einsum("...,f->...f", positions.to(inv_freq.dtype), inv_freq)


def einsum_angles_bfloat16(positions, inv_freq):
    t = positions.to(torch.bfloat16)
    return torch.einsum("...,f->...f", t.to(inv_freq.dtype), inv_freq)


def einsum_angles_half_product(positions, inv_freq):
    freqs = positions.to(inv_freq.dtype)[..., None] * inv_freq
    return freqs.to(torch.bfloat16).to(inv_freq.dtype)


def doubled(positions, inv_freq):
    freqs = positions[..., None] * inv_freq
    return np.concatenate((freqs, freqs), axis=-1)


# The encoding of the first Transformer: sine first.
def vaswani(positions, dim, base):
    pe = np.zeros((*positions.shape, dim))
    angle = positions[..., None] / base ** (np.arange(0, dim, 2) / dim)
    pe[..., 0::2] = np.sin(angle)
    pe[..., 1::2] = np.cos(angle)
    return pe


def vaswani_cosine_first(positions, dim, base):
    pe = np.zeros((*positions.shape, dim))
    angle = positions[..., None] / base ** (np.arange(0, dim, 2) / dim)
    pe[..., 0::2] = np.cos(angle)
    pe[..., 1::2] = np.sin(angle)
    return pe


def vaswani_every_index(positions, dim, base):
    i = np.arange(dim)
    angle = positions[..., None] / np.power(base, i / dim)
    angle[..., 0::2] = np.sin(angle[..., 0::2])
    angle[..., 1::2] = np.cos(angle[..., 1::2])
    return angle


def vaswani_index_doubled(positions, dim, base):
    wk = np.array([1 / base ** (2 * j / dim) for j in range(dim)])
    pe = np.zeros((*positions.shape, dim))
    pe[..., ::2] = np.sin(positions[..., None] * wk[::2])
    pe[..., 1::2] = np.cos(positions[..., None] * wk[1::2])
    return pe


def vaswani_even(positions, dim, base):
    return vaswani(np.abs(positions), dim, base)


# Time steps of diffusion models: all sines, then all cosines.
def timestep_embedding(timesteps, dim, max_period):
    half = dim // 2
    freqs = np.exp(-math.log(max_period) * np.arange(half) / half)
    args = timesteps[..., None] * freqs
    return np.concatenate([np.sin(args), np.cos(args)], axis=-1)


def timestep_embedding_interleaved(timesteps, dim, max_period):
    half = dim // 2
    freqs = np.exp(-math.log(max_period) * np.arange(half) / half)
    args = timesteps[..., None] * freqs
    return np.stack([np.sin(args), np.cos(args)], axis=-1).reshape(*timesteps.shape, dim)


# Cosine first, pairs side by side, with refimpl's signature.
def encode(positions, *, dim, base=10000.0, dtype=None):
    w = [base ** (-2 * m / dim) for m in range(dim // 2)]
    columns = [f(positions * wm) for wm in w for f in (np.cos, np.sin)]
    return np.stack(columns, axis=-1)


def encode_base_fixed(positions, *, dim, base=10000.0, dtype=None):
    w = [10000.0 ** (-2 * m / dim) for m in range(dim // 2)]
    return np.stack([f(positions * wm) for wm in w for f in (np.cos, np.sin)], axis=-1)


# Wavelengths.
def wavelength(frequencies):
    return 2 * np.pi / frequencies


# A mixed radix.
def radix_frequencies(bases):
    return 1 / np.cumprod([1.0, *bases])


def radix_frequencies_reversed(bases):
    w = [1.0]
    for b in reversed(bases):
        w.append(w[-1] / b)
    return np.array(w)


ORDINARY = [
    Ordinary(
        "rope.frequencies",
        inv_freq,
        (
            typo("0, dim, 2", "dim // 2", "exponent-m-over-d|m/d"),
            typo(
                "/ dim",
                "/ (dim // 2)",
                r"exponent.{0,40}(twice|doubled|4m)|4m/d|base.{0,20}squared|power (of )?2",
            ),
            typo("0, dim", "1, dim + 1", r"2m ?\+ ?1|odd"),
            Slip(lambda dim, base: 1.0 / base ** np.linspace(0, 1, dim // 2), SHIFT),
            Slip(
                lambda dim, base: base ** (np.arange(0, dim, 2) / dim),
                r"reciprocal|inver|1/|sign of the exponent|without (the )?minus|growing",
            ),
            typo(
                "1.0 / (base ** (np.arange(0, dim, 2) / dim))",
                "np.array([base ** (-2 * i / dim) for i in range(1, dim // 2 + 1)])",
                "from-one|from 1",
            ),
            typo(
                "(base ** (np.arange(0, dim, 2) / dim))",
                "10000 ** (np.arange(0, dim, 2) / dim)",
                "default-base|" + ignored("base"),
            ),
            typo("/ dim", "// dim", "floor|integer|constant|always 1|is 1 everywhere|gives 1"),
        ),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.frequencies",
        div_term,
        (
            typo(".log", ".log10", r"log(_| ?)10|base 10|decimal|ln 10|2\.30"),
            typo("-", "", GROWING),
            Slip(div_term_half_less_one, SHIFT),
        ),
        adapter="inv-freq",
    ),
    Ordinary(
        "rope.frequencies",
        llama_freqs,
        (
            Slip(llama_freqs_bfloat16, HALF_PRECISION),
            typo("(0, dim, 2)[: (dim // 2)]", "(dim // 2)", "exponent-m-over-d|m/d"),
        ),
        adapter="inv-freq",
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "rope.angles",
        outer,
        (
            typo("return positions", "return (positions + 1)", "from-one|from 1"),
            typo("* inv_freq", "/ inv_freq", r"divi|quotient|reciprocal|period|1/(ω|frequenc)"),
            typo(
                "positions[..., None] * inv_freq",
                "(positions[..., None] * inv_freq) % (2 * np.pi)",
                r"modul|reduced|remainder|2π",
            ),
            typo("return", "return 2 * np.pi *", r"2 ?π|turns"),
        ),
    ),
    Ordinary(
        "rope.angles",
        einsum_angles,
        (
            Slip(
                einsum_angles_bfloat16,
                f"position.{{0,60}}({HALF_PRECISION})|({HALF_PRECISION}).{{0,60}}position",
            ),
            Slip(einsum_angles_half_product, HALF_PRECISION),
        ),
        backend="torch",
        dtype="float32",
    ),
    Ordinary(
        "rope.angles",
        doubled,
        (
            typo("= positions", "= (positions + 1)", "from-one|from 1"),
            typo("freqs =", "freqs = -", r"sign|negat|−1 times|-1 times|minus"),
        ),
        adapter="doubled",
    ),
    Ordinary(
        "rope.sinusoidal",
        vaswani,
        (
            Slip(
                vaswani_cosine_first,
                r"cosines? (first|before|in front)|without (an?|the) adapter|own convention",
            ),
            Slip(vaswani_every_index, r"exponent-index|every feature|each feature"),
            Slip(vaswani_index_doubled, r"(every|each) feature|exponent-index"),
            Slip(vaswani_even, r"\|n\||absolute|before 0|negative|even-sine"),
            Slip(lambda positions, dim, base: vaswani(positions + 1, dim, base), "from-one|from 1"),
            typo(
                "/ base ** (np.arange(0, dim, 2) / dim)",
                "* np.exp(-math.log(base) * np.arange(dim // 2) / dim)",
                r"m/d|base.{0,30}(root|√)|(root|√).{0,30}base",
            ),
            typo(
                ".cos",
                ".sin",
                r"sine.{0,30}(both|twice|for (the )?cosine)|no cosine|cosine.{0,40}(sine|miss)",
            ),
        ),
        adapter="sine-first",
    ),
    Ordinary(
        "rope.sinusoidal",
        timestep_embedding,
        (
            typo(
                "sin(args), np.cos",
                "cos(args), np.sin",
                r"cosines? (first|before|in front)|all cosines, then|halves.{0,30}(swap|exchang)|swap",
            ),
            typo("/ half", "/ max(half - 1, 1)", SHIFT),
            Slip(timestep_embedding_interleaved, r"sine-first|interleav|side by side|each pair"),
        ),
        adapter="sin-cos-halves",
    ),
    Ordinary(
        "rope.sinusoidal",
        encode,
        (
            typo(
                "wm in w for f in (np.cos, np.sin)",
                "f in (np.cos, np.sin) for wm in w",
                "half-layout|all cosines",
            ),
            typo("cos, np.sin", "sin, np.cos", "sine-first|sine first"),
            Slip(encode_base_fixed, "default-base|" + ignored("base")),
        ),
    ),
    Ordinary(
        "rope.period",
        wavelength,
        (
            typo("2 * np.pi", "1", "radians|2π|2 π"),
            typo("2 * np.pi", "np.pi", r"half|½|1/2|0\.5"),
            Slip(lambda frequencies: frequencies / (2 * np.pi), r"reciprocal|1/|inver"),
            typo("pi /", "pi *", r"multipli|2πω|product|reciprocal"),
        ),
    ),
    Ordinary(
        "rope.mixed_radix_frequencies",
        radix_frequencies,
        (
            typo("1.0, *bases", "*bases, 1.0", "off-by-one|one (base|place|entry) early|shifted"),
            typo("cumprod", "cumsum", r"\bsum|added"),
            typo("1 / np", "np", r"reciprocal|1/|inver|product.{0,30}itself"),
            Slip(radix_frequencies_reversed, r"revers|other (order|end)|last base first|most significant"),
        ),
    ),
]
