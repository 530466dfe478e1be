"""Mistakes that any function can have: memory, and axes taken for granted. Made one a function.

Those with state are data classes, so that `Mistake.fresh` gives a copy with none."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .... import _libraries
from ...._libraries import is_array
from ...language.law import Implementation
from ...language.mistake import Mistake
from ...language.packing import mapped, parts
from ...language.shapes import Shape
from .. import registry
from . import shapes
from .batches import Batched


@dataclass
class Remembers:
    """Returns the result before where the arguments have its form."""

    function: Implementation
    form: Any = None
    result: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        form = [part.shape if is_array(part) else type(part) for _, part in parts((args, kwargs))]
        result = self.function(*args, **kwargs)
        form, self.form = self.form, form
        result, self.result = self.result, result
        return result if form == self.form else self.result


@dataclass
class Drifts:
    """Counts its calls and adds a little for each."""

    function: Implementation
    count: int = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        result = disturbed(self.function(*args, **kwargs), self.count)
        self.count += 1
        return result


@dataclass
class Reuses:
    """Writes every result of a shape into the same NumPy array."""

    function: Implementation
    buffers: dict[Any, Any] = field(default_factory=dict)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        def written(part: Any) -> Any:
            if not isinstance(part, np.ndarray):
                return part
            buffer = self.buffers.setdefault((part.shape, part.dtype), np.empty_like(part))
            buffer[...] = part
            return buffer

        return mapped(self.function(*args, **kwargs), written)


@dataclass
class Caches:
    """Keeps results by the values of the arguments, and gives out what it keeps."""

    function: Implementation
    kept: dict[Any, Any] = field(default_factory=dict)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        place = tuple(map(_value, parts((args, kwargs))))
        if place not in self.kept:
            self.kept[place] = self.function(*args, **kwargs)
        return self.kept[place]


def _value(named: tuple[str, Any]) -> Any:
    """Something hashable for a part of the arguments."""
    place, part = named
    if not is_array(part):
        return place, part if isinstance(part, int | float | str | None) else id(part)
    host = _libraries.to_numpy(part)
    return place, host.shape, str(host.dtype), host.tobytes()


def rolls_dice(function: Implementation) -> Implementation:
    """Adds a little in one call of three, by the random state of the process."""

    def replacement(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        return disturbed(result, 1) if random.random() < 1 / 3 else result

    return replacement


def disturbed(value: Any, count: int) -> Any:
    """A result with count per mille added to reals, count to integers, and booleans turned count times.

    In half precision, and to numbers of Python, which may come of it, count eighths: twice what two results
    may differ by in bfloat16, of any function.
    """

    def change(part: Any) -> Any:
        if callable(part):
            return lambda *args: disturbed(part(*args), count)
        if isinstance(part, bool):
            return part ^ bool(count % 2)
        if isinstance(part, int):
            return part + count
        if isinstance(part, float):
            return part * (1 + count / 8)
        return _disturbed(part, count) if is_array(part) else part

    return mapped(value, change)


def _disturbed(array: Any, count: int) -> Any:
    xp = _libraries.array_namespace(array)
    if xp.isdtype(array.dtype, "bool"):
        return xp.logical_not(array) if count % 2 else array
    if xp.isdtype(array.dtype, "integral"):
        return array + count
    share = 8 if xp.finfo(array.dtype).bits <= 16 else 1000
    return xp.astype(array * (1 + count / share), array.dtype)  # NumPy makes float32 of bfloat16


def first_row(function: str) -> Implementation:
    """Gives the first entry of a batch for all."""

    def spread(array: Any, shape: Shape, rank: int) -> Any:
        first = array[(slice(None),) * shape.before + (slice(0, 1), ...)]
        return _libraries.array_namespace(array).broadcast_to(first, array.shape) * 1

    return _on_batches(function, spread, least=1)


def unflattens(function: str) -> Implementation:
    """Takes the batch axes of results apart in the other order."""

    def mixed(array: Any, shape: Shape, rank: int) -> Any:
        xp = _libraries.array_namespace(array)
        batch = range(shape.before, shape.before + rank)
        order = (*range(shape.before), *reversed(batch), *range(shape.before + rank, array.ndim))
        return xp.permute_dims(xp.reshape(array, [array.shape[axis] for axis in order]), order)

    return _on_batches(function, mixed, least=2)


def whole_blocks(function: str) -> Implementation:
    """Leaves what is beyond whole blocks of a long batch at zero."""

    def cut(array: Any, shape: Shape, rank: int) -> Any:
        xp, before = _libraries.array_namespace(array), (slice(None),) * shape.before
        whole = array.shape[shape.before] // BLOCK * BLOCK
        rest = array[(*before, slice(whole, None), ...)]
        if not whole:
            return array
        return xp.concat([array[(*before, slice(0, whole), ...)], xp.zeros_like(rest)], axis=shape.before)

    return _on_batches(function, cut, least=1)


BLOCK = 64


def _on_batches(function: str, change: Callable[[Any, Shape, int], Any], *, least: int) -> Implementation:
    """The reference with its results changed, if there are so many batch axes or more."""

    def replacement(*args: Any, **kwargs: Any) -> Any:
        result = registry.reference()[function](*args, **kwargs)
        call = Batched.of(function, args, kwargs)
        if call is None or call.rank < least:
            return result

        def changed(array: Any, shape: Shape) -> Any:
            whole = is_array(array) and array.ndim == shape.before + call.rank + shape.after
            return change(array, shape, call.rank) if whole else array

        return _changed(function, result, changed)

    return replacement


def _changed(function: str, result: Any, change: Callable[[Any, Shape], Any]) -> Any:
    """A result with the parts that have batch axes changed."""
    declared = shapes.results(function)

    def part_of(value: Any, shape: Any) -> Any:
        if not isinstance(shape, Shape):
            return value
        return mapped(value, lambda part: change(part, shape))

    if len(declared) == 1:
        return part_of(result, declared[0])
    changed = [part_of(value, shape) for value, shape in zip(result, declared, strict=True)]
    return type(result)(*changed) if hasattr(result, "_fields") else tuple(changed)


IMMUTABLE = ("jax",)
"""Backends whose arrays nobody can write into."""


def of_memory(function: str) -> Iterator[Mistake]:
    """Mistakes that the law of purity refutes."""
    reference = registry.reference()[function]
    if function not in registry.facts().constant:
        yield _mistake(
            function, "remembers",
            "Looks its cache up by shapes before it writes it, so the result of the call before comes back.",
            Remembers(reference),
        )  # fmt: skip
    yield _mistake(
        function, "drifts", "Counts its calls in a global that enters the result.", Drifts(reference)
    )
    yield _mistake(
        function, "rolls-dice", "Draws from the random state of the process, as dropout left on.",
        rolls_dice(reference),
    )  # fmt: skip
    if not shapes.numbers(function):
        yield _mistake(
            function, "gives-out-its-cache",
            "Gives out the array that its cache keeps, so that whoever writes into it changes later results.",
            Caches(reference), not_on=IMMUTABLE,
        )  # fmt: skip
    if function in shapes.batched() and function not in registry.facts().predicates:
        yield _mistake(
            function, "reuses", "Writes every result into one buffer, also that of an earlier result.",
            Reuses(reference), only_on=("numpy",),
        )  # fmt: skip


def of_axes(function: str) -> Iterator[Mistake]:
    """Mistakes that the law of batches refutes."""
    yield _mistake(
        function,
        "first-row",
        "Computes the first entry of a batch and lets it broadcast to all.",
        first_row(function),
    )
    slow = registry.functions()[function].needs & shapes.SLOW
    if not slow and function not in registry.facts().short_batches:
        yield _mistake(
            function, "whole-blocks", "Works in blocks of 64 entries and forgets the last, which is shorter.",
            whole_blocks(function),
        )  # fmt: skip
    if function in registry.facts().batch_order_hidden:
        return
    yield _mistake(
        function, "unflattens", "Flattens the batch axes and takes them apart in the other order.",
        unflattens(function),
    )  # fmt: skip


def _mistake(
    function: str,
    name: str,
    sentence: str,
    replacement: Implementation,
    *,
    only_on: tuple[str, ...] = (),
    not_on: tuple[str, ...] = (),
) -> Mistake:
    return Mistake(
        f"{function}/{name}", function, sentence, replacement, only_on=only_on, not_on=not_on, general=True
    )
