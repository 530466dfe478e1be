"""Functions that move elements and compute nothing: NumPy does them on the data inside."""

from typing import Any

import numpy as np

from ..._errors import DTypeError, told
from ..._typing import Namespace
from ._array import BallArray, decided
from ._dtypes import isdtype
from ._operands import operands

Axes = int | tuple[int, ...]


def _moved(xp: Namespace, call: str, x: BallArray, data: Any) -> BallArray:
    xp.check_own(call, x)
    return x.moved(data)


def reshape(xp: Namespace, x: BallArray, /, shape: tuple[int, ...], *, copy: bool | None = None) -> BallArray:
    return _moved(xp, "reshape", x, np.reshape(x.data, shape))


def broadcast_to(xp: Namespace, x: BallArray, /, shape: tuple[int, ...]) -> BallArray:
    return _moved(xp, "broadcast_to", x, np.broadcast_to(x.data, shape))


def broadcast_arrays(xp: Namespace, *arrays: BallArray) -> tuple[BallArray, ...]:
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    return tuple(broadcast_to(xp, x, shape) for x in arrays)


def expand_dims(xp: Namespace, x: BallArray, /, axis: Axes = 0) -> BallArray:
    return _moved(xp, "expand_dims", x, np.expand_dims(x.data, axis))


def squeeze(xp: Namespace, x: BallArray, /, axis: Axes) -> BallArray:
    return _moved(xp, "squeeze", x, np.squeeze(x.data, axis))


def permute_dims(xp: Namespace, x: BallArray, /, axes: tuple[int, ...]) -> BallArray:
    return _moved(xp, "permute_dims", x, np.transpose(x.data, axes))


def moveaxis(xp: Namespace, x: BallArray, source: Axes, destination: Axes, /) -> BallArray:
    return _moved(xp, "moveaxis", x, np.moveaxis(x.data, source, destination))


def matrix_transpose(xp: Namespace, x: BallArray, /) -> BallArray:
    xp.check_own("matrix_transpose", x)
    return x.mT


def flip(xp: Namespace, x: BallArray, /, *, axis: Axes | None = None) -> BallArray:
    return _moved(xp, "flip", x, np.flip(x.data, axis))


def roll(xp: Namespace, x: BallArray, /, shift: Axes, *, axis: Axes | None = None) -> BallArray:
    return _moved(xp, "roll", x, np.roll(x.data, shift, axis))


def repeat(xp: Namespace, x: BallArray, repeats: Any, /, *, axis: int | None = None) -> BallArray:
    count = _places(repeats, "repeats") if isinstance(repeats, BallArray) else repeats
    return _moved(xp, "repeat", x, np.repeat(x.data, count, axis))


def tile(xp: Namespace, x: BallArray, repetitions: tuple[int, ...], /) -> BallArray:
    return _moved(xp, "tile", x, np.tile(x.data, repetitions))


def concat(xp: Namespace, arrays: Any, /, *, axis: int | None = 0) -> BallArray:
    found = operands(xp, "concat", *arrays)
    return found[0].like(np.concatenate([x.data for x in found], axis=axis))


def stack(xp: Namespace, arrays: Any, /, *, axis: int = 0) -> BallArray:
    found = operands(xp, "stack", *arrays)
    return found[0].like(np.stack([x.data for x in found], axis=axis))


def unstack(xp: Namespace, x: BallArray, /, *, axis: int = 0) -> tuple[BallArray, ...]:
    moved = moveaxis(xp, x, axis, 0)
    return tuple(moved[i] for i in range(moved.shape[0]))


def take(xp: Namespace, x: BallArray, indices: BallArray, /, *, axis: int | None = None) -> BallArray:
    if axis is None and x.ndim != 1:
        raise ValueError(told("take", "axis", f"None for {x.ndim} axes", "an axis"))
    places = _places(indices, "indices")
    return _moved(xp, "take", x, np.take(x.data, places, axis=0 if axis is None else axis))


def take_along_axis(xp: Namespace, x: BallArray, indices: BallArray, /, *, axis: int = -1) -> BallArray:
    return _moved(
        xp, "take_along_axis", x, np.take_along_axis(x.data, _places(indices, "indices"), axis=axis)
    )


def _places(indices: BallArray, name: str) -> Any:
    if not isdtype(indices.dtype, "integral"):
        raise DTypeError(told("ball", name, f"dtype {indices.dtype}", "integers"))
    return indices.data


def nonzero(xp: Namespace, x: BallArray, /) -> tuple[BallArray, ...]:
    truths = xp.astype(x, xp.bool)
    places = np.nonzero(decided("nonzero", truths.data, truths.dtype))
    return tuple(xp.asarray(place) for place in places)
