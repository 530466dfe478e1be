"""Functions as users port them: right, right in another convention, and wrong."""

import numpy as np


def rotate(x, angles, *, layout="interleaved"):
    first, second = (x[..., 0::2], x[..., 1::2]) if layout == "interleaved" else np.split(x, 2, axis=-1)
    turned = (first + 1j * second) * np.exp(1j * angles)
    parts = [turned.real, turned.imag]
    if layout == "half":
        return np.concatenate(parts, axis=-1)
    return np.stack(parts, axis=-1).reshape(*turned.shape[:-1], x.shape[-1])


def rotate_interleaved_only(x, angles):
    return rotate(x, angles)


def rotate_half(x, angles):
    return rotate(x, angles, layout="half")


def rotate_backwards(x, angles, *, layout="interleaved"):
    return rotate(x, -angles, layout=layout)


def rotate_ignoring_layout(x, angles, *, layout="interleaved"):
    return rotate(x, -angles)


def rotate_halved(x, angles, *, layout="interleaved"):
    return 0.5 * rotate(x, angles, layout=layout)


def rotate_far_wrong(x, angles, *, layout="interleaved"):
    return rotate(x, np.where(np.abs(angles) > 3, angles + 1, angles), layout=layout)


def rotate_in_single(x, angles, *, layout="interleaved"):
    return rotate(x, angles.astype(np.float32).astype(np.float64), layout=layout)


def rotation_matrix(angles):
    cos, sin = np.cos(angles), np.sin(angles)
    return np.stack([np.stack([cos, -sin], axis=-1), np.stack([sin, cos], axis=-1)], axis=-2)


def ntk_scale(factor, *, dim):
    return factor ** (2 / (dim - 2))


def posterior(x0, x_t, schedule, t):
    raise RuntimeError("not yet written")
