"""How people get rope wrong."""

from typing import Any

from ...rope import rotate
from ..mistake import mistake


@mistake(
    "rope.rotate",
    "wrong-sign",
    "Rotates by −θ: the rotation matrix was transposed; relative scores survive, absolute ones do not.",
)
def rotate_wrong_sign(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    return rotate(x, -angles, layout=layout)
