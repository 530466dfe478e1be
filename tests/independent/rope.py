"""Rotary embeddings as one would port them: complex numbers, repeated division, powers of the base."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

Array = Any


def _table(values: Any, xp: Any, dtype: Any, device: Any) -> Array:
    xp = np if xp is None else xp
    return xp.asarray(np.asarray(values), dtype=xp.float64 if dtype is None else dtype, device=device)


def digits(n: Array, /, *, base: int, count: int) -> Array:
    """Each digit is the remainder that the division leaves."""
    rest, found = n, []
    for _ in range(count):
        rest, digit = np.divmod(rest, n.dtype.type(base))
        found.append(digit)
    return np.stack(found, axis=-1)


def mixed_radix_digits(n: Array, /, *, bases: Sequence[int]) -> Array:
    """The remainder modulo the product of the first bases, less that of one base fewer, over that product."""
    found, product = [], 1
    whole = n.astype(object)
    for base in bases:
        found.append((whole % (product * base) - whole % product) // product)
        product *= base
    return np.stack(found, axis=-1).astype(n.dtype)


def from_digits(digits: Array, /, *, base: int) -> Array:
    """Inner product with the powers."""
    powers = np.asarray([base**m for m in range(digits.shape[-1])], dtype=digits.dtype)
    return np.asarray(digits @ powers)


def range_of(base: float, /, *, digits: int) -> float:
    """Repeated multiplication."""
    return math.prod([base] * digits)


def frequencies(
    dim: int, /, *, base: float = 10000.0, xp: Any = None, dtype: Any = None, device: Any = None
) -> Array:
    """The line of most public code, in the dtype of the table."""
    dtype = np.float64 if dtype is None else dtype
    return 1.0 / (base ** (np.arange(0, dim, 2, dtype=dtype) / dim))


def mixed_radix_frequencies(
    bases: Sequence[float], /, *, xp: Any = None, dtype: Any = None, device: Any = None
) -> Array:
    """Division by one base after the other."""
    found = [1.0]
    for base in bases:
        found.append(found[-1] / base)
    return _table(found, xp, dtype, device)


def angles(positions: Array, frequencies: Array, /) -> Array:
    """Outer product in the dtype of the table."""
    return np.einsum("...,m->...m", positions.astype(frequencies.dtype), frequencies)


def sinusoidal(positions: Array, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Array:
    """Powers of one complex number a pair, in float64."""
    turn = np.exp(1j * np.multiply.outer(positions.astype(np.float64), frequencies(dim, base=base)))
    pairs = np.stack([turn.real, turn.imag], axis=-1)
    return pairs.reshape(*positions.shape, dim).astype(positions.dtype if dtype is None else dtype)


def _as_complex(x: Array, layout: str) -> Array:
    half = x.shape[-1] // 2
    return x[..., ::2] + 1j * x[..., 1::2] if layout == "interleaved" else x[..., :half] + 1j * x[..., half:]


def _as_real(z: Array, layout: str) -> Array:
    if layout == "half":
        return np.concatenate([z.real, z.imag], axis=-1)
    return np.stack([z.real, z.imag], axis=-1).reshape(*z.shape[:-1], 2 * z.shape[-1])


def rotate(x: Array, angles: Array, /, *, layout: str = "interleaved") -> Array:
    """Multiplication by e^{iθ}, pairs as complex numbers."""
    return _as_real(_as_complex(x, layout) * np.exp(1j * angles), layout).astype(x.dtype)


def convert_layout(x: Array, /, *, source: str, target: str) -> Array:
    """A transposed table of pairs."""
    if source == target:
        return x.copy()
    shape = (-1, 2) if source == "interleaved" else (2, -1)
    if not x.size:
        return x.copy()
    return np.swapaxes(x.reshape(*x.shape[:-1], *shape), -1, -2).reshape(x.shape)


def rotation_matrix(angles: Array, /) -> Array:
    """cos θ I + sin θ J."""
    identity, quarter = np.eye(2, dtype=angles.dtype), np.asarray([[0, -1], [1, 0]], dtype=angles.dtype)
    theta = angles[..., None, None]
    return np.cos(theta) * identity + np.sin(theta) * quarter


def attention_scores(
    q: Array, k: Array, q_positions: Array, k_positions: Array, frequencies: Array, /, *,
    layout: str = "interleaved",
) -> Array:  # fmt: skip
    """Re Σ q̄ k e^{i(r−p)ω}: only the differences of positions enter."""
    offsets = k_positions[..., None, :].astype(float) - q_positions[..., :, None].astype(float)
    turn = np.exp(1j * offsets[..., None] * frequencies)
    products = np.conj(_as_complex(q, layout))[..., :, None, :] * _as_complex(k, layout)[..., None, :, :]
    return np.sum(products * turn, axis=-1).real.astype(np.result_type(q, k))


def interpolate(positions: Array, /, *, factor: float, dtype: Any = None) -> Array:
    """Multiplication by the reciprocal."""
    return (positions.astype(np.float64) * (1 / factor)).astype(positions.dtype if dtype is None else dtype)


def rebase(base: float, /, *, factor: float) -> float:
    """A product of rationals. (Through logarithms, digits are lost: ln B roundings.)"""
    return float(Fraction(base) * Fraction(factor))


def ntk_scale(factor: float, /, *, dim: int) -> float:
    """Through a logarithm."""
    return math.exp(2 * math.log(factor) / (dim - 2))


def ntk_base(base: float, /, *, factor: float, dim: int) -> float:
    """As in most public code."""
    return base * factor ** (dim / (dim - 2))


def dynamic_ntk(
    length: float, /, *, dim: int, train_length: float, factor: float, base: float = 10000.0,
    xp: Any = None, dtype: Any = None, device: Any = None,
) -> Array:  # fmt: skip
    """As in most public code."""
    length = max(length, train_length)
    base = base * ((factor * length / train_length) - (factor - 1)) ** (dim / (dim - 2))
    return frequencies(dim, base=base, dtype=dtype)


def yarn(
    dim: int, /, *, train_length: float, factor: float, base: float = 10000.0, ramp: str = "paper",
    beta_slow: float = 1.0, beta_fast: float = 32.0, xp: Any = None, dtype: Any = None, device: Any = None,
) -> Array:  # fmt: skip
    """Interpolation between two tables with np.interp."""
    keep = frequencies(dim, base=base)
    if ramp == "paper":
        gamma = np.interp(train_length / (2 * np.pi / keep), [beta_slow, beta_fast], [0.0, 1.0])
    else:
        first, last = (
            dim * math.log(train_length / (turns * 2 * math.pi)) / (2 * math.log(base))
            for turns in (beta_fast, beta_slow)
        )
        low, high = max(math.floor(first), 0), min(math.ceil(last), dim - 1)
        ends = [low, high + 0.001 if low == high else high]
        gamma = 1 - np.clip((np.arange(dim // 2) - ends[0]) / (ends[1] - ends[0]), 0, 1)
    return _table(keep / factor * (1 - gamma) + keep * gamma, xp, dtype, device)


def yarn_scale(factor: float, /) -> float:
    """Decimal logarithm."""
    return 1.0 + 0.1 * math.log(10) * math.log10(factor)


def llama3(
    dim: int, /, *, train_length: float, factor: float, base: float = 500000.0,
    low_freq_factor: float = 1.0, high_freq_factor: float = 4.0,
    xp: Any = None, dtype: Any = None, device: Any = None,
) -> Array:  # fmt: skip
    """One frequency after the other, three cases."""
    found = []
    for frequency in frequencies(dim, base=base):
        wavelength = 2 * math.pi / frequency
        if wavelength < train_length / high_freq_factor:
            found.append(frequency)
        elif wavelength > train_length / low_freq_factor:
            found.append(frequency / factor)
        else:
            smooth = (train_length / wavelength - low_freq_factor) / (high_freq_factor - low_freq_factor)
            found.append((1 - smooth) * frequency / factor + smooth * frequency)
    return _table(found, xp, dtype, device)


def log_n_scale(n: Array, /, *, train_length: float, clip: bool = True, dtype: Any = None) -> Array:
    """Logarithm to the base L; the clip on the length instead of on the result."""
    n, dtype = n.astype(np.float64), n.dtype if dtype is None else dtype
    with np.errstate(all="ignore"):
        return (np.log2(np.maximum(n, train_length) if clip else n) / math.log2(train_length)).astype(dtype)


def period(frequencies: Array, /) -> Array:
    """Turns a position, inverted."""
    with np.errstate(all="ignore"):
        return 1 / (frequencies / frequencies.dtype.type(2 * np.pi))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"rope.{function.__name__}": function
    for function in (
        angles, attention_scores, convert_layout, digits, dynamic_ntk, frequencies, from_digits, interpolate,
        llama3, log_n_scale, mixed_radix_digits, mixed_radix_frequencies, ntk_base, ntk_scale, period,
        range_of, rebase, rotate, rotation_matrix, sinusoidal, yarn, yarn_scale,
    )
}  # fmt: skip
