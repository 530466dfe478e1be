"""Gradients in closed form, as backward functions of (cotangent, *arguments, **options), without refimpl.

Each is a claim of its own: the derivative on balls must agree with it.
"""

from collections.abc import Callable
from typing import Any

import array_api_compat

from refimpl.proofs import NotApplicable

Gradients = tuple[Any, ...]


def _fit(part: Any, like: Any) -> Any:
    """A gradient summed over the axes along which its argument was broadcast."""
    xp = array_api_compat.array_namespace(part)
    extra = part.ndim - like.ndim
    axes = [i for i in range(part.ndim) if i < extra or (like.shape[i - extra] == 1 and part.shape[i] != 1)]
    return xp.reshape(xp.sum(part, axis=tuple(axes)), like.shape) if axes else part


def rotate(g: Any, x: Any, angles: Any, /, *, layout: str = "interleaved") -> Gradients:
    """The rotation by −θ; and for θ the cotangent times the result turned by a right angle."""
    xp = array_api_compat.array_namespace(x)
    half = x.shape[-1] // 2

    def pairs(values: Any) -> Any:
        if layout == "half":
            return values[..., :half], values[..., half:]
        return values[..., 0::2], values[..., 1::2]

    def joined(first: Any, second: Any) -> Any:
        if layout == "half":
            return xp.concat([first, second], axis=-1)
        both = xp.stack([first, second], axis=-1)
        return xp.reshape(both, (*both.shape[:-2], 2 * half))

    cos, sin = xp.cos(angles), xp.sin(angles)
    (a, b), (ga, gb) = pairs(x), pairs(g)
    back = joined(ga * cos + gb * sin, gb * cos - ga * sin)
    turned = gb * (a * cos - b * sin) - ga * (a * sin + b * cos)
    return _fit(back, x), _fit(turned, angles)


def layer_norm(g: Any, x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Gradients:
    """(γg − mean(γg) − x̂·mean(γg·x̂))/√(σ² + eps); Σ g·x̂ for γ; Σ g for β."""
    xp = array_api_compat.array_namespace(x)
    centred = x - xp.mean(x, axis=-1, keepdims=True)
    root = xp.sqrt(xp.mean(centred * centred, axis=-1, keepdims=True) + eps)
    normal = centred / root
    scaled = g if gamma is None else g * gamma
    along = xp.mean(scaled * normal, axis=-1, keepdims=True)
    found = [_fit((scaled - xp.mean(scaled, axis=-1, keepdims=True) - normal * along) / root, x)]
    if gamma is not None:
        found.append(_fit(g * normal, gamma))
    if beta is not None:
        found.append(_fit(g, beta))
    return tuple(found)


def rms_norm(g: Any, x: Any, gamma: Any = None, /, *, eps: float = 1e-6) -> Gradients:
    """(γg − x̂·mean(γg·x̂))/√(mean x² + eps); Σ g·x̂ for γ."""
    xp = array_api_compat.array_namespace(x)
    unit = xp.max(xp.abs(x), axis=-1, keepdims=True)  # whose square may be beyond the dtype
    unit = xp.where(unit > eps**0.5, unit, xp.ones_like(unit) * eps**0.5)
    root = unit * xp.sqrt(xp.mean((x / unit) ** 2, axis=-1, keepdims=True) + eps / unit / unit)
    normal = x / root
    scaled = g if gamma is None else g * gamma
    along = xp.mean(scaled * normal, axis=-1, keepdims=True)
    found = [_fit((scaled - normal * along) / root, x)]
    return tuple(found if gamma is None else [*found, _fit(g * normal, gamma)])


def cosine_similarity(g: Any, u: Any, v: Any, /, *, axis: int = -1) -> Gradients:
    """(v̂ − cos·û)/‖u‖, and the same with u and v exchanged."""
    xp = array_api_compat.array_namespace(u)

    def length(x: Any) -> Any:
        """In units of the largest entry, whose square is a number at any scale."""
        unit = xp.max(xp.abs(x), axis=axis, keepdims=True)
        return unit * xp.sqrt(xp.sum((x / unit) ** 2, axis=axis, keepdims=True))

    nu, nv = length(u), length(v)
    cos = xp.sum((u / nu) * (v / nv), axis=axis, keepdims=True)
    wide = xp.expand_dims(g, axis=axis if axis < 0 else cos.ndim - max(u.ndim, v.ndim) + axis)
    return _fit(wide * (v / nv - cos * (u / nu)) / nu, u), _fit(wide * (u / nu - cos * (v / nv)) / nv, v)


def cosent_loss(g: Any, cosines: Any, labels: Any, /, *, scale: float = 20.0) -> Gradients:
    """The softmax of the pairs and one 0: each raises one cosine and lowers the other."""
    xp = array_api_compat.array_namespace(cosines)
    if not cosines.shape[0]:
        return (cosines, labels)[: 1 + xp.isdtype(labels.dtype, "real floating")]
    gaps = scale * (cosines[None, :] - cosines[:, None])
    wanted = labels[:, None] > labels[None, :]
    peak = xp.maximum(xp.max(xp.where(wanted, gaps, xp.zeros_like(gaps))), xp.zeros_like(g))
    weights = xp.where(
        wanted, xp.exp(xp.where(wanted, gaps, xp.zeros_like(gaps)) - peak), xp.zeros_like(gaps)
    )
    shares = weights / (xp.exp(-peak) + xp.sum(weights))
    found = g * scale * (xp.sum(shares, axis=0) - xp.sum(shares, axis=1))
    return (found, labels * 0) if xp.isdtype(labels.dtype, "real floating") else (found,)


def importance_bound(g: Any, log_w: Any, /, *, axis: int = -1) -> Gradients:
    """The normalised weights."""
    xp = array_api_compat.array_namespace(log_w)
    weights = xp.exp(log_w - xp.max(log_w, axis=axis, keepdims=True))
    return (xp.expand_dims(g, axis=axis) * weights / xp.sum(weights, axis=axis, keepdims=True),)


def normal_kl(g: Any, m1: Any, v1: Any, m2: Any, v2: Any, /) -> Gradients:
    """(m₁ − m₂)/v₂ and its opposite for the means; (1/v₂ − 1/v₁)/2 and (1 − r − d²/v₂)/(2v₂)."""
    wide, apart = g[..., None], m1 - m2
    means = wide * apart / v2
    return (
        _fit(means + 0 * v1, m1),
        _fit(wide * (v1 - v2) / (2 * v1 * v2) + 0 * apart, v1),
        _fit(-means + 0 * v1, m2),
        _fit(wide * ((v2 - v1) - apart * apart) / (2 * v2 * v2), v2),
    )


def normal_log_density(g: Any, x: Any, mean: Any, variance: Any, /) -> Gradients:
    """−(x − m)/v, its opposite, and ((x − m)²/v − 1)/(2v)."""
    wide, apart = g[..., None], x - mean
    along = wide * apart / variance
    return (
        _fit(-along, x),
        _fit(along, mean),
        _fit(wide * (apart * apart / variance - 1) / (2 * variance), variance),
    )


def wasserstein_1d(g: Any, x: Any, y: Any, /, *, order: float = 2.0, **masses: Any) -> Gradients:
    """Of equal masses: (d/W)^(p−1)·sign(d)/n, where d is how far the k-th points are apart."""
    xp = array_api_compat.array_namespace(x)
    if any(mass is not None for mass in masses.values()) or x.shape[-1] != y.shape[-1]:
        raise NotApplicable("masses, or unlike numbers of points")
    apart = xp.sort(x, axis=-1) - xp.sort(y, axis=-1)
    peak = xp.max(xp.abs(apart), axis=-1, keepdims=True)
    power = xp.mean((xp.abs(apart) / peak) ** order, axis=-1, keepdims=True) ** (1 / order) * peak
    slope = xp.sign(apart) * (xp.abs(apart) / power) ** (order - 1) / x.shape[-1] * g[..., None]
    found = []
    for sign, values in ((1, x), (-1, y)):
        places = xp.argsort(xp.argsort(values, axis=-1), axis=-1)
        back = xp.take_along_axis(slope, xp.broadcast_to(places, slope.shape), axis=-1)
        found.append(_fit(sign * back, values))
    return tuple(found)


CLOSED: dict[str, Callable[..., Gradients]] = {
    "rope.rotate": rotate,
    "residual.layer_norm": layer_norm,
    "residual.rms_norm": rms_norm,
    "matching.cosine_similarity": cosine_similarity,
    "matching.cosent_loss": cosent_loss,
    "density.importance_bound": importance_bound,
    "density.normal_kl": normal_kl,
    "density.normal_log_density": normal_log_density,
    "transport.wasserstein_1d": wasserstein_1d,
}
