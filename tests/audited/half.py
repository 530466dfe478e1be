"""Functions in half precision as people write them, right and wrong."""

from typing import Any

import numpy as np


def rotate(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
    """In the format of the arguments."""
    cos, sin = np.cos(angles), np.sin(angles)
    half = x.shape[-1] // 2
    pairs = (x[..., 0::2], x[..., 1::2]) if layout == "interleaved" else (x[..., :half], x[..., half:])
    turned = pairs[0] * cos - pairs[1] * sin, pairs[0] * sin + pairs[1] * cos
    if layout == "half":
        return np.concatenate(turned, axis=-1)
    stacked = np.stack(turned, axis=-1)
    return stacked.reshape(*stacked.shape[:-2], x.shape[-1])


def rotate_once(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
    """In float32, rounded once."""
    return rotate(x.astype(np.float32), angles.astype(np.float32), layout=layout).astype(x.dtype)


def rotate_by_tables(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
    """In float32, with tables of cosines and sines that are kept in the format."""
    half = x.shape[-1] // 2
    cos, sin = (f(angles.astype(np.float32)).astype(x.dtype).astype(np.float32) for f in (np.cos, np.sin))
    wide = x.astype(np.float32)
    a, b = (
        (wide[..., 0::2], wide[..., 1::2])
        if layout == "interleaved"
        else (wide[..., :half], wide[..., half:])
    )
    turned = a * cos - b * sin, a * sin + b * cos
    if layout == "half":
        return np.concatenate(turned, axis=-1).astype(x.dtype)
    return np.stack(turned, axis=-1).reshape(x.shape).astype(x.dtype)


def rotate_backwards(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
    """By −θ."""
    return rotate_once(x, -angles, layout=layout)


def _encoded(positions: Any, dim: int, base: float, dtype: Any) -> Any:
    angles = positions[..., None] * base ** (-np.arange(0, dim, 2) / dim)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).reshape(*positions.shape, dim).astype(dtype)


def sinusoidal(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    """In float64, rounded once."""
    return _encoded(positions.astype(np.float64), dim, base, dtype or positions.dtype)


def sinusoidal_of_half(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    """Of positions in the format."""
    dtype = dtype or positions.dtype
    return _encoded(positions.astype(dtype).astype(np.float64), dim, base, dtype)


def _in_single(
    positions: Any, dim: int, base: float, dtype: Any, *, table: Any = None, turn: Any = None
) -> Any:
    """With frequencies and angles in float32, or kept in other formats."""
    frequencies = (1 / base ** (np.arange(0, dim, 2, dtype=np.float32) / dim)).astype(np.float32)
    angles = positions.astype(np.float32)[..., None] * frequencies.astype(table or np.float32)
    angles = angles.astype(turn or np.float32).astype(np.float32)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).reshape(*positions.shape, dim).astype(dtype)


def sinusoidal_in_single(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
    """As public code has it: all but the result in float32."""
    return _in_single(positions, dim, base, dtype or positions.dtype)


def sinusoidal_cast_with_model(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    """With frequencies that were cast with the model whose buffer they are."""
    dtype = dtype or positions.dtype
    return _in_single(positions, dim, base, dtype, table=dtype)


def sinusoidal_of_half_angles(
    positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None
) -> Any:
    """With angles that are kept in the format."""
    dtype = dtype or positions.dtype
    return _in_single(positions, dim, base, dtype, turn=dtype)


def diffuse_by_half_table(x0: Any, noise: Any, betas: Any, t: Any) -> Any:
    """With a table of Π(1 − β) in the format: near 1 it has hardly a digit of what is left."""
    kept = np.cumprod(1 - betas.astype(np.float64)).astype(x0.dtype).astype(np.float32)[t]
    kept = kept.reshape(-1, *(1,) * (x0.ndim - 1))
    mixed = np.sqrt(kept) * x0.astype(np.float32) + np.sqrt(1 - kept) * noise.astype(np.float32)
    return mixed.astype(x0.dtype)


def weights(log_w: Any, /) -> Any:
    """Softmax whose sum is taken in float32, as kernels do."""
    terms = np.exp(log_w - np.max(log_w, axis=-1, keepdims=True))
    total = np.sum(terms.astype(np.float32), axis=-1, keepdims=True)
    return (terms.astype(np.float32) / total).astype(log_w.dtype)


def weights_accumulated(log_w: Any, /) -> Any:
    """Softmax whose sum is accumulated in the format."""
    terms = np.exp(log_w - np.max(log_w, axis=-1, keepdims=True))
    total = np.zeros_like(terms[..., 0])
    for place in range(terms.shape[-1]):
        total = total + terms[..., place]
    return terms / total[..., None]


def layer_norm(x: Any, /, *, eps: float = 1e-5) -> Any:
    """In float32, squares of its largest numbers overflow."""
    wide = x.astype(np.float32)
    centred = wide - wide.mean(axis=-1, keepdims=True)
    variance = np.mean(centred**2, axis=-1, keepdims=True)
    return (centred / np.sqrt(variance + eps)).astype(x.dtype)


def quantile_distance(x: Any, y: Any, /) -> Any:
    """The distance of sorted samples of equal size, in float64, rounded once."""
    gaps = np.sort(x.astype(np.float64), axis=-1) - np.sort(y.astype(np.float64), axis=-1)
    return np.sqrt(np.mean(gaps**2, axis=-1)).astype(x.dtype)


def cosent_masked(cosines: Any, labels: Any, *, scale: float = 20.0) -> Any:
    """In float32 or wider, with other pairs masked by −10¹², as in sentence-transformers."""
    c, others = cosines.astype(np.result_type(cosines, np.float32)), labels[:, None] <= labels[None, :]
    exponents = scale * (c[None, :] - c[:, None]) - others * np.asarray(1e12, c.dtype)
    top = np.maximum(exponents.max(initial=0), 0)
    return (top + np.log1p(np.exp(exponents - top).sum() + np.expm1(-top))).astype(cosines.dtype)


def cosent_masked_in_half(cosines: Any, labels: Any, *, scale: float = 20.0) -> Any:
    """The same in float16, where 10¹² is infinite, and 0 times it NaN."""
    exponents = (scale * (cosines[None, :] - cosines[:, None])).astype(cosines.dtype)
    exponents -= (labels[:, None] <= labels[None, :]).astype(cosines.dtype) * np.asarray(1e12, cosines.dtype)
    top = np.maximum(exponents.max(initial=0), 0)
    return top + np.log1p(np.exp(exponents - top).sum() + np.expm1(-top))
