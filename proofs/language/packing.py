"""What proofs ask of values in which arrays are packed."""

import math
from typing import Any

import numpy as np

from ... import _libraries
from ..._libraries import is_array
from ..._packed import mapped, mapped_arrays, members, parts
from ...backends import Setting

__all__ = ["copied", "key", "mapped", "mapped_arrays", "members", "parts", "size"]


def copied(value: Any) -> Any:
    """A value whose arrays are copies, so that later changes in place do not reach them."""

    return mapped_arrays(value, lambda array: _libraries.array_namespace(array).asarray(array, copy=True))


def size(value: Any) -> int:
    """How many numbers the arrays in a value have."""
    return sum(math.prod(part.shape) for _, part in parts(value) if is_array(part))


def key(value: Any, on: Setting) -> Any:
    """Something hashable that is equal for equal values: arrays by dtype, shape and bits."""
    inner = members(value)
    if inner is not None:
        return type(value).__name__, *((name, key(part, on)) for name, part in inner)
    if is_array(value):
        host = value if isinstance(value, np.ndarray) else on.host(value)
        return str(value.dtype), host.shape, host.tobytes()
    return type(value).__name__, repr(value)
