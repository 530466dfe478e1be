"""Two functions to audit on a device: one is right."""

from typing import Any

from refimpl._libraries import array_namespace


def rotate(x: Any, angles: Any, *, layout: str = "interleaved") -> Any:
    """rope.rotate, written anew."""
    xp = array_namespace(x, angles)
    a, b = (x[..., 0::2], x[..., 1::2]) if layout == "interleaved" else _halves(x)
    cos, sin = xp.astype(xp.cos(angles), x.dtype), xp.astype(xp.sin(angles), x.dtype)
    first, second = xp.broadcast_arrays(a * cos - b * sin, a * sin + b * cos)
    if layout != "interleaved":
        return xp.concat([first, second], axis=-1)
    return xp.reshape(xp.stack([first, second], axis=-1), (*first.shape[:-1], 2 * first.shape[-1]))


def backwards(x: Any, angles: Any, *, layout: str = "interleaved") -> Any:
    """The same by −θ, which is wrong."""
    return rotate(x, -angles, layout=layout)


def _halves(x: Any) -> tuple[Any, Any]:
    half = x.shape[-1] // 2
    return x[..., :half], x[..., half:]
