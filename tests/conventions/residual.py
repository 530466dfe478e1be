"""Networks as common code writes them: weights (out, in)."""

import math

import numpy as np

from ._convention import Convention

ACTIVATIONS = {"linear": lambda z: z, "relu": lambda z: np.maximum(z, 0), "tanh": np.tanh}


def slope(z, activation):
    if activation == "relu":
        return (z > 0).astype(z.dtype)
    return 1 / np.cosh(z) ** 2 if activation == "tanh" else np.ones_like(z)


def blocks(x, weights, scale, activation, power=1):
    for first, second in weights:
        z = np.einsum("...i,hi->...h", x, first)
        x = x + scale**power * (
            z if second is None else np.einsum("...h,oh->...o", ACTIVATIONS[activation](z), second)
        )
    return x


def outer(to_z, x):
    return np.einsum("no,ni->oi", to_z.reshape(-1, to_z.shape[-1]), x.reshape(-1, x.shape[-1]))


def backward_of_blocks(x, weights, cotangent, scale, activation, skip=1):
    if not len(weights):
        return cotangent, []
    first, second = weights[0]
    z = np.einsum("...i,hi->...h", x, first)
    hidden = ACTIVATIONS[activation](z)
    after, others = backward_of_blocks(
        blocks(x, weights[:1], scale, activation), weights[1:], cotangent, scale, activation
    )
    to_z = after if second is None else np.einsum("...o,oh->...h", after, second) * slope(z, activation)
    pair = scale * outer(to_z, x), None if second is None else scale * outer(after, hidden)
    return skip * after + scale * np.einsum("...h,hi->...i", to_z, first), [pair, *others]


def layer_norm(x, weight=None, bias=None, eps=1e-5, ddof=0):
    """Two passes over rows that are scaled to about 1."""
    peak = np.max(np.abs(x), axis=-1, keepdims=True)
    unit = 2.0 ** np.maximum(np.frexp(peak)[1] + x.shape[-1].bit_length(), 0)
    y = x / unit.astype(x.dtype)
    y = y - y[..., -1:]
    y = y - y.mean(axis=-1, keepdims=True)
    spread = np.maximum(np.max(np.abs(y), axis=-1, keepdims=True), (math.sqrt(eps) / unit).astype(x.dtype))
    y, rest = y / spread, (math.sqrt(eps) / unit / spread).astype(x.dtype)
    variance = np.sum(y * y, axis=-1, keepdims=True) / max(x.shape[-1] - ddof, 1)
    y = y / np.hypot(np.sqrt(variance), rest)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def functional(x, normalized_shape, weight, bias, eps, ddof=0):
    assert normalized_shape == x.shape[-1:]
    return layer_norm(x, weight, bias, eps, ddof)


def scaled_rms(x, weight, eps, more=0):
    """The rows are scaled to about 1, by powers of two."""
    unit = np.ldexp(1.0, np.frexp(np.maximum(np.max(np.abs(x), axis=-1, keepdims=True), math.sqrt(eps)))[1])
    unit = np.where(unit == 0, 1.0, unit)
    y, rest = x / unit, np.float64(eps) / unit / unit
    y = y / np.sqrt(np.sum(y * y, axis=-1, keepdims=True) / (x.shape[-1] + more) + rest)
    return (y if weight is None else y * weight).astype(x.dtype)


def std(fan_in, fan_out, *, mode, activation, gain=2):
    """The root of the quotient; a quotient of roots, squared, is further away than the law admits."""
    fan = {"forward": fan_in, "backward": fan_out, "xavier": (fan_in + fan_out) / 2}[mode]
    return math.sqrt((gain if activation == "relu" else 1) / fan)


CONVENTIONS = {
    "residual.residual_gradients/out-in": Convention(
        backward_of_blocks, lambda *a: backward_of_blocks(*a, skip=0)
    ),
    "residual.layer_norm/normalized-shape": Convention(functional, lambda *a: functional(*a, ddof=1)),
    "residual.rms_norm/normalized-shape": Convention(
        lambda x, shape, weight, eps: scaled_rms(x, weight, eps),
        lambda x, shape, weight, eps: scaled_rms(x, weight, eps, 1),
    ),
    "residual.rms_norm/weight-eps": Convention(scaled_rms, lambda *a: scaled_rms(*a, 1)),
    "residual.rms_norm/zero-centred": Convention(
        lambda x, weight, eps: scaled_rms(x, 1 + weight, eps),
        scaled_rms,
    ),
    "residual.qk_norm_scores/norms": Convention(
        lambda q, k, left, right, scale: np.einsum("...id,...jd->...ij", left(q), right(k)) * scale,
        lambda q, k, left, right, scale: np.einsum("...id,...jd->...ij", left(q), k) * scale,
    ),
    "residual.init_variance/std": Convention(std, lambda *a, **o: std(*a, **o, gain=1)),
}
