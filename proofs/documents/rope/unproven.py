"""Kernels of refimpl.rope that approximate, and what stands for them where exact values are enclosed."""

from functools import partial

from ....backends._ball import _functions as balls
from ...language.exact import derived, exact

REPLACED = {
    "_frequencies": {"float": exact},
    "_tables": {"power": partial(derived, balls.power)},
}
