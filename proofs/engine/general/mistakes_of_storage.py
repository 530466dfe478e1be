"""Mistakes that any function of arrays can have in how it reads them. Made one a function."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...language.law import Implementation
from ...language.mistake import Mistake
from ...language.packing import mapped_arrays
from .. import registry
from . import shapes, storage
from .mistakes import IMMUTABLE


@dataclass
class KnowsObjects:
    """Keeps results by the identity of the arrays."""

    function: Implementation
    kept: dict[Any, Any] = field(default_factory=dict)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        place = tuple(map(id, storage.arrays((args, kwargs))))
        if place not in self.kept:  # with the arrays, so that no other gets the same identity
            self.kept[place] = (args, kwargs), self.function(*args, **kwargs)
        return self.kept[place][1]


def from_the_start(array: Any) -> Any:
    """As many numbers as the array has, from the start of the memory that it is in."""
    if not isinstance(array, np.ndarray) or not isinstance(array.base, np.ndarray):
        return array
    if array.flags.c_contiguous or array.base.dtype != array.dtype or array.base.size < array.size:
        return array
    return array.base.reshape(-1)[: array.size].reshape(array.shape)


def ignores_strides(function: Implementation) -> Implementation:
    """The function of arrays that are read as if they were contiguous."""

    def replacement(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = mapped_arrays((args, kwargs), from_the_start)
        return function(*args, **kwargs)

    return replacement


def of_storage(function: str) -> Iterator[Mistake]:
    """Mistakes that the law of storage refutes."""
    if not shapes.takes_arrays(function):
        return
    reference = registry.reference()[function]
    if function not in registry.facts().order_hidden:
        yield Mistake(
            f"{function}/ignores-strides",
            function,
            "Hands the start of the memory to compiled code, as if every array were contiguous.",
            ignores_strides(reference),
            only_on=("numpy",),
            general=True,
        )
    if function not in registry.facts().given_back:
        yield Mistake(
            f"{function}/knows-objects",
            function,
            "Keeps results by the identity of the arrays, which may hold other numbers by the next call.",
            KnowsObjects(reference),
            not_on=IMMUTABLE,
            general=True,
        )
